//! `from_arrow` and `to_arrow`: data sets over Arrow record batches, and results as such.
//!
//! Both ways share memory where the layouts agree; see [`Batch::from_arrow_as`] and
//! [`Batch::to_arrow`]. Rows come in the order of the record batches, each of which is a morsel.

use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};

use crate::columnar::{Batch, Record, arrow_schema_of};
use crate::dataset::{DataSet, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::executor;
use crate::pipeline::{BATCH_ROWS, Morsel, Morsels, Output, Source};

/// Record batches as they come from a reader.
pub trait ReadArrow: Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static {}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static> ReadArrow for I {}

impl<T: Record> DataSet<T> {
    /// The rows of Arrow record batches (a `RecordBatchReader`, for example) as records of type
    /// `T`.
    ///
    /// The batches can be read once: a second run is [`Error::ReadTwice`]. Use
    /// [`from_arrow_with`](Self::from_arrow_with) for what can be opened again.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use std::sync::Arc;
    /// use arrow_array::{Int32Array, RecordBatch};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let batch = RecordBatch::try_from_iter([
    ///     ("source", Arc::new(Int32Array::from(vec![1, 2])) as _),
    ///     ("target", Arc::new(Int32Array::from(vec![Some(2), None])) as _),
    /// ])?;
    /// let edges = DataSet::<(i64, Option<i64>)>::from_arrow(&env, [Ok(batch)]);
    /// assert_eq!(edges.collect()?, [(1, Some(2)), (2, None)]);
    /// let again = edges.collect().unwrap_err().to_string();
    /// assert!(again.starts_with("arrow was read already, and can be read only once"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_arrow<I>(env: &Environment, batches: I) -> Self
    where
        I: IntoIterator<Item = Result<RecordBatch, ArrowError>, IntoIter: ReadArrow>,
    {
        let once = Mutex::new(Some(batches.into_iter()));
        Self::from_opened(env, move || {
            let taken = once.lock().unwrap_or_else(PoisonError::into_inner).take();
            taken.ok_or_else(|| Error::ReadTwice { name: ARROW.to_owned() })
        })
    }

    /// As [`from_arrow`](Self::from_arrow), for record batches that `open` makes or opens anew
    /// each time the plan runs.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use std::sync::Arc;
    /// use arrow_array::{RecordBatch, UInt64Array};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ids = Arc::new(UInt64Array::from(vec![7, 8]));
    /// let batch = RecordBatch::try_from_iter([("id", ids as _)])?;
    /// let ids = DataSet::<u64>::from_arrow_with(&env, move || Ok([Ok(batch.clone())]));
    /// assert_eq!(ids.collect()?, [7, 8]);
    /// assert_eq!(ids.collect()?, [7, 8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_arrow_with<I>(
        env: &Environment,
        open: impl Fn() -> Result<I, ArrowError> + Send + Sync + 'static,
    ) -> Self
    where
        I: IntoIterator<Item = Result<RecordBatch, ArrowError>, IntoIter: ReadArrow>,
    {
        Self::from_opened(env, move || open().map(I::into_iter).map_err(Error::source))
    }

    fn from_opened<I: ReadArrow>(
        env: &Environment,
        open: impl Fn() -> Result<I> + Send + Sync + 'static,
    ) -> Self {
        Self::from_source(env, ArrowSource { open, record: PhantomData::<fn() -> T> })
    }

    /// Runs the plan: all records, in order, as Arrow record batches.
    ///
    /// The schema is that of the record type ([`arrow_schema_of`]), also where there is no row.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use arrow_array::RecordBatchReader;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let rows = DataSet::from_collection(&env, [(1u64, Some(0.5f64)), (2, None)]);
    /// let mut arrow = rows.to_arrow()?;
    /// assert_eq!(arrow.schema().field(1).name(), "f1");
    /// let batch = arrow.next().expect("one batch")?;
    /// assert_eq!((batch.num_rows(), batch.column(1).null_count()), (2, 1));
    /// assert!(arrow.next().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_arrow(&self) -> Result<ArrowBatches> {
        let env = self.environment();
        let pipeline = Run::new(env, &[self.node()]).open(self.node())?;
        let batches = executor::collect(env, pipeline.source(), &pipeline.chain())?;
        let batches = batches.iter().map(to_arrow::<T>).collect::<Result<Vec<_>>>()?;
        Ok(ArrowBatches { schema: arrow_schema_of::<T>(), batches: batches.into_iter() })
    }
}

