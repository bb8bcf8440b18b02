//! Results as files.

use std::path::Path;

use quince_core::Result;
use quince_core::columnar::Record;
use quince_core::dataset::DataSet;

use crate::sinks::{FileFormat, TableOptions, record_file_sink, record_sink};

/// Runs a plan and writes its records, in order, to a file.
///
/// A file is written beside its final path and renamed into place at the end: until then, and
/// after an error for good, whatever was there before stays as it was. What is wrong with the path
/// is said before anything is computed.
pub trait WriteFile {
    /// As delimited text under a header line, whatever the suffix of `path`; compressed if it is
    /// `.gz` or `.zst`. [`CsvFile`](crate::CsvFile) reads the same records back.
    ///
    /// ```
    /// use quince_core::{Environment, dataset::DataSet};
    /// use quince_datasets::{CsvFile, WriteFile};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("ages.csv");
    /// let env = Environment::builder().threads(2).build()?;
    /// let ages = vec![("Ada, Countess".to_owned(), Some(36u8)), ("Zoe".to_owned(), None)];
    /// DataSet::from_collection(&env, ages.clone()).write_csv(&path)?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "f0,f1\n\"Ada, Countess\",36\nZoe,\n");
    /// assert_eq!(CsvFile::<(String, Option<u8>)>::open(&path)?.read(&env).collect()?, ages);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn write_csv(&self, path: impl AsRef<Path>) -> Result<()>;

    /// As Parquet with the types of the records, compressed with zstd inside.
    /// [`ParquetFile`](crate::ParquetFile) reads the same records back.
    #[cfg(feature = "parquet")]
    fn write_parquet(&self, path: impl AsRef<Path>) -> Result<()>;

    /// In the format that the suffix of `path` names; see [`sinks`](crate::sinks).
    ///
    /// ```
    /// use quince_core::{Environment, dataset::DataSet};
    /// use quince_datasets::WriteFile;
    /// use quince_datasets::sinks::TableOptions;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("squares.tsv");
    /// let env = Environment::builder().threads(2).build()?;
    /// let squares = DataSet::sequence(&env, 1..4).map(|x| (x, x * x));
    /// squares.write_table(&path, TableOptions::default().header(false))?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "1\t1\n2\t4\n3\t9\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn write_table(&self, path: impl AsRef<Path>, options: TableOptions) -> Result<()>;
}

impl<T: Record> WriteFile for DataSet<T> {
    fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.write(record_file_sink::<T>(path, FileFormat::csv(path))?)
    }

    #[cfg(feature = "parquet")]
    fn write_parquet(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write(record_file_sink::<T>(path.as_ref(), FileFormat::Parquet)?)
    }

    fn write_table(&self, path: impl AsRef<Path>, options: TableOptions) -> Result<()> {
        self.write(record_sink::<T>(path, options)?)
    }
}
