//! The three iteration models: golden answers, agreement, and every option.

#![allow(clippy::unwrap_used, reason = "only tests call these")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use proptest::prelude::*;
use quince_core::index::Key;
use quince_core::iteration::{Direction, Travel};
use quince_core::report::AggregateValue;

use quince_gelly::models::scatter_gather::{
    GatherContext, ScatterContext, ScatterFunction, ScatterGather,
};
use quince_gelly::models::vertex_centric::{ComputeContext, ComputeFunction, VertexCentric};
use quince_gelly::models::{DOUBLE_SUM, IterationConfiguration, LONG_SUM, SuperstepContext};
use quince_gelly::{Error, Id, Neighborhood, VertexOrder};

mod support;

use support::{
    Arcs, FloatCompute, FloatGather, FloatScatter, graph, labels, most_frequent, number, ranks,
    shortest_paths, small, travelling, values,
};

/// Row X1 of the golden answers.
#[test]
fn shortest_paths_of_gelly() {
    let graph = small(&[
        (1, 2, 12.0),
        (1, 3, 13.0),
        (2, 3, 23.0),
        (3, 4, 34.0),
        (3, 5, 35.0),
        (4, 5, 45.0),
        (5, 1, 51.0),
    ]);
    let expected = BTreeMap::from([(1, 0.0), (2, 12.0), (3, 13.0), (4, 47.0), (5, 48.0)]);
    for distances in shortest_paths(&graph, 1, IterationConfiguration::new) {
        assert_eq!(distances, expected);
    }
}

/// Row X2 of the golden answers.
#[test]
fn ranks_of_gelly() {
    let arcs = [(2, 1), (5, 2), (5, 4), (4, 3), (4, 2), (1, 4), (1, 2), (1, 3), (3, 5)];
    let graph = small(&arcs.map(|(a, b)| (a, b, 1.0)));
    let all = ranks(&graph, 3, IterationConfiguration::new);
    for (id, expected) in [(1, 0.237), (2, 0.248), (3, 0.173), (4, 0.175), (5, 0.165)] {
        assert!((all[0][&id] - expected).abs() < 0.01, "{id}: {}", all[0][&id]);
    }
    assert_eq!((&all[1], &all[2]), (&all[0], &all[0]));
}

/// Row X5 of the golden answers.
#[test]
fn labels_of_gelly() {
    let arcs = [(1, 3), (2, 3), (4, 7), (5, 7), (6, 7), (7, 3)];
    let graph = small(&arcs.map(|(a, b)| (a, b, 1.0)));
    let first = |id| [10, 10, 30, 40, 40, 40, 40][id as usize - 1];
    for labels in labels(&graph, 1, first, IterationConfiguration::new) {
        let labels: Vec<u64> = labels.into_values().collect();
        assert_eq!(labels, [10, 10, 10, 40, 40, 40, 40]);
    }
}

/// Row X3 of the golden answers: community detection, with records for values and messages.
#[test]
fn communities_of_gelly() {
    let graph = small(&[
        (1, 2, 1.0),
        (1, 3, 2.0),
        (1, 4, 3.0),
        (1, 5, 4.0),
        (2, 6, 5.0),
        (6, 7, 6.0),
        (6, 8, 7.0),
        (7, 8, 8.0),
    ]);
    type Community = (i64, f64);
    let scatter = |vertex: &mut ScatterContext<'_, '_, Community, f64, Community>| {
        vertex.send_message_to_all_neighbors(*vertex.value());
    };
    let update = |vertex: &mut GatherContext<'_, '_, Community, f64>, messages: &[Community]| {
        let mut scores = BTreeMap::<i64, (f64, f64)>::new();
        for &(label, score) in messages {
            let (sum, most) = scores.entry(label).or_default();
            (*sum, *most) = (*sum + score, most.max(score));
        }
        let best = scores.into_iter().rev().max_by(|a, b| a.1.0.total_cmp(&b.1.0)).unwrap();
        let (label, (_, mut score)) = best;
        if label != vertex.value().0 {
            score -= 0.5 / vertex.superstep_number() as f64;
        }
        vertex.set_new_vertex_value((label, score));
    };
    let result = ScatterGather::new(scatter, update, 1)
        .along_edges(|&(label, score): &Community, weight: f64| (label, score * weight))
        .configuration(IterationConfiguration::new().direction(Neighborhood::All))
        .run(&graph, |id| (number(id), 1.0))
        .unwrap();
    let labels: Vec<i64> = values(&result).into_values().map(|value| value.0).collect();
    assert_eq!(labels, [5, 6, 1, 1, 1, 8, 8, 7]);
}

