//! The level sweep: values flow from each level of a traversal to the next.
//!
//! In plain form, with `L` the keys of a level and `E` the entries of the index:
//!
//! ```text
//! for each level L after the first one, upwards or downwards
//!     M = E.join(projections of the level before on column).group_by(row in L).reduce(Combiner)
//!     state and projection of the keys of L = apply(M)
//! ```
//!
//! A superstep is a level. Every key of it folds its whole row, over a column of projections in
//! which all but those of the level before are silent: so no level is looked up, and sums run in
//! the order of the rows, the same bits at any number of threads.

use std::ops::Range;

use super::criterion::Criterion;
use super::superstep::{self, Body, Step};
use super::values::{Value, fill};
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::{Segment, SharedSlice, SharedWord, prefetch};
use crate::report::{Direction, IterationReport};

/// What flows from level to level.
pub trait LevelProgram<W: EntryValue>: Sync {
    /// What is kept of a key.
    type State: SharedWord;

    /// What others read of a key.
    type Projection: SharedWord;

    /// How messages combine.
    type Combiner: Monoid;

    /// The projection whose message is the combiner's identity.
    const SILENT: Self::Projection;

    /// The message along an entry.
    fn message(&self, projection: Self::Projection, entry: W) -> Value<Self::Combiner>;

    /// The state and projection of a key from what it was sent; keys of the first level are sent
    /// the combiner's identity.
    fn apply(
        &self,
        key: u32,
        state: Self::State,
        sum: Value<Self::Combiner>,
    ) -> (Self::State, Self::Projection);
}

/// The memory of sweeps over one index: projections, and those that are about to be.
#[derive(Debug)]
pub struct LevelSweep<'a, P> {
    env: &'a Environment,
    name: &'a str,
    /// Silent but in a sweep.
    projections: Segment<P>,
    fresh: Segment<P>,
}

impl<'a, P: SharedWord> LevelSweep<'a, P> {
    /// Takes two projections a key from the budget.
    ///
    /// # Errors
    /// If it has no room for them.
    pub fn new(env: &'a Environment, name: &'a str, num_keys: usize, silent: P) -> Result<Self> {
        let mut projections = env.memory().allocate("projection", num_keys)?;
        env.install(|| fill(&mut projections, |_| silent));
        let fresh = env.memory().allocate("projection", num_keys)?;
        Ok(Self { env, name, projections, fresh })
    }

    /// Sweeps over the keys of `order`, which are `level_sizes` keys of one level after the other;
    /// `downwards` from the last level to the first. Keys fold the rows of `index`. It runs nested
    /// in what made the levels: it takes no snapshots.
    ///
    /// # Errors
    /// If the environment is cancelled or the program panics. The sweep is of no use after that.
    ///
    /// # Panics
    /// If the levels have more keys than there are.
    pub fn run<I: StaticIndex, Q: LevelProgram<I::Value, Projection = P>>(
        &mut self,
        index: &I,
        program: &Q,
        order: &[u32],
        level_sizes: &[u64],
        downwards: bool,
        states: &mut [Q::State],
    ) -> Result<IterationReport> {
        let mut levels = Vec::with_capacity(level_sizes.len());
        let mut rest = order;
        for &size in level_sizes {
            let (level, others) = rest.split_at(size as usize);
            levels.push(level);
            rest = others;
        }
        if !downwards {
            levels.reverse();
        }
        let (env, name) = (self.env, self.name);
        let mut body = SweepBody { env, index, program, levels, before: &[], sweep: self, states };
        env.install(|| {
            let report = superstep::run(env, name, &Criterion::EmptyWorkset, &mut body)?;
            let last = std::mem::take(&mut body.before);
            let projections = SharedSlice::new(&mut body.sweep.projections);
            last.iter().for_each(|&key| projections.store(key as usize, Q::SILENT));
            Ok(report)
        })
    }
}

struct SweepBody<'a, 'b, I: StaticIndex, Q: LevelProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    program: &'a Q,
    /// The levels that are left, the next one last.
    levels: Vec<&'a [u32]>,
    /// The level before.
    before: &'a [u32],
    sweep: &'a mut LevelSweep<'b, Q::Projection>,
    states: &'a mut [Q::State],
}

/// Levels of at most so many keys are left to the worker that is there.
const ALONE: usize = 1 << 7;

/// Keys of a large level that one worker takes at a time.
const PIECE: usize = 1 << 10;

/// Rows that are brought into cache ahead of the one that is folded.
const AHEAD_ROWS: usize = 16;

/// Projections of such a row that are brought into cache.
const AHEAD: usize = 16;

impl<I: StaticIndex, Q: LevelProgram<I::Value>> Body for SweepBody<'_, '_, I, Q> {
    fn workset(&self) -> u64 {
        self.levels.last().map_or(0, |level| level.len() as u64)
    }

    fn superstep(&mut self, _superstep: u64) -> Result<Step> {
        let Some(level) = self.levels.pop() else {
            return Ok(Step { changes: 0, convergence: None, direction: Direction::Pull });
        };
        self.pull(level)?;
        self.turn(level);
        self.before = level;
        Ok(Step { changes: level.len() as u64, convergence: None, direction: Direction::Pull })
    }
}

