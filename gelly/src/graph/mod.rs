//! The graph: vertices and edges as data sets, and the indexes that algorithms run on.
//!
//! ```text
//! collections, data sets, tuples, CSV ─► vertices, edges (DataSet) ─► transformations, joins,
//!                                          │         ▲                 neighbourhoods, ...
//!                                    once, │         │ when asked
//!                                  if used ▼         │
//! sources of edges ──────────────────► IndexedGraph ─┴─► algorithms
//! ```
//!
//! A method that makes a graph of a graph describes two data sets; nothing runs until a result is
//! asked for. What leaves ids and edges as they are shares the index of the graph it came from.

mod access;
mod analytic;
mod create;
mod dense;
mod index;
mod join;
mod keys;
mod listed;
mod memo;
mod mutate;
mod neighborhood;
mod run;
mod sets;
mod transform;
mod types;
mod validate;

use std::fmt;
use std::sync::Arc;

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;

use crate::id::Id;
use crate::indexed_graph::GraphOptions;
use crate::vertex_key::VertexKey;
use index::IndexCell;
use memo::Memo;

pub use analytic::{GraphAnalytic, Pending};
pub use create::AsGraph;
pub use dense::DenseValues;
pub use index::EdgeWeight;
pub use neighborhood::{EdgesOf, NeighborsOf};
pub use run::{OnDataSets, OnIndex, RunOn};
pub use types::{Edge, EdgeOrder, Neighborhood, Triplet, Vertex};
pub use validate::{GraphValidator, InvalidVertexIds};

/// A graph of vertices with ids of type `K` and values of type `VV`, and of directed edges with
/// values of type `EV`.
///
/// Clones are the same graph. Its vertices and edges are data sets, which its methods describe and
/// which run when a result is asked for; edges are a multiset. Algorithms run on an index of it,
/// which is made once, on first use, and shared by all clones, by all algorithms, and by graphs
/// that differ in the values of vertices alone. A graph that is loaded from a source
/// ([`from_source`](Self::from_source)) begins with the index, and makes the data sets from it
/// when they are asked for.
///
/// An undirected graph has each edge both ways.
///
/// ```
/// use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, Neighborhood, Vertex};
///
/// let env = Environment::builder().threads(2).build()?;
/// let vertices = [("Ada", 36), ("Bob", 17), ("Cy", 50)].map(|(id, age)| Vertex::new(id.to_owned(), age));
/// let edges = [("Ada", "Bob", 0.5), ("Ada", "Cy", 0.25), ("Cy", "Bob", 1.0)];
/// let edges = edges.map(|(a, b, weight)| Edge::new(a.to_owned(), b.to_owned(), weight));
/// let graph = Graph::from_collection(&env, vertices, edges);
///
/// let adults = graph.filter_on_vertices(|vertex| vertex.value >= 18);
/// assert_eq!(adults.num_edges()?, 1);
/// let oldest = graph.reduce_on_neighbors(Neighborhood::In, |a, b| a.max(b));
/// let mut oldest = oldest.collect()?;
/// oldest.sort();
/// assert_eq!(oldest, [("Bob".to_owned(), 50), ("Cy".to_owned(), 36)]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[must_use = "a graph does nothing until a result is asked for"]
pub struct Graph<K = Id, VV = (), EV = ()> {
    inner: Arc<Inner<K, VV, EV>>,
}

struct Inner<K, VV, EV> {
    env: Environment,
    vertices: DataSet<Vertex<K, VV>>,
    edges: DataSet<Edge<K, EV>>,
    /// Shared with graphs of the same ids and edges.
    index: Arc<IndexCell<K, EV>>,
    memo: Memo,
}

impl<K, VV, EV> Clone for Graph<K, VV, EV> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, VV, EV> fmt::Debug for Graph<K, VV, EV> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("vertices", &self.inner.vertices)
            .field("edges", &self.inner.edges)
            .finish_non_exhaustive()
    }
}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// The graph of these data sets, with an index made of both.
    fn of(vertices: DataSet<Vertex<K, VV>>, edges: DataSet<Edge<K, EV>>) -> Self {
        let ids = vertices.map(|vertex| vertex.id);
        let index = IndexCell::new(Some(ids), edges.clone(), GraphOptions::default());
        Self::with_index(vertices, edges, Arc::new(index))
    }

    /// What algorithm `A` with `settings` made of this graph, or makes now.
    pub(crate) fn memo<A: 'static, T: Clone + Send + Sync + 'static>(
        &self,
        settings: u64,
        make: impl FnOnce() -> T,
    ) -> T {
        self.inner.memo.get::<A, T>(settings, make)
    }

    fn with_index(
        vertices: DataSet<Vertex<K, VV>>,
        edges: DataSet<Edge<K, EV>>,
        index: Arc<IndexCell<K, EV>>,
    ) -> Self {
        let env = edges.environment().clone();
        let memo = Memo::default();
        Self { inner: Arc::new(Inner { env, vertices, edges, index, memo }) }
    }
}
