//! `quince connected-components`.

use std::io::Write;

use clap::Args;
use quince_core::iteration::{IterationReport, Rewrites};
use quince_gelly::VertexTable;

use super::args::{CheckpointArgs, GraphArgs, InputArgs, ReportArgs, RunArgs, TableArgs};
use super::driver::{AlgorithmCommand, Common, Outcome};
use super::error::Result;
use super::report::Summary;
use crate::{ConnectedComponents, ConnectedComponentsResult};

/// Find the groups of vertices that reach each other when edges go both ways
///
/// Each component is named by its smallest vertex id: integers by value, texts by their bytes.
/// Directions, weights, self-loops and parallel edges make no difference.
///
/// Prints the largest components, one `component<TAB>size` line each; --output writes the
/// component of every vertex.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ConnectedComponentsCommand {
    #[command(flatten, next_help_heading = "Input")]
    input: InputArgs,

    #[command(flatten, next_help_heading = "Connected components")]
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
  The ten largest components and their sizes:
    quince connected-components datasets/graphs/p2p-31.e.gz

  Vertices without edges count too; the component of each into a file:
    quince connected-components p2p-31.e.gz --vertices p2p-31.v.gz --output components.csv

  The textbook iteration, saved every 20 supersteps, from where it was interrupted:
    quince connected-components roads.el --no-rewrite --checkpoint-dir saved \
      --checkpoint-every 20 --resume

  The textbook iteration instead of its rewrite, with its plan and figures:
    quince connected-components roads.el --no-rewrite --explain --report run.json";

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
struct Settings {
    /// Stop after N iterations, even if smaller ids are still on their way
    #[arg(long, value_name = "N")]
    iterations: Option<u64>,

    /// Run the delta iteration as it is written, not rewritten to a fold of each component
    #[arg(long)]
    no_rewrite: bool,
}

impl AlgorithmCommand for ConnectedComponentsCommand {
    type Algorithm = ConnectedComponents;
    type Outcome = ConnectedComponentsResult;

    fn common(&self) -> Common<'_> {
        let Self { input, graph, run, checkpoints, report, table, .. } = self;
        let checkpoints = Some(checkpoints);
        Common { input, graph, run, checkpoints, report, table: Some(table) }
    }

    fn algorithm(&self) -> ConnectedComponents {
        let Settings { iterations, no_rewrite } = self.settings;
        let rewrites = if no_rewrite { Rewrites::Off } else { Rewrites::On };
        let algorithm = ConnectedComponents::default().rewrites(rewrites);
        match iterations {
            Some(iterations) => algorithm.maximum_iterations(iterations),
            None => algorithm,
        }
    }

    fn print(&self, outcome: &ConnectedComponentsResult, out: &mut dyn Write) -> Result<()> {
        let count = self.table.top();
        if count == 0 {
            return Ok(());
        }
        for (component, size) in outcome.largest(count)? {
            writeln!(out, "{component}\t{size}")?;
        }
        Ok(())
    }
}

impl Outcome for ConnectedComponentsResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(self.report())
    }

    fn table(&self) -> Option<VertexTable> {
        Some(ConnectedComponentsResult::table(self))
    }

    fn summary(&self) -> Result<Summary> {
        Ok(Summary::Components {
            components: self.num_components()?,
            largest: self.largest(1)?.first().map_or(0, |&(_, size)| size),
            iterations: self.report().num_supersteps(),
            stopped: self.report().stopped,
        })
    }
}
