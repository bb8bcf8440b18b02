//! What Gelly's three models cost against loops written by hand.
//!
//! ```text
//! cargo bench -p quince-benches --bench models
//! ```
//!
//! Groups `models/page-rank/GRAPH` (20 iterations in 32 bits, no dangling mass),
//! `models/components/GRAPH` and `models/shortest-paths/GRAPH` hold the same algorithm as a
//! vertex-centric, a scatter-gather and a gather-sum-apply program, all with a combiner, and as a
//! loop by hand over the same index; the last two say of their functions that they keep idle what is
//! idle, and are there also as a gather-sum-apply program that only improves. Ratios are those of
//! alternating pairs of runs. [`setting`] says how large.
#![allow(clippy::print_stderr, reason = "ratios are for whoever runs the benchmark")]

mod setting;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use quince_benches::graphs::weighted;
use quince_benches::hand_written::{components, page_rank, shortest_paths};
use quince_core::index::Csr;
use quince_core::iteration::Combiner;
use quince_core::pipeline::Source;
use quince_gelly::models::KeepsIdle;
use quince_gelly::models::gather_sum_apply::{ApplyContext, GatherSumApply, Neighbor};
use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
use quince_gelly::models::vertex_centric::{ComputeContext, VertexCentric};
use quince_gelly::{Duplicates, EdgeDirection, IndexedGraph, SelfLoops};

const ITERATIONS: u64 = 20;

/// Pairs of runs for a ratio.
const PAIRS: usize = 9;

/// More supersteps than any of them needs.
const MOST: u64 = 10_000;

criterion_group!(benches, models);
criterion_main!(benches);

fn models(criterion: &mut Criterion) {
    let env = setting::environment();
    for (name, source) in setting::sources(&env) {
        let builder = || {
            IndexedGraph::builder(&env)
                .directed(false)
                .self_loops(SelfLoops::Drop)
                .duplicates(Duplicates::Drop)
        };
        let graph = builder().build(&*source).expect("a graph");
        let index = graph.index(EdgeDirection::Any).expect("an index");
        ranks(criterion, &name, &graph, &index);
        connected(criterion, &name, &graph, &index);
        let source: Box<dyn Source> = Box::new(weighted(&env, &*source).expect("edges"));
        let graph = builder().build_weighted(&*source).expect("a graph");
        let index = graph.index(EdgeDirection::Any).expect("an index");
        distances(criterion, &name, &graph, &index);
    }
}

fn ranks(criterion: &mut Criterion, name: &str, graph: &IndexedGraph, index: &Csr<()>) {
    /// A rank, and 1 / degree.
    type Ranked = (f32, f32);
    let base = 0.15f64 as f32 / graph.num_vertices() as f32;
    let start = (1.0 / graph.num_vertices() as f64) as f32;
    let initial = |vertex: u32| (start, 1.0 / index.row(vertex).len().max(1) as f32);
    let rank = |sum: f32| base + 0.85 * sum;

    let compute = |vertex: &mut ComputeContext<'_, '_, Ranked, (), f32>, messages: &[f32]| {
        let (mut own, share) = *vertex.value();
        if let Some(&sum) = messages.first() {
            own = rank(sum);
            vertex.set_new_vertex_value((own, share));
        }
        vertex.send_message_to_all_neighbors(own * share);
    };
    let scatter = |vertex: &mut ScatterContext<'_, '_, Ranked, (), f32>| {
        let (rank, share) = *vertex.value();
        vertex.send_message_to_all_neighbors(rank * share);
    };
    let update = |vertex: &mut GatherContext<'_, '_, Ranked, ()>, messages: &[f32]| {
        let share = vertex.value().1;
        vertex.set_new_vertex_value((rank(messages[0]), share));
    };
    let gather = |neighbor: Neighbor<'_, f32, ()>| *neighbor.value();
    let apply = |sum: f32, vertex: &mut ApplyContext<'_, '_, Ranked>| {
        let share = vertex.value().1;
        vertex.set_result((rank(sum), share));
    };
    let vertex_centric = || {
        let iteration = VertexCentric::new(compute, ITERATIONS + 1).combiner(Combiner::sum());
        iteration.run_from(graph, initial).expect("ranks")
    };
    let scatter_gather = || {
        let iteration = ScatterGather::new(scatter, update, ITERATIONS).combiner(Combiner::sum());
        iteration.run_from(graph, initial).expect("ranks")
    };
    let gather_sum_apply = || {
        let iteration = GatherSumApply::new(gather, Combiner::sum(), apply, ITERATIONS);
        iteration
            .reading(|ranked: &Ranked| ranked.0 * ranked.1)
            .run_from(graph, initial)
            .expect("ranks")
    };
    let env = graph.environment();
    let by_hand = || env.install(|| page_rank::plain(env, index, ITERATIONS));
    let expected = by_hand();
    for result in [vertex_centric(), scatter_gather(), gather_sum_apply()] {
        let same =
            result.by_dense().iter().zip(&expected[..]).all(|(ranked, &rank)| ranked.0 == rank);
        assert!(same, "the same sums in the same order");
    }
    let mut group = Group::new(criterion, format!("models/page-rank/{name}"), by_hand);
    group.model("vertex-centric", vertex_centric);
    group.model("scatter-gather", scatter_gather);
    group.model("gather-sum-apply", gather_sum_apply);
    group.finish();
}

