//! `map`: each record becomes another record, or each batch another batch.

use std::fmt;
use std::sync::Arc;

use super::row_wise::RowWise;
use crate::columnar::{Batch, Record};
use crate::dataset::{DataSet, Rows};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{Operator, Output, Task, TaskEvent};

impl<T: Record> DataSet<T> {
    /// Replaces each record by what `function` makes of it.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3)]);
    /// assert_eq!(edges.map(|(source, target)| target - source).collect()?, [1, 1]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn map<U: Record>(&self, function: impl Fn(T) -> U + Send + Sync + 'static) -> DataSet<U> {
        let map = RowWise::new("map", move |record, rows| rows.push(function(record)));
        self.then_with(map, |node| node.rows(Rows::Like(0)))
    }
}

/// Applies a function to every batch: for what works on columns.
///
/// ```
/// use quince_core::columnar::{Batch, Column, Schema};
/// use quince_core::executor::collect;
/// use quince_core::operators::Map;
/// use quince_core::pipeline::BatchSource;
/// # use quince_core::Environment;
/// # let env = Environment::builder().threads(1).build()?;
/// let batch = Batch::new(Schema::new(["x"]), vec![Column::Int64(vec![1, 2].into())]);
/// let negate = Map::new("negate", |batch, _env| {
///     let Column::Int64(values) = &batch.columns()[0] else { unreachable!("built above") };
///     let negated: Vec<i64> = values.iter().map(|x| -x).collect();
///     Ok(Batch::new(batch.schema().clone(), vec![Column::Int64(negated.into())]))
/// });
/// let out = collect(&env, &BatchSource::new("two numbers", vec![batch]), &[&negate])?;
/// assert!(matches!(&out[0].columns()[0], Column::Int64(values) if values[..] == [-1, -2]));
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Map {
    name: String,
    function: Arc<BatchFunction>,
}

type BatchFunction = dyn Fn(Batch, &Environment) -> Result<Batch> + Send + Sync;

impl Map {
    /// A map called `name` in plans.
    pub fn new(
        name: impl Into<String>,
        function: impl Fn(Batch, &Environment) -> Result<Batch> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), function: Arc::new(function) }
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Operator for Map {
    fn name(&self) -> String {
        format!("map ({})", self.name)
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(MapTask { function: self.function.clone(), env: env.clone() }))
    }
}

struct MapTask {
    function: Arc<BatchFunction>,
    env: Environment,
}

impl Task for MapTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        match event {
            TaskEvent::Batch(batch) => output.emit((self.function)(batch, &self.env)?),
            _ => Ok(()),
        }
    }
}
