//! What Gelly's own tests expect of similarities and metrics on R-MAT graphs.
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use quince_algorithms::{
    AdamicAdar, EdgeMetrics, EdgeMetricsResult, JaccardIndex, VertexMetrics, VertexMetricsResult,
};
use quince_core::Environment;
use quince_core::columnar::{Batch, Column};
use quince_core::executor;
use quince_datasets::generators::RMatGraph;
use quince_gelly::java_hash::{Checksum, Murmur, long, long_value, seed};
use quince_gelly::{Duplicates, IndexedGraph, SelfLoops};

fn rmat(scale: u32, edge_factor: u64, directed: bool) -> IndexedGraph {
    let env = Environment::builder().threads(2).memory("256 MiB").build().unwrap();
    IndexedGraph::builder(&env)
        .directed(directed)
        .self_loops(SelfLoops::Drop)
        .duplicates(Duplicates::Drop)
        .build(&RMatGraph::new(scale).edge_factor(edge_factor))
        .unwrap()
}

fn jaccard(graph: &IndexedGraph, settings: JaccardIndex, id: fn(i64) -> i32) -> String {
    let result = graph.run(settings).unwrap();
    let rows = |batch: Batch| {
        let [Column::Int64(u), Column::Int64(v), Column::UInt32(shared), Column::UInt32(distinct)] =
            batch.columns()
        else {
            panic!("two ids and two counts");
        };
        let hash = |row: usize| {
            let ids = Murmur::new(seed::JACCARD_INDEX).int(id(u[row])).int(id(v[row]));
            ids.int(shared[row] as i32).int(distinct[row] as i32).finish()
        };
        (0..batch.num_rows()).map(hash).collect::<Checksum>()
    };
    let batches = executor::collect(graph.environment(), &result.table(), &[]).unwrap();
    let checksum: Checksum = batches.into_iter().map(rows).sum();
    format!("{} {:#x}", checksum.count, checksum.sum)
}

#[test]
fn jaccard_indices() {
    let mirrored = JaccardIndex::default().mirror_results(true);
    assert_eq!(jaccard(&rmat(7, 16, false), mirrored, long), "11388 0x164757052eeb");
    assert_eq!(jaccard(&rmat(8, 16, false), mirrored, long), "39276 0x4caba2e663d5");
    let grouped = JaccardIndex::default().group_size(4);
    assert_eq!(jaccard(&rmat(8, 8, false), grouped, long_value), "13954 0x1b1a1f7a9d0b");
}

#[test]
fn adamic_adar_has_a_row_for_each_pair() {
    let count = |graph: IndexedGraph, mirror: bool| {
        let result = graph.run(AdamicAdar::default().mirror_results(mirror)).unwrap();
        executor::count(graph.environment(), &result.table(), &[]).unwrap()
    };
    assert_eq!(count(rmat(8, 16, false), true), 39276);
    assert_eq!(count(rmat(8, 8, false), false), 13954);
}

fn vertex_metrics(scale: u32, directed: bool) -> VertexMetricsResult {
    rmat(scale, 16, directed).run(VertexMetrics::default()).unwrap()
}

/// Fails if a number differs from what is known of its digits.
fn close(actual: f64, known: f64, tolerance: f64) {
    assert!((actual - known).abs() < tolerance, "{actual} or {known}");
}

#[test]
fn vertex_metrics_of_scale_7() {
    let metrics = vertex_metrics(7, true);
    let edges = (metrics.edges, metrics.unidirectional_edges, metrics.bidirectional_edges);
    assert_eq!((metrics.vertices, edges), (117, (1168, Some(686), Some(241))));
    close(metrics.average_degree, 9.983, 1e-3);
    close(metrics.density, 0.08605953, 1e-8);
    assert_eq!((metrics.triplets, metrics.maximum_triplets), (29286, 4095));
    assert_eq!(metrics.maximum_degree, 91);
    assert_eq!((metrics.maximum_out_degree, metrics.maximum_in_degree), (Some(77), Some(68)));
    let metrics = vertex_metrics(7, false);
    assert_eq!((metrics.vertices, metrics.edges), (117, 927));
    close(metrics.average_degree, 15.846, 1e-3);
    close(metrics.density, 0.13660477, 1e-8);
    assert_eq!((metrics.triplets, metrics.maximum_triplets), (29286, 4095));
    assert_eq!(metrics.maximum_degree, 91);
}

#[test]
fn vertex_metrics_of_scale_10() {
    let metrics = vertex_metrics(10, true);
    assert_eq!(metrics.vertices, 902);
    assert_eq!(metrics.unidirectional_edges, Some(8875));
    assert_eq!(metrics.bidirectional_edges, Some(1567));
    assert_eq!((metrics.triplets, metrics.maximum_triplets), (1003442, 106953));
    assert_eq!(metrics.maximum_degree, 463);
    assert_eq!((metrics.maximum_out_degree, metrics.maximum_in_degree), (Some(334), Some(342)));
    close(metrics.average_degree, 13.3137472, 1e-7);
    close(metrics.density, 0.0147766, 1e-7);
    let metrics = vertex_metrics(10, false);
    assert_eq!((metrics.vertices, metrics.edges), (902, 10442));
    assert_eq!((metrics.triplets, metrics.maximum_triplets), (1003442, 106953));
    assert_eq!(metrics.maximum_degree, 463);
    close(metrics.average_degree, 23.1529933, 1e-7);
    close(metrics.density, 0.0256969, 1e-7);
}

#[test]
fn edge_metrics_of_scale_7() {
    let expected = EdgeMetricsResult {
        triangle_triplets: 4575,
        rectangle_triplets: 11756,
        maximum_triangle_triplets: 153,
        maximum_rectangle_triplets: 391,
    };
    for directed in [true, false] {
        let metrics = rmat(7, 16, directed).run(EdgeMetrics::default()).unwrap();
        assert_eq!(metrics, expected, "directed: {directed}");
    }
}
