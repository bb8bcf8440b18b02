//! The rows of a result: how they hash and how they print.

use std::fmt::Write as _;

use quince_core::columnar::{Batch, Column, Strings};
use quince_core::pipeline::Source;
use quince_gelly::java_hash;

use super::ids::IdType;
use super::java_text::{write_double, write_float};

/// What an algorithm gives: rows that begin with ids of vertices.
pub(super) struct Rows {
    pub(super) source: Box<dyn Source>,
    pub(super) layout: Layout,
}

/// How rows are read.
pub(super) struct Layout {
    form: Box<dyn RowForm>,
    ids: IdType,
    /// How many of the columns are ids.
    num_ids: usize,
}

/// A class of results in Gelly.
pub(super) trait RowForm: Send + Sync {
    /// Its hash code.
    fn hash(&self, row: &Row<'_>) -> i32;

    /// Its printable sentence.
    fn print(&self, row: &Row<'_>, out: &mut String);
}

/// A column whose values are read one by one.
enum Cells<'a> {
    U8(&'a [u8]),
    U32(&'a [u32]),
    U64(&'a [u64]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    F32(&'a [f32]),
    F64(&'a [f64]),
    Text(&'a Strings),
    Coded(&'a [u32], &'a Strings),
}

impl<'a> Cells<'a> {
    fn of(column: &'a Column) -> Self {
        match column {
            Column::UInt8(values) => Self::U8(values),
            Column::UInt32(values) => Self::U32(values),
            Column::UInt64(values) => Self::U64(values),
            Column::Int32(values) => Self::I32(values),
            Column::Int64(values) => Self::I64(values),
            Column::Float32(values) => Self::F32(values),
            Column::Float64(values) => Self::F64(values),
            Column::Utf8(texts) => Self::Text(texts),
            Column::CodedUtf8 { codes, values } => Self::Coded(codes, values),
            other => unreachable!("no result has a column of {:?}", other.column_type()),
        }
    }
}

/// A row of a batch.
pub(super) struct Row<'a> {
    cells: &'a [Cells<'a>],
    ids: IdType,
    at: usize,
}

impl Rows {
    /// The rows of `source`, which begin with `num_ids` ids.
    pub(super) fn new(
        source: impl Source + 'static,
        form: impl RowForm + 'static,
        ids: IdType,
        num_ids: usize,
    ) -> Self {
        Self { source: Box::new(source), layout: Layout { form: Box::new(form), ids, num_ids } }
    }
}

impl Layout {
    /// The hash code of a row.
    pub(super) fn hash(&self, row: &Row<'_>) -> i32 {
        self.form.hash(row)
    }

    /// Writes the printable sentence of a row.
    pub(super) fn print(&self, row: &Row<'_>, out: &mut String) {
        self.form.print(row, out);
    }

    /// Writes the fields of a row with something between them.
    pub(super) fn write_fields(&self, row: &Row<'_>, between: &str, out: &mut String) {
        for column in 0..row.cells.len() {
            if column > 0 {
                out.push_str(between);
            }
            if column < self.num_ids {
                row.write_id(column, out);
            } else {
                row.write_field(column, out);
            }
        }
    }

    /// Calls `visit` with all rows of a batch.
    pub(super) fn for_each(&self, batch: &Batch, mut visit: impl FnMut(&Row<'_>)) {
        let cells: Vec<Cells<'_>> = batch.columns().iter().map(Cells::of).collect();
        for at in 0..batch.num_rows() {
            visit(&Row { cells: &cells, ids: self.ids, at });
        }
    }
}

impl Row<'_> {
    /// The value of a column of whole numbers.
    pub(super) fn integer(&self, column: usize) -> i64 {
        let at = self.at;
        match self.cells[column] {
            Cells::U8(values) => values[at].into(),
            Cells::U32(values) => values[at].into(),
            Cells::U64(values) => values[at] as i64,
            Cells::I32(values) => values[at].into(),
            Cells::I64(values) => values[at],
            _ => unreachable!("column {column} is no column of whole numbers"),
        }
    }

    /// The value of a column of floats.
    pub(super) fn float(&self, column: usize) -> f64 {
        match self.cells[column] {
            Cells::F32(values) => values[self.at].into(),
            Cells::F64(values) => values[self.at],
            _ => unreachable!("column {column} is no column of floats"),
        }
    }

    fn text(&self, column: usize) -> Option<&str> {
        match self.cells[column] {
            Cells::Text(texts) => Some(texts.get(self.at)),
            Cells::Coded(codes, texts) => Some(texts.get(codes[self.at] as usize)),
            _ => None,
        }
    }

    /// The hash code of an id.
    pub(super) fn id_hash(&self, column: usize) -> i32 {
        match self.text(column) {
            Some(text) => java_hash::string(text),
            None => self.ids.hash(self.integer(column)),
        }
    }

    /// Writes an id.
    pub(super) fn write_id(&self, column: usize, out: &mut String) {
        match self.text(column) {
            Some(text) => out.push_str(text),
            None => self.ids.write(self.integer(column), out),
        }
    }

    /// Writes any field but an id.
    fn write_field(&self, column: usize, out: &mut String) {
        match self.cells[column] {
            Cells::F32(values) => write_float(values[self.at], out),
            Cells::F64(values) => write_double(values[self.at], out),
            Cells::Text(_) | Cells::Coded(..) => {
                out.push_str(self.text(column).unwrap_or_default());
            }
            _ => {
                let _ = write!(out, "{}", self.integer(column));
            }
        }
    }
}

/// A tuple of two ids: an edge, or a vertex and the name of something.
pub(super) struct Pair;

impl RowForm for Pair {
    fn hash(&self, row: &Row<'_>) -> i32 {
        java_hash::tuple([row.id_hash(0), row.id_hash(1)])
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        out.push('(');
        row.write_id(0, out);
        out.push(',');
        row.write_id(1, out);
        out.push(')');
    }
}
