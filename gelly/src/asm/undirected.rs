//! Undirected graphs, which have each edge both ways: degrees of vertices and edges, the filter of
//! high degrees, and simplification.
//!
//! Follows Gelly's `asm.degree.annotate.undirected`, `asm.degree.filter.undirected` and
//! `asm.simple.undirected`. What two algorithms need of one graph with the same settings is
//! described once, and computed once in a run.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::operators::JoinHint;

use super::degrees::{annotate, counts, with_zeros};
use crate::error::Result;
use crate::graph::{Edge, Graph, RunOn, Vertex};
use crate::vertex_key::VertexKey;

/// The number of edges of each vertex.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, Vertex, asm::undirected::VertexDegree};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 3)].map(Edge::from)).undirected();
/// let mut degrees = graph.run(VertexDegree::default())?.collect()?;
/// degrees.sort();
/// assert_eq!(degrees, [(1, 2), (2, 1), (3, 1)].map(Vertex::from));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VertexDegree {
    include_zero_degree_vertices: bool,
    reduce_on_target_id: bool,
}

impl VertexDegree {
    /// Whether vertices without edges come out too, with zero; by default they do not, and the
    /// vertices need not be looked at.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_gelly::asm::undirected::VertexDegree;
    /// let vertices = [1u64, 2, 3].map(|id| Vertex::new(id, ()));
    /// let graph = Graph::from_collection(&env, vertices, [(1, 2), (2, 1)].map(Edge::from));
    /// let all = VertexDegree::default().include_zero_degree_vertices(true);
    /// assert_eq!(graph.run(all)?.count()?, 3);
    /// assert_eq!(graph.run(VertexDegree::default())?.count()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn include_zero_degree_vertices(mut self, include: bool) -> Self {
        self.include_zero_degree_vertices = include;
        self
    }
}

/// Each edge with the degree of its source.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::undirected::EdgeSourceDegree};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 3)].map(Edge::from)).undirected();
/// let mut edges = graph.run(EdgeSourceDegree::default())?.collect()?;
/// edges.sort();
/// assert_eq!(edges[0], Edge::new(1, 2, ((), 2)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeSourceDegree {
    reduce_on_target_id: bool,
}

/// Each edge with the degree of its target.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::undirected::EdgeTargetDegree};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 3)].map(Edge::from)).undirected();
/// let mut edges = graph.run(EdgeTargetDegree::default())?.collect()?;
/// edges.sort();
/// assert_eq!(edges[0], Edge::new(1, 2, ((), 1)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeTargetDegree {
    reduce_on_target_id: bool,
}

/// Each edge with the degrees of its source and of its target.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::undirected::EdgeDegreePair};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 3)].map(Edge::from)).undirected();
/// let mut edges = graph.run(EdgeDegreePair::default())?.collect()?;
/// edges.sort();
/// assert_eq!(edges[0], Edge::new(1, 2, ((), 2, 1)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeDegreePair {
    reduce_on_target_id: bool,
}

/// Takes away vertices of more than so many edges, and their edges.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::undirected::MaximumDegree};
/// # let env = Environment::builder().threads(1).build()?;
/// let edges = [(1u64, 2u64), (1, 3), (1, 4), (3, 4)].map(Edge::from);
/// let graph = Graph::from_edges(&env, edges).undirected();
/// let low = graph.run(MaximumDegree::new(2))?;
/// assert_eq!((low.num_vertices()?, low.edge_ids().collect()?), (3, vec![(3, 4), (4, 3)]));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaximumDegree {
    maximum_degree: u64,
    reduce_on_target_id: bool,
    broadcast_high_degree_vertices: bool,
}

impl MaximumDegree {
    /// Keeps vertices of up to `maximum_degree` edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_gelly::asm::undirected::MaximumDegree;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 1)].map(Edge::from));
    /// assert_eq!(graph.run(MaximumDegree::new(0))?.num_vertices()?, 0);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(maximum_degree: u64) -> Self {
        Self { maximum_degree, reduce_on_target_id: false, broadcast_high_degree_vertices: false }
    }

    /// Whether the vertices to be taken away are so few that every worker can look into one table
    /// of them; by default the number of rows decides.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_gelly::asm::undirected::MaximumDegree;
    /// let edges = [(1u64, 2u64), (1, 3)].map(Edge::from);
    /// let graph = Graph::from_edges(&env, edges).undirected();
    /// let low = graph.run(MaximumDegree::new(1).broadcast_high_degree_vertices(true))?;
    /// assert_eq!((low.num_vertices()?, low.num_edges()?), (2, 0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn broadcast_high_degree_vertices(mut self, broadcast: bool) -> Self {
        self.broadcast_high_degree_vertices = broadcast;
        self
    }
}

