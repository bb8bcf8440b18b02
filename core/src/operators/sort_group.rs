//! `sort_group`: the records of each group in an order, for the operators that see whole groups.

use crate::columnar::{IntoKey, Key, Order, Record, SortKey};
use crate::dataset::DataSet;

use super::group_by::Grouped;

impl<T: Record> Grouped<T> {
    /// Brings the records of each group into the order of `key`; those of one key stay in the
    /// order in which they came.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::Order;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let sales = DataSet::from_collection(&env, [(1u8, 5u64), (1, 9), (1, 7)]);
    /// let best = sales.group_by(0).sort_group(1, Order::Descending).first_n(2);
    /// assert_eq!(best.collect()?, [(1, 9), (1, 7)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn sort_group<M>(self, key: impl IntoKey<T, M>, order: Order) -> SortedGroups<T> {
        self.in_input_order().then_by(key, order)
    }

    /// The groups with their records in the order in which they came.
    pub(super) fn in_input_order(self) -> SortedGroups<T> {
        let by = SortKey::of_groups(self.key.clone());
        SortedGroups { data: self.data, key: self.key, by }
    }
}

/// Records grouped by a key, those of a group in the order of others.
#[derive(Clone, Debug)]
#[must_use = "groups do nothing until an operator works on them"]
pub struct SortedGroups<T> {
    pub(super) data: DataSet<T>,
    pub(super) key: Key,
    /// The hash of the key, the key, and what groups are sorted by.
    pub(super) by: SortKey,
}

impl<T: Record> SortedGroups<T> {
    /// Brings records of a group that are equal so far into the order of one more key.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::Order::{Ascending, Descending};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let rows = DataSet::from_collection(&env, [(1u8, 5u8, 1u8), (1, 4, 2), (1, 5, 3)]);
    /// let groups = rows.group_by(0).sort_group(1, Ascending).then_by(2, Descending);
    /// assert_eq!(groups.first_n(2).collect()?, [(1, 4, 2), (1, 5, 3)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn then_by<M>(mut self, key: impl IntoKey<T, M>, order: Order) -> Self {
        self.by = self.by.then(key.into_key(), order);
        self
    }
}
