//! The bins of one worker: what is pending, by bucket.

use std::mem::take;

use crate::error::Result;
use crate::memory::{MemoryManager, Reservation};

/// A key that is pending, and the value with which it came. When the key has another value by
/// now, that one came with an entry of its own.
pub(super) type Entry<V> = (u32, V);

/// Buckets that have a bin of their own; those behind them share one until it is their turn.
pub(super) const WINDOW: u64 = 1 << 10;

/// The bins of one worker, for the buckets from a base on.
#[derive(Debug)]
pub(super) struct Lane<V> {
    bins: Vec<Vec<Entry<V>>>,
    /// For each bin, how many keys this worker moved into the bucket, less those it moved out.
    moved: Vec<i64>,
    /// What is behind the window.
    far: Vec<Entry<V>>,
    /// How many keys became pending through this worker, less those that it settled.
    pub(super) pending: i64,
    /// Empty lists that keep their memory.
    spare: Vec<Vec<Entry<V>>>,
    /// Pays for all lists.
    reservation: Reservation,
    used_bytes: u64,
    /// Why an entry was lost.
    failed: Option<crate::Error>,
}

impl<V: Copy> Lane<V> {
    /// Empty bins with room for `capacity` entries in all; what goes beyond is asked for when it
    /// is needed.
    pub(super) fn new(memory: &MemoryManager, capacity: usize) -> Result<Self> {
        let bytes = capacity * size_of::<Entry<V>>();
        Ok(Self {
            bins: (0..WINDOW).map(|_| Vec::new()).collect(),
            moved: vec![0; WINDOW as usize],
            far: Vec::new(),
            pending: 0,
            spare: Vec::new(),
            reservation: memory.reserve("bins", bytes as u64)?,
            used_bytes: 0,
            failed: None,
        })
    }

    /// Puts an entry into the bin at `slot`, or behind the window.
    #[inline(always)]
    pub(super) fn push(&mut self, slot: u64, entry: Entry<V>) {
        let bin = self.bins.get_mut(slot as usize).unwrap_or(&mut self.far);
        if bin.len() == bin.capacity() {
            self.grow_and_push(slot, entry);
        } else {
            bin.push(entry);
        }
    }

    /// Counts a key into or out of a bucket; there are no counts behind the window.
    #[inline(always)]
    pub(super) fn count(&mut self, slot: u64, by: i64) {
        if let Some(moved) = self.moved.get_mut(slot as usize) {
            *moved += by;
        }
    }

    #[cold]
    fn grow_and_push(&mut self, slot: u64, entry: Entry<V>) {
        let Self { bins, far, spare, .. } = self;
        let bin = bins.get_mut(slot as usize).unwrap_or(far);
        if bin.capacity() == 0
            && let Some(empty) = spare.pop()
        {
            *bin = empty;
        } else {
            let more = bin.capacity().max(16);
            self.used_bytes += (more * size_of::<Entry<V>>()) as u64;
            let granted = self.reservation.bytes();
            if self.used_bytes > granted
                && let Err(refused) = self.reservation.resize(self.used_bytes.max(granted / 4 * 5))
            {
                self.used_bytes -= (more * size_of::<Entry<V>>()) as u64;
                self.failed = Some(refused.into());
                return;
            }
            bin.reserve_exact(more);
        }
        bin.push(entry);
    }

    /// An error if the budget had no room for an entry.
    pub(super) fn check(&mut self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    pub(super) fn moved(&self, slot: u64) -> i64 {
        self.moved[slot as usize]
    }

    pub(super) fn bin_len(&self, slot: u64) -> usize {
        self.bins[slot as usize].len()
    }

    pub(super) fn take_bin(&mut self, slot: u64) -> Vec<Entry<V>> {
        take(&mut self.bins[slot as usize])
    }

    pub(super) fn take_far(&mut self) -> Vec<Entry<V>> {
        take(&mut self.far)
    }

    /// Takes the memory of a list that is done.
    pub(super) fn recycle(&mut self, mut list: Vec<Entry<V>>) {
        if list.capacity() > 0 {
            list.clear();
            self.spare.push(list);
        }
    }

    /// Leaves a bucket behind: what is in its bin is out of date.
    pub(super) fn clear_bin(&mut self, slot: u64) {
        self.moved[slot as usize] = 0;
        let bin = self.take_bin(slot);
        self.recycle(bin);
    }
}
