//! The indexed delta iteration: only what changed sends, and only what improves changes.
//!
//! In plain form, with `S` the solution set, `D` the workset (keys and values that changed last)
//! and `E` the entries of the index:
//!
//! ```text
//! repeat
//!     M = E.join(D on key).map(message).group_by(other key).reduce(Lattice)
//!     D = M.join(S on key).filter(improves)
//!     S.merge(D)
//! until D is empty or the criterion is met
//! ```
//!
//! The lattice lets the engine choose, superstep by superstep, how `M` is made: **pull** (every key
//! folds along its row, when much is active) or **push** (each active key merges into its
//! neighbours in place, when little is). Both give the same `S` and the same `D`.

use std::fmt::Display;
use std::ops::Range;

use rayon::prelude::*;

use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use super::values::{Value, merge};
use super::workset::{Marks, Workset};
use crate::algebra::{Monoid, Semilattice};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::{Segment, SharedSlice};
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// Pull while the active keys have more than one in this many of all entries.
const PULL_SHARE: u64 = 20;

/// What a delta iteration sends along an entry.
pub trait DeltaProgram<W: EntryValue>: Sync {
    /// How values merge.
    type Lattice: Semilattice;

    /// A key's value before the first superstep.
    fn initial(&self, key: u32) -> Value<Self::Lattice>;

    /// Whether the key is in the first workset; by default all are.
    fn is_active(&self, _key: u32) -> bool {
        true
    }

    /// The message along an entry from a key whose value changed.
    fn message(&self, value: Value<Self::Lattice>, entry: W) -> Value<Self::Lattice>;
}

/// A delta iteration to be run over an index that goes both ways, or over an index and its
/// transpose.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct DeltaIteration<'a, I, P> {
    pub(super) name: &'a str,
    /// Rows are the keys that messages go to.
    pub(super) index: &'a I,
    /// Rows are the keys that messages come from; none if the index is that too.
    pub(super) senders: Option<&'a I>,
    pub(super) program: &'a P,
    pub(super) criterion: Criterion,
    pub(super) parameters: Parameters,
    /// Whether it runs in the body of another one, which takes the snapshots then.
    pub(super) is_nested: bool,
}

/// The solution set that a delta iteration ended with, by dense key, and how it went.
#[derive(Debug)]
pub struct DeltaResult<V> {
    /// By dense key.
    pub solution: Segment<V>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, I: StaticIndex, P> DeltaIteration<'a, I, P> {
    /// An iteration of `program` over `index`, until nothing changes.
    pub fn new(name: &'a str, index: &'a I, program: &'a P) -> Self {
        let (criterion, parameters) = (Criterion::EmptyWorkset, Parameters::default());
        Self { name, index, senders: None, program, criterion, parameters, is_nested: false }
    }

    /// The index with the same entries whose rows are the keys that messages come from; those of
    /// the iteration's index are the keys that they go to then.
    pub fn senders(self, transpose: &'a I) -> Self {
        Self { senders: Some(transpose), ..self }
    }

    /// Says that `program` was made with this parameter: a snapshot that was taken with another
    /// value is refused.
    pub fn parameter(mut self, name: &str, value: impl Display) -> Self {
        self.parameters.add(name, value);
        self
    }

    /// Ends also after `supersteps`, with what they reached.
    pub fn maximum_supersteps(self, supersteps: u64) -> Self {
        let criterion = Criterion::EmptyWorkset.or(Criterion::MaximumSupersteps(supersteps));
        Self { criterion, ..self }
    }
}