/// Bellman-Ford.
fn plain_distances(arcs: &Arcs, source: i64) -> BTreeMap<i64, f64> {
    let mut distances: BTreeMap<i64, f64> = (0..20).map(|v| (v, f64::INFINITY)).collect();
    distances.insert(source, 0.0);
    for _ in 0..20 {
        for &(from, to, weight) in arcs {
            let new = distances[&from] + weight;
            if new < distances[&to] {
                distances.insert(to, new);
            }
        }
    }
    distances
}

fn plain_labels(arcs: &Arcs, iterations: u64) -> BTreeMap<i64, u64> {
    let mut labels: BTreeMap<i64, u64> = (0..20).map(|v| (v, v as u64 % 7)).collect();
    let mut active = labels.clone();
    for _ in 0..iterations {
        let mut got: BTreeMap<i64, Vec<(u64, u64)>> = BTreeMap::new();
        for &(from, to, _) in arcs {
            if let Some(&label) = active.get(&from) {
                got.entry(to).or_default().push((label, 1));
            }
        }
        active = BTreeMap::new();
        for (vertex, messages) in got {
            let label = most_frequent(messages.into_iter().chain([(labels[&vertex], 1)]));
            labels.insert(vertex, label);
            active.insert(vertex, label);
        }
    }
    labels
}

/// The same by plain sums; a vertex that got no message keeps its rank and is silent from then on.
fn plain_ranks(arcs: &Arcs, iterations: u64) -> BTreeMap<i64, f64> {
    let mut degree = BTreeMap::<i64, f64>::new();
    arcs.iter().for_each(|&(from, ..)| *degree.entry(from).or_default() += 1.0);
    let mut ranks: BTreeMap<i64, f64> = (0..20).map(|v| (v, 0.05)).collect();
    let mut active = ranks.clone();
    for _ in 0..iterations {
        let mut sums = BTreeMap::<i64, f64>::new();
        for &(from, to, _) in arcs {
            if let Some(rank) = active.get(&from) {
                *sums.entry(to).or_default() += rank / degree[&from];
            }
        }
        active = sums.into_iter().map(|(v, sum)| (v, 0.15 / 20.0 + 0.85 * sum)).collect();
        ranks.extend(active.clone());
    }
    ranks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn three_models_one_answer_however_messages_travel(
        raw in prop::collection::vec((0i64..20, 0i64..20, 1u8..9), 0..70),
        directed: bool, hub_first: bool, threads in prop::sample::select(vec![2usize, 8]),
    ) {
        let arcs: Arcs = raw.into_iter().map(|(a, b, w)| (a, b, f64::from(w) / 3.0)).collect();
        let mut both_ways = arcs.clone();
        if !directed {
            both_ways.extend(arcs.iter().filter(|(a, b, _)| a != b).map(|&(a, b, w)| (b, a, w)));
        }
        let order = if hub_first { VertexOrder::HubFirst } else { VertexOrder::Ascending };
        let distances = plain_distances(&both_ways, 3);
        let communities = plain_labels(&both_ways, 4);
        let plain_ranks = plain_ranks(&both_ways, 4);
        let mut first: Option<Vec<BTreeMap<i64, u64>>> = None;
        for (threads, travel) in [
            (1, Travel::Automatic), (threads, Travel::Automatic), (threads, Travel::Pull), (threads, Travel::Push),
        ] {
            let graph = graph(threads, directed, order, &arcs);
            for found in shortest_paths(&graph, 3, || travelling(travel)) {
                prop_assert_eq!(&found, &distances);
            }
            for found in labels(&graph, 4, |id| id as u64 % 7, || travelling(travel)) {
                prop_assert_eq!(&found, &communities);
            }
            let ranks = ranks(&graph, 4, || travelling(travel));
            for (id, rank) in &plain_ranks {
                prop_assert!((ranks[0][id] - rank).abs() < 1e-12);
            }
            let bits: Vec<BTreeMap<i64, u64>> = ranks.into_iter()
                .map(|ranks| ranks.into_iter().map(|(id, rank)| (id, rank.to_bits())).collect()).collect();
            prop_assert!(bits[1] == bits[0] && bits[2] == bits[0]);
            prop_assert_eq!(first.get_or_insert_with(|| bits.clone()), &bits);
        }
    }
}

