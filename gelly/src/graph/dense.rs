//! Vertex values by dense id: the bridge between data sets of vertices and what runs on an index.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use quince_core::columnar::{
    Batch, Column, Native, ReadRecord, Record, RowBuilder, Schema, concatenate, gather, reader_of,
    scatter, schema_of,
};
use quince_core::dataset::Run;
use quince_core::environment::Environment;
use quince_core::error::Result as CoreResult;
use quince_core::executor;
use quince_core::index::Dictionary;
use quince_core::memory::Segment;
use quince_core::pipeline::Breaker;

use super::Graph;
use super::listed::{self, ByDense};
use crate::error::{Error, Result};
use crate::vertex_key::VertexKey;
use crate::vertex_values::VertexValues;

/// Values of type `VV` in the order of the dense ids of an index, as columns.
#[derive(Clone)]
pub struct DenseValues<VV> {
    columns: Batch,
    value: PhantomData<fn() -> VV>,
}

impl<VV> fmt::Debug for DenseValues<VV> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DenseValues").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<VV> DenseValues<VV> {
    /// The number of values.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::DenseValues;
    /// # let env = Environment::builder().threads(1).build()?;
    /// assert_eq!(DenseValues::from_fn(&env, 3, |dense| dense)?.len(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.columns.num_rows()
    }

    /// Whether there is none.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::DenseValues;
    /// # let env = Environment::builder().threads(1).build()?;
    /// assert!(DenseValues::from_fn(&env, 0, |dense| dense)?.is_empty());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as columns.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::DenseValues;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let values = DenseValues::from_fn(&env, 3, |dense| (dense, f64::from(dense)))?;
    /// assert_eq!(values.columns().schema().names(), ["f0", "f1"]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn columns(&self) -> &Batch {
        &self.columns
    }
}

impl DenseValues<()> {
    pub(super) fn nothing(len: usize) -> Self {
        let columns = Batch::with_rows(Schema::new::<String>([]), Vec::new(), len);
        Self { columns, value: PhantomData }
    }
}

impl<VV: Record> DenseValues<VV> {
    /// The values in the columns of a batch.
    ///
    /// ```
    /// use quince_core::columnar::{ReadRecord, batch_of};
    /// use quince_gelly::DenseValues;
    /// let values = DenseValues::<String>::new(batch_of(["a", "b"].map(String::from)))?;
    /// assert_eq!(values.reader().get(1), "b");
    /// assert!(DenseValues::<u64>::new(batch_of([0.5])).is_err());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If they are columns of another type.
    pub fn new(columns: Batch) -> Result<Self> {
        reader_of::<VV>(&columns).map_err(quince_core::Error::from)?;
        Ok(Self { columns, value: PhantomData })
    }

    /// The value that `value` makes for each of `len` dense ids, in memory paid for.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::DenseValues;
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_core::columnar::ReadRecord;
    /// let squares = DenseValues::from_fn(&env, 3, |dense| (dense, dense * dense))?;
    /// assert_eq!(squares.reader().get(2), (2, 4));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice.
    pub fn from_fn(
        env: &Environment,
        len: usize,
        mut value: impl FnMut(u32) -> VV,
    ) -> Result<Self> {
        const PIECE: usize = 1 << 13;
        let mut pieces = Vec::with_capacity(len / PIECE + 1);
        let mut rows = RowBuilder::<VV>::with_capacity(PIECE.min(len));
        for dense in 0..len as u32 {
            rows.push(value(dense));
            if rows.len() == PIECE {
                pieces.push(paid(env, &rows.finish())?);
            }
        }
        pieces.push(paid(env, &rows.finish())?);
        let columns = concatenate(env.memory(), "vertex values", &pieces).map_err(Error::from)?;
        Ok(Self { columns, value: PhantomData })
    }

    /// Reads values by dense id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::DenseValues;
    /// # let env = Environment::builder().threads(1).build()?;
    /// use quince_core::columnar::ReadRecord;
    /// let texts = DenseValues::from_fn(&env, 3, |dense| dense.to_string())?;
    /// assert_eq!(texts.reader().get(2), "2");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn reader(&self) -> VV::Reader<'_> {
        reader_of::<VV>(&self.columns).expect("checked when it was made")
    }
}

impl<VV: Record> ByDense<VV> for DenseValues<VV> {
    type Reader<'a> = VV::Reader<'a>;

    fn reader(&self) -> CoreResult<VV::Reader<'_>> {
        Ok(self.reader())
    }
}

impl<T: Native + Record> ByDense<T> for VertexValues<T>
where
    for<'a> &'a [T]: ReadRecord<T>,
{
    type Reader<'a> = &'a [T];

    fn reader(&self) -> CoreResult<&[T]> {
        Ok(self.by_dense())
    }
}

