//! Data sets of what an index holds.

use std::any::type_name;
use std::ops::Range;
use std::sync::Arc;

use quince_core::columnar::{ReadRecord, Record, RowBuilder, row_bytes};
use quince_core::dataset::{DataSet, Facts, Kind, Node, NodeRef, Rows, Run};
use quince_core::environment::Environment;
use quince_core::error::{Error, Result};
use quince_core::index::{Csr, Dictionary, EntryValue, StaticIndex};
use quince_core::pipeline::{BATCH_ROWS, Numbered, Output, Pipeline};
use quince_core::plan::PlanNode;

use super::types::{Edge, Vertex};
use crate::indexed_graph::{EdgeDirection, IndexedGraph};
use crate::vertex_key::VertexKey;

/// Ordinals in one morsel.
const MORSEL: usize = 1 << 15;

/// Values by dense id.
pub(super) trait ByDense<VV>: Send + Sync + 'static {
    /// Reads them.
    type Reader<'a>: ReadRecord<VV>;

    /// A reader, for one morsel.
    fn reader(&self) -> Result<Self::Reader<'_>>;
}

/// The keys of a dictionary as vertices, ascending by id, with values by dense id.
pub(super) fn vertices<K: VertexKey, VV: Record>(
    env: &Environment,
    dictionary: &Arc<Dictionary>,
    values: impl ByDense<VV>,
) -> DataSet<Vertex<K, VV>> {
    let (rows, dictionary) = (dictionary.len() as u64, dictionary.clone());
    let values = Arc::new(values);
    let open = move || {
        let (dictionary, values) = (dictionary.clone(), values.clone());
        let num_morsels = dictionary.num_ordinals().div_ceil(MORSEL);
        Ok(Pipeline::new(Numbered::new(
            "vertices of an index",
            num_morsels,
            move |at, _, output| {
                let values = values.reader()?;
                let mut rows = Records::<Vertex<K, VV>>::new(output);
                for ordinal in ordinals(&dictionary, at) {
                    if let Some(vertex) = dictionary.dense_of_ordinal(ordinal) {
                        let (id, value) =
                            (key_of(&dictionary, ordinal)?, values.get(vertex as usize));
                        rows.push(Vertex { id, value })?;
                    }
                }
                rows.finish()
            },
        )))
    };
    let row_bytes = row_bytes::<Vertex<K, VV>>();
    DataSet::from_node(env, Listed { name: "vertices of an index", rows, row_bytes, open })
}

/// Which way the edges of an undirected graph come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    /// Each both ways.
    Both,
    /// Each once, from the smaller id.
    One,
}

/// The edges of an index: by source, ascending by id; those of one source in the order of the
/// index. All edges of a directed graph go one way.
pub(super) fn edges<K: VertexKey, E: EntryValue + Record>(
    graph: &IndexedGraph<E>,
    ways: Ways,
) -> DataSet<Edge<K, E>> {
    let half = !graph.is_directed() && ways == Ways::One;
    let rows = if half { graph.num_edges() } else { graph.size().num_entries() };
    let (env, graph) = (graph.environment().clone(), graph.clone());
    let open = move || {
        let index = graph.index(EdgeDirection::Out).map_err(core_error)?;
        let dictionary = graph.dictionary().clone();
        let num_morsels = dictionary.num_ordinals().div_ceil(MORSEL);
        Ok(Pipeline::new(Numbered::new("edges of an index", num_morsels, move |at, _, output| {
            let mut rows = Records::<Edge<K, E>>::new(output);
            for ordinal in ordinals(&dictionary, at) {
                if let Some(vertex) = dictionary.dense_of_ordinal(ordinal) {
                    push_row(&dictionary, &index, vertex, half, &mut rows)?;
                }
            }
            rows.finish()
        })))
    };
    let row_bytes = row_bytes::<Edge<K, E>>();
    DataSet::from_node(&env, Listed { name: "edges of an index", rows, row_bytes, open })
}

/// The edges out of one vertex; only those to ids that are not smaller, if `half`.
fn push_row<K: VertexKey, E: EntryValue + Record>(
    dictionary: &Dictionary,
    index: &Csr<E>,
    vertex: u32,
    half: bool,
    rows: &mut Records<'_, Edge<K, E>>,
) -> Result<()> {
    let ordinal = dictionary.ordinal(vertex);
    let source: K = key_of(dictionary, ordinal)?;
    let mut pushed = Ok(());
    index.for_some(vertex, 0..usize::MAX, |neighbor, value| {
        let other = dictionary.ordinal(neighbor);
        if !half || ordinal <= other {
            pushed = key_of(dictionary, other)
                .and_then(|target| rows.push(Edge { source: source.clone(), target, value }));
        }
        pushed.is_ok()
    });
    pushed
}

/// The error of the engine behind an error of a graph.
fn core_error(error: crate::Error) -> Error {
    match error {
        crate::Error::Core(error) => error,
        other => Error::source(other),
    }
}

fn ordinals(dictionary: &Dictionary, morsel: usize) -> Range<u32> {
    let end = dictionary.num_ordinals().min((morsel + 1) * MORSEL);
    (morsel * MORSEL) as u32..end as u32
}

fn key_of<K: VertexKey>(dictionary: &Dictionary, ordinal: u32) -> Result<K> {
    let key = dictionary.key_of_ordinal(ordinal);
    K::from_key(key).ok_or_else(|| Error::Shape {
        operator: "graph",
        expected: format!("ids of type {}", type_name::<K>()),
        got: format!("{key:?}"),
    })
}

/// A node over what an index holds.
struct Listed<F> {
    name: &'static str,
    rows: u64,
    row_bytes: usize,
    open: F,
}

impl<F: Fn() -> Result<Pipeline> + Send + Sync> Node for Listed<F> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.name).property("rows", self.rows)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        Vec::new()
    }

    fn facts(&self) -> Facts {
        let (rows, row_bytes) = (Rows::Exactly(self.rows), Some(self.row_bytes));
        Facts { kind: Kind::Source, rows, row_bytes, ..Facts::default() }
    }

    /// Runs outside of the pool, so that the index may be made here.
    fn open(&self, _run: &Run<'_>) -> Result<Pipeline> {
        (self.open)()
    }

    fn is_stored(&self) -> bool {
        true
    }
}

/// Records on their way out, a batch at a time.
struct Records<'a, T: Record> {
    rows: RowBuilder<T>,
    output: &'a mut dyn Output,
}

impl<'a, T: Record> Records<'a, T> {
    fn new(output: &'a mut dyn Output) -> Self {
        Self { rows: RowBuilder::new(), output }
    }

    fn push(&mut self, record: T) -> Result<()> {
        self.rows.push(record);
        if self.rows.len() < BATCH_ROWS { Ok(()) } else { self.output.emit(self.rows.finish()) }
    }

    fn finish(mut self) -> Result<()> {
        if self.rows.is_empty() { Ok(()) } else { self.output.emit(self.rows.finish()) }
    }
}
