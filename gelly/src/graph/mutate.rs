//! Vertices and edges added to a graph and taken from it. Each makes another graph.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;

use super::Graph;
use super::types::{Edge, Vertex};
use crate::vertex_key::VertexKey;

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// Adds a vertex; if there is one of its id, nothing changes.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 1u64))], |_| 0);
    /// let graph = graph.add_vertex(Vertex::new(1, 9)).add_vertex(Vertex::new(2, 9));
    /// let mut vertices = graph.vertices_as_tuples().collect()?;
    /// vertices.sort();
    /// assert_eq!(vertices, [(1, 0), (2, 9)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn add_vertex(&self, vertex: Vertex<K, VV>) -> Self {
        self.add_vertices([vertex])
    }

    /// Adds vertices; those whose ids are there already, or came before, are ignored.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
    /// let more = graph.add_vertices([2, 3, 4, 3].map(|id| Vertex::new(id, ())));
    /// assert_eq!((more.num_vertices()?, more.num_edges()?), (4, 1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn add_vertices(&self, vertices: impl IntoIterator<Item = Vertex<K, VV>>) -> Self {
        let more = DataSet::from_collection(self.environment(), vertices);
        let vertices = self.vertices().union(&more).distinct_by("id");
        Self::of(vertices, self.edges().clone())
    }

    /// Adds an edge, and those of its ends that are not there yet.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, 0.5)]);
    /// let graph = graph.add_edge(Vertex::new(2, ()), Vertex::new(3, ()), 0.25);
    /// assert_eq!(graph.num_vertices()?, 3);
    /// assert_eq!(graph.edges_as_tuples().collect()?, [(1, 2, 0.5), (2, 3, 0.25)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn add_edge(&self, source: Vertex<K, VV>, target: Vertex<K, VV>, value: EV) -> Self {
        let edge = Edge { source: source.id.clone(), target: target.id.clone(), value };
        self.union(&Self::from_collection(self.environment(), [source, target], [edge]))
    }

    /// Adds edges between vertices of the graph; an edge with an end that is not there is ignored.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
    /// let graph = graph.add_edges([(2, 1), (2, 3), (1, 2)].map(Edge::from));
    /// let mut edges = graph.edge_ids().collect()?;
    /// edges.sort();
    /// assert_eq!(edges, [(1, 2), (1, 2), (2, 1)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn add_edges(&self, edges: impl IntoIterator<Item = Edge<K, EV>>) -> Self {
        let more = DataSet::from_collection(self.environment(), edges);
        let known = more.semi_join(self.vertices()).on("source", "id");
        let known = known.semi_join(self.vertices()).on("target", "id");
        Self::of(self.vertices().clone(), self.edges().union(&known))
    }

    /// Takes away the vertex of this id, if it is there, and its edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 3)].map(Edge::from));
    /// let left = graph.remove_vertex(1);
    /// assert_eq!((left.num_vertices()?, left.edge_ids().collect()?), (2, vec![(2, 3)]));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn remove_vertex(&self, id: K) -> Self {
        self.remove_vertices([id])
    }

    /// Takes away the vertices of these ids, as far as they are there, and their edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 3), (3, 4)].map(Edge::from));
    /// let left = graph.remove_vertices([1, 4, 99]);
    /// assert_eq!((left.num_vertices()?, left.num_edges()?), (2, 1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn remove_vertices(&self, ids: impl IntoIterator<Item = K>) -> Self {
        let ids = DataSet::from_collection(self.environment(), ids);
        let id = |id: &K| id.clone();
        self.restricted_to(
            self.vertices().anti_join(&ids).on(|vertex: &Vertex<K, VV>| vertex.id.clone(), id),
        )
    }

    /// Takes away all edges from `source` to `target`, whatever their values; vertices stay.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64, 5), (1, 2, 6), (2, 1, 7)].map(Edge::from));
    /// let left = graph.remove_edge(1, 2);
    /// assert_eq!(left.edges_as_tuples().collect()?, [(2, 1, 7)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn remove_edge(&self, source: K, target: K) -> Self {
        self.remove_edges([(source, target)])
    }

    /// Takes away all edges of these (source, target), whatever their values; vertices stay.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 3), (1, 2)].map(Edge::from));
    /// let left = graph.remove_edges([(1, 2), (7, 8)]);
    /// assert_eq!((left.num_vertices()?, left.edge_ids().collect()?), (3, vec![(2, 3)]));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn remove_edges(&self, edges: impl IntoIterator<Item = (K, K)>) -> Self {
        let gone = DataSet::from_collection(self.environment(), edges);
        let left = self.edges().anti_join(&gone).on(["source", "target"], [0, 1]);
        Self::of(self.vertices().clone(), left)
    }
}
