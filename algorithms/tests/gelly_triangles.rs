//! What Gelly's own tests expect of triangles and clustering on R-MAT graphs.
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use quince_algorithms::{
    AverageClusteringCoefficient, GlobalClusteringCoefficient, LocalClusteringCoefficient,
    TriadicCensus, TriangleListing,
};
use quince_core::columnar::{Batch, Column};
use quince_core::executor;
use quince_core::pipeline::Source;
use quince_core::{Environment, index::Dictionary};
use quince_datasets::generators::RMatGraph;
use quince_gelly::java_hash::{Checksum, Murmur, long, long_value, seed, string};
use quince_gelly::{Duplicates, IndexedGraph, SelfLoops, VertexId};

fn rmat(scale: u32, edge_factor: u64, directed: bool) -> IndexedGraph {
    let env = Environment::builder().threads(2).memory("256 MiB").build().unwrap();
    IndexedGraph::builder(&env)
        .directed(directed)
        .self_loops(SelfLoops::Drop)
        .duplicates(Duplicates::Drop)
        .build(&RMatGraph::new(scale).edge_factor(edge_factor))
        .unwrap()
}

/// Vertices with an edge: what Gelly makes of a list of edges.
fn num_endpoints(graph: &IndexedGraph) -> u64 {
    let degrees = graph.run(LocalClusteringCoefficient::default()).unwrap();
    degrees.iter().filter(|(_, degree, _)| *degree > 0).count() as u64
}

fn integer(dictionary: &Dictionary, id: VertexId<'_>) -> i64 {
    match id {
        VertexId::Integer(id) => id,
        VertexId::Text(_) => panic!("{} has integers", dictionary.len()),
    }
}

/// Local clustering coefficients of vertices with edges, as Gelly's command sums them up.
fn clustering(graph: &IndexedGraph, class: u32) -> String {
    let local = graph.run(LocalClusteringCoefficient::default()).unwrap();
    let mut checksum = Checksum::default();
    for (id, degree, triangles) in local.iter().filter(|(_, degree, _)| *degree > 0) {
        let id = integer(graph.dictionary(), id);
        let hash = Murmur::new(class).int(long(id)).long(degree as i64).long(triangles as i64);
        checksum.add_hash(hash.finish());
    }
    format!("{} {:#x}", checksum.count, checksum.sum)
}

/// Triplets and closed triplets; their ratio is known to 8 digits.
fn global(graph: &IndexedGraph, score: f64) -> (u64, u64) {
    let global = graph.run(GlobalClusteringCoefficient::default()).unwrap();
    assert!((global.score() - score).abs() < 1e-8, "{} or {score}", global.score());
    (global.num_triplets, global.num_closed_triplets())
}

/// Fails if a number differs from what is known of its digits.
fn close(actual: f64, known: f64, tolerance: f64) {
    assert!((actual - known).abs() < tolerance, "{actual} or {known}");
}

/// Gelly's mean leaves out vertices without edges, which its graphs do not have.
fn average(graph: &IndexedGraph) -> f64 {
    let mean = graph.run(AverageClusteringCoefficient::default()).unwrap();
    mean.average * mean.num_vertices as f64 / num_endpoints(graph) as f64
}

#[test]
fn clustering_of_scale_7() {
    let graph = rmat(7, 16, true);
    assert_eq!(clustering(&graph, seed::DIRECTED_CLUSTERING), "117 0x3621c62ca1");
    assert_eq!(global(&graph, 0.39151813), (29286, 11466));
    close(average(&graph), 0.45125697, 1e-8);
}

#[test]
fn clustering_of_scale_8() {
    let graph = rmat(8, 16, true);
    assert_eq!(clustering(&graph, seed::DIRECTED_CLUSTERING), "233 0x75d99a55b6");
    assert_eq!(global(&graph, 0.31552175), (97315, 30705));
    close(average(&graph), 0.41178524, 1e-8);
    let graph = rmat(8, 16, false);
    assert_eq!(clustering(&graph, seed::UNDIRECTED_CLUSTERING), "233 0x743ef6d14b");
    close(average(&graph), 0.50945459, 1e-8);
}

#[test]
fn clustering_of_scale_12() {
    let graph = rmat(12, 16, true);
    assert_eq!(clustering(&graph, seed::DIRECTED_CLUSTERING), "3349 0x67a9d18e7f3");
    assert_eq!(global(&graph, 0.15517700), (9276207, 1439454));
    close(average(&graph), 0.24571815, 1e-8);
}

