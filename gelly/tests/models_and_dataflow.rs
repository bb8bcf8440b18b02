//! The three iteration models against iterations over data sets, in bulk and delta form, with
//! solution sets by hash and dense ones: one answer.

#![allow(clippy::unwrap_used, reason = "only tests call these")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use quince_core::Environment;
use quince_core::dataset::DataSet;
use quince_core::iteration::{Combiner, Criterion, Direction, Travel};
use quince_core::operators::Aggregation;
use quince_core::operators::JoinField::{First, Second};
use quince_gelly::models::gather_sum_apply::{ApplyContext, GatherSumApply, Neighbor};
use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
use quince_gelly::models::vertex_centric::{ComputeContext, VertexCentric};
use quince_gelly::{Edge, Graph, Vertex, VertexOrder};

mod support;

use support::{Arcs, most_frequent};

/// Vertices 0..VERTICES, of which any may be alone.
const VERTICES: i64 = 20;

type Weighted = Graph<i64, f64, f64>;

fn sorted<V>(rows: Vec<(i64, V)>) -> BTreeMap<i64, V> {
    rows.into_iter().collect()
}

fn values(graph: &Weighted) -> BTreeMap<i64, f64> {
    sorted(graph.vertices_as_tuples().collect().unwrap())
}

fn bits(values: BTreeMap<i64, f64>) -> BTreeMap<i64, u64> {
    values.into_iter().map(|(id, value)| (id, value.to_bits())).collect()
}

fn graph(env: &Environment, arcs: &[(i64, i64, f64)], value: impl Fn(i64) -> f64) -> Weighted {
    let vertices = (0..VERTICES).map(|id| Vertex::new(id, value(id)));
    Graph::from_collection(env, vertices, arcs.iter().copied().map(Edge::from))
}

fn from_source(id: i64) -> f64 {
    if id == 3 { 0.0 } else { f64::INFINITY }
}

fn distances_by_models(env: &Environment, arcs: &[(i64, i64, f64)]) -> [BTreeMap<i64, f64>; 4] {
    let graph = graph(env, arcs, from_source);
    let add = |distance: &f64, weight: f64| distance + weight;
    let compute =
        |vertex: &mut ComputeContext<'_, '_, f64, f64, f64>, messages: &[f64]| match messages
            .first()
        {
            Some(&distance) if distance < *vertex.value() => {
                vertex.set_new_vertex_value(distance);
                vertex.send_message_to_all_neighbors(distance);
            }
            None if vertex.value().is_finite() => {
                vertex.send_message_to_all_neighbors(*vertex.value());
            }
            _ => {}
        };
    let scatter = |vertex: &mut ScatterContext<'_, '_, f64, f64, f64>| {
        vertex.send_message_to_all_neighbors(*vertex.value());
    };
    let update = |vertex: &mut GatherContext<'_, '_, f64, f64>, messages: &[f64]| {
        let least = messages.iter().copied().fold(f64::INFINITY, f64::min);
        if least < *vertex.value() {
            vertex.set_new_vertex_value(least);
        }
    };
    let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    let apply = |distance: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
        if distance < *vertex.value() {
            vertex.set_result(distance);
        }
    };
    let pregel = VertexCentric::new(compute, 99).combiner(Combiner::min()).along_edges(add);
    let spargel = ScatterGather::new(scatter, update, 99).along_edges(add);
    let gsa = GatherSumApply::new(gather, Combiner::min(), apply, 99);
    let index = graph.indexed().unwrap();
    let improving = |width: Option<(f64, bool)>| {
        let improving =
            GatherSumApply::improving(|value: f64, weight: f64| value + weight, Combiner::min());
        let improving = match width {
            Some((width, true)) => improving.ordered_by(width).settling(),
            Some((width, false)) => improving.ordered_by(width),
            None => improving,
        };
        let result = improving.run(&index, |id| id.to_string().parse().map(from_source).unwrap());
        let result = result.unwrap();
        (0..VERTICES).map(|id| (id, result.value(id).unwrap())).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(improving(None), improving(Some((0.75, false))));
    assert_eq!(improving(None), improving(Some((0.75, true))));
    [
        values(&graph.run_vertex_centric_iteration(pregel).unwrap().graph),
        values(&graph.run_scatter_gather_iteration(spargel).unwrap().graph),
        values(&graph.run_gather_sum_apply_iteration(gsa).unwrap().graph),
        improving(None),
    ]
}

