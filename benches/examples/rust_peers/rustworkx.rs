//! rustworkx-core: petgraph's graphs with algorithms of its own, on one thread.

use petgraph::graph::{DiGraph, NodeIndex, UnGraph};
use quince_benches::kernel::{Answer, Kernel};
use rustworkx_core::connectivity::number_connected_components;
use rustworkx_core::dictmap::DictMap;
use rustworkx_core::shortest_path::dijkstra;

use super::{Done, Edge, Task, distances};

pub(crate) fn run(task: &Task, edges: &[Edge]) -> Option<Done> {
    let (seconds, answer) = match task.kernel {
        Kernel::Cc if !task.directed => {
            let graph = UnGraph::<(), f64>::from_edges(weighted(edges));
            task.repeat(|| {
                let count = number_connected_components(&graph);
                Answer::of([("components", vec![count as f64])])
            })
        }
        Kernel::Sssp => {
            let graph =
                DiGraph::<(), f64>::from_edges(weighted(&task.arcs(edges).collect::<Vec<_>>()));
            task.search(|source| {
                let cost = |edge: petgraph::graph::EdgeReference<'_, f64>| {
                    Ok::<f64, std::convert::Infallible>(*edge.weight())
                };
                let start = NodeIndex::new(source as usize);
                let Ok(found): Result<DictMap<NodeIndex, f64>, _> =
                    dijkstra(&graph, start, None, cost, None);
                distances(found.values().copied())
            })
        }
        _ => return None,
    };
    Some(Done { seconds, answer, threads: 1, note: "" })
}

fn weighted(edges: &[Edge]) -> impl Iterator<Item = (u32, u32, f64)> + '_ {
    edges.iter().map(|&(a, b, weight)| (a, b, f64::from(weight)))
}
