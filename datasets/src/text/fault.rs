//! What is wrong with a line, before anybody knows its number.

use std::path::Path;

use super::layout::Layout;
use crate::error::{ColumnRef, DatasetError};

/// What is wrong with a row. Columns are given by their place in [`Layout::column`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    TooFewColumns { column: usize, found: usize },
    EmptyId { column: usize },
    IdNotInteger { column: usize, found: String },
    IdOverflow { column: usize, found: String },
    InvalidUtf8 { column: usize, found: String },
    WeightNotNumber { column: usize, found: String },
    WeightNotFinite { column: usize, found: String },
    UnclosedQuote { field: usize },
    UnknownRecord { found: String },
    LineTooLong { limit: usize },
    Binary,
}

/// Why a morsel was not read.
#[derive(Debug)]
pub(super) enum Fault {
    /// A row is bad.
    Row {
        /// Where its line begins in the morsel's text.
        at: usize,
        /// What is wrong.
        flaw: Flaw,
    },
    /// The engine refused memory.
    Engine(quince_core::Error),
}

impl From<quince_core::memory::MemoryError> for Fault {
    fn from(error: quince_core::memory::MemoryError) -> Self {
        Self::Engine(error.into())
    }
}

impl Flaw {
    /// The error for this flaw on `line` (counted from 1) of `path`.
    pub(super) fn into_error(self, path: &Path, line: u64, layout: &Layout) -> DatasetError {
        let path = path.to_owned();
        let name = |column: usize| -> ColumnRef { layout.column(column).clone() };
        match self {
            Self::TooFewColumns { column, found } => {
                DatasetError::TooFewColumns { path, line, column: name(column), found }
            }
            Self::EmptyId { column } => DatasetError::EmptyId { path, line, column: name(column) },
            Self::IdNotInteger { column, found } => {
                DatasetError::IdNotInteger { path, line, column: name(column), found }
            }
            Self::IdOverflow { column, found } => {
                DatasetError::IdOverflow { path, line, column: name(column), found }
            }
            Self::InvalidUtf8 { column, found } => {
                DatasetError::InvalidUtf8 { path, line, column: name(column), found }
            }
            Self::WeightNotNumber { column, found } => {
                DatasetError::WeightNotNumber { path, line, column: name(column), found }
            }
            Self::WeightNotFinite { column, found } => {
                DatasetError::WeightNotFinite { path, line, column: name(column), found }
            }
            Self::UnclosedQuote { field } => {
                DatasetError::UnclosedQuote { path, line, column: field }
            }
            Self::UnknownRecord { found } => DatasetError::UnknownRecord { path, line, found },
            Self::LineTooLong { limit } => DatasetError::LineTooLong { path, line, limit },
            Self::Binary => DatasetError::Binary { path, line },
        }
    }
}

/// `text` for a message: at most 40 characters, with replacement characters where it is not UTF-8.
pub(crate) fn shorten(text: &[u8]) -> String {
    const MOST: usize = 40;
    // Four bytes are the most that a character takes.
    let text = String::from_utf8_lossy(&text[..text.len().min(4 * MOST + 4)]);
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_finds_are_shortened() {
        assert_eq!(shorten(b"x12"), "x12");
        assert_eq!(shorten(&[b'9'; 500]), format!("{}…", "9".repeat(40)));
        assert_eq!(shorten(b"M\xfcller"), "M\u{fffd}ller");
        assert_eq!(shorten("ü".repeat(41).as_bytes()), format!("{}…", "ü".repeat(40)));
    }
}
