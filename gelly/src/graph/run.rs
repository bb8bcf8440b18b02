//! Algorithms on a graph, and the index that they share.

use std::sync::Arc;

use quince_core::columnar::Record;
use quince_core::index::{Csr, OrderChoice};
use quince_core::plan::PlanNode;

use super::Graph;
use super::index::EdgeWeight;
use crate::algorithm::{Estimate, GraphAlgorithm, GraphSize};
use crate::error::{Error, Result};
use crate::indexed_graph::{EdgeDirection, IndexedGraph};
use crate::vertex_key::VertexKey;

/// What runs on a graph: every [`GraphAlgorithm`] for edges with such weights, and what works on
/// the data sets of the graph. `On` keeps the two apart.
///
/// An algorithm of your own over data sets is an `impl` of this trait:
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, Result, RunOn, VertexKey};
///
/// /// The share of edges that go both ways.
/// struct Reciprocity;
///
/// impl<K: VertexKey> RunOn<K, (), ()> for Reciprocity {
///     type Output = f64;
///
///     fn run_on(self, graph: &Graph<K>) -> Result<f64> {
///         let both = graph.intersect(&graph.reverse(), true);
///         Ok(both.num_edges()? as f64 / graph.num_edges()? as f64)
///     }
/// }
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 1), (2, 3), (3, 1)].map(Edge::from));
/// assert_eq!(graph.run(Reciprocity)?, 0.5);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run on a graph with ids `{K}`, vertex values `{VV}` and edge \
               values `{EV}`",
    note = "algorithms on weights need edge values that are `EdgeWeight`s"
)]
pub trait RunOn<K, VV, EV, On = OnDataSets> {
    /// What it gives back.
    type Output;

    /// Runs it.
    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output>;
}

/// Marks what runs on the data sets of a graph.
#[derive(Debug)]
pub struct OnDataSets;

/// Marks what runs on its index.
#[derive(Debug)]
pub struct OnIndex;

impl<K, VV, EV, A> RunOn<K, VV, EV, OnIndex> for A
where
    K: VertexKey,
    VV: Record,
    EV: EdgeWeight,
    A: GraphAlgorithm<EV::Entry>,
{
    type Output = A::Output;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<A::Output> {
        self.run(&graph.indexed()?)
    }
}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// Runs an algorithm.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::{EdgeDirection, Graph, GraphAlgorithm, GraphSize, IndexedGraph, Result, edges};
    /// # struct Edges;
    /// # impl GraphAlgorithm<()> for Edges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "Edges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, graph: &IndexedGraph) -> Result<PlanNode> {
    /// #         Ok(PlanNode::new("count").input(graph.index_plan(EdgeDirection::Out)))
    /// #     }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 4 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
    /// assert_eq!(graph.run(Edges)?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn run<On, A: RunOn<K, VV, EV, On>>(&self, algorithm: A) -> Result<A::Output> {
        algorithm.run_on(self)
    }

    /// The graph as an index without edge values, made on first use: of all vertices, and of the
    /// ends of edges, should one be missing among them.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, "a street".to_owned())]);
    /// assert_eq!(graph.topology()?.num_edges(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn topology(&self) -> Result<IndexedGraph> {
        self.inner.index.get(|_| 1.0)
    }

    /// Whether algorithms see an edge as going one way. Edges of an undirected graph are both ways
    /// in [`edges`](Self::edges).
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2)]))?;
    /// assert!(graph.is_directed() && !graph.undirected().is_directed());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn is_directed(&self) -> bool {
        self.inner.index.options().directed
    }
}

