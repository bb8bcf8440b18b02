//! Peeling: keys with the fewest pairs leave, level by level, and take their pairs with them.
//!
//! In plain form, with `N` the pairs that each key has left:
//!
//! ```text
//! until no key is left
//!     level = max(level, min of N over the keys that are left)
//!     while some key that is left has N(k) <= level
//!         solution(k) = level; k leaves; N(j) -= 1 for every j that is left and paired with k
//! ```
//!
//! A superstep is a level; levels at which no key leaves are jumped over. What happens inside of a
//! level depends on the schedule, and what it ends with does not: whoever has few pairs left has
//! no more later, so the keys that leave are the same in whatever order they do. Counts of the
//! report are unique for the same reason.
//!
//! `N(k)` is held at `level` once `k` leaves, so that one column is both what is left and the
//! solution: a key is settled when its value is at most the level. Every key goes through the queue
//! once; together with the pairs that makes O(keys + pairs) work, however many levels there are. (Keys that are
//! left are looked at once a level, and a key is left at as many levels as its solution says,
//! which is at most its number of pairs.)

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{DistinctRows, EntryValue};
use crate::memory::{Segment, SharedSlice};
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// An iteration that peels the distinct rows of a relation.
#[must_use = "an iteration does nothing until it is run"]
pub struct PeelingIteration<'a, W: EntryValue> {
    name: &'a str,
    rows: &'a DistinctRows<W>,
}

impl<W: EntryValue> fmt::Debug for PeelingIteration<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeelingIteration").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The level at which each key left, by dense key, and how it went.
#[derive(Debug)]
pub struct PeelingResult {
    /// By dense key.
    pub levels: Segment<u32>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, W: EntryValue> PeelingIteration<'a, W> {
    /// An iteration over `rows` until no key is left.
    pub fn new(name: &'a str, rows: &'a DistinctRows<W>) -> Self {
        Self { name, rows }
    }

    /// Runs it. Takes 12 bytes a key from the budget.
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn run(self, env: &Environment) -> Result<PeelingResult> {
        let Self { name, rows } = self;
        let levels = rows.degrees(env)?;
        let mut left = env.memory().allocate::<u32>("keys that are left", levels.len())?;
        left.iter_mut().enumerate().for_each(|(key, slot)| *slot = key as u32);
        let queue = env.memory().allocate("queue", levels.len())?;
        let num_left = levels.len();
        let mut body =
            PeelingBody { env, rows, levels, left, num_left, queue, level: 0, begun: false };
        let criterion = Criterion::EmptyWorkset;
        let report = env.install(|| superstep::run_resumable(env, name, &criterion, &mut body))?;
        Ok(PeelingResult { levels: body.levels, report })
    }
}

struct PeelingBody<'a, W: EntryValue> {
    env: &'a Environment,
    rows: &'a DistinctRows<W>,
    /// The pairs that a key has left, or the level at which it left.
    levels: Segment<u32>,
    /// Keys that are left, ascending, and at first some that left at the last level.
    left: Segment<u32>,
    num_left: usize,
    /// The keys that leave at this level.
    queue: Segment<u32>,
    level: u32,
    /// Whether a level is done: before, no key has left.
    begun: bool,
}

impl<W: EntryValue> Body for PeelingBody<'_, W> {
    fn workset(&self) -> u64 {
        self.num_left as u64
    }

    fn superstep(&mut self, _superstep: u64) -> Result<Step> {
        let num_first = self.begin_level();
        let num_settled = self.peel(num_first)?;
        self.drop_settled();
        let changes = num_settled as u64;
        Ok(Step { changes, convergence: None, direction: Direction::Push })
    }
}

/// Queues with at most this many keys are gone through by the worker that is there.
const INLINE_KEYS: usize = 256;

/// Keys that one worker takes at a time.
const PIECE: usize = 64;

/// Keys that a worker gathers before it adds them to the queue.
const FOUND: usize = 512;

impl<W: EntryValue> PeelingBody<'_, W> {
    /// Sets the level to the fewest pairs of a key that is left, and puts the keys that have as
    /// many into the queue; says how many.
    fn begin_level(&mut self) -> usize {
        let Self { levels, left, queue, .. } = self;
        let (mut level, mut num_first) = (u32::MAX, 0);
        for &key in &left[..self.num_left] {
            let value = levels[key as usize];
            if value < level {
                (level, num_first) = (value, 0);
            }
            if value == level {
                queue[num_first] = key;
                num_first += 1;
            }
        }
        (self.level, self.begun) = (level, true);
        num_first
    }

    /// Lets the keys in the queue leave, and those that have too few pairs then; says how many.
    fn peel(&mut self, num_first: usize) -> Result<usize> {
        let shared = Shared {
            rows: self.rows,
            level: self.level,
            levels: SharedSlice::new(&mut self.levels),
            queue: SharedSlice::new(&mut self.queue),
            end: AtomicUsize::new(num_first),
        };
        let mut start = 0;
        loop {
            let end = shared.end.load(Ordering::Relaxed);
            if start == end {
                return Ok(end);
            }
            self.env.check_cancelled()?;
            if end - start <= INLINE_KEYS {
                shared.leave(start..end);
            } else {
                let pieces = (start..end).into_par_iter().step_by(PIECE);
                pieces.try_for_each(|from| {
                    self.env.check_cancelled()?;
                    shared.leave(from..end.min(from + PIECE));
                    Ok::<_, crate::error::Error>(())
                })?;
            }
            start = end;
        }
    }

    /// Drops the keys that have left from those that are left.
    fn drop_settled(&mut self) {
        let Self { levels, left, .. } = self;
        let mut kept = 0;
        for at in 0..self.num_left {
            let key = left[at];
            if levels[key as usize] > self.level {
                left[kept] = key;
                kept += 1;
            }
        }
        self.num_left = kept;
    }
}

