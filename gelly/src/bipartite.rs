//! Bipartite graphs: edges between vertices of two kinds, and their projections to one.
//!
//! Follows Gelly's `BipartiteGraph`. A projection joins two vertices of one kind by an edge for
//! each vertex of the other kind that both have an edge to, both ways; a vertex is not joined to
//! itself.

use std::fmt;
use std::sync::Arc;

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;

use crate::graph::{Edge, Graph, Vertex};
use crate::vertex_key::VertexKey;

/// An edge between a top vertex and a bottom vertex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct BipartiteEdge<KT, KB, EV = ()> {
    /// The id of the top vertex.
    pub top: KT,
    /// The id of the bottom vertex.
    pub bottom: KB,
    /// The value.
    pub value: EV,
}

impl<KT, KB, EV> BipartiteEdge<KT, KB, EV> {
    /// An edge.
    ///
    /// ```
    /// use quince_gelly::BipartiteEdge;
    /// assert_eq!(BipartiteEdge::new(1, "film", 0.5).bottom, "film");
    /// ```
    pub fn new(top: KT, bottom: KB, value: EV) -> Self {
        Self { top, bottom, value }
    }
}

/// What a full projection knows of an edge: the vertex in the middle, the values of both ends, and
/// those of both edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct Projection<KC, VC, VV, EV> {
    /// The vertex of the other kind that joins the two.
    pub connecting: Vertex<KC, VC>,
    /// The value of the source.
    pub source_value: VV,
    /// The value of the target.
    pub target_value: VV,
    /// The value of the edge between the source and the vertex in the middle.
    pub source_edge_value: EV,
    /// The value of the edge between the target and the vertex in the middle.
    pub target_edge_value: EV,
}

/// A graph of top vertices, bottom vertices, and edges between the two.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
/// # let env = Environment::builder().threads(1).build()?;
/// // Who played in which film.
/// let actors = [(1u32, "Kim"), (2, "Lou")].map(|(id, name)| Vertex::new(id, name.to_owned()));
/// let films = [(7u64, 1999u16), (8, 2004)].map(Vertex::from);
/// let parts = [(1, 7, 3.5), (2, 7, 4.0), (2, 8, 1.0)];
/// let parts = parts.map(|(actor, film, minutes)| BipartiteEdge::new(actor, film, minutes));
/// let graph = BipartiteGraph::from_collection(&env, actors, films, parts);
///
/// let mut together = graph.projection_top_simple().edges_as_tuples().collect()?;
/// together.sort_by_key(|edge| edge.0);
/// assert_eq!(together, [(1, 2, (3.5, 4.0)), (2, 1, (4.0, 3.5))]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[must_use = "a graph does nothing until a result is asked for"]
pub struct BipartiteGraph<KT, KB, VT = (), VB = (), EV = ()> {
    inner: Arc<Inner<KT, KB, VT, VB, EV>>,
}

struct Inner<KT, KB, VT, VB, EV> {
    top: DataSet<Vertex<KT, VT>>,
    bottom: DataSet<Vertex<KB, VB>>,
    edges: DataSet<BipartiteEdge<KT, KB, EV>>,
}

impl<KT, KB, VT, VB, EV> Clone for BipartiteGraph<KT, KB, VT, VB, EV> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<KT, KB, VT, VB, EV> fmt::Debug for BipartiteGraph<KT, KB, VT, VB, EV> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BipartiteGraph")
            .field("top", &self.inner.top)
            .field("bottom", &self.inner.bottom)
            .field("edges", &self.inner.edges)
            .finish()
    }
}

impl<KT, KB, VT, VB, EV> BipartiteGraph<KT, KB, VT, VB, EV> {
    /// The vertices of the one kind.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (tops, bottoms) = ([(1u8, 10u32), (2, 20)].map(Vertex::from), [Vertex::new(7u64, true)]);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
    /// assert_eq!(graph.top_vertices().collect()?, tops);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top_vertices(&self) -> &DataSet<Vertex<KT, VT>> {
        &self.inner.top
    }

    /// The vertices of the other kind.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (tops, bottoms) = ([(1u8, 10u32), (2, 20)].map(Vertex::from), [Vertex::new(7u64, true)]);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
    /// assert_eq!(graph.bottom_vertices().collect()?, bottoms);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn bottom_vertices(&self) -> &DataSet<Vertex<KB, VB>> {
        &self.inner.bottom
    }

    /// The edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (tops, bottoms) = ([(1u8, 10u32), (2, 20)].map(Vertex::from), [Vertex::new(7u64, true)]);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
    /// assert_eq!(graph.edges().collect()?, edges);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn edges(&self) -> &DataSet<BipartiteEdge<KT, KB, EV>> {
        &self.inner.edges
    }
}

