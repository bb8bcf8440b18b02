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
fn bare_generate_lists_the_generators() {
    let bare = run(["generate"]);
    assert_eq!(bare.code, Some(2));
    for name in ["rmat", "uniform", "grid"] {
        assert!(bare.stderr.contains(name), "{}", bare.stderr);
        let help = succeed(["generate", name, "--help"]).stdout;
        assert!(help.contains("--output <FILE>") && help.contains("--threads <N>"), "{help}");
    }
}
