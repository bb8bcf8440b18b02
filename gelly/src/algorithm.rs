//! What every graph algorithm offers.

use quince_core::index::EntryValue;
use quince_core::plan::PlanNode;

use crate::error::Result;
use crate::graph::{EdgeDirection, Graph};

/// A graph algorithm: a configuration that can be explained and run on a graph.
///
/// Follows Gelly's `GraphAlgorithm`.
pub trait GraphAlgorithm<E: EntryValue> {
    /// What it gives back.
    type Output;

    /// Its name: `PageRank`.
    fn name(&self) -> &'static str;

    /// The indexes that it reads, so that they can be built before the clock starts.
    fn directions(&self, graph: &Graph<E>) -> Vec<EdgeDirection>;

    /// How it would run on this graph, and why.
    fn plan(&self, graph: &Graph<E>) -> Result<PlanNode>;

    /// Runs it.
    fn run(&self, graph: &Graph<E>) -> Result<Self::Output>;
}

impl<E: EntryValue> Graph<E> {
    /// Runs an algorithm.
    pub fn run<A: GraphAlgorithm<E>>(&self, algorithm: A) -> Result<A::Output> {
        algorithm.run(self)
    }

    /// Builds the indexes that an algorithm reads, if they are not there yet.
    pub fn prepare<A: GraphAlgorithm<E>>(&self, algorithm: &A) -> Result<()> {
        let directions = algorithm.directions(self);
        directions.into_iter().try_for_each(|direction| self.index(direction).map(|_| ()))
    }

    /// How an algorithm would run on this graph, and why.
    pub fn explain<A: GraphAlgorithm<E>>(&self, algorithm: &A) -> Result<PlanNode> {
        algorithm.plan(self)
    }
}
