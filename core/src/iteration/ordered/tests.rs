use proptest::prelude::*;

use super::width::MEANS;
use super::*;
use crate::algebra::{Max, Min};
use crate::index::{Csr, Rows};
use crate::iteration::delta::tests::{index, index_by};
use crate::iteration::{DeltaIteration, DeltaProgram};

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory("64 MiB").build().unwrap()
}

/// Shortest distances from a key, in buckets of a width.
struct Distances {
    source: u32,
    width: f64,
    settles: bool,
}

impl OrderedProgram<f64> for Distances {
    type Lattice = Min<f64>;
    fn initial(&self, key: u32) -> f64 {
        if key == self.source { 0.0 } else { f64::INFINITY }
    }
    fn is_active(&self, key: u32) -> bool {
        key == self.source
    }
    fn message(&self, value: f64, entry: f64) -> f64 {
        value + entry
    }
    fn settles(&self) -> bool {
        self.settles
    }
    fn bucket(&self, value: f64) -> u64 {
        (value / self.width) as u64
    }
}

fn plain(num_keys: u32, pairs: &[(u32, u32, f64)], source: u32) -> Vec<f64> {
    let mut distances = vec![f64::INFINITY; num_keys as usize];
    distances[source as usize] = 0.0;
    for _ in 0..num_keys {
        for &(from, to, weight) in pairs {
            let new = distances[from as usize] + weight;
            distances[to as usize] = distances[to as usize].min(new);
        }
    }
    distances
}

