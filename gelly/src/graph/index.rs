//! The index of a graph: made once, when something needs it first.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quince_core::columnar::{Batch, Record};
use quince_core::dataset::{DataSet, NodeRef, Run};
use quince_core::executor;
use quince_core::index::{Dictionary, Encoded, EntryValue};
use quince_core::pipeline::Breaker;

use super::keys::{EdgeKeys, VertexKeys, agree};
use super::types::Edge;
use crate::algorithm::GraphSize;
use crate::error::Result;
use crate::indexed_graph::{GraphOptions, IndexedGraph};
use crate::vertex_key::VertexKey;

/// The values that edges carry into the index, where algorithms read them as weights.
///
/// `()` weighs 1 and costs nothing; floats are stored as they are and integers as 64-bit floats. A
/// record of your own may say what it weighs, or that it has no weight:
///
/// ```
/// # use quince_core::Environment;
/// use quince_core::columnar::Record;
/// use quince_gelly::{Edge, EdgeWeight, Graph};
///
/// #[derive(Clone, Record)]
/// struct Road {
///     name: String,
///     km: f32,
/// }
///
/// impl EdgeWeight for Road {
///     type Entry = f64;
///
///     fn weight(&self) -> f64 {
///         self.km.into()
///     }
/// }
/// # let env = Environment::builder().threads(1).build()?;
/// let road = Edge::new(1u64, 2u64, Road { name: "B 96".to_owned(), km: 12.5 });
/// let graph = Graph::from_edges(&env, [road]);
/// assert_eq!(graph.indexed()?.num_edges(), 1);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
///
/// Without one, algorithms on weights are refused:
///
/// ```compile_fail,E0277
/// # use quince_core::Environment;
/// # use quince_gelly::{Edge, Graph};
/// # let env = Environment::builder().threads(1).build().unwrap();
/// let graph = Graph::from_edges(&env, [Edge::new(1u64, 2u64, "B 96".to_owned())]);
/// graph.indexed();
/// ```
#[diagnostic::on_unimplemented(
    message = "edges with values of type `{Self}` have no weight",
    note = "implement `EdgeWeight` for it, or drop the values: `graph.map_edges(|_| ())`"
)]
pub trait EdgeWeight: Record {
    /// What an entry of the index holds: `()`, `f32` or `f64`.
    type Entry: EntryValue;

    /// The weight; not asked for where an entry holds `()`.
    fn weight(&self) -> f64;
}

macro_rules! edge_weights {
    ($($value:ty: $entry:ty, $this:ident => $weight:expr;)*) => {$(
        impl EdgeWeight for $value {
            type Entry = $entry;

            #[inline]
            fn weight(&self) -> f64 {
                let $this = *self;
                $weight
            }
        }
    )*};
}

edge_weights! {
    (): (), _nothing => 1.0;
    f32: f32, x => x.into();
    f64: f64, x => x;
    i8: f64, x => x.into();
    i16: f64, x => x.into();
    i32: f64, x => x.into();
    i64: f64, x => x as f64;
    u8: f64, x => x.into();
    u16: f64, x => x.into();
    u32: f64, x => x.into();
    u64: f64, x => x as f64;
}

/// The indexes of a graph, one for each kind of entry, and what they are made of.
pub(super) struct IndexCell<K, EV> {
    /// The vertices that need not have edges; none if all have.
    vertices: Option<DataSet<K>>,
    edges: DataSet<Edge<K, EV>>,
    options: GraphOptions,
    /// The size of the graph, if it began with an index.
    loaded: Option<GraphSize>,
    made: Mutex<Made>,
}

/// The indexes that are there, and the dictionary that they share or agree with.
#[derive(Default)]
struct Made {
    by_entry: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    dictionary: Option<Arc<Dictionary>>,
}

impl Made {
    fn get<E: EntryValue>(&self) -> Option<IndexedGraph<E>> {
        self.by_entry.get(&TypeId::of::<E>())?.downcast_ref().cloned()
    }

    fn insert<E: EntryValue>(&mut self, index: &IndexedGraph<E>) {
        self.by_entry.insert(TypeId::of::<E>(), Box::new(index.clone()));
        self.dictionary.get_or_insert_with(|| index.dictionary().clone());
    }
}

impl<K: VertexKey, EV: Record> IndexCell<K, EV> {
    /// To be made of these when it is needed.
    pub(super) fn new(
        vertices: Option<DataSet<K>>,
        edges: DataSet<Edge<K, EV>>,
        options: GraphOptions,
    ) -> Self {
        Self { vertices, edges, options, loaded: None, made: Mutex::default() }
    }

