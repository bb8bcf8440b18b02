//! `group_reduce`: a function of all records of a group.
//!
//! ```text
//! input ─► (combine each morsel) ─► exchange by hash ─► sort each partition ─► groups ─► output
//! ```
//!
//! A partition is sorted by the hash of the key and then by what groups are sorted by; the
//! function sees one group after the other. Groups come out in the order of their keys' hashes. A
//! group may be larger than memory: its records are read as the function asks for them. Time and
//! memory are those of [`sort_partition`](DataSet::sort_partition).

use std::sync::Arc;

use super::apply::{Apply, ApplyToGroups, RowsFunction};
use super::combine_group::CombineGroup;
use super::group_by::Grouped;
use super::sort_group::SortedGroups;
use crate::columnar::{Key, Record, SortKey};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{
    Assign, BlockStore, ByHash, PartitionSource, Partitions, Pieces, ReadPartitions, RecordIter,
    ScatterExchange, Sorter,
};
use crate::executor;
use crate::pipeline::{Output, Pipeline};
use crate::plan::PlanNode;

impl<T: Record> Grouped<T> {
    /// Replaces the records of each group by those that `function` makes of them; it sees them in
    /// the order in which they came.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (3, 1), (1, 3)]);
    /// let neighbors = edges.group_by(0).group_reduce(|edges| {
    ///     let targets: Vec<_> = edges.map(|edge| edge.1.to_string()).collect();
    ///     [targets.join(" ")]
    /// });
    /// let mut neighbors = neighbors.collect()?;
    /// neighbors.sort();
    /// assert_eq!(neighbors, ["1", "2 3"]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn group_reduce<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        self.in_input_order().group_reduce(function)
    }

    /// As [`group_reduce`](Self::group_reduce), where `combine` makes fewer records of the same
    /// type from those that a group has in one morsel, before they are exchanged.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let words = DataSet::sequence(&env, 0..300_000).map(|x| (x % 2, 1u64));
    /// let counts = words.group_by(0).group_combine_reduce(
    ///     |rows| rows.reduce(|a, b| (a.0, a.1 + b.1)),
    ///     |rows| [rows.map(|(_, count)| count).sum::<u64>()],
    /// );
    /// assert_eq!(counts.collect()?, [150_000, 150_000]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn group_combine_reduce<U, C, I, G, F>(self, combine: G, function: F) -> DataSet<U>
    where
        U: Record,
        C: IntoIterator<Item = T>,
        I: IntoIterator<Item = U>,
        G: Fn(RecordIter<T>) -> C + Send + Sync + 'static,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        self.in_input_order().group_combine_reduce(combine, function)
    }
}

impl<T: Record> SortedGroups<T> {
    /// As [`Grouped::group_reduce`], with the records of a group in order.
    pub fn group_reduce<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        self.reduced(None, RowsFunction::new(function))
    }

    /// As [`Grouped::group_combine_reduce`], with the records of a group in order for both.
    pub fn group_combine_reduce<U, C, I, G, F>(self, combine: G, function: F) -> DataSet<U>
    where
        U: Record,
        C: IntoIterator<Item = T>,
        I: IntoIterator<Item = U>,
        G: Fn(RecordIter<T>) -> C + Send + Sync + 'static,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        self.reduced(Some(RowsFunction::new(combine)), RowsFunction::new(function))
    }

    fn reduced<U: Record>(
        self,
        combine: Option<RowsFunction<T, T>>,
        function: RowsFunction<T, U>,
    ) -> DataSet<U> {
        let env = self.data.environment().clone();
        DataSet::from_node(&env, GroupReduce { groups: self, combine, function })
    }
}

/// The node.
struct GroupReduce<T: Record, U: Record> {
    groups: SortedGroups<T>,
    combine: Option<RowsFunction<T, T>>,
    function: RowsFunction<T, U>,
}

impl<T: Record, U: Record> Node for GroupReduce<T, U> {
    fn plan(&self) -> PlanNode {
        let plan = PlanNode::new("group reduce").property("order", &self.groups.by);
        plan.property("combines", if self.combine.is_some() { "yes" } else { "no" })
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.groups.data.node().clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let SortedGroups { data, key, by } = self.groups.clone();
        let mut pipeline = run.open(data.node())?;
        if let Some(function) = self.combine.clone() {
            let (key, by) = (key.clone(), by.clone());
            pipeline = pipeline.then(Arc::new(CombineGroup { key, by, function }));
        }
        let store = Arc::new(BlockStore::new(run.env(), "group reduce"));
        let hash = ByHash(key.clone());
        let exchange = ScatterExchange::new(&store, &hash);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
        let partitions = Partitions::new(parts, hash.num_partitions());
        let groups = Groups::new(store, key, by, partitions, self.function.clone());
        Ok(Pipeline::new(PartitionSource::new("group reduce", groups)))
    }
}

/// Partitions by hash, each cut into groups when it is read.
struct Groups<T, U: Record> {
    key: Key,
    sorter: Sorter,
    partitions: Partitions,
    function: RowsFunction<T, U>,
}

impl<T, U: Record> Groups<T, U> {
    fn new(
        store: Arc<BlockStore>,
        key: Key,
        by: SortKey,
        partitions: Partitions,
        function: RowsFunction<T, U>,
    ) -> Self {
        Self { key, sorter: Sorter::new(store, by), partitions, function }
    }
}

impl<T: Record, U: Record> ReadPartitions for Groups<T, U> {
    fn num_partitions(&self) -> usize {
        self.partitions.len()
    }

    fn read(&self, at: usize, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let apply = Apply::new(&self.function, self.sorter.store(), output);
        let mut groups = ApplyToGroups::new(&self.key, apply);
        self.sorter.sort(env, self.partitions.pieces(at), &mut groups)?;
        groups.finish()
    }
}
