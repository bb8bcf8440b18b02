//! Many traversals at once: a bit of a word for each.
//!
//! In plain form, with `F` the frontiers as masks of sources by key and `E` the entries:
//!
//! ```text
//! repeat
//!     F = E.join(F on row).group_by(column).reduce(or), without the bits of `seen`
//!     seen |= F
//! until F is empty
//! ```
//!
//! A superstep is a level of all of them. As with one traversal, few active keys push and many are
//! pulled; a pull of a row ends when it has found all that the key lacks. Masks are sets, so every
//! superstep has one result at any number of threads.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::criterion::Criterion;
use super::superstep::{self, Body, Step};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{Csr, EntryValue, StaticIndex};
use crate::memory::{Segment, SharedSlice};
use crate::report::{Direction, IterationReport};

/// Pull while the active keys have more than one in this many of all entries.
const PULL_SHARE: u64 = 20;

/// Fewer active entries are pushed by the worker that is there.
const INLINE_ENTRIES: u64 = 1 << 12;

/// Active keys that one worker pushes at a time.
const PUSH_CHUNK: usize = 256;

/// Keys that are handed over at a time.
const BUFFER: usize = 64;

/// Rows that are brought into cache ahead of the one that is pushed, and entries of each.
const AHEAD_ROWS: usize = 8;
const AHEAD: usize = 8;

/// Keys that one worker pulls at a time.
const PULL_CHUNK: usize = 1 << 10;

/// Up to 64 traversals at once over an index and its transpose. Can be run any number of times, in
/// the same memory.
#[derive(Debug)]
pub struct MultiTraversal<'a, W: EntryValue> {
    env: &'a Environment,
    name: &'a str,
    forward: &'a Csr<W>,
    backward: &'a Csr<W>,
    /// By key the sources that have reached it.
    seen: Segment<u64>,
    /// The sources that reached it in the last superstep.
    front: Segment<u64>,
    /// Empty but in a superstep.
    next: Segment<u64>,
    /// The active keys while they are few.
    keys: Segment<u32>,
    found: Segment<u32>,
}

impl<'a, W: EntryValue> MultiTraversal<'a, W> {
    /// The most traversals at once.
    pub const MAXIMUM_SOURCES: usize = u64::BITS as usize;

    /// Traversals along the entries of `forward`, whose transpose is `backward`. Takes 32 bytes a
    /// key from the budget.
    ///
    /// # Errors
    /// If it has no room for them.
    ///
    /// # Panics
    /// If the indexes differ in the number of keys or entries.
    pub fn new(
        env: &'a Environment,
        name: &'a str,
        forward: &'a Csr<W>,
        backward: &'a Csr<W>,
    ) -> Result<Self> {
        let num_keys = forward.num_keys();
        assert_eq!(num_keys, backward.num_keys(), "an index and its transpose");
        assert_eq!(forward.num_entries(), backward.num_entries(), "an index and its transpose");
        let memory = env.memory();
        Ok(Self {
            env,
            name,
            forward,
            backward,
            seen: memory.allocate("frontiers", num_keys)?,
            front: memory.allocate("frontiers", num_keys)?,
            next: memory.allocate("frontiers", num_keys)?,
            keys: memory.allocate("frontiers", num_keys)?,
            found: memory.allocate("frontiers", num_keys)?,
        })
    }

