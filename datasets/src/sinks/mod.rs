//! Sinks: results and edge lists as files.
//!
//! [`table_sink`] writes a result under a header line, [`edge_list_sink`] writes edges as other
//! tools read them, and [`write_sink`] writes either to anything that takes bytes, such as
//! standard output. The format follows from the path's suffix:
//!
//! | suffix | format | compressed | in |
//! |---|---|---|---|
//! | `.csv` | commas, RFC 4180 quotes, header line | `.csv.gz`, `.csv.zst` | both |
//! | `.tsv` | tabs, the same quotes, header line | `.tsv.gz`, `.tsv.zst` | both |
//! | `.el`, `.wel`, `.txt` | spaces, no quotes, no header line | `.el.gz`, `.el.zst`, ... | edge lists |
//! | `.parquet` | Parquet, zstd inside | | both |
//!
//! Floats are written with the fewest digits that read back to the same bits; the others as
//! `Infinity`, `-Infinity` and `NaN`. Text and compression are done in parallel, one gzip member
//! or zstd frame to a batch (readers see one stream), and come out in the order of the rows.
//!
//! A file is written beside its final path and renamed into place at the end: until then, and
//! after an error for good, whatever was there before stays as it was. [`record_sink`] knows its
//! columns from the record type; the others from the first batch, so a result without rows should
//! still be one empty batch.
//!
//! ```
//! use quince_core::Environment;
//! use quince_core::executor::write;
//! use quince_datasets::generators::Grid;
//! use quince_datasets::sinks::edge_list_sink;
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("grid.tsv");
//! let env = Environment::builder().threads(2).memory("64 MiB").build()?;
//! write(&env, &Grid::new(2, 2), &[], edge_list_sink(&path)?)?;
//! assert_eq!(std::fs::read_to_string(&path)?, "source\ttarget\n0\t1\n0\t2\n1\t3\n2\t3\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compression;
mod error;
mod format;
mod new_file;
mod number;
#[cfg(feature = "parquet")]
mod parquet_sink;
mod text;
mod text_sink;

use std::io::Write;
use std::path::Path;

#[cfg(feature = "parquet")]
use quince_core::columnar::arrow_schema_of;
use quince_core::columnar::{Record, outer_columns_of};
use quince_core::pipeline::Sink;

pub use compression::Compression;
pub use error::{SinkError, Target, is_broken_pipe};
pub use new_file::NewFile;
pub use text::TextFormat;

pub(crate) use format::FileFormat;
use text_sink::{Stream, TextSink};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct TableOptions {
    header: bool,
}

impl TableOptions {
    /// Whether text begins with a line of column names; by default it does.
    pub fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { header: true }
    }
}

/// A sink for results, in the format that the suffix of `path` names.
///
/// What is wrong with the path is said here, before anything is computed.
///
/// ```
/// use quince_datasets::sinks::{SinkError, TableOptions, table_sink};
/// let error = table_sink("ranks.xls", TableOptions::default()).err();
/// assert!(matches!(error, Some(SinkError::UnknownFormat { .. })));
/// ```
pub fn table_sink(
    path: impl AsRef<Path>,
    options: TableOptions,
) -> Result<Box<dyn Sink>, SinkError> {
    let path = path.as_ref();
    let format = FileFormat::of_table(path)?;
    file_sink(path, format.with_header(options.header))
}

/// A sink for edges, in the format that the suffix of `path` names.
pub fn edge_list_sink(path: impl AsRef<Path>) -> Result<Box<dyn Sink>, SinkError> {
    let path = path.as_ref();
    file_sink(path, FileFormat::of_edge_list(path)?)
}

/// A sink that writes text to `writer`, called `name` in errors: `standard output`.
///
/// What was written before an error stays written; [`is_broken_pipe`] tells whether it was only
/// that the reader had enough.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::executor::write;
/// use quince_datasets::generators::Grid;
/// use quince_datasets::sinks::{TextFormat, write_sink};
/// let env = Environment::builder().threads(2).memory("64 MiB").build()?;
/// let sink = write_sink("standard output", std::io::stdout(), TextFormat::TSV);
/// write(&env, &Grid::new(2, 2), &[], sink)?;
/// # Ok::<(), quince_core::Error>(())
/// ```
pub fn write_sink(
    name: impl Into<String>,
    writer: impl Write + Send + Sync + 'static,
    format: TextFormat,
) -> Box<dyn Sink> {
    let target = Target::Stream(name.into());
    Box::new(TextSink::new(Stream::new(writer, target), format, Compression::None))
}

/// A sink for records of type `T`, in the format that the suffix of `path` names.
///
/// Unlike [`table_sink`] it knows the columns before any row comes: a result without rows has
/// them too, and a Parquet file has the types of `T`.
///
/// ```
/// use quince_core::{Environment, dataset::DataSet};
/// use quince_datasets::sinks::{TableOptions, record_sink};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("none.tsv");
/// let env = Environment::builder().threads(1).build()?;
/// let none = DataSet::<(u64, String)>::from_collection(&env, []);
/// none.write(record_sink::<(u64, String)>(&path, TableOptions::default())?)?;
/// assert_eq!(std::fs::read_to_string(&path)?, "f0\tf1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn record_sink<T: Record>(
    path: impl AsRef<Path>,
    options: TableOptions,
) -> Result<Box<dyn Sink>, SinkError> {
    let path = path.as_ref();
    record_file_sink::<T>(path, FileFormat::of_table(path)?.with_header(options.header))
}

/// A sink for records of type `T` in the format that is given, whatever the suffix of `path`.
pub(crate) fn record_file_sink<T: Record>(
    path: &Path,
    format: FileFormat,
) -> Result<Box<dyn Sink>, SinkError> {
    let file = NewFile::create(path)?;
    Ok(match format {
        FileFormat::Text(format, compression) => {
            let sink = TextSink::new(file, format, compression);
            Box::new(sink.of_columns(outer_columns_of::<T>()))
        }
        #[cfg(feature = "parquet")]
        FileFormat::Parquet => {
            Box::new(parquet_sink::ParquetSink::new(file).of_schema(arrow_schema_of::<T>()))
        }
    })
}

fn file_sink(path: &Path, format: FileFormat) -> Result<Box<dyn Sink>, SinkError> {
    let file = NewFile::create(path)?;
    Ok(match format {
        FileFormat::Text(format, compression) => Box::new(TextSink::new(file, format, compression)),
        #[cfg(feature = "parquet")]
        FileFormat::Parquet => Box::new(parquet_sink::ParquetSink::new(file)),
    })
}

#[cfg(test)]
mod tests;