/// What the source is called in plans and errors.
const ARROW: &str = "arrow";

/// `batch` under the schema of `T`: texts are not coded, names are those of the type.
fn to_arrow<T: Record>(batch: &Batch) -> Result<RecordBatch> {
    let batch = batch
        .conform_to::<T>()
        .map_err(|source| Error::Columns { name: ARROW.to_owned(), source: source.into() })?;
    let columns = batch.columns().iter().map(|column| column.to_plain());
    let columns = columns.collect::<Result<_, _>>().map_err(Error::sink)?;
    Ok(Batch::with_rows(batch.schema().clone(), columns, batch.num_rows()).to_arrow()?)
}

/// The records of a result as Arrow record batches.
#[derive(Clone, Debug)]
#[must_use = "record batches do nothing until they are read"]
pub struct ArrowBatches {
    schema: SchemaRef,
    batches: std::vec::IntoIter<RecordBatch>,
}

impl Iterator for ArrowBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next().map(Ok)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.batches.size_hint()
    }
}

impl ExactSizeIterator for ArrowBatches {}

impl RecordBatchReader for ArrowBatches {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// Record batches that are opened when the source is.
struct ArrowSource<T, F> {
    open: F,
    record: PhantomData<fn() -> T>,
}

impl<T: Record, I: ReadArrow, F: Fn() -> Result<I> + Send + Sync> Source for ArrowSource<T, F> {
    fn name(&self) -> String {
        ARROW.to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(ArrowMorsels { batches: (self.open)()?, record: PhantomData::<fn() -> T> }))
    }
}

struct ArrowMorsels<T, I> {
    batches: I,
    record: PhantomData<fn() -> T>,
}

impl<T: Record, I: ReadArrow> Morsels for ArrowMorsels<T, I> {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let batch = self.batches.next().transpose().map_err(Error::source)?;
        Ok(batch.map(|batch| {
            Box::new(ArrowMorsel { batch, record: PhantomData::<fn() -> T> }) as Box<dyn Morsel>
        }))
    }

    /// A reader may decode.
    fn is_costly(&self) -> bool {
        true
    }
}

struct ArrowMorsel<T> {
    batch: RecordBatch,
    record: PhantomData<fn() -> T>,
}

