//! Columns made those of a record type, where nothing is lost.

use super::outer::{OuterColumn, outer_columns_of, places};
use super::record::leaves_of;
use super::{Batch, Buffer, Column, ColumnType, Native, Record, schema_of};

/// Why columns are not those of a record type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConformError {
    /// Names and number of columns are others.
    #[error(
        "records of type {record} have the columns {expected:?}; these are {got:?}: neither these names, each once, nor as many"
    )]
    Columns {
        /// The record type.
        record: &'static str,
        /// The names of its columns.
        expected: Vec<String>,
        /// The names that came.
        got: Vec<String>,
    },
    /// A column has a type whose values the wanted type cannot all hold.
    #[error("column {column:?} is {got:?}; expected {expected:?} or what becomes it without loss")]
    Type {
        /// The column's name.
        column: String,
        /// Its type.
        got: ColumnType,
        /// The type of the records' column.
        expected: ColumnType,
    },
    /// A column without values in some rows, where records have no `Option`.
    #[error("column {column:?} has no value in {nulls} rows; read it as an Option")]
    Nulls {
        /// The column's name.
        column: String,
        /// How many values are missing.
        nulls: usize,
    },
}

impl Batch {
    /// The columns of the records `T`, over the same memory where types agree.
    ///
    /// They are found by name, in any order and among others, if each name of `T` is there once;
    /// otherwise by position, if there are as many as `T` has. A number widens where nothing is
    /// lost, a plain column is an `Option` that is always there, and an `Option` that is always
    /// there is a plain column.
    ///
    /// ```
    /// use quince_core::columnar::{Batch, Column, Schema, records};
    /// let small = Column::UInt32(vec![17].into());
    /// let wide = Column::Int64(vec![-42].into());
    /// let edges = Batch::new(Schema::new(["source", "target"]), vec![small, wide]);
    /// let edges = edges.conform_to::<(i64, Option<i64>)>()?;
    /// assert_eq!(records::<(i64, Option<i64>)>(&edges)?, [(17, Some(-42))]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn conform_to<T: Record>(&self) -> Result<Self, ConformError> {
        if self.is_of::<T>() {
            return Ok(self.clone());
        }
        let (wanted, given) = (outer_columns_of::<T>(), self.outer_columns());
        let names: Vec<&str> = given.iter().map(|column| column.name.as_str()).collect();
        let places = places(&wanted, &names).ok_or_else(|| ConformError::Columns {
            record: std::any::type_name::<T>(),
            expected: wanted.iter().map(|column| column.name.clone()).collect(),
            got: names.iter().map(|&name| name.to_owned()).collect(),
        })?;
        let mut columns = Vec::with_capacity(leaves_of::<T>().len());
        for (wanted, at) in wanted.iter().zip(places) {
            self.conform_column(&given[at], wanted, &mut columns)?;
        }
        Ok(Self::with_rows(schema_of::<T>(), columns, self.num_rows()))
    }

    /// Whether the columns are those of `T` already.
    fn is_of<T: Record>(&self) -> bool {
        let leaves = leaves_of::<T>();
        leaves.len() == self.columns().len()
            && leaves.iter().zip(self.schema().names()).all(|(leaf, name)| leaf.name == *name)
            && leaves
                .iter()
                .zip(self.columns())
                .all(|(leaf, column)| reads_as(column.column_type(), leaf.column_type))
    }

    /// Adds what `given` is as `wanted` to `columns`.
    fn conform_column(
        &self,
        given: &OuterColumn,
        wanted: &OuterColumn,
        columns: &mut Vec<Column>,
    ) -> Result<(), ConformError> {
        let values = &self.columns()[given.values];
        let presence = given.presence.map(|at| &self.columns()[at]);
        match (presence, wanted.is_optional()) {
            (Some(presence), true) => columns.push(presence.clone()),
            (None, true) => columns.push(Column::Bool(vec![1; self.num_rows()].into())),
            (Some(presence), false) => require_all(presence, &given.name)?,
            (None, false) => {}
        }
        let values =
            values_as(values.clone(), wanted.column_type).map_err(|got| ConformError::Type {
                column: given.name.clone(),
                got: got.column_type(),
                expected: wanted.column_type,
            })?;
        columns.push(values);
        Ok(())
    }
}