    /// One that is there already, whose edges are `edges`.
    pub(super) fn loaded<E: EntryValue>(
        index: &IndexedGraph<E>,
        edges: DataSet<Edge<K, EV>>,
    ) -> Self {
        let cell = Self::new(None, edges, index.options());
        cell.lock().insert(index);
        Self { loaded: Some(index.size()), ..cell }
    }

    /// One of the same edges, computed by `edges`, whose ends are vertices beside `vertices`.
    pub(super) fn over(&self, vertices: DataSet<K>, edges: DataSet<Edge<K, EV>>) -> Self {
        Self::new(self.vertices.as_ref().map(|_| vertices), edges, self.options)
    }

    /// One of the same edges that go both ways.
    pub(super) fn undirected(&self) -> Self {
        let options = GraphOptions { directed: false, ..self.options };
        Self::new(self.vertices.clone(), self.edges.clone(), options)
    }

    /// One of other edges between the same vertices, `edges`, which `function` makes one by one.
    pub(super) fn each_edge<T: Record>(
        &self,
        edges: DataSet<Edge<K, T>>,
        function: impl Fn(Edge<K, EV>) -> Edge<K, T> + Send + Sync + 'static,
    ) -> IndexCell<K, T> {
        // An undirected index is made of each edge once.
        let edges = if self.options.directed { edges } else { self.edges.map(function) };
        let loaded = self.loaded;
        IndexCell { loaded, ..IndexCell::new(self.vertices.clone(), edges, self.options) }
    }

    /// One of other vertices and of some of the edges: `edges` if they go one way, otherwise what
    /// `of_half` leaves of the edges that are here once each.
    pub(super) fn changed(
        &self,
        vertices: DataSet<K>,
        edges: &DataSet<Edge<K, EV>>,
        of_half: impl FnOnce(&DataSet<Edge<K, EV>>) -> DataSet<Edge<K, EV>>,
    ) -> Self {
        let directed = self.options.directed;
        let edges = if directed { edges.clone() } else { of_half(&self.edges) };
        Self::new(Some(vertices), edges, self.options)
    }

    /// The size of the graph, if it began with an index.
    pub(super) fn loaded_size(&self) -> Option<GraphSize> {
        self.loaded
    }

    /// Whether an index is there.
    pub(super) fn is_made(&self) -> bool {
        self.lock().dictionary.is_some()
    }

    pub(super) fn options(&self) -> GraphOptions {
        self.options
    }

    /// The edges that it is made of.
    #[cfg(feature = "petgraph")]
    pub(super) fn edges(&self) -> &DataSet<Edge<K, EV>> {
        &self.edges
    }

    /// The dictionary of the vertex ids.
    pub(super) fn dictionary(&self) -> Result<Arc<Dictionary>> {
        if let Some(dictionary) = &self.lock().dictionary {
            return Ok(dictionary.clone());
        }
        Ok(self.get::<()>(|_| 1.0)?.dictionary().clone())
    }

    /// The index with entries of type `E`; made on first use.
    pub(super) fn get<E: EntryValue>(&self, weigh: fn(&EV) -> f64) -> Result<IndexedGraph<E>> {
        let mut made = self.lock();
        if let Some(index) = made.get() {
            return Ok(index);
        }
        let index = self.make::<E>(E::STORED.then_some(weigh))?;
        made.insert(&index);
        Ok(index)
    }

    fn make<E: EntryValue>(&self, weigh: Option<fn(&EV) -> f64>) -> Result<IndexedGraph<E>> {
        let env = self.edges.environment();
        let edges = self.edges.node();
        let vertices = self.vertices.as_ref().map(DataSet::node);
        let roots: Vec<&NodeRef> = [edges].into_iter().chain(vertices).collect();
        let run = Run::new(env, &roots);
        let mut pairs = gather(&run, edges, &EdgeKeys::<K, EV> { env, weigh, key: PhantomData })?;
        let mut declared = match vertices {
            Some(node) => gather(&run, node, &VertexKeys::<K> { env, key: PhantomData })?,
            None => Vec::new(),
        };
        agree::<K>(env.memory(), [&mut pairs, &mut declared])?;
        let order = self.options.order;
        let Encoded { dictionary, pairs } = Dictionary::encode(env, pairs, declared, order)?;
        let steps = vec![edges.plan().to_string().trim_end().to_owned()];
        IndexedGraph::new(env.clone(), dictionary, pairs, self.options, steps)
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gather(
    run: &Run<'_>,
    node: &NodeRef,
    breaker: &impl Breaker<Part = Vec<Batch>>,
) -> Result<Vec<Batch>> {
    let pipeline = run.open(node)?;
    let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), breaker)?;
    Ok(parts.into_iter().flatten().collect())
}
