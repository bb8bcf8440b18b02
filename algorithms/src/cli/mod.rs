//! The command line: `quince` and the programs of single algorithms.
//!
//! | command | what it does |
//! |---|---|
//! | `quince ALGORITHM INPUT` | runs an algorithm on the graph in a file |
//! | `quince list` | lists the algorithms |
//! | `quince estimate ALGORITHM INPUT` | tells the memory that a run will need |
//! | `quince stats INPUT` | facts about a graph ([`GraphStatistics`](crate::GraphStatistics)) |
//! | `quince graphalytics GRAPH.properties` | runs and validates what the properties of a graph name |
//! | `quince generate GRAPH` | graphs from a seed |
//! | `quince run --algorithm NAME ...` | runs an algorithm with the parameters of Gelly's `Runner` |
//!
//! Other crates add theirs by [`main_with`], as the benchmark suite does.
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
mod driver;
mod error;
mod estimate;
mod generate;
mod graphalytics;
mod interrupt;
mod load;
mod progress;
mod registry;
pub mod report;
mod runner;
mod runner_error;
mod stats;
mod tool;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{ArgMatches, FromArgMatches, Subcommand};

use generate::GenerateCommand;
use graphalytics::GraphalyticsCommand;
use interrupt::Interrupt;
use registry::ALGORITHMS;
use runner::RunnerCommand;
use stats::StatsCommand;

pub use args::values;
pub use driver::tell;
pub use error::{CliError, Result};
pub use progress::phase;
pub use runner_error::RunnerError;
pub use tool::{ExternalTool, Session};

const ABOUT: &str = "\
Iterative graph analytics from the command line

Loads an edge list as it is (text, plain or compressed; ids are integers or texts), runs an \
algorithm on all processors within a memory budget, and gives results with your own ids. \
`quince list` lists the algorithms, `quince COMMAND --help` explains each command.";

const EXAMPLES: &str = "\
Examples:
  quince page-rank datasets/graphs/p2p-31.e.gz
  quince connected-components datasets/graphs/karate.tsv --undirected --output components.csv
  quince estimate page-rank datasets/graphs/p2p-31.e.gz
  quince generate rmat --scale 16 --output social.el && quince stats social.el";

/// The commands that do not run an algorithm from the registry.
#[derive(Clone, Debug, Subcommand)]
enum Tool {
    /// List the algorithms, one line each
    #[command(after_long_help = "Examples:\n  quince list")]
    List,
    Stats(StatsCommand),
    Graphalytics(GraphalyticsCommand),
    Generate(GenerateCommand),
    Run(RunnerCommand),
}

impl Tool {
    fn run(&self, interrupt: &Interrupt, out: &mut dyn Write) -> Result<()> {
        match self {
            Self::List => list(out),
            Self::Stats(command) => driver::run(command, interrupt, out),
            Self::Graphalytics(command) => graphalytics::run(command, interrupt, out),
            Self::Generate(command) => generate::run(command, interrupt),
            Self::Run(command) => runner::run(command, interrupt, out),
        }
    }
}

/// `quince list`.
fn list(out: &mut dyn Write) -> Result<()> {
    let width = ALGORITHMS.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for entry in ALGORITHMS {
        writeln!(out, "{:width$}  {}", entry.name, entry.summary())?;
    }
    Ok(out.flush()?)
}

/// The definition of the `quince` command, with the commands of other crates.
fn quince(tools: &[ExternalTool]) -> clap::Command {
    let (summary, _) = ABOUT.split_once('\n').unwrap_or((ABOUT, ""));
    let program = clap::Command::new("quince")
        .version(env!("CARGO_PKG_VERSION"))
        .about(summary)
        .long_about(ABOUT)
        .after_long_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(ALGORITHMS.iter().map(|entry| (entry.command)()));
    let program = Tool::augment_subcommands(program).subcommand(estimate());
    program.subcommands(tools.iter().map(|tool| (tool.command)()))
}

/// The definition of `quince estimate`.
fn estimate() -> clap::Command {
    clap::Command::new("estimate")
        .about("Tell the memory that a run of an algorithm will need")
        .long_about(
            "Tell the memory that a run of an algorithm will need\n\nLoads the graph and does \
             not run the algorithm. `loading` is the peak until the graph stands with the indexes \
             that the algorithm reads, `graph` what stays of that, `algorithm` what its run takes \
             beside it, `peak` the most at a time: what --memory must allow.",
        )
        .after_long_help("Examples:\n  quince estimate page-rank datasets/graphs/p2p-31.e.gz")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(ALGORITHMS.iter().map(|entry| (entry.estimate_command)()))
}

/// Runs what the arguments of `quince` ask for.
fn run(
    matches: &ArgMatches,
    tools: &[ExternalTool],
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let asked = |matches: &ArgMatches| {
        let (name, matches) = matches.subcommand()?;
        Some((registry::find(name)?, matches.clone()))
    };
    if let Some((entry, matches)) = asked(matches) {
        return (entry.run)(&matches, interrupt, out);
    }
    if let Some((entry, matches)) = matches.subcommand_matches("estimate").and_then(asked) {
        return (entry.estimate)(&matches, interrupt, out);
    }
    for tool in tools {
        if let Some(matches) = matches.subcommand_matches((tool.command)().get_name()) {
            return (tool.run)(matches, &Session::new(interrupt), out);
        }
    }
    Tool::from_arg_matches(matches)?.run(interrupt, out)
}

/// The `quince` command with commands of other crates: reads the arguments of this process, runs,
/// and tells how it ended.
pub fn main_with(tools: &[ExternalTool]) -> ExitCode {
    start(|interrupt, out| run(&quince(tools).try_get_matches()?, tools, interrupt, out))
}

/// The program of a single algorithm: its command by itself. `name` is that of the program, which
/// is called like the command with `_` for `-`.
///
/// # Panics
/// If there is no such algorithm.
pub fn program(name: &'static str) -> ExitCode {
    let entry = registry::find(&name.replace('_', "-"));
    let entry = entry.expect("programs are called like algorithms");
    start(|interrupt, out| {
        let command = (entry.command)().name(name).version(env!("CARGO_PKG_VERSION"));
        (entry.run)(&command.try_get_matches()?, interrupt, out)
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
    run(&quince(&[]).try_get_matches_from(arguments)?, &[], &Interrupt::default(), out)
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

    #[test]
    fn the_definitions_hold_together() {
        quince(&[]).debug_assert();
    }

    #[test]
    fn every_command_teaches() {
        for command in quince(&[]).get_subcommands() {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:"), "{help}");
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!((10..90).contains(&about.len()), "{about}");
        }
    }
}