fn require_all(presence: &Column, name: &str) -> Result<(), ConformError> {
    let Column::Bool(present) = presence else { return Ok(()) };
    match present.iter().filter(|&&present| present == 0).count() {
        0 => Ok(()),
        nulls => Err(ConformError::Nulls { column: name.to_owned(), nulls }),
    }
}

/// `column` in the type `wanted`, or as it was where that could lose something.
pub(super) fn values_as(column: Column, wanted: ColumnType) -> Result<Column, Column> {
    if reads_as(column.column_type(), wanted) {
        return Ok(column);
    }
    widened(&column, wanted).ok_or(column)
}

/// Whether records that ask for a column of the type `wanted` read one of the type `got`.
fn reads_as(got: ColumnType, wanted: ColumnType) -> bool {
    got == wanted || (got, wanted) == (ColumnType::CodedUtf8, ColumnType::Utf8)
}

/// The match arms of all numbers that widen without loss, which are those that `From` converts.
macro_rules! widen_to {
    ($column:expr, $wanted:expr; $($to:ident from $($from:ident)+;)+) => {
        match ($wanted, $column) {
            $($((ColumnType::$to, Column::$from(values)) => Some(Column::$to(widen(values))),)+)+
            _ => None,
        }
    };
}

fn widened(column: &Column, wanted: ColumnType) -> Option<Column> {
    widen_to! { column, wanted;
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

fn widen<From: Native, To: Native + std::convert::From<From>>(values: &Buffer<From>) -> Buffer<To> {
    values.iter().map(|&value| value.into()).collect::<Vec<To>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Schema, batch_of, records};

    #[test]
    fn columns_of_the_record_type_keep_their_memory() {
        let batch = batch_of([(1u64, Some(2.0)), (2, None)]);
        let same = batch.conform_to::<(u64, Option<f64>)>().unwrap();
        let address = |batch: &Batch| match &batch.columns()[0] {
            Column::UInt64(values) => values.as_ptr(),
            _ => panic!("type changed"),
        };
        assert_eq!(address(&same), address(&batch));
        let other = batch.conform_to::<(Option<u64>, Option<f64>)>().unwrap();
        assert_eq!(
            records::<(Option<u64>, Option<f64>)>(&other).unwrap(),
            [(Some(1), Some(2.0)), (Some(2), None)]
        );
    }

    #[test]
    fn names_come_before_positions() {
        let columns = || vec![Column::UInt8(vec![1].into()), Column::UInt8(vec![2].into())];
        let named = Batch::new(Schema::new(["f1", "f0"]), columns());
        let rows = |batch: &Batch| {
            records::<(u16, i16)>(&batch.conform_to::<(u16, i16)>().unwrap()).unwrap()
        };
        assert_eq!(rows(&named), [(2, 1)]);
        let others = Batch::new(Schema::new(["source", "target"]), columns());
        assert_eq!(rows(&others), [(1, 2)]);
    }

    #[test]
    fn refusals_name_the_column() {
        let batch = batch_of([(1i64, Some(2u8)), (2, None)]);
        let error = batch.conform_to::<(u64, Option<u8>)>().unwrap_err().to_string();
        assert!(error.starts_with("column \"f0\" is Int64; expected UInt64"), "{error}");
        let error = batch.conform_to::<(i64, u8)>().unwrap_err().to_string();
        assert_eq!(error, "column \"f1\" has no value in 1 rows; read it as an Option");
        let error = batch.conform_to::<i64>().unwrap_err().to_string();
        assert!(error.contains("columns [\"value\"]; these are [\"f0\", \"f1\"]"), "{error}");
        let empty = Batch::new(Schema::new(["f0"]), vec![Column::Int64(vec![].into())]);
        assert!(empty.conform_to::<u64>().is_err(), "types, not values, decide");
    }
}
