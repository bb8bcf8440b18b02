//! petgraph, in this process: one thread, and containers of its own.

use std::time::Instant;

use petgraph::algo::{connected_components, dijkstra};
use petgraph::graph::{Graph, NodeIndex};
use petgraph::visit::Bfs;
use petgraph::{Directed, EdgeType, Undirected};
use quince_gelly::{EdgeDirection, EdgeValue, IndexedGraph};

use super::PeerRun;
use crate::error::Result;
use crate::kernel::{Answer, Kernel};
use crate::plain::UNREACHED;

/// Beyond so many edges it takes minutes.
const MOST_EDGES: u64 = 20_000_000;

/// Runs a kernel on a copy of the graph, if petgraph has it and it would not take minutes. Its
/// `page_rank` is quadratic.
///
/// # Errors
/// If the index cannot be made.
pub fn run<E: EdgeValue>(
    kernel: Kernel,
    graph: &IndexedGraph<E>,
    sources: &[u32],
    trials: usize,
) -> Result<Option<PeerRun>> {
    let has = matches!(kernel, Kernel::Bfs | Kernel::Sssp | Kernel::Cc);
    if !has || graph.num_edges() > MOST_EDGES {
        return Ok(None);
    }
    let run = if graph.is_directed() {
        run_on(kernel, graph, &copy::<E, Directed>(graph)?, sources, trials)
    } else {
        run_on(kernel, graph, &copy::<E, Undirected>(graph)?, sources, trials)
    };
    Ok(Some(run))
}

/// Each edge once, numbered as the index does.
fn copy<E: EdgeValue, Ty: EdgeType>(graph: &IndexedGraph<E>) -> Result<Graph<(), f64, Ty>> {
    let index = graph.index(EdgeDirection::Out)?;
    let (vertices, edges) = (graph.num_vertices() as usize, graph.num_edges() as usize);
    let mut copy = Graph::with_capacity(vertices, edges);
    (0..vertices).for_each(|_| _ = copy.add_node(()));
    for vertex in 0..vertices as u32 {
        for (other, weight) in index.entries_of(vertex) {
            if Ty::is_directed() || vertex < other {
                copy.add_edge(NodeIndex::from(vertex), NodeIndex::from(other), weight.to_weight());
            }
        }
    }
    Ok(copy)
}

fn run_on<E: EdgeValue, Ty: EdgeType>(
    kernel: Kernel,
    graph: &IndexedGraph<E>,
    copy: &Graph<(), f64, Ty>,
    sources: &[u32],
    trials: usize,
) -> PeerRun {
    let (mut trial_seconds, mut answer) = (Vec::new(), Answer::default());
    for trial in 0..trials {
        let source = sources.get(trial).copied().unwrap_or_default();
        let source = graph.dictionary().get(i64::from(source)).expect("sources are vertices");
        let start = Instant::now();
        let found = match kernel {
            Kernel::Bfs => search(copy, source.into()),
            Kernel::Sssp => distances(copy, source.into()),
            _ => Answer::of([("components", vec![connected_components(copy) as f64])]),
        };
        trial_seconds.push(start.elapsed().as_secs_f64());
        if kernel.has_source() || trial == 0 {
            answer.append(found);
        }
    }
    PeerRun {
        name: "petgraph".to_owned(),
        version: Some("0.8".to_owned()),
        threads: 1,
        load_seconds: None,
        trial_seconds,
        answer,
        note: Some("on a copy of the graph in memory".to_owned()),
    }
}

fn search<Ty: EdgeType>(graph: &Graph<(), f64, Ty>, source: NodeIndex) -> Answer {
    // The visitor tells the order, not the level: that is the parent's, which was seen before.
    let mut levels = vec![UNREACHED; graph.node_count()];
    levels[source.index()] = 0;
    let (mut visit, mut reached, mut sum) = (Bfs::new(graph, source), 0u64, 0u64);
    while let Some(vertex) = visit.next(graph) {
        let level = levels[vertex.index()];
        (reached, sum) = (reached + 1, sum + u64::from(level));
        for other in graph.neighbors(vertex) {
            let known = &mut levels[other.index()];
            *known = (*known).min(level + 1);
        }
    }
    Answer::of([("reached", vec![reached as f64]), ("sum_of_levels", vec![sum as f64])])
}

fn distances<Ty: EdgeType>(graph: &Graph<(), f64, Ty>, source: NodeIndex) -> Answer {
    let distances = dijkstra(graph, source, None, |edge| *edge.weight());
    let sum = distances.values().sum::<f64>();
    let reached = distances.len() as f64;
    Answer::of([("reached", vec![reached]), ("sum_of_distances", vec![sum])])
}
