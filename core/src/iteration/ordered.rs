//! The ordered delta iteration: what is pending goes bucket by bucket, the best values first.
//!
//! In plain form, with `S` the solution set, `D` the pending keys and `E` the entries of the index:
//!
//! ```text
//! repeat
//!     B = D.filter(bucket of the value is the first one that is not empty)
//!     repeat
//!         M = E.join(B on row).map(message).group_by(column).reduce(Lattice)
//!         S.merge(M); those that improved are pending, in the buckets of their new values
//!         B = what is pending in the same bucket
//!     until B is empty
//! until D is empty
//! ```
//!
//! A superstep is a bucket. Where no message has a better bucket than the value that it was made
//! of, keys are settled when their bucket is done, and few send more than once: shortest paths by
//! delta-stepping are of that kind. Any other program of a lattice reaches its fixpoint too, with
//! keys that come back.
//!
//! Messages merge in place, so what happens inside of a bucket depends on the schedule; what it
//! ends with does not: the fixpoint is unique, and between two supersteps the solution is the
//! merge of all messages of settled keys. Reports count keys that are pending and keys that a
//! bucket settled, which are the same at any number of threads.
//!
//! Each worker has bins of its own ([`Lane`]). Buckets with little in them are done by the worker
//! that is there; in larger ones workers take pieces of the bucket, and go on with what they find
//! for the same bucket themselves while that is little (bucket fusion).

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use self::lane::{Block, Entry, Lane, WINDOW, tag};
use super::bitmap::Bitmap;
use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use super::values::{Value, fill};
use crate::algebra::{Monoid, Semilattice};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::{Segment, SharedSlice};
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

mod lane;
mod width;

pub use width::{BucketWidth, bucket_width};

/// What an ordered iteration sends along an entry, and in which order.
pub trait OrderedProgram<W: EntryValue>: Sync {
    /// How values merge.
    type Lattice: Semilattice;

    /// A key's value before the first superstep.
    fn initial(&self, key: u32) -> Value<Self::Lattice>;

    /// Whether the key sends its initial value; by default all do. A key whose value is the
    /// lattice's identity has nothing to send.
    fn is_active(&self, _key: u32) -> bool {
        true
    }

    /// The message along an entry from a key with this value.
    fn message(&self, value: Value<Self::Lattice>, entry: W) -> Value<Self::Lattice>;

    /// Whether a key takes a message that would improve it; by default any does.
    #[inline(always)]
    fn accepts(&self, _key: u32, _message: Value<Self::Lattice>) -> bool {
        true
    }

    /// Whether keys are settled when their bucket is done, so that nothing need be sent to them any
    /// more: if no message has a better bucket than the value that it was made of. By default they
    /// may come back.
    fn settles(&self) -> bool {
        false
    }

    /// The bucket of a value. Must not fall when a value gets worse.
    fn bucket(&self, value: Value<Self::Lattice>) -> u64;
}

/// An ordered iteration to be run over an index, along its entries.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct OrderedIteration<'a, I, P> {
    name: &'a str,
    index: &'a I,
    program: &'a P,
    criterion: Criterion,
    parameters: Parameters,
    is_nested: bool,
}

/// The solution set that an ordered iteration ended with, by dense key, and how it went.
#[derive(Debug)]
pub struct OrderedResult<V> {
    /// By dense key.
    pub solution: Segment<V>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, I: StaticIndex, P> OrderedIteration<'a, I, P> {
    /// An iteration of `program` over `index`, until nothing is pending.
    pub fn new(name: &'a str, index: &'a I, program: &'a P) -> Self {
        let (criterion, parameters) = (Criterion::EmptyWorkset, Parameters::default());
        Self { name, index, program, criterion, parameters, is_nested: false }
    }

    /// Says that `program` was made with this parameter: a snapshot that was taken with another
    /// value is refused.
    pub fn parameter(mut self, name: &str, value: impl Display) -> Self {
        self.parameters.add(name, value);
        self
    }

    /// Ends also after `supersteps`: the values of that many buckets are settled.
    pub fn maximum_supersteps(self, supersteps: u64) -> Self {
        let criterion = Criterion::EmptyWorkset.or(Criterion::MaximumSupersteps(supersteps));
        Self { criterion, ..self }
    }

    /// Says that it runs inside of another iteration, which takes the snapshots then.
    pub fn nested(self) -> Self {
        Self { is_nested: true, ..self }
    }
}

