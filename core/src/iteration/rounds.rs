//! The row iteration by rounds: keys decide together, and their changes are taken over in order.
//!
//! Where keys that decide at once would run past each other, as in the optimisation of a partition,
//! a synchronous superstep oscillates. Here a superstep visits its keys in rounds:
//!
//! ```text
//! for every round, a run of the keys in an order drawn by a seed:
//!     decide: the new state of every active key of the round, in parallel, from a fixed state
//!     commit: change after change, in the order of the round; the program may refuse
//!     wake:   the readers of every key that changed are active from then on
//! ```
//!
//! A round sees what the rounds before left. The fewer keys it has, the closer to one after the
//! other; with one key each it is that. What a round decides and the order of its changes depend
//! on the seed and the input alone, so the states are the same at any number of threads. While few
//! keys are active they have a round each: what is left then are often keys that run past each
//! other whenever they meet in a round.

use rayon::prelude::*;

use super::criterion::Criterion;
use super::rows::{Row, RowContext, RowProgram, RowResult};
use super::superstep::{self, Body, Step};
use super::values::fill;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex, Tally};
use crate::memory::{Segment, SharedSlice};
use crate::report::Direction;

/// Rounds of at least this many keys are worked on in parallel.
const PARALLEL: usize = 256;

/// With at most this many rounds' worth of keys active, each has a round of its own.
const FEW_ROUNDS: u64 = 4;

/// Keys between two looks at whether the run is cancelled.
const CANCEL_EVERY: usize = 1 << 12;

/// Keys of a round that one worker takes at a time.
const PIECE: usize = 64;

/// A row program that keeps sums over its keys' states, and so must see every change.
pub trait RoundProgram<W: EntryValue>: RowProgram<W> + Send {
    /// Takes the change of a key to `new` over, or refuses it; `row` shows the states with all
    /// changes before this one. A key that is refused stays active.
    fn commit<I: StaticIndex<Value = W>>(
        &mut self,
        row: Row<'_, I, Self::State>,
        new: Self::State,
    ) -> bool;

    /// Whether a key in the state `reader` is looked at again when a key that it reads changed to
    /// `new`.
    fn wakes(&self, reader: Self::State, new: Self::State) -> bool;
}

/// A row iteration by rounds, over a symmetric index.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct RoundIteration<'a, I, P> {
    name: &'a str,
    index: &'a I,
    program: &'a mut P,
    criterion: Criterion,
    num_rounds: usize,
    seed: u64,
}

impl<'a, I: StaticIndex, P: RoundProgram<I::Value>> RoundIteration<'a, I, P> {
    /// An iteration of `program` over `index`, until no key is active; at first all are. The order
    /// of keys is drawn by `seed` and cut into `num_rounds` rounds, or fewer if there are fewer
    /// keys.
    ///
    /// # Panics
    /// If the index is not symmetric: the keys that read a key are those in its row.
    pub fn new(
        name: &'a str,
        index: &'a I,
        program: &'a mut P,
        num_rounds: usize,
        seed: u64,
    ) -> Self {
        assert!(index.is_symmetric(), "an iteration by rounds runs over a symmetric index");
        Self { name, index, program, criterion: Criterion::EmptyWorkset, num_rounds, seed }
    }

    /// Ends also after `supersteps`, with what they reached.
    pub fn maximum_supersteps(mut self, supersteps: u64) -> Self {
        self.criterion = Criterion::EmptyWorkset.or(Criterion::MaximumSupersteps(supersteps));
        self
    }

