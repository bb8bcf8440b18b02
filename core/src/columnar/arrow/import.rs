//! From Arrow to batches, each column as it is.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, RecordBatch, StringArray};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::ArrowConversionError;
use crate::columnar::{Batch, Buffer, Column, Native, Schema, Strings, match_column};

impl Batch {
    /// A batch over the memory of an Arrow record batch.
    ///
    /// A field that the Arrow schema calls nullable becomes two columns, `x?` and `x`, whether or
    /// not this batch holds a null: an `Option`. [`from_arrow_as`](Self::from_arrow_as) reads the
    /// columns that a record type asks for instead, and takes a nullable field without nulls as
    /// a plain column.
    ///
    /// ```
    /// use quince_core::columnar::{Batch, batch_of, records};
    /// let rows = vec![(1u64, Some("one".to_owned())), (2, None)];
    /// let back = Batch::from_arrow(&batch_of(rows.clone()).to_arrow()?)?;
    /// assert_eq!(records::<(u64, Option<String>)>(&back)?, rows);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_arrow(batch: &RecordBatch) -> Result<Self, ArrowConversionError> {
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let values = values(array).ok_or_else(|| ArrowConversionError::UnsupportedType {
                column: field.name().clone(),
                data_type: Box::new(array.data_type().clone()),
            })?;
            if field.is_nullable() {
                names.push(format!("{}?", field.name()));
                columns.extend(optional(array, values));
            } else {
                columns.push(required(field.name(), array, values)?);
            }
            names.push(field.name().clone());
        }
        Ok(Self::with_rows(Schema::new(names), columns, batch.num_rows()))
    }
}

/// `values`, which are those of `array`, if it holds no null.
pub(super) fn required(
    name: &str,
    array: &dyn Array,
    values: Column,
) -> Result<Column, ArrowConversionError> {
    match array.logical_null_count() {
        0 => Ok(values),
        nulls => Err(ArrowConversionError::Nulls { column: name.to_owned(), nulls }),
    }
}

/// Which rows of `array` have a value, and `values`, which are those of `array`.
pub(super) fn optional(array: &dyn Array, values: Column) -> [Column; 2] {
    match array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
        None => [Column::Bool(vec![1; values.len()].into()), values],
        Some(nulls) => {
            let present: Vec<u8> = nulls.iter().map(u8::from).collect();
            [Column::Bool(present.into()), cleared(&values, &nulls)]
        }
    }
}

/// The values of an array, whatever stands under its nulls; `None` if there is no such column.
pub(super) fn values(array: &dyn Array) -> Option<Column> {
    Some(match array.data_type() {
        DataType::Boolean => {
            let values: Vec<u8> = array.as_boolean().values().iter().map(u8::from).collect();
            Column::Bool(values.into())
        }
        DataType::UInt8 => Column::UInt8(from_primitive::<UInt8Type>(array)),
        DataType::UInt16 => Column::UInt16(from_primitive::<UInt16Type>(array)),
        DataType::UInt32 => Column::UInt32(from_primitive::<UInt32Type>(array)),
        DataType::UInt64 => Column::UInt64(from_primitive::<UInt64Type>(array)),
        DataType::Int8 => Column::Int8(from_primitive::<Int8Type>(array)),
        DataType::Int16 => Column::Int16(from_primitive::<Int16Type>(array)),
        DataType::Int32 => Column::Int32(from_primitive::<Int32Type>(array)),
        DataType::Int64 => Column::Int64(from_primitive::<Int64Type>(array)),
        DataType::Float32 => Column::Float32(from_primitive::<Float32Type>(array)),
        DataType::Float64 => Column::Float64(from_primitive::<Float64Type>(array)),
        DataType::Utf8 => Column::Utf8(from_string_array(array.as_string())),
        DataType::Dictionary(keys, values)
            if **keys == DataType::UInt32 && **values == DataType::Utf8 =>
        {
            let dictionary = array.as_dictionary::<UInt32Type>();
            Column::CodedUtf8 {
                codes: dictionary.keys().values().clone().into(),
                values: from_string_array(dictionary.values().as_string()),
            }
        }
        _ => return None,
    })
}

fn from_primitive<T: ArrowPrimitiveType<Native: Native>>(array: &dyn Array) -> Buffer<T::Native> {
    array.as_primitive::<T>().values().clone().into()
}

fn from_string_array(array: &StringArray) -> Strings {
    let offsets = Buffer::from(array.offsets().inner().clone());
    let bytes = ScalarBuffer::new(array.values().clone(), 0, array.values().len());
    Strings::new(offsets, bytes.into()).expect("Arrow checked the array when it was made")
}

/// The column with defaults under the nulls, over the same memory if they are there already.
fn cleared(column: &Column, nulls: &NullBuffer) -> Column {
    match_column!(column,
        Native(values, same) => same(cleared_values(values, nulls)),
        Column::Utf8(texts) => Column::Utf8(cleared_texts(texts, nulls)),
        Column::CodedUtf8 { codes, values } => cleared_codes(codes, values, nulls),
    )
}

fn cleared_values<T: Native>(values: &Buffer<T>, nulls: &NullBuffer) -> Buffer<T> {
    let rows: &[T] = values;
    if rows.iter().zip(nulls).all(|(&value, present)| present || value == T::default()) {
        return values.clone();
    }
    let cleared = |(&value, present)| if present { value } else { T::default() };
    rows.iter().zip(nulls).map(cleared).collect::<Vec<T>>().into()
}

fn cleared_texts(texts: &Strings, nulls: &NullBuffer) -> Strings {
    if nulls.iter().enumerate().all(|(row, present)| present || texts.range(row).is_empty()) {
        return texts.clone();
    }
    let cleared = |(row, present)| if present { texts.get(row) } else { "" };
    nulls.iter().enumerate().map(cleared).collect()
}

/// A code under a null may be of no text: it becomes that of the empty text, which the list gets
/// if it has none.
fn cleared_codes(codes: &Buffer<u32>, values: &Strings, nulls: &NullBuffer) -> Column {
    let (values, empty) = match values.iter().position(str::is_empty) {
        Some(at) => (values.clone(), at),
        None => (values.iter().chain([""]).collect(), values.len()),
    };
    let empty = u32::try_from(empty).expect("codes of 32 bits have room for one text more");
    let cleared = |(&code, present)| if present { code } else { empty };
    let codes: Vec<u32> = codes.iter().zip(nulls).map(cleared).collect();
    Column::CodedUtf8 { codes: codes.into(), values }
}
