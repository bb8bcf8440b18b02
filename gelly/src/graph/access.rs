//! What there is in a graph: vertices, edges, triplets, counts, degrees.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;

use super::Graph;
use super::types::{Edge, Triplet, Vertex};
use crate::error::Result;
use crate::vertex_key::VertexKey;

impl<K, VV, EV> Graph<K, VV, EV> {
    /// The environment that it lives in: Gelly's `getContext`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// let env = Environment::builder().threads(2).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::from((1u64, 2u64))]);
    /// assert_eq!(graph.environment().num_threads(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn environment(&self) -> &Environment {
        &self.inner.env
    }

    /// The vertices.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, Vertex, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(7, 3)]))?;
    /// assert_eq!(graph.vertices().collect()?, [3, 7].map(|id| Vertex::new(id.into(), ())));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn vertices(&self) -> &DataSet<Vertex<K, VV>> {
        &self.inner.vertices
    }

    /// The edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, weighted_edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::builder(&env).build_weighted(&weighted_edges([(7, 3, 0.5)]))?;
    /// assert_eq!(graph.edges().collect()?, [Edge::new(7.into(), 3.into(), 0.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn edges(&self) -> &DataSet<Edge<K, EV>> {
        &self.inner.edges
    }
}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// The vertices as (id, value): Gelly's `getVerticesAsTuple2`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 1u64))], |_| 0.5);
    /// assert_eq!(graph.vertices_as_tuples().collect()?, [(1, 0.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn vertices_as_tuples(&self) -> DataSet<(K, VV)> {
        self.vertices().map(Vertex::into)
    }

    /// The edges as (source, target, value): Gelly's `getEdgesAsTuple3`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, 0.5)]);
    /// assert_eq!(graph.edges_as_tuples().collect()?, [(1, 2, 0.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn edges_as_tuples(&self) -> DataSet<(K, K, EV)> {
        self.edges().map(Edge::into)
    }

    /// The edges with the values of their ends.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Triplet, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::new(1u64, 2u64, 0.5)], |id| id * 10);
    /// let [source, target] = [Vertex::new(1, 10), Vertex::new(2, 20)];
    /// assert_eq!(graph.triplets().collect()?, [Triplet { source, target, value: 0.5 }]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn triplets(&self) -> DataSet<Triplet<K, VV, EV>> {
        let half = self.edges().join(self.vertices()).on("source", "id");
        let half = half.with(|edge, source| (edge.target, edge.value, source));
        half.join(self.vertices()).on(0, "id").with(|(_, value, source), target| Triplet {
            source,
            target,
            value,
        })
    }

    /// The ids of the vertices.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(7, 3)]))?;
    /// assert_eq!(graph.vertex_ids().collect()?, [3.into(), 7.into()]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn vertex_ids(&self) -> DataSet<K> {
        self.vertices().map(|vertex| vertex.id)
    }

    /// The (source, target) of the edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, 0.5)]);
    /// assert_eq!(graph.edge_ids().collect()?, [(1, 2)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn edge_ids(&self) -> DataSet<(K, K)> {
        self.edges().map(|edge| (edge.source, edge.target))
    }

    /// The number of vertices.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let vertices = [1u64, 2, 3].map(|id| Vertex::new(id, ()));
    /// let graph = Graph::from_collection(&env, vertices, [Edge::from((1, 2))]);
    /// assert_eq!(graph.num_vertices()?, 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If it has to be counted and that fails.
    pub fn num_vertices(&self) -> Result<u64> {
        match self.inner.index.loaded_size() {
            Some(size) => Ok(size.num_vertices),
            None => Ok(self.vertices().count()?),
        }
    }

    /// The number of edges, the same ones counted as often as they are there. An edge of a graph
    /// that was loaded as undirected counts once.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 2)].map(Edge::from));
    /// assert_eq!(graph.num_edges()?, 2);
    /// assert_eq!(graph.undirected().num_edges()?, 4);
    /// let loaded = Graph::builder(&env).directed(false).build(&edges([(1, 2), (1, 2)]))?;
    /// assert_eq!(loaded.num_edges()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If it has to be counted and that fails.
    pub fn num_edges(&self) -> Result<u64> {
        match self.inner.index.loaded_size() {
            Some(size) => Ok(size.num_edges),
            None => Ok(self.edges().count()?),
        }
    }

    /// The number of edges into each vertex, of those without any too.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 2), (2, 2)].map(Edge::from));
    /// let mut degrees = graph.in_degrees().collect()?;
    /// degrees.sort();
    /// assert_eq!(degrees, [(1, 0), (2, 3)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn in_degrees(&self) -> DataSet<(K, u64)> {
        self.degrees_of(self.edges().map(|edge| (edge.target, 1)))
    }

    /// The number of edges out of each vertex, of those without any too.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (1, 2)].map(Edge::from));
    /// let mut degrees = graph.out_degrees().collect()?;
    /// degrees.sort();
    /// assert_eq!(degrees, [(1, 2), (2, 0)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn out_degrees(&self) -> DataSet<(K, u64)> {
        self.degrees_of(self.edges().map(|edge| (edge.source, 1)))
    }

    /// The number of edges into and out of each vertex together, of those without any too; an edge
    /// from a vertex to itself counts twice.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (2, 2)].map(Edge::from));
    /// let mut degrees = graph.degrees().collect()?;
    /// degrees.sort();
    /// assert_eq!(degrees, [(1, 1), (2, 3)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn degrees(&self) -> DataSet<(K, u64)> {
        self.degrees_of(self.edges().flat_map(|edge| [(edge.source, 1), (edge.target, 1)]))
    }

    /// The sums of `counts` by vertex; zero where there are none.
    fn degrees_of(&self, counts: DataSet<(K, u64)>) -> DataSet<(K, u64)> {
        let sums = counts.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
        let all = self.vertices().left_outer_join(&sums).on("id", 0);
        all.with(|vertex, sum| (vertex.id, sum.map_or(0, |sum| sum.1)))
    }

    /// Runs the plans of vertices and edges and keeps their rows, in memory while the budget has
    /// room: the same graph, of what was computed.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?.reverse().persist()?;
    /// assert!(graph.edges().explain().to_string().starts_with("kept "));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails.
    pub fn persist(&self) -> Result<Self> {
        let (vertices, edges) = (self.vertices().persist()?, self.edges().persist()?);
        let index = &self.inner.index;
        if index.is_made() || !self.is_directed() {
            return Ok(Self::with_index(vertices, edges, index.clone()));
        }
        let index = index.over(vertices.map(|vertex| vertex.id), edges.clone());
        Ok(Self::with_index(vertices, edges, index.into()))
    }
}
