//! Columns and batches: records on their way through operators, a column at a time.
//!
//! A [`Buffer`] is a shared, immutable run of values (a frozen [`Segment`](crate::memory::Segment)
//! or a buffer that Arrow owns); a [`Column`] is a typed buffer; a [`Batch`] is columns of one
//! length under a [`Schema`]. All three are cheap to clone, and go to Arrow and back without a
//! copy ([`Batch::to_arrow`], [`Batch::from_arrow`]).

mod arrow;
mod batch;
mod buffer;
mod column;

pub use arrow::ArrowConversionError;
pub use batch::{Batch, Schema};
pub use buffer::{Buffer, Native};
pub use column::{Column, ColumnType, InvalidStrings, Strings};
