//! `map_partition`: all records of a partition at once.
//!
//! A partition is a morsel: of the source, or of the partitioning or breaker before. Its rows are
//! kept, in memory or spilled, and read again as the function asks for them. The order of what it
//! makes is the order of the output. O(n) time beside the function's.

use std::mem;
use std::sync::Arc;

use super::apply::{Apply, RowsFunction};
use crate::columnar::Record;
use crate::dataset::DataSet;
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockStore, Gathering, RecordIter};
use crate::pipeline::{Operator, Output, Task, TaskEvent};

impl<T: Record> DataSet<T> {
    /// Replaces the records of each partition by those that `function` makes of them. It is called
    /// once for every partition, for an empty one too, and need not ask for all records.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let data = DataSet::sequence(&env, 0..100).partition_custom(2, |x| usize::from(*x < 60));
    /// let counts = data.map_partition(|rows| [rows.count() as u64]);
    /// assert_eq!(counts.collect()?, [40, 60]);
    /// let halves = data.map_partition(|rows| rows.skip(30).map(|x| x / 2));
    /// assert_eq!(halves.count()?, 40);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn map_partition<U, I, F>(&self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        self.then(MapPartition { function: RowsFunction::new(function) })
    }
}

struct MapPartition<T, U: Record> {
    function: RowsFunction<T, U>,
}

impl<T: Record, U: Record> Operator for MapPartition<T, U> {
    fn name(&self) -> String {
        "map partition".to_owned()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(MapPartitionTask {
            function: self.function.clone(),
            store: Arc::new(BlockStore::new(env, "map partition")),
            gathering: Gathering::default(),
        }))
    }
}

struct MapPartitionTask<T, U: Record> {
    function: RowsFunction<T, U>,
    store: Arc<BlockStore>,
    gathering: Gathering,
}

impl<T: Record, U: Record> Task for MapPartitionTask<T, U> {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        if let TaskEvent::Batch(batch) = event {
            return self.gathering.take(&self.store, batch);
        }
        let mut gathered = mem::take(&mut self.gathering);
        gathered.flush(&self.store)?;
        let pieces = gathered.into_pieces();
        let mut apply = Apply::new(&self.function, &self.store, output);
        apply.apply(pieces)?;
        apply.finish()
    }
}
