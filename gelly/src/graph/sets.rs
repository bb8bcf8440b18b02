//! Graphs as sets: union, difference, intersection.

use quince_core::columnar::{Key, Record};

use super::Graph;
use super::types::{Edge, Vertex};
use crate::vertex_key::VertexKey;

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// All vertices of both graphs, each once, and all edges of both: an edge that is in both is
    /// there twice. Where both have a vertex, the value of this graph stays.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let first = Graph::from_edges(&env, [(1u64, 2u64), (2, 3)].map(Edge::from));
    /// let second = Graph::from_edges(&env, [(2u64, 3u64), (3, 4)].map(Edge::from));
    /// let both = first.union(&second);
    /// assert_eq!(both.num_vertices()?, 4);
    /// assert_eq!(both.edge_ids().collect()?, [(1, 2), (2, 3), (2, 3), (3, 4)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn union(&self, other: &Self) -> Self {
        let vertices = self.vertices().union(other.vertices()).distinct_by("id");
        Self::of(vertices, self.edges().union(other.edges()))
    }

    /// The vertices of this graph that the other does not have, and the edges between them.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64), (2, 3), (3, 4), (4, 1)].map(Edge::from);
    /// let graph = Graph::from_edges(&env, edges);
    /// let other = Graph::from_edges(&env, [Edge::from((4u64, 5u64))]);
    /// let mut left = graph.difference(&other).edge_ids().collect()?;
    /// left.sort();
    /// assert_eq!(left, [(1, 2), (2, 3)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn difference(&self, other: &Self) -> Self {
        self.restricted_to(self.vertices().anti_join(other.vertices()).on("id", "id"))
    }

    /// The edges that both graphs have, equal in source, target and value, and their ends, without
    /// values.
    ///
    /// If `distinct_edges`, each such edge is there once. If not, equal edges are paired as long as
    /// both graphs have one left, and both edges of each pair are there.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let first = [(1u64, 3u64, 12), (1, 3, 13), (1, 3, 13)].map(Edge::from);
    /// let first = Graph::from_edges(&env, first);
    /// let second = Graph::from_edges(&env, [(1u64, 3u64, 13)].map(Edge::from));
    /// let distinct = first.intersect(&second, true);
    /// assert_eq!(distinct.edges_as_tuples().collect()?, [(1, 3, 13)]);
    /// let pairs = first.intersect(&second, false);
    /// assert_eq!(pairs.edges_as_tuples().collect()?, [(1, 3, 13), (1, 3, 13)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn intersect<W: Record>(
        &self,
        other: &Graph<K, W, EV>,
        distinct_edges: bool,
    ) -> Graph<K, (), EV> {
        let key = Key::whole::<Edge<K, EV>>;
        let edges = if distinct_edges {
            self.edges().distinct().semi_join(other.edges()).on(key(), key())
        } else {
            self.edges().co_group(other.edges()).on(key(), key()).with(|ours, theirs| {
                let pairs = ours.iter().zip(theirs);
                pairs.flat_map(|(ours, theirs)| [ours.clone(), theirs.clone()]).collect::<Vec<_>>()
            })
        };
        let ids = edges.flat_map(|edge| [edge.source, edge.target]).distinct();
        Graph::of(ids.map(|id| Vertex { id, value: () }), edges)
    }
}
