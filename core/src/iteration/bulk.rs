//! The indexed bulk iteration: every key's state is replaced in every superstep.
//!
//! In plain form, with `S` the states and `E` the entries of the index:
//!
//! ```text
//! P = S.project()
//! repeat
//!     M = E.join(P on column).map(message).group_by(row).reduce(Combiner)
//!     S = S.join(M on key).apply()
//!     P = S.project()
//! until the criterion is met
//! ```
//!
//! Keys are dense and the index is sorted by row, so the joins are array reads, the grouped reduce
//! is a fold along a row, and `apply` and the next `project` follow for a block of rows at a time,
//! while the nearest cache has them: a superstep is one sweep over the index. What is read at random
//! is only `P`, which a program keeps narrow. Projections are double-buffered, so a superstep never
//! sees its own.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::Segment;
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// What a bulk iteration does to a key and along an entry.
pub trait BulkProgram<W: EntryValue>: Sync {
    /// What is kept of a key from superstep to superstep.
    type State: Pod + Send + Sync;

    /// What others read of a key: the one column that crosses the index.
    type Projection: Pod + Send + Sync;

    /// How messages to a key are combined.
    type Combiner: Monoid;

    /// What every key sees in a superstep.
    type Shared: Copy + Send + Sync;

    /// The state before the first superstep.
    fn initial(&self, key: BulkKey) -> Self::State;

    /// What others read of a key in this state.
    fn project(&self, key: BulkKey, state: &Self::State) -> Self::Projection;

    /// The message along an entry.
    fn message(&self, projection: Self::Projection, value: W) -> <Self::Combiner as Monoid>::Value;

    /// What every key will see in the superstep that begins; worked out once for all of them.
    fn share(&self, context: &BulkContext) -> Self::Shared;

    /// The new state of a key, given its combined messages (the identity if there are none).
    fn apply(
        &self,
        key: BulkKey,
        state: &Self::State,
        combined: <Self::Combiner as Monoid>::Value,
        shared: Self::Shared,
    ) -> Self::State;

    /// A key's part in the aggregate that the next superstep sees; summed in a fixed order.
    fn aggregate(&self, _key: BulkKey, _state: &Self::State) -> f64 {
        0.0
    }

    /// A key's part in the convergence value, which is the sum over all keys in a fixed order.
    fn change(&self, old: &Self::State, new: &Self::State) -> f64;
}

/// A key, and what its row says of it.
#[derive(Clone, Copy, Debug)]
pub struct BulkKey {
    /// The dense key.
    pub id: u32,
    /// The number of entries in its row.
    pub degree: u32,
}

/// What the combined messages of a program are.
pub(super) type Combined<P, W> = <<P as BulkProgram<W>>::Combiner as Monoid>::Value;

/// What is known when a superstep begins.
#[derive(Clone, Copy, Debug)]
pub struct BulkContext {
    /// The superstep, from 1.
    pub superstep: u64,
    /// The number of keys.
    pub num_keys: u64,
    /// The aggregate over all states that the superstep before left.
    pub aggregate: f64,
}

/// A bulk iteration to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct BulkIteration<'a, I, P> {
    pub(super) name: &'a str,
    pub(super) index: &'a I,
    pub(super) program: &'a P,
    pub(super) criterion: Criterion,
    pub(super) parameters: Parameters,
}

/// The states that a bulk iteration ended with, by dense key, and how it went.
#[derive(Debug)]
pub struct BulkResult<S> {
    /// By dense key.
    pub states: Segment<S>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, I, P> BulkIteration<'a, I, P>
where
    I: StaticIndex,
    P: BulkProgram<I::Value>,
{
    /// An iteration of `program` along the rows of `index`, until `criterion` is met.
    pub fn new(name: &'a str, index: &'a I, program: &'a P, criterion: Criterion) -> Self {
        Self { name, index, program, criterion, parameters: Parameters::default() }
    }

    /// Says that `program` was made with this parameter: a snapshot that was taken with another
    /// value is refused.
    pub fn parameter(mut self, name: &str, value: impl Display) -> Self {
        self.parameters.add(name, value);
        self
    }

    /// Runs it. Takes one state and two projections a key from the budget.
    pub fn run(self, env: &Environment) -> Result<BulkResult<P::State>> {
        // One way into the pool and back, not one for each superstep.
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<BulkResult<P::State>> {
        let mut body = BulkBody::new(env, &self)?;
        let report = superstep::run_resumable(env, self.name, &self.criterion, &mut body)?;
        Ok(BulkResult { states: body.states, report })
    }
}

pub(super) struct BulkBody<'a, I: StaticIndex, P: BulkProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    program: &'a P,
    pub(super) states: Segment<P::State>,
    pub(super) projections: Segment<P::Projection>,
    next_projections: Segment<P::Projection>,
    aggregate: f64,
    parameters: Parameters,
}

/// What a chunk adds to the superstep's sums.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    change: f64,
    aggregate: f64,
    changes: u64,
}