impl<I: StaticIndex, Q: LevelProgram<I::Value>> SweepBody<'_, '_, I, Q> {
    /// The keys of a level fold their rows.
    fn pull(&mut self, level: &[u32]) -> Result<()> {
        let (env, index, program) = (self.env, self.index, self.program);
        env.check_cancelled()?;
        let states = SharedSlice::new(self.states);
        let projections = &self.sweep.projections[..];
        let fresh = SharedSlice::new(&mut self.sweep.fresh[..level.len()]);
        in_parts(env, level.len(), |part| {
            if env.is_cancelled() {
                return;
            }
            let keys = &level[part.clone()];
            for (at, &key) in keys.iter().enumerate() {
                look_ahead(index, projections, &keys[at..]);
                let sum = index.fold::<Q::Combiner, _>(key, projections, |&projection, entry| {
                    program.message(projection, entry)
                });
                let state = states.load(key as usize);
                let (state, projection) = program.apply(key, state, sum);
                states.store(key as usize, state);
                fresh.store(part.start + at, projection);
            }
        });
        env.check_cancelled()
    }

    /// The level before falls silent, and this one can be heard.
    fn turn(&mut self, level: &[u32]) {
        let (env, before) = (self.env, self.before);
        let LevelSweep { projections, fresh, .. } = &mut *self.sweep;
        let projections = SharedSlice::new(projections);
        let len = before.len().max(level.len());
        in_parts(env, len, |part| {
            let of = |len: usize| part.start.min(len)..part.end.min(len);
            before[of(before.len())].iter().for_each(|&key| {
                projections.store(key as usize, Q::SILENT);
            });
            let keys = level[of(level.len())].iter().zip(&fresh[of(level.len())]);
            keys.for_each(|(&key, &fresh)| projections.store(key as usize, fresh));
        });
    }
}

/// Calls `work` with the parts of `0..len`; the part of a worker is in the same place every time.
fn in_parts(env: &Environment, len: usize, work: impl Fn(Range<usize>) + Sync) {
    if len <= ALONE {
        return work(0..len);
    }
    let parts = env.num_team_members().max(len / PIECE);
    let bound = |part: usize| (len as u64 * part as u64 / parts as u64) as usize;
    env.for_each_piece(parts, |part| work(bound(part)..bound(part + 1)));
}

/// Asks for what the keys after the first need.
#[inline(always)]
fn look_ahead<I: StaticIndex, P>(index: &I, projections: &[P], keys: &[u32]) {
    if let Some(&later) = keys.get(3 * AHEAD_ROWS) {
        index.prefetch_bounds(later);
    }
    if let Some(&later) = keys.get(2 * AHEAD_ROWS) {
        index.prefetch_whole_row(later);
    }
    if let Some(&later) = keys.get(AHEAD_ROWS) {
        index.for_some(later, 0..AHEAD, |column, _| {
            prefetch(projections, column as usize);
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::Sum;
    use crate::index::Rows;
    use crate::iteration::FrontierTraversal;
    use crate::iteration::delta::tests::index_by;

    /// How many shortest ways lead to a key.
    struct Ways;

    impl LevelProgram<()> for Ways {
        type State = f64;
        type Projection = f64;
        type Combiner = Sum<f64>;
        const SILENT: f64 = 0.0;
        fn message(&self, ways: f64, (): ()) -> f64 {
            ways
        }
        fn apply(&self, key: u32, _state: f64, sum: f64) -> (f64, f64) {
            let ways = if key == 0 { 1.0 } else { sum };
            (ways, ways)
        }
    }

    /// How far down it goes from a key.
    struct Height;

    impl LevelProgram<()> for Height {
        type State = u32;
        type Projection = f64;
        type Combiner = Sum<f64>;
        const SILENT: f64 = 0.0;
        fn message(&self, one: f64, (): ()) -> f64 {
            one
        }
        fn apply(&self, _key: u32, _state: u32, sum: f64) -> (u32, f64) {
            (sum as u32, 1.0)
        }
    }

    /// A square of keys, each with entries to the next on the right and below.
    #[test]
    fn binomials_come_out_of_a_square() {
        let side = 30;
        let right = (0..side * side).filter(|key| key % side + 1 < side).map(|key| (key, key + 1));
        let below = (0..side * (side - 1)).map(|key| (key, key + side));
        let pairs: Vec<_> = right.chain(below).map(|(from, to)| (from, to, 1.0)).collect();
        for threads in [1, 2, 8] {
            let env = Environment::builder().threads(threads).memory("16 MiB").build().unwrap();
            let forward = index_by::<()>(&env, Rows::Left, side * side, &pairs);
            let backward = forward.transpose(&env).unwrap();
            let traversal = FrontierTraversal::new(&env, "levels", &forward, &backward).unwrap();
            let mut traversal = traversal.keep_order().nested();
            let report = traversal.visit(&[0]).unwrap();
            let found = report.supersteps.iter().map(|step| step.changes);
            let sizes: Vec<u64> = [1].into_iter().chain(found).filter(|&size| size > 0).collect();
            let mut sweep = LevelSweep::new(&env, "sweep", 900, 0.0).unwrap();
            let mut ways = vec![0.0; 900];
            let order = traversal.order();
            for _ in 0..2 {
                let report = sweep.run(&backward, &Ways, order, &sizes, false, &mut ways).unwrap();
                assert_eq!(report.num_supersteps(), 59);
                assert_eq!((ways[1], ways[2 * side as usize + 2]), (1.0, 6.0));
                assert_eq!(ways[side as usize * 10 + 10], 184_756.0);
            }
            let mut below = vec![0u32; 900];
            sweep.run(&forward, &Height, order, &sizes, true, &mut below).unwrap();
            assert_eq!((below[0], below[29], below[899]), (2, 1, 0));
        }
    }
}