impl<I: StaticIndex, P: OrderedProgram<I::Value>> OrderedIteration<'_, I, P> {
    /// Runs it. Takes a value, a bit and three pending entries of 8 bytes for each key from the
    /// budget; more where more is pending at once.
    ///
    /// # Errors
    /// If the budget does not suffice, the environment is cancelled, or the program panics.
    pub fn run(self, env: &Environment) -> Result<OrderedResult<Value<P::Lattice>>> {
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<OrderedResult<Value<P::Lattice>>> {
        let num_keys = self.index.num_keys();
        let num_lanes = env.num_threads();
        let lane = |_| Lane::new(env.memory(), (ENTRIES_OF_A_KEY * num_keys).div_ceil(num_lanes));
        let mut body = OrderedBody {
            env,
            index: self.index,
            program: self.program,
            solution: env.memory().allocate("solution", num_keys)?,
            lanes: (0..num_lanes).map(lane).collect::<Result<_>>()?,
            base: 0,
            current: 0,
            first_open: 0,
            moved: Bitmap::new(env.memory(), "keys", num_keys)?,
            parameters: self.parameters,
        };
        env.run(self.name, || body.begin())?;
        let report = if self.is_nested {
            superstep::run(env, self.name, &self.criterion, &mut body)?
        } else {
            superstep::run_resumable(env, self.name, &self.criterion, &mut body)?
        };
        Ok(OrderedResult { solution: body.solution, report })
    }
}

/// Entries in bins that are paid for from the start, for each key: what was out of date before it
/// was its turn, and the room that lists grow into, are among them.
const ENTRIES_OF_A_KEY: usize = 3;

struct OrderedBody<'a, I: StaticIndex, P: OrderedProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    program: &'a P,
    solution: Segment<Value<P::Lattice>>,
    /// One for each worker.
    lanes: Vec<Lane>,
    /// The first bucket of the window.
    base: u64,
    /// All buckets before this one are settled.
    current: u64,
    /// All keys before this one are settled.
    first_open: u32,
    /// Keys that are in the window already while it moves; empty otherwise.
    moved: Bitmap,
    parameters: Parameters,
}

impl<I: StaticIndex, P: OrderedProgram<I::Value>> Body for OrderedBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.pending).sum::<i64>().max(0) as u64
    }

    fn superstep(&mut self, _superstep: u64) -> Result<Step> {
        let slot = self.next_slot()?;
        self.current = self.base + slot;
        if self.program.settles() {
            self.pass_settled();
        }
        loop {
            let (blocks, ends) = self.take_bins(slot);
            if blocks.is_empty() {
                break;
            }
            self.round(slot, &blocks, &ends)?;
            self.recycle(blocks, &ends);
        }
        let settled: i64 = self.lanes.iter().map(|lane| lane.moved(slot)).sum();
        self.lanes.iter_mut().for_each(|lane| lane.clear_bin(slot));
        self.lanes[0].pending -= settled;
        self.current += 1;
        Ok(Step { changes: settled as u64, convergence: None, direction: Direction::Push })
    }
}

/// Rounds of at most so many entries are left to the worker that is there.
const ALONE: usize = 1 << 7;

/// How many entries ahead rows are brought into cache, and twice as many ahead what tells whether
/// they are needed.
const AHEAD_ROWS: usize = 8;

/// A worker goes on with its own bin while it has at most this many blocks.
const FUSED_BLOCKS: usize = 8;

