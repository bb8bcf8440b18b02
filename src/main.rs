//! The `quince` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    quince::algorithms::cli::main_with(&[quince_benches::COMMAND])
}
