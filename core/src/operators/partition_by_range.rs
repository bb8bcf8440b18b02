//! `partition_by_range`: records in partitions that follow each other in the order of a key.
//!
//! A partition has about 128 Ki records, or a 256th of all where that is more; the cuts come from
//! a sample that depends on the records alone. A key that very many records share has a partition
//! of its own. The records of a partition are in the order of the input. A partition is a morsel
//! of what comes next. O(n log p) time for p partitions; what the budget has no room for is
//! written to a spill file at most twice.

use crate::columnar::{IntoKey, Order, Record, SortKey};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::error::Result;
use crate::exchange::{BlockStore, Gather, Gathering, PartitionSource, range_partitions};
use crate::executor;
use crate::pipeline::Pipeline;
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// Sends records to partitions by ranges of `key`, the smallest keys to the first.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let falling = DataSet::sequence(&env, 0..300_000).map(|x| 300_000 - x);
    /// let most = falling.partition_by_range(0).map_partition(|rows| rows.max());
    /// let most = most.collect()?;
    /// assert!(most.len() > 1 && most.is_sorted());
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn partition_by_range<M>(&self, key: impl IntoKey<T, M>) -> Self {
        let by = SortKey::default().then(key.into_key(), Order::Ascending);
        let node = PartitionByRange { input: self.node().clone(), by };
        DataSet::from_node(self.environment(), node)
    }
}

/// The node.
struct PartitionByRange {
    input: NodeRef,
    by: SortKey,
}

const NAME: &str = "partition by range";

impl Node for PartitionByRange {
    fn plan(&self) -> PlanNode {
        PlanNode::new(NAME).property("key", &self.by)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let store = BlockStore::new(run.env(), NAME);
        let gather = Gather(&store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &gather)?;
        drop(pipeline);
        let pieces = parts.into_iter().flat_map(Gathering::into_pieces).collect();
        let (_, partitions) = range_partitions(run.env(), &store, &self.by, pieces)?;
        Ok(Pipeline::new(PartitionSource::new(NAME, (store, partitions))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::test_support::everywhere;

    #[test]
    fn partitions_are_even_rise_and_keep_the_order() {
        let parts = everywhere(|env| {
            let data = DataSet::sequence(env, 0..1_000_000);
            let data = data.map(|x| (x.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20, x));
            data.partition_by_range(0).map_partition(|rows| {
                let rows: Vec<(u64, u64)> = rows.collect();
                let keys = || rows.iter().map(|row| row.0);
                let in_order = rows.is_sorted_by_key(|row| row.1);
                [(keys().min().unwrap(), keys().max().unwrap(), rows.len() as u64, in_order)]
            })
        });
        assert_eq!(parts.len(), 8);
        assert!(parts.windows(2).all(|two| two[0].1 < two[1].0));
        assert!(
            parts.iter().all(|part| part.3 && (80_000..170_000).contains(&part.2)),
            "{parts:?}"
        );
        assert_eq!(parts.iter().map(|part| part.2).sum::<u64>(), 1_000_000);
    }

    #[test]
    fn a_key_of_many_records_does_not_drag_others_along() {
        let sizes = everywhere(|env| {
            let data = DataSet::sequence(env, 0..600_000);
            let data = data.map(|x| if x % 2 == 0 { "common".to_owned() } else { x.to_string() });
            data.partition_by_range(0).map_partition(|rows| {
                let mut rows: Vec<String> = rows.collect();
                rows.sort();
                rows.dedup();
                [rows.len() as u64]
            })
        });
        assert_eq!(sizes.iter().filter(|&&size| size == 1).count(), 1);
        assert_eq!(sizes.iter().sum::<u64>(), 300_001);
    }
}
