//! Directed graphs: degrees of vertices and edges, and simplification.
//!
//! Follows Gelly's `asm.degree.annotate.directed` and `asm.simple.directed`. What two algorithms
//! need of one graph with the same settings is described once, and computed once in a run.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;

use super::degrees::{annotate, counts, with_zeros};
use super::hash_code::JavaHash;
use crate::error::Result;
use crate::graph::{Edge, EdgeOrder, Graph, RunOn, Vertex};
use crate::java_hash::{Murmur, seed};
use crate::vertex_key::VertexKey;

/// How many neighbours a vertex has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct Degrees {
    /// Neighbours across edges of either way.
    pub degree: u64,
    /// Neighbours that edges lead to.
    pub out_degree: u64,
    /// Neighbours that edges come from.
    pub in_degree: u64,
}

impl JavaHash for Degrees {
    fn java_hash(&self) -> i32 {
        let Self { degree, out_degree, in_degree } = *self;
        let hash = Murmur::new(seed::DEGREES).long(degree as i64).long(out_degree as i64);
        hash.long(in_degree as i64).finish()
    }
}

/// The number of edges into each vertex.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, Vertex, asm::directed::VertexInDegree};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (3, 2)].map(Edge::from));
/// let degrees = graph.run(VertexInDegree::default())?;
/// assert_eq!(degrees.collect()?, [Vertex::new(2, 2)]);
/// let all = graph.run(VertexInDegree::default().include_zero_degree_vertices(true))?;
/// assert_eq!(all.count()?, 3);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VertexInDegree {
    include_zero_degree_vertices: bool,
}

/// The number of edges out of each vertex.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, Vertex, asm::directed::VertexOutDegree};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 3)].map(Edge::from));
/// assert_eq!(graph.run(VertexOutDegree::default())?.collect()?, [Vertex::new(1, 2)]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VertexOutDegree {
    include_zero_degree_vertices: bool,
}

/// The [`Degrees`] of each vertex. Several edges between two vertices the same way count once.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::directed::{Degrees, VertexDegrees}};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 1), (1, 3)].map(Edge::from));
/// let mut degrees = graph.run(VertexDegrees::default())?.collect()?;
/// degrees.sort();
/// assert_eq!(degrees[0].value, Degrees { degree: 2, out_degree: 2, in_degree: 1 });
/// assert_eq!(degrees[2].value, Degrees { degree: 1, out_degree: 0, in_degree: 1 });
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VertexDegrees {
    include_zero_degree_vertices: bool,
}

macro_rules! include_zeros {
    ($($algorithm:ident),*) => {$(
        impl $algorithm {
            /// Whether vertices without such edges come out too, with zeros; by default they do
            /// not, and the vertices need not be looked at.
            ///
            /// ```
            /// # use quince_core::Environment;
            /// # use quince_gelly::{Edge, Graph, asm::directed::VertexOutDegree};
            /// # let env = Environment::builder().threads(1).build()?;
            /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
            /// let all = VertexOutDegree::default().include_zero_degree_vertices(true);
            /// assert_eq!(graph.run(all)?.count()?, 2);
            /// # Ok::<(), quince_gelly::Error>(())
            /// ```
            #[must_use]
            pub fn include_zero_degree_vertices(mut self, include: bool) -> Self {
                self.include_zero_degree_vertices = include;
                self
            }
        }
    )*};
}

