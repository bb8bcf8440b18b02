//! Delimited text as data sets of any record.
//!
//! Lines are cut into records outside of quotes, so a field may hold line ends. Plain files are
//! mapped, and pieces of 4 MiB are read in parallel; compressed ones are decoded by one worker at
//! a time. Rows come in the order of the records. An error names the first record that is wrong,
//! at any number of threads.

mod dialect;
mod layout;
mod rows;
mod scanner;
#[cfg(test)]
mod tests;
mod values;

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quince_core::columnar::{Record, outer_columns_of, schema_of};
use quince_core::dataset::DataSet;
use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Error, Result};

use super::file_name;
use super::pieces::{Pieces, Sizes};
use crate::error::{DatasetError, RecordsError};
use crate::text::{Codec, Columns, FileInfo, Header, inspect_any};
use dialect::Dialect;
use layout::has_blank_records;
use rows::{RowMorsels, Table};

/// A file of delimited text as a source of records of type `T`.
///
/// Commas between the fields, quotes as RFC 4180 has them (a field in quotes may hold delimiters,
/// line ends and doubled quotes), lines that end with a line feed or carriage return and line
/// feed; blank lines are passed over. Settings change all of that. Files compressed with gzip or
/// zstd are read as they are.
///
/// A field of `bool` is `true`, `false`, `1` or `0`; floats may be `NaN` or `Infinity`; an empty
/// field is `None` where `T` has an `Option`, and the empty text in quotes is a text.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::columnar::Record;
/// use quince_datasets::CsvFile;
///
/// #[derive(Clone, Debug, PartialEq, Record)]
/// struct City {
///     name: String,
///     population: u32,
///     river: Option<String>,
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("cities.csv");
/// std::fs::write(&path, "name,river,population\nBern,Aare,134794\n\"Vals, GR\",,989\n")?;
/// let env = Environment::builder().threads(2).build()?;
/// let cities = CsvFile::<City>::open(&path)?.read(&env);
/// let small = cities.filter(|city| city.population < 1000).collect()?;
/// assert_eq!(small, [City { name: "Vals, GR".to_owned(), population: 989, river: None }]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a source does nothing until it is read"]
pub struct CsvFile<T> {
    path: PathBuf,
    file: FileInfo,
    dialect: Dialect,
    columns: Option<Columns>,
    header: Header,
    skip_lines: u64,
    lenient: bool,
    ignores_invalid: bool,
    ignored: Arc<AtomicU64>,
    sizes: Sizes,
    record: PhantomData<fn() -> T>,
}

impl<T> Clone for CsvFile<T> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            file: self.file,
            dialect: self.dialect.clone(),
            columns: self.columns.clone(),
            header: self.header,
            skip_lines: self.skip_lines,
            lenient: self.lenient,
            ignores_invalid: self.ignores_invalid,
            ignored: self.ignored.clone(),
            sizes: self.sizes.clone(),
            record: PhantomData,
        }
    }
}

impl<T> fmt::Debug for CsvFile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvFile")
            .field("path", &self.path)
            .field("record", &std::any::type_name::<T>())
            .field("dialect", &self.dialect)
            .field("columns", &self.columns)
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

