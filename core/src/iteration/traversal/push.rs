//! One superstep of a traversal from the side of the frontier.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Visit;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{Csr, EntryValue, StaticIndex};
use crate::memory::SharedSlice;

/// Keys that are handed over at a time.
const BUFFER: usize = 64;

/// Keys of a large frontier that one worker pushes at a time.
const PIECE: usize = 256;

/// Frontiers with fewer entries are pushed by the worker that is there.
const ALONE_ENTRIES: u64 = 1 << 10;

/// Entries that are brought into cache ahead of the one that is pushed: claims are atomic, and no
/// later load begins before they end.
const AHEAD: usize = 16;

/// Rows that are brought into cache ahead of the one that is pushed.
const AHEAD_ROWS: usize = 16;

/// What the workers of a push share.
pub(super) struct Push<'a, W: EntryValue> {
    pub(super) index: &'a Csr<W>,
    pub(super) visits: SharedSlice<'a, u64>,
    pub(super) level: u32,
    /// Room for the keys that are found.
    pub(super) found: SharedSlice<'a, u32>,
}

/// The keys that were found in one part of the frontier.
struct Found {
    /// Where they begin.
    start: usize,
    num_keys: AtomicUsize,
    /// Entries in their rows.
    num_entries: AtomicU64,
}

impl Found {
    fn from(start: usize) -> Self {
        Self { start, num_keys: AtomicUsize::new(0), num_entries: AtomicU64::new(0) }
    }
}

impl<W: EntryValue> Push<'_, W> {
    /// Pushes the keys of the frontier, whose rows have so many entries; gives the number of keys
    /// found, which are at the front of `found`, and of the entries in their rows.
    pub(super) fn run(
        &self,
        env: &Environment,
        keys: &[u32],
        num_entries: u64,
    ) -> Result<(usize, u64)> {
        let members = env.num_team_members();
        let room = self.found.len() / members;
        if num_entries < ALONE_ENTRIES || members == 1 {
            let found = Found::from(0);
            for keys in keys.chunks(PIECE) {
                env.check_cancelled()?;
                self.push::<false>(keys, &found);
            }
            return Ok((found.num_keys.into_inner(), found.num_entries.into_inner()));
        }
        if keys.len() < members * PIECE * 4 && num_entries <= room as u64 {
            return self.push_parts(env, keys, members, room);
        }
        let found = Found::from(0);
        env.for_each_piece(keys.len().div_ceil(PIECE), |piece| {
            if !env.is_cancelled() {
                let start = piece * PIECE;
                self.push::<true>(&keys[start..keys.len().min(start + PIECE)], &found);
            }
        });
        env.check_cancelled()?;
        Ok((found.num_keys.into_inner(), found.num_entries.into_inner()))
    }

    /// As [`run`](Self::run), a part for each worker. What a part finds stays together, so that in
    /// the next superstep it is in the part of the same worker, which has it in cache.
    fn push_parts(
        &self,
        env: &Environment,
        keys: &[u32],
        parts: usize,
        room: usize,
    ) -> Result<(usize, u64)> {
        env.check_cancelled()?;
        let found: Vec<Found> = (0..parts).map(|part| Found::from(part * room)).collect();
        env.for_each_piece(parts, |part| {
            let bound = |part: usize| keys.len() * part / parts;
            self.push::<true>(&keys[bound(part)..bound(part + 1)], &found[part]);
        });
        let (mut num_keys, mut num_entries) = (0, 0);
        for part in found {
            let found = part.num_keys.into_inner();
            self.close_up(part.start..part.start + found, num_keys);
            num_keys += found;
            num_entries += part.num_entries.into_inner();
        }
        Ok((num_keys, num_entries))
    }

    /// Moves keys that were found down to `to`.
    fn close_up(&self, from: Range<usize>, to: usize) {
        if from.start != to {
            from.enumerate()
                .for_each(|(at, from)| self.found.store(to + at, self.found.load(from)));
        }
    }

    /// Pushes some keys of the frontier. Others push at the same time if the keys are `SHARED`.
    fn push<const SHARED: bool>(&self, keys: &[u32], all: &Found) {
        let (mut found, mut num_found) = ([0; BUFFER], 0);
        for (at, &key) in keys.iter().enumerate() {
            self.look_ahead(&keys[at..]);
            let row = self.index.row(key);
            let offer = Visit { level: self.level, parent: key }.to_word();
            for (at, &other) in row.iter().enumerate() {
                if let Some(&later) = row.get(at + AHEAD) {
                    self.visits.prefetch(later as usize);
                }
                if self.claim::<SHARED>(other, offer) {
                    found[num_found] = other;
                    num_found += 1;
                    if num_found == found.len() {
                        self.hand_over(&found, all);
                        num_found = 0;
                    }
                }
            }
        }
        self.hand_over(&found[..num_found], all);
    }

    /// Asks for what the keys after the first need.
    #[inline(always)]
    fn look_ahead(&self, keys: &[u32]) {
        if let Some(&later) = keys.get(3 * AHEAD_ROWS) {
            self.index.prefetch_bounds(later);
        }
        if let Some(&later) = keys.get(2 * AHEAD_ROWS) {
            self.index.prefetch_whole_row(later);
        }
        if let Some(&later) = keys.get(AHEAD_ROWS) {
            let row = self.index.row(later).iter().take(AHEAD);
            row.for_each(|&other| self.visits.prefetch(other as usize));
        }
    }

    /// Offers a visit to a key; says whether it is the first one.
    #[inline(always)]
    fn claim<const SHARED: bool>(&self, key: u32, offer: u64) -> bool {
        let mut old = self.visits.load(key as usize);
        while offer > old {
            if !SHARED {
                self.visits.store(key as usize, offer);
                return old == Visit::NONE;
            }
            match self.visits.compare_exchange(key as usize, old, offer) {
                Ok(_) => return old == Visit::NONE,
                Err(seen) => old = seen,
            }
        }
        false
    }

    /// Adds keys to those that were found.
    fn hand_over(&self, keys: &[u32], found: &Found) {
        let start = found.start + found.num_keys.fetch_add(keys.len(), Ordering::Relaxed);
        let mut num_entries = 0;
        for (at, &key) in keys.iter().enumerate() {
            self.found.store(start + at, key);
            num_entries += self.index.degree(key) as u64;
        }
        found.num_entries.fetch_add(num_entries, Ordering::Relaxed);
    }
}
