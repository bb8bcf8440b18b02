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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::columnar::Order::{Ascending, Descending};
    use crate::operators::test_support::everywhere;

    type Row = (String, i32, u64);

    /// The groups that `rows` have, and what a list of each has in it.
    fn groups(rows: Vec<(String, Vec<u64>)>) -> BTreeMap<String, Vec<u64>> {
        let len = rows.len();
        let groups: BTreeMap<_, _> = rows.into_iter().collect();
        assert_eq!(groups.len(), len, "a group is seen once");
        groups
    }

    fn list(rows: RecordIter<Row>) -> impl Iterator<Item = (String, String)> {
        let rows: Vec<Row> = rows.collect();
        let numbers: Vec<String> = rows.iter().map(|row| row.2.to_string()).collect();
        rows.first().map(|row| (row.0.clone(), numbers.join(" "))).into_iter()
    }

    fn parsed(rows: Vec<(String, String)>) -> Vec<(String, Vec<u64>)> {
        let numbers = |text: &str| text.split(' ').map(|number| number.parse().unwrap()).collect();
        rows.into_iter().map(|(key, text)| (key, numbers(&text))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn agrees_with_a_map(
            keys in prop::collection::vec(("[ab]{0,5}", -5i32..5), 0..20_000),
        ) {
            let rows: Vec<Row> = (0..).zip(keys).map(|(at, (key, by))| (key, by, at)).collect();
            let made = everywhere(|env| {
                DataSet::from_collection(env, rows.clone()).group_by(0).group_reduce(list)
            });
            let mut expected = BTreeMap::<String, Vec<u64>>::new();
            for row in &rows {
                expected.entry(row.0.clone()).or_default().push(row.2);
            }
            prop_assert_eq!(groups(parsed(made)), expected);

            let made = everywhere(|env| {
                let data = DataSet::from_collection(env, rows.clone());
                data.group_by(0).sort_group(1, Descending).group_reduce(list)
            });
            let mut sorted = rows.clone();
            sorted.sort_by_key(|row| -row.1);
            let mut expected = BTreeMap::<String, Vec<u64>>::new();
            for row in &sorted {
                expected.entry(row.0.clone()).or_default().push(row.2);
            }
            prop_assert_eq!(groups(parsed(made)), expected);
        }
    }

    #[test]
    fn combined_or_not_the_result_is_the_same() {
        let sums = |combined: bool| {
            everywhere(move |env| {
                let data = DataSet::sequence(env, 0..400_000).map(|x| (x * 31 % 5000, x));
                let fold = |rows: RecordIter<(u64, u64)>| rows.reduce(|a, b| (a.0, a.1 + b.1));
                match combined {
                    true => data.group_by(0).group_combine_reduce(fold, fold),
                    false => data.group_by(0).group_reduce(fold),
                }
            })
        };
        let all = sums(true);
        assert_eq!(all.len(), 5000);
        assert_eq!(all, sums(false));
    }

    #[test]
    fn a_group_larger_than_memory_is_streamed() {
        let made = everywhere(|env| {
            let data = DataSet::sequence(env, 0..200_000).map(|x| (x % 50 / 49, x, x.to_string()));
            data.group_by(0).sort_group(1, Ascending).group_reduce(|rows| {
                let mut last = None;
                rows.filter(move |row| last.replace(row.1).is_some_and(|last| last + 2 <= row.1))
            })
        });
        // Behind each of the rare group, and before each of them but the first.
        assert_eq!(made.len(), 3999 + 3999);
    }

    #[test]
    fn a_panic_in_the_function_names_the_operator() {
        let env = Environment::builder().threads(2).build().unwrap();
        let data = DataSet::sequence(&env, 0..9).group_by(0);
        let error = data.group_reduce(|_| -> Option<u8> { panic!("no") }).collect().unwrap_err();
        assert_eq!(error.to_string(), "group reduce panicked: no");
    }
}
