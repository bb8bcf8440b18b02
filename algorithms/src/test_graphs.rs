//! Random graphs whose ids are 0 to n, so that a vertex is a place in a list.

use proptest::prelude::*;
use quince_gelly::{IndexedGraph, VertexOrder};

use crate::test_support::Raw;

/// A graph as a list, in either order of vertices: the vertices are `0..NUM_VERTICES`, all
/// declared, so that some have no edge.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    raw: Raw,
    order: VertexOrder,
}

/// Graphs with self-loops, parallel edges and isolated vertices, or no edge at all, directed or
/// not; weights are small whole numbers, so that sums are exact.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let edge = (0..Case::NUM_VERTICES as i64, 0..Case::NUM_VERTICES as i64, 1u32..5);
    let edge = edge.prop_map(|(u, v, weight)| (u, v, f64::from(weight)));
    let orders = prop::sample::select(vec![VertexOrder::Ascending, VertexOrder::HubFirst]);
    (prop::collection::vec(edge, 0..70), any::<bool>(), orders).prop_map(
        |(edges, directed, order)| {
            let isolated = (0..Case::NUM_VERTICES as i64).collect();
            Case { raw: Raw { directed, edges, isolated }, order }
        },
    )
}

impl Case {
    pub(crate) const NUM_VERTICES: usize = 20;

    pub(crate) fn is_directed(&self) -> bool {
        self.raw.directed
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.raw.edges.is_empty()
    }

    /// Its edges as arcs: an undirected one both ways, a self-loop once.
    pub(crate) fn weighted_arcs(&self) -> Vec<(usize, usize, f64)> {
        self.raw.arcs()
    }

    /// As [`weighted_arcs`](Self::weighted_arcs), without weights.
    pub(crate) fn arcs(&self) -> Vec<(usize, usize)> {
        self.weighted_arcs().into_iter().map(|(u, v, _)| (u, v)).collect()
    }

    /// The graph with its weights.
    pub(crate) fn weighted_graph(&self, threads: usize) -> IndexedGraph<f64> {
        self.raw.weighted(threads, self.order)
    }

    /// The numbers of threads to run with, 1 the first; see [`Raw::ways`].
    pub(crate) fn threads(&self) -> Vec<usize> {
        if self.raw.is_for_every_way() { vec![1, 2, 8] } else { vec![1] }
    }

    /// Checks that `run` gives the same at each number of [`threads`](Self::threads), and gives it.
    pub(crate) fn same_bits<B: PartialEq + std::fmt::Debug>(
        &self,
        run: impl Fn(IndexedGraph) -> B,
    ) -> B {
        let one = run(self.raw.unweighted(1, self.order));
        for threads in self.threads().into_iter().skip(1) {
            assert_eq!(one, run(self.raw.unweighted(threads, self.order)), "{threads} threads");
        }
        one
    }
}