/// What the workers of a level share.
struct Shared<'a, W: EntryValue> {
    rows: &'a DistinctRows<W>,
    level: u32,
    levels: SharedSlice<'a, u32>,
    queue: SharedSlice<'a, u32>,
    /// The end of the queue.
    end: AtomicUsize,
}

impl<W: EntryValue> Shared<'_, W> {
    /// Lets keys of the queue leave.
    fn leave(&self, places: std::ops::Range<usize>) {
        let (mut found, mut num_found) = ([0; FOUND], 0);
        for place in places {
            self.rows.for_each(self.queue.load(place), |other, _| {
                if self.loses_one(other) {
                    if num_found == FOUND {
                        self.append(&found);
                        num_found = 0;
                    }
                    found[num_found] = other;
                    num_found += 1;
                }
            });
        }
        self.append(&found[..num_found]);
    }

    /// Takes a pair from a key that is left; says whether it leaves now.
    #[inline(always)]
    fn loses_one(&self, key: u32) -> bool {
        let mut seen = self.levels.load(key as usize);
        while seen > self.level {
            match self.levels.compare_exchange(key as usize, seen, seen - 1) {
                Ok(_) => return seen - 1 == self.level,
                Err(now) => seen = now,
            }
        }
        false
    }

    /// Adds keys to the queue. Each key is added once in all, so there is room.
    fn append(&self, keys: &[u32]) {
        let start = self.end.fetch_add(keys.len(), Ordering::Relaxed);
        for (at, &key) in keys.iter().enumerate() {
            self.queue.store(start + at, key);
        }
    }
}

impl<W: EntryValue> Stateful for PeelingBody<'_, W> {
    fn identity(&self) -> Result<Identity> {
        let program = Parameters::default().of::<Self, u32>();
        Ok(Identity { program, input: fingerprint(self.rows.index())?.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        snapshot.numbers(&[u64::from(self.level), u64::from(self.begun)])?;
        snapshot.column(&self.levels)?;
        Ok(())
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        let [level, begun] = snapshot.numbers()?;
        snapshot.column_into(&mut self.levels)?;
        (self.level, self.begun) = (level as u32, begun != 0);
        self.num_left = self.levels.len();
        self.left.iter_mut().enumerate().for_each(|(key, slot)| *slot = key as u32);
        if self.begun {
            self.drop_settled();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::index::StaticIndex;
    use crate::iteration::delta::tests::index;

    /// Keys leave one by one, always one with the fewest pairs left.
    fn reference(num_keys: u32, pairs: &[(u32, u32, f64)]) -> Vec<u32> {
        let mut near = vec![std::collections::BTreeSet::new(); num_keys as usize];
        for &(a, b, _) in pairs.iter().filter(|pair| pair.0 != pair.1) {
            near[a as usize].insert(b);
            near[b as usize].insert(a);
        }
        let (mut levels, mut level) = (vec![0; num_keys as usize], 0);
        let mut left: Vec<u32> = (0..num_keys).collect();
        while let Some(&key) = left.iter().min_by_key(|&&key| near[key as usize].len()) {
            level = level.max(near[key as usize].len() as u32);
            levels[key as usize] = level;
            left.retain(|&other| other != key);
            for other in std::mem::take(&mut near[key as usize]) {
                near[other as usize].remove(&key);
            }
        }
        levels
    }

    fn check(num_keys: u32, pairs: &[(u32, u32, f64)]) {
        let expected = reference(num_keys, pairs);
        let reports = [1, 2, 8].map(|threads| {
            let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
            let index = Arc::new(index::<()>(&env, num_keys, pairs));
            let transpose = Arc::new(index.transpose(&env).unwrap());
            let rows = if index.is_symmetric() {
                DistinctRows::symmetric(&env, index).unwrap()
            } else {
                DistinctRows::both_ways(index, transpose)
            };
            let result = PeelingIteration::new("peel", &rows).run(&env).unwrap();
            assert_eq!(result.levels[..], expected[..], "{threads} threads");
            let steps = result.report.supersteps.iter();
            steps.map(|step| (step.workset, step.changes)).collect::<Vec<_>>()
        });
        assert!(reports[0] == reports[1] && reports[0] == reports[2]);
        let mut distinct = expected;
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(reports[0].len(), distinct.len(), "a superstep for each level");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn levels_are_those_of_keys_that_leave_one_by_one(
            num_keys in 1u32..40,
            raw in prop::collection::vec((0u32..40, 0u32..40), 0..300),
        ) {
            let pairs: Vec<_> =
                raw.into_iter().map(|(l, r)| (l % num_keys, r % num_keys, 1.0)).collect();
            check(num_keys, &pairs);
        }
    }

    #[test]
    fn many_keys_leave_at_once_and_one_after_the_other() {
        check(0, &[]);
        let star: Vec<_> = (1..1500).map(|key| (0, key, 1.0)).collect();
        check(1500, &star);
        let path: Vec<_> = (1..1500).map(|key| (key - 1, key, 1.0)).collect();
        check(1500, &path);
        let wheel: Vec<_> = (0..900).map(|key| (key, (key + 1) % 900, 1.0)).chain(path).collect();
        check(1500, &wheel);
    }
}
