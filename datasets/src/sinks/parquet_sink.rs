//! The sink for Parquet.
//!
//! A file has one type for each column, whatever the types of single batches. Where only the first
//! batch tells, unsigned integers of 32 bits are widened to 64 (ids take 32 only while they are
//! small); rows of a record type keep its types. Coded texts are written out (Parquet builds its
//! own dictionaries). Row groups hold about a million rows.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use quince_core::columnar::{self, Batch, Column};
use quince_core::pipeline::{Encoded, Sink};
use quince_core::{Error, Result};

use super::text_sink::{Destination, check_schema};
use super::{SinkError, Target};

/// Writes Parquet to `D`.
pub(super) struct ParquetSink<D: Destination> {
    target: Target,
    schema: OnceLock<columnar::Schema>,
    /// The columns of the file, if they are known before any batch comes.
    file_schema: Option<SchemaRef>,
    // The encoder is not `Sync`; it is only reached through `&mut self`, and never locked.
    state: Mutex<State<D>>,
}

/// The encoder wants the types of all columns, which the first batch brings.
enum State<D: Destination> {
    Waiting(D),
    Writing(Writer<D>),
    /// An error took the writer, and the unfinished file with it.
    Failed,
}

impl<D: Destination + 'static> ParquetSink<D> {
    pub(super) fn new(destination: D) -> Self {
        let target = destination.target().clone();
        let state = Mutex::new(State::Waiting(destination));
        Self { target, schema: OnceLock::new(), file_schema: None, state }
    }

    /// As [`new`](Self::new), for rows whose columns are known before any comes.
    pub(super) fn of_schema(mut self, schema: SchemaRef) -> Self {
        self.file_schema = Some(schema);
        self
    }

    fn write_batch(&mut self, batch: &Batch) -> Result<(), SinkError> {
        let arrow = batch
            .to_arrow()
            .map_err(|source| SinkError::Arrow { target: self.target.clone(), source })?;
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let result = match std::mem::replace(state, State::Failed) {
            State::Waiting(destination) => begin(destination, arrow.schema()),
            State::Writing(writer) => Ok(writer),
            State::Failed => unreachable!("nothing is written after an error"),
        };
        let written = result.and_then(|mut writer| {
            writer.write(&arrow)?;
            *state = State::Writing(writer);
            Ok(())
        });
        written.map_err(|source| to_sink_error(&self.target, source))
    }
}

type Writer<D> = Box<ArrowWriter<Slot<D>>>;

fn begin<D: Destination>(destination: D, schema: SchemaRef) -> Result<Writer<D>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    ArrowWriter::try_new(Slot(Some(destination)), schema, Some(properties)).map(Box::new)
}

/// Writes what is left of the file.
fn end<D: Destination>(mut writer: ArrowWriter<Slot<D>>) -> Result<D, ParquetError> {
    writer.finish()?;
    Ok(writer.inner_mut().0.take().expect("taken once"))
}

/// Lets the destination out of an encoder that has finished: the encoder's own `into_inner` turns
/// errors of the operating system into text.
struct Slot<D>(Option<D>);

impl<D: Destination> Write for Slot<D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().expect("taken after the last byte").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<D: Destination + 'static> Sink for ParquetSink<D> {
    fn name(&self) -> String {
        format!("parquet {}", self.target)
    }

    fn encode(&self, batch: Batch) -> Result<Encoded> {
        check_schema(&self.schema, &batch)?;
        let widen = self.file_schema.is_none();
        let to_file_type = |column| to_file_type(column, widen);
        let columns = batch.columns().iter().map(to_file_type).collect::<Result<_>>()?;
        Ok(Encoded::Batch(Batch::with_rows(batch.schema().clone(), columns, batch.num_rows())))
    }

    fn write(&mut self, encoded: Encoded) -> Result<()> {
        match encoded {
            Encoded::Batch(batch) => Ok(self.write_batch(&batch)?),
            Encoded::Bytes(_) => unreachable!("the Parquet sink encodes to batches"),
        }
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let finished = match state {
            State::Writing(writer) => end(*writer),
            // No batch ever came: a file without columns, unless they are known.
            State::Waiting(destination) => {
                let schema = self.file_schema.unwrap_or_else(|| Schema::empty().into());
                begin(destination, schema).and_then(|writer| end(*writer))
            }
            State::Failed => unreachable!("nothing is finished after an error"),
        };
        let destination = finished.map_err(|source| to_sink_error(&self.target, source))?;
        Ok(destination.finish()?)
    }
}

/// The column in the type that it has in every batch of a file.
fn to_file_type(column: &Column, widen: bool) -> Result<Column> {
    match column {
        Column::UInt32(values) if widen => {
            let wide: Vec<i64> = values.iter().copied().map(i64::from).collect();
            Ok(Column::Int64(wide.into()))
        }
        other => other.to_plain().map_err(Error::sink),
    }
}

/// The error below, where the encoder only passed on that of its writer.
fn to_sink_error(target: &Target, source: ParquetError) -> SinkError {
    match source {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(source) => SinkError::from_io(target, *source),
            Err(inner) => {
                let source = ParquetError::External(inner);
                SinkError::Parquet { target: target.clone(), source }
            }
        },
        source => SinkError::Parquet { target: target.clone(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::super::text_sink::Stream;
    use super::*;
    use quince_core::Environment;
    use quince_core::executor::write;
    use quince_core::pipeline::BatchSource;

    struct Full;

    impl io::Write for Full {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        let env = Environment::builder().threads(1).memory("64 MiB").build().unwrap();
        let schema = columnar::Schema::new(["x"]);
        let batch = Batch::new(schema, vec![Column::UInt32(vec![1, 2].into())]);
        let source = BatchSource::new("numbers", vec![batch]);
        let target = Target::File("ranks.parquet".into());
        let sink = ParquetSink::new(Stream::new(Full, target));
        let error = write(&env, &source, &[], Box::new(sink)).unwrap_err();
        assert!(error.to_string().starts_with("ranks.parquet: the disk is full"), "{error}");
    }
}
