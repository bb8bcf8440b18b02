//! Graphs from collections, data sets, tuples and sources.

use std::sync::Arc;

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;
use quince_core::index::EntryValue;
use quince_core::pipeline::Source;

use super::dense::DenseValues;
use super::index::IndexCell;
use super::listed::{self, Ways};
use super::types::{Edge, Vertex};
use super::{Graph, GraphOptions};
use crate::builder::GraphBuilder;
use crate::error::Result;
use crate::id::Id;
use crate::indexed_graph::IndexedGraph;
use crate::vertex_key::VertexKey;

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// The graph of these vertices and edges.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let vertices = [(1u64, "one"), (2, "two"), (3, "three")];
    /// let vertices = vertices.map(|(id, name)| Vertex::new(id, name.to_owned()));
    /// let graph = Graph::from_collection(&env, vertices, [Edge::new(1, 2, 0.5)]);
    /// assert_eq!((graph.num_vertices()?, graph.num_edges()?), (3, 1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_collection(
        env: &Environment,
        vertices: impl IntoIterator<Item = Vertex<K, VV>>,
        edges: impl IntoIterator<Item = Edge<K, EV>>,
    ) -> Self {
        let vertices = DataSet::from_collection(env, vertices);
        Self::from_data_set(&vertices, &DataSet::from_collection(env, edges))
    }

    /// The graph of these edges and their ends, whose values are what `value` makes of their ids.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 2u64))], |id| id * 10);
    /// let mut vertices = graph.vertices().collect()?;
    /// vertices.sort();
    /// assert_eq!(vertices, [Vertex::new(1, 10), Vertex::new(2, 20)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_edges_with(
        env: &Environment,
        edges: impl IntoIterator<Item = Edge<K, EV>>,
        value: impl Fn(&K) -> VV + Send + Sync + 'static,
    ) -> Self {
        Self::from_edge_data_set_with(&DataSet::from_collection(env, edges), value)
    }

    /// As [`from_collection`](Self::from_collection), of data sets.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::{Edge, Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let vertices = DataSet::sequence(&env, 0..5).map(|id| Vertex::new(id, id * id));
    /// let edges = DataSet::sequence(&env, 1..5).map(|id| Edge::new(id - 1, id, ()));
    /// let graph = Graph::from_data_set(&vertices, &edges);
    /// assert_eq!((graph.num_vertices()?, graph.num_edges()?), (5, 4));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_data_set(vertices: &DataSet<Vertex<K, VV>>, edges: &DataSet<Edge<K, EV>>) -> Self {
        Self::of(vertices.clone(), edges.clone())
    }

    /// As [`from_edges_with`](Self::from_edges_with), of a data set.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::sequence(&env, 1..5).map(|id| Edge::new(id - 1, id, ()));
    /// let graph = Graph::from_edge_data_set_with(&edges, |id| id % 2);
    /// assert_eq!(graph.vertices().map(|vertex| vertex.value).collect()?.len(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_edge_data_set_with(
        edges: &DataSet<Edge<K, EV>>,
        value: impl Fn(&K) -> VV + Send + Sync + 'static,
    ) -> Self {
        let ids = edges.flat_map(|edge| [edge.source, edge.target]).distinct();
        let vertices = ids.map(move |id| Vertex { value: value(&id), id });
        // All vertices have edges: the index need not look at them.
        let index = IndexCell::new(None, edges.clone(), GraphOptions::default());
        Self::with_index(vertices, edges.clone(), Arc::new(index))
    }

    /// As [`from_data_set`](Self::from_data_set), of (id, value) and (source, target, value).
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::Graph;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let vertices = DataSet::from_collection(&env, [(1i32, 'a' as u32), (2, 'b' as u32)]);
    /// let edges = DataSet::from_collection(&env, [(1, 2, 0.5)]);
    /// let graph = Graph::from_tuple_data_set(&vertices, &edges);
    /// assert_eq!(graph.edges_as_tuples().collect()?, [(1, 2, 0.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_tuple_data_set(vertices: &DataSet<(K, VV)>, edges: &DataSet<(K, K, EV)>) -> Self {
        Self::of(vertices.map(Vertex::from), edges.map(Edge::from))
    }

    /// As [`from_edge_data_set_with`](Self::from_edge_data_set_with), of (source, target, value).
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::Graph;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1i32, 2i32, 0.5)]);
    /// let graph = Graph::from_tuple_edges_with(&edges, |id| id + 1);
    /// assert_eq!(graph.vertices().map(|vertex| vertex.value - vertex.id).collect()?, [1, 1]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_tuple_edges_with(
        edges: &DataSet<(K, K, EV)>,
        value: impl Fn(&K) -> VV + Send + Sync + 'static,
    ) -> Self {
        Self::from_edge_data_set_with(&edges.map(Edge::from), value)
    }
}

