//! Random graphs for tests against plain references.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;
use quince_core::Environment;
use quince_core::columnar::{Batch, Column, Schema};
use quince_core::pipeline::BatchSource;
use quince_gelly::{GraphAlgorithm, IndexedGraph, VertexId, VertexOrder, edges, weighted_edges};

/// Threads and vertex orders that must make no difference.
const WAYS: [(usize, VertexOrder); 4] = [
    (1, VertexOrder::Ascending),
    (2, VertexOrder::HubFirst),
    (8, VertexOrder::Ascending),
    (8, VertexOrder::HubFirst),
];

/// How many random graphs an algorithm is compared on with its plain reference.
const RANDOM_GRAPHS: u32 = 1000;

/// The configuration of a comparison with a plain reference.
pub(crate) fn random_graphs() -> ProptestConfig {
    ProptestConfig::with_cases(RANDOM_GRAPHS)
}

/// The environment of so many threads that random graphs share: to start threads takes longer than
/// an algorithm on a small graph.
pub(crate) fn environment(threads: usize) -> Environment {
    static SHARED: Mutex<BTreeMap<usize, Environment>> = Mutex::new(BTreeMap::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.entry(threads).or_insert_with(|| new_environment(threads)).clone()
}

fn new_environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory("256 MiB").build().unwrap()
}

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

/// Whether to run on a graph in every way: true of an eighth of random graphs, and of none at all.
/// On small graphs nearly all time goes to waking threads.
pub(crate) fn is_for_every_way(edges: impl IntoIterator<Item = (i64, i64)>) -> bool {
    let mixed = |hash: i64, (u, v): (i64, i64)| hash.wrapping_mul(31).wrapping_add(7 * u + v);
    edges.into_iter().fold(0, mixed) % 8 == 0
}

impl Raw {
    pub(crate) fn new(directed: bool, edges: &[(i64, i64, f64)]) -> Self {
        Self { directed, edges: edges.to_vec(), isolated: Vec::new() }
    }

    /// Whether to run on it in every way.
    pub(crate) fn is_for_every_way(&self) -> bool {
        is_for_every_way(self.edges.iter().map(|&(u, v, _)| (u, v)))
    }

    /// Threads and vertex orders to run with: all of [`WAYS`], or one of them on one thread.
    pub(crate) fn ways(&self) -> Vec<(usize, VertexOrder)> {
        if self.is_for_every_way() {
            return WAYS.to_vec();
        }
        let even = self.edges.len().is_multiple_of(2);
        vec![(1, if even { VertexOrder::Ascending } else { VertexOrder::HubFirst })]
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
        self.weighted_in(&environment(threads), order)
    }

    /// As [`weighted`](Self::weighted), in an environment of its own.
    pub(crate) fn alone(&self, threads: usize) -> IndexedGraph<f64> {
        self.weighted_in(&new_environment(threads), VertexOrder::Auto)
    }

    fn weighted_in(&self, env: &Environment, order: VertexOrder) -> IndexedGraph<f64> {
        let isolated = self.isolated_source();
        let builder = IndexedGraph::builder(env).directed(self.directed).order(order);
        let builder = builder.vertices(&isolated);
        builder.build_weighted(&weighted_edges(self.edges.iter().copied())).unwrap()
    }

