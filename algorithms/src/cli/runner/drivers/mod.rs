//! The algorithms of `quince run`, one driver each.

mod adamic_adar;
mod clustering_coefficient;
mod connected_components;
mod edge_list;
mod graph_metrics;
mod hits;
mod jaccard_index;
mod page_rank;
mod triangle_listing;

use serde_json::{Map, Value};

use super::inputs::{InputGraph, View};
use super::parameters::{Parameter, Parameters, unknown};
use super::rows::{Row, Rows};
use crate::cli::error::Result;
use crate::cli::runner_error::RunnerError;

/// An algorithm that can be named, with its options as Gelly calls them.
pub(super) trait Driver: Sync {
    fn name(&self) -> &'static str;

    /// What it does, in a line.
    fn about(&self) -> &'static str;

    /// What it does, in some sentences.
    fn description(&self) -> &'static str;

    fn parameters(&self) -> &'static [Parameter];

    /// Whether it gives rows, or figures alone.
    fn has_rows(&self) -> bool {
        true
    }

    /// Runs it on the graph of `input`.
    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer>;
}

/// What a driver gives.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) rows: Option<Rows>,
    /// Lines for standard output, behind the rows.
    pub(super) analytics: Vec<String>,
    /// Figures for the details of the job.
    pub(super) accumulators: Map<String, Value>,
}

impl Answer {
    pub(super) fn of(rows: Rows) -> Self {
        Self { rows: Some(rows), ..Self::default() }
    }

    /// Adds a figure.
    fn figure(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.accumulators.insert(name.to_owned(), value.into());
        self
    }
}

/// The algorithms, in the order in which they are listed.
pub(super) const DRIVERS: &[&dyn Driver] = &[
    &adamic_adar::Telling,
    &clustering_coefficient::ClusteringCoefficient,
    &connected_components::Components,
    &edge_list::Edges,
    &graph_metrics::GraphMetrics,
    &hits::HubsAndAuthorities,
    &jaccard_index::Jaccard,
    &page_rank::Ranks,
    &triangle_listing::Triangles,
];

/// The driver of this name.
pub(super) fn find(name: &str) -> Result<&'static dyn Driver, RunnerError> {
    let names: Vec<&str> = DRIVERS.iter().map(|driver| driver.name()).collect();
    let found = DRIVERS.iter().find(|driver| driver.name() == name).copied();
    found.ok_or_else(|| unknown("algorithm", name, &names))
}

const MIRROR_RESULTS: Parameter =
    Parameter::flag("mirror_results", "give each pair of vertices in both orders");

/// Writes the two ids that a row begins with.
fn write_pair(row: &Row<'_>, out: &mut String) {
    out.push_str("Vertex IDs: (");
    row.write_id(0, out);
    out.push_str(", ");
    row.write_id(1, out);
    out.push(')');
}

const ORDER: Parameter =
    Parameter::required("order", "directed|undirected", "whether edges go one way or both");

/// The view that `--order` asks for.
fn order(parameters: &Parameters, who: &str) -> Result<View, RunnerError> {
    let _: String = parameters.get(who, &ORDER, "")?;
    let order = parameters.choice(&ORDER, &["directed", "undirected"], 2)?;
    Ok(if order == Some("directed") { View::Directed } else { View::Undirected })
}

const ITERATIONS: Parameter =
    Parameter::optional("iterations", "N", "iterations, at most; 10 if no threshold is given");
const CONVERGENCE_THRESHOLD: Parameter = Parameter::optional(
    "convergence_threshold",
    "X",
    "stop when values change by no more than this in sum",
);

/// When an iteration stops: after so many supersteps, or when changes are small.
struct IterationLimits {
    iterations: Option<u64>,
    threshold: Option<f64>,
}

/// The limits that are asked for, 10 iterations if none is.
fn iteration_limits(parameters: &Parameters) -> Result<IterationLimits, RunnerError> {
    let iterations = parameters.optional(&ITERATIONS, "give a whole number")?;
    let threshold = parameters.optional(&CONVERGENCE_THRESHOLD, "give a number of 0 or more")?;
    let iterations = if threshold.is_none() { iterations.or(Some(10)) } else { iterations };
    Ok(IterationLimits { iterations, threshold })
}
