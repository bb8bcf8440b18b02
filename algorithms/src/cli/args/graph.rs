//! How edges become a graph.

use clap::Args;
use quince_core::Environment;
use quince_gelly::{Duplicates, GraphBuilder, IndexedGraph, SelfLoops, VertexOrder};

use crate::cli::error::{CliError, Result};
use crate::command::names;

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct GraphArgs {
    /// Edges go from source to target (the default)
    #[arg(long, conflicts_with = "undirected")]
    directed: bool,

    /// Edges go both ways
    #[arg(long)]
    undirected: bool,

    /// Read weights: the third column, or that of --columns
    ///
    /// Without it they are read only if --columns names three columns or if the format always has
    /// them (wel, dimacs).
    #[arg(long)]
    pub(in crate::cli) weighted: bool,

    /// What to do with edges from a vertex to itself
    #[arg(long, value_name = "RULE", default_value = "keep", value_parser = names(SELF_LOOPS))]
    self_loops: SelfLoops,

    /// What to do with edges of the same source and target
    ///
    /// In an undirected graph (a, b) and (b, a) are the same.
    #[arg(long, value_name = "RULE", default_value = "keep", value_parser = names(DUPLICATES))]
    duplicates: Duplicates,

    /// In which order vertices are numbered inside: decides speed, never which ids you see
    ///
    /// Sums of floats run in this order, so the last digits of ranks may differ between two
    /// orders; for one order they never do.
    #[arg(long, value_name = "ORDER", default_value = "auto", value_parser = names(ORDERS))]
    order: VertexOrder,
}

const SELF_LOOPS: &[(&str, &str, SelfLoops)] =
    &[("keep", "", SelfLoops::Keep), ("drop", "", SelfLoops::Drop)];

const DUPLICATES: &[(&str, &str, Duplicates)] = &[
    ("keep", "All stay", Duplicates::Keep),
    ("drop", "The first stays", Duplicates::Drop),
    ("sum", "One stays, with the sum of the weights", Duplicates::Sum),
    ("min", "One stays, with the smallest of the weights", Duplicates::Min),
    ("max", "One stays, with the largest of the weights", Duplicates::Max),
];

const ORDERS: &[(&str, &str, VertexOrder)] = &[
    ("auto", "By statistics of the input; --explain tells", VertexOrder::Auto),
    ("ascending", "By id", VertexOrder::Ascending),
    ("hub-first", "By falling degree", VertexOrder::HubFirst),
];

impl GraphArgs {
    /// An error if weights are to be combined where there are none.
    pub(in crate::cli) fn check(&self, weighted: bool) -> Result<()> {
        let rule = match self.duplicates {
            Duplicates::Keep | Duplicates::Drop => return Ok(()),
            Duplicates::Sum => "sum",
            Duplicates::Min => "min",
            Duplicates::Max => "max",
        };
        if weighted { Ok(()) } else { Err(CliError::NoWeights { rule }) }
    }

    /// A graph as it is described.
    pub(in crate::cli) fn builder(&self, env: &Environment) -> GraphBuilder<'_> {
        IndexedGraph::builder(env)
            .directed(!self.undirected)
            .self_loops(self.self_loops)
            .duplicates(self.duplicates)
            .order(self.order)
    }
}
