//! Batches as Arrow record batches and back, without a copy.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, PrimitiveArray,
    RecordBatch, StringArray, UInt32Array,
};
use arrow_buffer::{Buffer as ArrowBytes, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema as ArrowSchema};

use super::{Batch, Buffer, Column, Native, Schema, Strings};

/// Why a batch did not cross to or from Arrow.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArrowConversionError {
    /// A column has a type that Quince has no column for.
    #[error(
        "column {column:?} has the Arrow type {data_type}; expected boolean, an integer of 8 to 64 bits, float32, float64, utf8 or a dictionary of utf8 with uint32 keys"
    )]
    UnsupportedType {
        /// The column's name.
        column: String,
        /// Its type.
        data_type: Box<DataType>,
    },
    /// A column holds nulls.
    #[error("column {column:?} holds {nulls} nulls; fill or filter them before the batch enters")]
    Nulls {
        /// The column's name.
        column: String,
        /// How many.
        nulls: usize,
    },
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

impl Batch {
    /// The batch as an Arrow record batch over the same memory.
    pub fn to_arrow(&self) -> Result<RecordBatch, ArrowConversionError> {
        let arrays: Vec<ArrayRef> =
            self.columns().iter().map(to_array).collect::<Result<_, ArrowError>>()?;
        let fields: Vec<Field> = self
            .schema()
            .names()
            .iter()
            .zip(&arrays)
            .map(|(name, array)| Field::new(name, array.data_type().clone(), false))
            .collect();
        Ok(RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays)?)
    }

    /// A batch over the memory of an Arrow record batch.
    pub fn from_arrow(batch: &RecordBatch) -> Result<Self, ArrowConversionError> {
        let arrow_schema = batch.schema();
        let names = arrow_schema.fields().iter().map(|field| field.name().clone());
        let columns = arrow_schema
            .fields()
            .iter()
            .zip(batch.columns())
            .map(|(field, array)| from_array(field.name(), array))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(Schema::new(names), columns))
    }
}

fn to_array(column: &Column) -> Result<ArrayRef, ArrowError> {
    Ok(match column {
        // Arrow packs booleans into bits: the one column that is copied.
        Column::Bool(values) => {
            Arc::new(values.iter().map(|&value| Some(value != 0)).collect::<BooleanArray>())
        }
        Column::UInt8(values) => to_primitive::<UInt8Type>(values),
        Column::UInt16(values) => to_primitive::<UInt16Type>(values),
        Column::UInt32(values) => to_primitive::<UInt32Type>(values),
        Column::UInt64(values) => to_primitive::<UInt64Type>(values),
        Column::Int8(values) => to_primitive::<Int8Type>(values),
        Column::Int16(values) => to_primitive::<Int16Type>(values),
        Column::Int32(values) => to_primitive::<Int32Type>(values),
        Column::Int64(values) => to_primitive::<Int64Type>(values),
        Column::Float32(values) => to_primitive::<Float32Type>(values),
        Column::Float64(values) => to_primitive::<Float64Type>(values),
        Column::Utf8(strings) => Arc::new(to_string_array(strings)?),
        Column::CodedUtf8 { codes, values } => Arc::new(DictionaryArray::<UInt32Type>::try_new(
            UInt32Array::new(codes.to_arrow(), None),
            Arc::new(to_string_array(values)?),
        )?),
    })
}

fn to_primitive<T: ArrowPrimitiveType<Native: Native>>(values: &Buffer<T::Native>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(values.to_arrow(), None))
}

fn to_string_array(strings: &Strings) -> Result<StringArray, ArrowError> {
    let offsets = OffsetBuffer::new(strings.offsets().to_arrow());
    let bytes: ArrowBytes = strings.bytes().to_arrow().into_inner();
    StringArray::try_new(offsets, bytes, None)
}

fn from_array(name: &str, array: &ArrayRef) -> Result<Column, ArrowConversionError> {
    if array.null_count() > 0 {
        return Err(ArrowConversionError::Nulls {
            column: name.to_owned(),
            nulls: array.null_count(),
        });
    }
    let unsupported = || ArrowConversionError::UnsupportedType {
        column: name.to_owned(),
        data_type: Box::new(array.data_type().clone()),
    };
    Ok(match array.data_type() {
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
        _ => return Err(unsupported()),
    })
}

fn from_primitive<T: ArrowPrimitiveType<Native: Native>>(array: &ArrayRef) -> Buffer<T::Native> {
    array.as_primitive::<T>().values().clone().into()
}

fn from_string_array(array: &StringArray) -> Strings {
    let offsets = Buffer::from(array.offsets().inner().clone());
    let bytes = arrow_buffer::ScalarBuffer::new(array.values().clone(), 0, array.values().len());
    Strings::new(offsets, bytes.into()).expect("Arrow checked the array when it was made")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryManager;

    fn sample(memory: &MemoryManager) -> Batch {
        let texts = Strings::from_iter(["a", "bc"]);
        let columns = vec![
            Column::UInt32(Buffer::copy_of(memory, "ids", &[7, 8, 9]).unwrap()),
            Column::Float64(vec![0.5, 1.5, 2.5].into()),
            Column::Utf8(Strings::from_iter(["x", "", "ü"])),
            Column::CodedUtf8 { codes: vec![1, 0, 1].into(), values: texts },
            Column::Int64(vec![-1, 0, 1].into()),
            Column::UInt64(vec![1, 0, u64::MAX].into()),
            Column::Float32(vec![1.0, 0.0, -1.0].into()),
            Column::Bool(vec![1, 0, 1].into()),
            Column::Int16(vec![-3, 0, 3].into()),
        ];
        Batch::new(
            Schema::new([
                "id", "value", "text", "coded", "signed", "wide", "single", "flag", "short",
            ]),
            columns,
        )
    }

    #[test]
    fn goes_there_and_back_over_the_same_memory() {
        let memory = MemoryManager::new(1 << 20);
        let batch = sample(&memory);
        let arrow = batch.to_arrow().unwrap();
        let back = Batch::from_arrow(&arrow).unwrap();
        let (Column::UInt32(before), Column::UInt32(after)) =
            (&batch.columns()[0], &back.columns()[0])
        else {
            panic!("types changed");
        };
        assert_eq!(before.as_ptr(), after.as_ptr());
        assert_eq!(format!("{:?}", back.to_arrow().unwrap()), format!("{arrow:?}"));
        assert_eq!(back.schema(), batch.schema());
    }

    #[test]
    fn a_slice_crosses_as_a_slice() {
        let arrow = sample(&MemoryManager::new(1 << 20)).slice(1..3).to_arrow().unwrap();
        assert_eq!(arrow.column(2).as_string::<i32>().value(1), "ü");
        let back = Batch::from_arrow(&arrow).unwrap();
        assert!(matches!(&back.columns()[4], Column::Int64(values) if values[..] == [0, 1]));
    }

    #[test]
    fn nulls_and_foreign_types_are_refused() {
        let nulls = RecordBatch::try_from_iter([(
            "id",
            Arc::new(arrow_array::Int64Array::from(vec![Some(1), None])) as ArrayRef,
        )])
        .unwrap();
        let error = Batch::from_arrow(&nulls).unwrap_err().to_string();
        assert!(error.contains("\"id\" holds 1 nulls"), "{error}");
        let foreign = RecordBatch::try_from_iter([(
            "flag",
            Arc::new(arrow_array::Date32Array::from(vec![1])) as ArrayRef,
        )])
        .unwrap();
        assert!(Batch::from_arrow(&foreign).unwrap_err().to_string().contains("Date32"));
    }
}
