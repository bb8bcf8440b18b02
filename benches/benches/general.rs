//! Iterations written with general operators alone, beside the algorithms of the library.
//!
//! ```text
//! cargo bench -p quince-benches --bench general
//! ```
//!
//! | group | holds |
//! |---|---|
//! | `general/page-rank/GRAPH` | 20 iterations: `functions`, a join and a reduce in `iterate_bulk`; `indexed`, the library's on an index made of the same rows |
//! | `general/components/GRAPH` | least labels: `functions`, a join, a reduce and a join with the solution set in `iterate_delta`; `in-the-open`, the same so that the optimizer sees it and takes the dense path; `indexed` |
//!
//! All begin with the same rows in memory, edges in both directions, and end with a row for each
//! vertex; what they build on the way is in their time. [`setting`] says how large.

mod setting;

use criterion::{Criterion, criterion_group, criterion_main};
use quince_algorithms::{ConnectedComponents, PageRank};
use quince_benches::general;
use quince_benches::graphs::NamedGraph;
use quince_core::Environment;
use quince_core::columnar::{Batch, Column, Schema};
use quince_core::dataset::DataSet;
use quince_core::index::StaticIndex;
use quince_core::pipeline::BatchSource;
use quince_gelly::{EdgeDirection, IndexedGraph};

const ITERATIONS: u64 = 20;

criterion_group!(benches, beside_the_library);
criterion_main!(benches);

fn beside_the_library(criterion: &mut Criterion) {
    let env = setting::environment();
    for graph in [NamedGraph::Kronecker, NamedGraph::Uniform] {
        let (name, source) = setting::source(&env, graph);
        let graph = setting::simple_graph(&env, &*source);
        let rows = EdgeRows::of(&graph);
        drop(graph);
        bench_page_rank(criterion, &name, &env, &rows);
        bench_components(criterion, &name, &env, &rows);
    }
}

/// Edges in both directions, by the numbers that the index gave their ends.
struct EdgeRows {
    num_vertices: u64,
    edges: Vec<(i64, i64)>,
    degrees: Vec<u32>,
}

impl EdgeRows {
    fn of(graph: &IndexedGraph) -> Self {
        let index = graph.index(EdgeDirection::Any).expect("an index");
        let rows = 0..index.num_keys() as u32;
        let edges = rows.clone().flat_map(|row| {
            index.row(row).iter().map(move |&other| (i64::from(row), i64::from(other)))
        });
        Self {
            num_vertices: index.num_keys() as u64,
            edges: edges.collect(),
            degrees: rows.map(|row| index.row(row).len() as u32).collect(),
        }
    }

    /// What the library loads.
    fn source(&self) -> BatchSource {
        let batches = self.edges.chunks(1 << 16).map(|edges| {
            let sources: Vec<i64> = edges.iter().map(|edge| edge.0).collect();
            let targets: Vec<i64> = edges.iter().map(|edge| edge.1).collect();
            let columns = vec![Column::Int64(sources.into()), Column::Int64(targets.into())];
            Batch::new(Schema::new(["source", "target"]), columns)
        });
        BatchSource::new("edges", batches.collect())
    }
}

fn bench_page_rank(criterion: &mut Criterion, name: &str, env: &Environment, rows: &EdgeRows) {
    let num_vertices = rows.num_vertices;
    let share = |from: i64| 1.0 / f64::from(rows.degrees[from as usize]);
    let shares = rows.edges.iter().map(|&(from, to)| (from as u64, to as u64, share(from)));
    let shares = DataSet::from_collection(env, shares);
    let ranks = DataSet::from_collection(
        env,
        (0..num_vertices).map(|vertex| (vertex, 1.0 / num_vertices as f64)),
    );
    let functions = || {
        let damping = PageRank::DEFAULT_DAMPING;
        let found = general::page_rank(&ranks, &shares, num_vertices, damping, ITERATIONS);
        found.collect().expect("ranks")
    };
    let source = rows.source();
    let indexed = || {
        let graph = IndexedGraph::builder(env).build(&source).expect("a graph");
        graph.run(PageRank::default().iterations(ITERATIONS)).expect("ranks")
    };
    let result = indexed();
    let is_close = |&(vertex, rank): &(u64, f64)| {
        result.rank(vertex as i64).is_some_and(|indexed| (rank - indexed).abs() < 1e-9)
    };
    assert!(functions().iter().all(is_close), "the same ranks");

    let mut group = criterion.benchmark_group(format!("general/page-rank/{name}"));
    group.sample_size(10);
    group.bench_function("functions", |bencher| bencher.iter(functions));
    group.bench_function("indexed", |bencher| bencher.iter(indexed));
    group.finish();
}

fn bench_components(criterion: &mut Criterion, name: &str, env: &Environment, rows: &EdgeRows) {
    let edges = rows.edges.iter().map(|&(from, to)| (from as u64, to as u64));
    let edges = DataSet::from_collection(env, edges);
    let labels = DataSet::from_collection(env, (0..rows.num_vertices).map(|v| (v, v)));
    let functions = || general::components(&labels, &edges).collect().expect("components");
    let in_the_open =
        || general::components_in_the_open(&labels, &edges).collect().expect("components");
    let source = rows.source();
    let indexed = || {
        let graph = IndexedGraph::builder(env).build(&source).expect("a graph");
        graph.run(ConnectedComponents::default()).expect("components")
    };
    let found = functions();
    assert!(found == in_the_open(), "the same rows in the same order");
    let num_components = found.iter().filter(|row| row.0 == row.1).count() as u64;
    assert!(indexed().num_components().expect("a number") == num_components, "as many components");

    let mut group = criterion.benchmark_group(format!("general/components/{name}"));
    group.sample_size(10);
    group.bench_function("functions", |bencher| bencher.iter(functions));
    group.bench_function("in-the-open", |bencher| bencher.iter(in_the_open));
    group.bench_function("indexed", |bencher| bencher.iter(indexed));
    group.finish();
}
