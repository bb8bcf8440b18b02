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
