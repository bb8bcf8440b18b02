//! One superstep of a traversal from the side of the frontier.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{UNVISITED, visit};
use crate::index::{Csr, EntryValue, StaticIndex};
use crate::memory::SharedSlice;

/// Keys of the frontier that one worker pushes at a time.
pub(super) const PUSH_CHUNK: usize = 64;

/// Entries that are brought into cache ahead of the one that is pushed: claims are atomic, and no
/// later load begins before they end.
const AHEAD: usize = 16;

/// Rows that are brought into cache ahead of the one that is pushed.
const AHEAD_ROWS: usize = 4;

/// What the workers of a push share.
pub(super) struct Push<'a, W: EntryValue> {
    pub(super) index: &'a Csr<W>,
    pub(super) visits: SharedSlice<'a, u64>,
    pub(super) level: u32,
    /// The keys that were found, `num_found` of them, in any order.
    pub(super) found: SharedSlice<'a, u32>,
    pub(super) num_found: AtomicUsize,
}

impl<W: EntryValue> Push<'_, W> {
    /// Pushes some keys of the frontier; gives the entries in the rows of those that it found.
    /// Others push at the same time if the keys are `SHARED`.
    pub(super) fn push<const SHARED: bool>(&self, keys: &[u32]) -> u64 {
        let (mut found, mut num_found, mut num_entries) = ([0; PUSH_CHUNK], 0, 0);
        for (at, &key) in keys.iter().enumerate() {
            self.look_ahead(&keys[at..]);
            let row = self.index.row(key);
            let offer = visit(self.level, key);
            for (at, &other) in row.iter().enumerate() {
                if let Some(&later) = row.get(at + AHEAD) {
                    self.visits.prefetch(later as usize);
                }
                if self.claim::<SHARED>(other, offer) {
                    found[num_found] = other;
                    num_found += 1;
                    if num_found == found.len() {
                        num_entries += self.hand_over(&found);
                        num_found = 0;
                    }
                }
            }
        }
        num_entries + self.hand_over(&found[..num_found])
    }

    /// Asks for what the keys after the first need.
    #[inline(always)]
    fn look_ahead(&self, keys: &[u32]) {
        if let Some(&later) = keys.get(2 * AHEAD_ROWS) {
            self.index.prefetch_bounds(later);
        }
        if let Some(&later) = keys.get(AHEAD_ROWS) {
            self.index.prefetch_row(later);
        }
        if let Some(&next) = keys.get(1) {
            let row = self.index.row(next).iter().take(AHEAD);
            row.for_each(|&other| self.visits.prefetch(other as usize));
        }
    }

    /// Offers a visit to a key; says whether it is the first one.
    #[inline(always)]
    fn claim<const SHARED: bool>(&self, key: u32, offer: u64) -> bool {
        let mut old = self.visits.load(key as usize);
        while offer < old {
            if !SHARED {
                self.visits.store(key as usize, offer);
                return old == UNVISITED;
            }
            match self.visits.compare_exchange(key as usize, old, offer) {
                Ok(_) => return old == UNVISITED,
                Err(seen) => old = seen,
            }
        }
        false
    }

    /// Adds keys to those that were found; gives the entries in their rows.
    fn hand_over(&self, found: &[u32]) -> u64 {
        let start = self.num_found.fetch_add(found.len(), Ordering::Relaxed);
        let mut num_entries = 0;
        for (at, &key) in found.iter().enumerate() {
            self.found.store(start + at, key);
            num_entries += self.index.degree(key) as u64;
        }
        num_entries
    }
}
