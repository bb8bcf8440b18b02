//! Graphs with other values, other ids, fewer vertices or edges, or edges turned around.

use std::sync::Arc;

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::operators::JoinHint;

use super::Graph;
use super::types::{Edge, Vertex};
use crate::vertex_key::VertexKey;

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// Replaces the value of each vertex by what `function` makes of it. The index is shared.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 1u64))], |id| id * 10);
    /// let texts = graph.map_vertices(|vertex| format!("{} at {}", vertex.value, vertex.id));
    /// assert_eq!(texts.vertices_as_tuples().collect()?, [(1, "10 at 1".to_owned())]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn map_vertices<T: Record>(
        &self,
        function: impl Fn(Vertex<K, VV>) -> T + Send + Sync + 'static,
    ) -> Graph<K, T, EV> {
        let vertices = self
            .vertices()
            .map(move |vertex| Vertex { id: vertex.id.clone(), value: function(vertex) });
        Graph::with_index(vertices, self.edges().clone(), self.inner.index.clone())
    }

    /// Replaces the value of each edge by what `function` makes of it.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1i64, 4i64, ())]);
    /// let lengths = graph.map_edges(|edge| edge.target - edge.source);
    /// assert_eq!(lengths.edges_as_tuples().collect()?, [(1, 4, 3)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn map_edges<T: Record>(
        &self,
        function: impl Fn(Edge<K, EV>) -> T + Send + Sync + 'static,
    ) -> Graph<K, VV, T> {
        let function = Arc::new(function);
        self.each_edge(move |edge| {
            let (source, target) = (edge.source.clone(), edge.target.clone());
            Edge { source, target, value: function(edge) }
        })
    }

    /// Replaces each vertex value by what `function` makes of it: Gelly's `translateVertexValues`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 1u64))], |id| id * 10);
    /// let texts = graph.translate_vertex_values(|value| value.to_string());
    /// assert_eq!(texts.vertices_as_tuples().collect()?, [(1, "10".to_owned())]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn translate_vertex_values<T: Record>(
        &self,
        function: impl Fn(VV) -> T + Send + Sync + 'static,
    ) -> Graph<K, T, EV> {
        self.map_vertices(move |vertex| function(vertex.value))
    }

    /// Replaces each edge value by what `function` makes of it: Gelly's `translateEdgeValues`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u8, 2u8, 0.5)]);
    /// let percent = graph.translate_edge_values(|share| (share * 100.0) as u32);
    /// assert_eq!(percent.edges_as_tuples().collect()?, [(1, 2, 50)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn translate_edge_values<T: Record>(
        &self,
        function: impl Fn(EV) -> T + Send + Sync + 'static,
    ) -> Graph<K, VV, T> {
        self.map_edges(move |edge| function(edge.value))
    }

    /// Replaces each id by what `function` makes of it, which must be another for each: Gelly's
    /// `translateGraphIds`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
    /// let named = graph.translate_graph_ids(|id| format!("v{id}"));
    /// assert_eq!(named.edge_ids().collect()?, [("v1".to_owned(), "v2".to_owned())]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn translate_graph_ids<T: VertexKey>(
        &self,
        function: impl Fn(K) -> T + Send + Sync + 'static,
    ) -> Graph<T, VV, EV> {
        let function = Arc::new(function);
        let of_edge = function.clone();
        let vertices = self
            .vertices()
            .map(move |vertex| Vertex { id: function(vertex.id), value: vertex.value });
        let edges = self.edges().map(move |edge| Edge {
            source: of_edge(edge.source),
            target: of_edge(edge.target),
            value: edge.value,
        });
        Graph::of(vertices, edges)
    }

    /// Keeps the vertices that `keep_vertex` says, and of the edges between them those that
    /// `keep_edge` says.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64, 0.5), (2, 3, 0.5), (2, 1, 0.1)].map(Edge::from);
    /// let graph = Graph::from_edges(&env, edges);
    /// let part = graph.subgraph(|vertex| vertex.id < 3, |edge| edge.value > 0.2);
    /// assert_eq!(part.edges_as_tuples().collect()?, [(1, 2, 0.5)]);
    /// assert_eq!(part.num_vertices()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn subgraph(
        &self,
        keep_vertex: impl Fn(&Vertex<K, VV>) -> bool + Send + Sync + 'static,
        keep_edge: impl Fn(&Edge<K, EV>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let vertices = self.vertices().filter(keep_vertex);
        let edges = between(&self.edges().filter(keep_edge), &vertices);
        Self::of(vertices, edges)
    }

    /// Keeps the vertices that `keep` says, and the edges between them. An undirected graph stays
    /// undirected; after other filters its edges are those that are left, each one way.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 3)].map(Edge::from));
    /// let part = graph.filter_on_vertices(|vertex| vertex.id != 1);
    /// assert_eq!(part.edge_ids().collect()?, [(2, 3)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn filter_on_vertices(
        &self,
        keep: impl Fn(&Vertex<K, VV>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.restricted_to(self.vertices().filter(keep))
    }

    /// Keeps the edges that `keep` says, and all vertices.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 3)].map(Edge::from));
    /// let part = graph.filter_on_edges(|edge| edge.source != 1);
    /// assert_eq!((part.num_vertices()?, part.num_edges()?), (3, 1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn filter_on_edges(
        &self,
        keep: impl Fn(&Edge<K, EV>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::of(self.vertices().clone(), self.edges().filter(keep))
    }

    /// Adds each edge the other way too; nothing is taken for the same: Gelly's `getUndirected`.
    ///
    /// Algorithms see an undirected graph, whose index is made of the edges as they are now. A
    /// graph that is undirected already stays as it is.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, 'x' as u32)]);
    /// let both = graph.undirected().edges_as_tuples().collect()?;
    /// assert_eq!(both, [(1, 2, 'x' as u32), (2, 1, 'x' as u32)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn undirected(&self) -> Self {
        if !self.is_directed() {
            return self.clone();
        }
        let edges = self.edges().flat_map(|edge| [edge.clone(), edge.reverse()]);
        let index = self.inner.index.undirected();
        Self::with_index(self.vertices().clone(), edges, index.into())
    }

    /// Turns each edge around.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
    /// assert_eq!(graph.reverse().edge_ids().collect()?, [(2, 1)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn reverse(&self) -> Self {
        self.each_edge(Edge::reverse)
    }

    /// The graph of these vertices out of its own, and the edges between them.
    pub(super) fn restricted_to(&self, vertices: DataSet<Vertex<K, VV>>) -> Self {
        let edges = between(self.edges(), &vertices);
        let ids = vertices.map(|vertex| vertex.id);
        let index = self.inner.index.changed(ids, &edges, |half| between(half, &vertices));
        Self::with_index(vertices, edges, index.into())
    }

    /// The graph without the vertices of these ids and without their edges.
    pub(crate) fn without(&self, ids: &DataSet<K>, hint: JoinHint) -> Self {
        let key = |id: &K| id.clone();
        let vertices = self.vertices().anti_join(ids).hint(hint);
        let vertices = vertices.on(|vertex: &Vertex<K, VV>| vertex.id.clone(), key);
        let strip = |edges: &DataSet<Edge<K, EV>>| {
            let edges = edges.anti_join(ids).hint(hint);
            let edges = edges.on(|edge: &Edge<K, EV>| edge.source.clone(), key);
            let edges = edges.anti_join(ids).hint(hint);
            edges.on(|edge: &Edge<K, EV>| edge.target.clone(), key)
        };
        let edges = strip(self.edges());
        let vertex_ids = vertices.map(|vertex| vertex.id);
        let index = self.inner.index.changed(vertex_ids, &edges, strip);
        Self::with_index(vertices, edges, index.into())
    }

    /// The undirected graph of these edges, which are there once each; with
    /// [`edges`](Self::edges) both ways.
    pub(crate) fn undirected_of(
        vertices: &DataSet<Vertex<K, VV>>,
        half: &DataSet<Edge<K, EV>>,
    ) -> Self {
        Self::of(vertices.clone(), half.clone()).undirected()
    }

    /// The edges; those of an undirected graph once each.
    #[cfg(feature = "petgraph")]
    pub(crate) fn edges_once(&self) -> DataSet<Edge<K, EV>> {
        self.inner.index.edges().clone()
    }

    /// The graph of other edges between the same vertices, one made of each.
    fn each_edge<T: Record>(
        &self,
        function: impl Fn(Edge<K, EV>) -> Edge<K, T> + Send + Sync + 'static,
    ) -> Graph<K, VV, T> {
        let function = Arc::new(function);
        let of_index = function.clone();
        let edges = self.edges().map(move |edge| function(edge));
        let index = self.inner.index.each_edge(edges.clone(), move |edge| of_index(edge));
        Graph::with_index(self.vertices().clone(), edges, index.into())
    }
}

/// The edges that both leave and reach one of `vertices`.
fn between<K: VertexKey, VV: Record, EV: Record>(
    edges: &DataSet<Edge<K, EV>>,
    vertices: &DataSet<Vertex<K, VV>>,
) -> DataSet<Edge<K, EV>> {
    let edges = edges.semi_join(vertices).on("source", "id");
    edges.semi_join(vertices).on("target", "id")
}