    /// Visits all that can be reached from each of `sources`. Calls `reach(key, level, count)`
    /// when `count` of the sources reach a key at the same level, from level 1 on; once for each
    /// key and level. It runs nested in what goes through the sources: it takes no snapshots.
    ///
    /// # Errors
    /// If the environment is cancelled or `reach` panics.
    ///
    /// # Panics
    /// If there are more than 64 sources, or one is no key or stands there twice.
    pub fn visit(
        &mut self,
        sources: &[u32],
        reach: impl Fn(u32, u64, u32) + Send + Sync,
    ) -> Result<IterationReport> {
        assert!(sources.len() <= Self::MAXIMUM_SOURCES, "a bit for each source");
        let (env, name) = (self.env, self.name);
        env.install(|| {
            for masks in [&mut self.seen, &mut self.front, &mut self.next] {
                masks.par_chunks_mut(PULL_CHUNK * 8).for_each(|masks| masks.fill(0));
            }
            let mut num_entries = 0;
            for (at, &source) in sources.iter().enumerate() {
                let key = source as usize;
                assert!(self.seen[key] == 0, "sources differ");
                (self.seen[key], self.front[key]) = (1 << at, 1 << at);
                self.keys[at] = source;
                num_entries += self.forward.degree(source) as u64;
            }
            let active = Active { num_keys: sources.len(), num_entries, is_list: true };
            let all = u64::MAX.checked_shr(64 - sources.len() as u32).unwrap_or(0);
            let mut body = MultiBody { masks: self, reach, active, all };
            superstep::run(env, name, &Criterion::EmptyWorkset, &mut body)
        })
    }
}

/// The active keys.
#[derive(Clone, Copy, Debug, Default)]
struct Active {
    num_keys: usize,
    /// Entries in their rows.
    num_entries: u64,
    /// Whether they are listed; else they are those with a mask.
    is_list: bool,
}

struct MultiBody<'a, 'b, W: EntryValue, R> {
    masks: &'a mut MultiTraversal<'b, W>,
    reach: R,
    active: Active,
    /// The bits of all sources.
    all: u64,
}

impl<W: EntryValue, R: Fn(u32, u64, u32) + Send + Sync> Body for MultiBody<'_, '_, W, R> {
    fn workset(&self) -> u64 {
        self.active.num_keys as u64
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let threshold = (self.masks.forward.num_entries() / PULL_SHARE).max(INLINE_ENTRIES);
        let direction = if self.active.num_entries > threshold {
            self.pull(superstep)?;
            Direction::Pull
        } else {
            self.list();
            self.push(superstep)?;
            Direction::Push
        };
        Ok(Step { changes: self.active.num_keys as u64, convergence: None, direction })
    }
}

impl<W: EntryValue, R: Fn(u32, u64, u32) + Send + Sync> MultiBody<'_, '_, W, R> {
    /// Every key that lacks a source looks for it along its row of the transpose.
    fn pull(&mut self, level: u64) -> Result<()> {
        let (reach, all) = (&self.reach, self.all);
        let MultiTraversal { env, forward, backward, seen, front, next, .. } = &mut *self.masks;
        let front = &front[..];
        let pieces = seen.par_chunks_mut(PULL_CHUNK).zip(next.par_chunks_mut(PULL_CHUNK));
        let found = pieces.enumerate().map(|(piece, (seen, next))| {
            env.check_cancelled()?;
            let (mut num_keys, mut num_entries) = (0, 0);
            for (at, (seen, next)) in seen.iter_mut().zip(next).enumerate() {
                let key = (piece * PULL_CHUNK + at) as u32;
                let (lacks, mut finds) = (all & !*seen, 0);
                if lacks != 0 {
                    for &other in backward.row(key) {
                        finds |= front[other as usize];
                        if finds & lacks == lacks {
                            break;
                        }
                    }
                }
                *next = finds & lacks;
                if *next != 0 {
                    *seen |= *next;
                    reach(key, level, next.count_ones());
                    num_keys += 1;
                    num_entries += forward.degree(key) as u64;
                }
            }
            Ok::<(usize, u64), crate::Error>((num_keys, num_entries))
        });
        let (num_keys, num_entries) =
            found.try_reduce(|| (0, 0), |a, b| Ok((a.0 + b.0, a.1 + b.1)))?;
        std::mem::swap(&mut self.masks.front, &mut self.masks.next);
        self.active = Active { num_keys, num_entries, is_list: false };
        Ok(())
    }

