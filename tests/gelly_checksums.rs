//! Gelly's generators and the hash codes of its results, against the checksums that Flink's tests
//! pin. The results are those of plain definitions here, so that a generator or a hash code that
//! is wrong shows by itself. Needs nothing beside the clone.
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use std::collections::{BTreeMap, BTreeSet};

use quince::core::columnar::Column;
use quince::core::executor::collect;
use quince::core::pipeline::Source;
use quince::datasets::generators::{
    CirculantGraph, CompleteGraph, CycleGraph, EchoGraph, EmptyGraph, HypercubeGraph, PathGraph,
    RMatGraph, SingletonEdgeGraph, StarGraph,
};
use quince::gelly::java_hash::{Checksum, Murmur, long, long_value, seed, string, tuple};
use quince::prelude::*;

type Edge = (i64, i64);

fn edges(source: &dyn Source) -> Vec<Edge> {
    let env = Environment::builder().threads(2).build().unwrap();
    let ids = |column: &Column| -> Vec<i64> {
        let Column::UInt32(ids) = column else { panic!("ids of small graphs take 32 bits") };
        ids.iter().map(|&id| id.into()).collect()
    };
    let batches = collect(&env, source, &[]).unwrap();
    let rows = batches
        .iter()
        .flat_map(|batch| ids(&batch.columns()[0]).into_iter().zip(ids(&batch.columns()[1])));
    rows.collect()
}

fn checksum(count: u64, sum: u64) -> Checksum {
    Checksum { count, sum }
}

/// What `EdgeList` gives with `--output hash` and `--output print`.
fn edge_list(edges: impl IntoIterator<Item = Edge> + Clone) -> [Checksum; 2] {
    let hash = edges.clone().into_iter().map(|(s, t)| tuple([long(s), long(t)])).collect();
    [hash, edges.into_iter().map(|(s, t)| string(&format!("({s},{t})"))).collect()]
}

fn simple_directed(edges: &[Edge]) -> BTreeSet<Edge> {
    edges.iter().copied().filter(|(s, t)| s != t).collect()
}

fn simple_undirected(edges: &[Edge]) -> BTreeSet<Edge> {
    simple_directed(edges).into_iter().flat_map(|(s, t)| [(s, t), (t, s)]).collect()
}

#[test]
fn generators_have_the_checksums_of_gelly() {
    // Rows E1 to E10 of gelly.tsv.
    let rows: [(&dyn Source, u64, u64, u64); 8] = [
        (&CirculantGraph::new(42).add_range(13, 4), 168, 0x1_ae80, 0x4b_dcc5_2cbc),
        (&CompleteGraph::new(42), 1722, 0x11_3ca0, 0x311_09a0_c398),
        (&CycleGraph::new(42), 84, 0xd740, 0x27_2a13_6fca),
        (&EmptyGraph::new(42), 0, 0, 0),
        (&HypercubeGraph::new(7), 896, 0x1b_c800, 0x1f2_43ee_33b2),
        (&PathGraph::new(42), 82, 0xd220, 0x26_9be2_d4c2),
        (&SingletonEdgeGraph::new(42), 84, 0x1_b3c0, 0x2e_59e1_0d9a),
        (&StarGraph::new(42), 82, 0x6ba0, 0x11_ec3f_aee8),
    ];
    for (generator, count, hash, print) in rows {
        let expected = [checksum(count, hash), checksum(count, print)];
        assert_eq!(edge_list(edges(generator)), expected, "{}", generator.name());
    }
    // Every vertex is 13 times a source and 13 times a target.
    let ids = (0..42).sum::<u64>();
    let [hash, _] = edge_list(edges(&EchoGraph::new(42, 13)));
    assert_eq!(hash, checksum(42 * 13, 13 * 32 * ids));
}

#[test]
fn r_mat_has_the_checksums_of_gelly() {
    // Rows R1, R2, R3.
    let raw = edges(&RMatGraph::new(7));
    let expected = |count, hash, print| [checksum(count, hash), checksum(count, print)];
    assert_eq!(edge_list(raw.clone()), expected(2048, 0x1e_e529, 0x2f7_3793_9f05));
    assert_eq!(edge_list(simple_directed(&raw)), expected(1168, 0x15_79bd, 0x20e_35b0_f35d));
    assert_eq!(edge_list(simple_undirected(&raw)), expected(1854, 0x24_2920, 0x36f_e580_2162));
    // As LongValue ids hash: each edge has 31 * 43 + 43 more.
    let wide: Checksum = raw.iter().map(|&(s, t)| tuple([long_value(s), long_value(t)])).collect();
    assert_eq!(wide, checksum(2048, 0x1e_e529 + 2048 * 32 * 43));
}

/// Neighbours of each vertex along edges of either direction.
fn neighbors(edges: &BTreeSet<Edge>) -> BTreeMap<i64, BTreeSet<i64>> {
    let mut neighbors = BTreeMap::<_, BTreeSet<_>>::new();
    for &(s, t) in edges {
        neighbors.entry(s).or_default().insert(t);
        neighbors.entry(t).or_default().insert(s);
    }
    neighbors
}

