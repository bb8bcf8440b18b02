//! The crate `graph`: parallel kernels on compressed sparse rows, after GAPBS.

use graph::prelude::*;
use quince_benches::kernel::{Answer, Kernel};

use super::{Done, Edge, Task, components, distances, ranks};

/// A width of buckets for shortest paths: the best of those that GAPBS is tried with.
const DELTAS: [f32; 4] = [1.0, 2.0, 8.0, 32.0];

pub(crate) fn run(task: &Task, edges: &[Edge]) -> Option<Done> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(task.threads).build_global();
    let threads = if threads.is_ok() { task.threads } else { rayon::current_num_threads() };
    let (seconds, answer) = match task.kernel {
        Kernel::Pr if task.directed => return None,
        Kernel::Pr => page_ranks(task, edges),
        Kernel::Cc => connected(task, edges),
        Kernel::Sssp => shortest_paths(task, edges),
        Kernel::Tc => triangles(task, edges),
        _ => return None,
    };
    let note = match task.kernel {
        Kernel::Tc => "relabelled by degree in each trial, with the copy for it",
        Kernel::Sssp => "the best of deltas 1, 2, 8, 32",
        _ => "",
    };
    Some(Done { seconds, answer, threads, note })
}

/// By its out-rows and its in-rows: both ways of an edge are edges.
fn directed(task: &Task, edges: &[Edge]) -> DirectedCsrGraph<u32> {
    let pairs: Vec<(u32, u32)> = task.arcs(edges).map(|(a, b, _)| (a, b)).collect();
    GraphBuilder::new().csr_layout(CsrLayout::Sorted).edges(pairs).build()
}

fn page_ranks(task: &Task, edges: &[Edge]) -> (Vec<f64>, Answer) {
    let graph = directed(task, edges);
    task.repeat(|| {
        let config = PageRankConfig::new(task.iterations as usize, 0.0, 0.85);
        ranks(page_rank(&graph, config).0.into_iter().map(f64::from).collect())
    })
}

fn connected(task: &Task, edges: &[Edge]) -> (Vec<f64>, Answer) {
    let graph = directed(task, edges);
    let vertices = graph.node_count();
    task.repeat(|| {
        let found = wcc_afforest(&graph, WccConfig::default());
        components((0..vertices).map(|vertex| found.component(vertex)))
    })
}

fn shortest_paths(task: &Task, edges: &[Edge]) -> (Vec<f64>, Answer) {
    let arcs: Vec<(u32, u32, f32)> = task.arcs(edges).collect();
    let builder = GraphBuilder::new().csr_layout(CsrLayout::Sorted);
    let graph: DirectedCsrGraph<u32, (), f32> = builder.edges_with_values(arcs).build();
    let with = |delta: f32| {
        task.search(|source| {
            let found = delta_stepping(&graph, DeltaSteppingConfig::new(source as usize, delta));
            let found = found.into_iter().map(|distance| f64::from(distance.into_inner()));
            distances(found.filter(|&distance| distance < f64::from(f32::MAX)))
        })
    };
    let total = |run: &(Vec<f64>, Answer)| run.0.iter().sum::<f64>();
    let runs = DELTAS.map(with).into_iter();
    runs.min_by(|a, b| total(a).total_cmp(&total(b))).unwrap_or_default()
}

fn triangles(task: &Task, edges: &[Edge]) -> (Vec<f64>, Answer) {
    task.repeat(|| {
        let pairs: Vec<(u32, u32)> = edges.iter().map(|&(a, b, _)| (a, b)).collect();
        let builder = GraphBuilder::new().csr_layout(CsrLayout::Deduplicated);
        let mut graph: UndirectedCsrGraph<u32> = builder.edges(pairs).build();
        relabel_graph(&mut graph);
        Answer::of([("triangles", vec![global_triangle_count(&graph) as f64])])
    })
}
