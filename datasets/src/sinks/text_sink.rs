//! The sink for text: CSV, TSV and edge lists, to files and streams.

use std::io::{self, Write};
use std::sync::OnceLock;

use quince_core::columnar::{Batch, OuterColumn, Schema};
use quince_core::pipeline::{Encoded, Sink};
use quince_core::{Error, Result};

use super::text::NeedsQuotes;
use super::{Compression, NewFile, SinkError, Target, TextFormat};

/// Takes the bytes of a sink.
pub(super) trait Destination: Write + Send + Sync {
    /// What it is, for errors.
    fn target(&self) -> &Target;

    /// Everything is written.
    fn finish(self) -> Result<(), SinkError>;
}

impl Destination for NewFile {
    fn target(&self) -> &Target {
        Self::target(self)
    }

    fn finish(self) -> Result<(), SinkError> {
        Self::finish(self)
    }
}

/// Any writer, as it is.
#[derive(Debug)]
pub(super) struct Stream<W> {
    writer: W,
    target: Target,
}

impl<W> Stream<W> {
    pub(super) fn new(writer: W, target: Target) -> Self {
        Self { writer, target }
    }
}

impl<W: Write> Write for Stream<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Write + Send + Sync> Destination for Stream<W> {
    fn target(&self) -> &Target {
        &self.target
    }

    fn finish(mut self) -> Result<(), SinkError> {
        self.writer.flush().map_err(|source| SinkError::from_io(&self.target, source))
    }
}

/// Lines of text to `destination`.
#[derive(Debug)]
pub(super) struct TextSink<D> {
    destination: D,
    format: TextFormat,
    compression: Compression,
    /// Set by whichever batch is encoded first: all have the same names.
    schema: OnceLock<Schema>,
    /// What the header names, where it is known or a batch came.
    columns: OnceLock<Vec<OuterColumn>>,
    began: bool,
    empty: bool,
}

impl<D: Destination> TextSink<D> {
    pub(super) fn new(destination: D, format: TextFormat, compression: Compression) -> Self {
        let (schema, columns) = (OnceLock::new(), OnceLock::new());
        Self { destination, format, compression, schema, columns, began: false, empty: true }
    }

    /// As [`new`](Self::new), for rows whose columns are known before any comes.
    pub(super) fn of_columns(mut self, columns: Vec<OuterColumn>) -> Self {
        self.columns = columns.into();
        self
    }

    /// A piece of the file: what `push` appends, compressed. Nothing stays nothing.
    fn piece(
        &self,
        capacity: usize,
        push: impl FnOnce(&mut Vec<u8>) -> Result<(), NeedsQuotes>,
    ) -> Result<Vec<u8>, SinkError> {
        let mut bytes = Vec::with_capacity(capacity);
        push(&mut bytes).map_err(|NeedsQuotes(text)| {
            let target = self.destination.target().clone();
            SinkError::NeedsQuotes { target, text }
        })?;
        if bytes.is_empty() {
            return Ok(bytes);
        }
        self.compression.compress(bytes).map_err(|source| self.error(source))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.empty &= bytes.is_empty();
        self.destination.write_all(bytes).map_err(|source| self.error(source))
    }

    /// Writes the header line, when the first batch comes or none did.
    fn begin(&mut self) -> Result<(), SinkError> {
        if std::mem::replace(&mut self.began, true) {
            return Ok(());
        }
        let Some(columns) = self.columns.get() else { return Ok(()) };
        let header = self.piece(0, |out| self.format.push_header(out, columns))?;
        self.put(&header)
    }

    fn error(&self, source: io::Error) -> SinkError {
        SinkError::from_io(self.destination.target(), source)
    }
}

impl<D: Destination> Sink for TextSink<D> {
    fn name(&self) -> String {
        let compression = match self.compression {
            Compression::None => "",
            Compression::Gzip => ", gzip",
            Compression::Zstd => ", zstd",
        };
        format!("{} {}{compression}", self.format.name(), self.destination.target())
    }

    fn encode(&self, batch: Batch) -> Result<Encoded> {
        check_schema(&self.schema, &batch)?;
        self.columns.get_or_init(|| batch.outer_columns());
        // A guess that rarely needs to grow; the vector lives until the batch is written.
        let capacity = batch.num_rows() * batch.columns().len() * 10;
        let bytes = self.piece(capacity, |out| self.format.push_rows(out, &batch))?;
        Ok(Encoded::Bytes(bytes))
    }

    fn write(&mut self, encoded: Encoded) -> Result<()> {
        self.begin()?;
        match encoded {
            Encoded::Bytes(bytes) => Ok(self.put(&bytes)?),
            Encoded::Batch(_) => unreachable!("text sinks encode to bytes"),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.begin()?;
        if self.empty {
            let nothing = self.compression.nothing().map_err(|source| self.error(source))?;
            self.put(&nothing)?;
        }
        Ok(self.destination.finish()?)
    }
}

/// Remembers the first batch's names in `schema`; an error if `batch` has others.
pub(super) fn check_schema(schema: &OnceLock<Schema>, batch: &Batch) -> Result<()> {
    let expected = schema.get_or_init(|| batch.schema().clone());
    if expected == batch.schema() {
        return Ok(());
    }
    Err(Error::Shape {
        operator: "a sink",
        expected: format!("batches with the columns {:?}", expected.names()),
        got: format!("one with {:?}", batch.schema().names()),
    })
}
