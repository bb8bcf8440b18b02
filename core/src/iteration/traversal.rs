//! The frontier traversal: breadth first, each key once, from one side or the other.
//!
//! In plain form, with `F` the frontier and `E` the entries of the index:
//!
//! ```text
//! repeat
//!     F = E.join(F on row).group_by(column).reduce(Min of row), without what was visited
//!     visited += F
//! until F is empty
//! ```
//!
//! A superstep is a level. While the frontier has few entries it **pushes**: keys of the frontier
//! claim the keys of their rows. While it has many, it **pulls**: keys that were not visited look
//! along their rows of the transpose for the first key of the frontier, and stop there. The parent
//! of a key is the smallest key of the level before that has an entry to it: a pull finds it first,
//! because rows ascend, and claims of a push merge by minimum. So levels, parents and all counts
//! are the same at any number of threads and whichever side a superstep took.

use rayon::prelude::*;

use self::push::Push;
use super::bitmap::{Bitmap, WORD, bits};
use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use super::values::fill;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{Csr, EntryValue, StaticIndex};
use crate::memory::{Segment, SharedSlice};
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// Pull from where the frontier has more than one in this many of the entries that are left.
const ALPHA: u64 = 15;

/// Push again when the frontier shrinks and has at most one in this many of all keys.
const BETA: u64 = 18;

/// Frontiers with fewer entries are pushed: a pull looks at all keys.
const PUSH_ENTRIES: u64 = 1 << 12;

/// Words of keys that one worker pulls at a time.
const PULL_WORDS: usize = 16;

/// A traversal over an index and its transpose, which may be one if it is symmetric. Can be run
/// any number of times, in the same memory.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::columnar::{Batch, Column, Schema};
/// use quince_core::index::{Csr, Dictionary, Duplicates, IndexOptions, KeyOrder, Rows, SelfPairs};
/// use quince_core::iteration::{FrontierTraversal, Visit};
///
/// // 0 -> 1 -> 2 and 0 -> 2; nothing leads to 3.
/// let env = Environment::builder().threads(1).build()?;
/// let columns = vec![Column::UInt32(vec![0, 1, 0, 3].into()), Column::UInt32(vec![1, 2, 2, 0].into())];
/// let batch = Batch::new(Schema::new(["left", "right"]), columns);
/// let encoded = Dictionary::encode::<()>(&env, vec![batch], vec![], KeyOrder::Ascending)?;
/// let options = IndexOptions {
///     rows: Rows::Left,
///     self_pairs: SelfPairs::Keep,
///     duplicates: Duplicates::Keep,
/// };
/// let forward = Csr::build(&env, encoded.pairs, options)?;
/// let backward = forward.transpose(&env)?;
/// let mut traversal = FrontierTraversal::new(&env, "levels", &forward, &backward)?;
/// let report = traversal.visit(&[0])?;
/// assert_eq!(report.supersteps[0].changes, 2);
/// let visit = |level, parent| Some(Visit { level, parent });
/// assert!(traversal.visits().eq([visit(0, 0), visit(1, 0), visit(1, 0), None]));
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Debug)]
pub struct FrontierTraversal<'a, W: EntryValue> {
    env: &'a Environment,
    name: &'a str,
    criterion: Criterion,
    is_nested: bool,
    body: TraversalBody<'a, W>,
}

