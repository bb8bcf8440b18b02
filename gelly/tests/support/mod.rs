//! The same algorithms in every iteration model.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;

use quince_core::Environment;
use quince_core::index::Key;
use quince_core::iteration::{Combiner, Travel};
use quince_gelly::models::gather_sum_apply::{ApplyContext, GatherSumApply, Neighbor};
use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
use quince_gelly::models::vertex_centric::{ComputeContext, VertexCentric};
use quince_gelly::models::{IterationConfiguration, KeepsIdle, ModelResult};
use quince_gelly::{IndexedGraph, Neighborhood, VertexOrder, edges, weighted_edges};

pub(crate) type Arcs = Vec<(i64, i64, f64)>;

/// A graph of the vertices 0..20 and these edges.
pub(crate) fn graph(
    threads: usize,
    directed: bool,
    order: VertexOrder,
    arcs: &Arcs,
) -> IndexedGraph<f64> {
    let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
    let vertices = edges((0..20).map(|v| (v, v)));
    let builder = IndexedGraph::builder(&env).directed(directed).order(order).vertices(&vertices);
    builder.build_weighted(&weighted_edges(arcs.iter().copied())).unwrap()
}

pub(crate) fn small(arcs: &[(i64, i64, f64)]) -> IndexedGraph<f64> {
    let env = Environment::builder().threads(2).memory("64 MiB").build().unwrap();
    IndexedGraph::builder(&env).build_weighted(&weighted_edges(arcs.iter().copied())).unwrap()
}

pub(crate) fn number(id: Key<'_>) -> i64 {
    match id {
        Key::Integer(id) => id,
        Key::Text(_) => panic!("ids are integers"),
    }
}

pub(crate) fn values<VV: Clone>(result: &ModelResult<VV>) -> BTreeMap<i64, VV> {
    result.iter().map(|(id, value)| (number(id), value.clone())).collect()
}

pub(crate) fn travelling(travel: Travel) -> IterationConfiguration {
    IterationConfiguration::new().travel(travel)
}

pub(crate) type FloatCompute<'a, 'g> = ComputeContext<'a, 'g, f64, f64, f64>;
pub(crate) type FloatScatter<'a, 'g> = ScatterContext<'a, 'g, f64, f64, f64>;
pub(crate) type FloatGather<'a, 'g> = GatherContext<'a, 'g, f64, f64>;
pub(crate) type FloatApply<'a, 'g> = ApplyContext<'a, 'g, f64>;

/// Shortest distances from `source` in every model, with messages of every kind.
pub(crate) fn shortest_paths(
    graph: &IndexedGraph<f64>,
    source: i64,
    configuration: impl Fn() -> IterationConfiguration,
) -> Vec<BTreeMap<i64, f64>> {
    let start = |id: Key<'_>| if number(id) == source { 0.0 } else { f64::INFINITY };
    let least = |messages: &[f64]| messages.iter().copied().fold(f64::INFINITY, f64::min);
    let add = |distance: &f64, weight: f64| distance + weight;

    let compute = |vertex: &mut FloatCompute<'_, '_>, messages: &[f64]| {
        let distance = least(messages);
        let is_source = vertex.superstep_number() == 1 && number(vertex.id()) == source;
        if is_source || distance < *vertex.value() {
            let distance = if is_source { 0.0 } else { distance };
            vertex.set_new_vertex_value(distance);
            vertex.send_message_to_all_neighbors(distance);
        }
    };
    let compute_by_edge = |vertex: &mut FloatCompute<'_, '_>, messages: &[f64]| {
        let distance = least(messages);
        let is_source = vertex.superstep_number() == 1 && number(vertex.id()) == source;
        if is_source || distance < *vertex.value() {
            let distance = if is_source { 0.0 } else { distance };
            vertex.set_new_vertex_value(distance);
            for edge in vertex.edges() {
                vertex.send_message_to(edge.neighbor, distance + edge.value);
            }
        }
    };
    let scatter = |vertex: &mut FloatScatter<'_, '_>| {
        if vertex.value().is_finite() {
            vertex.send_message_to_all_neighbors(*vertex.value());
        }
    };
    let scatter_by_edge = |vertex: &mut FloatScatter<'_, '_>| {
        if vertex.value().is_finite() {
            for edge in vertex.edges() {
                vertex.send_message_to(edge.neighbor, vertex.value() + edge.value);
            }
        }
    };
    let update = |vertex: &mut FloatGather<'_, '_>, messages: &[f64]| {
        let distance = least(messages);
        if distance < *vertex.value() {
            vertex.set_new_vertex_value(distance);
        }
    };
    let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    let apply = |distance: f64, vertex: &mut FloatApply<'_, '_>| {
        if distance < *vertex.value() {
            vertex.set_result(distance);
        }
    };
    let infinite = |_: Key<'_>| f64::INFINITY;
    let pregel = VertexCentric::new(compute, 100).along_edges(add);
    let results = [
        pregel.configuration(configuration()).run(graph, infinite),
        VertexCentric::new(compute, 100)
            .along_edges(add)
            .combiner(Combiner::min())
            .configuration(configuration())
            .run(graph, infinite),
        VertexCentric::new(compute_by_edge, 100)
            .combiner(f64::min)
            .configuration(configuration())
            .run(graph, infinite),
        ScatterGather::new(scatter, update, 100)
            .along_edges(add)
            .configuration(configuration())
            .run(graph, start),
        ScatterGather::new(scatter, update, 100)
            .along_edges(add)
            .combiner(Combiner::min())
            .configuration(configuration())
            .run(graph, start),
        ScatterGather::new(scatter_by_edge, update, 100)
            .configuration(configuration())
            .run(graph, start),
        GatherSumApply::new(gather, Combiner::min(), apply, 100)
            .configuration(configuration())
            .run(graph, start),
        GatherSumApply::new(gather, f64::min, apply, 100)
            .configuration(configuration())
            .run(graph, start),
        VertexCentric::new(compute, 100)
            .along_edges(KeepsIdle(add))
            .combiner(Combiner::min())
            .configuration(configuration())
            .run(graph, infinite),
        ScatterGather::new(scatter, update, 100)
            .along_edges(KeepsIdle(add))
            .combiner(Combiner::min())
            .configuration(configuration())
            .run(graph, start),
        GatherSumApply::new(KeepsIdle(gather), Combiner::min(), apply, 100)
            .configuration(configuration())
            .run(graph, start),
    ];
    results.into_iter().map(|result| values(&result.unwrap())).collect()
}