    /// Lists the active keys after a pull.
    fn list(&mut self) {
        if self.active.is_list {
            return;
        }
        let MultiTraversal { front, next, keys, .. } = &mut *self.masks;
        let active = front.iter().enumerate().filter(|&(_, &mask)| mask != 0);
        keys.iter_mut().zip(active).for_each(|(place, (key, _))| *place = key as u32);
        next.fill(0);
        self.active.is_list = true;
    }

    /// The active keys hand their masks to the keys of their rows.
    fn push(&mut self, level: u64) -> Result<()> {
        let reach = &self.reach;
        let MultiTraversal { env, forward, seen, front, next, keys, found, .. } = &mut *self.masks;
        let (env, active) = (*env, &keys[..self.active.num_keys]);
        let push = Push {
            index: *forward,
            seen: SharedSlice::new(seen),
            front: SharedSlice::new(front),
            next: SharedSlice::new(next),
            found: SharedSlice::new(found),
            num_found: AtomicUsize::new(0),
        };
        let is_small = self.active.num_entries < INLINE_ENTRIES;
        in_pieces(env, active.len(), is_small, |keys| push.push(&active[keys]))?;
        in_pieces(env, active.len(), is_small, |keys| push.clear(&active[keys]))?;
        let num_keys = push.num_found.load(Ordering::Relaxed);
        let num_entries = AtomicU64::new(0);
        in_pieces(env, num_keys, is_small, |keys| {
            num_entries.fetch_add(push.settle(keys, level, reach), Ordering::Relaxed);
        })?;
        std::mem::swap(keys, found);
        let num_entries = num_entries.into_inner();
        self.active = Active { num_keys, num_entries, is_list: true };
        Ok(())
    }
}

/// Calls `work` for the positions below `len`, a piece at a time; if they are `few`, on this worker.
fn in_pieces(
    env: &Environment,
    len: usize,
    few: bool,
    work: impl Fn(Range<usize>) + Sync,
) -> Result<()> {
    let piece = |at: usize| at * PUSH_CHUNK..len.min((at + 1) * PUSH_CHUNK);
    let num_pieces = len.div_ceil(PUSH_CHUNK);
    if few {
        (0..num_pieces).for_each(|at| work(piece(at)));
    } else {
        env.for_each_piece(num_pieces, |at| work(piece(at)));
    }
    env.check_cancelled()
}

/// What the workers of a push share.
struct Push<'a, W: EntryValue> {
    index: &'a Csr<W>,
    seen: SharedSlice<'a, u64>,
    front: SharedSlice<'a, u64>,
    next: SharedSlice<'a, u64>,
    found: SharedSlice<'a, u32>,
    num_found: AtomicUsize,
}

