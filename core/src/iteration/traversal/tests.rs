use proptest::prelude::*;

use super::*;
use crate::index::Rows;
use crate::iteration::delta::tests::{index_by, ring};

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory("64 MiB").build().unwrap()
}

/// The level and parent of a key that was not reached.
const UNREACHED: u32 = u32::MAX;

fn levels(traversal: &FrontierTraversal<'_, ()>) -> Vec<u32> {
    traversal.visits().map(|visit| visit.map_or(UNREACHED, |visit| visit.level)).collect()
}

fn parents(traversal: &FrontierTraversal<'_, ()>) -> Vec<u32> {
    traversal.visits().map(|visit| visit.map_or(UNREACHED, |visit| visit.parent)).collect()
}

/// Levels, and for each key the smallest of the level before.
fn plain(num_keys: u32, pairs: &[(u32, u32)], sources: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut levels = vec![UNREACHED; num_keys as usize];
    sources.iter().for_each(|&source| levels[source as usize] = 0);
    for level in 1..=num_keys {
        for &(from, to) in pairs {
            if levels[from as usize] == level - 1 && levels[to as usize] > level {
                levels[to as usize] = level;
            }
        }
    }
    let parent = |key: u32| {
        let above = |&&(from, to): &&(u32, u32)| {
            let (above, level) = (levels[from as usize], levels[to as usize]);
            to == key && above != UNREACHED && above + 1 == level
        };
        let parents = pairs.iter().filter(above).map(|pair| pair.0);
        if levels[key as usize] == 0 { key } else { parents.min().unwrap_or(UNREACHED) }
    };
    let parents = (0..num_keys).map(parent).collect();
    (levels, parents)
}

/// Many pairs, so that some supersteps pull: `degree` from each key.
fn mixed(num_keys: u32, degree: u32) -> Vec<(u32, u32)> {
    let to = |at: u32| at.wrapping_mul(2_654_435_761) >> 7;
    (0..num_keys * degree).map(|at| (at / degree, to(at) % num_keys)).collect()
}

fn weighted(pairs: &[(u32, u32)]) -> Vec<(u32, u32, f64)> {
    pairs.iter().map(|&(from, to)| (from, to, 1.0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn agrees_with_the_plain_form(
        num_keys in 1u32..40,
        raw in prop::collection::vec((0u32..40, 0u32..40), 0..120),
        sources in prop::collection::vec(0u32..40, 0..3),
        threads in prop::sample::select(vec![1usize, 2, 8]),
    ) {
        let pairs: Vec<_> = raw.iter().map(|(l, r)| (l % num_keys, r % num_keys)).collect();
        let sources: Vec<_> = sources.iter().map(|source| source % num_keys).collect();
        let env = environment(threads);
        let forward = index_by::<()>(&env, Rows::Left, num_keys, &weighted(&pairs));
        let backward = forward.transpose(&env).unwrap();
        let traversal = FrontierTraversal::new(&env, "traversal", &forward, &backward);
        let mut traversal = traversal.unwrap().keep_order();
        let (plain_levels, plain_parents) = plain(num_keys, &pairs, &sources);
        for _ in 0..2 {
            traversal.visit(&sources).unwrap();
            prop_assert_eq!(&levels(&traversal), &plain_levels);
            prop_assert_eq!(&parents(&traversal), &plain_parents);
            let order = traversal.order().iter().map(|&key| plain_levels[key as usize]);
            prop_assert!(order.is_sorted());
            let reached = plain_levels.iter().filter(|&&level| level != UNREACHED).count();
            prop_assert_eq!(traversal.order().len(), reached);
        }
    }
}

#[test]
fn pulls_where_the_frontier_is_large_and_pushes_where_it_is_small() {
    let pairs: Vec<_> = mixed(20_000, 8)
        .into_iter()
        .chain((0..50).map(|at| (if at == 0 { 7 } else { 20_000 + at - 1 }, 20_000 + at)))
        .collect();
    let (plain_levels, plain_parents) = plain(20_050, &pairs, &[3]);
    let mut reports = Vec::new();
    for threads in [1, 2, 8] {
        let env = environment(threads);
        let forward = index_by::<()>(&env, Rows::Left, 20_050, &weighted(&pairs));
        let backward = forward.transpose(&env).unwrap();
        let traversal = FrontierTraversal::new(&env, "traversal", &forward, &backward);
        let mut traversal = traversal.unwrap();
        let report = traversal.visit(&[3]).unwrap();
        assert_eq!(levels(&traversal), plain_levels);
        assert_eq!(parents(&traversal), plain_parents);
        let step = |step: &crate::report::SuperstepReport| (step.changes, step.direction);
        reports.push(report.supersteps.iter().map(step).collect::<Vec<_>>());
        let mut ordered = FrontierTraversal::new(&env, "traversal", &forward, &backward);
        ordered.as_mut().unwrap().body.keeps_order = true;
        let mut ordered = ordered.unwrap();
        ordered.visit(&[3]).unwrap();
        assert_eq!(parents(&ordered), plain_parents);
        assert!(ordered.order().iter().map(|&key| plain_levels[key as usize]).is_sorted());
    }
    assert_eq!(reports[0], reports[1]);
    assert_eq!(reports[0], reports[2]);
    let directions: Vec<_> = reports[0].iter().map(|step| step.1).collect();
    let first = directions.iter().position(|&direction| direction == Direction::Pull).unwrap();
    assert!(first > 0 && directions[directions.len() - 1] == Direction::Push);
}

#[test]
fn a_limit_leaves_what_is_farther_away() {
    let env = environment(2);
    let ring = ring(&env, 10);
    let traversal = FrontierTraversal::new(&env, "traversal", &ring, &ring).unwrap();
    let mut traversal = traversal.maximum_supersteps(2);
    traversal.visit(&[4]).unwrap();
    let far = UNREACHED;
    assert_eq!(levels(&traversal), [far, far, 2, 1, 0, 1, 2, far, far, far]);
}

#[test]
fn cancelling_ends_it() {
    let env = environment(1);
    let ring = ring(&env, 10);
    let mut traversal = FrontierTraversal::new(&env, "traversal", &ring, &ring).unwrap();
    env.cancel_handle().cancel();
    assert!(matches!(traversal.visit(&[0]), Err(crate::Error::Cancelled)));
}
