//! The fold of each component, by union-find over a sample first.
//!
//! After Sutton, Ben-Nun, Barak: *Optimizing Parallel Graph Connectivity Computation via Subgraph
//! Sampling* (Afforest), IPDPS 2018. There the sample is linked entry by entry. Here most of it is
//! hung up in plain stores that wait for nothing, and only few keys are linked:
//!
//! ```text
//! hang:   root(k) = min(k, first entry of k)                        for every key k
//! adopt:  root(k) = min(root(j)) over the entries j of k            for every k with root(k) = k
//! sample: link(k, second entry of k)     for one key in 64, then in 8, then for all, until
//!                                        one component holds so many that the rest is cheap
//! c = the most frequent root in a sample of keys
//! rest:   link(k, every entry of k)                                 for every k with root(k) != c
//! solution(k) = fold of initial(j) over all j with root(j) = root(k)
//! ```
//!
//! A key never hangs under a larger one, so that in whatever order keys are hung there is no
//! cycle, and the root of a component is its least key.
//!
//! Over a symmetric index an entry between the large component and another stands in a row of the
//! other, so rows of the large one may be skipped. Over any other index every row is looked at.

use rayon::prelude::*;

use super::criterion::Criterion;
use super::delta::DeltaResult;
use super::superstep::{self, Body, Step};
use super::values::{Value, fill, merge};
use crate::algebra::Semilattice;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::index::StaticIndex;
use crate::memory::{Segment, SharedSlice};
use crate::report::Direction;

/// A delta iteration whose messages are the values themselves.
///
/// The type says so: there is no message function that could do otherwise, and that is what the
/// rewrite to a fold of each component rests on.
pub trait ForwardProgram: Sync {
    /// How values merge.
    type Lattice: Semilattice;

    /// A key's value before the first superstep. All keys are active.
    fn initial(&self, key: u32) -> Value<Self::Lattice>;
}

/// One key in so many is linked to its second entry, step by step, before the large component is
/// looked for.
const STRIDES: [usize; 3] = [64, 8, 1];

/// Keys whose roots are looked at to find it.
const SAMPLES: usize = 1024;

/// The fixpoint of a forward program. Takes a value and 4 bytes a key from the budget.
pub(super) fn component_fold<I: StaticIndex, P: ForwardProgram>(
    env: &Environment,
    name: &str,
    index: &I,
    program: &P,
) -> Result<DeltaResult<Value<P::Lattice>>> {
    let num_keys = index.num_keys();
    let mut body = FoldBody {
        env,
        index,
        program,
        roots: env.memory().allocate("component roots", num_keys)?,
        solution: env.memory().allocate("solution", num_keys)?,
        workset: num_keys as u64,
    };
    let report = superstep::run(env, name, &Criterion::EmptyWorkset, &mut body)?;
    Ok(DeltaResult { solution: body.solution, report })
}

struct FoldBody<'a, I, P: ForwardProgram> {
    env: &'a Environment,
    index: &'a I,
    program: &'a P,
    roots: Segment<u32>,
    solution: Segment<Value<P::Lattice>>,
    workset: u64,
}

impl<I: StaticIndex, P: ForwardProgram> Body for FoldBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.workset
    }

    /// The only superstep.
    fn superstep(&mut self, _superstep: u64) -> Result<Step> {
        find_roots(self.env, self.index, &mut self.roots)?;
        self.env.check_cancelled()?;
        let changes = self.fold();
        self.workset = 0;
        Ok(Step { changes, convergence: None, direction: Direction::Fold })
    }
}

impl<I: StaticIndex, P: ForwardProgram> FoldBody<'_, I, P> {
    /// Folds the initial values into the roots, then hands them out; says how many keys changed.
    fn fold(&mut self) -> u64 {
        let (program, roots) = (self.program, &self.roots[..]);
        let solution = SharedSlice::new(&mut self.solution);
        let keys = || roots.par_iter().with_min_len(KEYS_AT_ONCE).enumerate();
        keys().filter(|&(key, &root)| root as usize == key).for_each(|(key, &root)| {
            solution.store(key, program.initial(root));
        });
        keys().filter(|&(key, &root)| root as usize != key).for_each(|(key, &root)| {
            merge::<P::Lattice>(solution, root, program.initial(key as u32));
        });
        let hand_out = |(key, &root): (usize, &u32)| {
            let new = solution.load(root as usize);
            if root as usize != key {
                solution.store(key, new);
            }
            u64::from(new != program.initial(key as u32))
        };
        keys().map(hand_out).sum()
    }
}