impl Sums {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            change: self.change + other.change,
            aggregate: self.aggregate + other.aggregate,
            changes: self.changes + other.changes,
        }
    }
}

impl<'a, I: StaticIndex, P: BulkProgram<I::Value>> BulkBody<'a, I, P> {
    /// The body with every key in its first state.
    pub(super) fn new(env: &'a Environment, iteration: &BulkIteration<'a, I, P>) -> Result<Self> {
        let &BulkIteration { name, index, program, ref parameters, .. } = iteration;
        let (memory, num_keys) = (env.memory(), index.num_keys());
        let mut body = Self {
            env,
            index,
            program,
            states: memory.allocate("solution", num_keys)?,
            projections: memory.allocate("projection", num_keys)?,
            next_projections: memory.allocate("projection", num_keys)?,
            aggregate: 0.0,
            parameters: parameters.clone(),
        };
        env.run(name, || {
            body.initialize();
            Ok(())
        })?;
        Ok(body)
    }

    fn initialize(&mut self) {
        let (index, program) = (self.index, self.program);
        let partials: Vec<f64> = in_chunks(index.chunks(), &mut self.states, &mut self.projections)
            .map(|(keys, states, projections)| {
                let mut aggregate = 0.0;
                for ((id, state), projection) in keys.zip(states).zip(projections) {
                    let key = BulkKey { id, degree: index.degree(id) as u32 };
                    *state = program.initial(key);
                    *projection = program.project(key, state);
                    aggregate += program.aggregate(key, state);
                }
                aggregate
            })
            .collect();
        self.aggregate = partials.into_iter().sum();
    }

    /// One sweep over all chunks in parallel. `fold` is given a chunk's number, the projections, the
    /// chunk's part of `parts`, and the rows, to which it applies their combined messages.
    pub(super) fn sweep<T: Send>(
        &mut self,
        superstep: u64,
        parts: Vec<T>,
        fold: impl Fn(usize, &[P::Projection], T, Rows<'_, I::Value, P>) -> Sums + Sync,
    ) -> Result<Step> {
        let num_keys = self.index.num_keys() as u64;
        let (env, program) = (self.env, self.program);
        let shared = program.share(&BulkContext { superstep, num_keys, aggregate: self.aggregate });
        let projections = &self.projections[..];
        let sums = in_chunks(self.index.chunks(), &mut self.states, &mut self.next_projections)
            .zip(parts)
            .enumerate()
            .map(|(chunk, ((keys, states, next), part))| {
                env.check_cancelled()?;
                let rows = Rows { program, shared, keys, states, next };
                Ok(fold(chunk, projections, part, rows))
            })
            .collect::<Result<Vec<Sums>>>()?;
        std::mem::swap(&mut self.projections, &mut self.next_projections);
        let total = sums.into_iter().fold(Sums::default(), Sums::add);
        self.aggregate = total.aggregate;
        Ok(Step {
            changes: total.changes,
            convergence: Some(total.change),
            direction: Direction::Pull,
        })
    }
}

/// Projections are made again from the states.
impl<I: StaticIndex, P: BulkProgram<I::Value>> Stateful for BulkBody<'_, I, P> {
    fn identity(&self) -> Result<Identity> {
        // The first projections tell what the program knows of each key.
        let input = fingerprint(self.index)?.column(&self.states).column(&self.projections);
        Ok(Identity { program: self.parameters.of::<P, P::State>(), input: input.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        snapshot.numbers(&[self.aggregate.to_bits()])?;
        Ok(snapshot.column(&self.states)?)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        let [aggregate] = snapshot.numbers()?;
        self.aggregate = f64::from_bits(aggregate);
        snapshot.column_into(&mut self.states)?;
        let (index, program) = (self.index, self.program);
        in_chunks(index.chunks(), &mut self.states, &mut self.projections).for_each(
            |(keys, states, projections)| {
                for ((id, state), projection) in keys.zip(states).zip(projections) {
                    let key = BulkKey { id, degree: index.degree(id) as u32 };
                    *projection = program.project(key, state);
                }
            },
        );
        Ok(())
    }
}

impl<I: StaticIndex, P: BulkProgram<I::Value>> Body for BulkBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.index.num_keys() as u64
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let index = self.index;
        self.sweep(superstep, vec![(); index.chunks().len()], |_, projections, (), rows| {
            rows.fold(index, projections)
        })
    }
}

