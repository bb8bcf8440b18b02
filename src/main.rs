//! The `quince` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    quince::algorithms::cli::main()
}