#[test]
fn directions_are_those_of_edges() {
    let graph = small(&[(1, 2, 1.0), (2, 3, 1.0), (4, 2, 1.0)]);
    let run = |direction: Neighborhood| {
        let scatter = |vertex: &mut ScatterContext<'_, '_, i64, f64, i64>| {
            let neighbors: Vec<_> = vertex.edges().map(|edge| edge.neighbor).collect();
            assert!(neighbors.is_sorted() && neighbors.len() == vertex.edges().len());
            vertex.send_message_to_all_neighbors(*vertex.value());
        };
        let update = move |vertex: &mut GatherContext<'_, '_, i64, f64>, messages: &[i64]| {
            assert_eq!(vertex.direction(), direction);
            let (into, out) = (vertex.in_degree().unwrap(), vertex.out_degree().unwrap());
            let digits = messages.iter().fold(0, |digits, message| digits * 10 + message);
            vertex.set_new_vertex_value(1000 * digits + (10 * into + out) as i64);
        };
        let configuration = IterationConfiguration::new().direction(direction).degrees(true);
        let result =
            ScatterGather::new(scatter, update, 1).configuration(configuration).run(&graph, number);
        values(&result.unwrap()).into_values().collect::<Vec<_>>()
    };
    assert_eq!(run(Neighborhood::Out), [1, 14_021, 2_010, 4]);
    assert_eq!(run(Neighborhood::In), [2_001, 3_021, 3, 2_001]);
    assert_eq!(run(Neighborhood::All), [2_001, 134_021, 2_010, 2_001]);
}

/// A program with everything: hooks, aggregators, broadcast sets, messages by id.
struct Everything {
    target: Option<Id>,
    hooks: Vec<String>,
    told: std::sync::mpsc::Sender<String>,
}

impl ComputeFunction<(u64, String), f64, u64> for Everything {
    fn compute(
        &self,
        vertex: &mut ComputeContext<'_, '_, (u64, String), f64, u64>,
        messages: &[u64],
    ) {
        assert_eq!(self.hooks.len() as u64, 2 * vertex.superstep_number() - 1);
        assert_eq!(vertex.num_vertices(), Some(5));
        let sum: u64 = messages.iter().sum();
        vertex.aggregate("received", messages.len() as i64);
        vertex.aggregate("largest", sum as f64);
        let before = vertex.previous_aggregate::<i64>("received");
        let text = format!("{}{}:{before:?};", vertex.value().1, vertex.superstep_number());
        vertex.set_new_vertex_value((vertex.value().0 + sum, text));
        if vertex.broadcast_set::<i64>("senders").contains(&number(vertex.id())) {
            vertex.send_message_to_id(self.target.as_ref().unwrap(), vertex.superstep_number());
            vertex.send_message_to_id(self.target.as_ref().unwrap(), 100);
        }
    }

