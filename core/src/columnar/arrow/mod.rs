//! Batches as Arrow record batches and back, without a copy where the layouts agree.
//!
//! An `Option` of one column is one nullable field, as [`OuterColumn`](super::OuterColumn) says.
//! Whether a field is nullable depends on the schema alone, never on whether a batch happens to
//! hold a null: batches of one schema give columns of one type.
//!
//! Copied are booleans, which Arrow packs into bits; numbers that are widened; viewed text and the
//! offsets of long text; and columns with nulls over anything but zeros and empty texts, or with
//! nulls and codes. What stands under a null is arbitrary in Arrow, and here it is the default, as
//! keys compare it.

mod error;
mod export;
mod import;
#[cfg(test)]
mod tests;
mod typed;

pub use error::ArrowConversionError;
pub use export::arrow_schema_of;
