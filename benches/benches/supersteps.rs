//! What a superstep costs, and what the ways to run one make of it.
//!
//! ```text
//! cargo bench -p quince-benches --bench supersteps
//! ```
//!
//! | group | compares |
//! |---|---|
//! | `supersteps/overhead/empty` | supersteps with nothing to do: one element each |
//! | `supersteps/overhead/path` | a search along a path, a superstep for each vertex, and a plain queue |
//! | `supersteps/components/GRAPH` | components over data sets: a bulk iteration, a delta iteration with a hash solution set, and one with a dense solution set |
//! | `supersteps/direction/GRAPH` | scatter-gather components, pulled, pushed, or as is less work; and union-find on one thread |
//! | `supersteps/constant-path` | a bulk iteration that joins with a relation which is kept, or made anew in each superstep |
//!
//! Data sets have 2^12 vertices; [`setting`] says how large the others are.

mod setting;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quince_algorithms::BreadthFirstSearch;
use quince_benches::graphs::NamedGraph;
use quince_benches::{general, plain};
use quince_core::dataset::DataSet;
use quince_core::index::StaticIndex;
use quince_core::iteration::{Combiner, Criterion as Until, StepIteration, StepOutcome, Travel};
use quince_core::{Environment, executor};
use quince_datasets::generators::PathGraph;
use quince_gelly::models::IterationConfiguration;
use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
use quince_gelly::{EdgeDirection, IndexedGraph};

/// Supersteps that have nothing to do.
const EMPTY: u64 = 10_000;

/// Vertices of the path.
const PATH: u64 = 1 << 16;

/// The binary logarithm of the number of vertices in data sets.
const DATA_SET_SCALE: u32 = 12;

/// Supersteps of the bulk iteration that joins.
const JOINS: u64 = 10;

criterion_group!(benches, overhead, components, direction, constant_path);
criterion_main!(benches);

fn overhead(criterion: &mut Criterion) {
    let env = setting::environment();
    let mut group = criterion.benchmark_group("supersteps/overhead");
    group.sample_size(20).throughput(Throughput::Elements(EMPTY));
    group.bench_function("empty", |bencher| {
        bencher.iter(|| {
            let steps = StepIteration::new("empty", 1).maximum_supersteps(EMPTY);
            let nothing = |_| Ok(StepOutcome { changes: 0, convergence: None, workset: 1 });
            steps.run(&env, nothing).expect("nothing can fail")
        });
    });
    let graph = IndexedGraph::from_source(&env, &PathGraph::new(PATH)).expect("a path");
    let index = graph.index(EdgeDirection::Out).expect("an index");
    graph.index(EdgeDirection::In).expect("an index");
    group.throughput(Throughput::Elements(PATH));
    group.bench_function("path/breadth-first-search", |bencher| {
        bencher.iter(|| graph.run(BreadthFirstSearch::new(0)).expect("levels"));
    });
    group.bench_function("path/one-thread", |bencher| {
        bencher.iter(|| plain::breadth_first_search(&index, 0));
    });
    group.finish();
}

/// Edges both ways as records.
fn edges(env: &Environment, graph: NamedGraph) -> DataSet<(u64, u64)> {
    let source = graph.recipe(DATA_SET_SCALE).source(env).expect("edges");
    let batches = executor::collect(env, &*source, &[]).expect("edges");
    let edges = quince_core::pipeline::BatchSource::new("edges", batches);
    let graph = setting::simple_graph(env, &edges);
    let index = graph.index(EdgeDirection::Any).expect("an index");
    let rows = (0..index.num_keys() as u32).flat_map(|row| {
        index.row(row).iter().map(move |&other| (u64::from(row), u64::from(other)))
    });
    DataSet::from_collection(env, rows)
}

fn labels(edges: &DataSet<(u64, u64)>) -> DataSet<(u64, u64)> {
    edges.map(|(vertex, _)| (vertex, vertex)).distinct()
}

