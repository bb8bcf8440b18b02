//! The row iteration: a program sees the whole row of a key, not only a fold of it.
//!
//! In plain form, with `S` the states and `E` the entries of the index:
//!
//! ```text
//! repeat
//!     M = E.join(S on column).group_by(row)
//!     S = M.join(S on key).apply()            what comes out is a function of all messages
//! until nothing changes or the criterion is met
//! ```
//!
//! That is what a monoid cannot say: the most frequent message, or the best of sums by group.
//! Each worker lends the program a [`Tally`] to group a row in. It is synchronous: a superstep
//! sees what the one before left. A new state is a function of the row's columns and the key's own
//! state, so a key is looked at again only when one of them changed: changed keys mark the keys
//! that read them. While much changes every key is looked at, which is cheaper than to mark.

use std::fmt::Display;

use bytemuck::Pod;
use rayon::prelude::*;

use super::bulk::in_chunks;
use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex, Tally};
use crate::memory::{Segment, SharedSlice};
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// Every key is looked at while the keys that changed have more than one in this many entries.
const DENSE_SHARE: u64 = 4;

/// What a row iteration makes of a row.
pub trait RowProgram<W: EntryValue>: Sync {
    /// What is kept of a key, and what others read of it.
    type State: Pod + PartialEq + Send + Sync;

    /// What is kept of a group while a row is tallied.
    type Group: Copy + Send;

    /// Whether a new state depends on the key's own old one; if not, a key that changed itself is
    /// not looked at again for that alone.
    const READS_OWN_STATE: bool;

    /// The state before the first superstep.
    fn initial(&self, key: u32) -> Self::State;

    /// The new state of a key.
    ///
    /// # Errors
    /// If the tally was refused memory.
    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, Self::State>,
        tally: &mut Tally<Self::Group>,
        context: RowContext,
    ) -> Result<Self::State>;
}

/// A key's row, with the states of its columns.
#[derive(Debug)]
pub struct Row<'a, I, S> {
    /// The key.
    pub key: u32,
    index: &'a I,
    states: &'a [S],
}

impl<'a, I: StaticIndex, S: Copy> Row<'a, I, S> {
    pub(super) fn new(key: u32, index: &'a I, states: &'a [S]) -> Self {
        Self { key, index, states }
    }

    /// The key's own state.
    #[inline(always)]
    pub fn state(&self) -> S {
        self.states[self.key as usize]
    }

    /// The number of entries.
    #[inline(always)]
    pub fn degree(&self) -> usize {
        self.index.degree(self.key)
    }

    /// Calls `visit(column, state of the column, value)` for every entry, in order.
    #[inline(always)]
    pub fn for_each(&self, mut visit: impl FnMut(u32, S, I::Value)) {
        let states = self.states;
        self.index.for_each(self.key, |column, value| {
            visit(column, states[column as usize], value);
        });
    }
}

/// What all rows see in a superstep.
#[derive(Clone, Copy, Debug)]
pub struct RowContext {
    /// The superstep, from 1.
    pub superstep: u64,
}

/// A row iteration to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct RowIteration<'a, I, P> {
    name: &'a str,
    index: &'a I,
    readers: &'a I,
    program: &'a P,
    criterion: Criterion,
    parameters: Parameters,
}

/// The states that a row iteration ended with, by dense key, and how it went.
#[derive(Debug)]
pub struct RowResult<S> {
    /// By dense key.
    pub states: Segment<S>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, I: StaticIndex, P: RowProgram<I::Value>> RowIteration<'a, I, P> {
    /// An iteration of `program` over the rows of `index`, until nothing changes. `readers` tells
    /// who reads a key: the transpose of `index`, which is itself if it is symmetric.
    pub fn new(name: &'a str, index: &'a I, readers: &'a I, program: &'a P) -> Self {
        let (criterion, parameters) = (Criterion::EmptyWorkset, Parameters::default());
        Self { name, index, readers, program, criterion, parameters }
    }