    fn pre_superstep(&mut self, superstep: &SuperstepContext) {
        self.target = Some(superstep.broadcast_set::<String>("target")[0].parse().unwrap());
        self.hooks.push(format!("before {}", superstep.superstep_number()));
    }

    fn post_superstep(&mut self, superstep: &SuperstepContext) {
        self.hooks.push(format!("after {}", superstep.superstep_number()));
        self.told.send(self.hooks.join(", ")).unwrap();
    }
}

#[test]
fn hooks_aggregators_broadcast_sets_and_messages_to_anybody() {
    for travel in [Travel::Automatic, Travel::Pull, Travel::Push] {
        let graph = small(&[(1, 2, 1.0), (2, 3, 1.0), (4, 5, 1.0)]);
        let (told, hooks) = std::sync::mpsc::channel();
        let targets = quince_core::dataset::DataSet::from_collection(
            graph.environment(),
            vec!["5".to_owned()],
        );
        let configuration = travelling(travel)
            .name("everything")
            .parallelism(1)
            .num_vertices(true)
            .aggregator("received", LONG_SUM)
            .aggregator("largest", |a: f64, b: f64| a.max(b))
            .broadcast_set("senders", vec![1i64, 5])
            .broadcast_data_set("target", &targets);
        let everything = Everything { target: None, hooks: Vec::new(), told };
        let result = VertexCentric::new(everything, 3)
            .configuration(configuration)
            .run(&graph, |_| (0, String::new()))
            .unwrap();
        // 1 and 5 send 1 and 100 each to 5; then 5 sends 2 and 100 to itself.
        let five = result.value(5).unwrap();
        assert_eq!(five, &(202 + 102, "1:None;2:Some(0);3:Some(4);".to_owned()));
        assert_eq!(result.value(1).unwrap(), &(0, "1:None;".to_owned()));
        assert_eq!(result.value(2).unwrap().0, 0);
        let report = result.report();
        assert_eq!(report.name, "everything");
        let received: Vec<_> =
            report.supersteps.iter().map(|step| step.aggregates["received"].clone()).collect();
        assert_eq!(received, [0, 4, 2].map(AggregateValue::Signed));
        assert_eq!(report.supersteps[1].aggregates["largest"], AggregateValue::Float(202.0));
        let worksets: Vec<_> = report.supersteps.iter().map(|step| step.workset).collect();
        assert_eq!(worksets, [5, 4, 2]);
        assert_eq!(report.supersteps[0].direction, Direction::Local);
        let last = hooks.into_iter().last().unwrap();
        assert_eq!(last, "before 1, after 1, before 2, after 2, before 3, after 3");
    }
}

#[test]
fn options_that_are_off_are_not_seen() {
    let graph = small(&[(1, 2, 1.0)]);
    let scatter = |vertex: &mut FloatScatter<'_, '_>| {
        assert_eq!(
            (vertex.num_vertices(), vertex.in_degree(), vertex.out_degree()),
            (None, None, None)
        );
    };
    let update = |_: &mut FloatGather<'_, '_>, _: &[f64]| panic!("nobody sends");
    let result = ScatterGather::new(scatter, update, 10).run(&graph, |_| 1.0).unwrap();
    assert_eq!((result.by_dense(), result.report().num_supersteps()), (&[1.0, 1.0][..], 1));
}

#[test]
fn a_panic_names_the_model_the_vertex_and_the_superstep() {
    let graph = small(&[(7, 8, 1.0), (8, 9, 1.0)]);
    let compute = |vertex: &mut FloatCompute<'_, '_>, _: &[f64]| {
        assert!(vertex.superstep_number() < 2 || vertex.id() != 8.into(), "not eight");
        vertex.send_message_to_all_neighbors(1.0);
    };
    let error = VertexCentric::new(compute, 9).run(&graph, |_| 0.0).unwrap_err();
    let expected = "vertex-centric iteration, vertex 8, superstep 2, panicked: not eight";
    assert_eq!(error.to_string(), expected);
    let compute = |vertex: &mut FloatCompute<'_, '_>, _: &[f64]| vertex.aggregate("sum", 1.0);
    let error = VertexCentric::new(compute, 9).run(&graph, |_| 0.0).unwrap_err().to_string();
    assert!(error.contains("there is no aggregator \"sum\"; register it"), "{error}");
}

