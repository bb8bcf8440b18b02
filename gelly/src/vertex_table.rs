//! Results as a table: a source of batches with the ids in the first column.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use quince_core::columnar::{Batch, Buffer, Column, Native, Schema, Strings};
use quince_core::environment::Environment;
use quince_core::error::Result;
use quince_core::index::{Dictionary, Key};
use quince_core::memory::MemoryManager;
use quince_core::pipeline::{Morsel, Morsels, Output, Source};

use crate::vertex_values::VertexValues;

/// Vertex ids and values as a table: the column `vertex`, then one column per value, ascending by
/// id. A core [`Source`], so that it goes through operators into any sink.
#[derive(Clone)]
pub struct VertexTable {
    dictionary: Arc<Dictionary>,
    names: Vec<String>,
    columns: Vec<Arc<Fill>>,
    /// Which vertices have a row, by dense id; all if there is none.
    keep: Option<Arc<Keep>>,
}

/// Whether a vertex, given by dense id, has a row.
type Keep = dyn Fn(u32) -> bool + Send + Sync;

/// Makes the column of some vertices, given by dense id.
type Fill = dyn Fn(&MemoryManager, &[u32]) -> Result<Column> + Send + Sync;

/// Ordinals in one morsel.
const MORSEL: u32 = 1 << 15;

impl fmt::Debug for VertexTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VertexTable").field("columns", &self.names).finish_non_exhaustive()
    }
}

impl VertexTable {
    /// A table of the ids alone.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// let table = VertexTable::new(graph.dictionary().clone());
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(dictionary: Arc<Dictionary>) -> Self {
        Self { dictionary, names: vec!["vertex".to_owned()], columns: Vec::new(), keep: None }
    }

    /// Adds a column of numbers.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// let table = VertexTable::new(graph.dictionary().clone());
    /// let table = table.values("degree", &degrees, Column::UInt32);
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].columns().len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn values<T: Native>(
        self,
        name: &str,
        values: &VertexValues<T>,
        column: fn(Buffer<T>) -> Column,
    ) -> Self {
        let values = values.clone();
        self.column(name, move |memory, vertices| {
            let mut picked = memory.allocate("result", vertices.len())?;
            let by_dense = values.by_dense();
            picked.iter_mut().zip(vertices).for_each(|(slot, &v)| *slot = by_dense[v as usize]);
            Ok(column(picked.into()))
        })
    }

    /// Adds a column of vertex ids, given by ordinal.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// // Here the numbers are places among the ids, which ascend.
    /// let table = VertexTable::new(graph.dictionary().clone()).ids("other", &degrees);
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].columns().len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn ids(self, name: &str, ordinals: &VertexValues<u32>) -> Self {
        let (ordinals, dictionary) = (ordinals.clone(), self.dictionary.clone());
        self.column(name, move |memory, vertices| {
            let of_vertex = vertices.iter().map(|&v| ordinals.by_dense()[v as usize]);
            id_column(memory, &dictionary, of_vertex)
        })
    }

    /// Leaves out the vertices, given by dense id, that `keep` says `false` to.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// let table = VertexTable::new(graph.dictionary().clone());
    /// let table = table.only(move |vertex| degrees.by_dense()[vertex as usize] > 0);
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn only(self, keep: impl Fn(u32) -> bool + Send + Sync + 'static) -> Self {
        Self { keep: Some(Arc::new(keep)), ..self }
    }

    /// Adds a column of numbers that are made for each vertex, given by dense id.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// let table = VertexTable::new(graph.dictionary().clone());
    /// let table = table.numbers("number", |vertex| vertex, Column::UInt32);
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].columns().len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn numbers<T: Native>(
        self,
        name: &str,
        number: impl Fn(u32) -> T + Send + Sync + 'static,
        column: fn(Buffer<T>) -> Column,
    ) -> Self {
        self.column(name, move |memory, vertices| {
            let mut numbers = memory.allocate("result", vertices.len())?;
            numbers.iter_mut().zip(vertices).for_each(|(slot, &vertex)| *slot = number(vertex));
            Ok(column(numbers.into()))
        })
    }

    /// Adds a column of the ids of other vertices: `other` says which one, both by dense id.
    ///
    /// ```
    /// # use quince_core::{Environment, columnar::Column, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
    /// let table = VertexTable::new(graph.dictionary().clone()).vertices("itself", |vertex| vertex);
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].columns().len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[must_use]
    pub fn vertices(self, name: &str, other: impl Fn(u32) -> u32 + Send + Sync + 'static) -> Self {
        let dictionary = self.dictionary.clone();
        self.column(name, move |memory, vertices| {
            let ordinals = vertices.iter().map(|&vertex| dictionary.ordinal(other(vertex)));
            id_column(memory, &dictionary, ordinals)
        })
    }

    fn column(
        mut self,
        name: &str,
        fill: impl Fn(&MemoryManager, &[u32]) -> Result<Column> + Send + Sync + 'static,
    ) -> Self {
        self.names.push(name.to_owned());
        self.columns.push(Arc::new(fill));
        self
    }

    fn batch(&self, memory: &MemoryManager, ordinals: Range<u32>) -> Result<Batch> {
        // Bounded by the morsel.
        let vertices: Vec<u32> = ordinals
            .filter_map(|ordinal| self.dictionary.dense_of_ordinal(ordinal))
            .filter(|&v| self.keep.as_ref().is_none_or(|keep| keep(v)))
            .collect();
        let present = vertices.iter().map(|&vertex| self.dictionary.ordinal(vertex));
        let mut columns = vec![id_column(memory, &self.dictionary, present)?];
        for fill in &self.columns {
            columns.push(fill(memory, &vertices)?);
        }
        Ok(Batch::new(Schema::new(self.names.iter().cloned()), columns))
    }
}