/// Id, degree and triangle count of the clustering of each vertex.
fn clustering(edges: &BTreeSet<Edge>, directed: bool) -> Vec<(i64, i64, i64)> {
    let score = |(&id, around): (&i64, &BTreeSet<i64>)| {
        let pairs = around.iter().flat_map(|&a| around.iter().map(move |&b| (a, b)));
        let joined = pairs.filter(|&(a, b)| (directed || a < b) && edges.contains(&(a, b)));
        (id, around.len() as i64, joined.count() as i64)
    };
    neighbors(edges).iter().map(score).collect()
}

#[test]
fn clustering_has_the_checksums_of_gelly() {
    // Rows R5, R7, R8.
    let hash = |graph: &RMatGraph, directed: bool| -> Checksum {
        let raw = edges(graph);
        let (edges, seed) = if directed {
            (simple_directed(&raw), seed::DIRECTED_CLUSTERING)
        } else {
            (simple_undirected(&raw), seed::UNDIRECTED_CLUSTERING)
        };
        let rows = clustering(&edges, directed).into_iter();
        rows.map(|(id, degree, triangles)| {
            Murmur::new(seed).int(long(id)).long(degree).long(triangles).finish()
        })
        .collect()
    };
    assert_eq!(hash(&RMatGraph::new(7), true), checksum(117, 0x36_21c6_2ca1));
    assert_eq!(hash(&RMatGraph::new(8), true), checksum(233, 0x75_d99a_55b6));
    assert_eq!(hash(&RMatGraph::new(8), false), checksum(233, 0x74_3ef6_d14b));
}

#[test]
fn triangles_have_the_checksum_of_gelly() {
    // Row L3: ids hash as LongValue there.
    let edges = simple_directed(&edges(&RMatGraph::new(10)));
    let neighbors = neighbors(&edges);
    // 2 for an edge from the first to the second, 1 for one back.
    let order = |a, b| {
        let has = |edge| i32::from(edges.contains(&edge));
        2 * has((a, b)) + has((b, a))
    };
    let mut triangles = Checksum::default();
    for (&a, around) in &neighbors {
        for &b in around.range(a + 1..) {
            for &c in around.range(b + 1..).filter(|c| neighbors[&b].contains(c)) {
                let mask = order(a, b) << 4 | order(a, c) << 2 | order(b, c);
                let ids = [a, b, c].into_iter();
                let hash = ids.fold(Murmur::new(seed::DIRECTED_TRIANGLE), |hash, id| {
                    hash.int(long_value(id))
                });
                triangles.add_hash(hash.int(mask).finish());
            }
        }
    }
    assert_eq!(triangles, checksum(75_049, 0x9239_9c79_299e));
}

#[test]
fn similar_vertices_have_the_checksums_of_gelly() {
    let hash = |graph: &RMatGraph, id: fn(i64) -> i32, mirror: bool| {
        let neighbors = neighbors(&simple_undirected(&edges(graph)));
        let mut pairs = Checksum::default();
        for (&a, left) in &neighbors {
            for (&b, right) in neighbors.iter().filter(|&(&b, _)| a < b || (mirror && a != b)) {
                let shared = left.intersection(right).count() as i32;
                if shared > 0 {
                    let distinct = (left.len() + right.len()) as i32 - shared;
                    let hash = Murmur::new(seed::JACCARD_INDEX).int(id(a)).int(id(b));
                    pairs.add_hash(hash.int(shared).int(distinct).finish());
                }
            }
        }
        pairs
    };
    // Rows R17, R18 and L10.
    assert_eq!(hash(&RMatGraph::new(7), long, true), checksum(11_388, 0x1647_5705_2eeb));
    assert_eq!(hash(&RMatGraph::new(8), long, true), checksum(39_276, 0x4cab_a2e6_63d5));
    let eight = RMatGraph::new(8).edge_factor(8);
    assert_eq!(hash(&eight, long_value, false), checksum(13_954, 0x1b1a_1f7a_9d0b));
}

#[test]
fn degrees_have_the_checksums_of_gelly() {
    // Rows L11 and L12; a degree is a LongValue too, and three of them have a class of their own.
    let raw = edges(&RMatGraph::new(10));
    let degree = neighbors(&simple_undirected(&raw));
    let pair = |(&id, around): (&i64, &BTreeSet<i64>)| {
        tuple([long_value(id), long_value(around.len() as i64)])
    };
    assert_eq!(degree.iter().map(pair).collect::<Checksum>(), checksum(902, 0xe1_fb30));
    let edges = simple_directed(&raw);
    let degrees = |(&id, around): (&i64, &BTreeSet<i64>)| {
        let out = around.iter().filter(|&&other| edges.contains(&(id, other))).count();
        let into = around.iter().filter(|&&other| edges.contains(&(other, id))).count();
        let degrees = [around.len(), out, into].map(|degree| degree as i64);
        let hash = degrees.into_iter().fold(Murmur::new(seed::DEGREES), Murmur::long);
        tuple([long_value(id), hash.finish()])
    };
    assert_eq!(degree.iter().map(degrees).collect::<Checksum>(), checksum(902, 0x1a3_305d_d86a));
}
