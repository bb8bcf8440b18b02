//! Both ways to and from Arrow.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array,
    Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    UInt32Array, UInt64Array,
};
use arrow_buffer::NullBuffer;
use proptest::prelude::*;

use crate::columnar::{
    Batch, Buffer, Column, ColumnType, Keys, Record, Schema, Strings, batch_of, records, schema_of,
};
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
        Schema::new(["id", "value", "text", "coded", "signed", "wide", "single", "flag", "short"]),
        columns,
    )
}

#[test]
fn goes_there_and_back_over_the_same_memory() {
    let memory = MemoryManager::new(1 << 20);
    let batch = sample(&memory);
    let arrow = batch.to_arrow().unwrap();
    let back = Batch::from_arrow(&arrow).unwrap();
    let (Column::UInt32(before), Column::UInt32(after)) = (&batch.columns()[0], &back.columns()[0])
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

fn arrow<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn refusal<T: Record>(batch: &RecordBatch) -> String {
    Batch::from_arrow_as::<T>(batch).unwrap_err().to_string()
}

fn rows<T: Record>(batch: &RecordBatch) -> Vec<T> {
    records(&Batch::from_arrow_as::<T>(batch).unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

#[test]
fn foreign_types_are_refused() {
    let foreign = arrow([("flag", Arc::new(Date32Array::from(vec![1])))]);
    let error = Batch::from_arrow(&foreign).unwrap_err().to_string();
    assert!(error.contains("\"flag\" has the Arrow type Date32"), "{error}");
}

#[test]
fn an_option_of_one_column_is_one_nullable_field() {
    let batch = batch_of([(Some(1u8), Some((2u8, Some(true)))), (None, Some((3, None)))]);
    let out = batch.to_arrow().unwrap();
    let schema = out.schema();
    let fields: Vec<(&str, bool)> =
        schema.fields().iter().map(|field| (field.name().as_str(), field.is_nullable())).collect();
    assert_eq!(fields, [("f0", true), ("f1?", false), ("f1.f0", false), ("f1.f1", true)]);
    let back = Batch::from_arrow(&out).unwrap();
    assert_eq!(back.schema(), batch.schema());
}

#[test]
fn a_field_is_nullable_by_its_schema_alone() {
    let batch = batch_of([(Some(1u64), 2u64)]).to_arrow().unwrap();
    assert_eq!(batch.column(0).null_count(), 0);
    assert_eq!(Batch::from_arrow(&batch).unwrap().schema().names(), ["f0?", "f0", "f1"]);
    let none = Batch::from_arrow(&batch.slice(0, 0)).unwrap();
    assert_eq!(none.schema().names(), ["f0?", "f0", "f1"]);
}

type Row = (Option<String>, u32, Option<f64>, (Option<bool>, Option<(i8, Option<u16>)>));

proptest! {
    #[test]
    fn options_come_back_as_they_went_out(
        rows in prop::collection::vec(any::<Row>(), 0..30), begin in 0usize..10,
    ) {
        let begin = begin.min(rows.len());
        let batch = batch_of(rows.clone()).slice(begin..rows.len());
        let out = batch.to_arrow().unwrap();
        for back in [Batch::from_arrow(&out), Batch::from_arrow_as::<Row>(&out)] {
            let back = back.unwrap();
            prop_assert_eq!(back.schema(), batch.schema());
            prop_assert_eq!(&records::<Row>(&back).unwrap(), &rows[begin..]);
        }
    }
}

#[test]
fn options_of_options_keep_their_columns() {
    let rows = [Some(Some(1u8)), Some(None), None];
    let out = batch_of(rows).to_arrow().unwrap();
    assert_eq!(out.num_columns(), 2);
    assert_eq!(records::<Option<Option<u8>>>(&Batch::from_arrow(&out).unwrap()).unwrap(), rows);
    assert_eq!(self::rows::<Option<Option<u8>>>(&out), rows);
    let deeper = [Some(rows[0]), Some(rows[1]), Some(rows[2]), None];
    let out = batch_of(deeper).to_arrow().unwrap();
    assert_eq!(self::rows::<Option<Option<Option<u8>>>>(&out), deeper, "two columns called x?");
}

#[test]
fn rows_without_columns_are_counted() {
    let out = batch_of([(), ()]).to_arrow().unwrap();
    assert_eq!(out.num_rows(), 2);
    assert_eq!(Batch::from_arrow(&out).unwrap().num_rows(), 2);
    assert_eq!(rows::<()>(&out), [(), ()]);
}

#[test]
fn nullable_columns_keep_their_memory() {
    let ids =
        Int64Array::new(vec![5, 0, 7].into(), Some(NullBuffer::from(vec![true, false, true])));
    let texts = StringArray::from(vec![Some("a"), None, Some("ü")]);
    let plain = UInt64Array::from(vec![1, 2, 3]);
    let address = ids.values().as_ptr();
    let text_address = texts.values().as_ptr();
    let plain_address = plain.values().as_ptr();
    let batch = arrow([("id", Arc::new(ids)), ("text", Arc::new(texts)), ("x", Arc::new(plain))]);

    let typed = Batch::from_arrow_as::<(Option<i64>, Option<String>, Option<u64>)>(&batch).unwrap();
    let [_, Column::Int64(ids), _, Column::Utf8(texts), _, Column::UInt64(plain)] = typed.columns()
    else {
        panic!("types changed");
    };
    assert_eq!(ids.as_ptr(), address);
    assert_eq!(texts.bytes().as_ptr(), text_address);
    assert_eq!(plain.as_ptr(), plain_address);
    let out = typed.to_arrow().unwrap();
    assert_eq!(out.column(0).as_primitive::<Int64Type>().values().as_ptr(), address);
    assert_eq!(out.column(0).null_count(), 1);
}

/// Arrow says nothing of what stands under a null, and keys compare the whole column.
#[test]
fn what_stands_under_a_null_is_the_default() {
    let missing = || Some(NullBuffer::from(vec![false, false, true]));
    let numbers = Float64Array::new(vec![3.0, f64::NAN, 1.0].into(), missing());
    let texts = StringArray::new(
        arrow_buffer::OffsetBuffer::from_lengths([1, 2, 1]),
        arrow_buffer::Buffer::from(b"abcd"),
        missing(),
    );
    let flags = BooleanArray::new(vec![true, false, true].into(), missing());
    let codes = UInt32Array::new(vec![9, 1, 1].into(), missing());
    let list: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let coded = DictionaryArray::<UInt32Type>::try_new(codes, list).unwrap();
    let batch = arrow([
        ("number", Arc::new(numbers)),
        ("text", Arc::new(texts)),
        ("flag", Arc::new(flags)),
        ("coded", Arc::new(coded)),
    ]);

    type Row = (Option<f64>, Option<String>, Option<bool>, Option<String>);
    let expected = batch_of::<Row>([
        (None, None, None, None),
        (None, None, None, None),
        (Some(1.0), Some("d".to_owned()), Some(true), Some("y".to_owned())),
    ]);
    let keys = |batch: &Batch| Keys::of(batch.columns(), batch.num_rows());
    for got in [Batch::from_arrow_as::<Row>(&batch), Batch::from_arrow(&batch)] {
        let got = got.unwrap();
        assert_eq!(records::<Row>(&got).unwrap(), records::<Row>(&expected).unwrap());
        assert_eq!(keys(&got), keys(&expected));
        assert_eq!(got.columns()[7].column_type(), ColumnType::CodedUtf8);
    }
}

#[test]
fn a_plain_column_refuses_nulls_by_name() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let error = refusal::<i64>(&arrow([("id", ids)]));
    assert!(error.contains("\"id\" holds 1 nulls") && error.contains("as an Option"), "{error}");

    let list: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None]));
    let coded = DictionaryArray::<UInt32Type>::try_new(vec![0, 1, 1].into(), list).unwrap();
    let batch = arrow([("coded", Arc::new(coded))]);
    let error = refusal::<String>(&batch);
    assert!(error.contains("\"coded\" holds 2 nulls"), "a null of the list: {error}");
    assert_eq!(rows::<Option<String>>(&batch), [Some("x".to_owned()), None, None]);
}

