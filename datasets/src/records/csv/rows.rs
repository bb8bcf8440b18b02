//! Records as columns: the morsels of a file.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quince_core::columnar::{Batch, Column, ColumnType, OuterColumn, Schema};
use quince_core::events::Event;
use quince_core::pipeline::{BATCH_ROWS, Morsel, Morsels, Output};
use quince_core::{Environment, Error, Result};

use super::super::pieces::{Piece, Pieces};
use super::dialect::Dialect;
use super::layout::{First, Layout, Settings};
use super::scanner::{BadQuote, Field, Scanner};
use super::values::{NoValue, Values, expected};
use crate::error::{DatasetError, RecordsError};
use crate::text::{Columns, Header, shorten};

/// What reading a morsel needs to know, but for the layout.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) path: PathBuf,
    pub(super) dialect: Dialect,
    pub(super) wanted: Vec<OuterColumn>,
    pub(super) schema: Schema,
    pub(super) chosen: Option<Columns>,
    pub(super) header: Header,
    pub(super) lenient: bool,
    /// Counts the records that are left out, if those that are invalid are.
    pub(super) ignored: Option<Arc<AtomicU64>>,
}

/// The morsels of an opened file.
pub(super) struct RowMorsels {
    pieces: Pieces<Dialect>,
    table: Arc<Table>,
    layout: Option<Arc<Layout>>,
}

impl RowMorsels {
    pub(super) fn new(pieces: Pieces<Dialect>, table: Table) -> Self {
        Self { pieces, table: Arc::new(table), layout: None }
    }

    /// Settles the layout on the first record of `piece`, if it has one; where the rows begin.
    fn settle(&self, piece: &Piece) -> Result<Option<(Layout, usize)>> {
        let table = &*self.table;
        let mut scanner = Scanner::new(piece.text(), 0, &table.dialect);
        let Some(at) = scanner.next_record() else { return Ok(None) };
        let line = piece.line_of(at, &table.dialect.line_end);
        let settings = Settings {
            path: &table.path,
            wanted: &table.wanted,
            chosen: table.chosen.as_ref(),
            header: table.header,
        };
        let first = match First::read(&mut scanner, line) {
            Ok(first) => Some(first).filter(|first| settings.is_header(first)),
            Err((position, bad)) if table.header == Header::Yes => {
                return Err(table.error(Flaw::Quote { position, bad }, line));
            }
            // Reading the rows tells.
            Err(_) => None,
        };
        let begin = if first.is_some() { scanner.at() } else { at };
        Ok(Some((settings.settle(first.as_ref()).map_err(Error::source)?, begin)))
    }
}

impl Morsels for RowMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        while let Some(piece) = self.pieces.next()? {
            let (layout, begin) = match &self.layout {
                Some(layout) => (layout.clone(), 0),
                None => match self.settle(&piece)? {
                    None => continue,
                    Some((layout, begin)) => (self.layout.insert(Arc::new(layout)).clone(), begin),
                },
            };
            let table = self.table.clone();
            return Ok(Some(Box::new(RowMorsel { piece, begin, table, layout })));
        }
        Ok(None)
    }

    /// Looking for the end of the last record takes a look at all of the text.
    fn is_costly(&self) -> bool {
        self.pieces.is_decoded() || self.table.dialect.quote.is_some()
    }
}

struct RowMorsel {
    piece: Piece,
    /// Where the rows begin in the piece.
    begin: usize,
    table: Arc<Table>,
    layout: Arc<Layout>,
}

impl Morsel for RowMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let Self { piece, begin, table, layout } = *self;
        let mut scanner = Scanner::new(piece.text(), begin, &table.dialect);
        let mut rows = Rows::new(&table, &layout);
        while let Some(at) = scanner.next_record() {
            if let Err(flaw) = rows.read(&mut scanner) {
                let Some(ignored) = &table.ignored else {
                    return Err(table.error(flaw, piece.line_of(at, &table.dialect.line_end)));
                };
                ignored.fetch_add(1, Ordering::Relaxed);
                rows.forget_last();
                if matches!(flaw, Flaw::Quote { .. }) {
                    scanner.skip_line(at);
                }
            }
            if rows.num_rows == BATCH_ROWS {
                output.emit(rows.finish())?;
            }
        }
        if rows.num_rows > 0 {
            output.emit(rows.finish())?;
        }
        piece.release();
        env.emit(Event::Progress { amount: piece.file_bytes });
        Ok(())
    }
}

/// What is wrong with a record. Positions count from 0.
#[derive(Clone, Debug)]
enum Flaw {
    Field { position: usize, column: usize, found: Vec<u8> },
    Count { expected: usize, found: usize },
    Quote { position: usize, bad: BadQuote },
}