/// The ids of these ordinals as a column: integers or texts, as they came.
///
/// ```
/// # use quince_core::{Environment, columnar::Column, executor};
/// # use quince_gelly::*;
/// # let env = Environment::builder().threads(1).build()?;
/// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
/// # let degrees = VertexValues::new(graph.dictionary().clone(), graph.out_degrees()?);
/// let column = id_column(env.memory(), graph.dictionary(), [0, 2].into_iter())?;
/// assert_eq!(column.len(), 2);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
pub fn id_column(
    memory: &MemoryManager,
    dictionary: &Dictionary,
    ordinals: impl ExactSizeIterator<Item = u32> + Clone,
) -> Result<Column> {
    let key = |ordinal| dictionary.key_of_ordinal(ordinal);
    if !dictionary.has_text_keys() {
        let mut keys = memory.allocate::<i64>("result", ordinals.len())?;
        for (slot, ordinal) in keys.iter_mut().zip(ordinals) {
            if let Key::Integer(id) = key(ordinal) {
                *slot = id;
            }
        }
        return Ok(Column::Int64(keys.into()));
    }
    let text = |ordinal| match key(ordinal) {
        Key::Text(text) => text,
        Key::Integer(_) => "",
    };
    let mut offsets = memory.allocate::<i32>("result", ordinals.len() + 1)?;
    let num_bytes = ordinals.clone().map(|ordinal| text(ordinal).len()).sum();
    let mut bytes = memory.allocate::<u8>("result", num_bytes)?;
    let mut end = 0;
    for (row, ordinal) in ordinals.enumerate() {
        let text = text(ordinal).as_bytes();
        bytes[end..end + text.len()].copy_from_slice(text);
        end += text.len();
        offsets[row + 1] = end as i32;
    }
    let strings = Strings::new(offsets.into(), bytes.into());
    Ok(Column::Utf8(strings.expect("whole texts of a valid column")))
}

impl Source for VertexTable {
    fn name(&self) -> String {
        format!("vertex table ({})", self.names.join(", "))
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(TableMorsels { table: self.clone(), next: 0 }))
    }
}

struct TableMorsels {
    table: VertexTable,
    next: u32,
}

impl Morsels for TableMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let end = self.table.dictionary.num_ordinals() as u32;
        if self.next >= end {
            return Ok(None);
        }
        let ordinals = self.next..self.next.saturating_add(MORSEL).min(end);
        self.next = ordinals.end;
        Ok(Some(Box::new(TableMorsel { table: self.table.clone(), ordinals })))
    }
}

struct TableMorsel {
    table: VertexTable,
    ordinals: Range<u32>,
}

impl Morsel for TableMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let batch = self.table.batch(env.memory(), self.ordinals)?;
        if batch.num_rows() == 0 { Ok(()) } else { output.emit(batch) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IndexedGraph, edges};

    #[test]
    fn rows_ascend_by_id_and_columns_agree() {
        let env = Environment::builder().threads(2).build().unwrap();
        let graph =
            IndexedGraph::from_source(&env, &edges((0..40_000).map(|v| (0, v * 3)))).unwrap();
        let dictionary = graph.dictionary();
        let len = dictionary.len();
        let mut ordinals = env.memory().allocate::<u32>("values", len).unwrap();
        let mut doubles = env.memory().allocate::<f64>("values", len).unwrap();
        for vertex in 0..len {
            ordinals[vertex] = dictionary.ordinal(vertex as u32);
            let Key::Integer(id) = dictionary.key(vertex as u32) else { panic!() };
            doubles[vertex] = 2.0 * id as f64;
        }
        let ordinals = VertexValues::new(dictionary.clone(), ordinals);
        let doubles = VertexValues::new(dictionary.clone(), doubles);
        let table = VertexTable::new(dictionary.clone())
            .values("double", &doubles, Column::Float64)
            .ids("self", &ordinals);
        let batches = quince_core::executor::collect(&env, &table, &[]).unwrap();
        let mut next = 0;
        for batch in batches {
            assert_eq!(batch.schema().names(), ["vertex", "double", "self"]);
            let [Column::Int64(ids), Column::Float64(twice), Column::Int64(same)] = batch.columns()
            else {
                panic!("wrong types");
            };
            for row in 0..batch.num_rows() {
                assert_eq!((ids[row], twice[row], same[row]), (next, 2.0 * next as f64, next));
                next += 3;
            }
        }
        assert_eq!(next, 120_000);
    }
}