impl<W: EntryValue> Push<'_, W> {
    fn push(&self, keys: &[u32]) {
        let (mut found, mut num_found) = ([0; BUFFER], 0);
        for (at, &key) in keys.iter().enumerate() {
            self.look_ahead(&keys[at..]);
            let mask = self.front.load(key as usize);
            for &other in self.index.row(key) {
                let new = mask & !self.seen.load(other as usize);
                if new != 0 && self.add(other, new) {
                    found[num_found] = other;
                    num_found += 1;
                    if num_found == found.len() {
                        self.hand_over(&found);
                        num_found = 0;
                    }
                }
            }
        }
        self.hand_over(&found[..num_found]);
    }

    /// Asks for what the keys after the first need.
    #[inline(always)]
    fn look_ahead(&self, keys: &[u32]) {
        if let Some(&later) = keys.get(2 * AHEAD_ROWS) {
            self.index.prefetch_whole_row(later);
            self.front.prefetch(later as usize);
        }
        if let Some(&later) = keys.get(AHEAD_ROWS) {
            for &other in self.index.row(later).iter().take(AHEAD) {
                self.seen.prefetch(other as usize);
                self.next.prefetch(other as usize);
            }
        }
    }

    /// Adds to the next mask of a key; says whether it is the first to do so.
    #[inline(always)]
    fn add(&self, key: u32, new: u64) -> bool {
        let mut old = self.next.load(key as usize);
        while old & new != new {
            match self.next.compare_exchange(key as usize, old, old | new) {
                Ok(_) => return old == 0,
                Err(seen) => old = seen,
            }
        }
        false
    }

    /// Adds keys to those that were found.
    fn hand_over(&self, keys: &[u32]) {
        let start = self.num_found.fetch_add(keys.len(), Ordering::Relaxed);
        keys.iter().enumerate().for_each(|(at, &key)| self.found.store(start + at, key));
    }

    /// Takes the masks of the keys that were active.
    fn clear(&self, keys: &[u32]) {
        keys.iter().for_each(|&key| self.front.store(key as usize, 0));
    }

    /// Makes those that were found the active keys; gives the number of entries in their rows.
    fn settle(&self, places: Range<usize>, level: u64, reach: impl Fn(u32, u64, u32)) -> u64 {
        let mut num_entries = 0;
        for place in places {
            let key = self.found.load(place);
            let new = self.next.load(key as usize);
            self.next.store(key as usize, 0);
            self.seen.store(key as usize, self.seen.load(key as usize) | new);
            self.front.store(key as usize, new);
            reach(key, level, new.count_ones());
            num_entries += self.index.degree(key) as u64;
        }
        num_entries
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::Rows;
    use crate::iteration::FrontierTraversal;
    use crate::iteration::delta::tests::index_by;

    /// For each key the number of sources that reach it and the sum of their levels, both ways.
    fn check(threads: usize, num_keys: u32, pairs: &[(u32, u32, f64)], sources: &[u32]) {
        let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
        let forward = index_by::<()>(&env, Rows::Left, num_keys, pairs);
        let backward = forward.transpose(&env).unwrap();
        let mut single = FrontierTraversal::new(&env, "one", &forward, &backward).unwrap();
        let mut expected = vec![(0, 0); num_keys as usize];
        for &source in sources {
            single.visit(&[source]).unwrap();
            for (sum, visit) in expected.iter_mut().zip(single.visits()) {
                if let Some(visit) = visit.filter(|visit| visit.level > 0) {
                    *sum = (sum.0 + 1, sum.1 + u64::from(visit.level));
                }
            }
        }
        let mut many = MultiTraversal::new(&env, "many", &forward, &backward).unwrap();
        for _ in 0..2 {
            let sums: Vec<_> =
                expected.iter().map(|_| (AtomicU64::new(0), AtomicU64::new(0))).collect();
            many.visit(sources, |key, level, count| {
                sums[key as usize].0.fetch_add(count.into(), Ordering::Relaxed);
                sums[key as usize].1.fetch_add(level * u64::from(count), Ordering::Relaxed);
            })
            .unwrap();
            let sums: Vec<_> =
                sums.into_iter().map(|(a, b)| (a.into_inner(), b.into_inner())).collect();
            assert_eq!(sums, expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn agrees_with_one_after_the_other(
            raw in prop::collection::vec((0u32..70, 0u32..70), 0..200),
            num_sources in 0usize..=64,
            threads in prop::sample::select(vec![1usize, 2, 8]),
        ) {
            let pairs: Vec<_> = raw.into_iter().map(|(l, r)| (l, r, 1.0)).collect();
            let sources: Vec<u32> = (0..num_sources as u32).map(|at| at * 9 % 70).collect();
            check(threads, 70, &pairs, &sources);
        }
    }

    #[test]
    fn pulls_and_pushes_agree_on_a_larger_one() {
        let to = |at: u32| (at.wrapping_mul(2_654_435_761) >> 7) % 5000;
        let wide = (0..40_000).map(|at| (at / 8, to(at), 1.0));
        let tail = (0..50).map(|at| (if at == 0 { 7 } else { 4999 + at }, 5000 + at, 1.0));
        let pairs: Vec<_> = wide.chain(tail).collect();
        let sources: Vec<u32> = (0..64).map(|at| at * 77).collect();
        for threads in [1, 2, 8] {
            check(threads, 5050, &pairs, &sources);
        }
    }
}
