//! From Arrow to batches, as the columns of a record type.

use arrow_array::cast::AsArray;
use arrow_array::{Array, LargeStringArray, RecordBatch, StringViewArray};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{ArrowError, DataType, Schema as ArrowSchema};

use super::ArrowConversionError;
use super::import::{optional, required, values};
use crate::columnar::conform::values_as;
use crate::columnar::outer::{OuterColumn, outer_columns_of, places};
use crate::columnar::{Batch, Column, ColumnType, Record, Strings, schema_of};

impl Batch {
    /// The columns of the records `T` over the memory of an Arrow record batch.
    ///
    /// They are found by name, in any order and among others, if each name of `T` is there once;
    /// otherwise by position, if there are as many as `T` has. A nullable field without nulls is
    /// a plain column where `T` asks for one, and any field is an `Option` of one column where
    /// `T` asks for that. A number widens where nothing is lost, long and viewed text becomes
    /// plain text, and a dictionary of text stays one.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{Int32Array, RecordBatch, UInt32Array};
    /// use quince_core::columnar::{Batch, Record, records};
    ///
    /// #[derive(Clone, Debug, PartialEq, Record)]
    /// struct Edge {
    ///     source: u64,
    ///     weight: Option<i64>,
    /// }
    ///
    /// let arrow = RecordBatch::try_from_iter([
    ///     ("weight", Arc::new(Int32Array::from(vec![Some(-5), None])) as _),
    ///     ("source", Arc::new(UInt32Array::from(vec![1, 2])) as _),
    /// ])?;
    /// let batch = Batch::from_arrow_as::<Edge>(&arrow)?;
    /// assert_eq!(batch.schema().names(), ["source", "weight?", "weight"]);
    /// let edges = [Edge { source: 1, weight: Some(-5) }, Edge { source: 2, weight: None }];
    /// assert_eq!(records::<Edge>(&batch)?, edges);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_arrow_as<T: Record>(batch: &RecordBatch) -> Result<Self, ArrowConversionError> {
        let (wanted, schema) = (outer_columns_of::<T>(), batch.schema_ref());
        let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
        let places =
            places(&wanted, &names).ok_or_else(|| unexpected_columns::<T>(&wanted, schema))?;
        let mut columns = Vec::new();
        for (wanted, at) in wanted.iter().zip(places) {
            let (name, array) = (names[at], batch.column(at));
            let values = typed_values(wanted.column_type, name, array)?;
            if wanted.is_optional() {
                columns.extend(optional(array, values));
            } else {
                columns.push(required(name, array, values)?);
            }
        }
        Ok(Self::with_rows(schema_of::<T>(), columns, batch.num_rows()))
    }
}

fn unexpected_columns<T: Record>(
    wanted: &[OuterColumn],
    schema: &ArrowSchema,
) -> ArrowConversionError {
    ArrowConversionError::UnexpectedColumns {
        record: std::any::type_name::<T>(),
        expected: wanted.iter().map(|column| column.name.clone()).collect(),
        got: schema.fields().iter().map(|field| field.name().clone()).collect(),
    }
}

/// The values of an array as a column of the type `wanted`.
fn typed_values(
    wanted: ColumnType,
    name: &str,
    array: &dyn Array,
) -> Result<Column, ArrowConversionError> {
    let column = match values(array) {
        Some(column) => Some(column),
        None => foreign_text(array)?.map(Column::Utf8),
    };
    column.and_then(|column| values_as(column, wanted).ok()).ok_or_else(|| {
        ArrowConversionError::UnexpectedType {
            column: name.to_owned(),
            data_type: Box::new(array.data_type().clone()),
            expected: wanted,
        }
    })
}

/// Text in a layout that there is no column for.
fn foreign_text(array: &dyn Array) -> Result<Option<Strings>, ArrowError> {
    match array.data_type() {
        DataType::LargeUtf8 => from_long_text(array.as_string()).map(Some),
        DataType::Utf8View => from_viewed_text(array.as_string_view()).map(Some),
        _ => Ok(None),
    }
}

/// Text with offsets of 64 bits: the bytes stay where they are.
fn from_long_text(array: &LargeStringArray) -> Result<Strings, ArrowError> {
    let long = array.offsets();
    let (begin, end) = (long[0] as usize, long[array.len()] as usize);
    let short = long.iter().map(|&offset| offset_of(offset as usize - begin));
    let offsets: Vec<i32> = short.collect::<Result<_, _>>()?;
    let bytes = ScalarBuffer::new(array.values().clone(), begin, end - begin);
    Ok(Strings::new(offsets.into(), bytes.into()).expect("Arrow checked the array"))
}

fn from_viewed_text(array: &StringViewArray) -> Result<Strings, ArrowError> {
    offset_of(array.iter().flatten().map(str::len).sum())?;
    Ok(array.iter().map(Option::unwrap_or_default).collect())
}

/// An offset into the text of a column, which is less than 2 GiB.
fn offset_of(bytes: usize) -> Result<i32, ArrowError> {
    i32::try_from(bytes).map_err(|_| ArrowError::OffsetOverflowError(bytes))
}
