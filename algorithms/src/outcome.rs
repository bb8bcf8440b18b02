//! What every result of an algorithm can show of itself.

use std::fmt::{Debug, Display};
use std::io::{self, Write};

use quince_core::iteration::IterationReport;
use quince_core::pipeline::Source;
use quince_gelly::Result;
use serde::Serialize;

/// The result of an algorithm, as commands show it.
pub trait Outcome {
    /// The iteration, if there was one.
    fn iteration(&self) -> Option<&IterationReport> {
        None
    }

    /// The rows of an output file, if the result has rows: the ids first.
    fn table(&self) -> Option<Box<dyn Source>>;

    /// The result in a report: a JSON object of a few figures.
    fn summary(&self) -> Result<serde_json::Value>;

    /// Prints what matters most, a line each, fields divided by tabs: rows at most `top`.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()>;
}

/// Prints ids and values, a pair a line; floats in the shortest digits that read back to the same
/// bits.
pub(crate) fn print_values<I: Display, V: Debug>(
    values: impl IntoIterator<Item = (I, V)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    values.into_iter().try_for_each(|(id, value)| writeln!(out, "{id}\t{value:?}"))
}

/// Prints the fields of a struct of numbers, a line each; floats that are no numbers as NaN.
pub(crate) fn print_figures(figures: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let figures = serde_json::to_value(figures)?;
    for (name, value) in figures.as_object().into_iter().flatten() {
        let name = name.replace('_', " ");
        if value.is_null() {
            writeln!(out, "{name}\tNaN")?;
        } else {
            writeln!(out, "{name}\t{value}")?;
        }
    }
    Ok(())
}