impl<'a, W: EntryValue> FrontierTraversal<'a, W> {
    /// A traversal along the entries of `forward`, whose transpose is `backward`. Takes 12 bytes
    /// and 3 bits a key from the budget.
    ///
    /// # Errors
    /// If the budget has no room for them.
    ///
    /// # Panics
    /// If the indexes differ in the number of keys or entries: then one is not the other's
    /// transpose.
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
        let body = TraversalBody {
            env,
            forward,
            backward,
            visits: memory.allocate("visits", num_keys)?,
            order: memory.allocate("frontier", num_keys)?,
            visited: Bitmap::new(memory, "frontier", num_keys)?,
            front: Bitmap::new(memory, "frontier", num_keys)?,
            next: Bitmap::new(memory, "frontier", num_keys)?,
            frontier: Frontier::default(),
            keeps_order: false,
            is_used: false,
            parameters: Parameters::default(),
        };
        Ok(Self { env, name, criterion: Criterion::EmptyWorkset, is_nested: false, body })
    }

    /// Ends also after `supersteps`: what is farther away is not reached.
    #[must_use]
    pub fn maximum_supersteps(self, supersteps: u64) -> Self {
        let criterion = Criterion::EmptyWorkset.or(Criterion::MaximumSupersteps(supersteps));
        Self { criterion, ..self }
    }

    /// Keeps the visited keys level by level, as [`order`](Self::order).
    #[must_use]
    pub fn keep_order(mut self) -> Self {
        self.body.keeps_order = true;
        self
    }

    /// Says that it runs inside of another iteration, which takes the snapshots then.
    #[must_use]
    pub fn nested(mut self) -> Self {
        self.is_nested = true;
        self
    }

    /// Visits all that can be reached from `sources`. Forgets what was visited before.
    ///
    /// # Errors
    /// If the environment is cancelled, or a snapshot fails.
    ///
    /// # Panics
    /// If a source is no key.
    pub fn visit(&mut self, sources: &[u32]) -> Result<IterationReport> {
        let Self { env, name, criterion, is_nested, body } = self;
        env.install(|| {
            body.begin(sources);
            if *is_nested {
                superstep::run(env, name, criterion, body)
            } else {
                superstep::run_resumable(env, name, criterion, body)
            }
        })
    }

    /// The visit of each key, if it was reached.
    pub fn visits(&self) -> impl ExactSizeIterator<Item = Option<Visit>> + '_ {
        self.body.visits.iter().map(|&word| Visit::from_word(word))
    }

    /// The visited keys, level by level, in any order inside of a level; the report's `changes`
    /// say how many each level has after the sources.
    ///
    /// # Panics
    /// If it was not to be kept.
    pub fn order(&self) -> &[u32] {
        assert!(self.body.keeps_order, "the order is kept if asked for");
        &self.body.order[..self.body.frontier.end]
    }

    /// The visit of each key, by dense key, as [words](Visit::from_word).
    pub fn into_visits(self) -> Segment<u64> {
        self.body.visits
    }
}

/// How a key was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Entries on a shortest way from a source.
    pub level: u32,
    /// The smallest key a level above that has an entry to it; a source is its own.
    pub parent: u32,
}

impl Visit {
    /// The word of no visit, which memory is born with.
    pub const NONE: u64 = 0;

    /// The visit as a word: the level before the parent, so that of two words the greater one is
    /// the visit that counts.
    #[inline(always)]
    pub fn to_word(self) -> u64 {
        !(u64::from(self.level) << 32 | u64::from(self.parent))
    }

    /// The visit of a word, if it is one.
    #[inline(always)]
    pub fn from_word(word: u64) -> Option<Self> {
        let visit = Self { level: (!word >> 32) as u32, parent: !word as u32 };
        (word != Self::NONE).then_some(visit)
    }
}

#[derive(Debug)]
struct TraversalBody<'a, W: EntryValue> {
    env: &'a Environment,
    forward: &'a Csr<W>,
    backward: &'a Csr<W>,
    visits: Segment<u64>,
    /// The visited keys; those of levels that were pulled only if the order is kept.
    order: Segment<u32>,
    /// What was visited, while it is pulled.
    visited: Bitmap,
    /// The frontier, while it is pulled.
    front: Bitmap,
    /// What a pull finds.
    next: Bitmap,
    frontier: Frontier,
    keeps_order: bool,
    /// Whether there are visits of an earlier run.
    is_used: bool,
    parameters: Parameters,
}

