//! `--report` end to end.
#![cfg(feature = "cli")]

mod support;

use serde_json::Value;
use support::{Folder, bundled, succeed};

fn report(arguments: &[&str]) -> Value {
    let folder = Folder::new();
    let path = folder.file("report.json");
    succeed(arguments.iter().copied().chain(["--report", &path]));
    assert_eq!(folder.names(), ["report.json"]);
    folder.json("report.json")
}

/// The keys of an object, in the order of the alphabet.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn page_rank_reports_everything() {
    let input = bundled("p2p-31.e.gz");
    let arguments =
        ["page-rank", &input, "--iterations", "20", "--threads", "2", "--memory", "256MiB"];
    let report = report(&arguments);
    let parts =
        ["input", "iterate", "load", "memory", "output", "plan", "quince", "result", "threads"];
    assert_eq!(keys(&report), parts);
    assert_eq!(report["quince"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["input"]["path"], input);
    assert_eq!(report["input"]["bytes"], std::fs::metadata(&input).unwrap().len());
    assert_eq!(report["input"]["vertices"], 62_586);
    assert_eq!(report["input"]["edges"], 147_892);
    assert_eq!(report["input"]["directed"], true);
    assert_eq!(report["input"]["weighted"], false);
    assert_eq!(report["threads"], 2);
    assert!(report["load"]["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(report["output"]["seconds"], 0.0);
    assert_eq!(report["memory"]["budget_bytes"], 256 << 20);
    let peak = report["memory"]["peak_bytes"].as_u64().unwrap();
    assert!((1 << 20..256 << 20).contains(&peak), "{peak}");
    assert_eq!(report["memory"]["spilled_bytes"], 0);
    let result = &report["result"];
    assert_eq!(keys(result), ["iterations", "precision", "stopped", "sum_of_ranks"]);
    assert_eq!(result["iterations"], 20);
    assert_eq!(result["stopped"], "maximum_supersteps");
    assert_eq!(result["precision"], "f64");
    assert!((result["sum_of_ranks"].as_f64().unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn supersteps_are_reported_one_by_one() {
    let report = report(&["page-rank", &bundled("p2p-31.e.gz"), "--tolerance", "1e-6"]);
    let supersteps = report["iterate"]["supersteps"].as_array().unwrap();
    assert_eq!(supersteps.len() as u64, report["result"]["iterations"].as_u64().unwrap());
    let mut seconds = 0.0;
    for (at, superstep) in supersteps.iter().enumerate() {
        let expected = ["changes", "convergence", "direction", "seconds", "superstep", "workset"];
        assert_eq!(keys(superstep), expected);
        assert_eq!(superstep["superstep"], at as u64 + 1);
        assert_eq!(superstep["workset"], 62_586);
        assert_eq!(superstep["direction"], "pull");
        let converged = superstep["convergence"].as_f64().unwrap() <= 1e-6;
        assert_eq!(converged, at + 1 == supersteps.len());
        seconds += superstep["seconds"].as_f64().unwrap();
    }
    assert!(seconds <= report["iterate"]["seconds"].as_f64().unwrap());
    assert_eq!(report["result"]["stopped"], "converged");
}

#[test]
fn the_plan_is_the_one_that_explain_shows() {
    let input = bundled("karate.tsv");
    let taken = report(&["connected-components", &input]);
    assert_eq!(taken["plan"]["operator"], "delta iteration ConnectedComponents");
    assert_eq!(taken["plan"]["rewrites"][0]["name"], "component fold");
    assert_eq!(taken["plan"]["rewrites"][0]["taken"], true);
    assert_eq!(taken["plan"]["inputs"][0]["operator"], "index");
    assert_eq!(taken["iterate"]["supersteps"][0]["direction"], "fold");
    let plain = report(&["connected-components", &input, "--no-rewrite"]);
    assert_eq!(plain["plan"]["rewrites"][0]["taken"], false);
    assert_eq!(plain["result"]["stopped"], "empty_workset");
    for part in ["components", "largest"] {
        assert_eq!(plain["result"][part], taken["result"][part]);
    }
    assert_eq!(keys(&plain["result"]), ["components", "iterations", "largest", "stopped"]);
}

#[test]
fn the_result_of_stats_is_all_facts() {
    let folder = Folder::new();
    let (input, path) = (bundled("lesmis.tsv"), folder.file("report.json"));
    let arguments = ["stats", &input, "--undirected", "--weighted", "--json", "--report", &path];
    let printed: Value = serde_json::from_str(&succeed(arguments).stdout).unwrap();
    let report = folder.json("report.json");
    assert_eq!(report["result"], printed);
    assert_eq!(report["result"]["weight"]["sum"], 820.0);
    assert_eq!(report["input"]["weighted"], true);
    assert_eq!(report["iterate"]["supersteps"], Value::Array(Vec::new()));
}

#[test]
fn files_count_together_and_writing_takes_time() {
    let folder = Folder::new();
    let (edges, vertices) = (bundled("p2p-31.e.gz"), bundled("p2p-31.v.gz"));
    let output = folder.file("ranks.csv");
    let arguments = ["page-rank", &edges, "--vertices", &vertices, "--output", &output];
    let report = report(&arguments);
    let size = |path: &str| std::fs::metadata(path).unwrap().len();
    assert_eq!(report["input"]["bytes"], size(&edges) + size(&vertices));
    assert!(report["output"]["seconds"].as_f64().unwrap() > 0.0);
}