    /// Ends also after `supersteps`, with what they reached.
    pub fn maximum_supersteps(mut self, supersteps: u64) -> Self {
        self.criterion = Criterion::EmptyWorkset.or(Criterion::MaximumSupersteps(supersteps));
        self
    }

    /// Says that `program` was made with this parameter: a snapshot that was taken with another
    /// value is refused.
    pub fn parameter(mut self, name: &str, value: impl Display) -> Self {
        self.parameters.add(name, value);
        self
    }

    /// Runs it. Takes two states and two bytes a key from the budget, and what a worker needs to
    /// group a row of very many groups.
    pub fn run(self, env: &Environment) -> Result<RowResult<P::State>> {
        // One way into the pool and back, not one for each superstep.
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<RowResult<P::State>> {
        let Self { name, index, readers, program, criterion, parameters } = self;
        let (memory, num_keys) = (env.memory(), index.num_keys());
        let mut body = RowBody {
            env,
            index,
            readers,
            program,
            parameters,
            states: memory.allocate("solution", num_keys)?,
            next: memory.allocate("solution", num_keys)?,
            workset: Workset::Everyone,
            active: memory.allocate("workset", num_keys)?,
            next_active: memory.allocate("workset", num_keys)?,
        };
        env.run(name, || {
            super::values::fill(&mut body.states, |key| program.initial(key));
            Ok(())
        })?;
        let report = superstep::run_resumable(env, name, &criterion, &mut body)?;
        Ok(RowResult { states: body.states, report })
    }
}

/// Which keys are looked at.
#[derive(Clone, Copy, Debug)]
enum Workset {
    Everyone,
    /// So many, which are marked.
    Marked(u64),
}

struct RowBody<'a, I: StaticIndex, P: RowProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    readers: &'a I,
    program: &'a P,
    parameters: Parameters,
    states: Segment<P::State>,
    /// The new states of the keys that are looked at.
    next: Segment<P::State>,
    workset: Workset,
    active: Segment<u8>,
    /// Unset between supersteps.
    next_active: Segment<u8>,
}

/// The keys that changed, and the entries of those that read them.
#[derive(Clone, Copy, Default)]
struct Changes {
    keys: u64,
    entries: u64,
}

impl Changes {
    fn add(self, other: Self) -> Self {
        Self { keys: self.keys + other.keys, entries: self.entries + other.entries }
    }
}

impl<I: StaticIndex, P: RowProgram<I::Value>> RowBody<'_, I, P> {
    fn looks_at_all(&self) -> bool {
        matches!(self.workset, Workset::Everyone)
    }

    /// The new states of the active keys, and how many of them differ.
    fn apply(&mut self, superstep: u64) -> Result<Changes> {
        let (env, index, readers, program) = (self.env, self.index, self.readers, self.program);
        let (all, states) = (self.looks_at_all(), &self.states[..]);
        let context = RowContext { superstep };
        in_chunks(index.chunks(), &mut self.next, &mut self.active)
            .map_init(
                || Tally::new(env.memory()),
                |tally, (keys, next, active)| {
                    env.check_cancelled()?;
                    let mut changes = Changes::default();
                    for ((key, next), active) in keys.zip(next).zip(active) {
                        if !all && *active == 0 {
                            continue;
                        }
                        *next = program.apply(Row::new(key, index, states), tally, context)?;
                        // From here on the mark says whether the state changed.
                        *active = u8::from(*next != states[key as usize]);
                        if *active != 0 {
                            let entries = readers.degree(key) as u64;
                            changes = changes.add(Changes { keys: 1, entries });
                        }
                    }
                    Ok(changes)
                },
            )
            .try_reduce(Changes::default, |a, b| Ok(a.add(b)))
    }

    /// Takes the new states over, and marks who reads them if `marks`.
    fn commit(&mut self, marks: bool) {
        let (index, readers, next) = (self.index, self.readers, &self.next[..]);
        let next_active = SharedSlice::new(&mut self.next_active);
        in_chunks(index.chunks(), &mut self.states, &mut self.active).for_each(
            |(keys, states, changed)| {
                for ((key, state), changed) in keys.zip(states).zip(changed) {
                    if std::mem::take(changed) == 0 {
                        continue;
                    }
                    *state = next[key as usize];
                    if marks {
                        readers.for_each(key, |reader, _| next_active.store(reader as usize, 1));
                        if P::READS_OWN_STATE {
                            next_active.store(key as usize, 1);
                        }
                    }
                }
            },
        );
    }
}

