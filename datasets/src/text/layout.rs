//! How a text file is laid out, settled before it is read.

use super::{Delimiter, Format};
use crate::error::ColumnRef;

/// Everything that reading a morsel needs to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(super) delimiter: Delimiter,
    /// Whether `"` quotes.
    pub(super) quotes: bool,
    /// Whether lines begin with a DIMACS tag.
    pub(super) dimacs: bool,
    /// What lines that are comments begin with, anywhere in the file.
    pub(super) comment: Option<Vec<u8>>,
    /// The columns that are read: one or two ids, then perhaps a weight.
    columns: Vec<ColumnRef>,
    /// Their positions, counted from 0 (behind the tag in DIMACS).
    positions: Vec<usize>,
    pub(super) weight: Option<usize>,
    /// Whether ids are integers; else text.
    pub(super) integers: bool,
    /// The line of an unmarked header, counted from 1.
    pub(super) header_line: Option<u64>,
    /// Where the data begins, in bytes of text.
    pub(super) data_offset: usize,
    /// How many lines come before that.
    pub(super) lines_before: u64,
    /// The mean length of a data row of the sample, in bytes; at least 2.
    pub(super) row_bytes: usize,
}

/// What [`Layout::new`] wants to know about the format.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: Delimiter,
    pub(super) quotes: bool,
    pub(super) dimacs: bool,
    pub(super) comment: Option<Vec<u8>>,
}

impl Dialect {
    /// What `format` says, with `delimiter` in place of its own if there is one.
    pub(super) fn of(format: Format, delimiter: Option<Delimiter>) -> Self {
        let usual = match format {
            Format::Tsv => Delimiter::TAB,
            Format::Csv => Delimiter::COMMA,
            Format::Pipe => Delimiter::PIPE,
            _ => Delimiter::WHITESPACE,
        };
        let delimiter = delimiter.unwrap_or(usual);
        let csv = match format {
            Format::Csv => delimiter.byte().is_some(),
            Format::Auto => matches!(delimiter, Delimiter::COMMA | Delimiter::SEMICOLON),
            _ => false,
        };
        Self {
            delimiter,
            quotes: csv,
            dimacs: format == Format::Dimacs,
            comment: (!csv && format != Format::Dimacs).then(|| b"#".to_vec()),
        }
    }
}

impl Layout {
    /// A layout of `columns`, of which the last is a weight if `weighted`.
    pub(super) fn new(dialect: Dialect, columns: Vec<ColumnRef>, weighted: bool) -> Self {
        let Dialect { delimiter, quotes, dimacs, comment } = dialect;
        let positions = columns.iter().map(|column| column.position - 1).collect();
        let weight = weighted.then(|| columns.len() - 1);
        Self {
            delimiter,
            quotes,
            dimacs,
            comment,
            columns,
            positions,
            weight,
            integers: true,
            header_line: None,
            data_offset: 0,
            lines_before: 0,
            row_bytes: 2,
        }
    }

    /// Whether ids are integers; else text.
    pub(crate) fn integers(&self) -> bool {
        self.integers
    }

    /// Column `at` of those that are read.
    pub(super) fn column(&self, at: usize) -> &ColumnRef {
        &self.columns[at]
    }

    /// The columns that are read.
    pub(super) fn columns(&self) -> &[ColumnRef] {
        &self.columns
    }

    /// The positions of the columns that are read, counted from 0.
    pub(super) fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// How many fields of a row have to be looked at.
    pub(super) fn num_fields(&self) -> usize {
        self.positions.iter().max().map_or(0, |last| last + 1)
    }

    /// How many ids a row has.
    pub(super) fn num_ids(&self) -> usize {
        self.columns.len() - usize::from(self.weight.is_some())
    }

    /// Whether `line` is a comment.
    #[inline]
    pub(super) fn is_comment(&self, line: &[u8]) -> bool {
        self.comment.as_ref().is_some_and(|mark| {
            // Most lines differ in the first byte.
            line.first() == mark.first() && line.starts_with(mark)
        })
    }
}
