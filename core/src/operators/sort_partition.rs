//! `sort_partition`: the records of each partition in the order of a key.
//!
//! A partition is a morsel: of the source, or of the partitioning or breaker before. Each is
//! gathered, and sorted on its own as [`sort_by`](DataSet::sort_by) sorts a range: stable, and
//! within the budget.

use std::mem;
use std::sync::Arc;

use super::sorted::Sorted;
use crate::columnar::{IntoKey, Order, Record, SortKey};
use crate::dataset::DataSet;
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockStore, Gathering, Sorter};
use crate::pipeline::{Operator, Output, Task, TaskEvent};

impl<T: Record> DataSet<T> {
    /// Brings the records of each partition into the order of `key`; those of one key stay in the
    /// order in which they came.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::Order;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::from_collection(&env, [3u32, 1, 2, 8, 5]);
    /// let parity = numbers.partition_custom(2, |x| *x as usize % 2);
    /// let sorted = parity.sort_partition(0, Order::Descending);
    /// assert_eq!(sorted.collect()?, [8, 2, 5, 3, 1]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn sort_partition<M>(&self, key: impl IntoKey<T, M>, order: Order) -> Sorted<T> {
        let data = self.clone();
        Sorted::new(SortKey::default().then(key.into_key(), order), move |by| {
            data.then(SortPartition { by })
        })
    }
}

struct SortPartition {
    by: SortKey,
}

impl Operator for SortPartition {
    fn name(&self) -> String {
        format!("sort partition (by {})", self.by)
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        let store = Arc::new(BlockStore::new(env, "sort partition"));
        let sorter = Sorter::new(store, self.by.clone());
        Ok(Box::new(SortTask { env: env.clone(), gathering: Gathering::default(), sorter }))
    }
}

struct SortTask {
    env: Environment,
    gathering: Gathering,
    sorter: Sorter,
}

impl Task for SortTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        if let TaskEvent::Batch(batch) = event {
            return self.gathering.take(self.sorter.store(), batch);
        }
        let mut gathered = mem::take(&mut self.gathering);
        gathered.flush(self.sorter.store())?;
        let pieces = gathered.into_pieces();
        self.sorter.sort(&self.env, pieces, output)
    }
}
