//! `quince stats`.

use std::io::{self, Write};

use clap::Args;
use quince_core::iteration::IterationReport;
use quince_gelly::VertexTable;

use super::args::{GraphArgs, InputArgs, ReportArgs, RunArgs};
use super::driver::{AlgorithmCommand, Common, Outcome};
use super::error::Result;
use super::report::Summary;
use crate::graph_statistics::DegreeStatistics;
use crate::{GraphStatistics, GraphStatisticsResult};

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

    fn algorithm(&self) -> GraphStatistics {
        GraphStatistics
    }

    fn print(&self, facts: &GraphStatisticsResult, out: &mut dyn Write) -> Result<()> {
        if self.json {
            serde_json::to_writer_pretty(&mut *out, facts).map_err(io::Error::from)?;
            return Ok(writeln!(out)?);
        }
        for (fact, value) in list(facts) {
            writeln!(out, "{fact}\t{value}")?;
        }
        Ok(())
    }
}

/// The facts with their names.
fn list(facts: &GraphStatisticsResult) -> Vec<(&'static str, String)> {
    let mut list = vec![
        ("vertices", facts.vertices.to_string()),
        ("edges", facts.edges.to_string()),
        ("directed", if facts.directed { "yes" } else { "no" }.to_owned()),
        ("self-loops", facts.self_loops.to_string()),
        ("duplicate edges", facts.duplicate_edges.to_string()),
        ("isolated vertices", facts.isolated_vertices.to_string()),
        ("dangling vertices", facts.dangling_vertices.to_string()),
        ("mean degree", facts.mean_degree.to_string()),
    ];
    if facts.directed {
        list.push(("out-degree", range(&facts.out_degree)));
        list.push(("in-degree", range(&facts.in_degree)));
    } else {
        list.push(("degree", range(&facts.out_degree)));
    }
    if let Some(weight) = &facts.weight {
        list.push(("weight", format!("{} to {}", weight.minimum, weight.maximum)));
        list.push(("sum of weights", weight.sum.to_string()));
    }
    list
}

fn range(degree: &DegreeStatistics) -> String {
    let DegreeStatistics { minimum, maximum, vertex } = degree;
    let whose = vertex.as_ref().map_or_else(String::new, |vertex| format!(" (vertex {vertex})"));
    format!("{minimum} to {maximum}{whose}")
}

impl Outcome for GraphStatisticsResult {
    fn iteration(&self) -> Option<&IterationReport> {
        None
    }

    fn table(&self) -> Option<VertexTable> {
        None
    }

    fn summary(&self) -> Result<Summary> {
        Ok(Summary::Statistics(Box::new(self.clone())))
    }
}
