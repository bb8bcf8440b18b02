//! Why a batch did not cross.

use arrow_schema::{ArrowError, DataType};

use crate::columnar::ColumnType;

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
    /// A column has another type than the records that are to be read from it.
    #[error(
        "column {column:?} has the Arrow type {data_type}; expected {expected:?} or what becomes it without loss"
    )]
    UnexpectedType {
        /// The column's name.
        column: String,
        /// Its type.
        data_type: Box<DataType>,
        /// The type of the records' column.
        expected: ColumnType,
    },
    /// The columns are not those of the records that are to be read from them.
    #[error(
        "records of type {record} have the columns {expected:?}; the Arrow batch has {got:?}: neither these names, each once, nor as many"
    )]
    UnexpectedColumns {
        /// The record type.
        record: &'static str,
        /// The names of its columns in Arrow.
        expected: Vec<String>,
        /// The names that came.
        got: Vec<String>,
    },
    /// A column holds nulls, and nothing says that values may be missing.
    #[error(
        "column {column:?} holds {nulls} nulls; fill or filter them before the batch enters, or read the column as an Option"
    )]
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