impl<T: Record> Morsel for ArrowMorsel<T> {
    fn read(self: Box<Self>, _env: &Environment, output: &mut dyn Output) -> Result<()> {
        let batch = Batch::from_arrow_as::<T>(&self.batch)?;
        for begin in (0..batch.num_rows()).step_by(BATCH_ROWS) {
            let end = (begin + BATCH_ROWS).min(batch.num_rows());
            output.emit(batch.slice(begin..end))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Column, Schema, Strings};
    use crate::operators::test_support::everywhere;
    use arrow_array::{Array, Int64Array};
    use proptest::prelude::*;
    use std::sync::Arc;

    #[derive(Clone, Debug, PartialEq, Record)]
    struct City {
        name: String,
        position: (f32, f64),
        river: Option<String>,
        is_capital: Option<bool>,
        range: [u8; 2],
    }

    prop_compose! {
        fn city()(
            name in ".{0,4}", position in (-9f32..9.0, -9f64..9.0),
            river in prop::option::of(".{0,3}"), is_capital: Option<bool>, range: [u8; 2],
        ) -> City {
            City { name, position, river, is_capital, range }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn records_come_back_from_arrow(rows in prop::collection::vec(city(), 0..40)) {
            let found = everywhere(|env| {
                let cities = DataSet::from_collection(env, rows.clone());
                let arrow = cities.to_arrow().unwrap();
                assert_eq!(arrow.schema(), arrow_schema_of::<City>());
                assert!(arrow.clone().all(|batch| batch.unwrap().schema() == arrow.schema()));
                DataSet::<City>::from_arrow(env, arrow)
            });
            prop_assert_eq!(found, rows);
        }
    }

    fn environment() -> Environment {
        Environment::builder().threads(2).build().unwrap()
    }

    #[test]
    fn large_batches_are_cut_and_empty_results_have_a_schema() {
        let env = environment();
        let numbers = DataSet::sequence(&env, 0..3 * BATCH_ROWS as u64 + 5);
        let one = arrow_array::UInt64Array::from_iter_values(0..3 * BATCH_ROWS as u64 + 5);
        let batch = RecordBatch::try_from_iter([("id", Arc::new(one) as _)]).unwrap();
        let back = DataSet::<u64>::from_arrow(&env, [Ok(batch)]);
        let arrow = back.to_arrow().unwrap();
        assert_eq!(arrow.len(), 4);
        let again = DataSet::<u64>::from_arrow_with(&env, move || Ok(arrow.clone()));
        assert_eq!(again.collect().unwrap(), numbers.collect().unwrap());

        let none = DataSet::<City>::from_collection(&env, []).to_arrow().unwrap();
        assert_eq!(none.schema().field(3).name(), "river");
        assert_eq!(none.len(), 0);
    }

    #[test]
    fn coded_texts_leave_as_texts() {
        let env = environment();
        let values = Strings::from_iter(["a", "ü"]);
        let coded = Column::CodedUtf8 { codes: vec![1, 0, 1].into(), values };
        let batch = Batch::new(Schema::new(["name"]), vec![coded]);
        let names = DataSet::<String>::from_batches(&env, vec![batch]);
        let mut arrow = names.to_arrow().unwrap();
        let batch = arrow.next().unwrap().unwrap();
        assert_eq!(batch.schema(), arrow.schema());
        let back = DataSet::<String>::from_arrow(&env, [Ok(batch)]);
        assert_eq!(back.collect().unwrap(), ["ü", "a", "ü"]);
    }

    #[test]
    fn errors_of_readers_types_and_nulls_come_out() {
        let env = environment();
        let broken = Err(ArrowError::ParseError("no magic".to_owned()));
        let error = DataSet::<u64>::from_arrow(&env, [broken]).collect().unwrap_err();
        assert_eq!(error.to_string(), "Parser error: no magic");
        let ids = Int64Array::from(vec![Some(1), None]);
        assert_eq!(ids.null_count(), 1);
        let batch = RecordBatch::try_from_iter([("id", Arc::new(ids) as _)]).unwrap();
        let open = move || Ok([Ok(batch.clone())]);
        let error = DataSet::<i64>::from_arrow_with(&env, open.clone()).collect().unwrap_err();
        assert!(matches!(error, Error::Arrow(_)));
        assert!(error.to_string().contains("column \"id\" holds 1 nulls"), "{error}");
        let error = DataSet::<u64>::from_arrow_with(&env, open).collect().unwrap_err().to_string();
        assert!(error.contains("\"id\" has the Arrow type Int64; expected UInt64"), "{error}");
    }

    /// What is used twice in one plan is read once and kept.
    #[test]
    fn a_stream_may_be_used_twice_in_one_run() {
        let env = environment();
        let arrow = DataSet::sequence(&env, 0..10).to_arrow().unwrap();
        let numbers = DataSet::<u64>::from_arrow(&env, arrow);
        let run = Run::new(&env, &[numbers.node(), numbers.node()]);
        for _ in 0..2 {
            let pipeline = run.open(numbers.node()).unwrap();
            assert_eq!(executor::count(&env, pipeline.source(), &pipeline.chain()).unwrap(), 10);
        }
    }
}
