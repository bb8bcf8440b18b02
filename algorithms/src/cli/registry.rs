//! All algorithms that are commands: one line each.

use std::io::Write;

use clap::{ArgMatches, Args, FromArgMatches};

use super::args::{CheckpointArgs, GraphArgs, InputArgs, ReportArgs, RunArgs, TableArgs};
use super::driver::{self, AlgorithmCommand, Common};
use super::error::Result;
use super::estimate;
use super::interrupt::Interrupt;
use crate::command::Command;

#[cfg(test)]
mod tests;

/// The algorithms in the order in which they are listed.
pub(super) const ALGORITHMS: &[Entry] = &[
    Entry::of::<crate::AdamicAdar>(),
    Entry::of::<crate::AverageClusteringCoefficient>(),
    Entry::of::<crate::Betweenness>(),
    Entry::of::<crate::BreadthFirstSearch>(),
    Entry::of::<crate::Closeness>(),
    Entry::of::<crate::CommunityDetection>(),
    Entry::of::<crate::CommunityDetectionLabelPropagation>(),
    Entry::of::<crate::ConnectedComponents>(),
    Entry::of::<crate::CoreDecomposition>(),
    Entry::of::<crate::EdgeMetrics>(),
    Entry::of::<crate::GlobalClusteringCoefficient>(),
    Entry::of::<crate::HarmonicCentrality>(),
    Entry::of::<crate::Hits>(),
    Entry::of::<crate::IncrementalSingleSourceShortestPaths>(),
    Entry::of::<crate::JaccardIndex>(),
    Entry::of::<crate::LabelPropagation>(),
    Entry::of::<crate::Leiden>(),
    Entry::of::<crate::LocalClusteringCoefficient>(),
    Entry::of::<crate::Louvain>(),
    Entry::of::<crate::MinimumSpanningForest>(),
    Entry::of::<crate::Modularity>(),
    Entry::of::<crate::PageRank>(),
    Entry::of::<crate::PersonalizedPageRank>(),
    Entry::of::<crate::SingleSourceShortestPaths>(),
    Entry::of::<crate::StronglyConnectedComponents>(),
    Entry::of::<crate::TopologicalOrder>(),
    Entry::of::<crate::TriadicCensus>(),
    Entry::of::<crate::TriangleCount>(),
    Entry::of::<crate::TriangleEnumerator>(),
    Entry::of::<crate::TriangleListing>(),
    Entry::of::<crate::VertexMetrics>(),
];

/// An algorithm as the command line sees it.
pub(super) struct Entry {
    pub(super) name: &'static str,
    about: &'static str,
    /// The command that runs it.
    pub(super) command: fn() -> clap::Command,
    /// Runs it with the arguments of that command.
    pub(super) run: fn(&ArgMatches, &Interrupt, &mut dyn Write) -> Result<()>,
    /// The command that tells the memory that it will need.
    pub(super) estimate_command: fn() -> clap::Command,
    /// Tells it, with the arguments of that command.
    pub(super) estimate: fn(&ArgMatches, &Interrupt, &mut dyn Write) -> Result<()>,
    /// What it estimates and what a run takes.
    #[cfg(test)]
    measure: tests::Measure,
}

impl Entry {
    const fn of<C: Command>() -> Self {
        Self {
            name: C::NAME,
            about: C::ABOUT,
            command: command::<C>,
            run: run::<C>,
            estimate_command: estimate::command::<C>,
            estimate: estimate::run::<C>,
            #[cfg(test)]
            measure: tests::measure::<C>,
        }
    }

    /// What it does, in a line.
    pub(super) fn summary(&self) -> &'static str {
        self.about.lines().next().unwrap_or_default()
    }
}

/// The entry of this name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    ALGORITHMS.iter().find(|entry| entry.name == name)
}

/// The command of an algorithm.
fn command<C: Command>() -> clap::Command {
    let (summary, _) = C::ABOUT.split_once('\n').unwrap_or((C::ABOUT, ""));
    AlgorithmArgs::<C>::augment_args(clap::Command::new(C::NAME))
        .about(summary)
        .long_about(C::ABOUT)
        .after_long_help(format!("Examples:\n{}", C::EXAMPLES))
}

/// Runs an algorithm with the arguments of its command.
fn run<C: Command>(matches: &ArgMatches, interrupt: &Interrupt, out: &mut dyn Write) -> Result<()> {
    driver::run(&AlgorithmArgs::<C>::from_arg_matches(matches)?, interrupt, out)
}

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
struct AlgorithmArgs<A: Args> {
    #[command(flatten, next_help_heading = "Input")]
    input: InputArgs,

    #[command(flatten, next_help_heading = "Algorithm")]
    settings: A,

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

impl<C: Command> AlgorithmCommand for AlgorithmArgs<C> {
    type Algorithm = C;
    type Outcome = C::Result;

    fn common(&self) -> Common<'_> {
        let Self { input, graph, run, checkpoints, report, table, .. } = self;
        let (checkpoints, table) = (Some(checkpoints), Some(table));
        Common { input, graph, run, checkpoints, report, table }
    }

    fn algorithm(&self) -> &C {
        &self.settings
    }
}
