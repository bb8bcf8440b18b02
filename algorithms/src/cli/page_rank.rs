//! `quince page-rank`.

use std::fmt::Debug;
use std::io::Write;

use clap::Args;
use quince_core::iteration::IterationReport;
use quince_gelly::{VertexId, VertexTable};

use super::args::{
    CheckpointArgs, GraphArgs, InputArgs, ReportArgs, RunArgs, TableArgs, fraction_below_one,
    names, zero_or_more,
};
use super::driver::{AlgorithmCommand, Common, Outcome};
use super::error::Result;
use super::report::Summary;
use crate::{PageRank, PageRankResult, Precision, Ranks};

/// Rank vertices by how often a random surfer visits them
///
/// The surfer follows a random edge with the probability of the damping, and else jumps to a
/// random vertex, as it does from a vertex without out-edges. Ranks sum to 1. Weights make no
/// difference, parallel edges count each.
///
/// Prints the vertices of the highest rank, one `vertex<TAB>rank` line each.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct PageRankCommand {
    #[command(flatten, next_help_heading = "Input")]
    input: InputArgs,

    #[command(flatten, next_help_heading = "PageRank")]
    settings: Settings,

    #[command(flatten, next_help_heading = "Graph")]
    graph: GraphArgs,

    #[command(flatten, next_help_heading = "Run")]
    run: RunArgs,

    #[command(flatten, next_help_heading = "Checkpoints")]
    checkpoints: CheckpointArgs,

    #[command(flatten, next_help_heading = "Output")]
    table: TableArgs,

    #[command(flatten)]
    report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  The ten highest ranks of an undirected graph:
    quince page-rank datasets/graphs/karate.tsv --undirected

  Exactly 20 iterations in 32-bit floats, every rank into a file:
    quince page-rank web.el.gz --iterations 20 --precision f32 --output ranks.parquet

  A long run that can be interrupted, and taken up again with the same line:
    quince page-rank web.el.gz --checkpoint-dir saved --checkpoint-every 5m --resume

  A CSV file with named columns, and how it will be done:
    quince page-rank flights.csv --columns from,to --top 3 --explain";

const PRECISIONS: &[(&str, &str, Precision)] = &[
    ("f32", "32-bit floats: half the memory, 4 or more digits", Precision::F32),
    ("f64", "64-bit floats", Precision::F64),
];

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
struct Settings {
    /// The share of rank that follows edges, at least 0 and below 1
    #[arg(long, value_name = "D", default_value_t = PageRank::DEFAULT_DAMPING,
          value_parser = fraction_below_one, allow_hyphen_values = true)]
    damping: f64,

    /// Stop when the ranks of a superstep change by no more than this in sum
    ///
    /// By default 1e-10, with --precision f32 1e-5, and 1000 iterations at most; with
    /// --iterations alone there is no such test.
    #[arg(long, value_name = "T", value_parser = zero_or_more, allow_hyphen_values = true)]
    tolerance: Option<f64>,

    /// Stop after N iterations, exactly N unless --tolerance is given too
    #[arg(long, value_name = "N")]
    iterations: Option<u64>,

    /// In what numbers ranks are kept
    #[arg(long, value_name = "TYPE", default_value = "f64", value_parser = names(PRECISIONS))]
    precision: Precision,
}

impl AlgorithmCommand for PageRankCommand {
    type Algorithm = PageRank;
    type Outcome = PageRankResult;

    fn common(&self) -> Common<'_> {
        let Self { input, graph, run, checkpoints, report, table, .. } = self;
        let checkpoints = Some(checkpoints);
        Common { input, graph, run, checkpoints, report, table: Some(table) }
    }

    fn algorithm(&self) -> PageRank {
        let Settings { damping, tolerance, iterations, precision } = self.settings;
        let mut algorithm = PageRank::default().damping(damping).precision(precision);
        if let Some(tolerance) = tolerance {
            algorithm = algorithm.tolerance(tolerance);
        }
        if let Some(iterations) = iterations {
            algorithm = algorithm.iterations(iterations);
        }
        algorithm
    }

    /// Ranks in the shortest digits that read back to the same bits.
    fn print(&self, outcome: &PageRankResult, out: &mut dyn Write) -> Result<()> {
        match outcome.ranks() {
            Ranks::F32(ranks) => print_ranks(ranks.top(self.table.top()), out),
            Ranks::F64(ranks) => print_ranks(ranks.top(self.table.top()), out),
        }
    }
}

fn print_ranks<R: Debug>(ranks: Vec<(VertexId<'_>, R)>, out: &mut dyn Write) -> Result<()> {
    for (id, rank) in ranks {
        writeln!(out, "{id}\t{rank:?}")?;
    }
    Ok(())
}

impl Outcome for PageRankResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(self.report())
    }

    fn table(&self) -> Option<VertexTable> {
        Some(PageRankResult::table(self))
    }

    fn summary(&self) -> Result<Summary> {
        Ok(Summary::PageRank {
            iterations: self.report().num_supersteps(),
            stopped: self.report().stopped,
            sum_of_ranks: self.sum(),
            precision: match self.ranks() {
                Ranks::F32(_) => Precision::F32,
                Ranks::F64(_) => Precision::F64,
            },
        })
    }
}