/// Ranks after `iterations`, without a treatment of dangling vertices, in every model.
pub(crate) fn ranks(
    graph: &IndexedGraph<f64>,
    iterations: u64,
    configuration: impl Fn() -> IterationConfiguration,
) -> Vec<BTreeMap<i64, f64>> {
    const BETA: f64 = 0.85;
    let vertices = graph.num_vertices() as f64;
    let rank = move |sum: f64| (1.0 - BETA) / vertices + BETA * sum;
    let start = move |_: Key<'_>| 1.0 / vertices;
    let compute = move |vertex: &mut FloatCompute<'_, '_>, messages: &[f64]| {
        if vertex.superstep_number() > 1 {
            vertex.set_new_vertex_value(rank(messages[0]));
        }
        let degree = vertex.edges().len() as f64;
        vertex.send_message_to_all_neighbors(vertex.value() / degree);
    };
    let scatter = |vertex: &mut FloatScatter<'_, '_>| {
        let degree = vertex.out_degree().unwrap() as f64;
        vertex.send_message_to_all_neighbors(vertex.value() / degree);
    };
    let update = |vertex: &mut FloatGather<'_, '_>, messages: &[f64]| {
        let vertices = vertex.num_vertices().unwrap() as f64;
        vertex.set_new_vertex_value((1.0 - BETA) / vertices + BETA * messages[0]);
    };
    let degrees = graph.out_degrees().unwrap();
    let gather = |neighbor: Neighbor<'_, f64, f64>| *neighbor.value();
    let apply = |sum: f64, vertex: &mut ApplyContext<'_, '_, (f64, f64)>| {
        let degree = vertex.value().1;
        vertex.set_result((rank(sum), degree));
    };
    let degree = |id: Key<'_>| f64::from(degrees[graph.find(&id.into()).unwrap() as usize]);
    let options = || configuration().degrees(true).num_vertices(true);
    let pregel = VertexCentric::new(compute, iterations + 1).combiner(Combiner::sum());
    let spargel = ScatterGather::new(scatter, update, iterations).combiner(Combiner::sum());
    let gsa = GatherSumApply::new(gather, Combiner::sum(), apply, iterations);
    let gsa = gsa.reading(|value: &(f64, f64)| value.0 / value.1).configuration(options());
    let gsa = gsa.run(graph, |id| (start(id), degree(id))).unwrap();
    vec![
        values(&pregel.configuration(options()).run(graph, start).unwrap()),
        values(&spargel.configuration(options()).run(graph, start).unwrap()),
        values(&gsa).into_iter().map(|(id, value)| (id, value.0)).collect(),
    ]
}

