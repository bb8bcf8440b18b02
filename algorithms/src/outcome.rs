//! What every result of an algorithm can show of itself.

use std::io::{self, Write};

use quince_core::iteration::IterationReport;
use quince_core::pipeline::Source;
use quince_gelly::Result;

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
