//! An algorithm as a command: its name, its help, its options.

mod values;

use clap::Args;
use quince_gelly::GraphAlgorithm;

use crate::outcome::Outcome;

pub(crate) use values::{fraction_below_one, names, zero_or_more};

/// An algorithm that is a command too: its settings are the options.
///
/// The words are those that `quince NAME --help` shows.
pub(crate) trait Command:
    Args + GraphAlgorithm<(), Output = Self::Result> + GraphAlgorithm<f64, Output = Self::Result>
{
    /// What it gives.
    type Result: Outcome;

    /// The name of the command: `page-rank`.
    const NAME: &'static str;

    /// What it does: a line, then perhaps an empty line and more.
    const ABOUT: &'static str;

    /// Lines of examples, with what each is for.
    const EXAMPLES: &'static str;
}