impl<I: StaticIndex, P: OrderedProgram<I::Value>> OrderedBody<'_, I, P> {
    fn begin(&mut self) -> Result<()> {
        let program = self.program;
        fill(&mut self.solution, |key| program.initial(key));
        self.make_pending(|key, value| starts::<I, P>(program, key, value))
    }

    /// Makes keys pending that are not, by their values; the lanes are empty.
    fn make_pending(&mut self, is_pending: impl Fn(u32, Value<P::Lattice>) -> bool) -> Result<()> {
        let lane = &mut self.lanes[0];
        for (key, &value) in self.solution.iter().enumerate() {
            if is_pending(key as u32, value) {
                let slot = self.program.bucket(value).max(self.current) - self.base;
                lane.pending += 1;
                lane.count(slot, 1);
                lane.push(slot, (key as u32, tag(value)));
            }
        }
        lane.check()
    }

    /// Where in the window the first bucket is that is not empty; moves the window if there is
    /// none. Something must be pending.
    fn next_slot(&mut self) -> Result<u64> {
        for slot in self.current - self.base..WINDOW {
            if self.lanes.iter().map(|lane| lane.moved(slot)).sum::<i64>() > 0 {
                return Ok(slot);
            }
            // What is left in the bins has moved on since.
            self.lanes.iter_mut().for_each(|lane| lane.clear_bin(slot));
        }
        self.move_window()?;
        Ok(0)
    }

    /// Goes on to the first key that is not settled. O(keys) in all supersteps together.
    fn pass_settled(&mut self) {
        let open = &self.solution[self.first_open as usize..];
        let is_open = |&value: &_| self.program.bucket(value) >= self.current;
        self.first_open += open.iter().position(is_open).unwrap_or(open.len()) as u32;
    }

    /// The blocks of all lanes, and how many there are up to the end of each lane's.
    fn take_bins(&mut self, slot: u64) -> (Vec<Block>, Vec<usize>) {
        let mut blocks = Vec::new();
        let take = |lane: &mut Lane| {
            blocks.extend(lane.take_bin(slot));
            blocks.len()
        };
        let ends = self.lanes.iter_mut().map(take).collect();
        (blocks, ends)
    }

    /// Gives blocks that are done back to the lanes that they came from.
    fn recycle(&mut self, blocks: Vec<Block>, ends: &[usize]) {
        let mut blocks = blocks.into_iter().enumerate().peekable();
        for (lane, &end) in self.lanes.iter_mut().zip(ends) {
            while let Some((_, block)) = blocks.next_if(|&(at, _)| at < end) {
                lane.recycle(block);
            }
        }
    }

    /// Begins the window anew at the first bucket behind it.
    fn move_window(&mut self) -> Result<()> {
        let Self { solution, lanes, program, moved, .. } = self;
        let value = |entry: &Entry| {
            let value = solution[entry.0 as usize];
            (tag(value) == entry.1).then_some(value)
        };
        let far: Vec<_> = lanes.iter_mut().flat_map(Lane::take_far).collect();
        let values = far.iter().flatten().filter_map(value);
        self.base = values.map(|value| program.bucket(value)).min().unwrap_or(u64::MAX);
        for (at, block) in far.iter().enumerate() {
            let num_lanes = lanes.len();
            let lane = &mut lanes[at % num_lanes];
            for entry in block {
                let Some(value) = value(entry).filter(|_| !moved.contains(entry.0)) else {
                    continue;
                };
                // Values with one tag may have come one after the other.
                moved.insert(entry.0);
                let slot = program.bucket(value) - self.base;
                lane.count(slot, 1);
                lane.push(slot, *entry);
            }
            lane.check()?;
        }
        far.iter().flatten().for_each(|entry| moved.remove(entry.0));
        let num_lanes = self.lanes.len();
        let dealt = far.into_iter().enumerate();
        dealt.for_each(|(at, block)| self.lanes[at % num_lanes].recycle(block));
        Ok(())
    }

    /// Sends the values of the entries in the blocks, and maybe of what comes into the same bucket.
    fn round(&mut self, slot: u64, blocks: &[Block], ends: &[usize]) -> Result<()> {
        self.env.check_cancelled()?;
        let env = self.env;
        let round = Round {
            index: self.index,
            program: self.program,
            solution: SharedSlice::new(&mut self.solution),
            base: self.base,
            current: self.current,
            first_open: self.first_open,
        };
        if blocks.iter().map(Vec::len).sum::<usize>() <= ALONE {
            let lane = &mut self.lanes[0];
            blocks.iter().for_each(|block| round.send(lane, block));
            round.fuse(lane, slot);
            return lane.check();
        }
        let starts = std::iter::once(&0).chain(ends);
        let nexts: Vec<_> = starts.map(|&start| AtomicUsize::new(start)).collect();
        let lanes: Vec<_> = self.lanes.iter_mut().map(Mutex::new).collect();
        env.for_each_piece(lanes.len(), |own| {
            let lane = &mut **lanes[own].lock().unwrap_or_else(PoisonError::into_inner);
            // What the worker found itself is near what it changed last: that comes first.
            for other in (own..lanes.len()).chain(0..own) {
                let next = || Some(nexts[other].fetch_add(1, Ordering::Relaxed));
                while let Some(at) = next().filter(|&at| at < ends[other] && !env.is_cancelled()) {
                    round.send(lane, &blocks[at]);
                }
            }
            round.fuse(lane, slot);
        });
        env.check_cancelled()?;
        self.lanes.iter_mut().try_for_each(Lane::check)
    }
}