include_zeros!(VertexInDegree, VertexOutDegree, VertexDegrees);

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for VertexInDegree {
    type Output = DataSet<Vertex<K, u64>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let include = self.include_zero_degree_vertices;
        Ok(graph.memo::<Self, _>(include.into(), || {
            let found = counts(&graph.edges().map(|edge| edge.target));
            if include { with_zeros(graph, &found) } else { found }
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for VertexOutDegree {
    type Output = DataSet<Vertex<K, u64>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let include = self.include_zero_degree_vertices;
        Ok(graph.memo::<Self, _>(include.into(), || {
            let found = counts(&graph.edges().map(|edge| edge.source));
            if include { with_zeros(graph, &found) } else { found }
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for VertexDegrees {
    type Output = DataSet<Vertex<K, Degrees>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let include = self.include_zero_degree_vertices;
        Ok(graph.memo::<Self, _>(include.into(), || {
            let found = degrees(graph.edges());
            if include { with_zeros(graph, &found) } else { found }
        }))
    }
}

/// The degrees of the ends of `edges`.
fn degrees<K: VertexKey, EV: Record>(edges: &DataSet<Edge<K, EV>>) -> DataSet<Vertex<K, Degrees>> {
    let ways = edges.flat_map(|edge| {
        let back = (edge.target.clone(), edge.source.clone(), EdgeOrder::Reverse.bits());
        [(edge.source, edge.target, EdgeOrder::Forward.bits()), back]
    });
    // One row for each vertex and neighbour, with the ways in which they are joined.
    let neighbors = ways.group_by([0, 1]).reduce(|a, b| (a.0, a.1, a.2 | b.2));
    let each = neighbors.map(|(id, _, ways)| {
        let goes = |way: EdgeOrder| u64::from(ways & way.bits() != 0);
        let (out_degree, in_degree) = (goes(EdgeOrder::Forward), goes(EdgeOrder::Reverse));
        Vertex { id, value: Degrees { degree: 1, out_degree, in_degree } }
    });
    each.group_by("id").reduce(|a, b| {
        let degree = a.value.degree + b.value.degree;
        let out_degree = a.value.out_degree + b.value.out_degree;
        let in_degree = a.value.in_degree + b.value.in_degree;
        Vertex { id: a.id, value: Degrees { degree, out_degree, in_degree } }
    })
}

/// Each edge with the [`Degrees`] of its source.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::directed::EdgeSourceDegrees};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64, 0.5)].map(Edge::from));
/// let edges = graph.run(EdgeSourceDegrees)?.collect()?;
/// assert_eq!((edges[0].value.0, edges[0].value.1.out_degree), (0.5, 1));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeSourceDegrees;

/// Each edge with the [`Degrees`] of its target.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::directed::EdgeTargetDegrees};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64, 0.5)].map(Edge::from));
/// let edges = graph.run(EdgeTargetDegrees)?.collect()?;
/// assert_eq!((edges[0].value.0, edges[0].value.1.in_degree), (0.5, 1));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeTargetDegrees;

/// Each edge with the [`Degrees`] of its source and of its target.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::directed::EdgeDegreesPair};
/// # let env = Environment::builder().threads(1).build()?;
/// let graph = Graph::from_edges(&env, [(1u64, 2u64), (3, 2)].map(Edge::from));
/// let edges = graph.run(EdgeDegreesPair)?.collect()?;
/// assert!(edges.iter().all(|edge| (edge.value.1.degree, edge.value.2.degree) == (1, 2)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeDegreesPair;

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for EdgeSourceDegrees {
    type Output = DataSet<Edge<K, (EV, Degrees)>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let degrees = graph.run(VertexDegrees::default())?;
        Ok(graph.memo::<Self, _>(0, || {
            annotate(graph.edges(), "source", &degrees, |value, degrees| (value, degrees))
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for EdgeTargetDegrees {
    type Output = DataSet<Edge<K, (EV, Degrees)>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let degrees = graph.run(VertexDegrees::default())?;
        Ok(graph.memo::<Self, _>(0, || {
            annotate(graph.edges(), "target", &degrees, |value, degrees| (value, degrees))
        }))
    }
}

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for EdgeDegreesPair {
    type Output = DataSet<Edge<K, (EV, Degrees, Degrees)>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let degrees = graph.run(VertexDegrees::default())?;
        let sources = graph.run(EdgeSourceDegrees)?;
        Ok(graph.memo::<Self, _>(0, || {
            annotate(&sources, "target", &degrees, |value, target| (value.0, value.1, target))
        }))
    }
}

/// Takes away edges from a vertex to itself, and all but the first of the edges from one vertex to
/// another.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, asm::directed::Simplify};
/// # let env = Environment::builder().threads(1).build()?;
/// let edges = [(1u64, 2u64, 'a' as u32), (1, 2, 'b' as u32), (2, 2, 'c' as u32)];
/// let graph = Graph::from_edges(&env, edges.map(Edge::from)).run(Simplify)?;
/// assert_eq!(graph.edges_as_tuples().collect()?, [(1, 2, 'a' as u32)]);
/// assert_eq!(graph.num_vertices()?, 2);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Simplify;

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for Simplify {
    type Output = Graph<K, VV, EV>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        Ok(graph.memo::<Self, _>(0, || {
            let edges = graph.edges().filter(|edge| edge.source != edge.target);
            let edges = edges.distinct_by(["source", "target"]);
            Graph::from_data_set(graph.vertices(), &edges)
        }))
    }
}
