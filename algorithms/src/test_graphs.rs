//! Random graphs for tests against plain references.

use proptest::prelude::*;
use quince_core::Environment;
use quince_gelly::{IndexedGraph, VertexOrder, edges, weighted_edges};

/// A graph as a list: the vertices are `0..NUM_VERTICES`, all declared, so that some have no edge.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) edges: Vec<(i64, i64, f64)>,
    pub(crate) directed: bool,
    order: VertexOrder,
}

/// Graphs with self-loops, parallel edges and isolated vertices, or no edge at all, directed or
/// not, in either order of vertices; weights are small whole numbers, so that sums are exact.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let edge = (0..Case::NUM_VERTICES as i64, 0..Case::NUM_VERTICES as i64, 1u32..5);
    let edge = edge.prop_map(|(u, v, weight)| (u, v, f64::from(weight)));
    let orders = prop::sample::select(vec![VertexOrder::Ascending, VertexOrder::HubFirst]);
    (prop::collection::vec(edge, 0..70), any::<bool>(), orders)
        .prop_map(|(edges, directed, order)| Case { edges, directed, order })
}

impl Case {
    pub(crate) const NUM_VERTICES: usize = 20;

    /// Its edges as arcs: an undirected one both ways, a self-loop once.
    pub(crate) fn weighted_arcs(&self) -> Vec<(usize, usize, f64)> {
        let arcs = self.edges.iter().map(|&(u, v, w)| (u as usize, v as usize, w));
        let back = arcs.clone().filter(|&(u, v, _)| !self.directed && u != v);
        arcs.clone().chain(back.map(|(u, v, w)| (v, u, w))).collect()
    }

    /// As [`weighted_arcs`](Self::weighted_arcs), without weights.
    pub(crate) fn arcs(&self) -> Vec<(usize, usize)> {
        self.weighted_arcs().into_iter().map(|(u, v, _)| (u, v)).collect()
    }

    /// The graph without weights.
    pub(crate) fn graph(&self, threads: usize) -> IndexedGraph {
        let env = environment(threads);
        let vertices = edges((0..Self::NUM_VERTICES as i64).map(|v| (v, v)));
        let builder = IndexedGraph::builder(&env).directed(self.directed).order(self.order);
        let pairs = self.edges.iter().map(|&(u, v, _)| (u, v));
        builder.vertices(&vertices).build(&edges(pairs)).unwrap()
    }

    /// The graph with its weights.
    pub(crate) fn weighted_graph(&self, threads: usize) -> IndexedGraph<f64> {
        let env = environment(threads);
        let vertices = edges((0..Self::NUM_VERTICES as i64).map(|v| (v, v)));
        let builder = IndexedGraph::builder(&env).directed(self.directed).order(self.order);
        let source = weighted_edges(self.edges.iter().copied());
        builder.vertices(&vertices).build_weighted(&source).unwrap()
    }
}

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory("64 MiB").build().unwrap()
}

/// Checks that `run` gives the same at 1, 2 and 8 threads, and gives it.
pub(crate) fn bits_at_every_thread_count<B: PartialEq + std::fmt::Debug>(
    case: &Case,
    run: impl Fn(IndexedGraph) -> B,
) -> B {
    let one = run(case.graph(1));
    assert_eq!(one, run(case.graph(2)), "the same bits at 2 threads");
    assert_eq!(one, run(case.graph(8)), "the same bits at 8 threads");
    one
}