fn connected(criterion: &mut Criterion, name: &str, graph: &IndexedGraph, index: &Csr<()>) {
    let dictionary = graph.dictionary();
    let initial = |vertex: u32| dictionary.ordinal(vertex);

    let compute = |vertex: &mut ComputeContext<'_, '_, u32, (), u32>, messages: &[u32]| {
        match messages.first() {
            Some(&label) if label < *vertex.value() => {
                vertex.set_new_vertex_value(label);
                vertex.send_message_to_all_neighbors(label);
            }
            Some(_) => {}
            None => vertex.send_message_to_all_neighbors(*vertex.value()),
        }
    };
    let scatter = |vertex: &mut ScatterContext<'_, '_, u32, (), u32>| {
        vertex.send_message_to_all_neighbors(*vertex.value());
    };
    let update = |vertex: &mut GatherContext<'_, '_, u32, ()>, messages: &[u32]| {
        if messages[0] < *vertex.value() {
            vertex.set_new_vertex_value(messages[0]);
        }
    };
    let gather = |neighbor: Neighbor<'_, u32, ()>| *neighbor.value();
    let apply = |label: u32, vertex: &mut ApplyContext<'_, '_, u32>| {
        if label < *vertex.value() {
            vertex.set_result(label);
        }
    };
    let vertex_centric = || {
        let iteration = VertexCentric::new(compute, MOST).combiner(Combiner::min());
        iteration.run_from(graph, initial).expect("components")
    };
    let scatter_gather = || {
        let iteration = ScatterGather::new(scatter, update, MOST).combiner(Combiner::min());
        iteration.run_from(graph, initial).expect("components")
    };
    let gather_sum_apply = || {
        let iteration = GatherSumApply::new(KeepsIdle(gather), Combiner::min(), apply, MOST);
        iteration.run_from(graph, initial).expect("components")
    };
    let opaque = || {
        let iteration = GatherSumApply::new(gather, |a: u32, b: u32| a.min(b), apply, MOST);
        iteration.run_from(graph, initial).expect("components")
    };
    let improving = || {
        let iteration = GatherSumApply::improving(|label: u32, (): ()| label, Combiner::min());
        iteration.run_from(graph, initial).expect("components")
    };
    let env = graph.environment();
    let by_hand = || env.install(|| components::parallel(env, index, initial));
    let expected = by_hand();
    for result in [vertex_centric(), scatter_gather(), gather_sum_apply()] {
        assert_eq!(result.by_dense(), &expected[..], "the same components");
    }
    assert_eq!(improving().by_dense(), &expected[..], "the same components");
    let mut group = Group::new(criterion, format!("models/components/{name}"), by_hand);
    group.model("vertex-centric", vertex_centric);
    group.model("scatter-gather", scatter_gather);
    group.model("gather-sum-apply", gather_sum_apply);
    group.model("gather-sum-apply, a closure sums", opaque);
    group.model("improving", improving);
    group.finish();
}

