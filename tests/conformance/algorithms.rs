//! The algorithm library on every graph with known answers.
//!
//! What each known answer is about (duplicates, self-loops, directions) is said in
//! `data/MANIFEST.md`, "Definitions".

use std::fmt::{Display, Write};

use quince::algorithms::{
    BreadthFirstSearch, CommunityDetectionLabelPropagation, CoreDecomposition,
    GlobalClusteringCoefficient, LocalClusteringCoefficient, MinimumSpanningForest,
    SingleSourceShortestPaths, StronglyConnectedComponents, TriangleCount,
};
use quince::gelly::{EdgeValue, Id};
use quince::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::answers::{Answers, text};
use crate::case::{Case, Run, Shape};

/// Between averages of many numbers, summed in another order.
const CLOSE: f64 = 1e-9;

/// Fails unless all algorithms agree with what is known.
pub(crate) fn check(answers: &Answers, case: &Case) {
    let run = Run { threads: 2, order: VertexOrder::Auto };
    let on = |shape, check: Check| {
        let Check { plain, weighted } = check;
        case.with_graph(
            shape,
            run,
            |graph| plain(answers, graph),
            |graph| weighted(answers, graph),
        );
    };
    let directed = answers.is_directed();
    let loop_free = Shape { self_loops: false, ..Shape::distinct(directed) };
    on(Shape::SIMPLE, Check { plain: on_simple, weighted: on_simple });
    on(loop_free, Check { plain: on_loop_free, weighted: on_loop_free });
    if directed {
        on(Shape::distinct(true), Check { plain: on_directed, weighted: on_directed });
    }
    let records = Shape { directed, ..Shape::RECORDS };
    on(records, Check { plain: |_, _| (), weighted: on_weighted });
}

/// What is done with a graph without and with weights.
struct Check {
    plain: fn(&Answers, &IndexedGraph),
    weighted: fn(&Answers, &IndexedGraph<f64>),
}

/// Triangles, clustering, cores and levels of the simple undirected graph.
fn on_simple<E: EdgeValue>(answers: &Answers, graph: &IndexedGraph<E>) {
    let triangles = graph.run(TriangleCount::default()).unwrap();
    assert_eq!(triangles.num_triangles, answers.count("/triangles/count"), "{}", answers.name);
    let local = graph.run(LocalClusteringCoefficient::default()).unwrap();
    let rows = local.iter().map(|(id, _, triangles)| (id, triangles));
    answers.check_rows("/triangles/sha256_per_vertex", rows);
    answers.check_number("/triangles/avg_local_clustering_deg_lt2_as_0", local.average());
    let global = graph.run(GlobalClusteringCoefficient::default()).unwrap();
    answers.check_number("/triangles/transitivity", global.score());

    let cores = graph.run(CoreDecomposition::default()).unwrap();
    answers.check_rows("/core/sha256_per_vertex", cores.iter());
    assert_eq!(u64::from(cores.degeneracy()), answers.count("/core/degeneracy"));
    check_levels(answers, "/bfs/undirected", graph);
}

/// Labels of the graph without duplicates and self-loops.
fn on_loop_free<E: EdgeValue>(answers: &Answers, graph: &IndexedGraph<E>) {
    if answers.known.get("cdlp_10_iterations").is_some() {
        let labels = graph.run(CommunityDetectionLabelPropagation::default().iterations(10));
        let labels = labels.unwrap();
        let count = labels.num_labels().unwrap();
        assert_eq!(count, answers.count("/cdlp_10_iterations/communities"), "{}", answers.name);
        answers.check_rows("/cdlp_10_iterations/sha256_labels", labels.labels().iter());
    }
    let lcc_mean = "/triangles/graphalytics_directed_lcc_mean";
    if answers.known.pointer(lcc_mean).is_some() {
        let local = LocalClusteringCoefficient::default().undefined_as_zero(true);
        let average = graph.run(local).unwrap().average();
        answers.check_number(lcc_mean, average);
    }
}

/// Levels and strongly connected components of a directed graph.
fn on_directed<E: EdgeValue>(answers: &Answers, graph: &IndexedGraph<E>) {
    check_levels(answers, "/bfs/out_edges", graph);
    let components = graph.run(StronglyConnectedComponents::default()).unwrap();
    answers.check_rows("/scc/sha256_min_member", components.iter());
    assert_eq!(components.num_components().unwrap(), answers.count("/scc/count"));
}

fn check_levels<E: EdgeValue>(answers: &Answers, which: &str, graph: &IndexedGraph<E>) {
    let source = Id::from(text(&answers.known["bfs"]["source"]).as_str());
    let levels = graph.run(BreadthFirstSearch::new(source)).unwrap();
    let sizes = levels.level_sizes();
    // Of many levels the first are recorded.
    let known = answers.known.pointer(&format!("{which}/level_sizes")).and_then(Value::as_array);
    let known: Vec<u64> = known.unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!(sizes[..known.len()], known, "{}: {which}", answers.name);
    assert_eq!(levels.depth(), answers.count(&format!("{which}/eccentricity")));
    assert_eq!(levels.num_reached(), answers.count(&format!("{which}/reached")));
    let rows = levels.iter().map(|(id, level)| (id, level.map_or(-1, i64::from)));
    answers.check_rows(&format!("{which}/sha256_levels_-1_unreached"), rows);
}

/// Distances and spanning forests of all records with their weights.
fn on_weighted(answers: &Answers, graph: &IndexedGraph<f64>) {
    if let Some(known) = answers.known.get("sssp") {
        let source = Id::from(text(&known["source"]).as_str());
        let distances = graph.run(SingleSourceShortestPaths::new(source)).unwrap();
        assert_eq!(distances.num_reached(), answers.count("/sssp/reached"), "{}", answers.name);
        answers.check_number("/sssp/max_distance", distances.maximum_distance());
        let finite = distances.iter().map(|(_, distance)| distance).filter(|d| d.is_finite());
        answers.check_number("/sssp/sum_distances", finite.sum());
        let hash = "/sssp/sha256_int_distances_-1_unreached";
        if answers.known.pointer(hash).is_some() {
            let whole = |distance: f64| if distance.is_finite() { distance as i64 } else { -1 };
            answers.check_rows(hash, distances.iter().map(|(id, d)| (id, whole(d))));
        }
    }
    if answers.known.get("msf").is_some() {
        let forest = graph.run(MinimumSpanningForest::default()).unwrap();
        assert_eq!(forest.num_edges(), answers.count("/msf/edges"), "{}", answers.name);
        answers.check_number("/msf/weight", forest.weight());
    }
}

impl Answers {
    fn check_number(&self, pointer: &str, found: f64) {
        let expected = self.known.pointer(pointer).and_then(Value::as_f64);
        let expected = expected.unwrap_or_else(|| panic!("{}: nothing at {pointer}", self.name));
        let off = (found - expected).abs() / expected.abs().max(1.0);
        assert!(off <= CLOSE, "{}: {pointer} is {found}, not {expected}", self.name);
    }

    /// Compares the digest of the lines `id value`.
    fn check_rows(&self, pointer: &str, rows: impl Iterator<Item = (impl Display, impl Display)>) {
        let mut lines = String::new();
        for (id, value) in rows {
            writeln!(lines, "{id} {value}").unwrap();
        }
        let digest = Sha256::digest(&lines);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let known = self.known.pointer(pointer).and_then(Value::as_str);
        assert_eq!(known, Some(digest.as_str()), "{}: {pointer}", self.name);
    }
}
