//! The command line: `quince` and the programs of single algorithms.
//!
//! | command | what it does |
//! |---|---|
//! | `quince page-rank INPUT` | [`PageRank`](crate::PageRank) |
//! | `quince connected-components INPUT` | [`ConnectedComponents`](crate::ConnectedComponents) |
//! | `quince stats INPUT` | [`GraphStatistics`](crate::GraphStatistics) |
//! | `quince generate GRAPH` | graphs from a seed |
//!
//! Results go to standard output or the file of `--output`, everything else to standard error.
//! Files are written beside their final path and renamed into place, so a command that fails
//! leaves nothing behind. `--report` writes a [`report::Report`] as JSON.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done, or whoever read standard output closed it |
//! | 1 | input, memory or output failed |
//! | 2 | the command line is wrong |
//! | 130 | cancelled by Ctrl-C or a signal to the same end |

mod args;
mod connected_components;
mod driver;
mod error;
mod generate;
mod interrupt;
mod load;
mod page_rank;
mod progress;
pub mod report;
mod stats;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use connected_components::ConnectedComponentsCommand;
use generate::GenerateCommand;
use interrupt::Interrupt;
use page_rank::PageRankCommand;
use stats::StatsCommand;

pub use error::{CliError, Result};

/// Iterative graph analytics from the command line
///
/// Loads an edge list as it is (text, plain or compressed; ids are integers or texts), runs an
/// algorithm on all processors within a memory budget, and gives results with your own ids.
/// `quince COMMAND --help` explains each command.
#[derive(Clone, Debug, Parser)]
#[command(name = "quince", version, after_long_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Quince {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  quince page-rank datasets/graphs/p2p-31.e.gz
  quince connected-components datasets/graphs/karate.tsv --undirected --output components.csv
  quince generate rmat --scale 16 --output social.el && quince stats social.el";

#[derive(Clone, Debug, Subcommand)]
enum Command {
    PageRank(PageRankCommand),
    ConnectedComponents(ConnectedComponentsCommand),
    Stats(StatsCommand),
    Generate(GenerateCommand),
}

impl Command {
    fn run(&self, interrupt: &Interrupt, out: &mut dyn Write) -> Result<()> {
        match self {
            Self::PageRank(command) => driver::run(command, interrupt, out),
            Self::ConnectedComponents(command) => driver::run(command, interrupt, out),
            Self::Stats(command) => driver::run(command, interrupt, out),
            Self::Generate(command) => generate::run(command, interrupt),
        }
    }
}

/// The `quince` command: reads the arguments of this process, runs, and tells how it ended.
pub fn main() -> ExitCode {
    start(|interrupt, out| Quince::try_parse()?.command.run(interrupt, out))
}

/// The `page_rank` program: `quince page-rank` by itself.
pub fn page_rank() -> ExitCode {
    start(|interrupt, out| driver::run(&program::<PageRankCommand>("page_rank")?, interrupt, out))
}

/// The `connected_components` program: `quince connected-components` by itself.
pub fn connected_components() -> ExitCode {
    start(|interrupt, out| {
        let command = program::<ConnectedComponentsCommand>("connected_components")?;
        driver::run(&command, interrupt, out)
    })
}

/// Runs `quince` with these arguments, the first of which is its name, inside this process:
/// results go to `out`, and signals stay as they are.
///
/// ```
/// let input = "../datasets/graphs/florentine.tsv";
/// let mut out = Vec::new();
/// let arguments = ["quince", "connected-components", input, "--undirected", "--quiet"];
/// quince_algorithms::cli::run_from(arguments, &mut out)?;
/// assert_eq!(String::from_utf8(out)?, "Acciaiuoli\t15\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the arguments are wrong, ask for help, or the run fails.
pub fn run_from<I>(arguments: I, out: &mut dyn Write) -> Result<()>
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    Quince::try_parse_from(arguments)?.command.run(&Interrupt::default(), out)
}

/// The arguments of this process as those of a program that is one command.
fn program<A: Args>(name: &'static str) -> Result<A> {
    let command = clap::Command::new(name).version(env!("CARGO_PKG_VERSION"));
    Ok(A::from_arg_matches(&A::augment_args(command).try_get_matches()?)?)
}

/// Runs `work` with the signals and the standard output of this process.
fn start(work: impl FnOnce(&Interrupt, &mut dyn Write) -> Result<()>) -> ExitCode {
    let interrupt = Interrupt::install();
    match work(&interrupt, &mut BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        // Knows where its text belongs: help to standard output, complaints to standard error.
        Err(CliError::Arguments(error)) => error.exit(),
        Err(error) => {
            // Who has closed standard error does not want to know.
            let _ = error.print(&mut io::stderr().lock());
            ExitCode::from(error.exit_code())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        Quince::command().debug_assert();
    }

    #[test]
    fn every_command_teaches() {
        for command in Quince::command().get_subcommands() {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:"), "{help}");
            assert!(command.get_long_about().is_some(), "{help}");
        }
    }
}