/// The most frequent of labels, and the greatest of those.
pub(crate) fn most_frequent(labels: impl IntoIterator<Item = (u64, u64)>) -> u64 {
    let mut counts = BTreeMap::new();
    labels.into_iter().for_each(|(label, count)| *counts.entry(label).or_insert(0) += count);
    counts.into_iter().max_by_key(|&(label, count)| (count, label)).unwrap().0
}

/// Gelly's label propagation in every model.
pub(crate) fn labels(
    graph: &IndexedGraph<f64>,
    iterations: u64,
    label: impl Fn(i64) -> u64 + Sync,
    configuration: impl Fn() -> IterationConfiguration,
) -> Vec<BTreeMap<i64, u64>> {
    let start = |id: Key<'_>| label(number(id));
    let adopt = |own: u64, messages: &[u64]| {
        most_frequent([own].iter().chain(messages).map(|&label| (label, 1)))
    };
    // In this form a label is sent in every superstep, changed or not.
    let scatter = |vertex: &mut ScatterContext<'_, '_, u64, f64, u64>| {
        vertex.send_message_to_all_neighbors(*vertex.value());
    };
    let update = |vertex: &mut GatherContext<'_, '_, u64, f64>, messages: &[u64]| {
        vertex.set_new_vertex_value(adopt(*vertex.value(), messages));
    };
    let compute = |vertex: &mut ComputeContext<'_, '_, u64, f64, u64>, messages: &[u64]| {
        if vertex.superstep_number() > 1 {
            vertex.set_new_vertex_value(adopt(*vertex.value(), messages));
        }
        vertex.send_message_to_all_neighbors(*vertex.value());
    };
    let gather = |neighbor: Neighbor<'_, u64, f64>| vec![(*neighbor.value(), 1)];
    let sum = |mut left: Vec<(u64, u64)>, right: Vec<(u64, u64)>| {
        left.extend(right);
        left
    };
    let apply = |labels: Vec<(u64, u64)>, vertex: &mut ApplyContext<'_, '_, u64>| {
        vertex.set_result(most_frequent(labels.into_iter().chain([(*vertex.value(), 1)])));
    };
    let pregel = VertexCentric::new(compute, iterations + 1).configuration(configuration());
    let spargel = ScatterGather::new(scatter, update, iterations).configuration(configuration());
    let gsa = GatherSumApply::new(gather, sum, apply, iterations).configuration(configuration());
    vec![
        values(&pregel.run(graph, start).unwrap()),
        values(&spargel.run(graph, start).unwrap()),
        values(&gsa.run(graph, start).unwrap()),
    ]
}

/// The least id of each vertex's component in every model.
pub(crate) fn components(
    graph: &IndexedGraph<f64>,
    configuration: impl Fn() -> IterationConfiguration,
) -> Vec<BTreeMap<i64, i64>> {
    let both = || configuration().direction(Neighborhood::All);
    let compute = |vertex: &mut ComputeContext<'_, '_, i64, f64, i64>, messages: &[i64]| {
        let least = messages.iter().copied().fold(*vertex.value(), i64::min);
        if vertex.superstep_number() == 1 || least < *vertex.value() {
            vertex.set_new_vertex_value(least);
            vertex.send_message_to_all_neighbors(least);
        }
    };
    let scatter = |vertex: &mut ScatterContext<'_, '_, i64, f64, i64>| {
        vertex.send_message_to_all_neighbors(*vertex.value());
    };
    let update = |vertex: &mut GatherContext<'_, '_, i64, f64>, messages: &[i64]| {
        let least = messages.iter().copied().fold(*vertex.value(), i64::min);
        if least < *vertex.value() {
            vertex.set_new_vertex_value(least);
        }
    };
    let gather = |neighbor: Neighbor<'_, i64, f64>| *neighbor.value();
    let apply = |least: i64, vertex: &mut ApplyContext<'_, '_, i64>| {
        if least < *vertex.value() {
            vertex.set_result(least);
        }
    };
    let results = [
        VertexCentric::new(compute, 99).configuration(both()).run(graph, number),
        VertexCentric::new(compute, 99).combiner(i64::min).configuration(both()).run(graph, number),
        ScatterGather::new(scatter, update, 99).configuration(both()).run(graph, number),
        GatherSumApply::new(gather, Combiner::min(), apply, 99)
            .configuration(both())
            .run(graph, number),
    ];
    results.into_iter().map(|result| values(&result.unwrap())).collect()
}