impl<I: StaticIndex, P: DeltaProgram<I::Value>> DeltaIteration<'_, I, P> {
    /// Runs it. Takes two values and a byte a key from the budget, and for sparse supersteps one
    /// key and value for each active key.
    ///
    /// # Panics
    /// If the index is not symmetric and there is no transpose, or one of another size: pull and
    /// push would then send along different entries.
    pub fn run(self, env: &Environment) -> Result<DeltaResult<Value<P::Lattice>>> {
        match self.senders {
            None => assert!(self.index.is_symmetric(), "a symmetric index, or its transpose too"),
            Some(senders) => {
                let size = |index: &I| (index.num_keys(), index.num_entries());
                assert_eq!(size(senders), size(self.index), "an index and its transpose");
            }
        }
        // One way into the pool and back, not one for each superstep.
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<DeltaResult<Value<P::Lattice>>> {
        let num_keys = self.index.num_keys();
        let memory = env.memory();
        let mut body = DeltaBody {
            env,
            index: self.index,
            senders: self.senders.unwrap_or(self.index),
            program: self.program,
            solution: memory.allocate("solution", num_keys)?,
            next: memory.allocate("solution", num_keys)?,
            workset: Workset::Dense { num_keys: 0, num_entries: 0 },
            marks: Marks::new(memory, num_keys)?,
            parameters: self.parameters,
        };
        env.run(self.name, || {
            body.initialize();
            Ok(())
        })?;
        let report = if self.is_nested {
            superstep::run(env, self.name, &self.criterion, &mut body)?
        } else {
            superstep::run_resumable(env, self.name, &self.criterion, &mut body)?
        };
        Ok(DeltaResult { solution: body.solution, report })
    }
}

struct DeltaBody<'a, I: StaticIndex, P: DeltaProgram<I::Value>> {
    env: &'a Environment,
    index: &'a I,
    senders: &'a I,
    program: &'a P,
    solution: Segment<Value<P::Lattice>>,
    /// The solution of the next superstep while a pull makes it.
    next: Segment<Value<P::Lattice>>,
    workset: Workset<Value<P::Lattice>>,
    /// The keys that changed in this superstep.
    marks: Marks,
    parameters: Parameters,
}

/// Of the workset the keys: their values are those of the solution set.
impl<I: StaticIndex, P: DeltaProgram<I::Value>> Stateful for DeltaBody<'_, I, P> {
    fn identity(&self) -> Result<Identity> {
        let input = fingerprint(self.index)?.column(&self.solution).column(self.marks.flags());
        let program = self.parameters.of::<P, Value<P::Lattice>>();
        Ok(Identity { program, input: input.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        snapshot.column(&self.solution)?;
        self.workset.save(&self.marks, snapshot)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        snapshot.column_into(&mut self.solution)?;
        self.workset =
            Workset::restore(self.env, self.senders, &self.solution, &mut self.marks, snapshot)?;
        Ok(())
    }
}

impl<I: StaticIndex, P: DeltaProgram<I::Value>> Body for DeltaBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.workset.num_keys()
    }

    fn superstep(&mut self, _superstep: u64) -> Result<Step> {
        let threshold = self.index.num_entries() / PULL_SHARE;
        let direction = if self.workset.num_entries() > threshold {
            self.pull()?;
            Direction::Pull
        } else {
            self.push()?;
            Direction::Push
        };
        Ok(Step { changes: self.workset.num_keys(), convergence: None, direction })
    }
}