#[test]
fn columns_are_found_by_name_or_else_by_position() {
    let column = |value: u32| Arc::new(UInt32Array::from(vec![value])) as ArrayRef;
    let named = arrow([("f1", column(1)), ("other", column(2)), ("f0", column(3))]);
    assert_eq!(rows::<(u32, u32)>(&named), [(3, 1)]);
    let foreign = arrow([("source", column(1)), ("target", column(2))]);
    assert_eq!(rows::<(u32, Option<u32>)>(&foreign), [(1, Some(2))]);
    let batch = Batch::from_arrow_as::<(u32, Option<u32>)>(&foreign).unwrap();
    assert_eq!(batch.schema(), &schema_of::<(u32, Option<u32>)>());

    let error = refusal::<(u32, Option<u32>, u32)>(&foreign);
    assert!(error.contains("[\"f0\", \"f1\", \"f2\"]"), "{error}");
    assert!(error.contains("[\"source\", \"target\"]"), "{error}");
    let twice = arrow([("f0", column(1)), ("f0", column(2)), ("f1", column(3))]);
    assert!(refusal::<(u32, u32)>(&twice).contains("each once"));
}

#[test]
fn numbers_widen_where_nothing_is_lost() {
    let unsigned = arrow([("x", Arc::new(UInt32Array::from(vec![0, u32::MAX])) as ArrayRef)]);
    assert_eq!(rows::<u64>(&unsigned), [0, u32::MAX.into()]);
    assert_eq!(rows::<i64>(&unsigned), [0, u32::MAX.into()]);
    assert_eq!(rows::<f64>(&unsigned), [0.0, u32::MAX.into()]);
    let signed = arrow([("x", Arc::new(Int32Array::from(vec![Some(i32::MIN), None])) as ArrayRef)]);
    assert_eq!(rows::<Option<i64>>(&signed), [Some(i32::MIN.into()), None]);
    let single = arrow([("x", Arc::new(Float32Array::from(vec![0.5, f32::MAX])) as ArrayRef)]);
    assert_eq!(rows::<f64>(&single), [0.5, f32::MAX.into()]);

    for error in [
        refusal::<u64>(&signed),
        refusal::<f32>(&signed),
        refusal::<i32>(&unsigned),
        refusal::<u16>(&unsigned),
        refusal::<i64>(&single),
        refusal::<bool>(&unsigned),
        refusal::<String>(&single),
    ] {
        assert!(error.contains("column \"x\" has the Arrow type"), "{error}");
    }
    let error = refusal::<u64>(&signed);
    assert!(error.contains("Int32; expected UInt64"), "{error}");
}

#[test]
fn long_and_viewed_texts_become_texts() {
    let texts = vec![Some("Zürich"), None, Some(""), Some("Bern, Switzerland")];
    let expected: Vec<Option<String>> = texts.iter().map(|text| text.map(str::to_owned)).collect();
    let long = LargeStringArray::from(texts.clone());
    let address = long.values().as_ptr();
    let arrays: [ArrayRef; 2] = [Arc::new(long), Arc::new(StringViewArray::from(texts))];
    for array in &arrays {
        for (begin, end) in [(0, 4), (1, 4), (3, 4), (2, 2), (4, 4)] {
            let part = arrow([("x", array.slice(begin, end - begin))]);
            assert_eq!(rows::<Option<String>>(&part), expected[begin..end]);
        }
        assert!(refusal::<String>(&arrow([("x", array.clone())])).contains("holds 1 nulls"));
    }
    let batch = arrow([("x", arrays[0].clone())]);
    let batch = Batch::from_arrow_as::<Option<String>>(&batch).unwrap();
    assert!(
        matches!(&batch.columns()[1], Column::Utf8(texts) if texts.bytes().as_ptr() == address)
    );
}