/// The edges of a projection before values are joined: source, target, the vertex in the middle,
/// the values of both edges.
type Joined<K, KC, EV> = (K, K, KC, EV, EV);

impl<KT, KB, VT, VB, EV> BipartiteGraph<KT, KB, VT, VB, EV>
where
    KT: VertexKey,
    KB: VertexKey,
    VT: Record,
    VB: Record,
    EV: Record,
{
    /// The graph of these vertices and edges.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ids = DataSet::sequence(&env, 0..3).map(|id| Vertex::new(id, ()));
    /// let edges = DataSet::sequence(&env, 0..3).map(|id| BipartiteEdge::new(id, 2 - id, ()));
    /// let graph = BipartiteGraph::from_data_set(&ids, &ids, &edges);
    /// assert_eq!(graph.edges().count()?, 3);
    /// assert_eq!(graph.top_vertices().count()? + graph.bottom_vertices().count()?, 6);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_data_set(
        top: &DataSet<Vertex<KT, VT>>,
        bottom: &DataSet<Vertex<KB, VB>>,
        edges: &DataSet<BipartiteEdge<KT, KB, EV>>,
    ) -> Self {
        let (top, bottom, edges) = (top.clone(), bottom.clone(), edges.clone());
        Self { inner: Arc::new(Inner { top, bottom, edges }) }
    }

    /// As [`from_data_set`](Self::from_data_set), of collections.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (tops, bottoms) = ([(1u8, 10u32), (2, 20)].map(Vertex::from), [Vertex::new(7u64, true)]);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
    /// assert_eq!(graph.top_vertices().count()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_collection(
        env: &Environment,
        top: impl IntoIterator<Item = Vertex<KT, VT>>,
        bottom: impl IntoIterator<Item = Vertex<KB, VB>>,
        edges: impl IntoIterator<Item = BipartiteEdge<KT, KB, EV>>,
    ) -> Self {
        let (top, bottom) =
            (DataSet::from_collection(env, top), DataSet::from_collection(env, bottom));
        Self::from_data_set(&top, &bottom, &DataSet::from_collection(env, edges))
    }

    /// The same graph, with top and bottom changed over.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (top, bottom) = ([Vertex::new(1u8, 'a' as u32)], [Vertex::new(2u16, 0.5)]);
    /// let edges = [BipartiteEdge::new(1u8, 2u16, true)];
    /// let graph = BipartiteGraph::from_collection(&env, top, bottom, edges);
    /// assert_eq!(graph.flip().edges().collect()?, [BipartiteEdge::new(2, 1, true)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn flip(&self) -> BipartiteGraph<KB, KT, VB, VT, EV> {
        let Inner { top, bottom, edges } = &*self.inner;
        let edges = edges.map(|edge| BipartiteEdge {
            top: edge.bottom,
            bottom: edge.top,
            value: edge.value,
        });
        BipartiteGraph::from_data_set(bottom, top, &edges)
    }

    /// The top vertices, joined where they share a bottom vertex; an edge carries the values of the
    /// two edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (tops, bottoms) = ([(1u8, 10u32), (2, 20)].map(Vertex::from), [Vertex::new(7u64, true)]);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
    /// let mut edges = graph.projection_top_simple().edges_as_tuples().collect()?;
    /// edges.sort_by_key(|edge| edge.0);
    /// assert_eq!(edges, [(1, 2, (0.5, 0.25)), (2, 1, (0.25, 0.5))]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn projection_top_simple(&self) -> Graph<KT, VT, (EV, EV)> {
        let edges = self
            .joined()
            .map(|(source, target, _, first, second)| Edge::new(source, target, (first, second)));
        Graph::from_data_set(self.top_vertices(), &edges)
    }

    /// The bottom vertices, joined where they share a top vertex; an edge carries the values of the
    /// two edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (top, bottom) = ([Vertex::new(1u8, ())], [3u64, 4].map(|id| Vertex::new(id, ())));
    /// let edges = [(3, 'x'), (4, 'y')].map(|(id, c)| BipartiteEdge::new(1u8, id, c as u32));
    /// let graph = BipartiteGraph::from_collection(&env, top, bottom, edges);
    /// let mut edges = graph.projection_bottom_simple().edges_as_tuples().collect()?;
    /// edges.sort();
    /// assert_eq!(edges, [(3, 4, (120, 121)), (4, 3, (121, 120))]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn projection_bottom_simple(&self) -> Graph<KB, VB, (EV, EV)> {
        self.flip().projection_top_simple()
    }

    /// The top vertices, joined where they share a bottom vertex; an edge carries all that is known
    /// of the way.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let top = [(1u8, 10u32), (2, 20)].map(Vertex::from);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, top, [Vertex::new(7, true)], edges);
    /// let edges = graph.projection_top_full().edges().collect()?;
    /// let edge = edges.iter().find(|edge| edge.source == 1).unwrap();
    /// assert_eq!((edge.target, edge.value.connecting), (2, Vertex::new(7, true)));
    /// assert_eq!((edge.value.source_value, edge.value.target_value), (10, 20));
    /// assert_eq!((edge.value.source_edge_value, edge.value.target_edge_value), (0.5, 0.25));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn projection_top_full(&self) -> Graph<KT, VT, Projection<KB, VB, VT, EV>> {
        let middle = self.joined().join(self.bottom_vertices()).on(2, "id");
        let middle = middle.with(|(source, target, _, first, second), connecting| {
            (source, target, connecting, (first, second))
        });
        let source = middle.join(self.top_vertices()).on(0, "id");
        let source = source.with(|row, source| (row.0, row.1, row.2, row.3, source.value));
        let edges = source.join(self.top_vertices()).on(1, "id").with(|row, end| {
            let (source, target, connecting, (source_edge_value, target_edge_value), value) = row;
            let (source_value, target_value) = (value, end.value);
            let value = Projection {
                connecting,
                source_value,
                target_value,
                source_edge_value,
                target_edge_value,
            };
            Edge { source, target, value }
        });
        Graph::from_data_set(self.top_vertices(), &edges)
    }

    /// The bottom vertices, joined where they share a top vertex; an edge carries all that is known
    /// of the way.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{BipartiteEdge, BipartiteGraph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (tops, bottoms) = ([(1u8, 10u32), (2, 20)].map(Vertex::from), [Vertex::new(7u64, true)]);
    /// let edges = [(1, 0.5), (2, 0.25)].map(|(id, value)| BipartiteEdge::new(id, 7u64, value));
    /// let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
    /// let between = graph.flip().projection_bottom_full().edges().collect()?;
    /// assert!(between.iter().all(|edge| edge.value.connecting == Vertex::new(7, true)));
    /// assert_eq!((between.len(), graph.projection_bottom_full().num_edges()?), (2, 0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn projection_bottom_full(&self) -> Graph<KB, VB, Projection<KT, VT, VB, EV>> {
        self.flip().projection_top_full()
    }

    /// Pairs of edges that share a bottom vertex and differ in the top vertex.
    fn joined(&self) -> DataSet<Joined<KT, KB, EV>> {
        let pairs = self.edges().join(self.edges()).on("bottom", "bottom");
        pairs.flat_with(|first, second| {
            let differ = first.top != second.top;
            differ.then_some((first.top, second.top, first.bottom, first.value, second.value))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn projections_agree_with_vectors(
            edges in prop::collection::vec((0u8..6, 0u16..6, 0i32..9), 0..15)
        ) {
            let mut simple = Vec::new();
            let mut full = Vec::new();
            let (top, bottom) = (|id: u8| i64::from(id) * 10, |id: u16| format!("b{id}"));
            for first in &edges {
                for second in edges.iter().filter(|other| other.1 == first.1 && other.0 != first.0) {
                    simple.push((first.0, second.0, (first.2, second.2)));
                    let value = Projection {
                        connecting: Vertex::new(first.1, bottom(first.1)),
                        source_value: top(first.0),
                        target_value: top(second.0),
                        source_edge_value: first.2,
                        target_edge_value: second.2,
                    };
                    full.push(Edge::new(first.0, second.0, value));
                }
            }
            simple.sort();
            full.sort();
            let mut orders = Vec::new();
            for threads in [1, 2, 8] {
                let env = Environment::builder().threads(threads).build().unwrap();
                let tops = (0..6).map(|id| Vertex::new(id, top(id)));
                let bottoms = (0..6).map(|id| Vertex::new(id, bottom(id)));
                let edges = edges.iter().map(|&(a, b, value)| BipartiteEdge::new(a, b, value));
                let graph = BipartiteGraph::from_collection(&env, tops, bottoms, edges);
                let of_top = graph.projection_top_simple().edges_as_tuples().collect().unwrap();
                orders.push(of_top.clone());
                let sorted = |mut rows: Vec<_>| { rows.sort(); rows };
                prop_assert_eq!(&sorted(of_top), &simple);
                let turned = graph.flip().projection_bottom_simple().edges_as_tuples();
                prop_assert_eq!(&sorted(turned.collect().unwrap()), &simple);
                let mut found = graph.projection_top_full().edges().collect().unwrap();
                found.sort();
                prop_assert_eq!(&found, &full);
                let mut found = graph.flip().projection_bottom_full().edges().collect().unwrap();
                found.sort();
                prop_assert_eq!(&found, &full);
                prop_assert_eq!(graph.projection_top_full().num_vertices().unwrap(), 6);
            }
            prop_assert!(orders.windows(2).all(|pair| pair[0] == pair[1]));
        }
    }
}