macro_rules! reduce_on_target {
    ($($algorithm:ident),*) => {$(
        impl $algorithm {
            /// Whether degrees are counted by the targets of edges; by default by their sources.
            /// The degrees of an undirected graph are the same.
            ///
            /// ```
            /// # use quince_core::Environment;
            /// # use quince_gelly::{Edge, Graph, asm::undirected::VertexDegree};
            /// # let env = Environment::builder().threads(1).build()?;
            /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]).undirected();
            /// let degrees = graph.run(VertexDegree::default().reduce_on_target_id(true))?;
            /// assert!(degrees.collect()?.iter().all(|vertex| vertex.value == 1));
            /// # Ok::<(), quince_gelly::Error>(())
            /// ```
            #[must_use]
            pub fn reduce_on_target_id(mut self, on_target: bool) -> Self {
                self.reduce_on_target_id = on_target;
                self
            }
        }
    )*};
}

reduce_on_target!(VertexDegree, EdgeSourceDegree, EdgeTargetDegree, EdgeDegreePair, MaximumDegree);

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for VertexDegree {
    type Output = DataSet<Vertex<K, u64>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let Self { include_zero_degree_vertices: include, reduce_on_target_id } = self;
        // What counts by targets and what counts by sources is the same, and computed once: as the
        // first says who asks.
        Ok(graph.memo::<Self, _>(include.into(), || {
            let ids = match reduce_on_target_id {
                true => graph.edges().map(|edge| edge.target),
                false => graph.edges().map(|edge| edge.source),
            };
            let found = counts(&ids);
            if include { with_zeros(graph, &found) } else { found }
        }))
    }
}

/// The degrees that edges are annotated with.
fn degrees<K: VertexKey, VV: Record, EV: Record>(
    graph: &Graph<K, VV, EV>,
    reduce_on_target_id: bool,
) -> Result<DataSet<Vertex<K, u64>>> {
    graph.run(VertexDegree::default().reduce_on_target_id(reduce_on_target_id))
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for EdgeSourceDegree {
    type Output = DataSet<Edge<K, (EV, u64)>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let degrees = degrees(graph, self.reduce_on_target_id)?;
        Ok(graph.memo::<Self, _>(0, || {
            annotate(graph.edges(), "source", &degrees, |value, degree| (value, degree))
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for EdgeTargetDegree {
    type Output = DataSet<Edge<K, (EV, u64)>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let degrees = degrees(graph, self.reduce_on_target_id)?;
        Ok(graph.memo::<Self, _>(0, || {
            annotate(graph.edges(), "target", &degrees, |value, degree| (value, degree))
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for EdgeDegreePair {
    type Output = DataSet<Edge<K, (EV, u64, u64)>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let Self { reduce_on_target_id } = self;
        let degrees = degrees(graph, reduce_on_target_id)?;
        let sources = graph.run(EdgeSourceDegree { reduce_on_target_id })?;
        Ok(graph.memo::<Self, _>(0, || {
            annotate(&sources, "target", &degrees, |value, target| (value.0, value.1, target))
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for MaximumDegree {
    type Output = Graph<K, VV, EV>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let maximum = self.maximum_degree;
        let hint = match self.broadcast_high_degree_vertices {
            true => JoinHint::BroadcastHashSecond,
            false => JoinHint::default(),
        };
        let high = degrees(graph, self.reduce_on_target_id)?;
        let high = high.filter(move |vertex| vertex.value > maximum).map(|vertex| vertex.id);
        Ok(graph.without(&high, hint))
    }
}

/// Takes away edges from a vertex to itself, makes the others go both ways, and keeps the first of
/// those between two vertices.
///
/// With `clip_and_flip` only edges from a greater id to a smaller one are kept first, as the
/// Graph500 benchmark makes its graphs: half of the matrix, mirrored.
///
/// Both ways of an edge have one value, that of the first edge between the two vertices. (Gelly
/// keeps the first of each way.)
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::undirected::Simplify};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 1), (3, 3), (3, 2)].map(Edge::from));
/// let simple = graph.run(Simplify::new(false))?;
/// let mut edges = simple.edge_ids().collect()?;
/// edges.sort();
/// assert_eq!(edges, [(1, 2), (2, 1), (2, 3), (3, 2)]);
///
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (3, 2)].map(Edge::from));
/// let mut half = graph.run(Simplify::new(true))?.edge_ids().collect()?;
/// half.sort();
/// assert_eq!(half, [(2, 3), (3, 2)]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simplify {
    clip_and_flip: bool,
}

impl Simplify {
    /// By all edges, or (`clip_and_flip`) by those from a greater id to a smaller one.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_gelly::asm::undirected::Simplify;
    /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
    /// assert_eq!(graph.run(Simplify::new(false))?.num_edges()?, 2);
    /// assert_eq!(graph.run(Simplify::new(true))?.num_edges()?, 0);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(clip_and_flip: bool) -> Self {
        Self { clip_and_flip }
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for Simplify {
    type Output = Graph<K, VV, EV>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let clip = self.clip_and_flip;
        Ok(graph.memo::<Self, _>(clip.into(), || {
            let falling = graph.edges().flat_map(move |edge| match edge.source.cmp(&edge.target) {
                std::cmp::Ordering::Greater => Some(edge),
                std::cmp::Ordering::Less if !clip => Some(edge.reverse()),
                _ => None,
            });
            let half = falling.distinct_by(["source", "target"]);
            Graph::undirected_of(graph.vertices(), &half)
        }))
    }
}
