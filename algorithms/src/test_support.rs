//! Random graphs for tests against plain references.

use proptest::prelude::*;
use quince_core::Environment;
use quince_core::columnar::{Batch, Column, Schema};
use quince_core::pipeline::BatchSource;
use quince_gelly::{IndexedGraph, VertexId, VertexOrder, edges, weighted_edges};

/// Threads and vertex orders that must make no difference.
pub(crate) const WAYS: [(usize, VertexOrder); 4] = [
    (1, VertexOrder::Ascending),
    (2, VertexOrder::HubFirst),
    (8, VertexOrder::Ascending),
    (8, VertexOrder::HubFirst),
];

/// A graph as it is written: loops, parallel edges and vertices without edges may be in it.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) directed: bool,
    pub(crate) edges: Vec<(i64, i64, f64)>,
    pub(crate) isolated: Vec<i64>,
}

/// Graphs of at most 25 vertices, often in several pieces; weights are quarters, some 0.
pub(crate) fn raw() -> impl Strategy<Value = Raw> {
    let edge = (-5i64..20, -5i64..20, 0u8..32);
    let edges = prop::collection::vec(edge, 0..60);
    let isolated = prop::collection::vec(30i64..40, 0..3);
    (any::<bool>(), edges, isolated).prop_map(|(directed, edges, isolated)| Raw {
        directed,
        edges: edges.into_iter().map(|(u, v, w)| (u, v, f64::from(w) / 4.0)).collect(),
        isolated,
    })
}

impl Raw {
    pub(crate) fn new(directed: bool, edges: &[(i64, i64, f64)]) -> Self {
        Self { directed, edges: edges.to_vec(), isolated: Vec::new() }
    }

    /// The ids, ascending.
    pub(crate) fn ids(&self) -> Vec<i64> {
        let ends = self.edges.iter().flat_map(|&(u, v, _)| [u, v]);
        let mut ids: Vec<i64> = ends.chain(self.isolated.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The edges by places in the ids; those of an undirected graph both ways.
    pub(crate) fn arcs(&self) -> Vec<(usize, usize, f64)> {
        let ids = self.ids();
        let at = |id: i64| ids.binary_search(&id).unwrap();
        let mut arcs: Vec<_> = self.edges.iter().map(|&(u, v, w)| (at(u), at(v), w)).collect();
        if !self.directed {
            let back: Vec<_> =
                arcs.iter().filter(|arc| arc.0 != arc.1).map(|&(u, v, w)| (v, u, w)).collect();
            arcs.extend(back);
        }
        arcs
    }

    pub(crate) fn weighted(&self, threads: usize, order: VertexOrder) -> IndexedGraph<f64> {
        let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
        let isolated = self.isolated_source();
        let builder = IndexedGraph::builder(&env).directed(self.directed).order(order);
        let builder = builder.vertices(&isolated);
        builder.build_weighted(&weighted_edges(self.edges.iter().copied())).unwrap()
    }

    pub(crate) fn unweighted(&self, threads: usize, order: VertexOrder) -> IndexedGraph {
        let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
        let isolated = self.isolated_source();
        let builder = IndexedGraph::builder(&env).directed(self.directed).order(order);
        let builder = builder.vertices(&isolated);
        builder.build(&edges(self.edges.iter().map(|&(u, v, _)| (u, v)))).unwrap()
    }

    fn isolated_source(&self) -> BatchSource {
        let ids = Column::Int64(self.isolated.clone().into());
        BatchSource::new("vertices", vec![Batch::new(Schema::new(["vertex"]), vec![ids])])
    }
}

/// The integer that a vertex is called.
pub(crate) fn integer(id: VertexId<'_>) -> i64 {
    match id {
        VertexId::Integer(id) => id,
        VertexId::Text(_) => panic!("integers went in"),
    }
}