/// Keys that one worker takes at a time where each is a few instructions.
const KEYS_AT_ONCE: usize = 1 << 13;

/// Sets `roots[k]` to the least key of k's component.
fn find_roots<I: StaticIndex>(env: &Environment, index: &I, roots: &mut [u32]) -> Result<()> {
    fill(roots, |key| entry(index, key, 0).map_or(key, |first| key.min(first)));
    let roots = SharedSlice::new(roots);
    adopt(env, index, roots)?;
    // Before any tree is climbed: along a path of ascending keys it is as deep as the path is long.
    compress(roots);
    for stride in STRIDES {
        if rest_is_cheap(index, roots) {
            break;
        }
        env.check_cancelled()?;
        link_sample(index, roots, stride);
        compress(roots);
    }
    let large = index.is_symmetric().then(|| most_frequent(sample(roots)).0);
    let linked = index.par_chunks().map(|keys| {
        env.check_cancelled()?;
        let mut any = false;
        for key in keys.clone() {
            if Some(roots.load(key as usize)) != large {
                index.for_each(key, |other, _| link(roots, key, other));
                any = true;
            }
        }
        Ok::<_, Error>(any)
    });
    if linked.try_reduce(|| false, |one, other| Ok(one | other))? {
        compress(roots);
    }
    Ok(())
}

/// The column of an entry of a row.
#[inline(always)]
fn entry<I: StaticIndex>(index: &I, row: u32, position: usize) -> Option<u32> {
    let mut entry = None;
    index.for_some(row, position..position + 1, |column, _| {
        entry = Some(column);
        false
    });
    entry
}

/// Hangs every root under the least key under which one of its entries hangs.
///
/// Only the worker that has a key's row changes its root, and to a smaller one; whatever it reads
/// of others meanwhile is in the same component.
fn adopt<I: StaticIndex>(env: &Environment, index: &I, roots: SharedSlice<'_, u32>) -> Result<()> {
    index.par_chunks().try_for_each(|keys| {
        env.check_cancelled()?;
        for key in keys.clone().filter(|&key| key > 0 && roots.load(key as usize) == key) {
            let mut least = key;
            index.for_each(key, |other, _| least = least.min(roots.load(other as usize)));
            roots.store(key as usize, least);
        }
        Ok(())
    })
}

/// Links every `stride`-th key to its second entry.
fn link_sample<I: StaticIndex>(index: &I, roots: SharedSlice<'_, u32>, stride: usize) {
    let keys = (0..roots.len().div_ceil(stride)).into_par_iter();
    keys.with_min_len(KEYS_AT_ONCE / stride).for_each(|at| {
        let key = (at * stride) as u32;
        if let Some(second) = entry(index, key, 1) {
            link(roots, key, second);
        }
    });
}

/// Whether a sample has so few keys outside of one component that their rows hold fewer entries
/// than there are keys: then another look at every key would cost more than it saves.
fn rest_is_cheap<I: StaticIndex>(index: &I, roots: SharedSlice<'_, u32>) -> bool {
    let sample = sample(roots);
    let total = sample.len() as u64;
    let (_, most) = most_frequent(sample);
    (total - most as u64) * index.num_entries() <= total * index.num_keys() as u64
}

/// Joins the trees of two keys: the larger root is hung under the smaller.
#[inline(always)]
fn link(roots: SharedSlice<'_, u32>, first: u32, second: u32) {
    let (mut a, mut b) = (roots.load(first as usize), roots.load(second as usize));
    while a != b {
        let (low, high) = (a.min(b), a.max(b));
        let above = roots.load(high as usize);
        if above == low {
            return;
        }
        if above == high && roots.compare_exchange(high as usize, high, low).is_ok() {
            return;
        }
        a = roots.load(roots.load(high as usize) as usize);
        b = roots.load(low as usize);
    }
}

/// Points every key at the root of its tree.
fn compress(roots: SharedSlice<'_, u32>) {
    (0..roots.len()).into_par_iter().with_min_len(KEYS_AT_ONCE).for_each(|key| {
        let mut root = roots.load(key);
        loop {
            let above = roots.load(root as usize);
            if above == root {
                break;
            }
            root = above;
        }
        roots.store(key, root);
    });
}

/// The roots of evenly spread keys, sorted.
fn sample(roots: SharedSlice<'_, u32>) -> Vec<u32> {
    let step = (roots.len() / SAMPLES).max(1);
    let mut sample: Vec<u32> = (0..roots.len()).step_by(step).map(|key| roots.load(key)).collect();
    sample.sort_unstable();
    sample
}

