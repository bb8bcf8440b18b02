//! What every graph algorithm offers.

use quince_core::index::EntryValue;
use quince_core::plan::PlanNode;
use serde::Serialize;

use crate::error::Result;
use crate::indexed_graph::{EdgeDirection, IndexedGraph};

/// A graph algorithm: a configuration that can be explained and run on a graph.
///
/// Follows Gelly's `GraphAlgorithm`.
pub trait GraphAlgorithm<E: EntryValue> {
    /// What it gives back.
    type Output;

    /// Its name: `PageRank`.
    fn name(&self) -> &'static str;

    /// The indexes that it reads, so that they can be built before the clock starts.
    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection>;

    /// How it would run on this graph, and why.
    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode>;

    /// The bytes that a run takes from the budget at its peak, beside the graph and the indexes in
    /// [`directions`](Self::directions).
    fn estimate(&self, size: &GraphSize) -> u64;

    /// Runs it.
    fn run(&self, graph: &IndexedGraph<E>) -> Result<Self::Output>;
}

/// The memory that a run will need, in bytes of the budget of its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The peak until now: from the source to the graph and the indexes that the algorithm reads.
    pub load_bytes: u64,
    /// What is held now: the graph, its indexes, and whatever else lives in the environment.
    pub graph_bytes: u64,
    /// What the run takes beside that.
    pub algorithm_bytes: u64,
    /// The most at a time.
    pub peak_bytes: u64,
}

/// What the memory of a run depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphSize {
    /// Vertices.
    pub num_vertices: u64,
    /// Edges; one of an undirected graph counts once.
    pub num_edges: u64,
    /// Whether edges go one way.
    pub directed: bool,
    /// Worker threads: some of what a run takes is for each.
    pub num_threads: u64,
}

impl GraphSize {
    /// Entries of one index: an edge of an undirected graph has two.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let one_way = IndexedGraph::from_source(&env, &edges([(1, 2)]))?.size();
    /// let both_ways = IndexedGraph::builder(&env).directed(false).build(&edges([(1, 2)]))?.size();
    /// assert_eq!((one_way.num_entries(), both_ways.num_entries()), (1, 2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_entries(&self) -> u64 {
        if self.directed { self.num_edges } else { 2 * self.num_edges }
    }
}

impl<E: EntryValue> IndexedGraph<E> {
    /// What the memory of a run on it depends on.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!((graph.size().num_vertices, graph.size().num_edges), (3, 3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn size(&self) -> GraphSize {
        GraphSize {
            num_vertices: self.num_vertices(),
            num_edges: self.num_edges(),
            directed: self.is_directed(),
            num_threads: self.environment().num_threads() as u64,
        }
    }

    /// Runs an algorithm.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::*;
    /// # struct CountEdges;
    /// # impl GraphAlgorithm<()> for CountEdges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "CountEdges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, _: &IndexedGraph) -> Result<PlanNode> { Ok(PlanNode::new("count edges")) }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 8 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.run(CountEdges)?, 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn run<A: GraphAlgorithm<E>>(&self, algorithm: A) -> Result<A::Output> {
        algorithm.run(self)
    }

    /// Builds the indexes that an algorithm reads, if they are not there yet.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::*;
    /// # struct CountEdges;
    /// # impl GraphAlgorithm<()> for CountEdges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "CountEdges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, _: &IndexedGraph) -> Result<PlanNode> { Ok(PlanNode::new("count edges")) }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 8 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// graph.prepare(&CountEdges)?;
    /// assert_eq!(graph.num_index_builds(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn prepare<A: GraphAlgorithm<E>>(&self, algorithm: &A) -> Result<()> {
        let directions = algorithm.directions(self);
        directions.into_iter().try_for_each(|direction| self.index(direction).map(|_| ()))
    }

    /// The memory that a run of an algorithm will need. Builds the indexes that it reads, and
    /// does not run it.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::*;
    /// # struct CountEdges;
    /// # impl GraphAlgorithm<()> for CountEdges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "CountEdges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, _: &IndexedGraph) -> Result<PlanNode> { Ok(PlanNode::new("count edges")) }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 8 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.estimate(&CountEdges)?.algorithm_bytes, 24);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice for the indexes, or the environment is cancelled.
    pub fn estimate<A: GraphAlgorithm<E>>(&self, algorithm: &A) -> Result<Estimate> {
        self.prepare(algorithm)?;
        let counters = self.environment().memory().counters();
        let algorithm_bytes = algorithm.estimate(&self.size());
        let (load_bytes, graph_bytes) = (counters.peak_bytes, counters.granted_bytes);
        let peak_bytes = load_bytes.max(graph_bytes + algorithm_bytes);
        Ok(Estimate { load_bytes, graph_bytes, algorithm_bytes, peak_bytes })
    }

    /// How an algorithm would run on this graph, and why.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::*;
    /// # struct CountEdges;
    /// # impl GraphAlgorithm<()> for CountEdges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "CountEdges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, _: &IndexedGraph) -> Result<PlanNode> { Ok(PlanNode::new("count edges")) }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 8 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert!(graph.explain(&CountEdges)?.to_string().contains("count edges"));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn explain<A: GraphAlgorithm<E>>(&self, algorithm: &A) -> Result<PlanNode> {
        algorithm.plan(self)
    }
}
