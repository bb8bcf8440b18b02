//! `sort_by`: all records in the order of a key.
//!
//! ```text
//! input ─► gather ─► ranges of the key, from a sample ─► sort each range ─► output
//! ```
//!
//! The sort is stable. Time is O(n) for keys of numbers (by digits) and O(n log n) comparisons at
//! worst for text; memory is twice the rows, and what the budget has no room for is written to a
//! spill file at most twice. A range is a morsel of what comes next; ranges depend on the rows
//! alone.

use std::sync::Arc;

use super::sorted::Sorted;
use crate::columnar::{IntoKey, Order, Record, SortKey};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{
    BlockStore, Gather, Gathering, PartitionSource, Partitions, Pieces, Ranges, ReadPartitions,
    Sorter, range_partitions,
};
use crate::executor;
use crate::pipeline::{Output, Pipeline};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// Brings all records into the order of `key`; records of one key stay in the order in which
    /// they came.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::Order;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ranks = DataSet::from_collection(&env, [(7u64, 0.5), (8, 0.1), (9, 0.4)]);
    /// let best = ranks.sort_by(1, Order::Descending).map(|(vertex, _)| vertex);
    /// assert_eq!(best.collect()?, [7, 9, 8]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn sort_by<M>(&self, key: impl IntoKey<T, M>, order: Order) -> Sorted<T> {
        let (env, input) = (self.environment().clone(), self.node().clone());
        Sorted::new(SortKey::default().then(key.into_key(), order), move |by| {
            DataSet::from_node(&env, SortBy { input: input.clone(), by })
        })
    }
}

/// The node.
struct SortBy {
    input: NodeRef,
    by: SortKey,
}

impl Node for SortBy {
    fn plan(&self) -> PlanNode {
        PlanNode::new("sort").property("key", &self.by)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let store = Arc::new(BlockStore::new(run.env(), "sort"));
        let gather = Gather(&store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &gather)?;
        drop(pipeline);
        let pieces = parts.into_iter().flat_map(Gathering::into_pieces).collect();
        let (ranges, partitions) = range_partitions(run.env(), &store, &self.by, pieces)?;
        let sorter = Sorter::new(store, self.by.clone());
        Ok(Pipeline::new(PartitionSource::new("sort", SortRanges { sorter, ranges, partitions })))
    }
}

/// Ranges, each sorted when it is read.
struct SortRanges {
    sorter: Sorter,
    ranges: Ranges,
    partitions: Partitions,
}

impl ReadPartitions for SortRanges {
    fn num_partitions(&self) -> usize {
        self.partitions.len()
    }

    fn read(&self, at: usize, env: &Environment, output: &mut dyn Output) -> Result<()> {
        self.sorter.sort_range(env, &self.ranges, &self.partitions, at, output)
    }
}