/// Where the frontier is and how large.
#[derive(Clone, Copy, Debug, Default)]
struct Frontier {
    /// Its places in the order of visits.
    start: usize,
    end: usize,
    /// Whether it is in the bits and not in the list.
    is_bits: bool,
    /// Entries in its rows; known while it is a list.
    num_entries: u64,
    /// Keys of the frontier before it.
    last_keys: usize,
    /// Entries of rows that were not pushed yet.
    entries_left: u64,
}

impl Frontier {
    fn num_keys(&self) -> usize {
        self.end - self.start
    }

    /// Moves on to the `num_keys` keys that were found.
    fn advance(&mut self, num_keys: usize) {
        self.last_keys = self.num_keys();
        self.start = self.end;
        self.end += num_keys;
    }
}

impl<W: EntryValue> Body for TraversalBody<'_, W> {
    fn workset(&self) -> u64 {
        self.frontier.num_keys() as u64
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let level = superstep as u32;
        let direction = self.direction();
        self.turn(direction);
        match direction {
            Direction::Pull => self.pull(level)?,
            _ => self.push(level)?,
        }
        Ok(Step { changes: self.frontier.num_keys() as u64, convergence: None, direction })
    }
}

impl<W: EntryValue> TraversalBody<'_, W> {
    fn begin(&mut self, sources: &[u32]) {
        if std::mem::replace(&mut self.is_used, true) {
            fill(&mut self.visits, |_| Visit::NONE);
        }
        let entries_left = self.forward.num_entries();
        self.frontier = Frontier { entries_left, ..Frontier::default() };
        self.parameters = Parameters::default();
        for &source in sources {
            self.parameters.add("source", source);
            if self.visits[source as usize] == Visit::NONE {
                self.visits[source as usize] = Visit { level: 0, parent: source }.to_word();
                self.order[self.frontier.end] = source;
                self.frontier.end += 1;
                self.frontier.num_entries += self.forward.degree(source) as u64;
            }
        }
    }

    /// Which side the next superstep takes.
    fn direction(&self) -> Direction {
        let frontier = &self.frontier;
        let stays = frontier.num_keys() >= frontier.last_keys
            || frontier.num_keys() as u64 > self.forward.num_keys() as u64 / BETA;
        let pulls = if frontier.is_bits {
            stays
        } else {
            frontier.num_entries > (frontier.entries_left / ALPHA).max(PUSH_ENTRIES)
        };
        if pulls { Direction::Pull } else { Direction::Push }
    }

    /// Brings the frontier into the form that the direction wants.
    fn turn(&mut self, direction: Direction) {
        let Frontier { start, end, is_bits, .. } = self.frontier;
        match direction {
            Direction::Pull if !is_bits => {
                let visits = &self.visits;
                self.visited.fill(visits.len(), |key| visits[key] != Visit::NONE);
                self.front.clear();
                self.front.insert_all(&self.order[start..end]);
                self.frontier.is_bits = true;
            }
            Direction::Push if is_bits => {
                let keys = &mut self.order[start..end];
                if !self.keeps_order {
                    self.front.list_into(keys);
                }
                let forward = self.forward;
                let degrees = keys.par_iter().map(|&key| forward.degree(key) as u64);
                self.frontier.num_entries = degrees.sum();
                self.frontier.is_bits = false;
            }
            _ => {}
        }
    }

    /// The keys of the frontier claim the keys of their rows.
    fn push(&mut self, level: u32) -> Result<()> {
        let env = self.env;
        let (visited, free) = self.order.split_at_mut(self.frontier.end);
        let keys = &visited[self.frontier.start..];
        let push = Push {
            index: self.forward,
            visits: SharedSlice::new(&mut self.visits),
            level,
            found: SharedSlice::new(free),
        };
        let (num_found, num_entries) = push.run(env, keys, self.frontier.num_entries)?;
        let left = self.frontier.entries_left.saturating_sub(self.frontier.num_entries);
        self.frontier.entries_left = left;
        self.frontier.num_entries = num_entries;
        self.frontier.advance(num_found);
        Ok(())
    }

    /// The keys that were not visited look for the frontier in their rows of the transpose.
    fn pull(&mut self, level: u32) -> Result<()> {
        let (env, index, front) = (self.env, self.backward, &self.front);
        let keys = PULL_WORDS * WORD;
        let visited = self.visited.words_mut().par_chunks_mut(PULL_WORDS);
        let next = self.next.words_mut().par_chunks_mut(PULL_WORDS);
        let visits = self.visits.par_chunks_mut(keys);
        let pieces = visited.zip(next).zip(visits).enumerate();
        let found = pieces.map(|(piece, ((visited, next), visits))| {
            env.check_cancelled()?;
            let mut num_found = 0;
            let num_keys = visits.len();
            let free = |word: u64, at: usize| {
                let keys = num_keys.saturating_sub(at * WORD).min(WORD) as u32;
                bits(!word & (u64::MAX >> (WORD as u32 - keys)))
            };
            for at in 0..visited.len() {
                if let Some(&later) = visited.get(at + 1) {
                    let first = piece * keys + (at + 1) * WORD;
                    free(later, at + 1).for_each(|bit| index.prefetch_row(first as u32 + bit));
                }
                let (visited, next) = (&mut visited[at], &mut next[at]);
                let (first, mut found) = (at * WORD, 0u64);
                for bit in free(*visited, at) {
                    let slot = first + bit as usize;
                    let row = index.row((piece * keys + slot) as u32);
                    if let Some(&parent) = row.iter().find(|&&key| front.contains(key)) {
                        visits[slot] = Visit { level, parent }.to_word();
                        found |= 1 << bit;
                    }
                }
                *next = found;
                *visited |= found;
                num_found += found.count_ones() as usize;
            }
            Ok::<usize, crate::Error>(num_found)
        });
        let num_found = found.try_reduce(|| 0, |a, b| Ok(a + b))?;
        std::mem::swap(&mut self.front, &mut self.next);
        self.frontier.advance(num_found);
        if self.keeps_order {
            self.front.list_into(&mut self.order[self.frontier.start..self.frontier.end]);
        }
        Ok(())
    }
}

