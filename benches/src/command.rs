//! `quince bench`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches, ValueEnum};
use quince_algorithms::cli::{ExternalTool, Session as Process, tell, values};
use quince_core::Environment;

use crate::compare::Comparison;
use crate::error::{Error, Result};
use crate::graphs::{NamedGraph, Recipe, Size};
use crate::html;
use crate::kernel::{Kernel, Suite};
use crate::peers::driver::Drivers;
use crate::peers::gapbs::Gapbs;
use crate::report::Report;
use crate::session::{Peers, Session};
use crate::table;

/// The command, to be hung into `quince`.
pub const COMMAND: ExternalTool = ExternalTool {
    command: || BenchArgs::augment_args(clap::Command::new("bench")),
    run: |matches, process, out| run(&BenchArgs::from_arg_matches(matches)?, process, out),
};

/// Measure how fast this machine runs the kernels, and write a report
///
/// Makes graphs from seeds (or takes yours with --input), runs the kernels of the GAP Benchmark
/// Suite and of LDBC Graphalytics on them, verifies every answer against a plain program on one
/// thread, and prints a table. Other programs that are asked (petgraph always, GAPBS with --gapbs,
/// drivers with --peers) read the same edges, and their answers are compared before any time is
/// told.
///
/// --output writes a report with charts, as one HTML file that needs nothing else, and all figures
/// as JSON beside it. --compare tells what became slower since an older JSON, and ends with exit
/// code 1 if something did.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES)]
struct BenchArgs {
    /// The protocol
    #[arg(long, value_name = "SUITE", default_value = "all", help_heading = "What is run")]
    suite: Protocols,

    /// How large the graphs are
    #[arg(long, value_name = "SIZE", default_value = "m", help_heading = "What is run")]
    size: Size,

    /// These graphs alone, such as kronecker,grid [default: those of the protocol]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "What is run")]
    graphs: Vec<NamedGraph>,

    /// The graph in a file instead, undirected and with seeded weights; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "What is run", conflicts_with = "graphs")]
    input: Vec<PathBuf>,

    /// These kernels alone, such as bfs,pr [default: those of the protocol]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "What is run")]
    kernels: Vec<Kernel>,

    /// Kronecker graphs of these scales besides, such as 10-16, for cost against size
    #[arg(long, value_name = "SCALES", value_parser = scales, help_heading = "What is run")]
    scaling: Option<Scales>,

    /// Trials of each kernel; at most 3 of tc, cdlp and lcc
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "How it is run",
          value_parser = clap::value_parser!(u16).range(1..))]
    trials: u16,

    /// Numbers of worker threads, such as 1,2 [default: 1, and one per processor]
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "How it is run",
          value_parser = values::threads)]
    threads: Vec<usize>,

    /// The memory budget, like 512MiB or 4GiB [default: three quarters of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = values::memory_size,
          help_heading = "How it is run")]
    memory: Option<u64>,

    /// No progress and no notes on standard error
    #[arg(long, short, help_heading = "How it is run")]
    quiet: bool,

    /// Other programs: a driver or a folder of drivers, such as benches/peers
    #[arg(long, value_name = "DIR", help_heading = "Peers")]
    peers: Vec<PathBuf>,

    /// The Python that runs drivers written in it
    #[arg(long, value_name = "PROGRAM", default_value = "python3", help_heading = "Peers")]
    python: PathBuf,

    /// The folder with the binaries of the GAP Benchmark Suite
    #[arg(long, value_name = "DIR", help_heading = "Peers")]
    gapbs: Option<PathBuf>,

    /// Write a report with charts as HTML
    #[arg(long, value_name = "REPORT.html", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Write all figures as JSON [default: beside --output]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    json: Option<PathBuf>,

    /// Tell what became slower since this JSON; exit code 1 if something did
    #[arg(long, value_name = "OLD.json", help_heading = "Output")]
    compare: Option<PathBuf>,

    /// How much slower a median may be, as a share
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, help_heading = "Output",
          value_parser = share, requires = "compare")]
    tolerance: f64,
}

const EXAMPLES: &str = "\
Examples:
  All of it, with a report:
    quince bench --output report.html

  In seconds:
    quince bench --size s

  The kernels of GAP beside GAPBS itself, on graphs of its size:
    quince bench --suite gap --size l --gapbs ~/gapbs --output gap.html

  A graph of yours, with the drivers of other libraries:
    quince bench --input social.el.gz --kernels pr,cc --peers benches/peers

  Before and after a change:
    quince bench --json before.json
    quince bench --compare before.json --tolerance 0.05";

/// Which protocols run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocols {
    /// The six kernels of the GAP Benchmark Suite on kronecker, uniform and grid
    Gap,
    /// The six algorithms of LDBC Graphalytics on all graphs
    Graphalytics,
    /// Both
    All,
}

/// A range of scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scales {
    from: u32,
    to: u32,
}

