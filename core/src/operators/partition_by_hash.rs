//! `partition_by_hash`: records of one key in one partition.
//!
//! There are 256 partitions, by the high bits of the key's hash; the records of each are in the
//! order of the input. A partition is a morsel of what comes next. O(n) time; the rows are kept
//! once, in memory or spilled.

use crate::columnar::{IntoKey, Record};
use crate::dataset::DataSet;
use crate::exchange::ByHash;

use super::partition_custom::PartitionBy;

impl<T: Record> DataSet<T> {
    /// Sends records of the same `key` to the same partition.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let pairs = DataSet::from_collection(&env, [(1u8, 10u64), (2, 20), (1, 30)]);
    /// let sums = pairs.partition_by_hash(0).map_partition(|rows| {
    ///     let sum: u64 = rows.map(|(_, value)| value).sum();
    ///     (sum > 0).then_some(sum)
    /// });
    /// let mut sums = sums.collect()?;
    /// sums.sort();
    /// assert_eq!(sums, [20, 40]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn partition_by_hash<M>(&self, key: impl IntoKey<T, M>) -> Self {
        let key = key.into_key();
        let by = PartitionBy {
            input: self.node().clone(),
            name: "partition by hash",
            property: ("key", key.to_string()),
            by: ByHash(key),
        };
        DataSet::from_node(self.environment(), by)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn a_key_is_in_one_partition_and_in_order(
            texts in prop::collection::vec("[a-c]{0,4}", 0..20_000),
        ) {
            let rows: Vec<(String, u64)> = texts.into_iter().zip(0..).collect();
            let placed = everywhere(|env| {
                let parts = DataSet::from_collection(env, rows.clone()).partition_by_hash(0);
                parts.map_partition(|rows| {
                    let rows: Vec<(String, u64)> = rows.collect();
                    let first = rows.first().map_or(0, |row| row.1);
                    rows.into_iter().map(move |row| (first, row))
                })
            });
            prop_assert_eq!(placed.len(), rows.len());
            let mut partition = std::collections::HashMap::new();
            for (first, (text, _)) in &placed {
                prop_assert_eq!(partition.entry(text.clone()).or_insert(*first), first);
            }
            prop_assert!(placed.is_sorted_by(|a, b| a.0 != b.0 || a.1.1 < b.1.1));
        }
    }
}
