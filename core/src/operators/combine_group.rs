//! `combine_group`: a function of the groups of each partition, without an exchange.
//!
//! A partition is a morsel: of the source, or of the partitioning or breaker before. It is
//! gathered and sorted by the hash of the key, and the function sees one group after the other. So
//! a key is seen once in every partition that has it. Memory is within the budget, as for
//! [`sort_partition`](crate::dataset::DataSet::sort_partition).

use std::mem;
use std::sync::Arc;

use super::apply::{Apply, ApplyToGroups, RowsFunction};
use super::group_by::Grouped;
use super::sort_group::SortedGroups;
use crate::columnar::{Key, Record, SortKey};
use crate::dataset::DataSet;
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockStore, Gathering, RecordIter, Sorter};
use crate::pipeline::{Operator, Output, Task, TaskEvent};

impl<T: Record> Grouped<T> {
    /// Replaces the records that a group has in one partition by those that `function` makes of
    /// them; nothing is exchanged, so that a group may be seen in several partitions.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let words = DataSet::sequence(&env, 0..300_000).map(|x| (x % 2, 1u64));
    /// let counts = words.group_by(0).combine_group(|rows| {
    ///     rows.reduce(|a, b| (a.0, a.1 + b.1))
    /// });
    /// assert_eq!(counts.count()?, 6);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn combine_group<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        self.in_input_order().combine_group(function)
    }
}

impl<T: Record> SortedGroups<T> {
    /// As [`Grouped::combine_group`], with the records of a group in order.
    pub fn combine_group<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        let function = RowsFunction::new(function);
        self.data.then(CombineGroup { key: self.key, by: self.by, function })
    }
}

/// The operator; also what runs before the exchange of a combining reduce.
pub(super) struct CombineGroup<T, U: Record> {
    pub(super) key: Key,
    pub(super) by: SortKey,
    pub(super) function: RowsFunction<T, U>,
}

impl<T: Record, U: Record> Operator for CombineGroup<T, U> {
    fn name(&self) -> String {
        format!("combine group (by {})", self.by)
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        let store = Arc::new(BlockStore::new(env, "combine group"));
        Ok(Box::new(CombineGroupTask {
            env: env.clone(),
            key: self.key.clone(),
            sorter: Sorter::new(store, self.by.clone()),
            function: self.function.clone(),
            gathering: Gathering::default(),
        }))
    }
}

struct CombineGroupTask<T, U: Record> {
    env: Environment,
    key: Key,
    sorter: Sorter,
    function: RowsFunction<T, U>,
    gathering: Gathering,
}

impl<T: Record, U: Record> Task for CombineGroupTask<T, U> {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let store = self.sorter.store();
        if let TaskEvent::Batch(batch) = event {
            return self.gathering.take(store, batch);
        }
        let mut gathered = mem::take(&mut self.gathering);
        gathered.flush(store)?;
        let pieces = gathered.into_pieces();
        let apply = Apply::new(&self.function, store, output);
        let mut groups = ApplyToGroups::new(&self.key, apply);
        self.sorter.sort(&self.env, pieces, &mut groups)?;
        groups.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::columnar::Order;
    use crate::operators::test_support::everywhere;
    use crate::pipeline::MORSEL_ROWS;

    #[test]
    fn groups_are_combined_by_morsel() {
        let len = MORSEL_ROWS as u64 + 50_000;
        let made = everywhere(|env| {
            let data = DataSet::sequence(env, 0..len).map(|x| (x * x % 101, x));
            data.group_by(0).sort_group(1, Order::Descending).combine_group(|rows| {
                let rows: Vec<(u64, u64)> = rows.collect();
                assert!(rows.is_sorted_by(|a, b| a.1 > b.1));
                [(rows[0].0, rows.len() as u64)]
            })
        });
        let mut counts = BTreeMap::new();
        for x in 0..len {
            *counts.entry((x / MORSEL_ROWS as u64, x * x % 101)).or_insert(0u64) += 1;
        }
        let mut made: Vec<u64> = made.into_iter().map(|row| row.1).collect();
        let mut expected: Vec<u64> = counts.into_values().collect();
        made.sort_unstable();
        expected.sort_unstable();
        assert_eq!(made, expected);
    }
}
