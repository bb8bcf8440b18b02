//! Every kernel of the suite on every graph and number of threads, beside the plain one.
//!
//! ```text
//! cargo bench -p quince-benches --bench algorithms -- algorithms/pr
//! ```
//!
//! Groups `algorithms/KERNEL/GRAPH` hold `quince/THREADS` for one thread and for all, and
//! `one-thread`, the reference. `quince bench` measures the same by a protocol, with answers
//! verified; this is for looking at one of them often. [`setting`] says how large graphs are.

mod setting;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use quince_algorithms::{
    Betweenness, BreadthFirstSearch, CommunityDetectionLabelPropagation, ConnectedComponents,
    LocalClusteringCoefficient, PageRank, Precision, SingleSourceShortestPaths, Sources,
    TriangleCount,
};
use quince_benches::graphs::{NamedGraph, weighted};
use quince_benches::plain;
use quince_core::pipeline::Source;
use quince_core::{Environment, index::StaticIndex};
use quince_gelly::{
    Duplicates, EdgeDirection, EdgeValue, GraphAlgorithm, GraphBuilder, Id, IndexedGraph, SelfLoops,
};

criterion_group!(benches, algorithms);
criterion_main!(benches);

fn algorithms(criterion: &mut Criterion) {
    let env = setting::environment();
    let threads = [1, env.num_threads()];
    for graph in [NamedGraph::Kronecker, NamedGraph::Uniform, NamedGraph::Grid, NamedGraph::Road] {
        let (name, source) = setting::source(&env, graph);
        let graphs = threads.map(|threads| {
            let env = env.with_threads(threads).expect("threads");
            builder(&env).build(&*source).expect("a graph")
        });
        unweighted(criterion, &name, &graphs);
        let source: Box<dyn Source> = Box::new(weighted(&env, &*source).expect("edges"));
        let graphs = threads.map(|threads| {
            let env = env.with_threads(threads).expect("threads");
            builder(&env).build_weighted(&*source).expect("a graph")
        });
        let index = graphs[0].index(EdgeDirection::Out).expect("an index");
        let (start, id) = hub(&graphs[0]);
        let paths = SingleSourceShortestPaths::new(id);
        compare(criterion, "sssp", &name, &graphs, &paths, || plain::dijkstra(&index, start));
    }
}

fn builder(env: &Environment) -> GraphBuilder<'static> {
    let builder = IndexedGraph::builder(env).directed(false);
    builder.self_loops(SelfLoops::Drop).duplicates(Duplicates::Drop)
}

fn unweighted(criterion: &mut Criterion, name: &str, graphs: &[IndexedGraph; 2]) {
    let graph = &graphs[0];
    let index = graph.index(EdgeDirection::Any).expect("an index");
    let degrees = graph.out_degrees().expect("degrees");
    let (start, id) = hub(graph);
    let search = BreadthFirstSearch::new(id.clone());
    compare(criterion, "bfs", name, graphs, &search, || plain::breadth_first_search(&index, start));
    let ranks = PageRank::default().iterations(20).precision(Precision::F32);
    compare(criterion, "pr", name, graphs, &ranks, || plain::page_rank(&index, &degrees, 20));
    let components = ConnectedComponents::default();
    compare(criterion, "cc", name, graphs, &components, || plain::components(&index, |v| v));
    let between = Betweenness::default().sources(Sources::these([id]));
    compare(criterion, "bc", name, graphs, &between, || plain::betweenness(&index, start));
    compare(criterion, "tc", name, graphs, &TriangleCount::default(), || {
        plain::Oriented::new(graph).expect("rows").count()
    });
    let communities = CommunityDetectionLabelPropagation::default().iterations(10);
    compare(criterion, "cdlp", name, graphs, &communities, || {
        plain::label_propagation(&index, None, |v| v, 10)
    });
    compare(criterion, "lcc", name, graphs, &LocalClusteringCoefficient::default(), || {
        plain::Oriented::new(graph).expect("rows").coefficients()
    });
}

/// The vertex of the highest degree, dense and by its id.
fn hub<E: EdgeValue>(graph: &IndexedGraph<E>) -> (u32, Id) {
    let index = graph.index(EdgeDirection::Any).expect("an index");
    let all = 0..graph.num_vertices() as u32;
    let hub = all.max_by_key(|&vertex| index.degree(vertex)).expect("a vertex");
    (hub, Id::from(graph.dictionary().key(hub)))
}

fn compare<E: EdgeValue, A: GraphAlgorithm<E>, R>(
    criterion: &mut Criterion,
    kernel: &str,
    name: &str,
    graphs: &[IndexedGraph<E>; 2],
    algorithm: &A,
    one_thread: impl Fn() -> R,
) {
    let mut group = criterion.benchmark_group(format!("algorithms/{kernel}/{name}"));
    group.sample_size(10);
    for graph in graphs {
        graph.prepare(algorithm).expect("indexes");
        let id = BenchmarkId::new("quince", graph.environment().num_threads());
        group
            .bench_function(id, |bencher| bencher.iter(|| algorithm.run(graph).expect("a result")));
    }
    group.bench_function("one-thread", |bencher| bencher.iter(&one_thread));
    group.finish();
}