/// A copy in memory paid for.
fn paid(env: &Environment, batch: &Batch) -> CoreResult<Batch> {
    let rows: Vec<u32> = (0..batch.num_rows() as u32).collect();
    Ok(gather(env.memory(), "vertex values", batch, &rows)?)
}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// The vertex values in the order of the dense ids of the index, for programs that run on it.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::ReadRecord};
    /// # use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges_with(&env, [Edge::from((1u64, 2u64))], |id| id.to_string());
    /// let values = graph.dense_values()?;
    /// assert_eq!(values.reader().get(graph.find(&2)? as usize), "2");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails or the budget does not suffice, if an id stands twice, or if an edge ends
    /// at no vertex.
    pub fn dense_values(&self) -> Result<DenseValues<VV>> {
        let (env, dictionary) = (self.environment(), self.inner.index.dictionary()?);
        let node = self.vertices().node();
        let run = Run::new(env, &[node]);
        let pipeline = run.open(node)?;
        let breaker = Place::<K, VV> { env, dictionary: &dictionary, vertex: PhantomData };
        let parts = executor::execute(env, pipeline.source(), &pipeline.chain(), &breaker)?;
        let (batches, places): (Vec<_>, Vec<_>) = parts.into_iter().flatten().unzip();
        let positions = all_positions(env, &places, dictionary.len())?;
        let columns = match &batches[..] {
            [] => RowBuilder::<VV>::new().finish(),
            batches => scatter(env.memory(), "vertex values", batches, &positions)?,
        };
        Ok(DenseValues { columns, value: PhantomData })
    }

    /// The graph with other vertex values, given by the dense ids of its index, which it shares.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{DenseValues, Graph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(10, 20)]))?;
    /// let values = DenseValues::from_fn(&env, 2, |dense| format!("number {dense}"))?;
    /// let numbered = graph.with_dense_values(values)?.vertices_as_tuples().collect()?;
    /// assert_eq!(numbered[1], (20.into(), "number 1".to_owned()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is not one value for each vertex, or the index cannot be made.
    pub fn with_dense_values<T: Record>(&self, values: DenseValues<T>) -> Result<Graph<K, T, EV>> {
        let dictionary = self.inner.index.dictionary()?;
        let (found, expected) = (values.len() as u64, dictionary.len() as u64);
        if found != expected {
            return Err(Error::Vertices { found, expected });
        }
        Ok(self.with_listed(&dictionary, values))
    }

    /// The graph with vertex values that an algorithm found on its index, which it shares.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{Graph, VertexValues, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_source(&env, &edges([(1, 2), (1, 3)]))?;
    /// let index = graph.indexed()?;
    /// let degrees = VertexValues::new(index.dictionary().clone(), index.out_degrees()?);
    /// let graph = graph.with_values(&degrees);
    /// assert_eq!(graph.vertices_as_tuples().collect()?[0], (1.into(), 2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn with_values<T: Native + Record>(&self, values: &VertexValues<T>) -> Graph<K, T, EV>
    where
        for<'a> &'a [T]: ReadRecord<T>,
    {
        self.with_listed(values.dictionary(), values.clone())
    }

    fn with_listed<T: Record>(
        &self,
        dictionary: &Arc<Dictionary>,
        values: impl ByDense<T>,
    ) -> Graph<K, T, EV> {
        let vertices = listed::vertices(self.environment(), dictionary, values);
        Graph::with_index(vertices, self.edges().clone(), self.inner.index.clone())
    }
}

/// Gathers the columns of vertex values, and where each row goes.
struct Place<'a, K, VV> {
    env: &'a Environment,
    dictionary: &'a Dictionary,
    vertex: PhantomData<fn() -> (K, VV)>,
}

impl<K: VertexKey, VV: Record> Breaker for Place<'_, K, VV> {
    type Part = Vec<(Batch, Segment<u32>)>;

    fn part(&self) -> Self::Part {
        Vec::new()
    }

    fn take(&self, part: &mut Self::Part, batch: Batch) -> CoreResult<()> {
        let rows = batch.num_rows();
        let mut columns = batch.columns();
        let ids = K::reader(&mut columns).expect("a data set has the columns of its records");
        let mut places = self.env.memory().allocate("vertex values", rows)?;
        for (row, place) in places.iter_mut().enumerate() {
            // An id that the index does not know is found out when all are counted.
            *place = ids.get(row).dense(self.dictionary).unwrap_or(u32::MAX);
        }
        let columns: Vec<Column> = columns.to_vec();
        let values = Batch::with_rows(schema_of::<VV>(), columns, rows);
        part.push((paid(self.env, &values)?, places));
        Ok(())
    }
}

/// The places of all rows, each dense id once.
fn all_positions(env: &Environment, places: &[Segment<u32>], len: usize) -> Result<Segment<u32>> {
    let found: usize = places.iter().map(|places| places.len()).sum();
    let wrong = || Error::Vertices { found: found as u64, expected: len as u64 };
    if found != len {
        return Err(wrong());
    }
    let mut seen = env.memory().allocate::<u8>("vertex values", len)?;
    let mut positions = env.memory().allocate::<u32>("vertex values", len)?;
    for (slot, &place) in positions.iter_mut().zip(places.iter().flat_map(|places| places.iter())) {
        let seen = seen.get_mut(place as usize).ok_or_else(wrong)?;
        if std::mem::replace(seen, 1) == 1 {
            return Err(wrong());
        }
        *slot = place;
    }
    Ok(positions)
}
