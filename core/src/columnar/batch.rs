//! Batches: columns of one length under a schema.

use std::ops::Range;
use std::sync::Arc;

use super::Column;

/// The names of a batch's columns, in order.
///
/// Names only: the type of an id column may differ from batch to batch (small integers take 32
/// bits), and [`Column::column_type`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    names: Arc<[String]>,
}

impl Schema {
    /// A schema of columns with these names.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect() }
    }

    /// The names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The position of the column called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }
}

/// Some rows of a data set, a column at a time; shared and immutable.
///
/// ```
/// use quince_core::columnar::{Batch, Column, Schema};
/// let schema = Schema::new(["source", "target"]);
/// let columns = vec![Column::UInt32(vec![17].into()), Column::UInt32(vec![42].into())];
/// let batch = Batch::new(schema, columns);
/// assert_eq!(batch.num_rows(), 1);
/// assert!(matches!(batch.column("target"), Some(Column::UInt32(targets)) if targets[0] == 42));
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    schema: Schema,
    columns: Vec<Column>,
    num_rows: usize,
}

impl Batch {
    /// A batch of `columns`.
    ///
    /// # Panics
    /// If the columns differ in length from each other or in number from the schema: a batch is
    /// made by operators, not by users, and that is a broken invariant.
    pub fn new(schema: Schema, columns: Vec<Column>) -> Self {
        let num_rows = columns.first().map_or(0, Column::len);
        Self::with_rows(schema, columns, num_rows)
    }

    /// As [`new`](Self::new), where there may be no column at all to tell the number of rows.
    pub fn with_rows(schema: Schema, columns: Vec<Column>, num_rows: usize) -> Self {
        assert_eq!(schema.names().len(), columns.len(), "one column for each name");
        assert!(columns.iter().all(|column| column.len() == num_rows), "columns of one length");
        Self { schema, columns, num_rows }
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The number of rows.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// The columns, in the order of the schema.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.schema.position(name).map(|at| &self.columns[at])
    }

    /// The columns themselves, so that a sole owner may change them in place.
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// Bytes of a row; a guess where there is text.
    pub fn row_bytes(&self) -> usize {
        self.columns.iter().map(|column| column.column_type().guessed_width()).sum()
    }

    /// Bytes of memory behind the rows, as if they shared it with nobody.
    pub fn num_bytes(&self) -> usize {
        self.columns.iter().map(Column::num_bytes).sum()
    }

    /// The rows in `range`, sharing the memory; panics out of bounds.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let columns = self.columns.iter().map(|column| column.slice(range.clone())).collect();
        Self { schema: self.schema.clone(), columns, num_rows: range.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_keep_rows_together() {
        let columns =
            vec![Column::Int64(vec![1, 2, 3].into()), Column::Float64(vec![0.1, 0.2, 0.3].into())];
        let batch = Batch::new(Schema::new(["id", "value"]), columns).slice(1..2);
        assert_eq!(batch.num_rows(), 1);
        assert!(matches!(&batch.columns()[0], Column::Int64(ids) if ids[..] == [2]));
        assert!(matches!(&batch.columns()[1], Column::Float64(values) if values[..] == [0.2]));
        assert!(batch.column("weight").is_none());
    }

    #[test]
    #[should_panic(expected = "columns of one length")]
    fn uneven_columns_are_a_broken_invariant() {
        let columns = vec![Column::Int64(vec![1].into()), Column::Int64(vec![1, 2].into())];
        Batch::new(Schema::new(["a", "b"]), columns);
    }
}
