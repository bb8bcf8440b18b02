//! `quince generate` end to end.
#![cfg(feature = "cli")]

mod support;

use serde_json::Value;
use support::{Folder, run, succeed};

#[test]
fn the_same_options_give_the_same_file_at_any_number_of_threads() {
    let folder = Folder::new();
    for options in [
        &["rmat", "--scale", "12", "--edge-factor", "40", "--seed", "7"][..],
        &["rmat", "--scale", "9", "--noise", "0.1", "--a", "0.45", "--b", "0.25", "--c", "0.15"],
        &["uniform", "--vertices", "5000", "--edges", "200000", "--seed", "3"],
        &["grid", "--rows", "300", "--columns", "200", "--wrap"],
        &["kronecker", "--scale", "13"],
        &["erdos-renyi", "--vertices", "1000", "--edges", "100000", "--undirected"],
        &["erdos-renyi", "--vertices", "3000", "--probability", "0.02"],
        &["barabasi-albert", "--vertices", "30000", "--edges-per-vertex", "5"],
        &["watts-strogatz", "--vertices", "30000", "--degree", "8"],
        &["stochastic-block-model", "--blocks", "900,500", "--within", "0.2", "--between", "0.1"],
        &["grid-graph", "--dimension", "50:wrap", "--dimension", "40", "--dimension", "30"],
        &["circulant", "--vertices", "30000", "--range", "3:4", "--range", "9"],
        &["complete", "--vertices", "400"],
        &["cycle", "--vertices", "100000"],
        &["echo", "--vertices", "10000", "--degree", "7"],
        &["hypercube", "--dimensions", "13"],
        &["path", "--vertices", "100000"],
        &["singleton-edges", "--pairs", "100000"],
        &["star", "--vertices", "100000"],
    ] {
        let made = |threads: &str| {
            let output = folder.file("graph.el");
            let mut arguments = vec!["generate"];
            arguments.extend(options);
            arguments.extend(["--output", &output, "--threads", threads, "--quiet"]);
            let run = succeed(arguments);
            assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
            folder.read("graph.el")
        };
        let one = made("1");
        assert!(!one.is_empty());
        assert!(one == made("2") && one == made("8"), "{options:?}");
    }
}

#[test]
fn the_seed_makes_the_difference() {
    let folder = Folder::new();
    let made = |generator: &[&str], seed: &str| {
        let output = folder.file("graph.el");
        let mut arguments = vec!["generate"];
        arguments.extend(generator);
        arguments.extend(["--seed", seed, "--output", &output]);
        succeed(arguments);
        folder.read("graph.el")
    };
    for generator in [&["rmat"][..], &["uniform", "--vertices", "100", "--edges", "1000"]] {
        assert!(made(generator, "1") != made(generator, "2"), "{generator:?}");
    }
}

#[test]
fn every_format_loads_back_as_the_same_graph() {
    let folder = Folder::new();
    let mut ranks = Vec::new();
    for name in ["g.el", "g.txt", "g.tsv", "g.csv", "g.el.gz", "g.csv.zst"] {
        let path = folder.file(name);
        let generate = ["generate", "uniform", "--vertices", "500", "--edges", "3000"];
        succeed(generate.into_iter().chain(["--output", &path]));
        let stats: Value =
            serde_json::from_str(&succeed(["stats", &path, "--json"]).stdout).unwrap();
        assert_eq!(stats["edges"], 3000, "{name}");
        ranks.push(succeed(["page-rank", &path, "--top", "500"]).stdout);
    }
    assert!(ranks.iter().all(|other| *other == ranks[0]));
}

#[test]
fn a_grid_is_a_grid() {
    let folder = Folder::new();
    let output = folder.file("grid.csv");
    let run = succeed(["generate", "grid", "--rows", "2", "--columns", "3", "--output", &output]);
    let expected = "source,target\n0,1\n0,3\n1,2\n1,4\n2,5\n3,4\n4,5\n";
    assert_eq!(folder.read_text("grid.csv"), expected);
    assert!(run.stderr.starts_with("grid (2 rows, 3 columns) written to "), "{}", run.stderr);
    assert_eq!(folder.names(), ["grid.csv"]);
}

#[test]
fn vertices_without_edges_are_listed() {
    let folder = Folder::new();
    let (edges, vertices) = (folder.file("none.el"), folder.file("vertices.csv"));
    let run = ["generate", "empty", "--vertices", "3", "--output", &edges];
    succeed(run.into_iter().chain(["--vertex-list", &vertices]));
    assert_eq!(folder.read_text("vertices.csv"), "vertex\n0\n1\n2\n");
    let path = folder.file("path.el");
    succeed(["generate", "path", "--vertices", "2", "--output", &path]);
    let run = succeed(["stats", &path, "--vertices", &vertices, "--json"]);
    let stats: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&stats["vertices"], &stats["isolated_vertices"]), (&3.into(), &1.into()));
}

#[test]
fn graphs_that_cannot_be_are_refused() {
    let folder = Folder::new();
    let output = folder.file("graph.el");
    for (options, expected) in [
        (&["echo", "--vertices", "10", "--degree", "4"][..], "with 10 vertices it must be odd"),
        (&["circulant", "--vertices", "9", "--range", "4:6"], "the last offset is at most 8"),
        (&["circulant", "--vertices", "9", "--range", "4-6"], "like 1:3 for 1, 2 and 3"),
        (&["grid-graph", "--dimension", "4:yes"], "like 5:wrap"),
        (&["star", "--vertices", "1"], "star graph: 1 vertices; give at least 2"),
        (&["erdos-renyi", "--vertices", "3", "--edges", "7"], "are at most 6"),
        (&["erdos-renyi", "--vertices", "3"], "--edges <N>"),
        (&["watts-strogatz", "--vertices", "9", "--degree", "3"], "it must be even"),
        (&["hypercube", "--dimensions", "60"], "from 1 to 57"),
    ] {
        let refused = run(["generate"].iter().chain(options).chain(&["--output", &output]));
        assert_eq!(refused.code, Some(2), "{options:?}");
        assert!(refused.stderr.contains(expected), "{options:?}: {}", refused.stderr);
    }
    assert!(folder.names().is_empty());
}

#[test]
fn bare_generate_lists_the_generators() {
    let bare = run(["generate"]);
    assert_eq!(bare.code, Some(2));
    for name in ["rmat", "uniform", "grid"] {
        assert!(bare.stderr.contains(name), "{}", bare.stderr);
        let help = succeed(["generate", name, "--help"]).stdout;
        assert!(help.contains("--output <FILE>") && help.contains("--threads <N>"), "{help}");
    }
}