impl<I: StaticIndex, P: DeltaProgram<I::Value>> DeltaBody<'_, I, P> {
    fn initialize(&mut self) {
        let (senders, program) = (self.senders, self.program);
        let (solution, marks) = (SharedSlice::new(&mut self.solution), self.marks.share());
        let start = |keys: &Range<u32>| {
            let (mut num_keys, mut num_entries) = (0, 0);
            for key in keys.clone() {
                let is_active = program.is_active(key);
                solution.store(key as usize, program.initial(key));
                marks.store(key as usize, u8::from(is_active));
                if is_active {
                    num_keys += 1;
                    num_entries += senders.degree(key) as u64;
                }
            }
            (num_keys, num_entries)
        };
        let chunks = senders.par_chunks().map(start);
        let (num_keys, num_entries) = chunks.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        self.workset = Workset::Dense { num_keys, num_entries };
    }

    /// Every key folds the values of its row.
    fn pull(&mut self) -> Result<()> {
        let (env, index, senders, program) = (self.env, self.index, self.senders, self.program);
        let solution = &self.solution[..];
        let next = SharedSlice::new(&mut self.next);
        let marks = self.marks.share();
        let sweep = |keys: &Range<u32>| {
            env.check_cancelled()?;
            let (mut num_keys, mut num_entries) = (0, 0);
            for key in keys.clone() {
                let old = solution[key as usize];
                let new = index.fold::<P::Lattice, _>(key, solution, |&value, entry| {
                    program.message(value, entry)
                });
                let improves = P::Lattice::improves(new, old);
                let merged = if improves { P::Lattice::combine(old, new) } else { old };
                next.store(key as usize, merged);
                marks.store(key as usize, u8::from(improves));
                if improves {
                    num_keys += 1;
                    num_entries += senders.degree(key) as u64;
                }
            }
            Ok::<(u64, u64), crate::Error>((num_keys, num_entries))
        };
        let chunks = index.par_chunks().map(sweep);
        let (num_keys, num_entries) =
            chunks.try_reduce(|| (0, 0), |a, b| Ok((a.0 + b.0, a.1 + b.1)))?;
        std::mem::swap(&mut self.solution, &mut self.next);
        self.workset = Workset::Dense { num_keys, num_entries };
        Ok(())
    }

    /// Each active key merges its value, as it was when the superstep began, into its neighbours.
    fn push(&mut self) -> Result<()> {
        let (env, senders, program) = (self.env, self.senders, self.program);
        let most = self.workset.num_entries() as usize;
        let nothing = Workset::Dense { num_keys: 0, num_entries: 0 };
        let workset = std::mem::replace(&mut self.workset, nothing);
        let (keys, values) = workset.into_list(env, &self.solution, &mut self.marks)?;
        let solution = SharedSlice::new(&mut self.solution);
        let changed = self.marks.collect(env, most, |changed| {
            let active = keys.par_chunks(PUSH_CHUNK).zip(values.par_chunks(PUSH_CHUNK));
            active.try_for_each(|(keys, values)| {
                env.check_cancelled()?;
                for (&key, &value) in keys.iter().zip(values) {
                    senders.for_each(key, |other, entry| {
                        if merge::<P::Lattice>(solution, other, program.message(value, entry)) {
                            changed.add(other);
                        }
                    });
                }
                Ok(())
            })
        })?;
        drop((keys, values));
        self.workset = Workset::from_list(env, senders, &self.solution, changed)?;
        Ok(())
    }
}