    /// Runs it. Takes a state, 4 bytes and a mark a key from the budget, a state and a mark for
    /// each key of a round, and what a worker needs to group a row of very many groups. It takes
    /// no snapshots.
    pub fn run(self, env: &Environment) -> Result<RowResult<P::State>> {
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<RowResult<P::State>> {
        let Self { name, index, program, criterion, num_rounds, seed } = self;
        let (memory, num_keys) = (env.memory(), index.num_keys());
        let round = num_keys.div_ceil(num_rounds.max(1)).max(1);
        let mut body = RoundBody {
            env,
            index,
            states: memory.allocate("solution", num_keys)?,
            order: memory.allocate("order of rounds", num_keys)?,
            active: memory.allocate("workset", num_keys)?,
            num_active: num_keys as u64,
            decisions: memory.allocate("decisions", round.min(num_keys))?,
            changed: memory.allocate("decisions", round.min(num_keys))?,
            tally: Tally::new(memory),
            program,
        };
        let starting = &mut body;
        env.run(name, move || {
            let program = &*starting.program;
            fill(&mut starting.states, |key| program.initial(key));
            fill(&mut starting.order, |key| key);
            starting.order.par_sort_unstable_by_key(|&key| (mix(seed, key), key));
            starting.active.fill(1);
            Ok(())
        })?;
        let report = superstep::run(env, name, &criterion, &mut body)?;
        Ok(RowResult { states: body.states, report })
    }
}

/// A number drawn for a key.
fn mix(seed: u64, key: u32) -> u64 {
    // The finalizer of SplitMix64.
    let mut x = seed ^ u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ x >> 31
}

struct RoundBody<'a, I: StaticIndex, P: RoundProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    program: &'a mut P,
    states: Segment<P::State>,
    order: Segment<u32>,
    active: Segment<u8>,
    num_active: u64,
    /// What the keys of a round decided.
    decisions: Segment<P::State>,
    /// Which of them changed.
    changed: Segment<u8>,
    /// For rounds that are not worth more than one worker.
    tally: Tally<P::Group>,
}

impl<I: StaticIndex, P: RoundProgram<I::Value>> RoundBody<'_, I, P> {
    /// Every round with all its keys at once; the number of changes.
    fn by_rounds(&mut self, context: RowContext) -> Result<u64> {
        let (num_keys, mut changes) = (self.order.len(), 0);
        for start in (0..num_keys).step_by(self.decisions.len()) {
            self.env.check_cancelled()?;
            changes += self.round(start..num_keys.min(start + self.decisions.len()), context)?;
        }
        Ok(changes)
    }

    /// Every active key in a round of its own; the number of changes.
    fn one_by_one(&mut self, context: RowContext) -> Result<u64> {
        let mut changes = 0;
        for at in 0..self.order.len() {
            if at % CANCEL_EVERY == 0 {
                self.env.check_cancelled()?;
            }
            if self.active[self.order[at] as usize] != 0 {
                changes += self.round(at..at + 1, context)?;
            }
        }
        Ok(changes)
    }

    fn round(&mut self, round: std::ops::Range<usize>, context: RowContext) -> Result<u64> {
        self.decide(round.clone(), context)?;
        let changes = self.commit(round.clone());
        if changes > 0 {
            self.wake(round);
        }
        Ok(changes)
    }

    /// The new states of the active keys of a round.
    fn decide(&mut self, round: std::ops::Range<usize>, context: RowContext) -> Result<()> {
        let (index, program, states) = (self.index, &*self.program, &self.states[..]);
        let active = SharedSlice::new(&mut self.active);
        let decide = |tally: &mut Tally<P::Group>,
                      keys: &[u32],
                      decisions: &mut [P::State],
                      changed: &mut [u8]| {
            for ((&key, decision), changed) in keys.iter().zip(decisions).zip(changed) {
                *changed = active.load(key as usize);
                if *changed != 0 {
                    active.store(key as usize, 0);
                    *decision = program.apply(Row::new(key, index, states), tally, context)?;
                    *changed = u8::from(*decision != states[key as usize]);
                }
            }
            Ok(())
        };
        let keys = &self.order[round];
        let (decisions, changed) =
            (&mut self.decisions[..keys.len()], &mut self.changed[..keys.len()]);
        if keys.len() < PARALLEL {
            return decide(&mut self.tally, keys, decisions, changed);
        }
        let memory = self.env.memory();
        let pieces = keys.par_chunks(PIECE).zip(decisions.par_chunks_mut(PIECE));
        pieces.zip(changed.par_chunks_mut(PIECE)).try_for_each_init(
            || Tally::new(memory),
            |tally, ((keys, decisions), changed)| decide(tally, keys, decisions, changed),
        )
    }

    /// Takes the changes of a round over, one after the other; says how many.
    fn commit(&mut self, round: std::ops::Range<usize>) -> u64 {
        let mut changes = 0;
        for (at, &key) in self.order[round].iter().enumerate() {
            if self.changed[at] == 0 {
                continue;
            }
            let new = self.decisions[at];
            if self.program.commit(Row::new(key, self.index, &self.states), new) {
                self.states[key as usize] = new;
                changes += 1;
            } else {
                self.changed[at] = 0;
                self.active[key as usize] = 1;
            }
        }
        changes
    }

    /// Wakes the readers of the keys of a round that changed.
    fn wake(&mut self, round: std::ops::Range<usize>) {
        let (index, program, states) = (self.index, &*self.program, &self.states[..]);
        let active = SharedSlice::new(&mut self.active);
        let wake = |(&key, &changed): (&u32, &u8)| {
            if changed == 0 {
                return;
            }
            let new = states[key as usize];
            index.for_each(key, |reader, _| {
                if reader != key && program.wakes(states[reader as usize], new) {
                    active.store(reader as usize, 1);
                }
            });
        };
        let keys = &self.order[round];
        let changed = &self.changed[..keys.len()];
        if keys.len() < PARALLEL {
            keys.iter().zip(changed).for_each(wake);
        } else {
            keys.par_iter().zip(changed).with_min_len(PIECE).for_each(wake);
        }
    }
}

