//! `quince incremental-single-source-shortest-paths` as a program of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    quince_algorithms::cli::program(env!("CARGO_BIN_NAME"))
}
