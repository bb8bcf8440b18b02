//! What can be wrong with a file of records.

use std::path::PathBuf;

use super::list;

/// Why a file cannot be read as records of a type.
///
/// Messages begin with the path and the place (lines and columns are counted from 1, row groups
/// from 0), and end with a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// A field is not a value of its column.
    #[error(
        "{}:{line}: column {column} ({name}): expected {expected}, found {}; {remedy}",
        path.display(), found_text(found)
    )]
    Field {
        /// The path as it was given.
        path: PathBuf,
        /// The line where the record begins, counted from 1.
        line: u64,
        /// The position of the field, counted from 1.
        column: usize,
        /// What the record type calls it.
        name: String,
        /// What the record type wants.
        expected: &'static str,
        /// What stands there, shortened.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A record has too few fields or too many.
    #[error(
        "{}:{line}: expected {expected} fields, found {found}; check the delimiter and the \
         quotes, choose columns, or read leniently",
        path.display()
    )]
    FieldCount {
        /// The path as it was given.
        path: PathBuf,
        /// The line where the record begins, counted from 1.
        line: u64,
        /// How many fields there should be, at least if columns are chosen.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A field in quotes does not end as one.
    #[error(
        "{}:{line}: column {column}: {reason}; double the quotes inside, or say that nothing \
         quotes",
        path.display()
    )]
    Quote {
        /// The path as it was given.
        path: PathBuf,
        /// The line where the record begins, counted from 1.
        line: u64,
        /// The position of the field, counted from 1.
        column: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The columns chosen are not one for each column of the record type.
    #[error(
        "{}: columns {found:?}: {reason}; choose one, by name or by position counted from 1, for \
         each of {}",
        path.display(), list(expected)
    )]
    Selection {
        /// The path as it was given.
        path: PathBuf,
        /// What was asked for.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
        /// The columns of the record type.
        expected: Vec<String>,
    },
    /// A delimiter, quote or comment prefix cannot be used.
    #[error("{}: {setting} {found:?}: {reason}", path.display())]
    Setting {
        /// The path as it was given.
        path: PathBuf,
        /// Which.
        setting: &'static str,
        /// What was asked for.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A line is not UTF-8.
    #[error(
        "{}:{line}: expected text in UTF-8, found {found:?}; convert the file, for example with \
         iconv -f latin1 -t utf-8",
        path.display()
    )]
    Line {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What stands there, shortened, with replacement characters.
        found: String,
    },
    /// A Parquet file is broken, or none.
    #[cfg(feature = "parquet")]
    #[error("{}{}: cannot be read as Parquet: {source}", path.display(), in_group(*row_group))]
    Parquet {
        /// The path as it was given.
        path: PathBuf,
        /// The row group, counted from 0; none for the file's own description.
        row_group: Option<usize>,
        /// What the decoder said.
        source: parquet::errors::ParquetError,
    },
    /// The columns of a Parquet file are not those of the record type.
    #[cfg(feature = "parquet")]
    #[error("{}{}: {source}", path.display(), in_group(*row_group))]
    ParquetColumn {
        /// The path as it was given.
        path: PathBuf,
        /// The row group, counted from 0; none where the file's description tells.
        row_group: Option<usize>,
        /// Which column, and why.
        source: quince_core::columnar::ArrowConversionError,
    },
}

fn found_text(found: &str) -> String {
    if found.is_empty() { "nothing".to_owned() } else { format!("{found:?}") }
}

#[cfg(feature = "parquet")]
fn in_group(row_group: Option<usize>) -> String {
    row_group.map_or_else(String::new, |group| format!(": row group {group}"))
}