/// Active keys that one worker takes at a time.
const PUSH_CHUNK: usize = 64;

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::algebra::Min;
    use crate::columnar::{Batch, Column, Schema};
    use crate::index::{Csr, Dictionary, Duplicates, IndexOptions, KeyOrder, Rows, SelfPairs};
    use crate::iteration::StopReason;

    /// A symmetric index over keys 0..n with these pairs.
    pub(in crate::iteration) fn index<W: EntryValue>(
        env: &Environment,
        num_keys: u32,
        pairs: &[(u32, u32, f64)],
    ) -> Csr<W> {
        index_by(env, Rows::Both, num_keys, pairs)
    }

    /// An index over keys 0..n with these pairs, by the rows that are asked for.
    pub(in crate::iteration) fn index_by<W: EntryValue>(
        env: &Environment,
        rows: Rows,
        num_keys: u32,
        pairs: &[(u32, u32, f64)],
    ) -> Csr<W> {
        let columns = vec![
            Column::UInt32(pairs.iter().map(|pair| pair.0).collect::<Vec<_>>().into()),
            Column::UInt32(pairs.iter().map(|pair| pair.1).collect::<Vec<_>>().into()),
            Column::Float64(pairs.iter().map(|pair| pair.2).collect::<Vec<_>>().into()),
        ];
        let batch = Batch::new(Schema::new(["l", "r", "value"]), columns);
        let keys = Column::UInt32((0..num_keys).collect::<Vec<_>>().into());
        let declared = vec![Batch::new(Schema::new(["key"]), vec![keys])];
        let encoded = Dictionary::encode(env, vec![batch], declared, KeyOrder::Ascending).unwrap();
        let (self_pairs, duplicates) = (SelfPairs::Keep, Duplicates::Keep);
        let options = IndexOptions { rows, self_pairs, duplicates };
        Csr::build(env, encoded.pairs, options).unwrap()
    }

    pub(in crate::iteration) fn ring(env: &Environment, num_keys: u32) -> Csr<()> {
        let pairs: Vec<_> = (0..num_keys).map(|key| (key, (key + 1) % num_keys, 1.0)).collect();
        index(env, num_keys, &pairs)
    }

    /// Shortest distances from key 0.
    struct Distances;

    impl DeltaProgram<f64> for Distances {
        type Lattice = Min<f64>;
        fn initial(&self, key: u32) -> f64 {
            if key == 0 { 0.0 } else { f64::INFINITY }
        }
        fn is_active(&self, key: u32) -> bool {
            key == 0
        }
        fn message(&self, value: f64, entry: f64) -> f64 {
            value + entry
        }
    }

    /// Bellman-Ford, superstep by superstep: distances and how many changed in each.
    fn bellman_ford(num_keys: u32, pairs: &[(u32, u32, f64)], most: u64) -> (Vec<f64>, Vec<u64>) {
        let mut distances: Vec<f64> = (0..num_keys).map(|key| Distances.initial(key)).collect();
        let mut changes = Vec::new();
        while (changes.len() as u64) < most && changes.last() != Some(&0) {
            let before = distances.clone();
            for &(l, r, weight) in pairs {
                for (from, to) in [(l, r), (r, l)] {
                    let new = before[from as usize] + weight;
                    distances[to as usize] = distances[to as usize].min(new);
                }
            }
            let changed = before.iter().zip(&distances).filter(|(a, b)| a != b).count();
            changes.push(changed as u64);
        }
        (distances, changes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pull_and_push_agree_with_the_plain_form_in_every_superstep(
            num_keys in 1u32..60,
            raw in prop::collection::vec((0u32..60, 0u32..60, 0u8..20), 0..150),
            most in prop::sample::select(vec![1u64, 3, u64::MAX]),
            threads in prop::sample::select(vec![1usize, 2, 8]),
        ) {
            let pairs: Vec<_> = raw.into_iter()
                .map(|(l, r, w)| (l % num_keys, r % num_keys, f64::from(w))).collect();
            let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
            let index = index::<f64>(&env, num_keys, &pairs);
            let iteration = DeltaIteration::new("distances", &index, &Distances);
            let result = iteration.maximum_supersteps(most).run(&env).unwrap();
            let (distances, changes) = bellman_ford(num_keys, &pairs, most);
            prop_assert_eq!(&result.solution[..], &distances[..]);
            let counted: Vec<_> = result.report.supersteps.iter().map(|s| s.changes).collect();
            prop_assert_eq!(counted, changes);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn one_way_entries_are_pulled_by_one_index_and_pushed_by_its_transpose(
            num_keys in 1u32..60,
            raw in prop::collection::vec((0u32..60, 0u32..60, 0u8..20), 0..150),
            threads in prop::sample::select(vec![1usize, 8]),
        ) {
            let pairs: Vec<_> = raw.into_iter()
                .map(|(l, r, w)| (l % num_keys, r % num_keys, f64::from(w))).collect();
            let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
            let from = index_by::<f64>(&env, Rows::Left, num_keys, &pairs);
            let to = from.transpose(&env).unwrap();
            let result = DeltaIteration::new("distances", &to, &Distances).senders(&from).run(&env).unwrap();
            let mut distances: Vec<f64> = (0..num_keys).map(|key| Distances.initial(key)).collect();
            for _ in 0..num_keys {
                for &(l, r, weight) in &pairs {
                    distances[r as usize] = distances[r as usize].min(distances[l as usize] + weight);
                }
            }
            prop_assert_eq!(&result.solution[..], &distances[..]);
        }
    }

    #[test]
    fn a_long_path_pushes_and_a_dense_start_pulls() {
        let env = Environment::builder().threads(2).build().unwrap();
        let ring = ring(&env, 200);
        struct Least;
        impl DeltaProgram<()> for Least {
            type Lattice = Min<u32>;
            fn initial(&self, key: u32) -> u32 {
                key
            }
            fn message(&self, value: u32, (): ()) -> u32 {
                value
            }
        }
        let result = DeltaIteration::new("least", &ring, &Least).run(&env).unwrap();
        assert!(result.solution.iter().all(|&value| value == 0));
        let directions: Vec<_> = result.report.supersteps.iter().map(|s| s.direction).collect();
        assert_eq!(directions[0], Direction::Pull);
        assert_eq!(directions[99], Direction::Push);
        assert_eq!(result.report.stopped, StopReason::EmptyWorkset);
        assert_eq!(result.report.num_supersteps(), 101);
    }
}
