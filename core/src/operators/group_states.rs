//! Group states: what becomes of the rows of each group, and the table that finds a row's group.
//!
//! Every operator that folds groups (reduce, aggregate, distinct, the record with the least or
//! greatest fields) is a form of [`GroupStates`]; the combining before the exchange and the
//! folding after it are the same for all. A batch is folded in two steps, each a short loop: first
//! the group of every row is found, then the rows go into the states.

use std::sync::Arc;

use crate::columnar::{Batch, Keys, ReadRecord, Record, RowBuilder, reader_of};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::GroupIndex;
use crate::memory::Reservation;

/// The running states of groups that are numbered 0, 1, 2 .. in the order in which they come.
pub(super) trait GroupStates: Send {
    /// Folds the rows of `rows` from `begin` on, one for each of `groups`, into the state of their
    /// group. A group whose number is the number of states is new.
    fn fold(&mut self, rows: &Batch, begin: usize, groups: &[u32]) -> Result<()>;

    /// Bytes that the states take.
    fn num_bytes(&self) -> usize;

    /// The rows that `groups` became, in that order. A group is asked for once.
    fn take(&mut self, groups: &[u32]) -> Result<Batch>;

    /// Forgets all groups.
    fn clear(&mut self);
}

/// Makes the states of no groups, or says why rows of this type cannot be folded so.
pub(super) type NewStates = dyn Fn() -> Result<Box<dyn GroupStates>> + Send + Sync;

/// Groups that are being folded.
pub(super) struct Groups {
    index: GroupIndex,
    states: Box<dyn GroupStates>,
    /// Pays for the states, where the index is paid for.
    paid: Option<Reservation>,
    /// The groups of the rows at hand.
    numbers: Vec<u32>,
}

impl Groups {
    /// For a bounded number of groups, which nobody pays for.
    pub(super) fn bounded(states: &NewStates) -> Result<Self> {
        Ok(Self {
            index: GroupIndex::bounded(),
            states: states()?,
            paid: None,
            numbers: Vec::new(),
        })
    }

    /// For any number of groups.
    pub(super) fn paid(env: &Environment, states: &NewStates) -> Result<Self> {
        let paid = env.memory().reserve("groups", 0)?;
        let index = GroupIndex::paid(env, "groups")?;
        Ok(Self { index, paid: Some(paid), ..Self::bounded(states)? })
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// Folds rows from `begin` on until all are folded or there are `limit` groups, and says where
    /// it stopped.
    ///
    /// # Errors
    /// If the budget refuses room; the groups are then of no use.
    pub(super) fn fold(
        &mut self,
        hashes: &[u64],
        keys: &Keys,
        rows: &Batch,
        begin: usize,
        limit: usize,
    ) -> Result<usize> {
        self.numbers.clear();
        for (row, &hash) in hashes.iter().enumerate().skip(begin) {
            self.numbers.push(self.index.find_or_add(hash, keys, row)? as u32);
            if self.index.len() == limit {
                break;
            }
        }
        self.states.fold(rows, begin, &self.numbers)?;
        self.pay()?;
        Ok(begin + self.numbers.len())
    }

    fn pay(&mut self) -> Result<()> {
        if let Some(paid) = &mut self.paid {
            let held = self.states.num_bytes() as u64;
            if held > paid.bytes() {
                // Asked for in steps, as a reservation is not free; at the limit, just what is held.
                paid.resize(2 * held).or_else(|_| paid.resize(held))?;
            }
        }
        Ok(())
    }

    /// Takes the rows of all groups in the order in which they first came, and forgets them.
    pub(super) fn take_all(&mut self) -> Result<Batch> {
        let groups: Vec<u32> = (0..self.len() as u32).collect();
        let rows = self.states.take(&groups)?;
        self.index.clear();
        self.states.clear();
        Ok(rows)
    }

    /// The numbers of the groups in the order of their keys' hashes.
    pub(super) fn by_hash(&self) -> Vec<u32> {
        self.index.by_hash()
    }

    /// Takes the rows of some groups.
    pub(super) fn take(&mut self, groups: &[u32]) -> Result<Batch> {
        self.states.take(groups)
    }
}

/// One record a group, and the bytes that they take.
pub(super) struct Records<T> {
    records: Vec<Option<T>>,
    heap_bytes: usize,
}

impl<T: Record> Records<T> {
    pub(super) fn new() -> Self {
        Self { records: Vec::new(), heap_bytes: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn push(&mut self, record: T) {
        self.heap_bytes += record.heap_bytes();
        self.records.push(Some(record));
    }

    /// Replaces the record of `group` by what `function` makes of it.
    #[inline(always)]
    pub(super) fn update(&mut self, group: u32, function: impl FnOnce(T) -> T) {
        let place = &mut self.records[group as usize];
        let before = place.take().expect("a record is put back at once");
        if const { std::mem::needs_drop::<T>() } {
            self.heap_bytes -= before.heap_bytes().min(self.heap_bytes);
        }
        let after = function(before);
        if const { std::mem::needs_drop::<T>() } {
            self.heap_bytes += after.heap_bytes();
        }
        *place = Some(after);
    }

    pub(super) fn num_bytes(&self) -> usize {
        self.records.len() * size_of::<Option<T>>() + self.heap_bytes
    }

    pub(super) fn take(&mut self, groups: &[u32]) -> Batch {
        let mut rows = RowBuilder::with_capacity(groups.len());
        for &group in groups {
            rows.push(self.records[group as usize].take().expect("a group is taken once"));
        }
        rows.finish()
    }

    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.heap_bytes = 0;
    }
}

/// Folds the records of a group by a function, in their order.
pub(super) struct Reducing<T, F> {
    records: Records<T>,
    function: Arc<F>,
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> Reducing<T, F> {
    pub(super) fn new(function: Arc<F>) -> Self {
        Self { records: Records::new(), function }
    }

    pub(super) fn boxed(function: F) -> Box<dyn GroupStates> {
        Box::new(Self::new(Arc::new(function)))
    }
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync> GroupStates for Reducing<T, F> {
    fn fold(&mut self, rows: &Batch, begin: usize, groups: &[u32]) -> Result<()> {
        let reader = reader_of::<T>(rows)?;
        for (row, &group) in (begin..).zip(groups) {
            let record = reader.get(row);
            if group as usize == self.records.len() {
                self.records.push(record);
            } else {
                self.records.update(group, |before| (self.function)(before, record));
            }
        }
        Ok(())
    }

    fn num_bytes(&self) -> usize {
        self.records.num_bytes()
    }

    fn take(&mut self, groups: &[u32]) -> Result<Batch> {
        Ok(self.records.take(groups))
    }

    fn clear(&mut self) {
        self.records.clear();
    }
}

/// Keeps the first record of a group; the others are not even read.
pub(super) struct First<T>(Records<T>);

impl<T: Record> First<T> {
    pub(super) fn new() -> Self {
        Self(Records::new())
    }
}

impl<T: Record> GroupStates for First<T> {
    fn fold(&mut self, rows: &Batch, begin: usize, groups: &[u32]) -> Result<()> {
        let reader = reader_of::<T>(rows)?;
        for (row, &group) in (begin..).zip(groups) {
            if group as usize == self.0.len() {
                self.0.push(reader.get(row));
            }
        }
        Ok(())
    }

    fn num_bytes(&self) -> usize {
        self.0.num_bytes()
    }

    fn take(&mut self, groups: &[u32]) -> Result<Batch> {
        Ok(self.0.take(groups))
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}