#[test]
fn clustering_of_scale_10() {
    let (directed, undirected) = (rmat(10, 16, true), rmat(10, 16, false));
    let score = 225147.0 / 1003442.0;
    assert_eq!(global(&directed, score), (1003442, 225147));
    assert_eq!(global(&undirected, score), (1003442, 225147));
    close(average(&directed), 297.152607 / 902.0, 1e-9);
    close(average(&undirected), 0.421730, 1e-6);
}

fn census(scale: u32, expected: &str) {
    let census = rmat(scale, 16, true).run(TriadicCensus::default()).unwrap();
    let counts: Vec<String> = census.counts().iter().map(u128::to_string).collect();
    assert_eq!(counts.join(" "), expected, "scale {scale}");
}

#[test]
fn triadic_censuses() {
    census(7, "178989 47736 11763 2258 2064 4426 3359 3747 624 220 1966 352 394 704 1120 408");
    census(
        8,
        "1679209 267130 57972 8496 8847 17501 13223 12865 1674 572 5678 1066 896 2011 2867 1149",
    );
    census(
        10,
        "113435893 6632528 983535 118574 118566 237767 129773 130041 16981 5535 43574 7449 7587 \
         15178 17368 4951",
    );
    census(
        12,
        "6101196568 132051207 13115128 1330423 1336897 2669285 1112144 1097452 132048 44127 290552 \
         47734 47780 95855 90618 21656",
    );
}

/// The rows of a table of triangles with bitmasks.
fn triangles(graph: &IndexedGraph, table: &dyn Source) -> Vec<([i64; 3], u8)> {
    let rows = |batch: Batch| {
        let [Column::Int64(a), Column::Int64(b), Column::Int64(c), Column::UInt8(masks)] =
            batch.columns()
        else {
            panic!("three ids and a bitmask");
        };
        (0..batch.num_rows()).map(|row| ([a[row], b[row], c[row]], masks[row])).collect::<Vec<_>>()
    };
    let batches = executor::collect(graph.environment(), table, &[]).unwrap();
    batches.into_iter().flat_map(rows).collect()
}

fn hash(ids: [i64; 3], mask: u8, id: fn(i64) -> i32) -> i32 {
    let hash =
        ids.into_iter().fold(Murmur::new(seed::DIRECTED_TRIANGLE), |hash, v| hash.int(id(v)));
    hash.int(mask.into()).finish()
}

/// A triangle in the sentence of Gelly's command.
fn sentence([a, b, c]: [i64; 3], mask: u8) -> String {
    let arrow = |bits: u8| match bits & 3 {
        2 => "->",
        1 => "<-",
        _ => "<->",
    };
    let (ab, ac, bc) = (arrow(mask >> 4), arrow(mask >> 2), arrow(mask));
    format!(
        "1st vertex ID: {a}, 2nd vertex ID: {b}, 3rd vertex ID: {c}, edge directions: {a}{ab}{b}, \
         {a}{ac}{c}, {b}{bc}{c}"
    )
}

#[test]
fn triangles_of_scale_8_permuted() {
    let graph = rmat(8, 16, true);
    let listing = graph.run(TriangleListing::default().permute_results(true)).unwrap();
    let rows = triangles(&graph, &listing.table());
    let hashes: Checksum = rows.iter().map(|&(ids, mask)| hash(ids, mask, long)).collect();
    assert_eq!(format!("{} {:#x}", hashes.count, hashes.sum), "61410 0x77d3e5e69fa3");
    let lines: Checksum = rows.iter().map(|&(ids, mask)| string(&sentence(ids, mask))).collect();
    assert_eq!(format!("{} {:#x}", lines.count, lines.sum), "61410 0x77d967722c8a");
}

#[test]
fn triangles_of_scale_10_sorted() {
    let graph = rmat(10, 16, true);
    let listing = graph.run(TriangleListing::default().sort_triangle_vertices(true)).unwrap();
    let rows = triangles(&graph, &listing.table());
    assert!(rows.iter().all(|([a, b, c], _)| a < b && b < c));
    let hashes: Checksum = rows.iter().map(|&(ids, mask)| hash(ids, mask, long_value)).collect();
    assert_eq!(format!("{} {:#x}", hashes.count, hashes.sum), "75049 0x92399c79299e");
}
