//! Values of a graph joined with other data sets.
//!
//! Joins are left outer: what has no match keeps its value. Where a key has several matches, the
//! **first** in the order of the data set counts, at any number of threads.

use std::sync::Arc;

use quince_core::columnar::{IntoKey, Key, Record};
use quince_core::dataset::DataSet;

use super::Graph;
use super::types::{Edge, Vertex};
use crate::vertex_key::VertexKey;

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// Replaces the value of each vertex whose id stands in `data` by what `function` makes of it
    /// and the value that stands there first. The index is shared.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 2u64))], |_| 0.5);
    /// let data = DataSet::from_collection(&env, [(2u64, 10u32), (2, 99), (7, 0)]);
    /// let graph = graph.join_with_vertices(&data, |value, factor| value * f64::from(factor));
    /// let mut vertices = graph.vertices_as_tuples().collect()?;
    /// vertices.sort_by_key(|vertex| vertex.0);
    /// assert_eq!(vertices, [(1, 0.5), (2, 5.0)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn join_with_vertices<T: Record>(
        &self,
        data: &DataSet<(K, T)>,
        function: impl Fn(VV, T) -> VV + Send + Sync + 'static,
    ) -> Self {
        let joined = self.vertices().left_outer_join(&data.distinct_by(0)).on("id", 0);
        let vertices = joined.with(move |vertex, found| match found {
            Some((_, value)) => Vertex { id: vertex.id, value: function(vertex.value, value) },
            None => vertex,
        });
        Self::with_index(vertices, self.edges().clone(), self.inner.index.clone())
    }

    /// Replaces the value of each edge whose (source, target) stands in `data` by what `function`
    /// makes of it and the value that stands there first.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64, 7i64), (2, 1, 8)].map(Edge::from));
    /// let data = DataSet::from_collection(&env, [(2u64, 1u64, 100i64), (2, 1, 999)]);
    /// let graph = graph.join_with_edges(&data, |value, more| value + more);
    /// let mut edges = graph.edges_as_tuples().collect()?;
    /// edges.sort();
    /// assert_eq!(edges, [(1, 2, 7), (2, 1, 108)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn join_with_edges<T: Record>(
        &self,
        data: &DataSet<(K, K, T)>,
        function: impl Fn(EV, T) -> EV + Send + Sync + 'static,
    ) -> Self {
        let key = IntoKey::<Edge<K, EV>, _>::into_key(["source", "target"]);
        let first = data.distinct_by([0, 1]);
        self.join_edges(key, &first, [0, 1], move |value, found| function(value, found.2))
    }

    /// As [`join_with_edges`](Self::join_with_edges), by the source of an edge alone.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64, 7.0), (2, 1, 8.0)].map(Edge::from));
    /// let out_degrees = DataSet::from_collection(&env, [(1u64, 2u64), (2, 4)]);
    /// let graph = graph.join_with_edges_on_source(&out_degrees, |value, degree| value / degree as f64);
    /// let mut edges = graph.edges_as_tuples().collect()?;
    /// edges.sort_by_key(|edge| edge.0);
    /// assert_eq!(edges, [(1, 2, 3.5), (2, 1, 2.0)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn join_with_edges_on_source<T: Record>(
        &self,
        data: &DataSet<(K, T)>,
        function: impl Fn(EV, T) -> EV + Send + Sync + 'static,
    ) -> Self {
        self.join_edges_on_end("source", data, function)
    }

    /// As [`join_with_edges`](Self::join_with_edges), by the target of an edge alone.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64, 7u8)].map(Edge::from));
    /// let data = DataSet::from_collection(&env, [(2u64, 3u8), (1, 0)]);
    /// let graph = graph.join_with_edges_on_target(&data, |value, more| value + more);
    /// assert_eq!(graph.edges_as_tuples().collect()?, [(1, 2, 10)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn join_with_edges_on_target<T: Record>(
        &self,
        data: &DataSet<(K, T)>,
        function: impl Fn(EV, T) -> EV + Send + Sync + 'static,
    ) -> Self {
        self.join_edges_on_end("target", data, function)
    }

    fn join_edges_on_end<T: Record>(
        &self,
        end: &str,
        data: &DataSet<(K, T)>,
        function: impl Fn(EV, T) -> EV + Send + Sync + 'static,
    ) -> Self {
        let key = IntoKey::<Edge<K, EV>, _>::into_key(end);
        self.join_edges(key, &data.distinct_by(0), 0, move |value, found| function(value, found.1))
    }

    /// Joins edges with `first`, which has each key at most once.
    fn join_edges<R: Record, M>(
        &self,
        key: Key,
        first: &DataSet<R>,
        found_key: impl IntoKey<R, M>,
        function: impl Fn(EV, R) -> EV + Send + Sync + 'static,
    ) -> Self {
        let joined = self.edges().left_outer_join(first).on(key, found_key);
        let edges = joined.with(move |edge, found| match found {
            Some(found) => Edge { value: function(edge.value, found), ..edge },
            None => edge,
        });
        // Values are joined by the id of one end, so the two ways of an edge may differ now.
        let index = self.inner.index.over(self.vertex_ids(), edges.clone());
        Self::with_index(self.vertices().clone(), edges, Arc::new(index))
    }
}