fn distances(criterion: &mut Criterion, name: &str, graph: &IndexedGraph<f64>, index: &Csr<f64>) {
    let all = 0..graph.num_vertices() as u32;
    let source = all.max_by_key(|&vertex| index.row(vertex).len()).expect("a vertex");
    let initial = |vertex: u32| if vertex == source { 0.0 } else { f64::INFINITY };
    let add = |distance: &f64, weight: f64| distance + weight;

    let compute =
        |vertex: &mut ComputeContext<'_, '_, f64, f64, f64>, messages: &[f64]| match messages
            .first()
        {
            Some(&distance) if distance < *vertex.value() => {
                vertex.set_new_vertex_value(distance);
                vertex.send_message_to_all_neighbors(distance);
            }
            None if vertex.vertex() == source => vertex.send_message_to_all_neighbors(0.0),
            _ => {}
        };
    let scatter = |vertex: &mut ScatterContext<'_, '_, f64, f64, f64>| {
        if vertex.value().is_finite() {
            vertex.send_message_to_all_neighbors(*vertex.value());
        }
    };
    let update = |vertex: &mut GatherContext<'_, '_, f64, f64>, messages: &[f64]| {
        if messages[0] < *vertex.value() {
            vertex.set_new_vertex_value(messages[0]);
        }
    };
    let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    let apply = |distance: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
        if distance < *vertex.value() {
            vertex.set_result(distance);
        }
    };
    let vertex_centric = || {
        let iteration = VertexCentric::new(compute, MOST).combiner(Combiner::min());
        iteration.along_edges(KeepsIdle(add)).run_from(graph, initial).expect("distances")
    };
    let scatter_gather = || {
        let iteration = ScatterGather::new(scatter, update, MOST).combiner(Combiner::min());
        iteration.along_edges(KeepsIdle(add)).run_from(graph, initial).expect("distances")
    };
    let gather_sum_apply = || {
        let iteration = GatherSumApply::new(KeepsIdle(gather), Combiner::min(), apply, MOST);
        iteration.run_from(graph, initial).expect("distances")
    };
    let improve =
        || GatherSumApply::improving(|value: f64, weight: f64| value + weight, Combiner::min());
    let improving = || improve().run_from(graph, initial).expect("distances");
    let ordered =
        || improve().ordered_by(16.0).settling().run_from(graph, initial).expect("distances");
    let env = graph.environment();
    let by_hand = || env.install(|| shortest_paths::parallel(env, index, source));
    let expected = by_hand();
    for result in [vertex_centric(), scatter_gather(), gather_sum_apply()] {
        assert_eq!(result.by_dense(), &expected[..], "the same distances");
    }
    for result in [improving(), ordered()] {
        assert_eq!(result.by_dense(), &expected[..], "the same distances");
    }
    let mut group = Group::new(criterion, format!("models/shortest-paths/{name}"), by_hand);
    group.model("vertex-centric", vertex_centric);
    group.model("scatter-gather", scatter_gather);
    group.model("gather-sum-apply", gather_sum_apply);
    group.model("improving", improving);
    group.model("improving-ordered", ordered);
    group.finish();
}

/// The models of one algorithm beside the loop by hand.
struct Group<'c, F> {
    name: String,
    by_hand: F,
    group: criterion::BenchmarkGroup<'c, criterion::measurement::WallTime>,
}

impl<'c, R, F: Fn() -> R> Group<'c, F> {
    fn new(criterion: &'c mut Criterion, name: String, by_hand: F) -> Self {
        let mut group = criterion.benchmark_group(name.clone());
        group.sample_size(10);
        group.bench_function("hand-written", |bencher| bencher.iter(&by_hand));
        Self { name, by_hand, group }
    }

    /// Measures a model, and prints the median of the ratios of alternating runs.
    fn model<T>(&mut self, model: &str, run: impl Fn() -> T) {
        let mut ratios: Vec<f64> = (0..PAIRS)
            .map(|pair| {
                // Neither always finds the machine as the other left it.
                if pair % 2 == 0 {
                    let model = seconds(&run);
                    model / seconds(&self.by_hand)
                } else {
                    let by_hand = seconds(&self.by_hand);
                    seconds(&run) / by_hand
                }
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let (least, median, most) = (ratios[0], ratios[PAIRS / 2], ratios[PAIRS - 1]);
        let name = &self.name;
        eprintln!(
            "{name}: {model} / hand-written {median:.2} ({least:.2} to {most:.2}, {PAIRS} pairs)"
        );
        self.group.bench_function(model, |bencher| bencher.iter(&run));
    }

    fn finish(self) {
        self.group.finish();
    }
}

/// How long a run takes.
fn seconds<R>(run: impl Fn() -> R) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}