/// Reads a range of scales.
fn scales(text: &str) -> Result<Scales, &'static str> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if 4 <= from && from <= to && to <= 26 => Ok(Scales { from, to }),
        _ => Err("give two scales from 4 to 26, the lower first, such as 10-16"),
    }
}

/// Reads a share.
fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..1000.0).contains(share));
    share.ok_or("this is not a share; 0.1 allows a tenth more")
}

fn run(
    args: &BenchArgs,
    process: &Process<'_>,
    out: &mut dyn Write,
) -> quince_algorithms::cli::Result<()> {
    // What is wrong with files is said before the work.
    let old = args.compare.as_deref().map(Report::read).transpose()?;
    let json = args.json_file();
    for path in args.output.iter().chain(&json) {
        drop(quince_datasets::sinks::NewFile::create(path)?);
    }
    let mut builder = Environment::builder();
    if let Some(bytes) = args.memory {
        builder = builder.memory(bytes);
    }
    let session = args.session()?;
    let env = process.environment(builder, args.quiet)?;
    let report = session.run(&env)?;
    let comparison = old.map(|old| Comparison::new(&old, &report, args.tolerance));
    if let Some(path) = &json {
        report.write(path)?;
    }
    if let Some(path) = &args.output {
        html::write(&report, comparison.as_ref(), path)?;
    }
    write!(out, "{}", table::of(&report))?;
    if let Some(comparison) = &comparison {
        write!(out, "\n{}", comparison.to_text())?;
    }
    out.flush()?;
    args.verdict(comparison.as_ref())?;
    Ok(())
}

impl BenchArgs {
    /// Where the JSON goes, if it is written.
    fn json_file(&self) -> Option<PathBuf> {
        self.json.clone().or_else(|| Some(self.output.as_ref()?.with_extension("json")))
    }

    fn session(&self) -> Result<Session> {
        let suites: &[Suite] = match self.suite {
            Protocols::Gap => &[Suite::Gap],
            Protocols::Graphalytics => &[Suite::Graphalytics],
            Protocols::All => &[Suite::Gap, Suite::Graphalytics],
        };
        let inputs = self.input.iter().map(|path| Recipe::of_file(path));
        let mut recipes = inputs.collect::<Result<Vec<Recipe>, _>>()?;
        let plans = suites.iter().map(|&suite| {
            let named = self.graphs_of(suite).map(|graph| graph.recipe(self.size.scale()).name);
            (suite, recipes.iter().map(|recipe| recipe.name.clone()).chain(named).collect())
        });
        let plans = plans.collect();
        let named: BTreeSet<NamedGraph> =
            suites.iter().flat_map(|&suite| self.graphs_of(suite)).collect();
        recipes.extend(named.into_iter().map(|graph| graph.recipe(self.size.scale())));
        let drivers = if self.peers.is_empty() {
            Drivers::default()
        } else {
            Drivers::find(&self.peers, &self.python)?
        };
        Ok(Session {
            plans,
            recipes,
            kernels: self.kernels.clone(),
            size: self.size,
            trials: self.trials.into(),
            threads: self.thread_counts(),
            peers: Peers { drivers, gapbs: self.gapbs.clone().map(Gapbs::new) },
            scaling: self.scaling.map(|scales| scales.from..=scales.to),
            quiet: self.quiet,
        })
    }

    /// The named graphs of a protocol; none if there are files.
    fn graphs_of(&self, suite: Suite) -> impl Iterator<Item = NamedGraph> + '_ {
        let default = if suite == Suite::Gap { NamedGraph::GAP } else { NamedGraph::ALL };
        let graphs = if self.graphs.is_empty() { default } else { &self.graphs };
        graphs.iter().copied().filter(|_| self.input.is_empty())
    }

    /// Rising, each once.
    fn thread_counts(&self) -> Vec<usize> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let asked = if self.threads.is_empty() { vec![1, cores()] } else { self.threads.clone() };
        asked.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// An error if something became slower.
    fn verdict(&self, comparison: Option<&Comparison>) -> Result<()> {
        let Some(comparison) = comparison else { return Ok(()) };
        if !comparison.same_processor && !self.quiet {
            tell("the old report is from another processor: ratios say little");
        }
        let (slower, compared) = (comparison.num_slower(), comparison.changes.len());
        if slower == 0 {
            return Ok(());
        }
        let old = self.compare.as_deref().unwrap_or(Path::new("")).to_owned();
        Err(Error::Slower { slower, compared, old, tolerance: self.tolerance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_shares_are_read() {
        assert_eq!(scales("10-16"), Ok(Scales { from: 10, to: 16 }));
        assert_eq!(scales("12"), Ok(Scales { from: 12, to: 12 }));
        for text in ["16-10", "3-5", "10-40", "a-b", ""] {
            assert!(scales(text).unwrap_err().contains("such as 10-16"), "{text}");
        }
        assert_eq!(share("0.25"), Ok(0.25));
        assert!(share("-1").is_err() && share("NaN").is_err());
    }
}
