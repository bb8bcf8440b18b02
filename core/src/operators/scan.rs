//! `from_source` and `from_batches`: data sets over what is not a record type yet.
//!
//! A source may have other names for its columns, narrower types in some batches (small ids take
//! 32 bits) and columns that nobody asks for. Each batch is made one of the records as it comes
//! out of its morsel, over the same memory where the types agree. Rows come in the order of the
//! source.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::columnar::{Batch, Record, outer_columns_of, row_bytes};
use crate::dataset::{DataSet, Facts, Kind, Node, NodeRef, Rows, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::pipeline::{BatchSource, Operator, Output, Pipeline, Source, Task, TaskEvent};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// The rows of a source as records of type `T`.
    ///
    /// Columns are found by name, in any order and among others, if each name of `T` is there
    /// once; otherwise by position, if there are as many as `T` has. Numbers widen where nothing
    /// is lost, batch by batch; anything else is an error that names the column. See
    /// [`Batch::conform_to`].
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::batch_of;
    /// use quince_core::pipeline::Numbered;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let small = Numbered::new("small numbers", 3, |at, _env, output| {
    ///     output.emit(batch_of([at as u8]))
    /// });
    /// let numbers = DataSet::<i64>::from_source(&env, small.clone());
    /// assert_eq!(numbers.collect()?, [0, 1, 2]);
    ///
    /// let error = DataSet::<bool>::from_source(&env, small).collect().unwrap_err();
    /// let expected = "small numbers: column \"value\" is UInt8; expected Bool";
    /// assert!(error.to_string().starts_with(expected));
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn from_source(env: &Environment, source: impl Source + 'static) -> Self {
        Self::from_node(env, Scan::<T>::new(Arc::new(source)))
    }

    /// The rows of batches that are in memory, as [`from_source`](Self::from_source) reads them.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::batch_of;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let batches = vec![batch_of([(1u8, 0.5f32)]), batch_of([(2u16, 1.5)])];
    /// let rows = DataSet::<(u64, f64)>::from_batches(&env, batches);
    /// assert_eq!(rows.collect()?, [(1, 0.5), (2, 1.5)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn from_batches(env: &Environment, batches: Vec<Batch>) -> Self {
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        let source = Arc::new(BatchSource::new("batches", batches));
        Self::from_node(env, Scan::<T> { rows: Some(rows), ..Scan::new(source) })
    }
}

/// A source, and the records that its rows become.
struct Scan<T> {
    source: Arc<dyn Source>,
    /// How many rows there are, if they are in memory already.
    rows: Option<u64>,
    record: PhantomData<fn() -> T>,
}

impl<T> Scan<T> {
    fn new(source: Arc<dyn Source>) -> Self {
        Self { source, rows: None, record: PhantomData }
    }
}

impl<T: Record> Node for Scan<T> {
    fn plan(&self) -> PlanNode {
        let columns: Vec<String> =
            outer_columns_of::<T>().into_iter().map(|column| column.name).collect();
        PlanNode::new(self.source.name()).property("columns", columns.join(", "))
    }

    fn inputs(&self) -> Vec<NodeRef> {
        Vec::new()
    }

    fn facts(&self) -> Facts {
        let rows = self.rows.map_or(Rows::Unknown, Rows::Exactly);
        let row_bytes = Some(row_bytes::<T>());
        Facts { kind: Kind::Source, rows, row_bytes, ..Facts::default() }
    }

    fn open(&self, _run: &Run<'_>) -> Result<Pipeline> {
        let conform = Conform { name: self.source.name(), record: PhantomData::<fn() -> T> };
        Ok(Pipeline::from_shared(self.source.clone()).then(Arc::new(conform)))
    }

    fn is_stored(&self) -> bool {
        self.rows.is_some()
    }
}

/// Makes batches those of the records `T`; called like the source, whose errors it tells.
struct Conform<T> {
    name: String,
    record: PhantomData<fn() -> T>,
}

impl<T> Clone for Conform<T> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), record: PhantomData }
    }
}

impl<T: Record> Operator for Conform<T> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(self.clone()))
    }
}

impl<T: Record> Task for Conform<T> {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return Ok(()) };
        let batch = batch
            .conform_to::<T>()
            .map_err(|source| Error::Columns { name: self.name.clone(), source: source.into() })?;
        output.emit(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Column, Schema, Strings, batch_of};
    use crate::operators::test_support::everywhere;
    use proptest::prelude::*;

    #[derive(Clone, Debug, PartialEq, Record)]
    struct Edge {
        source: i64,
        target: i64,
        weight: Option<f64>,
    }

    fn edge(source: i64, target: i64, weight: Option<f64>) -> Edge {
        Edge { source, target, weight }
    }

    /// Ids of 32 bits where they fit, with or without a weight: as readers of edge lists do.
    fn batches(rows: &[Vec<(i64, i64)>]) -> Vec<Batch> {
        let column = |ids: Vec<i64>| match ids.iter().map(|&id| u32::try_from(id)).collect() {
            Ok(small) => Column::UInt32(Vec::into(small)),
            Err(_) => Column::Int64(ids.into()),
        };
        let batch = |rows: &Vec<(i64, i64)>| {
            let (sources, targets) = rows.iter().copied().unzip();
            let weights = Column::Float32(vec![0.5; rows.len()].into());
            let schema = Schema::new(["weight", "target", "source"]);
            Batch::new(schema, vec![weights, column(targets), column(sources)])
        };
        rows.iter().map(batch).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn batches_of_any_width_are_one_data_set(
            rows in prop::collection::vec(
                prop::collection::vec((-3i64..1 << 33, 0i64..9), 0..20), 0..6),
        ) {
            let found = everywhere(|env| DataSet::<Edge>::from_batches(env, batches(&rows)));
            let expected: Vec<Edge> =
                rows.iter().flatten().map(|&(from, to)| edge(from, to, Some(0.5))).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn errors_name_source_and_column() {
        let env = Environment::builder().threads(1).build().unwrap();
        let texts = Column::Utf8(Strings::from_iter(["a"]));
        let batch = Batch::new(Schema::new(["id"]), vec![texts]);
        let source = BatchSource::new("names", vec![batch]);
        let error = DataSet::<u64>::from_source(&env, source).count().unwrap_err();
        assert!(matches!(error, Error::Columns { .. }));
        let expected =
            "names: column \"id\" is Utf8; expected UInt64 or what becomes it without loss";
        assert_eq!(error.to_string(), expected);
        let pairs = DataSet::<(u8, u8)>::from_batches(&env, vec![batch_of([1u8])]);
        let error = pairs.count().unwrap_err().to_string();
        assert!(error.contains("have the columns [\"f0\", \"f1\"]"), "{error}");
    }

    #[test]
    fn a_source_runs_any_number_of_times_and_shows_in_the_plan() {
        let env = Environment::builder().threads(2).build().unwrap();
        let source = BatchSource::new("names", vec![batch_of(["a".to_owned()])]);
        let names = DataSet::<Option<String>>::from_source(&env, source);
        assert_eq!(names.collect().unwrap(), names.collect().unwrap());
        assert_eq!(names.explain_written().to_string(), "names [columns: value]\n");
        let none = DataSet::<u64>::from_batches(&env, Vec::new());
        assert_eq!(none.count().unwrap(), 0);
    }
}
