//! From a text file to a graph with its index.
//!
//! ```text
//! cargo bench -p quince-benches --bench load
//! ```
//!
//! Groups `load/edge-list/GRAPH`: `quince` is the reader, the dictionary and the index build;
//! `one-thread` splits lines and counts degrees as anybody would, for ids that are known to be
//! integers from 0. Throughput is in bytes of text. [`setting`] says how large.

mod setting;

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quince_core::pipeline::Source;
use quince_core::{Environment, executor};
use quince_datasets::EdgeList;
use quince_datasets::sinks::edge_list_sink;
use quince_gelly::{EdgeDirection, IndexedGraph};

criterion_group!(benches, load);
criterion_main!(benches);

fn load(criterion: &mut Criterion) {
    let env = setting::environment();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, source) in setting::sources(&env) {
        let file = folder.path().join(&name).with_extension("el");
        write(&env, &*source, &file);
        let (graph, entries) = (quince(&env, &file), one_thread(&file).1.len());
        assert_eq!(graph.num_edges() * 2 - graph.num_self_loops(), entries as u64);
        drop(graph);
        let mut group = criterion.benchmark_group(format!("load/edge-list/{name}"));
        let bytes = std::fs::metadata(&file).expect("the file").len();
        group.sample_size(10).throughput(Throughput::Bytes(bytes));
        group.bench_function("quince", |bencher| bencher.iter(|| quince(&env, &file)));
        group.bench_function("one-thread", |bencher| bencher.iter(|| one_thread(&file)));
        group.finish();
    }
}

fn write(env: &Environment, source: &dyn Source, file: &Path) {
    let sink = edge_list_sink(file).expect("a sink");
    executor::write(env, source, &[], sink).expect("a file");
}

/// The graph with its index.
fn quince(env: &Environment, file: &Path) -> IndexedGraph {
    let edges = EdgeList::open(file).expect("an edge list");
    let graph = IndexedGraph::builder(env).directed(false).build(&edges).expect("a graph");
    graph.index(EdgeDirection::Any).expect("an index");
    graph
}

/// Offsets and columns, both ways.
fn one_thread(file: &Path) -> (Vec<u64>, Vec<u32>) {
    let text = std::fs::read_to_string(file).expect("text");
    let edges: Vec<(u32, u32)> = text.lines().map(edge).collect();
    let vertices = edges.iter().map(|&(a, b)| a.max(b) as usize + 1).max().unwrap_or(0);
    let arcs =
        || edges.iter().flat_map(|&(a, b)| [Some((a, b)), (a != b).then_some((b, a))]).flatten();
    let mut offsets = vec![0u64; vertices + 1];
    arcs().for_each(|(a, _)| offsets[a as usize + 1] += 1);
    (0..vertices).for_each(|vertex| offsets[vertex + 1] += offsets[vertex]);
    let mut next = offsets.clone();
    let mut columns = vec![0; offsets[vertices] as usize];
    for (a, b) in arcs() {
        columns[next[a as usize] as usize] = b;
        next[a as usize] += 1;
    }
    (offsets, columns)
}

fn edge(line: &str) -> (u32, u32) {
    let (source, target) = line.split_once(' ').expect("two ids");
    (source.parse().expect("an id"), target.parse().expect("an id"))
}