/// The root that stands most often in a sample, and how often; any root at all if it is empty.
fn most_frequent(sample: Vec<u32>) -> (u32, usize) {
    let longest = sample.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    longest.map_or((0, 0), |run| (run[0], run.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::algebra::{Max, Min};
    use crate::iteration::delta::tests::index;
    use crate::iteration::{DeltaIteration, Rewrites};

    /// Values that are not in the order of the keys.
    struct Scrambled;

    fn scramble(key: u32) -> u32 {
        key.wrapping_mul(2_654_435_761) >> 7
    }

    impl ForwardProgram for Scrambled {
        type Lattice = Max<u32>;
        fn initial(&self, key: u32) -> u32 {
            scramble(key)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn the_fold_is_the_fixpoint_of_the_plain_iteration(
            num_keys in 1u32..80,
            raw in prop::collection::vec((0u32..80, 0u32..80), 0..120),
            threads in prop::sample::select(vec![1usize, 2, 8]),
        ) {
            let pairs: Vec<_> =
                raw.into_iter().map(|(l, r)| (l % num_keys, r % num_keys, 1.0)).collect();
            let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
            let index = index::<()>(&env, num_keys, &pairs);
            let run = |rewrites| {
                DeltaIteration::new("max", &index, &Scrambled).forward(&env, rewrites).unwrap()
            };
            let (fold, plain) = (run(Rewrites::On), run(Rewrites::Off));
            prop_assert_eq!(&fold.solution[..], &plain.solution[..]);
            prop_assert_eq!(fold.report.supersteps[0].direction, Direction::Fold);
            let changed = |key: u32| fold.solution[key as usize] != scramble(key);
            let changes = (0..num_keys).filter(|&key| changed(key)).count() as u64;
            prop_assert_eq!(fold.report.supersteps[0].changes, changes);
        }
    }

    /// The fold of the least key over `pairs`, each read both ways, at 1, 2 and 8 threads.
    fn least(num_keys: u32, pairs: &[(u32, u32, f64)]) -> Vec<u32> {
        let solutions = [1, 2, 8].map(|threads| {
            let env = Environment::builder().threads(threads).build().unwrap();
            let index = index::<()>(&env, num_keys, pairs);
            let iteration = DeltaIteration::new("least", &index, &Least);
            iteration.forward(&env, Rewrites::On).unwrap().solution.to_vec()
        });
        assert!(solutions[1] == solutions[0] && solutions[2] == solutions[0]);
        solutions[0].clone()
    }

    fn path(keys: impl Iterator<Item = u32> + Clone) -> Vec<(u32, u32, f64)> {
        keys.clone().zip(keys.skip(1)).map(|(left, right)| (left, right, 1.0)).collect()
    }

    #[test]
    fn shapes_that_hang_badly_are_folded_too() {
        const KEYS: u32 = 50_000;
        let zeros = vec![0; KEYS as usize];
        assert!(least(0, &[]).is_empty());
        assert_eq!(least(3, &[(2, 2, 1.0)]), [0, 1, 2]);
        assert_eq!(least(KEYS, &path(0..KEYS)), zeros);
        // 7919 is prime: the path visits every key, up and down.
        let scattered = (0..KEYS).map(|at| (u64::from(at) * 7919 % u64::from(KEYS)) as u32);
        assert_eq!(least(KEYS, &path(scattered)), zeros);
        let star: Vec<_> = (0..KEYS - 1).map(|key| (KEYS - 1, key, 1.0)).collect();
        assert_eq!(least(KEYS, &star), zeros);
        // No large component: every tenth key and those after it.
        let apart: Vec<_> = path(0..KEYS).into_iter().filter(|pair| pair.1 % 10 != 0).collect();
        let tens: Vec<u32> = (0..KEYS).map(|key| key / 10 * 10).collect();
        assert_eq!(least(KEYS, &apart), tens);
    }

    struct Least;

    impl ForwardProgram for Least {
        type Lattice = Min<u32>;
        fn initial(&self, key: u32) -> u32 {
            key
        }
    }

    #[test]
    fn a_limit_on_supersteps_forbids_the_rewrite() {
        let env = Environment::builder().threads(1).build().unwrap();
        let path = index::<()>(&env, 4, &[(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)]);
        let limited = DeltaIteration::new("least", &path, &Least).maximum_supersteps(1);
        assert!(!limited.forward_rewrite(Rewrites::On).taken);
        let result = limited.forward(&env, Rewrites::On).unwrap();
        assert_eq!(result.solution[..], [0, 0, 1, 2]);
    }
}
