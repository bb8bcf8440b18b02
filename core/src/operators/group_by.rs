//! `group_by`: records that share a key, on their way into an operator on groups.

use crate::columnar::{IntoKey, Key, Record};
use crate::dataset::DataSet;

impl<T: Record> DataSet<T> {
    /// Groups the records by `key`: a field's position or name, several of them, or a function of
    /// the record (see [`IntoKey`]).
    ///
    /// Groups come out in the order of their keys' hashes, whatever is done with them: an order
    /// that depends on the keys alone.
    pub fn group_by<M>(&self, key: impl IntoKey<T, M>) -> Grouped<T> {
        Grouped { data: self.clone(), key: key.into_key() }
    }
}

/// Records grouped by a key.
#[derive(Clone, Debug)]
#[must_use = "groups do nothing until an operator works on them"]
pub struct Grouped<T> {
    pub(super) data: DataSet<T>,
    pub(super) key: Key,
}