/// Keys whose messages are combined before their new states are made: the second loop then looks at
/// no entries, and does the same for several keys at once.
const BLOCK: usize = 128;

/// Sums that are kept side by side, so that additions need not wait for each other.
const LANES: usize = 8;

/// The rows of one chunk in one superstep.
pub(super) struct Rows<'a, W: EntryValue, P: BulkProgram<W>> {
    program: &'a P,
    shared: P::Shared,
    keys: Range<u32>,
    states: &'a mut [P::State],
    next: &'a mut [P::Projection],
}

impl<W: EntryValue, P: BulkProgram<W>> Rows<'_, W, P> {
    /// Gives every key its new state, by the rows of `index`.
    #[inline(always)]
    fn fold<I: StaticIndex<Value = W>>(self, index: &I, projections: &[P::Projection]) -> Sums {
        let program = self.program;
        self.apply(|keys, degrees, combined| {
            combine(program, index, projections, keys, degrees, combined);
        })
    }

    /// Gives every key its new state; `combine` is given some keys, and tells how many entries the
    /// row of each has and what its messages combine to.
    #[inline(always)]
    pub(super) fn apply(
        self,
        mut combine: impl FnMut(Range<u32>, &mut [u32], &mut [Combined<P, W>]),
    ) -> Sums {
        let Self { program, shared, keys, states, next } = self;
        let (mut degrees, mut combined) = ([0; BLOCK], [P::Combiner::IDENTITY; BLOCK]);
        let mut replacement = Replacement {
            program,
            shared,
            new_states: [P::State::zeroed(); BLOCK],
            changes: [0.0; BLOCK],
            aggregates: [0.0; BLOCK],
            types: PhantomData,
        };
        let mut sums = Sums::default();
        let blocks = states.chunks_mut(BLOCK).zip(next.chunks_mut(BLOCK));
        for (first, (states, next)) in keys.step_by(BLOCK).zip(blocks) {
            let keys = first..first + states.len() as u32;
            let degrees = &mut degrees[..states.len()];
            let combined = &mut combined[..states.len()];
            combine(keys, degrees, combined);
            sums = sums.add(replacement.run(first, degrees, combined, states, next));
        }
        sums
    }
}

/// How many entries the row of each key has, and what its messages combine to.
///
/// A function of its own, so that the loop has the registers for itself.
#[inline(never)]
fn combine<I: StaticIndex, P: BulkProgram<I::Value>>(
    program: &P,
    index: &I,
    projections: &[P::Projection],
    keys: Range<u32>,
    degrees: &mut [u32],
    combined: &mut [Combined<P, I::Value>],
) {
    let message = |&projection: &P::Projection, value| program.message(projection, value);
    let mut rows = degrees.iter_mut().zip(combined);
    index.fold_rows::<P::Combiner, _>(keys, projections, message, |_, degree, value| {
        if let Some((to_degree, to_value)) = rows.next() {
            (*to_degree, *to_value) = (degree as u32, value);
        }
    });
}

/// The making of new states, with room for a block of them.
struct Replacement<'a, W: EntryValue, P: BulkProgram<W>> {
    program: &'a P,
    shared: P::Shared,
    new_states: [P::State; BLOCK],
    changes: [f64; BLOCK],
    aggregates: [f64; BLOCK],
    types: PhantomData<W>,
}