impl<K: VertexKey, VV: Record, EV: EdgeWeight> Graph<K, VV, EV> {
    /// The graph as the index that algorithms run on, with edge values as weights; made on first
    /// use and shared.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, EdgeDirection, Graph};
    /// # use std::sync::Arc;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, 7u32)]);
    /// let index = graph.indexed()?.index(EdgeDirection::Out)?;
    /// let named = graph.map_vertices(|vertex| vertex.id.to_string());
    /// assert!(Arc::ptr_eq(&index, &named.index(EdgeDirection::Out)?));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn indexed(&self) -> Result<IndexedGraph<EV::Entry>> {
        self.inner.index.get(EV::weight)
    }

    /// The edges by the vertex that they leave or reach; see [`IndexedGraph::index`].
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, EdgeDirection, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_core::index::StaticIndex;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 3)].map(Edge::from));
    /// let out = graph.index(EdgeDirection::Out)?;
    /// assert_eq!(out.degree(graph.find(&1)?), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn index(&self, direction: EdgeDirection) -> Result<Arc<Csr<EV::Entry>>> {
        self.indexed()?.index(direction)
    }

    /// How an algorithm would run on this graph, and why.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::{EdgeDirection, Graph, GraphAlgorithm, GraphSize, IndexedGraph, Result, edges};
    /// # struct Edges;
    /// # impl GraphAlgorithm<()> for Edges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "Edges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, graph: &IndexedGraph) -> Result<PlanNode> {
    /// #         Ok(PlanNode::new("count").input(graph.index_plan(EdgeDirection::Out)))
    /// #     }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 4 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
    /// let plan = graph.explain(&Edges)?.to_string();
    /// assert!(plan.starts_with("count\n") && plan.contains("CSR, cached"), "{plan}");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn explain<A: GraphAlgorithm<EV::Entry>>(&self, algorithm: &A) -> Result<PlanNode> {
        self.indexed()?.explain(algorithm)
    }

    /// Builds the indexes that an algorithm reads, if they are not there yet.
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::{EdgeDirection, Graph, GraphAlgorithm, GraphSize, IndexedGraph, Result, edges};
    /// # struct Edges;
    /// # impl GraphAlgorithm<()> for Edges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "Edges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, graph: &IndexedGraph) -> Result<PlanNode> {
    /// #         Ok(PlanNode::new("count").input(graph.index_plan(EdgeDirection::Out)))
    /// #     }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 4 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
    /// graph.prepare(&Edges)?;
    /// assert_eq!(graph.indexed()?.num_index_builds(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn prepare<A: GraphAlgorithm<EV::Entry>>(&self, algorithm: &A) -> Result<()> {
        self.indexed()?.prepare(algorithm)
    }

    /// The memory that a run of an algorithm will need; see [`IndexedGraph::estimate`].
    ///
    /// ```
    /// # use quince_core::{Environment, plan::PlanNode};
    /// # use quince_gelly::{EdgeDirection, Graph, GraphAlgorithm, GraphSize, IndexedGraph, Result, edges};
    /// # struct Edges;
    /// # impl GraphAlgorithm<()> for Edges {
    /// #     type Output = u64;
    /// #     fn name(&self) -> &'static str { "Edges" }
    /// #     fn directions(&self, _: &IndexedGraph) -> Vec<EdgeDirection> { vec![EdgeDirection::Out] }
    /// #     fn plan(&self, graph: &IndexedGraph) -> Result<PlanNode> {
    /// #         Ok(PlanNode::new("count").input(graph.index_plan(EdgeDirection::Out)))
    /// #     }
    /// #     fn estimate(&self, size: &GraphSize) -> u64 { 4 * size.num_vertices }
    /// #     fn run(&self, graph: &IndexedGraph) -> Result<u64> { Ok(graph.num_edges()) }
    /// # }
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
    /// assert_eq!(graph.estimate(&Edges)?.algorithm_bytes, 12);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice for the indexes.
    pub fn estimate<A: GraphAlgorithm<EV::Entry>>(&self, algorithm: &A) -> Result<Estimate> {
        self.indexed()?.estimate(algorithm)
    }

    /// What the memory of a run on it depends on.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
    /// assert_eq!((graph.size()?.num_vertices, graph.size()?.num_entries()), (3, 2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn size(&self) -> Result<GraphSize> {
        Ok(self.indexed()?.size())
    }

    /// The order in which vertices are numbered inside, and why.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, VertexOrder, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = Graph::builder(&env).order(VertexOrder::HubFirst);
    /// let graph = builder.build(&edges([(1, 2), (2, 3)]))?;
    /// assert_eq!(graph.order()?.reason, "asked for");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn order(&self) -> Result<OrderChoice> {
        Ok(self.indexed()?.order().clone())
    }

    /// Whether the graph has a vertex of this id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from(((1u8, 7u8), (2, 5)))]);
    /// assert!(graph.contains(&(2, 5))? && !graph.contains(&(5, 2))?);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice.
    pub fn contains(&self, id: &K) -> Result<bool> {
        Ok(id.dense(self.indexed()?.dictionary()).is_some())
    }

    /// The dense number of the vertex of this id in the index.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from((10u64, 20u64))]);
    /// assert_eq!(graph.find(&20)?, 1);
    /// let error = graph.find(&7).unwrap_err().to_string();
    /// assert!(error.starts_with("the graph has no vertex 7"));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is none, a plan fails or the budget does not suffice.
    pub fn find(&self, id: &K) -> Result<u32> {
        let unknown = || Error::UnknownVertex { id: format!("{id:?}") };
        id.dense(self.indexed()?.dictionary()).ok_or_else(unknown)
    }
}