impl<T: Record> CsvFile<T> {
    /// The records in the file at `path`.
    ///
    /// # Errors
    /// If there is no such file, it is no file or may not be read, or it is compressed in a way
    /// that is not known. What is wrong with its text is said when it is read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let path = path.as_ref().to_owned();
        let file = inspect_any(&path)?;
        let blank_lines = has_blank_records(&outer_columns_of::<T>());
        Ok(Self {
            path,
            file,
            dialect: Dialect { blank_lines, ..Dialect::default() },
            columns: None,
            header: Header::Auto,
            skip_lines: 0,
            lenient: false,
            ignores_invalid: false,
            ignored: Arc::default(),
            sizes: Sizes::default(),
            record: PhantomData,
        })
    }

    /// What stands between fields, one character or several; a comma by default.
    pub fn delimiter(mut self, delimiter: &str) -> Self {
        self.dialect.delimiter = delimiter.as_bytes().to_vec();
        self
    }

    /// What ends a line, one character or several; by default a line feed, with or without a
    /// carriage return before it.
    pub fn line_delimiter(mut self, line_end: &str) -> Self {
        self.dialect.line_end = line_end.as_bytes().to_vec();
        self
    }

    /// The ASCII character that quotes, or that none does; `"` by default.
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.dialect.quote = quote;
        self
    }

    /// What a line begins with that is a comment, and passed over; by default none is.
    pub fn comment(mut self, prefix: Option<&str>) -> Self {
        self.dialect.comment = prefix.map(|prefix| prefix.as_bytes().to_vec());
        self
    }

    /// Whether the first record is a header. By default it is if it holds each name of `T` once,
    /// or if columns are chosen by name.
    ///
    /// Under a header columns are found by name, in any order and among others; if a name is
    /// missing, by position, if there are as many as `T` has.
    pub fn header(mut self, header: Header) -> Self {
        self.header = header;
        self
    }

    /// How many lines at the top are passed over unseen; none by default.
    pub fn skip_lines(mut self, lines: u64) -> Self {
        self.skip_lines = lines;
        self
    }

    /// Which columns of the file are those of `T`, by name or by position counted from 1, one for
    /// each; the others are passed over.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_datasets::CsvFile;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("flights.csv");
    /// std::fs::write(&path, "airline,from,to\n2B,AER,KZN\n")?;
    /// let env = Environment::builder().threads(1).build()?;
    /// let flights = CsvFile::<(String, String)>::open(&path)?.columns(["to", "from"]);
    /// assert_eq!(flights.read(&env).collect()?, [("KZN".to_owned(), "AER".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn columns(mut self, columns: impl Into<Columns>) -> Self {
        self.columns = Some(columns.into());
        self
    }

    /// Whether a record may have more fields than there are columns, and may lack the last ones
    /// where `T` has an `Option`; by default it may not.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// Whether records that are invalid are left out, and [counted](Self::ignored_lines); by
    /// default they are an error.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_datasets::CsvFile;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("edges.csv");
    /// std::fs::write(&path, "1,2\n3\nx,4\n5,6\n")?;
    /// let env = Environment::builder().threads(2).build()?;
    /// let edges = CsvFile::<(u64, u64)>::open(&path)?;
    /// let error = edges.read(&env).collect().unwrap_err().to_string();
    /// assert!(error.contains("edges.csv:2: expected 2 fields, found 1"));
    ///
    /// let edges = edges.ignore_invalid_lines(true);
    /// assert_eq!(edges.read(&env).collect()?, [(1, 2), (5, 6)]);
    /// assert_eq!(edges.ignored_lines(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ignore_invalid_lines(mut self, ignore: bool) -> Self {
        self.ignores_invalid = ignore;
        self
    }

    /// How many records were left out when the file was last read, through this or a clone.
    pub fn ignored_lines(&self) -> u64 {
        self.ignored.load(Ordering::Relaxed)
    }

    /// The records as a data set.
    pub fn read(&self, env: &Environment) -> DataSet<T> {
        DataSet::from_source(env, self.clone())
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The size of the file in bytes, compressed as it is: the total of its progress.
    pub fn bytes(&self) -> u64 {
        self.file.bytes
    }

    fn pieces(&self) -> Result<Pieces<Dialect>, DatasetError> {
        let setting = |(setting, found, reason)| {
            let path = self.path.clone();
            DatasetError::from(RecordsError::Setting { path, setting, found, reason })
        };
        self.dialect.check().map_err(setting)?;
        let dialect = self.dialect.clone();
        Pieces::open(&self.path, self.file, dialect, self.sizes.clone(), self.skip_lines)
    }
}

impl<T: Record> Source for CsvFile<T> {
    fn name(&self) -> String {
        let file = file_name(&self.path);
        match self.file.codec {
            Codec::Plain => format!("csv {file}"),
            codec => format!("csv {file} ({})", codec.name()),
        }
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        let pieces = self.pieces().map_err(Error::source)?;
        self.ignored.store(0, Ordering::Relaxed);
        let table = Table {
            path: self.path.clone(),
            dialect: self.dialect.clone(),
            wanted: outer_columns_of::<T>(),
            schema: schema_of::<T>(),
            chosen: self.columns.clone(),
            header: self.header,
            lenient: self.lenient,
            ignored: self.ignores_invalid.then(|| self.ignored.clone()),
        };
        Ok(Box::new(RowMorsels::new(pieces, table)))
    }
}
