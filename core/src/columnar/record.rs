//! Records: a Rust type as columns and back.

use super::{Batch, Column, ColumnType, Schema};

/// A type whose values are rows: each value is taken apart into columns, and put together again.
///
/// Integers, floats, `bool`, `String`, `Option`s of records, tuples and arrays of records (nested as
/// deep as you like) and structs that [derive `Record`](macro@crate::columnar::Record) are records. The derived form gives a column to
/// each leaf: a field `position: (f32, f32)` is the columns `position.f0` and `position.f1`; an
/// `Option` has one column more, called like the field with a question mark, that says whether
/// there is a value.
///
/// ```
/// use quince_core::columnar::{Record, batch_of};
/// let batch = batch_of(vec![(1u64, "one".to_owned()), (2, "two".to_owned())]);
/// assert_eq!(batch.schema().names(), ["f0", "f1"]);
/// let back: Vec<(u64, String)> = quince_core::columnar::records(&batch)?;
/// assert_eq!(back[1], (2, "two".to_owned()));
/// # Ok::<(), quince_core::columnar::RecordMismatch>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    label = "has no columns",
    note = "records are numbers of up to 64 bits, `bool`, `String`, tuples and arrays of records, \
            structs that derive `Record`, and `Option`s of records that have a `Default`"
)]
pub trait Record: Clone + Send + Sync + 'static {
    /// Reads the rows of a batch.
    type Reader<'a>: ReadRecord<Self>;

    /// Collects rows into columns.
    type Builder: BuildRecord<Self>;

    /// The columns of the type, in order. `name` is what the value is called where it stands:
    /// empty for a record that stands alone.
    fn leaves(name: &str, leaves: &mut Vec<Leaf>);

    /// A reader over the first columns of `columns`, which it takes off; `None` if they are of
    /// other types.
    fn reader<'a>(columns: &mut &'a [Column]) -> Option<Self::Reader<'a>>;

    /// What a record that stands alone calls its columns; a record of several fields names them.
    fn fields() -> Vec<Field> {
        vec![Field { name: ALONE.to_owned(), num_columns: leaves_of::<Self>().len() }]
    }

    /// Bytes that the value holds outside itself.
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// What the column of a record is called that stands alone and has no fields.
const ALONE: &str = "value";

/// One column of a record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its name: `f0`, `position.f1`, `parent?`.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
}

impl Leaf {
    /// The one column of a value that is called `name` where it stands.
    pub fn new(name: &str, column_type: ColumnType) -> Self {
        Self { name: if name.is_empty() { ALONE } else { name }.to_owned(), column_type }
    }

    /// The column that says whether there is a value called `name`: `parent?`.
    pub fn presence(name: &str) -> Self {
        let mut leaf = Self::new(name, ColumnType::Bool);
        leaf.name.push('?');
        leaf
    }
}

/// One field of a record type: what keys and projections name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name: `f0` in a tuple, the field's own in a struct.
    pub name: String,
    /// How many columns it takes.
    pub num_columns: usize,
}

/// Reads the rows of a batch as records.
pub trait ReadRecord<T>: Send + Sync {
    /// The record in row `row`; panics out of bounds.
    fn get(&self, row: usize) -> T;
}

/// Collects records into columns.
pub trait BuildRecord<T>: Send {
    /// A builder with room for `rows` records.
    fn with_capacity(rows: usize) -> Self;

    /// Adds a record.
    fn push(&mut self, record: T);

    /// The columns of all records added so far; the builder is empty afterwards.
    fn finish(&mut self, columns: &mut Vec<Column>);
}

/// The columns of a record type that stands alone.
pub(super) fn leaves_of<T: Record>() -> Vec<Leaf> {
    let mut leaves = Vec::new();
    T::leaves("", &mut leaves);
    leaves
}

/// The schema of a record type.
pub fn schema_of<T: Record>() -> Schema {
    Schema::new(leaves_of::<T>().into_iter().map(|leaf| leaf.name))
}

/// The types of a record type's columns.
pub fn types_of<T: Record>() -> Vec<ColumnType> {
    leaves_of::<T>().into_iter().map(|leaf| leaf.column_type).collect()
}

/// Bytes of a row of a record type; a guess where there is text.
pub fn row_bytes<T: Record>() -> usize {
    types_of::<T>().into_iter().map(ColumnType::guessed_width).sum()
}

/// Columns that are not those of a record type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("records of type {record} have columns of the types {expected:?}; these are {got:?}")]
pub struct RecordMismatch {
    /// The record type.
    pub record: &'static str,
    /// The types of its columns.
    pub expected: Vec<ColumnType>,
    /// The types that came.
    pub got: Vec<ColumnType>,
}

/// Reads `batch` as records of type `T`, or says what its columns are instead.
pub fn reader_of<T: Record>(batch: &Batch) -> Result<T::Reader<'_>, RecordMismatch> {
    let mut columns = batch.columns();
    match T::reader(&mut columns) {
        Some(reader) if columns.is_empty() => Ok(reader),
        _ => Err(RecordMismatch {
            record: std::any::type_name::<T>(),
            expected: types_of::<T>(),
            got: batch.columns().iter().map(Column::column_type).collect(),
        }),
    }
}

/// All records of a batch.
pub fn records<T: Record>(batch: &Batch) -> Result<Vec<T>, RecordMismatch> {
    let reader = reader_of::<T>(batch)?;
    Ok((0..batch.num_rows()).map(|row| reader.get(row)).collect())
}

/// A batch of a few records; its memory is not paid for.
pub fn batch_of<T: Record>(records: impl IntoIterator<Item = T>) -> Batch {
    let mut rows = RowBuilder::new();
    records.into_iter().for_each(|record| rows.push(record));
    rows.finish()
}

/// Collects records into batches.
pub struct RowBuilder<T: Record> {
    schema: Schema,
    builder: T::Builder,
    num_rows: usize,
}

impl<T: Record> std::fmt::Debug for RowBuilder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowBuilder").field("num_rows", &self.num_rows).finish_non_exhaustive()
    }
}

impl<T: Record> Default for RowBuilder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Record> RowBuilder<T> {
    /// An empty builder.
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty builder with room for `rows` records.
    pub fn with_capacity(rows: usize) -> Self {
        Self { schema: schema_of::<T>(), builder: T::Builder::with_capacity(rows), num_rows: 0 }
    }

    /// Adds a record.
    #[inline]
    pub fn push(&mut self, record: T) {
        self.builder.push(record);
        self.num_rows += 1;
    }

    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.num_rows
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.num_rows == 0
    }

    /// The records added since it was last finished.
    pub fn finish(&mut self) -> Batch {
        let mut columns = Vec::new();
        self.builder.finish(&mut columns);
        let rows = std::mem::take(&mut self.num_rows);
        Batch::with_rows(self.schema.clone(), columns, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::Record;

    /// The engine derives records of its own.
    #[derive(Clone, Debug, PartialEq, Record)]
    struct Inside {
        value: (u8, Option<i64>),
        rest: [bool; 2],
    }

    #[test]
    fn a_field_called_value_keeps_its_name() {
        let names = ["value.f0", "value.f1?", "value.f1", "rest.f0", "rest.f1"];
        assert_eq!(schema_of::<Inside>().names(), names);
        let rows = [Inside { value: (1, Some(-1)), rest: [true, false] }];
        assert_eq!(records::<Inside>(&batch_of(rows.clone())).unwrap(), rows);
        assert_eq!(u8::fields(), [Field { name: "value".to_owned(), num_columns: 1 }]);
    }
}
