//! The memory of a graph against that of the plainest compressed rows.

#![allow(clippy::unwrap_used, reason = "only tests call these")]

use quince_core::Environment;
use quince_core::index::StaticIndex;
use quince_gelly::{Edge, EdgeDirection, Graph, IndexedGraph, VertexOrder, edges};

const VERTICES: i64 = 4096;

/// 16 edges a vertex, to ids that lie anywhere; each vertex has some.
fn pairs() -> impl Iterator<Item = (i64, i64)> + Clone {
    (0..16 * VERTICES).map(|at| (at % VERTICES, at.wrapping_mul(0x9E37_79B9) >> 7 & (VERTICES - 1)))
}

/// 4 bytes a neighbour and 8 bytes a vertex, for each index, as the GAP Benchmark Suite has it.
fn plain(num_indexes: u64, num_entries: u64) -> f64 {
    (num_indexes * (4 * num_entries + 8 * VERTICES as u64)) as f64
}

#[test]
fn at_most_a_tenth_more_than_plain_rows() {
    let env = Environment::builder().threads(2).memory("64 MiB").build().unwrap();
    let (source, num_edges) = (edges(pairs()), 16 * VERTICES as u64);
    for (order, directed) in [VertexOrder::Ascending, VertexOrder::HubFirst]
        .map(|order| [(order, true), (order, false)])
        .concat()
    {
        let builder = IndexedGraph::builder(&env).directed(directed).order(order);
        let graph = Graph::<u64>::from_index(builder.build(&source).unwrap());
        let index = graph.topology().unwrap();
        assert!(index.memory().edge_bytes > 0, "no index yet");
        let out = index.index(EdgeDirection::Out).unwrap();
        let (one, plain_one) = (index.memory(), plain(1, out.num_entries()));
        assert!(one.num_bytes() as f64 <= 1.1 * plain_one, "{one:?}, {plain_one}");
        let into = index.index(EdgeDirection::In).unwrap();
        let (both, plain_both) =
            (index.memory(), if directed { plain(2, num_edges) } else { plain_one });
        assert!(both.num_bytes() as f64 <= 1.1 * plain_both, "{both:?}, {plain_both}");
        if order == VertexOrder::Ascending {
            assert_eq!(one.dictionary_bytes, 0, "ids are a range");
        } else {
            assert_eq!(one.dictionary_bytes, 8 * VERTICES as u64, "ids are numbered anew");
        }
        // What it says is what the memory manager has granted.
        drop((out, into));
        assert_eq!(env.memory().counters().granted_bytes, both.num_bytes());
    }
}

#[test]
fn a_graph_from_a_collection_is_indexed_alike() {
    let env = Environment::builder().threads(2).memory("64 MiB").build().unwrap();
    let graph =
        Graph::<u64>::from_edges(&env, pairs().map(|(u, v)| Edge::from((u as u64, v as u64))));
    let index = graph.topology().unwrap();
    let out = index.index(EdgeDirection::Out).unwrap();
    let plain = plain(1, out.num_entries());
    assert!(index.memory().index_bytes as f64 <= 1.1 * plain, "{:?}, {plain}", index.memory());
}