impl<W: EntryValue, P: BulkProgram<W>> Replacement<'_, W, P> {
    /// Replaces the states of a block of keys, from `first` on, and says what their next
    /// projections are. The same operations in the same order, whatever the processor.
    #[inline(never)]
    fn run(
        &mut self,
        first: u32,
        degrees: &[u32],
        combined: &[Combined<P, W>],
        states: &mut [P::State],
        next: &mut [P::Projection],
    ) -> Sums {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { self.run_by_avx2(first, degrees, combined, states, next) };
        }
        self.replace(first, degrees, combined, states, next)
    }

    /// As [`replace`](Self::replace), on wider registers.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn run_by_avx2(
        &mut self,
        first: u32,
        degrees: &[u32],
        combined: &[Combined<P, W>],
        states: &mut [P::State],
        next: &mut [P::Projection],
    ) -> Sums {
        self.replace(first, degrees, combined, states, next)
    }

    /// Loops without branches over columns that do not overlap, and of one width each: so the
    /// compiler does several keys at once.
    #[inline(always)]
    fn replace(
        &mut self,
        first: u32,
        degrees: &[u32],
        combined: &[Combined<P, W>],
        states: &mut [P::State],
        next: &mut [P::Projection],
    ) -> Sums {
        let (program, shared, len) = (self.program, self.shared, states.len());
        let (degrees, combined, next) = (&degrees[..len], &combined[..len], &mut next[..len]);
        let key = |at: usize| BulkKey { id: first + at as u32, degree: degrees[at] };
        let new_states = &mut self.new_states[..len];
        for at in 0..len {
            new_states[at] = program.apply(key(at), &states[at], combined[at], shared);
            next[at] = program.project(key(at), &new_states[at]);
        }
        let (changes, aggregates) = (&mut self.changes[..len], &mut self.aggregates[..len]);
        for at in 0..len {
            changes[at] = program.change(&states[at], &new_states[at]);
            aggregates[at] = program.aggregate(key(at), &new_states[at]);
        }
        states.copy_from_slice(new_states);
        let num_changes = changes.iter().map(|&change| u64::from(change != 0.0)).sum();
        Sums { change: sum(changes), aggregate: sum(aggregates), changes: num_changes }
    }
}

