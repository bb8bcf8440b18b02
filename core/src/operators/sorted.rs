//! What sorted data sets share: further keys may follow the first.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::columnar::{IntoKey, Order, Record, SortKey};
use crate::dataset::DataSet;

/// A data set in the order of a key, to which [`then_by`](Self::then_by) adds more keys. It is a
/// data set itself: all methods of one work on it.
#[must_use = "a data set does nothing until a result is asked for"]
pub struct Sorted<T> {
    data: DataSet<T>,
    by: SortKey,
    sort: Arc<Sort<T>>,
}

/// Makes the data set from its key.
type Sort<T> = dyn Fn(SortKey) -> DataSet<T> + Send + Sync;

impl<T> Clone for Sorted<T> {
    fn clone(&self) -> Self {
        Self { data: self.data.clone(), by: self.by.clone(), sort: self.sort.clone() }
    }
}

impl<T> fmt::Debug for Sorted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sorted").field("by", &self.by).finish_non_exhaustive()
    }
}

impl<T> Deref for Sorted<T> {
    type Target = DataSet<T>;

    fn deref(&self) -> &DataSet<T> {
        &self.data
    }
}

impl<T> From<Sorted<T>> for DataSet<T> {
    fn from(sorted: Sorted<T>) -> Self {
        sorted.data
    }
}

impl<T: Record> Sorted<T> {
    /// What `sort` makes of `by`.
    pub(super) fn new(
        by: SortKey,
        sort: impl Fn(SortKey) -> DataSet<T> + Send + Sync + 'static,
    ) -> Self {
        Self { data: sort(by.clone()), by, sort: Arc::new(sort) }
    }

    /// Brings records that are equal so far into the order of one more key.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::columnar::Order::{Ascending, Descending};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let pairs = DataSet::from_collection(&env, [(1u8, 'a' as u32), (2, 98), (1, 99)]);
    /// let sorted = pairs.sort_by(0, Ascending).then_by(1, Descending);
    /// assert_eq!(sorted.collect()?, [(1, 99), (1, 97), (2, 98)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn then_by<M>(self, key: impl IntoKey<T, M>, order: Order) -> Self {
        let by = self.by.then(key.into_key(), order);
        Self { data: (self.sort)(by.clone()), by, sort: self.sort }
    }
}
