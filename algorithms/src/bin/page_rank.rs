//! PageRank of a graph in a file: `quince page-rank` as a program of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    quince_algorithms::cli::page_rank()
}
