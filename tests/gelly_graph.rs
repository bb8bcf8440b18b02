//! Graphs of Gelly's tests, and what Flink expects of them: rows of `golden/gelly.tsv`.
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use quince::datasets::generators::RMatGraph;
use quince::gelly::asm::translate::{LongValue, long_to_long_value};
use quince::gelly::asm::{ChecksumHashCode, JavaHash, checksum_hash_code, directed, undirected};
use quince::prelude::*;

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).build().unwrap()
}

/// The graph of scale 10 that most of Gelly's library tests run on.
fn r_mat(env: &Environment) -> Graph<LongValue> {
    let pairs = DataSet::<(i64, i64)>::from_source(env, RMatGraph::new(10));
    Graph::from_tuple2_data_set(&pairs).translate_graph_ids(long_to_long_value)
}

/// A count and a sum.
fn checksum<T: Record + JavaHash>(data: &DataSet<T>) -> (u64, u64) {
    let checksum = checksum_hash_code(data).execute().unwrap();
    (checksum.count, checksum.sum)
}

/// Row L11.
#[test]
fn degrees_of_an_undirected_graph() {
    for threads in [1, 2, 8] {
        let graph = r_mat(&environment(threads)).run(undirected::Simplify::new(false)).unwrap();
        for on_target in [false, true] {
            let degrees = undirected::VertexDegree::default().reduce_on_target_id(on_target);
            let degrees = graph.run(degrees).unwrap();
            let degrees = degrees.map(|vertex| (vertex.id, LongValue(vertex.value as i64)));
            assert_eq!(checksum(&degrees), (902, 0xe1fb30));
        }
    }
}

/// Row L12.
#[test]
fn degrees_of_a_directed_graph() {
    let graph = r_mat(&environment(2)).run(directed::Simplify).unwrap();
    assert_eq!(graph.num_edges().unwrap(), 12_009);
    let degrees = graph.run(directed::VertexDegrees::default()).unwrap();
    assert_eq!(checksum(&degrees), (902, 0x1a3_305d_d86a));
}

/// Row L20: the fish graph.
#[test]
fn degrees_of_the_fish() {
    let edges = [(0i64, 1i64), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)].map(Edge::from);
    let graph = Graph::from_edges(&environment(2), edges);
    let degrees = graph.run(directed::VertexDegrees::default()).unwrap();
    let degrees = degrees.map(|v| (v.id, v.value.degree, v.value.out_degree, v.value.in_degree));
    let mut degrees = degrees.collect().unwrap();
    degrees.sort();
    let expected =
        [(0, 2, 2, 0), (1, 3, 0, 3), (2, 3, 2, 1), (3, 4, 2, 2), (4, 1, 0, 1), (5, 1, 1, 0)];
    assert_eq!(degrees, expected);
}

/// Row L25: the graph of `TestGraphUtils`.
#[test]
fn a_checksum_of_a_graph() {
    let edges = [(1, 2), (1, 3), (2, 3), (3, 4), (3, 5), (4, 5), (5, 1)];
    let edges = edges.map(|(from, to): (i64, i64)| Edge::new(from, to, 10 * from + to));
    let vertices = (1..=5).map(|id| Vertex::new(id, id));
    let graph = Graph::from_collection(&environment(2), vertices, edges);
    let checksum = graph.analyze(&ChecksumHashCode).unwrap().execute().unwrap();
    assert_eq!((checksum.count, checksum.sum), (12, 19_665));
}

/// Five algorithms, and one index of either direction among them.
#[test]
fn algorithms_share_one_index() {
    let env = environment(2);
    let pairs = DataSet::<(i64, i64)>::from_source(&env, RMatGraph::new(8));
    let graph = Graph::from_tuple2_data_set(&pairs);
    let builds = || graph.indexed().unwrap().num_index_builds();
    assert_eq!(builds(), 0);
    let facts = graph.run(GraphStatistics).unwrap();
    assert_eq!((facts.edges, builds()), (4096, 2), "by source and by target");
    let named = graph.map_vertices(|vertex| vertex.id.to_string());
    let components = named.run(ConnectedComponents::default()).unwrap();
    let parts = components.num_components().unwrap();
    let ranks = graph.run(PageRank::default()).unwrap();
    let others = graph.clone().run(PageRank::default().damping(0.5)).unwrap();
    assert_eq!(ranks.top(1).len() + others.top(1).len(), 2);
    assert_eq!(named.run(GraphStatistics).unwrap().edges, 4096);
    assert_eq!(builds(), 2);

    let undirected = named.undirected();
    let components = undirected.run(ConnectedComponents::default()).unwrap();
    assert_eq!(components.num_components().unwrap(), parts);
    let ranks = undirected.run(PageRank::default()).unwrap();
    let others = undirected.run(PageRank::default().damping(0.5)).unwrap();
    assert_eq!(ranks.top(1).len() + others.top(1).len(), 2);
    let numbered = undirected.map_vertices(|_| 1.0);
    assert_eq!(numbered.run(GraphStatistics).unwrap().edges, 4096);
    assert_eq!(numbered.run(GraphStatistics).unwrap(), undirected.run(GraphStatistics).unwrap());
    assert_eq!(undirected.indexed().unwrap().num_index_builds(), 1);
}
