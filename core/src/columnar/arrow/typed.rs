//! From Arrow to batches, as the columns of a record type.

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type as Float32, Float64Type as Float64, Int8Type as Int8, Int16Type as Int16,
    Int32Type as Int32, Int64Type as Int64, UInt8Type as UInt8, UInt16Type as UInt16,
    UInt32Type as UInt32, UInt64Type as UInt64,
};
use arrow_array::{Array, ArrowPrimitiveType, LargeStringArray, RecordBatch, StringViewArray};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{ArrowError, DataType, Schema as ArrowSchema};

use super::ArrowConversionError;
use super::import::{optional, required, values};
use super::pairs::{ArrowColumn, arrow_columns};
use crate::columnar::record::leaves_of;
use crate::columnar::{Batch, Buffer, Column, ColumnType, Native, Record, Strings, schema_of};

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
        let leaves = leaves_of::<T>();
        let wanted = arrow_columns(leaves.iter().map(|leaf| (&*leaf.name, leaf.column_type)));
        let schema = batch.schema_ref();
        let places =
            places(&wanted, schema).ok_or_else(|| unexpected_columns::<T>(&wanted, schema))?;
        let mut columns = Vec::with_capacity(leaves.len());
        for (wanted, at) in wanted.iter().zip(places) {
            let (name, array) = (schema.field(at).name(), batch.column(at));
            let values = values_as(wanted.column_type, name, array)?;
            match wanted.presence {
                Some(_) => columns.extend(optional(array, values)),
                None => columns.push(required(name, array, values)?),
            }
        }
        Ok(Self::with_rows(schema_of::<T>(), columns, batch.num_rows()))
    }
}

/// Where the wanted columns are.
fn places(wanted: &[ArrowColumn<'_>], schema: &ArrowSchema) -> Option<Vec<usize>> {
    let as_many = wanted.len() == schema.fields().len();
    places_by_name(wanted, schema).or_else(|| as_many.then(|| (0..wanted.len()).collect()))
}

/// Where the wanted names are, if each stands for one column on both sides.
fn places_by_name(wanted: &[ArrowColumn<'_>], schema: &ArrowSchema) -> Option<Vec<usize>> {
    let mut taken = HashSet::new();
    let place = |column: &ArrowColumn<'_>| {
        let mut found =
            (0..schema.fields().len()).filter(|&at| schema.field(at).name() == column.name);
        found.next().filter(|&at| found.next().is_none() && taken.insert(at))
    };
    wanted.iter().map(place).collect()
}

fn unexpected_columns<T: Record>(
    wanted: &[ArrowColumn<'_>],
    schema: &ArrowSchema,
) -> ArrowConversionError {
    ArrowConversionError::UnexpectedColumns {
        record: std::any::type_name::<T>(),
        expected: wanted.iter().map(|column| column.name.to_owned()).collect(),
        got: schema.fields().iter().map(|field| field.name().clone()).collect(),
    }
}

/// The values of an array as a column of the type `wanted`.
fn values_as(
    wanted: ColumnType,
    name: &str,
    array: &dyn Array,
) -> Result<Column, ArrowConversionError> {
    if let Some(column) = values(array)
        && reads_as(column.column_type(), wanted)
    {
        return Ok(column);
    }
    let widened = match wanted {
        ColumnType::Utf8 => widened_text(array)?.map(Column::Utf8),
        number => widened_number(array, number),
    };
    widened.ok_or_else(|| ArrowConversionError::UnexpectedType {
        column: name.to_owned(),
        data_type: Box::new(array.data_type().clone()),
        expected: wanted,
    })
}

/// Whether records that ask for a column of the type `wanted` read one of the type `got`.
fn reads_as(got: ColumnType, wanted: ColumnType) -> bool {
    got == wanted || (got, wanted) == (ColumnType::CodedUtf8, ColumnType::Utf8)
}

/// The match arms of all numbers that widen without loss, which are those that `From` converts.
macro_rules! widen_to {
    ($array:expr, $wanted:expr; $($to:ident from $($from:ident)+;)+) => {
        match ($wanted, $array.data_type()) {
            $($((ColumnType::$to, DataType::$from) => {
                Some(Column::$to(widen::<$from, $to>($array)))
            })+)+
            _ => None,
        }
    };
}

fn widened_number(array: &dyn Array, wanted: ColumnType) -> Option<Column> {
    widen_to! { array, wanted;
        UInt16 from UInt8;
        UInt32 from UInt8 UInt16;
        UInt64 from UInt8 UInt16 UInt32;
        Int16 from UInt8 Int8;
        Int32 from UInt8 UInt16 Int8 Int16;
        Int64 from UInt8 UInt16 UInt32 Int8 Int16 Int32;
        Float32 from UInt8 UInt16 Int8 Int16;
        Float64 from UInt8 UInt16 UInt32 Int8 Int16 Int32 Float32;
    }
}

fn widen<From, To>(array: &dyn Array) -> Buffer<To::Native>
where
    From: ArrowPrimitiveType,
    To: ArrowPrimitiveType<Native: Native + std::convert::From<From::Native>>,
{
    let values = array.as_primitive::<From>().values();
    values.iter().map(|&value| value.into()).collect::<Vec<To::Native>>().into()
}

fn widened_text(array: &dyn Array) -> Result<Option<Strings>, ArrowError> {
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
