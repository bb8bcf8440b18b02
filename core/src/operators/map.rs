//! `map`: each batch becomes another batch.

use std::fmt;
use std::sync::Arc;

use super::{Operator, Output, Task, TaskEvent};
use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::Result;

/// Applies a function to every batch.
///
/// ```
/// use quince_core::columnar::{Batch, Column, Schema};
/// use quince_core::executor::collect;
/// use quince_core::operators::{BatchSource, Map};
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

    fn open(&self, env: &Environment) -> Box<dyn Task> {
        Box::new(MapTask { function: self.function.clone(), env: env.clone() })
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
            TaskEvent::End => Ok(()),
        }
    }
}