fn distances_by_data_sets(env: &Environment, arcs: &[(i64, i64, f64)]) -> [BTreeMap<i64, f64>; 2] {
    let edges = DataSet::from_collection(env, arcs.to_vec());
    let start = DataSet::from_collection(env, (0..VERTICES).map(|id| (id, from_source(id))));
    let nearer = |a: (i64, f64), b: (i64, f64)| if b.1 < a.1 { b } else { a };
    let delta = start.iterate_delta(&start, 0, 99, |step| {
        let sent =
            step.workset().join(&edges).on(0, 0).with(|from, edge| (edge.1, from.1 + edge.2));
        let least = sent.group_by(0).reduce(nearer);
        let delta = step
            .join_solution(&least, 0)
            .with(|new, known| known.is_some_and(|known| new.1 < known.1).then_some(new));
        (delta.clone(), delta)
    });
    let bulk = start.iterate_bulk(VERTICES as u64, |step| {
        let sent =
            step.partial().join(&edges).on(0, 0).with(|from, edge| (edge.1, from.1 + edge.2));
        sent.union(&step.partial()).group_by(0).reduce(nearer)
    });
    [sorted(delta.collect().unwrap()), sorted(bulk.collect().unwrap())]
}

/// The least id of each vertex's component: by hash, and by dense keys where rows allow it.
fn components_by_data_sets(env: &Environment, arcs: &[(i64, i64, f64)]) -> [BTreeMap<i64, i64>; 2] {
    let both_ways = arcs.iter().flat_map(|&(a, b, _)| [(a, b), (b, a)]);
    let edges = DataSet::from_collection(env, both_ways);
    let start = DataSet::from_collection(env, (0..VERTICES).map(|id| (id, id)));
    let dense = start.iterate_delta(&start, 0, Criterion::EmptyWorkset, |step| {
        let sent = step.workset().join(&edges).on(0, 0);
        let sent = sent.project::<(i64, i64)>([Second(1), First(1)]);
        let least = sent.group_by(0).aggregate(Aggregation::Min, 1);
        let delta = step.improve(Aggregation::Min, &least);
        (delta.clone(), delta)
    });
    let hashed = start.iterate_delta(&start, 0, Criterion::EmptyWorkset, |step| {
        let sent = step.workset().join(&edges).on(0, 0).with(|from, edge| (edge.1, from.1));
        let least = sent.group_by(0).reduce(|a, b| if b.1 < a.1 { b } else { a });
        let delta = step
            .join_solution(&least, 0)
            .with(|new, known| known.is_some_and(|known| new.1 < known.1).then_some(new));
        (delta.clone(), delta)
    });
    let direction =
        |report: &quince_core::report::RunReport| report.iterations[0].supersteps[0].direction;
    let (dense, report) = dense.collect_with_report().unwrap();
    assert_eq!(direction(&report), Direction::Fold);
    let (hashed, report) = hashed.collect_with_report().unwrap();
    assert_eq!(direction(&report), Direction::Dataflow);
    [sorted(dense), sorted(hashed)]
}

/// Gelly's label propagation after `iterations`, in delta and in bulk form; every vertex is the
/// target of an edge.
fn labels_by_data_sets(
    env: &Environment,
    arcs: &Arcs,
    iterations: u64,
    label: impl Fn(i64) -> u64 + Send + Sync + 'static,
) -> [BTreeMap<i64, u64>; 2] {
    let edges = DataSet::from_collection(env, arcs.clone());
    let start = DataSet::from_collection(env, (0..VERTICES).map(move |id| (id, label(id))));
    let sent = |labels: &DataSet<(i64, u64)>| {
        labels.join(&edges).on(0, 0).with(|from, edge| (edge.1, from.1))
    };
    let adopt = |labels: &DataSet<(i64, u64)>| {
        labels.group_by(0).group_reduce(|rows| {
            let rows: Vec<(i64, u64)> = rows.collect();
            [(rows[0].0, most_frequent(rows.iter().map(|row| (row.1, 1))))]
        })
    };
    let delta = start.iterate_delta(&start, 0, iterations, |step| {
        let sent = sent(&step.workset());
        let told = sent.group_by(0).reduce(|first, _| first);
        let own = step.join_solution(&told, 0).with(|_, own| own.copied());
        let delta = adopt(&own.union(&sent));
        (delta.clone(), delta)
    });
    let bulk = start.iterate_bulk(iterations, |step| {
        let labels = step.partial();
        adopt(&labels.union(&sent(&labels)))
    });
    [sorted(delta.collect().unwrap()), sorted(bulk.collect().unwrap())]
}

