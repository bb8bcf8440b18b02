//! Columns and batches: records on their way through operators, a column at a time.
//!
//! A [`Buffer`] is a shared, immutable run of values (a frozen [`Segment`](crate::memory::Segment)
//! or a buffer that Arrow owns); a [`Column`] is a typed buffer; a [`Batch`] is columns of one
//! length under a [`Schema`]. All three are cheap to clone, and go to Arrow and back without a
//! copy ([`Batch::to_arrow`], [`Batch::from_arrow`]).

mod array_records;
mod arrow;
mod batch;
mod buffer;
mod column;
mod conform;
mod key;
mod keys;
mod leaf_records;
mod outer;
mod parts;
mod record;
mod rows;
mod sort_key;
mod tuple_records;

pub use arrow::{ArrowConversionError, arrow_schema_of};
pub use batch::{Batch, Schema};
pub use buffer::{Buffer, BufferMut, Native};
pub(crate) use column::match_column;
pub use column::{Column, ColumnType, InvalidStrings, Strings};
pub use conform::ConformError;
pub use key::{
    ByFunction, ByName, ByPosition, IntoFields, IntoKey, Key, KeyError, KeyMismatch, UnknownField,
};
pub use keys::{Keys, Order};
pub use leaf_records::{
    BoolBuilder, BoolReader, OptionBuilder, OptionReader, TextBuilder, TextReader,
};
pub use outer::{OuterColumn, outer_columns_of, places, places_by_name};
pub(crate) use parts::ColumnParts;
pub use quince_core_derive::Record;
pub use record::{
    BuildRecord, Field, Leaf, ReadRecord, Record, RecordMismatch, RowBuilder, batch_of, reader_of,
    records, row_bytes, schema_of, types_of,
};
pub use rows::{concatenate, concatenate_parts, gather, scatter, select};
pub use sort_key::{SortKey, WholeRow};
pub use tuple_records::{field_name, field_of};
