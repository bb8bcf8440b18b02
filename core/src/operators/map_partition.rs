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

/// The operator.
pub(super) struct MapPartition<T, U: Record> {
    pub(super) function: RowsFunction<T, U>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::test_support::everywhere;

    #[test]
    fn records_stream_through_in_order() {
        let all = everywhere(|env| {
            let data = DataSet::sequence(env, 0..300_000).map(|x| (x, x.to_string()));
            data.map_partition(|rows| {
                assert!(rows.size_hint().1.is_some_and(|len| len > 30_000));
                let mut sum = 0;
                rows.map(move |(x, text)| {
                    sum += x % 10;
                    (x, sum, text)
                })
            })
        });
        assert!(all.iter().map(|row| row.0).eq(0..300_000));
        assert!(all.iter().all(|row| row.2 == row.0.to_string()));
        assert_eq!(all[9].1, 45);
    }

    #[test]
    fn some_records_may_be_left_and_empty_partitions_are_seen() {
        let two =
            everywhere(|env| DataSet::sequence(env, 0..300_000).map_partition(|rows| rows.take(1)));
        assert_eq!(two, [0, 131_072, 262_144]);
        let counts = everywhere(|env| {
            let parts = DataSet::sequence(env, 0..9).partition_custom(3, |_| 1);
            parts.map_partition(|rows| [rows.count() as u32])
        });
        assert_eq!(counts, [0, 9, 0]);
    }

    #[test]
    fn a_panic_in_the_function_names_the_operator() {
        let env = Environment::builder().threads(2).build().unwrap();
        let data = DataSet::sequence(&env, 0..9);
        let error = data.map_partition(|_| -> Option<u8> { panic!("no") }).collect().unwrap_err();
        assert_eq!(error.to_string(), "map partition panicked: no");
    }
}
