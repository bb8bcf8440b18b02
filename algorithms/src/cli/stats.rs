//! `quince stats`.

use std::io::{self, Write};

use clap::Args;

use super::args::{GraphArgs, InputArgs, ReportArgs, RunArgs};
use super::driver::{AlgorithmCommand, Common};
use super::error::Result;
use crate::{GraphStatistics, GraphStatisticsResult, Outcome};

/// Show facts about a graph: sizes, degrees, self-loops, duplicates, weights
///
/// Prints one `fact<TAB>value` line each. In an undirected graph an edge adds 1 to the degree of
/// both its ends, a self-loop 1 to its vertex.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct StatsCommand {
    #[command(flatten, next_help_heading = "Input")]
    input: InputArgs,

    #[command(flatten, next_help_heading = "Graph")]
    graph: GraphArgs,

    #[command(flatten, next_help_heading = "Run")]
    run: RunArgs,

    /// Print one JSON object instead of lines
    #[arg(long, help_heading = "Output")]
    json: bool,

    #[command(flatten, next_help_heading = "Output")]
    report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  How large is it, and is it clean?
    quince stats datasets/graphs/p2p-31.e.gz

  What is left of it without self-loops and duplicates, as JSON:
    quince stats soc.txt --undirected --self-loops drop --duplicates drop --json

  The range of the weights in the fourth column:
    quince stats trips.csv --columns 2,3,4";

impl AlgorithmCommand for StatsCommand {
    type Algorithm = GraphStatistics;
    type Outcome = GraphStatisticsResult;

    fn common(&self) -> Common<'_> {
        let Self { input, graph, run, report, .. } = self;
        Common { input, graph, run, checkpoints: None, report, table: None }
    }

    fn algorithm(&self) -> &GraphStatistics {
        &GraphStatistics
    }

    fn print(&self, facts: &GraphStatisticsResult, out: &mut dyn Write) -> Result<()> {
        if self.json {
            serde_json::to_writer_pretty(&mut *out, facts).map_err(io::Error::from)?;
            return Ok(writeln!(out)?);
        }
        Ok(facts.print(usize::MAX, out)?)
    }
}
