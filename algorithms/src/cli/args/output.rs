//! Where results go.

use std::path::PathBuf;

use clap::Args;
use quince_datasets::sinks::{TableOptions, table_sink};

use crate::cli::error::Result;

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct TableArgs {
    /// Write the value of every vertex: .csv, .tsv (also with .gz or .zst) or .parquet
    ///
    /// Rows ascend by vertex, below a header line. The file appears when it is whole; until then
    /// whatever was there stays.
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,

    /// Print the first N rows of the result [default: 10, or 0 with --output]
    #[arg(long, value_name = "N")]
    top: Option<usize>,
}

impl TableArgs {
    /// Rows to print if nothing else is said.
    const DEFAULT_TOP: usize = 10;

    /// How many rows to print.
    pub(in crate::cli) fn top(&self) -> usize {
        let default = if self.output.is_some() { 0 } else { Self::DEFAULT_TOP };
        self.top.unwrap_or(default)
    }

    /// What is wrong with the output file, as far as that can be known before there is a result.
    pub(in crate::cli) fn check(&self) -> Result<()> {
        match &self.output {
            // Begun and given up: nothing is left, and nothing that was there is touched.
            Some(path) => Ok(table_sink(path, TableOptions::default()).map(drop)?),
            None => Ok(()),
        }
    }
}