fn components(criterion: &mut Criterion) {
    let env = setting::environment();
    for graph in [NamedGraph::Kronecker, NamedGraph::Grid] {
        let edges = edges(&env, graph);
        let labels = labels(&edges);
        let bulk = || {
            let found = labels.iterate_bulk(Until::MaximumSupersteps(200), |step| {
                let sent = step.partial().join(&edges).on(0, 0);
                let sent = sent.with(|label, edge| (edge.1, label.1));
                let next = step.partial().union(&sent).group_by(0).reduce(|a, b| a.min(b));
                let changed = next.join(&step.partial()).on(0, 0).with(|a, b| (a.1, b.1));
                step.terminate_when_empty(&changed.filter(|(new, old)| new != old));
                next
            });
            found.count().expect("components")
        };
        let hash = || general::components(&labels, &edges).count().expect("components");
        let dense =
            || general::components_in_the_open(&labels, &edges).count().expect("components");
        assert!(bulk() == hash() && hash() == dense(), "as many labels");
        let mut group =
            criterion.benchmark_group(format!("supersteps/components/{}", graph.name()));
        group.sample_size(10);
        group.bench_function("bulk", |bencher| bencher.iter(bulk));
        group.bench_function("delta-hash", |bencher| bencher.iter(hash));
        group.bench_function("delta-dense", |bencher| bencher.iter(dense));
        group.finish();
    }
}

fn direction(criterion: &mut Criterion) {
    let env = setting::environment();
    for graph in [NamedGraph::Kronecker, NamedGraph::Grid] {
        let (name, source) = setting::source(&env, graph);
        let graph = IndexedGraph::builder(&env).directed(false).build(&*source).expect("a graph");
        let index = graph.index(EdgeDirection::Any).expect("an index");
        let scatter = |vertex: &mut ScatterContext<'_, '_, u32, (), u32>| {
            vertex.send_message_to_all_neighbors(*vertex.value());
        };
        let update = |vertex: &mut GatherContext<'_, '_, u32, ()>, messages: &[u32]| {
            if messages[0] < *vertex.value() {
                vertex.set_new_vertex_value(messages[0]);
            }
        };
        let run = |travel: Travel| {
            ScatterGather::new(scatter, update, 100_000)
                .combiner(Combiner::min())
                .configuration(IterationConfiguration::new().travel(travel))
                .run_from(&graph, |vertex| vertex)
                .expect("components")
        };
        let expected = plain::components(&index, |vertex| vertex);
        let mut group = criterion.benchmark_group(format!("supersteps/direction/{name}"));
        group.sample_size(10);
        for (way, travel) in
            [("pull", Travel::Pull), ("push", Travel::Push), ("automatic", Travel::Automatic)]
        {
            assert_eq!(run(travel).by_dense(), &expected[..], "the same components");
            group.bench_function(way, |bencher| bencher.iter(|| run(travel)));
        }
        group.bench_function("one-thread", |bencher| {
            bencher.iter(|| plain::components(&index, |vertex| vertex));
        });
        group.finish();
    }
}

fn constant_path(criterion: &mut Criterion) {
    let env = setting::environment();
    let edges = edges(&env, NamedGraph::Kronecker);
    let start = labels(&edges);
    let run = |anew: bool| {
        let found = start.iterate_bulk(Until::MaximumSupersteps(JOINS), |step| {
            // With a part that the solution decides, though it is empty, nothing is constant.
            let none = step.partial().filter(|_| false);
            let relation = if anew { edges.union(&none) } else { edges.clone() };
            let sent = step.partial().join(&relation).on(0, 0);
            let sent = sent.with(|label, edge| (edge.1, label.1));
            sent.group_by(0).reduce(|a, b| a.min(b))
        });
        found.count().expect("labels")
    };
    assert_eq!(run(false), run(true), "the same");
    let mut group = criterion.benchmark_group("supersteps/constant-path");
    group.sample_size(10);
    group.bench_function("kept", |bencher| bencher.iter(|| run(false)));
    group.bench_function("anew", |bencher| bencher.iter(|| run(true)));
    group.finish();
}
