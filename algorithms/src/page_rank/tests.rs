use super::*;
use crate::test_support::{environment, is_for_every_way, random_graphs};
use proptest::prelude::*;
use quince_core::Environment;
use quince_core::iteration::StopReason;
use quince_gelly::{Error, edges};

/// The definition, word for word.
fn reference(n: usize, edges: &[(usize, usize)], damping: f64, iterations: u64) -> Vec<f64> {
    let mut degree = vec![0.0; n];
    edges.iter().for_each(|&(u, _)| degree[u] += 1.0);
    let mut ranks = vec![1.0 / n as f64; n];
    for _ in 0..iterations {
        let dangling: f64 = (0..n).filter(|&v| degree[v] == 0.0).map(|v| ranks[v]).sum();
        let mut next = vec![(1.0 - damping + damping * dangling) / n as f64; n];
        edges.iter().for_each(|&(u, v)| next[v] += damping * ranks[u] / degree[u]);
        ranks = next;
    }
    ranks
}

fn graph(threads: usize, directed: bool, raw: &[(i64, i64)]) -> IndexedGraph {
    let env = environment(threads);
    let vertices = edges((0..20).map(|v| (v, v)));
    IndexedGraph::builder(&env)
        .directed(directed)
        .vertices(&vertices)
        .build(&edges(raw.iter().copied()))
        .unwrap()
}

proptest! {
    #![proptest_config(random_graphs())]
    #[test]
    fn agrees_with_the_definition_at_any_number_of_threads(
        raw in prop::collection::vec((0i64..20, 0i64..20), 0..80),
        directed: bool, damping in 0.0f64..0.99, iterations in 0u64..12,
    ) {
        let mut arcs: Vec<(usize, usize)> = raw.iter().map(|&(u, v)| (u as usize, v as usize)).collect();
        if !directed {
            arcs.extend(raw.iter().filter(|(u, v)| u != v).map(|&(u, v)| (v as usize, u as usize)));
        }
        let expected = reference(20, &arcs, damping, iterations);
        let run = |threads, precision| {
            let algorithm = PageRank::default().damping(damping).iterations(iterations).precision(precision);
            graph(threads, directed, &raw).run(algorithm).unwrap()
        };
        let ranks = run(1, Precision::F64);
        for (v, &rank) in expected.iter().enumerate() {
            prop_assert!((ranks.rank(v as i64).unwrap() - rank).abs() < 1e-12);
        }
        prop_assert!((ranks.sum() - 1.0).abs() < 1e-12);
        let bits = |result: &PageRankResult| result.iter().map(|(_, rank)| rank.to_bits()).collect::<Vec<_>>();
        let every_way = is_for_every_way(raw.iter().copied());
        if every_way {
            prop_assert_eq!(bits(&ranks), bits(&run(8, Precision::F64)));
        }
        let single = run(1, Precision::F32);
        for (v, &rank) in expected.iter().enumerate() {
            prop_assert!((single.rank(v as i64).unwrap() - rank).abs() < 1e-5);
        }
        if every_way {
            prop_assert_eq!(bits(&single), bits(&run(2, Precision::F32)));
        }
    }
}

#[test]
fn stops_by_tolerance_and_says_so() {
    let graph = graph(2, true, &[(0, 1), (1, 2), (2, 0), (3, 0)]);
    let result = graph.run(PageRank::default().tolerance(1e-3)).unwrap();
    assert_eq!(result.report().stopped, StopReason::Converged);
    let changes: Vec<_> =
        result.report().supersteps.iter().map(|s| s.convergence.unwrap()).collect();
    assert!(
        *changes.last().unwrap() <= 1e-3 && changes[..changes.len() - 1].iter().all(|&c| c > 1e-3)
    );
    let result = graph.run(PageRank::default().tolerance(0.0).iterations(3)).unwrap();
    assert_eq!(result.report().stopped, StopReason::MaximumSupersteps);
    assert_eq!(result.report().num_supersteps(), 3);
}

