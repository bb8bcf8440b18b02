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
//! is a fold along a row, and `apply` and the next `project` follow it while the row's state is in
//! a register: a superstep is one sweep over the index. What is read at random is only `P`, which
//! a program keeps narrow. Projections are double-buffered, so a superstep never sees its own.

use std::ops::Range;

use bytemuck::Pod;
use rayon::prelude::*;

use super::criterion::Criterion;
use super::superstep::{self, Body, Step};
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::Segment;
use crate::report::{Direction, IterationReport};

/// What a bulk iteration does to a key and along an entry.
pub trait BulkProgram<W: EntryValue>: Sync {
    /// What is kept of a key from superstep to superstep.
    type State: Pod + Send + Sync;

    /// What others read of a key: the one column that crosses the index.
    type Projection: Pod + Send + Sync;

    /// How messages to a key are combined.
    type Combiner: Monoid;

    /// The state before the first superstep.
    fn initial(&self, key: u32) -> Self::State;

    /// What others read of a key in this state.
    fn project(&self, key: u32, state: &Self::State) -> Self::Projection;

    /// The message along an entry.
    fn message(&self, projection: Self::Projection, value: W) -> <Self::Combiner as Monoid>::Value;

    /// The new state of a key, given its combined messages (the identity if there are none).
    fn apply(
        &self,
        key: u32,
        state: &Self::State,
        combined: <Self::Combiner as Monoid>::Value,
        context: &BulkContext,
    ) -> Self::State;

    /// A key's part in the aggregate that the next superstep sees; summed in a fixed order.
    fn aggregate(&self, _key: u32, _state: &Self::State) -> f64 {
        0.0
    }

    /// A key's part in the convergence value, which is the sum over all keys in a fixed order.
    fn change(&self, old: &Self::State, new: &Self::State) -> f64;
}

/// What all keys see in a superstep.
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
    name: &'a str,
    index: &'a I,
    program: &'a P,
    criterion: Criterion,
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
        Self { name, index, program, criterion }
    }

    /// Runs it. Takes one state and two projections a key from the budget.
    pub fn run(self, env: &Environment) -> Result<BulkResult<P::State>> {
        // One way into the pool and back, not one for each superstep.
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<BulkResult<P::State>> {
        let num_keys = self.index.num_keys();
        let memory = env.memory();
        let mut body = BulkBody {
            env,
            index: self.index,
            program: self.program,
            states: memory.allocate("solution", num_keys)?,
            projections: memory.allocate("projection", num_keys)?,
            next_projections: memory.allocate("projection", num_keys)?,
            aggregate: 0.0,
        };
        env.run(self.name, || {
            body.initialize();
            Ok(())
        })?;
        let report = superstep::run(env, self.name, &self.criterion, &mut body)?;
        Ok(BulkResult { states: body.states, report })
    }
}

struct BulkBody<'a, I: StaticIndex, P: BulkProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    program: &'a P,
    states: Segment<P::State>,
    projections: Segment<P::Projection>,
    next_projections: Segment<P::Projection>,
    aggregate: f64,
}

/// What a chunk adds to the superstep's sums.
#[derive(Clone, Copy, Default)]
struct Partial {
    change: f64,
    aggregate: f64,
    changes: u64,
}

impl<I: StaticIndex, P: BulkProgram<I::Value>> BulkBody<'_, I, P> {
    fn initialize(&mut self) {
        let program = self.program;
        let partials: Vec<f64> =
            in_chunks(self.index.chunks(), &mut self.states, &mut self.projections)
                .into_par_iter()
                .map(|(keys, states, projections)| {
                    let mut aggregate = 0.0;
                    for ((key, state), projection) in keys.zip(states).zip(projections) {
                        *state = program.initial(key);
                        *projection = program.project(key, state);
                        aggregate += program.aggregate(key, state);
                    }
                    aggregate
                })
                .collect();
        self.aggregate = partials.into_iter().sum();
    }
}

impl<I: StaticIndex, P: BulkProgram<I::Value>> Body for BulkBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.index.num_keys() as u64
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let num_keys = self.index.num_keys() as u64;
        let context = BulkContext { superstep, num_keys, aggregate: self.aggregate };
        let (env, index, program) = (self.env, self.index, self.program);
        let projections = &self.projections[..];
        let partials = in_chunks(index.chunks(), &mut self.states, &mut self.next_projections)
            .into_par_iter()
            .map(|(keys, states, next)| {
                env.check_cancelled()?;
                Ok(sweep(index, program, &context, projections, keys, states, next))
            })
            .collect::<Result<Vec<Partial>>>()?;
        std::mem::swap(&mut self.projections, &mut self.next_projections);
        let total = partials.into_iter().fold(Partial::default(), |sum, part| Partial {
            change: sum.change + part.change,
            aggregate: sum.aggregate + part.aggregate,
            changes: sum.changes + part.changes,
        });
        self.aggregate = total.aggregate;
        Ok(Step {
            changes: total.changes,
            convergence: Some(total.change),
            direction: Direction::Pull,
        })
    }
}

/// One superstep over the rows of one chunk.
fn sweep<I: StaticIndex, P: BulkProgram<I::Value>>(
    index: &I,
    program: &P,
    context: &BulkContext,
    projections: &[P::Projection],
    keys: Range<u32>,
    states: &mut [P::State],
    next: &mut [P::Projection],
) -> Partial {
    let mut partial = Partial::default();
    for ((key, state), next) in keys.zip(states).zip(next) {
        let combined =
            index.fold::<P::Combiner, _>(key, projections, |p, value| program.message(p, value));
        let new = program.apply(key, state, combined, context);
        let change = program.change(state, &new);
        partial.change += change;
        partial.changes += u64::from(change != 0.0);
        partial.aggregate += program.aggregate(key, &new);
        *next = program.project(key, &new);
        *state = new;
    }
    partial
}

/// The parts of two columns that belong to each chunk of keys.
fn in_chunks<'c, A, B>(
    chunks: &[Range<u32>],
    mut first: &'c mut [A],
    mut second: &'c mut [B],
) -> Vec<(Range<u32>, &'c mut [A], &'c mut [B])> {
    let mut parts = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let (a, rest) = first.split_at_mut(chunk.len());
        first = rest;
        let (b, rest) = second.split_at_mut(chunk.len());
        second = rest;
        parts.push((chunk.clone(), a, b));
    }
    parts
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
        fn initial(&self, key: u32) -> f64 {
            f64::from(key == 0)
        }
        fn project(&self, _key: u32, state: &f64) -> f64 {
            state / 2.0
        }
        fn message(&self, projection: f64, (): ()) -> f64 {
            projection
        }
        fn apply(&self, _key: u32, _state: &f64, sum: f64, context: &BulkContext) -> f64 {
            0.5 * sum + 0.5 * context.aggregate / context.num_keys as f64
        }
        fn aggregate(&self, _key: u32, state: &f64) -> f64 {
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

    /// Panics in superstep 3.
    struct Faulty;

    impl BulkProgram<()> for Faulty {
        type State = u32;
        type Projection = u32;
        type Combiner = Sum<u32>;
        fn initial(&self, _key: u32) -> u32 {
            0
        }
        fn project(&self, _key: u32, state: &u32) -> u32 {
            *state
        }
        fn message(&self, projection: u32, (): ()) -> u32 {
            projection
        }
        fn apply(&self, _key: u32, _state: &u32, _sum: u32, context: &BulkContext) -> u32 {
            assert!(context.superstep < 3, "no third superstep");
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