impl<I: StaticIndex, P: RoundProgram<I::Value>> Body for RoundBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.num_active
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let context = RowContext { superstep };
        let length = self.decisions.len() as u64;
        let changes = if self.num_active <= FEW_ROUNDS * length {
            self.one_by_one(context)?
        } else {
            self.by_rounds(context)?
        };
        self.num_active = self.active.iter().map(|&mark| u64::from(mark)).sum();
        Ok(Step { changes, convergence: None, direction: Direction::Pull })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iteration::delta::tests::ring;

    /// The smallest colour that no neighbour has.
    struct Colour {
        changes: u64,
    }

    impl RowProgram<()> for Colour {
        type State = u32;
        type Group = u32;
        const READS_OWN_STATE: bool = true;
        fn initial(&self, _key: u32) -> u32 {
            0
        }
        fn apply<I: StaticIndex<Value = ()>>(
            &self,
            row: Row<'_, I, u32>,
            taken: &mut Tally<u32>,
            _: RowContext,
        ) -> Result<u32> {
            taken.begin(row.degree());
            row.for_each(|_, colour, ()| taken.add(colour, 1, |a, _| a));
            let is_free = |colour: &u32| taken.get(*colour).is_none();
            let smallest = (0..).find(is_free).expect("a row is finite");
            Ok(if is_free(&row.state()) { row.state() } else { smallest })
        }
    }

    impl RoundProgram<()> for Colour {
        fn commit<I: StaticIndex<Value = ()>>(&mut self, row: Row<'_, I, u32>, new: u32) -> bool {
            let mut is_free = true;
            row.for_each(|_, colour, ()| is_free &= colour != new);
            self.changes += u64::from(is_free);
            is_free
        }
        fn wakes(&self, reader: u32, new: u32) -> bool {
            reader == new
        }
    }

    #[test]
    fn refused_changes_are_tried_again_and_all_is_the_same_at_any_number_of_threads() {
        let run = |threads: usize, num_rounds: usize, seed: u64| {
            let env = Environment::builder().threads(threads).build().unwrap();
            let ring = ring(&env, 3001);
            let mut program = Colour { changes: 0 };
            let iteration = RoundIteration::new("colours", &ring, &mut program, num_rounds, seed);
            let result = iteration.maximum_supersteps(100).run(&env).unwrap();
            let of_report: u64 = result.report.supersteps.iter().map(|s| s.changes).sum();
            assert_eq!(program.changes, of_report);
            let states = result.states.to_vec();
            for key in 0..3001 {
                assert!(states[key] < 3 && states[key] != states[(key + 1) % 3001]);
            }
            states
        };
        for num_rounds in [1, 7, 5000] {
            let one = run(1, num_rounds, 1);
            assert_eq!(one, run(2, num_rounds, 1));
            assert_eq!(one, run(8, num_rounds, 1));
            assert_ne!(one, run(2, num_rounds, 2), "the seed draws the order");
        }
    }
}