#[test]
fn a_message_to_nobody_is_an_error_that_names_both_and_the_superstep() {
    let arcs: Vec<_> = (0..20).map(|v| (v, (v + 1) % 20, 1.0)).collect();
    for threads in [1, 2, 8] {
        let graph = graph(threads, true, VertexOrder::HubFirst, &arcs);
        let compute = |vertex: &mut FloatCompute<'_, '_>, _: &[f64]| {
            assert_eq!(vertex.find(&Id::from(77)), None);
            vertex.send_message_to_all_neighbors(1.0);
            if vertex.superstep_number() == 2 {
                vertex.send_message_to_id(&Id::from(77), 1.0);
            }
        };
        let error = VertexCentric::new(compute, 9).run(&graph, |_| 0.0).unwrap_err();
        let expected = "vertex-centric iteration, superstep 2: vertex 0 sent a message to vertex \
            77, which the graph does not have; add it to the graph before, or ask for it with \
            `find` before sending";
        assert_eq!(error.to_string(), expected);
        let scatter = |vertex: &mut FloatScatter<'_, '_>| {
            let nobody = vertex.find(&Id::from(5)).unwrap() + 100;
            vertex.send_message_to(nobody, 1.0);
        };
        let update = |_: &mut FloatGather<'_, '_>, _: &[f64]| panic!("nobody is told");
        let error = ScatterGather::new(scatter, update, 9).run(&graph, |_| 0.0).unwrap_err();
        assert!(matches!(error, Error::UnknownRecipient { superstep: 1, .. }), "{error}");
    }
}

/// One whose hooks do nothing, and who does not say so.
struct Watched<F>(F);

impl<F> ScatterFunction<f64, f64, f64> for Watched<F>
where
    F: Fn(&mut FloatScatter<'_, '_>) + Send + Sync,
{
    fn send_messages(&self, vertex: &mut FloatScatter<'_, '_>) {
        (self.0)(vertex);
    }
}

#[test]
fn a_vertex_that_changed_scatters_for_the_next_superstep() {
    let arcs: Vec<_> = (0..60).map(|v| (v, (v * 7 + 5) % 60, 1.0)).collect();
    let run = |threads, travel, most, is_watched, with_aggregator| {
        let graph = graph(threads, true, VertexOrder::HubFirst, &arcs);
        let scattered = Mutex::new(Vec::new());
        let scatter = |vertex: &mut FloatScatter<'_, '_>| {
            let (superstep, value) = (vertex.superstep_number(), *vertex.value());
            scattered.lock().unwrap().push((superstep, vertex.vertex(), value.to_bits()));
            // Who changed may have nothing to send; the last superstep may be one in which nobody does.
            if value > 10.0 {
                vertex.send_message_to_all_neighbors(value - 4.0);
            }
            if value > 40.0 {
                vertex.send_message_to(vertex.vertex() / 2, value - 30.0);
            }
        };
        let update = |vertex: &mut FloatGather<'_, '_>, messages: &[f64]| {
            let sum: f64 = messages.iter().sum();
            if sum < *vertex.value() {
                vertex.set_new_vertex_value(sum);
            }
        };
        let mut configuration = travelling(travel);
        if with_aggregator {
            configuration = configuration.aggregator("unused", DOUBLE_SUM);
        }
        let value = |id: Key<'_>| number(id) as f64;
        let result = if is_watched {
            let iteration = ScatterGather::new(Watched(scatter), update, most);
            iteration.configuration(configuration).run(&graph, value)
        } else {
            let iteration = ScatterGather::new(scatter, update, most);
            iteration.configuration(configuration).run(&graph, value)
        };
        let result = result.unwrap();
        let steps = &result.report().supersteps;
        let tally: Vec<_> = steps.iter().map(|step| (step.workset, step.changes)).collect();
        let bits: Vec<_> = result.by_dense().iter().map(|value| value.to_bits()).collect();
        let mut scattered = scattered.into_inner().unwrap();
        scattered.sort_unstable();
        (bits, tally, scattered)
    };
    for most in [1, 2, 5, 99] {
        let expected = run(1, Travel::Push, most, true, false);
        assert!(most != 99 || expected.1.len() < 99 && expected.1.last().unwrap().1 == 0);
        for (threads, travel) in
            [(1, Travel::Pull), (2, Travel::Push), (2, Travel::Automatic), (8, Travel::Pull)]
        {
            assert_eq!(run(threads, travel, most, false, false), expected, "{travel:?}, {most}");
            assert_eq!(run(threads, travel, most, false, true), expected, "{travel:?}, {most}");
        }
    }
}

