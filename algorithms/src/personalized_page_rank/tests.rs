use super::*;
use crate::test_graphs::{Case, cases};
use crate::test_support::{check_estimate, random_graphs};
use proptest::prelude::*;

/// The definition, iterated with dangling mass that returns to the sources.
fn reference(arcs: &[(usize, usize)], sources: &[usize], damping: f64) -> Vec<f64> {
    let n = Case::NUM_VERTICES;
    let mut degree = vec![0.0; n];
    arcs.iter().for_each(|&(u, _)| degree[u] += 1.0);
    let mut start = vec![0.0; n];
    sources.iter().for_each(|&source| start[source] = 1.0);
    let num_sources: f64 = start.iter().sum();
    start.iter_mut().for_each(|share| *share /= num_sources);
    let mut ranks = start.clone();
    for _ in 0..2000 {
        let dangling: f64 = (0..n).filter(|&v| degree[v] == 0.0).map(|v| ranks[v]).sum();
        let jump = 1.0 - damping + damping * dangling;
        let mut next: Vec<f64> = start.iter().map(|share| jump * share).collect();
        arcs.iter().for_each(|&(u, v)| next[v] += damping * ranks[u] / degree[u]);
        ranks = next;
    }
    ranks
}

proptest! {
    #![proptest_config(random_graphs())]
    #[test]
    fn agrees_with_the_definition(
        case in cases(), damping in 0.0f64..0.9,
        sources in prop::collection::vec(0usize..Case::NUM_VERTICES, 1..12),
    ) {
        let arcs = case.arcs();
        let ids = || sources.iter().map(|&source| source as i64);
        let together = reference(&arcs, &sources, damping);
        let apart: Vec<_> =
            sources.iter().map(|&source| reference(&arcs, &[source], damping)).collect();
        case.same_bits(|graph| {
            let algorithm = PersonalizedPageRank::new(ids()).damping(damping).tolerance(1e-13);
            let one = graph.run(algorithm.clone()).unwrap();
            let each = graph.run(algorithm.clone().each_source(true)).unwrap();
            let best = graph.run(algorithm.each_source(true).highest(3)).unwrap();
            let mut bits = Vec::new();
            let mut check = |ranking: &Ranking, expected: &[f64]| {
                for (v, expected) in expected.iter().enumerate() {
                    let rank = ranking.rank(v as i64).unwrap();
                    assert!((rank - expected).abs() < 1e-10, "{rank} {expected}");
                    bits.push(rank.to_bits());
                }
            };
            check(&one.rankings()[0], &together);
            assert_eq!(each.rankings().len(), sources.len());
            for (ranking, expected) in each.rankings().iter().zip(&apart) {
                check(ranking, expected);
            }
            for (ranking, best) in each.rankings().iter().zip(best.rankings()) {
                assert_eq!(ranking.top(3), best.top(usize::MAX));
            }
            bits
        });
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let env = quince_core::Environment::builder().threads(1).build().unwrap();
    let graph = IndexedGraph::from_source(&env, &quince_gelly::edges([(1, 2)])).unwrap();
    let none = graph.run(PersonalizedPageRank::new(Vec::<Id>::new())).unwrap_err();
    assert!(none.to_string().contains("at least one vertex"), "{none}");
    let unknown = graph.run(PersonalizedPageRank::new([7])).unwrap_err();
    assert!(matches!(unknown, Error::UnknownVertex { .. }), "{unknown}");
    let damping = graph.run(PersonalizedPageRank::new([1]).damping(1.0)).unwrap_err();
    assert!(matches!(damping, Error::Parameter { .. }), "{damping}");
}

#[test]
fn the_estimate_is_near_the_measured_peak() {
    let algorithm = PersonalizedPageRank::new([5]).iterations(3);
    check_estimate(&algorithm);
    let each = PersonalizedPageRank::new([5; 20]).each_source(true).iterations(3);
    check_estimate(&each);
    check_estimate(&each.highest(4));
}
