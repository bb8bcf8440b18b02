//! Parquet files as data sets of any record.
//!
//! A row group is a morsel: groups are decoded in parallel, and rows come in the order of the
//! file. Of each group only the columns of the record type are read. A batch that is being
//! decoded is not paid for.

use std::fmt;
use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use quince_core::columnar::{ArrowConversionError, Batch, Record, outer_columns_of, places};
use quince_core::dataset::DataSet;
use quince_core::events::Event;
use quince_core::pipeline::{BATCH_ROWS, Morsels, Numbered, Output, Source};
use quince_core::{Environment, Error, Result};

use super::file_name;
use crate::error::{DatasetError, RecordsError};
use crate::text::inspect_any;

/// A Parquet file as a source of records of type `T`.
///
/// Columns are found by name, in any order and among others; if a name is missing, by position, if
/// there are as many as `T` has. Numbers widen where nothing is lost. A column with nulls is an
/// `Option` in `T`; a plain field takes a nullable column as long as it holds no null.
///
/// ```
/// use quince_core::{Environment, dataset::DataSet};
/// use quince_datasets::{ParquetFile, WriteFile};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("weights.parquet");
/// let env = Environment::builder().threads(2).build()?;
/// let rows = [(1u32, Some(0.5f32)), (2, None)];
/// DataSet::from_collection(&env, rows).write_parquet(&path)?;
///
/// let weights = ParquetFile::<(u32, Option<f32>)>::open(&path)?.read(&env);
/// assert_eq!(weights.collect()?, rows);
/// let wider = ParquetFile::<(i64, Option<f64>)>::open(&path)?.read(&env);
/// assert_eq!(wider.collect()?, [(1, Some(0.5)), (2, None)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a source does nothing until it is read"]
pub struct ParquetFile<T> {
    shared: Arc<Shared>,
    record: PhantomData<fn() -> T>,
}

/// What the morsels know.
struct Shared {
    path: PathBuf,
    bytes: u64,
    metadata: ArrowReaderMetadata,
    /// The positions of the columns that are read.
    columns: Vec<usize>,
}

impl<T> Clone for ParquetFile<T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), record: PhantomData }
    }
}

impl<T> fmt::Debug for ParquetFile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetFile")
            .field("path", &self.shared.path)
            .field("record", &std::any::type_name::<T>())
            .field("columns", &self.shared.columns)
            .finish_non_exhaustive()
    }
}

impl<T: Record> ParquetFile<T> {
    /// The records in the file at `path`; reads what it says of itself.
    ///
    /// # Errors
    /// If there is no such file, it is no Parquet file, or its columns are not those of `T`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let path = path.as_ref().to_owned();
        let bytes = inspect_any(&path)?.bytes;
        let file = File::open(&path).map_err(|error| DatasetError::io(&path, error))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(|source| parquet_error(&path, None, source))?;
        let columns = columns_of::<T>(metadata.schema());
        let shared = Shared { path, bytes, metadata, columns };
        shared.check::<T>()?;
        Ok(Self { shared: Arc::new(shared), record: PhantomData })
    }

    /// The records as a data set.
    pub fn read(&self, env: &Environment) -> DataSet<T> {
        DataSet::from_source(env, self.clone()).estimated_rows(self.num_rows())
    }

    /// The number of records.
    pub fn num_rows(&self) -> u64 {
        let file = self.shared.metadata.metadata().file_metadata();
        u64::try_from(file.num_rows()).expect("a number of rows is not negative")
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The size of the file in bytes: the total of its progress.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes
    }
}

/// The columns that are read: those that have the names of `T`, or else all.
fn columns_of<T: Record>(schema: &Schema) -> Vec<usize> {
    let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
    let mut columns =
        places(&outer_columns_of::<T>(), &names).unwrap_or_else(|| (0..names.len()).collect());
    // The reader gives columns in the order of the file.
    columns.sort_unstable();
    columns
}

impl Shared {
    /// That the columns have the types of `T`, before any row is read.
    fn check<T: Record>(&self) -> Result<(), DatasetError> {
        let schema = self.metadata.schema().project(&self.columns);
        let none = schema.map(|schema| RecordBatch::new_empty(Arc::new(schema)));
        let checked = none.map_err(ArrowConversionError::from);
        let checked = checked.and_then(|none| Batch::from_arrow_as::<T>(&none));
        checked.map(drop).map_err(|source| self.column_error(None, source))
    }

    fn column_error(&self, row_group: Option<usize>, source: ArrowConversionError) -> DatasetError {
        RecordsError::ParquetColumn { path: self.path.clone(), row_group, source }.into()
    }

    fn reader(&self, row_group: usize) -> Result<ParquetRecordBatchReader, DatasetError> {
        let file = File::open(&self.path).map_err(|error| DatasetError::io(&self.path, error))?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let columns = ProjectionMask::roots(builder.parquet_schema(), self.columns.clone());
        builder
            .with_row_groups(vec![row_group])
            .with_projection(columns)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|source| parquet_error(&self.path, Some(row_group), source))
    }

    fn read<T: Record>(
        &self,
        row_group: usize,
        env: &Environment,
        output: &mut dyn Output,
    ) -> Result<()> {
        for batch in self.reader(row_group).map_err(Error::source)? {
            let batch = batch.map_err(|error| self.batch_error(row_group, error))?;
            let batch = Batch::from_arrow_as::<T>(&batch)
                .map_err(|source| Error::source(self.column_error(Some(row_group), source)))?;
            output.emit(batch)?;
        }
        let amount = self.metadata.metadata().row_group(row_group).compressed_size();
        env.emit(Event::Progress { amount: u64::try_from(amount).unwrap_or(0) });
        Ok(())
    }

    fn batch_error(&self, row_group: usize, error: ArrowError) -> Error {
        let source = match error {
            ArrowError::ParquetError(text) => ParquetError::General(text),
            other => ParquetError::External(Box::new(other)),
        };
        Error::source(parquet_error(&self.path, Some(row_group), source))
    }
}