impl<I: StaticIndex, P: RowProgram<I::Value>> Body for RowBody<'_, I, P> {
    fn workset(&self) -> u64 {
        match self.workset {
            Workset::Everyone => self.index.num_keys() as u64,
            Workset::Marked(count) => count,
        }
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let changes = self.apply(superstep)?;
        let is_dense = changes.entries > self.readers.num_entries() / DENSE_SHARE;
        self.commit(!is_dense);
        std::mem::swap(&mut self.active, &mut self.next_active);
        self.workset = if is_dense {
            Workset::Everyone
        } else {
            let count = |marks: &[u8]| marks.iter().map(|&mark| u64::from(mark)).sum::<u64>();
            Workset::Marked(self.active.par_chunks(1 << 16).map(count).sum())
        };
        Ok(Step { changes: changes.keys, convergence: None, direction: Direction::Pull })
    }
}

/// The states, and who is active.
impl<I: StaticIndex, P: RowProgram<I::Value>> Stateful for RowBody<'_, I, P> {
    fn identity(&self) -> Result<Identity> {
        let input = fingerprint(self.index)?.column(&self.states);
        Ok(Identity { program: self.parameters.of::<P, P::State>(), input: input.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        let marked = match self.workset {
            Workset::Everyone => u64::MAX,
            Workset::Marked(count) => count,
        };
        snapshot.numbers(&[marked])?;
        snapshot.column(&self.states)?;
        Ok(snapshot.column(&self.active)?)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        let [marked] = snapshot.numbers()?;
        let is_all = marked == u64::MAX;
        self.workset = if is_all { Workset::Everyone } else { Workset::Marked(marked) };
        snapshot.column_into(&mut self.states)?;
        snapshot.column_into(&mut self.active)?;
        self.next_active.fill(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iteration::StopReason;
    use crate::iteration::delta::tests::ring;

    /// The most frequent of the columns' states, the smallest of equals, if it is less than the
    /// key's own.
    struct Mode;

    impl RowProgram<()> for Mode {
        type State = u32;
        type Group = u32;
        const READS_OWN_STATE: bool = true;
        fn initial(&self, key: u32) -> u32 {
            key
        }
        fn apply<I: StaticIndex<Value = ()>>(
            &self,
            row: Row<'_, I, u32>,
            tally: &mut Tally<u32>,
            _: RowContext,
        ) -> Result<u32> {
            tally.begin(row.degree());
            row.for_each(|_, state, ()| tally.add(state, 1, |a, b| a + b));
            let order = |&(state, count): &(u32, u32)| (std::cmp::Reverse(count), state);
            let mode = tally.groups()?.min_by_key(order);
            Ok(mode.map_or(row.state(), |(mode, _)| mode.min(row.state())))
        }
    }

    #[test]
    fn runs_until_nothing_changes_and_looks_only_at_what_may_change() {
        let env = Environment::builder().threads(2).build().unwrap();
        let ring = ring(&env, 300);
        let run = |most| {
            RowIteration::new("mode", &ring, &ring, &Mode).maximum_supersteps(most).run(&env)
        };
        let result = run(1000).unwrap();
        assert!(result.states.iter().all(|&state| state == 0), "0 spreads both ways");
        assert_eq!(result.report.stopped, StopReason::EmptyWorkset);
        let worksets: Vec<u64> = result.report.supersteps.iter().map(|s| s.workset).collect();
        assert_eq!(worksets[..2], [300, 300]);
        assert!(*worksets.last().unwrap() < 10, "{worksets:?}");
        let plain = run(3).unwrap();
        assert_eq!((plain.states[3], plain.states[4], plain.states[297]), (0, 1, 0));
        assert_eq!(plain.report.stopped, StopReason::MaximumSupersteps);
    }
}