/// The sum of some values, grouped by their places.
#[inline(always)]
fn sum(values: &[f64]) -> f64 {
    let (lines, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for line in lines {
        for (lane, value) in lanes.iter_mut().zip(line) {
            *lane += value;
        }
    }
    lanes.iter().chain(rest).sum()
}

/// The parts of two columns that belong to each chunk of keys, in parallel, each by itself.
pub(super) fn in_chunks<'c, A: Send, B: Send>(
    chunks: &[Range<u32>],
    mut first: &'c mut [A],
    mut second: &'c mut [B],
) -> impl IndexedParallelIterator<Item = (Range<u32>, &'c mut [A], &'c mut [B])> + use<'c, A, B> {
    let mut parts = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let (a, rest) = first.split_at_mut(chunk.len());
        first = rest;
        let (b, rest) = second.split_at_mut(chunk.len());
        second = rest;
        parts.push((chunk.clone(), a, b));
    }
    parts.into_par_iter().with_max_len(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::Sum;
    use crate::error::Error;
    use crate::iteration::StopReason;
    use crate::iteration::delta::tests::ring;

    /// Every key's state becomes the sum of its neighbours' states plus the mean of all.
    struct Spread;

    impl BulkProgram<()> for Spread {
        type State = f64;
        type Projection = f64;
        type Combiner = Sum<f64>;
        type Shared = f64;
        fn initial(&self, key: BulkKey) -> f64 {
            f64::from(key.id == 0)
        }
        fn project(&self, _key: BulkKey, state: &f64) -> f64 {
            state / 2.0
        }
        fn message(&self, projection: f64, (): ()) -> f64 {
            projection
        }
        fn share(&self, context: &BulkContext) -> f64 {
            context.aggregate / context.num_keys as f64
        }
        fn apply(&self, _key: BulkKey, _state: &f64, sum: f64, mean: f64) -> f64 {
            0.5 * sum + 0.5 * mean
        }
        fn aggregate(&self, _key: BulkKey, state: &f64) -> f64 {
            *state
        }
        fn change(&self, old: &f64, new: &f64) -> f64 {
            (old - new).abs()
        }
    }

    #[test]
    fn states_projections_and_aggregates_go_round() {
        let env = Environment::builder().threads(2).build().unwrap();
        let ring = ring(&env, 4);
        let run = |criterion| BulkIteration::new("spread", &ring, &Spread, criterion).run(&env);
        let two = run(Criterion::MaximumSupersteps(2)).unwrap();
        // By hand: [1 0 0 0] -> [1/8 3/8 1/8 3/8] -> [5/16 3/16 5/16 3/16].
        assert_eq!(two.states[..], [0.3125, 0.1875, 0.3125, 0.1875]);
        assert_eq!(two.report.supersteps[1].convergence, Some(0.75));
        assert_eq!(two.report.stopped, StopReason::MaximumSupersteps);
        let far =
            run(Criterion::ConvergedBelow(1e-12).or(Criterion::MaximumSupersteps(99))).unwrap();
        assert_eq!(far.report.stopped, StopReason::Converged);
        assert!(far.states.iter().all(|state| (state - 0.25).abs() < 1e-12));
        let none = run(Criterion::MaximumSupersteps(0)).unwrap();
        assert_eq!((none.states[0], none.report.num_supersteps()), (1.0, 0));
    }

    #[test]
    fn blocks_of_keys_are_as_one_key_after_the_other() {
        let num_keys = 3 * BLOCK + LANES + 1;
        let env = Environment::builder().threads(2).build().unwrap();
        let ring = ring(&env, num_keys as u32);
        let criterion = Criterion::MaximumSupersteps(1);
        let result = BulkIteration::new("spread", &ring, &Spread, criterion).run(&env).unwrap();
        let mut expected = vec![0.5 / num_keys as f64; num_keys];
        expected[1] += 0.25;
        expected[num_keys - 1] += 0.25;
        assert_eq!(result.states[..], expected);
        let step = &result.report.supersteps[0];
        assert_eq!(step.changes, num_keys as u64);
        let change: f64 = expected[1..].iter().sum::<f64>() + 1.0 - expected[0];
        assert!((step.convergence.unwrap() - change).abs() < 1e-12);
    }

    #[test]
    fn wide_registers_change_no_bit() {
        let combined: Vec<f64> = (0..BLOCK).map(|at| 1.0 / (at * at % 37 + 1) as f64).collect();
        let start: Vec<f64> = (0..BLOCK).map(|at| 1.0 / (at * 7 % 53 + 1) as f64).collect();
        let run = |is_wide: bool| {
            let mut replacement = Replacement {
                program: &Spread,
                shared: 0.125,
                new_states: [0.0; BLOCK],
                changes: [0.0; BLOCK],
                aggregates: [0.0; BLOCK],
                types: PhantomData::<()>,
            };
            let (mut states, mut next) = (start.clone(), vec![0.0; BLOCK]);
            let (degrees, len) = ([3; BLOCK], BLOCK - 3);
            let (states_of, next_of) = (&mut states[..len], &mut next[..len]);
            let sums = if is_wide {
                replacement.run(9, &degrees[..len], &combined[..len], states_of, next_of)
            } else {
                replacement.replace(9, &degrees[..len], &combined[..len], states_of, next_of)
            };
            let bits =
                |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            (bits(&states), bits(&next), bits(&[sums.change, sums.aggregate]), sums.changes)
        };
        assert_eq!(run(true), run(false));
    }

    #[test]
    fn sums_leave_nothing_out() {
        for len in [0, 1, LANES - 1, LANES, BLOCK - 1, BLOCK] {
            let values: Vec<f64> = (1..=len).map(|value| value as f64).collect();
            assert_eq!(sum(&values), (len * (len + 1) / 2) as f64, "{len} values");
        }
    }

    /// Panics in superstep 3.
    struct Faulty;

    impl BulkProgram<()> for Faulty {
        type State = u32;
        type Projection = u32;
        type Combiner = Sum<u32>;
        type Shared = u64;
        fn initial(&self, _key: BulkKey) -> u32 {
            0
        }
        fn project(&self, _key: BulkKey, state: &u32) -> u32 {
            *state
        }
        fn message(&self, projection: u32, (): ()) -> u32 {
            projection
        }
        fn share(&self, context: &BulkContext) -> u64 {
            context.superstep
        }
        fn apply(&self, _key: BulkKey, _state: &u32, _sum: u32, superstep: u64) -> u32 {
            assert!(superstep < 3, "no third superstep");
            0
        }
        fn change(&self, _old: &u32, _new: &u32) -> f64 {
            1.0
        }
    }

    #[test]
    fn a_panic_names_the_iteration_and_the_superstep() {
        let env = Environment::builder().threads(2).build().unwrap();
        let ring = ring(&env, 4);
        let criterion = Criterion::MaximumSupersteps(9);
        let error = BulkIteration::new("faulty", &ring, &Faulty, criterion).run(&env).unwrap_err();
        assert_eq!(error.to_string(), "faulty, superstep 3, panicked: no third superstep");
        assert!(matches!(error, Error::Panic { .. }));
        drop(ring);
        assert_eq!(env.memory().counters().granted_bytes, 0);
    }
}