/// The visits are all: the frontier is the last level.
impl<W: EntryValue> Stateful for TraversalBody<'_, W> {
    fn identity(&self) -> Result<Identity> {
        let input = fingerprint(self.forward)?.number(fingerprint(self.backward)?.digest());
        let program = self.parameters.of::<Frontier, u32>();
        Ok(Identity { program, input: input.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        let Frontier { start, end, is_bits, num_entries, last_keys, entries_left } = self.frontier;
        let [start, end, last_keys] = [start, end, last_keys].map(|number| number as u64);
        snapshot.numbers(&[start, end, is_bits.into(), num_entries, last_keys, entries_left])?;
        snapshot.column(&self.visits)?;
        Ok(())
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        let [start, end, is_bits, num_entries, last_keys, entries_left] = snapshot.numbers()?;
        let [start, end, last_keys] = [start, end, last_keys].map(|number| number as usize);
        let is_bits = is_bits != 0;
        self.frontier = Frontier { start, end, is_bits, num_entries, last_keys, entries_left };
        snapshot.column_into(&mut self.visits)?;
        let visits = &self.visits;
        let level = |&word: &u64| Visit::from_word(word).map(|visit| visit.level);
        let last = visits.iter().filter_map(level).max();
        let is_last = |key: usize| last.is_some() && level(&visits[key]) == last;
        self.visited.fill(visits.len(), |key| visits[key] != Visit::NONE);
        self.front.fill(visits.len(), is_last);
        self.front.list_into(&mut self.order[start..end]);
        Ok(())
    }
}

mod push;
#[cfg(test)]
mod tests;
