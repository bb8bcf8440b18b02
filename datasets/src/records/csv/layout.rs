//! Which field of a record is which column: settled on the first record, where a header may be.

use std::path::Path;

use quince_core::columnar::{OuterColumn, places_by_name};

use super::dialect::Dialect;
use super::scanner::{BadQuote, Scanner};
use crate::error::{DatasetError, RecordsError};
use crate::text::{ColumnChoice, Columns, Header, suggest};

/// Where the columns of a record type are in each record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// For each field of a record up to the last that is read, the column that it is.
    pub(super) columns: Vec<Option<usize>>,
    /// How many fields a record has; none if only its first ones are known.
    pub(super) num_fields: Option<usize>,
}

/// What settles a layout.
pub(super) struct Settings<'a> {
    pub(super) path: &'a Path,
    pub(super) wanted: &'a [OuterColumn],
    pub(super) chosen: Option<&'a Columns>,
    pub(super) header: Header,
}

/// The first record of a file.
pub(super) struct First {
    names: Vec<String>,
    line: u64,
}

impl First {
    /// Reads the record that `scanner` is at, which begins on `line`.
    pub(super) fn read(scanner: &mut Scanner<'_>, line: u64) -> Result<Self, (usize, BadQuote)> {
        let mut names = Vec::new();
        loop {
            let field = scanner.next_field().map_err(|bad| (names.len(), bad))?;
            names.push(String::from_utf8_lossy(&field.text).into_owned());
            if field.last {
                return Ok(Self { names, line });
            }
        }
    }
}

impl Settings<'_> {
    /// Whether `first` is a header.
    pub(super) fn is_header(&self, first: &First) -> bool {
        match self.header {
            Header::Yes => true,
            Header::No => false,
            _ => {
                self.chosen.is_some_and(|columns| columns.first_name().is_some())
                    || places_by_name(self.wanted, &first.names).is_some()
            }
        }
    }

    /// The layout of records behind `header`, or of those in a file without one.
    pub(super) fn settle(&self, header: Option<&First>) -> Result<Layout, DatasetError> {
        let places = match (self.chosen, header) {
            (Some(chosen), header) => self.chosen_places(chosen, header)?,
            (None, Some(header)) => self.header_places(header)?,
            (None, None) => (0..self.wanted.len()).collect(),
        };
        let mut columns = vec![None; places.iter().max().map_or(0, |last| last + 1)];
        for (column, place) in places.into_iter().enumerate() {
            if columns[place].replace(column).is_some() {
                let chosen = self.chosen.map_or_else(String::new, ToString::to_string);
                return Err(self.bad_selection(chosen, "a column is chosen twice"));
            }
        }
        let num_fields = match (header, self.chosen) {
            (Some(header), _) => Some(header.names.len()),
            (None, Some(_)) => None,
            (None, None) => Some(self.wanted.len()),
        };
        Ok(Layout { columns, num_fields })
    }

    /// By name if all are there, else by position if there are as many.
    fn header_places(&self, header: &First) -> Result<Vec<usize>, DatasetError> {
        if let Some(places) = quince_core::columnar::places(self.wanted, &header.names) {
            return Ok(places);
        }
        let names = self.wanted.iter().map(|column| &column.name);
        let missing = names.clone().find(|name| !header.names.contains(name));
        // All are there, and one of them twice.
        let name = missing.or(names.clone().next()).expect("no columns are everywhere");
        Err(self.missing(name, header))
    }

    fn chosen_places(
        &self,
        chosen: &Columns,
        header: Option<&First>,
    ) -> Result<Vec<usize>, DatasetError> {
        if chosen.choices().len() != self.wanted.len() {
            return Err(self.bad_selection(chosen.to_string(), "not as many as the records have"));
        }
        let place = |choice: &ColumnChoice| match (choice, header) {
            (ColumnChoice::Position(0), _) => {
                Err(self.bad_selection(chosen.to_string(), "positions count from 1"))
            }
            (ColumnChoice::Position(position), _) => Ok(position - 1),
            (ColumnChoice::Name(name), Some(header)) => {
                let found = header.names.iter().position(|other| other == name);
                found.ok_or_else(|| self.missing(name, header))
            }
            (ColumnChoice::Name(name), None) => {
                let path = self.path.to_owned();
                Err(DatasetError::NoHeader { path, line: 1, name: name.clone() })
            }
        };
        chosen.choices().iter().map(place).collect()
    }

    fn missing(&self, name: &str, header: &First) -> DatasetError {
        DatasetError::UnknownColumn {
            path: self.path.to_owned(),
            line: header.line,
            name: name.to_owned(),
            existing: header.names.clone(),
            suggestion: suggest(name, &header.names),
        }
    }

    fn bad_selection(&self, found: String, reason: &'static str) -> DatasetError {
        let expected = self.wanted.iter().map(|column| column.name.clone()).collect();
        let path = self.path.to_owned();
        RecordsError::Selection { path, found, reason, expected }.into()
    }
}

/// Whether blank lines are records: those of one column that may be missing.
pub(super) fn has_blank_records(wanted: &[OuterColumn]) -> bool {
    matches!(wanted, [only] if only.is_optional())
}

impl Dialect {
    /// What cannot be used, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, String, &'static str)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let holds = |bytes: &[u8], byte: u8| bytes.contains(&byte);
        let fail = |setting, bytes: &[u8], reason| Err((setting, text(bytes), reason));
        if self.delimiter.is_empty() || self.line_end.is_empty() {
            return fail("delimiter", b"", "expected one character or more");
        }
        if self.delimiter.iter().any(|&byte| holds(&self.line_end, byte)) {
            return fail("delimiter", &self.delimiter, "the line end has the same characters");
        }
        if let Some(quote) = self.quote
            && (holds(&self.delimiter, quote) || holds(&self.line_end, quote) || !quote.is_ascii())
        {
            return fail("quote", &[quote], "expected an ASCII character that is in no delimiter");
        }
        if self.comment.as_ref().is_some_and(Vec::is_empty) {
            return fail("comment", b"", "expected one character or more");
        }
        Ok(())
    }
}