impl<K: VertexKey, EV: Record> Graph<K, (), EV> {
    /// The graph of these edges and their ends.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [("a", "b", 1.5)].map(|(a, b, value)| {
    ///     Edge::new(a.to_owned(), b.to_owned(), value)
    /// }));
    /// assert_eq!(graph.num_vertices()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_edges(env: &Environment, edges: impl IntoIterator<Item = Edge<K, EV>>) -> Self {
        Self::from_edges_with(env, edges, |_| ())
    }

    /// As [`from_edges`](Self::from_edges), of a data set.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ring = DataSet::sequence(&env, 0..5).map(|id| Edge::new(id, (id + 1) % 5, ()));
    /// assert_eq!(Graph::from_edge_data_set(&ring).num_vertices()?, 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_edge_data_set(edges: &DataSet<Edge<K, EV>>) -> Self {
        Self::from_edge_data_set_with(edges, |_| ())
    }

    /// As [`from_edge_data_set`](Self::from_edge_data_set), of (source, target, value).
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::Graph;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u8, 2u8, true), (2, 3, false)]);
    /// assert_eq!(Graph::from_tuple_edges(&edges).num_vertices()?, 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_tuple_edges(edges: &DataSet<(K, K, EV)>) -> Self {
        Self::from_edge_data_set(&edges.map(Edge::from))
    }
}

impl<K: VertexKey> Graph<K> {
    /// The graph of these pairs of a source and a target, without values.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::Graph;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let pairs = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3), (2, 3)]);
    /// let graph = Graph::from_tuple2_data_set(&pairs);
    /// assert_eq!((graph.num_vertices()?, graph.num_edges()?), (3, 3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_tuple2_data_set(edges: &DataSet<(K, K)>) -> Self {
        Self::from_edge_data_set(&edges.map(Edge::from))
    }
}

impl<K: VertexKey, VV: Record> Graph<K, VV> {
    /// As [`from_tuple2_data_set`](Graph::from_tuple2_data_set), with vertex values.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::Graph;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let pairs = DataSet::from_collection(&env, [(1u64, 2u64)]);
    /// let graph = Graph::from_tuple2_data_set_with(&pairs, |id| *id as f64);
    /// assert_eq!(graph.vertices().map(|vertex| vertex.value).reduce(|a, b| a + b).collect()?, [3.0]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_tuple2_data_set_with(
        edges: &DataSet<(K, K)>,
        value: impl Fn(&K) -> VV + Send + Sync + 'static,
    ) -> Self {
        Self::from_edge_data_set_with(&edges.map(Edge::from), value)
    }
}

impl Graph {
    /// The directed graph of the edges of `source`, without values; ids are integers or texts, as
    /// they are found. Every option is at its default; see [`builder`](Self::builder).
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(17, 42), (42, 99)]))?;
    /// assert_eq!((graph.num_vertices()?, graph.num_edges()?), (3, 2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the source fails, the budget does not suffice, or the environment is cancelled.
    pub fn from_source(env: &Environment, source: &dyn Source) -> Result<Self> {
        Self::builder(env).build(source)
    }

    /// A graph to be loaded from a source, described step by step.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Graph, SelfLoops, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = Graph::builder(&env).directed(false).self_loops(SelfLoops::Drop);
    /// let graph = builder.build(&edges([(1, 2), (2, 2)]))?;
    /// assert_eq!(graph.num_edges()?, 1);
    /// assert_eq!(graph.edges().count()?, 2, "both ways");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn builder<'a>(env: &Environment) -> GraphBuilder<'a, AsGraph> {
        GraphBuilder::new(env)
    }
}

impl<K: VertexKey, E: EntryValue + Record> Graph<K, (), E> {
    /// The graph that an index holds; it begins with the index, and makes data sets from it when
    /// they are asked for. Ids that are no `K` are an error then.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph, IndexedGraph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let index = IndexedGraph::from_source(&env, &edges([(17, 42)]))?;
    /// let graph = Graph::<u16>::from_index(index);
    /// assert_eq!(graph.edges().collect()?, [Edge::from((17, 42))]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_index(index: IndexedGraph<E>) -> Self {
        let (env, dictionary) = (index.environment(), index.dictionary());
        let vertices = listed::vertices(env, dictionary, DenseValues::nothing(dictionary.len()));
        let edges = listed::edges(&index, Ways::Both);
        let index = IndexCell::loaded(&index, listed::edges(&index, Ways::One));
        Self::with_index(vertices, edges, Arc::new(index))
    }
}

impl<E: EntryValue + Record> From<IndexedGraph<E>> for Graph<Id, (), E> {
    fn from(index: IndexedGraph<E>) -> Self {
        Self::from_index(index)
    }
}

/// Marks builders of a [`Graph`].
#[derive(Debug)]
pub struct AsGraph;

impl GraphBuilder<'_, AsGraph> {
    /// The graph of the edges of `source`: batches of two columns of ids; others are not read.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Duplicates, Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = Graph::builder(&env).duplicates(Duplicates::Drop);
    /// assert_eq!(builder.build(&edges([(1, 2), (1, 2)]))?.num_edges()?, 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the source fails, the budget does not suffice, or the environment is cancelled.
    pub fn build(self, source: &dyn Source) -> Result<Graph> {
        self.build_valued(source).map(Graph::from_index)
    }

    /// As [`build`](Self::build), with the third column as edge values: weights in 64-bit floats.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Duplicates, Graph, weighted_edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let builder = Graph::builder(&env).duplicates(Duplicates::Sum);
    /// let graph = builder.build_weighted(&weighted_edges([(1, 2, 0.5), (1, 2, 1.0)]))?;
    /// assert_eq!(graph.edges_as_tuples().collect()?[0].2, 1.5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn build_weighted(self, source: &dyn Source) -> Result<Graph<Id, (), f64>> {
        self.build_valued(source).map(Graph::from_index)
    }
}