impl Table {
    /// The error for a flaw of the record that begins on `line`.
    fn error(&self, flaw: Flaw, line: u64) -> Error {
        let path = self.path.clone();
        let error = match flaw {
            Flaw::Field { position, column, found } => {
                let OuterColumn { name, column_type, .. } = self.wanted[column].clone();
                let remedy = match column_type {
                    ColumnType::Utf8 | ColumnType::CodedUtf8 => "convert the file to UTF-8",
                    _ if found.is_empty() => "fix the line, or read the column as an Option",
                    _ => "fix the line, or read the column as text",
                };
                let (expected, found) = (expected(column_type), shorten(&found));
                let column = position + 1;
                RecordsError::Field { path, line, column, name, expected, found, remedy }
            }
            Flaw::Count { expected, found } => {
                RecordsError::FieldCount { path, line, expected, found }
            }
            Flaw::Quote { position, bad } => {
                RecordsError::Quote { path, line, column: position + 1, reason: bad.reason() }
            }
        };
        Error::source(DatasetError::from(error))
    }
}

/// Rows that become a batch.
struct Rows<'a> {
    table: &'a Table,
    layout: &'a Layout,
    /// For each column whose values may be missing, which are there.
    presence: Vec<Vec<u8>>,
    values: Vec<Values>,
    num_rows: usize,
}

impl<'a> Rows<'a> {
    fn new(table: &'a Table, layout: &'a Layout) -> Self {
        let values = table.wanted.iter().map(|column| Values::new(column.column_type)).collect();
        let presence = vec![Vec::new(); table.wanted.len()];
        Self { table, layout, presence, values, num_rows: 0 }
    }

    /// Adds the next record. Unless a quote is wrong, `scanner` is behind it then.
    fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Flaw> {
        let (mut position, mut flaw) = (0, None);
        loop {
            let field = scanner.next_field().map_err(|bad| Flaw::Quote { position, bad })?;
            if let Some(&Some(column)) = self.layout.columns.get(position)
                && flaw.is_none()
                && let Err(NoValue) = self.push(column, &field)
            {
                flaw = Some(Flaw::Field { position, column, found: field.text.to_vec() });
            }
            position += 1;
            if field.last {
                break;
            }
        }
        flaw.map_or_else(|| self.end_record(position), Err)
    }

    fn push(&mut self, column: usize, field: &Field<'_>) -> Result<(), NoValue> {
        let values = &mut self.values[column];
        let wanted = &self.table.wanted[column];
        if !wanted.is_optional() {
            return values.push(&field.text);
        }
        // In quotes, the empty text is a text.
        let missing = match wanted.column_type {
            ColumnType::Utf8 => field.text.is_empty() && !field.quoted,
            _ => field.text.trim_ascii().is_empty(),
        };
        self.presence[column].push((!missing).into());
        if missing {
            values.push_default();
            return Ok(());
        }
        values.push(&field.text)
    }

    /// The record had `found` fields.
    fn end_record(&mut self, found: usize) -> Result<(), Flaw> {
        let read = self.layout.columns.len();
        let expected = self.layout.num_fields.unwrap_or(read);
        let as_many = self.layout.num_fields.is_none_or(|expected| expected == found);
        if (!as_many && !self.table.lenient) || (found < read && !self.fill(found)) {
            return Err(Flaw::Count { expected, found });
        }
        self.num_rows += 1;
        Ok(())
    }

    /// Adds missing values for the fields from `found` on, where that is allowed.
    fn fill(&mut self, found: usize) -> bool {
        let missing = self.layout.columns[found..].iter().flatten();
        if !self.table.lenient {
            return false;
        }
        for &column in missing {
            if !self.table.wanted[column].is_optional() {
                return false;
            }
            self.presence[column].push(0);
            self.values[column].push_default();
        }
        true
    }

    /// Forgets what was added of a record with a flaw.
    fn forget_last(&mut self) {
        self.values.iter_mut().for_each(|values| values.truncate(self.num_rows));
        self.presence.iter_mut().for_each(|presence| presence.truncate(self.num_rows));
    }

    fn finish(&mut self) -> Batch {
        let mut columns = Vec::with_capacity(self.table.schema.names().len());
        for (at, wanted) in self.table.wanted.iter().enumerate() {
            if wanted.is_optional() {
                columns.push(Column::Bool(std::mem::take(&mut self.presence[at]).into()));
            }
            columns.push(self.values[at].finish());
        }
        let num_rows = std::mem::take(&mut self.num_rows);
        Batch::with_rows(self.table.schema.clone(), columns, num_rows)
    }
}
