//! From batches to Arrow.

use std::sync::Arc;

use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, PrimitiveArray,
    RecordBatch, RecordBatchOptions, StringArray, UInt32Array,
};
use arrow_buffer::{BooleanBuffer, Buffer as ArrowBytes, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema as ArrowSchema, SchemaRef};

use super::ArrowConversionError;
use crate::columnar::{
    Batch, Buffer, Column, ColumnType, Native, OuterColumn, Record, Strings, outer_columns_of,
};

impl Batch {
    /// The batch as an Arrow record batch over the same memory.
    ///
    /// An `Option` of one column, which is a column `x?` of `bool` before a column `x`, becomes
    /// one nullable column `x`.
    ///
    /// ```
    /// use quince_core::columnar::batch_of;
    /// let batch = batch_of([(1u64, Some(0.5f64)), (2, None)]);
    /// assert_eq!(batch.schema().names(), ["f0", "f1?", "f1"]);
    /// let arrow = batch.to_arrow()?;
    /// assert_eq!(arrow.num_columns(), 2);
    /// assert_eq!(arrow.column(1).null_count(), 1);
    /// # Ok::<(), quince_core::columnar::ArrowConversionError>(())
    /// ```
    pub fn to_arrow(&self) -> Result<RecordBatch, ArrowConversionError> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for column in self.outer_columns() {
            let nulls = column.presence.and_then(|at| nulls_of(&self.columns()[at]));
            let array = to_array(&self.columns()[column.values], nulls)?;
            let nullable = column.is_optional();
            fields.push(Field::new(column.name, array.data_type().clone(), nullable));
            arrays.push(array);
        }
        let schema = Arc::new(ArrowSchema::new(fields));
        let rows = RecordBatchOptions::new().with_row_count(Some(self.num_rows()));
        Ok(RecordBatch::try_new_with_options(schema, arrays, &rows)?)
    }
}

/// The Arrow schema of a record type: that of all its batches, whose texts are not coded.
///
/// ```
/// use quince_core::columnar::arrow_schema_of;
/// let schema = arrow_schema_of::<(u64, Option<String>)>();
/// assert_eq!(schema.field(1).name(), "f1");
/// assert!(schema.field(1).is_nullable());
/// ```
pub fn arrow_schema_of<T: Record>() -> SchemaRef {
    let columns = outer_columns_of::<T>().into_iter();
    let field = |column: OuterColumn| {
        let nullable = column.is_optional();
        Field::new(column.name, data_type_of(column.column_type), nullable)
    };
    Arc::new(ArrowSchema::new(columns.map(field).collect::<Vec<_>>()))
}

fn data_type_of(column_type: ColumnType) -> DataType {
    match column_type {
        ColumnType::Bool => DataType::Boolean,
        ColumnType::UInt8 => DataType::UInt8,
        ColumnType::UInt16 => DataType::UInt16,
        ColumnType::UInt32 => DataType::UInt32,
        ColumnType::UInt64 => DataType::UInt64,
        ColumnType::Int8 => DataType::Int8,
        ColumnType::Int16 => DataType::Int16,
        ColumnType::Int32 => DataType::Int32,
        ColumnType::Int64 => DataType::Int64,
        ColumnType::Float32 => DataType::Float32,
        ColumnType::Float64 => DataType::Float64,
        ColumnType::Utf8 => DataType::Utf8,
        ColumnType::CodedUtf8 => {
            DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8))
        }
    }
}

/// Where a column of `bool` says that there is no value.
fn nulls_of(presence: &Column) -> Option<NullBuffer> {
    let Column::Bool(present) = presence else { return None };
    Some(NullBuffer::new(to_bits(present)))
}

fn to_bits(values: &[u8]) -> BooleanBuffer {
    BooleanBuffer::collect_bool(values.len(), |row| values[row] != 0)
}

fn to_array(column: &Column, nulls: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
    Ok(match column {
        // Arrow packs booleans into bits: the one column that is copied.
        Column::Bool(values) => Arc::new(BooleanArray::new(to_bits(values), nulls)),
        Column::UInt8(values) => to_primitive::<UInt8Type>(values, nulls),
        Column::UInt16(values) => to_primitive::<UInt16Type>(values, nulls),
        Column::UInt32(values) => to_primitive::<UInt32Type>(values, nulls),
        Column::UInt64(values) => to_primitive::<UInt64Type>(values, nulls),
        Column::Int8(values) => to_primitive::<Int8Type>(values, nulls),
        Column::Int16(values) => to_primitive::<Int16Type>(values, nulls),
        Column::Int32(values) => to_primitive::<Int32Type>(values, nulls),
        Column::Int64(values) => to_primitive::<Int64Type>(values, nulls),
        Column::Float32(values) => to_primitive::<Float32Type>(values, nulls),
        Column::Float64(values) => to_primitive::<Float64Type>(values, nulls),
        Column::Utf8(strings) => Arc::new(to_string_array(strings, nulls)?),
        Column::CodedUtf8 { codes, values } => Arc::new(DictionaryArray::<UInt32Type>::try_new(
            UInt32Array::new(codes.to_arrow(), nulls),
            Arc::new(to_string_array(values, None)?),
        )?),
    })
}

fn to_primitive<T: ArrowPrimitiveType<Native: Native>>(
    values: &Buffer<T::Native>,
    nulls: Option<NullBuffer>,
) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(values.to_arrow(), nulls))
}

fn to_string_array(
    strings: &Strings,
    nulls: Option<NullBuffer>,
) -> Result<StringArray, ArrowError> {
    let offsets = OffsetBuffer::new(strings.offsets().to_arrow());
    let bytes: ArrowBytes = strings.bytes().to_arrow().into_inner();
    StringArray::try_new(offsets, bytes, nulls)
}