fn counts(report: &IterationReport) -> Vec<(u64, u64)> {
    report.supersteps.iter().map(|step| (step.workset, step.changes)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn distances_are_those_of_the_plain_form_and_counts_those_of_the_buckets(
        num_keys in 1u32..40,
        raw in prop::collection::vec((0u32..40, 0u32..40, 0u16..3000), 0..150),
        source in 0u32..40,
        width in prop::sample::select(vec![0.5, 1.0, 7.0, 1e9]),
        settles: bool,
    ) {
        let source = source % num_keys;
        let pairs: Vec<_> = raw.into_iter()
            .map(|(l, r, w)| (l % num_keys, r % num_keys, f64::from(w))).collect();
        let expected = plain(num_keys, &pairs, source);
        let reached = expected.iter().filter(|distance| distance.is_finite());
        let mut buckets: Vec<_> = reached.map(|distance| (distance / width) as u64).collect();
        buckets.sort_unstable();
        let settled: Vec<u64> = buckets.chunk_by(|a, b| a == b).map(|b| b.len() as u64).collect();
        let mut reports = Vec::new();
        for threads in [1, 2, 8] {
            let env = environment(threads);
            let index = index_by::<f64>(&env, Rows::Left, num_keys, &pairs);
            let program = Distances { source, width, settles };
            let result = OrderedIteration::new("distances", &index, &program).run(&env).unwrap();
            prop_assert_eq!(&result.solution[..], &expected[..]);
            reports.push(counts(&result.report));
        }
        prop_assert_eq!(&reports[0], &reports[1]);
        prop_assert_eq!(&reports[0], &reports[2]);
        let changes: Vec<_> = reports[0].iter().map(|counts| counts.1).collect();
        prop_assert_eq!(changes, settled);
    }
}

/// Enough entries in a bucket that workers share it.
#[test]
fn large_buckets_are_shared_and_end_the_same() {
    let pairs: Vec<_> = (0..160_000u32)
        .map(|at| {
            let to = (at.wrapping_mul(2_654_435_761) >> 7) % 20_000;
            (at / 8, to, f64::from(at % 255 + 1))
        })
        .collect();
    let mut results = Vec::new();
    for threads in [1, 2, 8] {
        for width in [4.0, 64.0, 1e9] {
            let env = environment(threads);
            let index = index_by::<f64>(&env, Rows::Left, 20_000, &pairs);
            let program = Distances { source: 5, width, settles: true };
            let result = OrderedIteration::new("distances", &index, &program).run(&env).unwrap();
            let settled: u64 = result.report.supersteps.iter().map(|step| step.changes).sum();
            let reached = result.solution.iter().filter(|value| value.is_finite()).count();
            assert_eq!(settled, reached as u64);
            results.push((result.solution.to_vec(), counts(&result.report), env));
        }
    }
    for (at, (distances, counts, env)) in results.iter().enumerate() {
        assert_eq!(distances, &results[0].0);
        assert_eq!(counts, &results[at % 3].1);
        assert_eq!(env.memory().counters().granted_bytes, 0, "all memory is given back");
    }
}

/// The greatest key that reaches a key, by ways that only matter if its key is large: buckets fall.
struct Greatest;

impl OrderedProgram<f64> for Greatest {
    type Lattice = Max<u32>;
    fn initial(&self, key: u32) -> u32 {
        key
    }
    fn message(&self, value: u32, _entry: f64) -> u32 {
        value
    }
    fn bucket(&self, value: u32) -> u64 {
        u64::from(u32::MAX - value) / 3
    }
}

impl DeltaProgram<f64> for Greatest {
    type Lattice = Max<u32>;
    fn initial(&self, key: u32) -> u32 {
        key
    }
    fn message(&self, value: u32, _entry: f64) -> u32 {
        value
    }
}

/// Distances with weights below 0 but no cycle: keys come back after they were settled.
struct Falling;

impl OrderedProgram<f64> for Falling {
    type Lattice = Min<f64>;
    fn initial(&self, key: u32) -> f64 {
        f64::from(key) * 10.0
    }
    fn message(&self, value: f64, entry: f64) -> f64 {
        value + entry
    }
    fn bucket(&self, value: f64) -> u64 {
        value.max(0.0) as u64
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn other_programs_reach_their_fixpoint_too(
        num_keys in 1u32..40,
        raw in prop::collection::vec((0u32..40, 0u32..40, 0u8..50), 0..100),
        threads in prop::sample::select(vec![1usize, 2, 8]),
    ) {
        let env = environment(threads);
        let pairs: Vec<_> = raw.into_iter()
            .map(|(l, r, w)| (l % num_keys, r % num_keys, f64::from(w))).collect();
        let both: Csr<f64> = index(&env, num_keys, &pairs);
        let ordered = OrderedIteration::new("greatest", &both, &Greatest).run(&env).unwrap();
        let delta = DeltaIteration::new("greatest", &both, &Greatest).run(&env).unwrap();
        prop_assert_eq!(&ordered.solution[..], &delta.solution[..]);

        let rising = pairs.iter().filter(|(from, to, _)| from < to);
        let falling: Vec<_> = rising.map(|&(from, to, w)| (from, to, 5.0 - w)).collect();
        let forward = index_by::<f64>(&env, Rows::Left, num_keys, &falling);
        let result = OrderedIteration::new("falling", &forward, &Falling).run(&env).unwrap();
        let mut expected: Vec<_> = (0..num_keys).map(|key| Falling.initial(key)).collect();
        for _ in 0..num_keys {
            for &(from, to, weight) in &falling {
                expected[to as usize] = expected[to as usize].min(expected[from as usize] + weight);
            }
        }
        prop_assert_eq!(&result.solution[..], &expected[..]);
    }
}

/// Both values of key 1 wait behind the window, with one tag.
#[test]
fn values_with_one_tag_count_once() {
    let (worse, better) = (65_536.0, f64::from_bits(0x40EF_FFFF_001F_FFFF));
    assert!(better < worse && lane::tag(better) == lane::tag(worse));
    let pairs = [(0, 1, worse), (0, 2, 0.0), (2, 1, better), (1, 3, 1.0), (3, 4, 70_000.0)];
    let env = environment(2);
    let index = index_by::<f64>(&env, Rows::Left, 5, &pairs);
    for settles in [true, false] {
        let program = Distances { source: 0, width: 1.0, settles };
        let result = OrderedIteration::new("distances", &index, &program).run(&env).unwrap();
        assert_eq!(result.solution[..4], [0.0, better, 0.0, better + 1.0]);
        assert_eq!(counts(&result.report), [(1, 2), (1, 1), (1, 1), (1, 1)]);
    }
}

#[test]
fn memory_that_is_short_is_an_error_that_says_so() {
    let env = Environment::builder().threads(1).memory("64 MiB").build().unwrap();
    let pairs: Vec<_> = (1..40_000).map(|key| (0, key, 1.0)).collect();
    let index = index_by::<f64>(&env, Rows::Left, 40_000, &pairs);
    let rest = env.memory().budget() - env.memory().counters().granted_bytes;
    let _held = env.memory().reserve("others", rest - 40_000 * 32 + 100).unwrap();
    let program = Distances { source: 0, width: 1.0, settles: true };
    let error = OrderedIteration::new("distances", &index, &program).run(&env).unwrap_err();
    assert!(error.to_string().contains("bins wanted"), "{error}");
}

#[test]
fn the_width_follows_the_weights_and_degrees() {
    let env = environment(1);
    let pairs: Vec<_> = (0..1000).map(|at| (at / 10, at % 10, f64::from(at % 3) * 4.0)).collect();
    let width = bucket_width(&index_by::<f64>(&env, Rows::Left, 100, &pairs), |weight| weight);
    assert_eq!(width.width, 4.0, "{}", width.reason);
    let few: Vec<_> = (0..200).map(|at| (at / 2, at % 100, f64::from(at % 2) * 4.0)).collect();
    let width = bucket_width(&index_by::<f64>(&env, Rows::Left, 100, &few), |weight| weight);
    assert_eq!(width.width, 4.0 * MEANS / 4.0, "{}", width.reason);
    let none = bucket_width(&index_by::<f64>(&env, Rows::Left, 3, &[]), |weight| weight);
    assert_eq!(none.width, 1.0);
}
