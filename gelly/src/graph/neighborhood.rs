//! Reductions over the edges of each vertex, or over its neighbours.
//!
//! | | combines pairs of values | sees all at once | ... and the vertex itself |
//! |---|---|---|---|
//! | edges | `reduce_on_edges` | `group_reduce_on_edges` | `group_reduce_on_edges_with_value` |
//! | neighbours | `reduce_on_neighbors` | `group_reduce_on_neighbors` | `group_reduce_on_neighbors_with_value` |
//!
//! Only vertices that have such edges come out of the first two columns; the last sees every
//! vertex. A vertex that is reached by several edges is a neighbour as many times. Vertices come
//! in the order of the hashes of their ids.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::exchange::RecordIter;

use super::Graph;
use super::types::{Edge, Neighborhood, Vertex};
use crate::vertex_key::VertexKey;

/// A vertex and one of its edges.
type AtEdge<K, EV> = (K, Edge<K, EV>);

/// A vertex, one of its edges, and the neighbour across it.
type AtNeighbor<K, VV, EV> = (K, Edge<K, EV>, Vertex<K, VV>);

/// The edges of a vertex.
#[derive(Clone, Debug)]
pub struct EdgesOf<'a, K, EV> {
    rows: std::slice::Iter<'a, AtEdge<K, EV>>,
}

impl<'a, K, EV> Iterator for EdgesOf<'a, K, EV> {
    type Item = &'a Edge<K, EV>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next().map(|row| &row.1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<K, EV> ExactSizeIterator for EdgesOf<'_, K, EV> {}

/// The edges of a vertex, each with the neighbour across it.
#[derive(Clone, Debug)]
pub struct NeighborsOf<'a, K, VV, EV> {
    rows: std::slice::Iter<'a, AtNeighbor<K, VV, EV>>,
}

