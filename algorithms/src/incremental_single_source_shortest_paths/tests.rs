use super::*;
use crate::SingleSourceShortestPaths;
use crate::test_support::{Raw, check_estimate_of, random_graphs, raw};
use proptest::prelude::*;
use quince_gelly::VertexOrder;

/// The graph without some of its edges, by places in the list of edges; all vertices stay.
fn without(raw: &Raw, places: &[usize]) -> Raw {
    let kept = raw.edges.iter().enumerate().filter(|(at, _)| !places.contains(at));
    let edges = kept.map(|(_, &edge)| edge).collect();
    Raw { directed: raw.directed, edges, isolated: raw.ids() }
}

fn bits(values: &VertexValues<f64>) -> Vec<u64> {
    values.iter().map(|(_, distance)| distance.to_bits()).collect()
}

proptest! {
    #![proptest_config(random_graphs())]
    #[test]
    fn agrees_with_shortest_paths_from_the_start(
        raw in raw(), source in 0usize..100, places in prop::collection::vec(0usize..60, 1..4),
    ) {
        let ids = raw.ids();
        prop_assume!(!ids.is_empty());
        let (source, fewer) = (ids[source % ids.len()], without(&raw, &places));
        let paths = SingleSourceShortestPaths::new(source);
        for (threads, order) in raw.ways() {
            let known = raw.weighted(threads, order).run(paths.clone()).unwrap();
            let known = known.distances().clone();
            let mut algorithm = IncrementalSingleSourceShortestPaths::new(source, known.clone());
            for (from, to, _) in places.iter().filter_map(|&at| raw.edges.get(at)) {
                algorithm = algorithm.removed(*from, *to);
            }
            let graph = fewer.weighted(threads, order);
            let expected = graph.run(paths.clone()).unwrap();
            let found = graph.run(algorithm.clone()).unwrap();
            prop_assert_eq!(bits(found.paths().distances()), bits(expected.distances()));
            let lost = graph.run(algorithm.invalidate_only()).unwrap();
            prop_assert_eq!(lost.num_invalidated(), found.num_invalidated());
            // Whoever is farther now is at infinity there, and all others are as before.
            for ((id, distance), (_, now)) in lost.paths().iter().zip(expected.iter()) {
                let before = known.get(id).unwrap();
                prop_assert!(distance == f64::INFINITY || (distance == before && now == before));
            }
        }
    }
}

#[test]
fn whoever_has_another_shortest_path_keeps_its_distance() {
    // 4 is reached in two ways of the same length, 5 by the one alone that leads over 2.
    let edges = [(1, 2, 1.0), (1, 3, 1.0), (2, 4, 1.0), (3, 4, 1.0), (2, 5, 1.0), (4, 6, 2.0)];
    let raw = Raw::new(true, &edges);
    let known = raw.weighted(2, VertexOrder::Auto).run(SingleSourceShortestPaths::new(1)).unwrap();
    let algorithm = IncrementalSingleSourceShortestPaths::new(1, known.distances().clone());
    let graph = without(&raw, &[0]).weighted(2, VertexOrder::Auto);
    let found = graph.run(algorithm.removed(1, 2)).unwrap();
    let distances: Vec<_> = found.paths().iter().map(|(_, distance)| distance).collect();
    assert_eq!(distances, [0.0, f64::INFINITY, 1.0, 2.0, f64::INFINITY, 4.0]);
    assert_eq!(found.num_invalidated(), 2);
    assert_eq!(found.invalidation().num_supersteps(), 2);
}

#[test]
fn a_cycle_of_weight_0_does_not_hold_itself() {
    let raw = Raw::new(true, &[(1, 2, 1.0), (2, 3, 0.0), (3, 2, 0.0)]);
    let known = raw.weighted(1, VertexOrder::Auto).run(SingleSourceShortestPaths::new(1)).unwrap();
    let algorithm = IncrementalSingleSourceShortestPaths::new(1, known.distances().clone());
    let graph = without(&raw, &[0]).weighted(1, VertexOrder::Auto);
    let found = graph.run(algorithm.removed(1, 2)).unwrap();
    assert_eq!((found.distance(2), found.distance(3)), (Some(f64::INFINITY), Some(f64::INFINITY)));
}

#[test]
fn what_cannot_be_a_distance_is_refused() {
    let graph = Raw::new(true, &[(1, 2, 1.0)]).weighted(1, VertexOrder::Auto);
    let known = graph.run(SingleSourceShortestPaths::new(2)).unwrap();
    let algorithm = IncrementalSingleSourceShortestPaths::new(1, known.distances().clone());
    let error = graph.run(algorithm.removed(1, 2)).unwrap_err().to_string();
    assert!(error.contains("inf for the source"), "{error}");
    let other = Raw::new(true, &[(1, 3, 1.0)]).weighted(1, VertexOrder::Auto);
    let known = other.run(SingleSourceShortestPaths::new(1)).unwrap();
    let algorithm = IncrementalSingleSourceShortestPaths::new(1, known.distances().clone());
    let error = graph.run(algorithm.removed(1, 2)).unwrap_err().to_string();
    assert!(error.contains("unknown for vertex 2"), "{error}");
    let negative = Raw::new(true, &[(1, 2, 1.0), (2, 3, -1.0)]).weighted(1, VertexOrder::Auto);
    let mut known = negative.environment().memory().allocate::<f64>("known", 3).unwrap();
    known[1..].fill(1.0);
    let known = VertexValues::new(negative.dictionary().clone(), known);
    let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(1, 2).removed(1, 3);
    assert!(matches!(negative.run(algorithm), Err(Error::Weight { .. })));
}

#[test]
fn estimates_with_distances_from_memory_are_near_the_peak() {
    check_estimate_of(|graph| {
        let known = graph.run(SingleSourceShortestPaths::new(0)).unwrap();
        let (from, to) = (Id::from(0), Id::from(1));
        IncrementalSingleSourceShortestPaths::new(0, known.distances().clone()).removed(from, to)
    });
}
