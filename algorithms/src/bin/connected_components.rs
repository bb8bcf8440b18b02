//! Connected components of a graph in a file: `quince connected-components` as a program of its
//! own.

use std::process::ExitCode;

fn main() -> ExitCode {
    quince_algorithms::cli::connected_components()
}
