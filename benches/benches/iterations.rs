//! What the dataflow form of an iteration costs against loops written by hand.
//!
//! ```text
//! cargo bench -p quince-benches --bench iterations
//! ```
//!
//! Groups `iterations/page-rank/GRAPH` (20 iterations in 32 bits) and
//! `iterations/components-plain/GRAPH` (the rewrite switched off) hold the same algorithm three
//! times: `dataflow` through the iteration API, `hand-written` over the same index, `one-thread`
//! as anybody would write it. Loading and verification are outside the clock. What else runs on
//! the machine changes from one function to the next, so the ratio of the first two is also
//! measured in alternating pairs and printed. [`setting`] says how large.
#![allow(clippy::print_stderr, reason = "ratios are for whoever runs the benchmark")]

mod setting;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use quince_algorithms::{ConnectedComponents, PageRank, Precision, Ranks};
use quince_benches::hand_written::{components, page_rank};
use quince_benches::plain;
use quince_core::index::Csr;
use quince_core::iteration::Rewrites;
use quince_gelly::{EdgeDirection, IndexedGraph, VertexId};

const ITERATIONS: u64 = 20;

/// Pairs of runs for a ratio.
const PAIRS: usize = 15;

criterion_group!(benches, iterations);
criterion_main!(benches);

fn iterations(criterion: &mut Criterion) {
    let env = setting::environment();
    for (name, source) in setting::sources(&env) {
        let graph = setting::simple_graph(&env, &*source);
        let index = graph.index(EdgeDirection::Any).expect("an index");
        bench_page_rank(criterion, &name, &graph, &index);
        bench_components(criterion, &name, &graph, &index);
    }
}

fn bench_page_rank(criterion: &mut Criterion, name: &str, graph: &IndexedGraph, index: &Csr<()>) {
    let (env, degrees) = (graph.environment(), graph.out_degrees().expect("degrees"));
    let run = |rewrites| {
        let algorithm = PageRank::default().iterations(ITERATIONS).precision(Precision::F32);
        graph.run(algorithm.rewrites(rewrites)).expect("ranks")
    };
    let dataflow = || run(Rewrites::On);
    let by_hand = || env.install(|| page_rank::parallel(env, index, ITERATIONS));
    let one_thread = || plain::page_rank(index, &degrees, ITERATIONS);
    let expected = by_hand();
    let swept = run(Rewrites::Off);
    let Ranks::F32(ranks) = swept.ranks() else { unreachable!("asked for in 32 bits") };
    assert!(expected[..] == *ranks.by_dense(), "the same sums in the same order");
    // Tiles group the sums in another way.
    let result = dataflow();
    let Ranks::F32(ranks) = result.ranks() else { unreachable!("asked for in 32 bits") };
    let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * b;
    assert!(ranks.by_dense().iter().zip(&expected[..]).all(close), "the same but for rounding");
    let close = |(a, b): (&f32, f32)| (a - b).abs() <= 1e-3 * b;
    assert!(ranks.by_dense().iter().zip(one_thread()).all(close), "the same but for rounding");

    let name = format!("iterations/page-rank/{name}");
    print_ratio(&name, dataflow, by_hand);
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.bench_function("dataflow", |bencher| bencher.iter(dataflow));
    group.bench_function("hand-written", |bencher| bencher.iter(by_hand));
    group.bench_function("one-thread", |bencher| bencher.iter(one_thread));
    group.finish();
}

fn bench_components(criterion: &mut Criterion, name: &str, graph: &IndexedGraph, index: &Csr<()>) {
    let (env, dictionary) = (graph.environment(), graph.dictionary());
    let dataflow =
        || graph.run(ConnectedComponents::default().rewrites(Rewrites::Off)).expect("components");
    let first_label = |vertex| dictionary.ordinal(vertex);
    let by_hand = || env.install(|| components::parallel(env, index, first_label));
    let one_thread = || plain::components(index, first_label);
    let (result, labels) = (dataflow(), by_hand());
    assert!(one_thread()[..] == labels[..], "the same components");
    for (vertex, &label) in labels.iter().enumerate() {
        let (id, label) = (dictionary.key(vertex as u32), dictionary.key_of_ordinal(label));
        assert_eq!(component(&result, id), Some(label), "the component of {id}");
    }

    let name = format!("iterations/components-plain/{name}");
    print_ratio(&name, dataflow, by_hand);
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.bench_function("dataflow", |bencher| bencher.iter(dataflow));
    group.bench_function("hand-written", |bencher| bencher.iter(by_hand));
    group.bench_function("one-thread", |bencher| bencher.iter(one_thread));
    group.finish();
}

/// The component of a vertex.
fn component<'r>(
    result: &'r quince_algorithms::ConnectedComponentsResult,
    id: VertexId<'_>,
) -> Option<VertexId<'r>> {
    result.component(id)
}

/// Prints the median of the ratios of alternating runs.
fn print_ratio<A, B>(name: &str, dataflow: impl Fn() -> A, by_hand: impl Fn() -> B) {
    let mut ratios: Vec<f64> = (0..PAIRS)
        .map(|pair| {
            // Neither always finds the machine as the other left it.
            if pair % 2 == 0 {
                let dataflow = seconds(&dataflow);
                dataflow / seconds(&by_hand)
            } else {
                let by_hand = seconds(&by_hand);
                seconds(&dataflow) / by_hand
            }
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let (least, median, most) = (ratios[0], ratios[PAIRS / 2], ratios[PAIRS - 1]);
    eprintln!(
        "{name}: dataflow / hand-written {median:.2} ({least:.2} to {most:.2}, {PAIRS} pairs)"
    );
}

/// How long a run takes.
fn seconds<R>(run: impl Fn() -> R) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}
