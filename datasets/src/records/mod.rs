//! Files of any record: sources and sinks for [`DataSet`](quince_core::dataset::DataSet)s.
//!
//! ```text
//! CsvFile<T> ──┐
//! TextFile ────┴ Pieces (mapped | gzip | zstd, cut at record ends) ─► morsel ─► columns of T
//! ParquetFile<T> ─ row groups ─► Arrow ─► columns of T
//! ```

mod csv;
mod lines;
#[cfg(feature = "parquet")]
mod parquet_file;
mod pieces;
mod write;

pub use csv::CsvFile;
pub use lines::TextFile;
#[cfg(feature = "parquet")]
pub use parquet_file::ParquetFile;
pub use write::WriteFile;

/// The name of the file at `path`, for plans.
fn file_name(path: &std::path::Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()
}