/// Ranks after `iterations` in delta and in bulk form; every vertex is the source and the target of
/// an edge.
fn ranks_by_data_sets(env: &Environment, arcs: &Arcs, iterations: u64) -> [BTreeMap<i64, f64>; 2] {
    let mut degrees = BTreeMap::<i64, f64>::new();
    arcs.iter().for_each(|&(from, ..)| *degrees.entry(from).or_default() += 1.0);
    let edges: Vec<_> = arcs.iter().map(|&(from, to, _)| (from, to, degrees[&from])).collect();
    let edges = DataSet::from_collection(env, edges);
    let start = (0..VERTICES).map(|id| (id, 1.0 / VERTICES as f64));
    let start = DataSet::from_collection(env, start);
    let next = |ranks: &DataSet<(i64, f64)>| {
        let sent = ranks.join(&edges).on(0, 0).with(|from, edge| (edge.1, from.1 / edge.2));
        let sums = sent.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
        sums.map(|(id, sum): (i64, f64)| (id, 0.15 / VERTICES as f64 + 0.85 * sum))
    };
    let delta = start.iterate_delta(&start, 0, iterations, |step| {
        let delta = next(&step.workset());
        (delta.clone(), delta)
    });
    let bulk = start.iterate_bulk(iterations, |step| next(&step.partial()));
    [sorted(delta.collect().unwrap()), sorted(bulk.collect().unwrap())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn models_and_data_sets_give_one_answer(
        raw in prop::collection::vec((0..VERTICES, 0..VERTICES, 1u8..9), 1..50),
        threads in prop::sample::select(vec![1usize, 2, 8]),
    ) {
        let env = Environment::builder().threads(threads).memory("256 MiB").build().unwrap();
        let arcs: Vec<_> = raw.into_iter().map(|(a, b, w)| (a, b, f64::from(w) / 3.0)).collect();
        let [delta, bulk] = distances_by_data_sets(&env, &arcs);
        prop_assert_eq!(&delta, &bulk);
        let delta = bits(delta);
        for found in distances_by_models(&env, &arcs) {
            prop_assert_eq!(&bits(found), &delta);
        }
    }

    #[test]
    fn models_are_iterations_over_data_sets_however_messages_travel(
        raw in prop::collection::vec((0..VERTICES, 0..VERTICES, 1u8..9), 1..50),
    ) {
        let env = Environment::builder().threads(2).memory("256 MiB").build().unwrap();
        let arcs: Arcs = raw.into_iter().map(|(a, b, w)| (a, b, f64::from(w) / 3.0)).collect();
        let ring = (0..VERTICES).map(|id| (id, (id + 1) % VERTICES, 1.0));
        let ringed: Arcs = arcs.iter().copied().chain(ring).collect();
        let distances = distances_by_data_sets(&env, &arcs).map(bits);
        let components = components_by_data_sets(&env, &arcs);
        let labels = labels_by_data_sets(&env, &ringed, 4, |id| id as u64 % 7);
        let ranks = ranks_by_data_sets(&env, &ringed, 4);
        let close = |a: &BTreeMap<i64, f64>, b: &BTreeMap<i64, f64>| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-12)
        };
        prop_assert_eq!(&components[0], &components[1]);
        prop_assert_eq!(&labels[0], &labels[1]);
        prop_assert!(close(&ranks[0], &ranks[1]));
        // The sums of ranks are of the models alone: data sets add up in another order.
        let mut rank_bits = None;
        for threads in [1, 2, 8] {
            let plain = support::graph(threads, true, VertexOrder::Ascending, &arcs);
            let graph = support::graph(threads, true, VertexOrder::Ascending, &ringed);
            for travel in [Travel::Automatic, Travel::Pull, Travel::Push] {
                let travelling = || support::travelling(travel);
                for found in support::shortest_paths(&plain, 3, travelling) {
                    prop_assert_eq!(&bits(found), &distances[0]);
                }
                for found in support::components(&plain, travelling) {
                    prop_assert_eq!(&found, &components[0]);
                }
                for found in support::labels(&graph, 4, |id| id as u64 % 7, travelling) {
                    prop_assert_eq!(&found, &labels[0]);
                }
                for found in support::ranks(&graph, 4, travelling) {
                    prop_assert!(close(&found, &ranks[0]));
                    let found = bits(found);
                    prop_assert_eq!(rank_bits.get_or_insert_with(|| found.clone()), &found);
                }
            }
        }
    }
}