fn parquet_error(path: &Path, row_group: Option<usize>, source: ParquetError) -> DatasetError {
    RecordsError::Parquet { path: path.to_owned(), row_group, source }.into()
}

impl<T: Record> Source for ParquetFile<T> {
    fn name(&self) -> String {
        format!("parquet {}", file_name(&self.shared.path))
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        let shared = self.shared.clone();
        let groups = shared.metadata.metadata().num_row_groups();
        let read =
            move |at, env: &Environment, output: &mut dyn Output| shared.read::<T>(at, env, output);
        Numbered::new(self.name(), groups, read).open(env)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Record)]
    struct City {
        name: String,
        population: u32,
        river: Option<String>,
        position: (f32, f64),
        is_capital: bool,
    }

    fn cities() -> Vec<City> {
        let city = |at: u32| City {
            name: format!("Ü {at}"),
            population: at.wrapping_mul(0x9E37_79B9),
            river: (!at.is_multiple_of(3)).then(|| "x".repeat(at as usize % 4)),
            position: (at as f32 / 3.0, -f64::from(at)),
            is_capital: at.is_multiple_of(7),
        };
        (0..20_000).map(city).collect()
    }

    fn environment(threads: usize) -> Environment {
        Environment::builder().threads(threads).memory("64 MiB").build().unwrap()
    }

    /// A file of three row groups of which the last is small.
    fn many_groups(path: &Path) {
        use parquet::arrow::ArrowWriter;
        use parquet::file::properties::WriterProperties;
        let env = environment(1);
        let rows = DataSet::from_collection(&env, cities()).to_arrow().unwrap();
        let properties =
            WriterProperties::builder().set_max_row_group_row_count(Some(9000)).build();
        let schema = arrow_array::RecordBatchReader::schema(&rows);
        let file = File::create(path).unwrap();
        let mut writer = ArrowWriter::try_new(file, schema, Some(properties)).unwrap();
        rows.for_each(|batch| writer.write(&batch.unwrap()).unwrap());
        writer.close().unwrap();
    }

    #[test]
    fn row_groups_come_in_order_at_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cities.parquet");
        many_groups(&path);
        let file = ParquetFile::<City>::open(&path).unwrap();
        assert_eq!(file.shared.metadata.metadata().num_row_groups(), 3);
        assert_eq!(file.num_rows(), 20_000);
        for threads in [1, 2, 8] {
            assert_eq!(file.read(&environment(threads)).collect().unwrap(), cities());
        }
    }

    #[test]
    fn only_the_columns_of_the_type_are_read() {
        #[derive(Clone, Debug, PartialEq, Record)]
        struct Size {
            population: i64,
            name: Option<String>,
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cities.parquet");
        many_groups(&path);
        let file = ParquetFile::<Size>::open(&path).unwrap();
        assert_eq!(file.shared.columns, [0, 1]);
        let found = file.read(&environment(2)).collect().unwrap();
        let size = |city: City| Size { population: city.population.into(), name: Some(city.name) };
        assert_eq!(found, cities().into_iter().map(size).collect::<Vec<_>>());
    }

    fn refusal<T: Record>(path: &Path) -> String {
        ParquetFile::<T>::open(path).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_file_row_group_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cities.parquet");
        many_groups(&path);
        let error = refusal::<(u8, u8)>(&path);
        assert!(error.contains("cities.parquet: records of type (u8, u8) have"), "{error}");

        #[derive(Clone, Debug, PartialEq, Record)]
        struct Narrow {
            population: u16,
        }
        let error = refusal::<Narrow>(&path);
        let expected = "cities.parquet: column \"population\" has the Arrow type UInt32; \
                        expected UInt16 or what becomes it without loss";
        assert!(error.ends_with(expected), "{error}");

        #[derive(Clone, Debug, PartialEq, Record)]
        struct Plain {
            river: String,
        }
        let file = ParquetFile::<Plain>::open(&path).unwrap();
        let error = file.read(&environment(8)).count().unwrap_err().to_string();
        let expected = "cities.parquet: row group 0: column \"river\" holds 2731 nulls";
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn files_that_are_not_there_or_no_parquet_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.parquet");
        assert!(refusal::<u64>(&path).ends_with("none.parquet: no such file; check the path"));
        assert!(refusal::<u64>(folder.path()).contains("is a folder"));
        std::fs::write(&path, "id\n1\n2\n").unwrap();
        let error = refusal::<u64>(&path);
        assert!(error.contains("none.parquet: cannot be read as Parquet: "), "{error}");
        std::fs::write(&path, "").unwrap();
        assert!(refusal::<u64>(&path).contains("cannot be read as Parquet"));

        many_groups(&path);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[4..middle].fill(0xff);
        std::fs::write(&path, bytes).unwrap();
        let file = ParquetFile::<City>::open(&path).unwrap();
        let error = file.read(&environment(2)).count().unwrap_err().to_string();
        assert!(error.contains("none.parquet: row group 0: cannot be read as Parquet"), "{error}");
    }
}