/// Whether a key sends this initial value.
fn starts<I: StaticIndex, P: OrderedProgram<I::Value>>(
    program: &P,
    key: u32,
    initial: Value<P::Lattice>,
) -> bool {
    program.is_active(key) && P::Lattice::improves(initial, P::Lattice::IDENTITY)
}

/// What the workers of a round share.
struct Round<'a, I: StaticIndex, P: OrderedProgram<I::Value>> {
    index: &'a I,
    program: &'a P,
    solution: SharedSlice<'a, Value<P::Lattice>>,
    base: u64,
    current: u64,
    first_open: u32,
}

impl<I: StaticIndex, P: OrderedProgram<I::Value>> Round<'_, I, P> {
    /// Sends the values of keys that still have them.
    fn send(&self, lane: &mut Lane, entries: &[Entry]) {
        for (at, &(key, sent)) in entries.iter().enumerate() {
            self.look_ahead(&entries[at..]);
            let value = self.solution.load(key as usize);
            if tag(value) == sent {
                let ahead = |other| self.solution.prefetch(other as usize);
                self.index.for_each_from(key, self.first_open, ahead, |other, entry| {
                    self.merge(lane, other, self.program.message(value, entry));
                });
            }
        }
    }

    /// Asks for what the entries after the first need.
    #[inline(always)]
    fn look_ahead(&self, entries: &[Entry]) {
        if let Some(&(later, _)) = entries.get(2 * AHEAD_ROWS) {
            self.solution.prefetch(later as usize);
            self.index.prefetch_bounds(later);
        }
        if let Some(&(later, sent)) = entries.get(AHEAD_ROWS)
            && tag(self.solution.load(later as usize)) == sent
        {
            self.index.prefetch_whole_row(later);
        }
    }

    /// Goes on with what the worker itself found for the bucket, while that is little.
    fn fuse(&self, lane: &mut Lane, slot: u64) {
        while lane.has_few(slot, FUSED_BLOCKS) {
            for block in lane.take_bin(slot) {
                self.send(lane, &block);
                lane.recycle(block);
            }
        }
    }

    #[inline(always)]
    fn merge(&self, lane: &mut Lane, key: u32, new: Value<P::Lattice>) {
        let mut old = self.solution.load(key as usize);
        while P::Lattice::improves(new, old) && self.program.accepts(key, new) {
            let merged = P::Lattice::combine(old, new);
            match self.solution.compare_exchange(key as usize, old, merged) {
                Ok(_) => return self.improved(lane, key, old, merged),
                Err(seen) => old = seen,
            }
        }
    }

    /// A key is pending with its new value.
    fn improved(&self, lane: &mut Lane, key: u32, old: Value<P::Lattice>, new: Value<P::Lattice>) {
        let old_bucket = self.program.bucket(old);
        // It has sent nothing yet: it had nothing to send, or was not to send it.
        let came_first = old == P::Lattice::IDENTITY
            || !self.program.is_active(key) && old == self.program.initial(key);
        if old_bucket < self.current || came_first {
            lane.pending += 1;
        } else {
            lane.count(old_bucket - self.base, -1);
        }
        let slot = self.program.bucket(new).max(self.current) - self.base;
        lane.count(slot, 1);
        lane.push(slot, (key, tag(new)));
    }
}

/// The solution and the first bucket that is not settled: what is pending follows from them.
impl<I: StaticIndex, P: OrderedProgram<I::Value>> Stateful for OrderedBody<'_, I, P> {
    fn identity(&self) -> Result<Identity> {
        let input = fingerprint(self.index)?.column(&self.solution);
        let program = self.parameters.of::<P, Value<P::Lattice>>();
        Ok(Identity { program, input: input.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        snapshot.numbers(&[self.current])?;
        snapshot.column(&self.solution)?;
        Ok(())
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        let [current] = snapshot.numbers()?;
        snapshot.column_into(&mut self.solution)?;
        for lane in &mut self.lanes {
            (0..WINDOW).for_each(|slot| lane.clear_bin(slot));
            lane.take_far().for_each(|block| lane.recycle(block));
            lane.pending = 0;
        }
        (self.base, self.current, self.first_open) = (current, current, 0);
        let program = self.program;
        self.make_pending(|key, value| {
            let has_come = value != program.initial(key) || starts::<I, P>(program, key, value);
            has_come && program.bucket(value) >= current
        })
    }
}

#[cfg(test)]
mod tests;
