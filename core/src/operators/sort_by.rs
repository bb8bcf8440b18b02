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

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use proptest::prelude::*;

    use super::*;
    use crate::columnar::Order::{Ascending, Descending};
    use crate::operators::test_support::everywhere;

    type Row = (i32, String, u64);

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let text = prop_oneof!["[ab]{0,3}", "a shared beginning [abc]{0,12}", any::<String>()];
        prop::collection::vec((-9i32..9, text, any::<u64>()), 0..4000)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn agrees_with_a_stable_sort(rows in rows(), few in 1u64..1 << 40, len in 0u64..30_000) {
            let sorted = everywhere(|env| {
                let data = DataSet::from_collection(env, rows.clone());
                data.sort_by(1, Ascending).into()
            });
            let mut expected = rows.clone();
            expected.sort_by(|a, b| a.1.cmp(&b.1));
            prop_assert_eq!(sorted, expected);

            let sorted = everywhere(|env| {
                let data = DataSet::from_collection(env, rows.clone());
                data.sort_by(0, Descending).then_by("f1", Descending).into()
            });
            let mut expected = rows.clone();
            expected.sort_by_key(|row| Reverse((row.0, row.1.clone())));
            prop_assert_eq!(sorted, expected);

            let sorted = everywhere(|env| {
                let data = DataSet::from_collection(env, rows.clone());
                data.sort_by(|row: &Row| (row.2, row.0), Descending).then_by(2, Ascending).into()
            });
            let mut expected = rows.clone();
            expected.sort_by_key(|row| Reverse((row.2, row.0)));
            prop_assert_eq!(sorted, expected);

            // Whole rows, of one word and of two, with few keys and with many.
            let numbers: Vec<u64> = (0..len).map(|x| (x * x * 7919) % few).collect();
            let sorted = everywhere(|env| {
                DataSet::from_collection(env, numbers.clone()).sort_by(0, Descending).into()
            });
            let mut expected = numbers.clone();
            expected.sort_by_key(|&number| Reverse(number));
            prop_assert_eq!(sorted, expected);
            let pairs: Vec<(i64, u32)> =
                numbers.iter().map(|&x| (x as i64 % 5 - 2, x as u32)).collect();
            let sorted = everywhere(|env| {
                let data = DataSet::from_collection(env, pairs.clone());
                data.sort_by(0, Ascending).then_by(1, Descending).into()
            });
            let mut expected = pairs.clone();
            expected.sort_by_key(|&(a, b)| (a, Reverse(b)));
            prop_assert_eq!(sorted, expected);
        }
    }

    #[test]
    fn many_ranges_spilled_and_split() {
        let sorted = everywhere(|env| {
            let data = DataSet::sequence(env, 0..400_000);
            let rows =
                data.map(|x| (x.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 1000, x, x.to_string()));
            rows.sort_by(0, Ascending).into()
        });
        assert_eq!(sorted.len(), 400_000);
        assert!(sorted.is_sorted_by_key(|row| (row.0, row.1)));
        assert!(sorted.iter().all(|row| row.2 == row.1.to_string()));
    }

    #[test]
    fn a_key_that_all_share_keeps_the_order() {
        let sorted = everywhere(|env| {
            let rows = DataSet::sequence(env, 0..300_000).map(|x| (7u8, x));
            rows.sort_by(0, Descending).into()
        });
        assert!(sorted.iter().map(|row| row.1).eq(0..300_000));
    }

    #[test]
    fn zeros_are_equal_and_nans_are_last() {
        let rows = [(f64::NAN, 0u8), (0.0, 1), (1.0, 2), (-0.0, 3), (-f64::NAN, 4), (-1.0, 5)];
        let numbers = |order| {
            let data = move |env: &Environment| DataSet::from_collection(env, rows);
            let sorted = everywhere(|env| data(env).sort_by(0, order).into());
            sorted.into_iter().map(|row| row.1).collect::<Vec<_>>()
        };
        assert_eq!(numbers(Ascending), [5, 1, 3, 2, 0, 4]);
        assert_eq!(numbers(Descending), [0, 4, 2, 1, 3, 5]);
    }

    #[test]
    fn no_rows_no_columns_and_unknown_fields() {
        assert!(
            everywhere(|env| DataSet::<String>::from_collection(env, [])
                .sort_by(0, Ascending)
                .into())
            .is_empty()
        );
        let all = everywhere(|env| {
            DataSet::from_collection(env, [(), ()]).sort_by(|_: &()| 1u8, Ascending).into()
        });
        assert_eq!(all.len(), 2);
        let env = Environment::builder().threads(2).build().unwrap();
        let error = DataSet::sequence(&env, 0..9).sort_by("age", Ascending).collect().unwrap_err();
        assert!(error.to_string().contains("\"age\""), "{error}");
        let data =
            DataSet::sequence(&env, 0..9).sort_by(|_: &u64| -> u8 { panic!("no") }, Ascending);
        assert_eq!(data.collect().unwrap_err().to_string(), "sort panicked: no");
        let plan = data.then_by(0, Descending).explain().to_string();
        assert!(plan.contains("a function to u8 ascending, value descending"), "{plan}");
    }
}