impl<'a, K, VV, EV> Iterator for NeighborsOf<'a, K, VV, EV> {
    type Item = (&'a Edge<K, EV>, &'a Vertex<K, VV>);

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next().map(|row| (&row.1, &row.2))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<K, VV, EV> ExactSizeIterator for NeighborsOf<'_, K, VV, EV> {}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// The values of each vertex's edges, combined by `function`, which must be associative.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Neighborhood};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64, 0.5), (1, 3, 0.25), (3, 1, 2.0)].map(Edge::from);
    /// let graph = Graph::from_edges(&env, edges);
    /// let mut least = graph.reduce_on_edges(Neighborhood::Out, f64::min).collect()?;
    /// least.sort_by_key(|vertex| vertex.0);
    /// assert_eq!(least, [(1, 0.25), (3, 2.0)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn reduce_on_edges(
        &self,
        edges: Neighborhood,
        function: impl Fn(EV, EV) -> EV + Send + Sync + 'static,
    ) -> DataSet<(K, EV)> {
        let values = match edges {
            Neighborhood::In => self.edges().map(|edge| (edge.target, edge.value)),
            Neighborhood::Out => self.edges().map(|edge| (edge.source, edge.value)),
            Neighborhood::All => self
                .edges()
                .flat_map(|edge| [(edge.source, edge.value.clone()), (edge.target, edge.value)]),
        };
        values.group_by(0).reduce(move |a, b| (a.0, function(a.1, b.1)))
    }

    /// The values of each vertex's neighbours, combined by `function`, which must be associative.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Neighborhood};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64), (3, 2)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |id| id * 10);
    /// let sums = graph.reduce_on_neighbors(Neighborhood::In, |a, b| a + b);
    /// assert_eq!(sums.collect()?, [(2, 40)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn reduce_on_neighbors(
        &self,
        neighbors: Neighborhood,
        function: impl Fn(VV, VV) -> VV + Send + Sync + 'static,
    ) -> DataSet<(K, VV)> {
        let ends = match neighbors {
            Neighborhood::In => self.edges().map(|edge| (edge.target, edge.source)),
            Neighborhood::Out => self.edges().map(|edge| (edge.source, edge.target)),
            Neighborhood::All => self.edges().flat_map(|edge| {
                let back = (edge.target.clone(), edge.source.clone());
                [(edge.source, edge.target), back]
            }),
        };
        let values = ends.join(self.vertices()).on(1, "id");
        let values = values.with(|(vertex, _), neighbor| (vertex, neighbor.value));
        values.group_by(0).reduce(move |a, b| (a.0, function(a.1, b.1)))
    }

    /// What `function` makes of the edges of each vertex, which come with its id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Neighborhood};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u64, 2u64), (3, 2), (2, 9)].map(Edge::from));
    /// let lists = graph.group_reduce_on_edges(Neighborhood::In, |edges| {
    ///     let edges: Vec<_> = edges.collect();
    ///     let sources: Vec<_> = edges.iter().map(|(_, edge)| edge.source.to_string()).collect();
    ///     [(edges[0].0, sources.join(" "))]
    /// });
    /// let mut lists = lists.collect()?;
    /// lists.sort();
    /// assert_eq!(lists, [(2, "1 3".to_owned()), (9, "2".to_owned())]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn group_reduce_on_edges<U, I, F>(&self, edges: Neighborhood, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<(K, Edge<K, EV>)>) -> I + Send + Sync + 'static,
    {
        self.at_edges(edges).group_by(0).group_reduce(function)
    }

    /// What `function` makes of each vertex and its edges, of vertices without any too. The edges
    /// of one vertex must fit into memory.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Neighborhood};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64, 5), (1, 3, 6)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |id| id * 100);
    /// let sums = graph.group_reduce_on_edges_with_value(Neighborhood::Out, |vertex, edges| {
    ///     [vertex.value + edges.map(|edge| edge.value).sum::<u64>()]
    /// });
    /// let mut sums = sums.collect()?;
    /// sums.sort();
    /// assert_eq!(sums, [111, 200, 300]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn group_reduce_on_edges_with_value<U, I, F>(
        &self,
        edges: Neighborhood,
        function: F,
    ) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(&Vertex<K, VV>, EdgesOf<'_, K, EV>) -> I + Send + Sync + 'static,
    {
        let groups = self.vertices().co_group(&self.at_edges(edges)).on("id", 0);
        groups.with(move |vertices, edges| {
            let made =
                vertices.iter().map(|vertex| function(vertex, EdgesOf { rows: edges.iter() }));
            made.flatten().collect::<Vec<_>>()
        })
    }

    /// What `function` makes of the neighbours of each vertex: its id, the edge, the neighbour.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Neighborhood};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64, 5), (3, 2, 6)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |id| id * 100);
    /// let sums = graph.group_reduce_on_neighbors(Neighborhood::In, |neighbors| {
    ///     neighbors
    ///         .map(|(id, edge, neighbor)| (id, edge.value * neighbor.value))
    ///         .reduce(|a, b| (a.0, a.1 + b.1))
    /// });
    /// assert_eq!(sums.collect()?, [(2, 500 + 1800)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn group_reduce_on_neighbors<U, I, F>(
        &self,
        neighbors: Neighborhood,
        function: F,
    ) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<(K, Edge<K, EV>, Vertex<K, VV>)>) -> I + Send + Sync + 'static,
    {
        self.at_neighbors(neighbors).group_by(0).group_reduce(function)
    }

    /// What `function` makes of each vertex and its neighbours, of vertices without any too. The
    /// neighbours of one vertex must fit into memory.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Edge, Graph, Neighborhood};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1u64, 2u64), (3, 2)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |id| *id as i64);
    /// let most = graph.group_reduce_on_neighbors_with_value(Neighborhood::All, |vertex, others| {
    ///     let greater = others.filter(|(_, other)| other.value > vertex.value).count();
    ///     [(vertex.id, greater as u64)]
    /// });
    /// let mut most = most.collect()?;
    /// most.sort();
    /// assert_eq!(most, [(1, 1), (2, 1), (3, 0)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn group_reduce_on_neighbors_with_value<U, I, F>(
        &self,
        neighbors: Neighborhood,
        function: F,
    ) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(&Vertex<K, VV>, NeighborsOf<'_, K, VV, EV>) -> I + Send + Sync + 'static,
    {
        let groups = self.vertices().co_group(&self.at_neighbors(neighbors)).on("id", 0);
        groups.with(move |vertices, rows| {
            let made =
                vertices.iter().map(|vertex| function(vertex, NeighborsOf { rows: rows.iter() }));
            made.flatten().collect::<Vec<_>>()
        })
    }

    /// Each edge at the end that looks at it.
    fn at_edges(&self, edges: Neighborhood) -> DataSet<AtEdge<K, EV>> {
        match edges {
            Neighborhood::In => self.edges().map(|edge| (edge.target.clone(), edge)),
            Neighborhood::Out => self.edges().map(|edge| (edge.source.clone(), edge)),
            Neighborhood::All => self.edges().flat_map(|edge| {
                [(edge.source.clone(), edge.clone()), (edge.target.clone(), edge)]
            }),
        }
    }

    /// Each edge at the end that looks at it, with the vertex at the other end.
    fn at_neighbors(&self, neighbors: Neighborhood) -> DataSet<AtNeighbor<K, VV, EV>> {
        let inward = |edge: Edge<K, EV>| (edge.target.clone(), edge.source.clone(), edge);
        let outward = |edge: Edge<K, EV>| (edge.source.clone(), edge.target.clone(), edge);
        let ends = match neighbors {
            Neighborhood::In => self.edges().map(inward),
            Neighborhood::Out => self.edges().map(outward),
            Neighborhood::All => {
                self.edges().flat_map(move |edge| [outward(edge.clone()), inward(edge)])
            }
        };
        let pairs = ends.join(self.vertices()).on(1, "id");
        pairs.with(|(vertex, _, edge), neighbor| (vertex, edge, neighbor))
    }
}