#[test]
fn a_vertex_that_scatters_at_once_fails_in_the_next_superstep() {
    let graph = small(&[(7, 8, 1.0), (8, 9, 1.0), (9, 7, 1.0)]);
    let update = |vertex: &mut FloatGather<'_, '_>, messages: &[f64]| {
        vertex.set_new_vertex_value(messages[0]);
    };
    let panics = |vertex: &mut FloatScatter<'_, '_>| {
        assert!(vertex.superstep_number() < 3 || vertex.id() != 8.into(), "not eight");
        vertex.send_message_to_all_neighbors(1.0);
    };
    let loses = |vertex: &mut FloatScatter<'_, '_>| {
        vertex.send_message_to_all_neighbors(1.0);
        if vertex.superstep_number() == 3 {
            vertex.send_message_to_id(&Id::from(77), 1.0);
        }
    };
    for travel in [Travel::Pull, Travel::Push] {
        let configuration = || travelling(travel);
        let iteration = ScatterGather::new(panics, update, 9).configuration(configuration());
        let error = iteration.run(&graph, |_| 0.0).unwrap_err();
        let expected = "scatter-gather iteration, vertex 8, superstep 3, panicked: not eight";
        assert_eq!(error.to_string(), expected);
        let iteration = ScatterGather::new(loses, update, 9).configuration(configuration());
        let error = iteration.run(&graph, |_| 0.0).unwrap_err();
        assert!(matches!(error, Error::UnknownRecipient { superstep: 3, .. }), "{error}");
        // Nobody scatters after the last superstep.
        let iteration = ScatterGather::new(loses, update, 2).configuration(configuration());
        assert!(iteration.run(&graph, |_| 0.0).is_ok());
    }
}

#[test]
fn a_second_message_to_all_arrives_too() {
    let graph = small(&[(1, 2, 1.0), (1, 3, 10.0), (3, 2, 5.0)]);
    let scatter = |vertex: &mut FloatScatter<'_, '_>| {
        vertex.send_message_to_all_neighbors(*vertex.value());
        vertex.send_message_to_all_neighbors(-*vertex.value());
    };
    let update = |vertex: &mut FloatGather<'_, '_>, messages: &[f64]| {
        let text: String = messages.iter().map(|message| format!("{message} ")).collect();
        let expected = if vertex.id() == 2.into() { "2 8 0 2 " } else { "11 9 " };
        assert_eq!(text, expected);
    };
    for travel in [Travel::Pull, Travel::Push] {
        let result = ScatterGather::new(scatter, update, 1)
            .along_edges(|message: &f64, weight: f64| message + weight)
            .configuration(travelling(travel))
            .run(&graph, |id| number(id) as f64);
        assert!(result.is_ok(), "{}", result.unwrap_err());
    }
}
