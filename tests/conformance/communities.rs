//! Communities of the graphs with known answers.
//!
//! What Louvain and Leiden find is compared with the best of five seeds of igraph's
//! `community_multilevel` and `community_leiden`, both on the simple undirected graph without
//! weights.

use quince::prelude::*;
use serde_json::Value;

use crate::answers::Answers;
use crate::case::{Case, Run, Shape};

/// How far below the best of igraph modularity may be.
const SLACK: f64 = 0.005;

/// By the name of the graph: the best modularity by Louvain and by Leiden.
const BEST: &[(&str, f64, f64)] = &[
    ("karate", 0.41979, 0.41979),
    ("lesmis", 0.55827, 0.56001),
    ("davis-southern-women", 0.33247, 0.33601),
    ("florentine", 0.39875, 0.39875),
    ("painters", 0.29369, 0.29369),
    ("email-Eu-core", 0.41676, 0.41747),
    ("ca-GrQc", 0.86374, 0.86660),
    ("as20graph", 0.62559, 0.63841),
    ("facebook_combined", 0.83497, 0.83582),
    ("wiki-Vote", 0.42923, 0.42873),
    ("email-Enron", 0.62144, 0.62545),
    ("cit-HepTh", 0.65874, 0.66575),
    ("wikispeedia", 0.37586, 0.37938),
    ("openflights-routes", 0.66296, 0.66779),
    ("p2p-31", 0.50177, 0.51126),
    ("p2p-31-undirected", 0.50177, 0.51126),
    ("CollegeMsg", 0.26049, 0.27441),
    ("soc-sign-bitcoinotc", 0.50329, 0.51612),
    ("cal-road", 0.97510, 0.97616),
    ("rome99", 0.91190, 0.91729),
    ("snb-knows", 0.31557, 0.32072),
    ("cnr-2000", 0.91279, 0.91306),
    ("world-highways", 0.99211, 0.99264),
];

const RUN: Run = Run { threads: 2, order: VertexOrder::Auto };

/// Fails unless both are as good.
pub(crate) fn check(answers: &Answers, case: &Case) {
    // Without the third column, which is the weight.
    let two = |columns: &'static str| match columns.rsplit_once(',') {
        Some((two, _)) if two.contains(',') => two,
        _ => columns,
    };
    let case = Case { weighted: false, columns: case.columns.map(two), ..*case };
    let name = &answers.name;
    let &(_, louvain, leiden) = BEST.iter().find(|(known, ..)| known == name).unwrap();
    check_modularity(name, &case, "louvain", louvain);
    check_modularity(name, &case, "leiden", leiden);
}

fn check_modularity(name: &str, case: &Case, command: &str, best: f64) {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let options = ["--report", report.to_str().unwrap()];
    let one = case.command_file(command, Shape::SIMPLE, RUN, &options);
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let modularity = report["result"]["modularity"].as_f64().unwrap();
    assert!(modularity >= best - SLACK, "{name}: {command} reaches {modularity} of {best}");
    let other = case.command_file(command, Shape::SIMPLE, Run { threads: 8, ..RUN }, &[]);
    assert!(one == other, "{name}: {command} depends on the number of threads");
}
