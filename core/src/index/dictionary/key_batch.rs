//! The key columns of a batch, in the forms in which they may come.

use std::marker::PhantomData;

use crate::columnar::{Batch, Buffer, Column, Strings};
use crate::error::{Error, Result};
use crate::index::pairs::EntryValue;

/// The keys of one batch, both sides.
pub(super) enum Keys {
    Small { left: Buffer<u32>, right: Buffer<u32> },
    Wide { left: Buffer<i64>, right: Buffer<i64> },
    Texts { left: Buffer<u32>, right: Buffer<u32>, values: Strings, right_values: Option<Strings> },
}

pub(super) struct KeyBatch<W: EntryValue> {
    pub(super) keys: Keys,
    pub(super) values: Option<Buffer<f64>>,
    word: PhantomData<W>,
}

impl<W: EntryValue> KeyBatch<W> {
    pub(super) fn from_pairs(batch: Batch) -> Result<Self> {
        let got: Vec<_> = batch.columns().iter().map(Column::column_type).collect();
        let shape = || Error::Shape {
            operator: "dictionary",
            expected: "two key columns of one type (uint32, int64 or coded text) and, for valued \
                       pairs, a float64 column"
                .to_owned(),
            got: format!("columns of types {got:?}"),
        };
        let mut columns = batch.into_columns().into_iter();
        let keys = match (columns.next(), columns.next()) {
            (Some(Column::UInt32(left)), Some(Column::UInt32(right))) => {
                Keys::Small { left, right }
            }
            (Some(Column::Int64(left)), Some(Column::Int64(right))) => Keys::Wide { left, right },
            (
                Some(Column::CodedUtf8 { codes: left, values }),
                Some(Column::CodedUtf8 { codes: right, values: right_values }),
            ) => {
                let shared = values.bytes().as_ptr() == right_values.bytes().as_ptr()
                    && values.offsets().as_ptr() == right_values.offsets().as_ptr();
                Keys::Texts { left, right, values, right_values: (!shared).then_some(right_values) }
            }
            _ => return Err(shape()),
        };
        let values = match columns.next() {
            _ if !W::STORED => None,
            Some(Column::Float64(values)) => Some(values),
            _ => return Err(shape()),
        };
        Ok(Self { keys, values, word: PhantomData })
    }

    /// Declared keys, as pairs whose right side is empty.
    pub(super) fn from_keys(batch: Batch) -> Result<Self> {
        let got: Vec<_> = batch.columns().iter().map(Column::column_type).collect();
        let keys = match batch.into_columns().into_iter().next() {
            Some(Column::UInt32(left)) => Keys::Small { right: left.slice(0..0), left },
            Some(Column::Int64(left)) => Keys::Wide { right: left.slice(0..0), left },
            Some(Column::CodedUtf8 { codes: left, values }) => {
                Keys::Texts { right: left.slice(0..0), left, values, right_values: None }
            }
            _ => {
                return Err(Error::Shape {
                    operator: "dictionary",
                    expected: "declared keys as uint32, int64 or coded text".to_owned(),
                    got: format!("columns of types {got:?}"),
                });
            }
        };
        Ok(Self { keys, values: None, word: PhantomData })
    }
}