    pub(crate) fn unweighted(&self, threads: usize, order: VertexOrder) -> IndexedGraph {
        let isolated = self.isolated_source();
        let env = environment(threads);
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

/// Graphs large enough that pages and scratch matter little: uniform, with hubs, and a grid.
pub(crate) fn large() -> [Raw; 3] {
    let mixed = |at: u64| {
        let mixed = (at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed >> 20
    };
    let weight = |at: u64| (mixed(at) % 255 + 1) as f64;
    let uniform = (0..160_000u64).map(|at| {
        ((mixed(at) % 20_000) as i64, (mixed(at + 7_777_777) % 20_000) as i64, weight(at))
    });
    let hubs = (0..160_000u64).map(|at| {
        let (share, other) = ((mixed(at) % 10_000) as f64 / 1e4, mixed(at + 99) % 20_000);
        ((share.powi(4) * 2e4) as i64, other as i64, weight(at))
    });
    let grid = (0..40_000i64).flat_map(|v| {
        let right = (v % 200 != 199).then_some((v, v + 1, weight(2 * v as u64)));
        let below = (v < 39_800).then_some((v, v + 200, weight(2 * v as u64 + 1)));
        [right, below].into_iter().flatten()
    });
    [
        Raw::new(true, &uniform.collect::<Vec<_>>()),
        Raw::new(false, &hubs.collect::<Vec<_>>()),
        Raw::new(false, &grid.collect::<Vec<_>>()),
    ]
}

/// Checks that an estimate is within a fifth of the measured peak, on the large graphs. For
/// settings that are not those of the command, which all registered algorithms are tested with.
pub(crate) fn check_estimate<A: GraphAlgorithm<f64>>(algorithm: &A) {
    for raw in large() {
        let measured = measure(&raw.alone(2), algorithm).unwrap();
        assert!(measured.is_close(), "{measured:?}");
    }
}

/// As [`check_estimate`], for an algorithm that is made for a graph.
pub(crate) fn check_estimate_of<A: GraphAlgorithm<f64>>(make: impl Fn(&IndexedGraph<f64>) -> A) {
    for raw in large() {
        let graph = raw.alone(2);
        let measured = measure(&graph, &make(&graph)).unwrap();
        assert!(measured.is_close(), "{measured:?}");
    }
}

/// Bytes of the budget that a run was estimated to take, and that it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) estimate: u64,
    pub(crate) peak: u64,
}

impl Measured {
    /// Whether the estimate is within a fifth of the peak.
    pub(crate) fn is_close(&self) -> bool {
        self.estimate.abs_diff(self.peak) as f64 <= 0.2 * self.peak as f64
    }
}

/// Runs an algorithm and looks at the memory manager's counters.
pub(crate) fn measure<A: GraphAlgorithm<f64>>(
    graph: &IndexedGraph<f64>,
    algorithm: &A,
) -> quince_gelly::Result<Measured> {
    graph.prepare(algorithm)?;
    let memory = graph.environment().memory();
    let before = memory.counters();
    // Up to the peak of loading, so that whatever the run takes is above it.
    let ballast = before.peak_bytes - before.granted_bytes;
    let _ballast = memory.reserve("ballast", ballast).unwrap();
    let _result = algorithm.run(graph)?;
    let peak = memory.counters().peak_bytes - before.peak_bytes;
    Ok(Measured { estimate: algorithm.estimate(&graph.size()), peak })
}

/// The example of LDBC Graphalytics, directed or undirected.
pub(crate) fn graphalytics_example(directed: bool) -> Raw {
    let edges: &[(i64, i64, f64)] = if directed {
        &[
            (1, 3, 0.5),
            (1, 5, 0.3),
            (2, 4, 0.1),
            (2, 5, 0.3),
            (2, 10, 0.12),
            (3, 1, 0.53),
            (3, 5, 0.62),
            (3, 8, 0.21),
            (3, 10, 0.52),
            (5, 3, 0.69),
            (5, 4, 0.53),
            (5, 8, 0.1),
            (6, 3, 0.23),
            (6, 4, 0.39),
            (7, 4, 0.83),
            (8, 1, 0.39),
            (9, 4, 0.69),
        ]
    } else {
        &[
            (2, 3, 0.9),
            (2, 4, 0.69),
            (3, 4, 0.13),
            (3, 5, 0.5),
            (3, 8, 0.32),
            (5, 6, 0.63),
            (5, 8, 0.12),
            (6, 7, 0.53),
            (6, 8, 0.64),
            (6, 9, 0.23),
            (6, 10, 0.63),
            (7, 9, 0.36),
        ]
    };
    Raw::new(directed, edges)
}