#[test]
fn the_plan_says_whether_tiles_are_cut_and_why() {
    let graph = graph(1, true, &[(0, 1)]);
    let small = graph.explain(&PageRank::default()).unwrap().to_string();
    assert!(small.contains("no rewrite column tiles: the projection fits the cache"), "{small}");
    let off = PageRank::default().rewrites(Rewrites::Off);
    let off = graph.explain(&off).unwrap().to_string();
    assert!(off.contains("no rewrite column tiles: switched off"), "{off}");
}

#[test]
fn wrong_parameters_are_refused() {
    let graph = graph(1, true, &[(0, 1)]);
    for algorithm in [
        PageRank::default().damping(1.0),
        PageRank::default().damping(f64::NAN),
        PageRank::default().tolerance(-1.0),
    ] {
        let error = graph.run(algorithm).unwrap_err();
        assert!(matches!(error, Error::Parameter { .. }), "{error}");
    }
}

#[test]
fn nothing_gives_nothing() {
    let env = Environment::builder().threads(1).build().unwrap();
    let graph = IndexedGraph::from_source(&env, &edges([])).unwrap();
    let ranks = graph.run(PageRank::default()).unwrap();
    assert_eq!((ranks.top(3).len(), ranks.sum()), (0, 0.0));
}

#[test]
fn golden_row_l14_and_the_simple_variant_of_row_x2() {
    let run = |pairs: &[(i64, i64)], iterations| {
        let env = Environment::builder().threads(2).build().unwrap();
        let graph = IndexedGraph::from_source(&env, &edges(pairs.iter().copied())).unwrap();
        let ranks = graph.run(PageRank::default().iterations(iterations)).unwrap();
        ranks.iter().map(|(_, rank)| rank).collect::<Vec<f64>>()
    };
    let fish = run(&[(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)], 20);
    let expected = [
        0.0909212166211,
        0.279516064311,
        0.129562719068,
        0.223268406353,
        0.185810377026,
        0.0909212166211,
    ];
    assert!(fish.iter().zip(expected).all(|(rank, golden)| (rank - golden).abs() < 1e-6));
    let pairs = [(2, 1), (5, 2), (5, 4), (4, 3), (4, 2), (1, 4), (1, 2), (1, 3), (3, 5)];
    let expected = [0.237, 0.248, 0.173, 0.175, 0.165];
    assert!(run(&pairs, 3).iter().zip(expected).all(|(rank, g)| (rank - g).abs() < 0.01));
}

#[test]
fn golden_rows_l22_and_l24() {
    let env = Environment::builder().threads(2).build().unwrap();
    let pairs = (0..47).flat_map(|u| (0..47).map(move |v| (u, v))).filter(|(u, v)| u != v);
    let complete = IndexedGraph::from_source(&env, &edges(pairs)).unwrap();
    let ranks = complete.run(PageRank::default()).unwrap();
    assert!(ranks.iter().all(|(_, rank)| (rank - 1.0 / 47.0).abs() < 1e-12));
    let declared = edges([(0, 0), (1, 1), (2, 2)]);
    let empty = IndexedGraph::builder(&env).vertices(&declared).build(&edges([])).unwrap();
    let ranks = empty.run(PageRank::default()).unwrap();
    assert!(ranks.iter().all(|(_, rank)| (rank - 1.0 / 3.0).abs() < 1e-12));
    let without = PageRank::default().include_zero_degree_vertices(false);
    assert!(empty.run(without).unwrap().iter().all(|(_, rank)| rank == 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn without_zero_degree_vertices_ranks_are_those_of_the_rest(
        raw in prop::collection::vec((0i64..20, 0i64..20), 1..40), directed: bool,
    ) {
        let algorithm = PageRank::default().iterations(7).include_zero_degree_vertices(false);
        let all = graph(2, directed, &raw).run(algorithm).unwrap();
        let env = environment(1);
        let rest = IndexedGraph::builder(&env).directed(directed);
        let rest = rest.build(&edges(raw.iter().copied())).unwrap();
        let rest = rest.run(PageRank::default().iterations(7)).unwrap();
        for (id, rank) in all.iter() {
            prop_assert!((rank - rest.rank(id).unwrap_or(0.0)).abs() < 1e-12);
        }
    }
}
