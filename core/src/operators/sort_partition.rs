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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columnar::Order::{Ascending, Descending};
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn each_partition_is_sorted_on_its_own(
            rows in prop::collection::vec((0u32..50, "[a-d]{0,3}", any::<i64>()), 0..30_000),
        ) {
            let sorted = everywhere(|env| {
                let data = DataSet::from_collection(env, rows.clone());
                let parts = data.partition_custom(3, |row| row.0 as usize % 3);
                parts.sort_partition(1, Ascending).then_by(0, Descending).into()
            });
            let mut expected = rows.clone();
            expected.sort_by(|a, b| {
                (a.0 % 3).cmp(&(b.0 % 3)).then(a.1.cmp(&b.1)).then(b.0.cmp(&a.0))
            });
            prop_assert_eq!(sorted, expected);
        }
    }

    #[test]
    fn a_partition_larger_than_memory() {
        let sorted = everywhere(|env| {
            let data = DataSet::sequence(env, 0..200_000).map(|x| (x * 7919 % 200_000, x));
            data.partition_custom(1, |_| 0).sort_partition(0, Descending).into()
        });
        assert!(sorted.iter().map(|row| row.0).eq((0..200_000).rev()));
    }
}
