//! `quince page-rank` end to end.
#![cfg(feature = "cli")]

mod support;

use serde_json::Value;
use support::{Folder, bundled, golden, golden_arguments, run, succeed};

/// Rows of `vertex<TAB>rank`.
fn ranks(stdout: &str) -> Vec<(String, f64)> {
    let row = |line: &str| {
        let (vertex, rank) = line.split_once('\t').expect("two columns");
        (vertex.to_owned(), rank.parse().expect("a rank"))
    };
    stdout.lines().map(row).collect()
}

fn assert_top(name: &str, found: &[(String, f64)], facts: &Value, tolerance: f64) {
    let top = facts["pagerank"]["top10"].as_array().expect("ten rows");
    assert_eq!(found.len(), top.len(), "{name}");
    for ((vertex, rank), row) in found.iter().zip(top) {
        let expected = row[0].as_str().map_or_else(|| row[0].to_string(), str::to_owned);
        assert_eq!(*vertex, expected, "{name}");
        let difference = (rank - row[1].as_f64().expect("a rank")).abs();
        assert!(difference <= tolerance, "{name}: {vertex} is off by {difference}");
    }
}

#[test]
fn the_top_ten_of_every_bundled_graph_is_golden() {
    for (name, facts) in golden() {
        let mut arguments = vec!["page-rank".to_owned(), "--tolerance=1e-13".to_owned()];
        arguments.extend(golden_arguments(&facts));
        let found = ranks(&succeed(&arguments).stdout);
        assert_top(&name, &found, &facts, 1e-12);
    }
}

#[test]
fn the_default_tolerance_is_good_to_nine_digits() {
    for (name, facts) in golden() {
        let mut arguments = vec!["page-rank".to_owned()];
        arguments.extend(golden_arguments(&facts));
        assert_top(&name, &ranks(&succeed(&arguments).stdout), &facts, 1e-9);
    }
}

#[test]
fn every_vertex_of_the_vertex_list_has_a_rank() {
    let folder = Folder::new();
    folder.write("edges.tsv", "1\t2\n");
    folder.write("vertices.txt", "2\n9\n");
    let (edges, vertices) = (folder.file("edges.tsv"), folder.file("vertices.txt"));
    let found = ranks(&succeed(["page-rank", &edges, "--vertices", &vertices]).stdout);
    // By hand: x for 1 and 9, x + 0.85 x for 2, and all of them sum to 1.
    let x = 1.0 / 3.85;
    for ((vertex, rank), (expected, value)) in
        found.iter().zip([("2", 1.85 * x), ("1", x), ("9", x)])
    {
        assert_eq!(vertex, expected);
        assert!((rank - value).abs() < 1e-9, "{found:?}");
    }
}

#[test]
fn single_precision_prints_its_own_digits() {
    let karate = bundled("karate.tsv");
    let run = succeed(["page-rank", &karate, "--undirected", "--precision", "f32"]);
    for row in run.rows() {
        let rank: f32 = row[1].parse().unwrap();
        assert_eq!(format!("{rank:?}"), row[1], "shortest digits of 32 bits");
    }
    let facts = golden().into_iter().find(|(name, _)| name == "karate").unwrap().1;
    // Ranks are good to 4 digits, so neighbours in the list may change places: compare by vertex.
    let found = ranks(&run.stdout);
    for row in facts["pagerank"]["top10"].as_array().unwrap() {
        let vertex = row[0].to_string();
        let (_, rank) = found.iter().find(|(other, _)| *other == vertex).unwrap();
        assert!((rank - row[1].as_f64().unwrap()).abs() < 1e-4, "{row}");
    }
}

#[test]
fn iterations_and_tolerance_stop_it() {
    let folder = Folder::new();
    let (karate, report) = (bundled("karate.tsv"), folder.file("report.json"));
    let stopped = |options: &[&str]| {
        let mut arguments = vec!["page-rank", &karate, "--undirected", "--report", &report];
        arguments.extend(options);
        succeed(arguments);
        let result = folder.json("report.json")["result"].clone();
        (result["iterations"].as_u64().unwrap(), result["stopped"].as_str().unwrap().to_owned())
    };
    assert_eq!(stopped(&["--iterations", "7"]), (7, "maximum_supersteps".to_owned()));
    assert_eq!(stopped(&["--iterations", "0"]), (0, "maximum_supersteps".to_owned()));
    assert_eq!(stopped(&["--iterations", "3", "--tolerance", "0"]).0, 3);
    let (loose, why) = stopped(&["--tolerance", "0.1"]);
    let (tight, _) = stopped(&["--tolerance", "1e-9"]);
    assert!(loose < tight && why == "converged", "{loose} {tight} {why}");
}

#[test]
fn damping_is_the_share_that_follows_edges() {
    let run = succeed(["page-rank", &bundled("karate.tsv"), "--damping", "0", "--top", "34"]);
    assert_eq!(run.rows().len(), 34);
    for row in run.rows() {
        assert_eq!(row[1].parse::<f64>().unwrap(), 1.0 / 34.0);
    }
}

#[test]
fn top_says_how_many_rows_are_printed() {
    let folder = Folder::new();
    let (karate, output) = (bundled("karate.tsv"), folder.file("ranks.csv"));
    let lines = |options: &[&str]| {
        let mut arguments = vec!["page-rank", &karate];
        arguments.extend(options);
        succeed(arguments).stdout.lines().count()
    };
    assert_eq!(lines(&[]), 10);
    assert_eq!(lines(&["--top", "3"]), 3);
    assert_eq!(lines(&["--top", "0"]), 0);
    assert_eq!(lines(&["--top", "1000"]), 34);
    assert_eq!(lines(&["--output", &output]), 0);
    assert_eq!(lines(&["--output", &output, "--top", "2"]), 2);
}

#[test]
fn weights_make_no_difference() {
    let lesmis = bundled("lesmis.tsv");
    let plain = succeed(["page-rank", &lesmis, "--undirected"]);
    let weighted = succeed(["page-rank", &lesmis, "--undirected", "--weighted"]);
    assert_eq!(plain.stdout, weighted.stdout);
}

#[test]
fn the_note_is_one_line_and_quiet_is_silent() {
    let karate = bundled("karate.tsv");
    let run = succeed(["page-rank", &karate, "--iterations", "4"]);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.starts_with("34 vertices, 78 edges loaded in "), "{}", run.stderr);
    assert!(run.stderr.contains(" s; 4 supersteps in "), "{}", run.stderr);
    assert!(run.stderr.ends_with(" s (limit reached)\n"), "{}", run.stderr);
    assert_eq!(succeed(["page-rank", &karate, "--quiet"]).stderr, "");
}

#[test]
fn explain_names_operators_order_and_reason() {
    let run = succeed(["page-rank", &bundled("p2p-31.e.gz"), "--explain", "--quiet"]);
    assert_eq!(run.stdout.lines().count(), 10, "the run goes on");
    for part in [
        "bulk iteration PageRank",
        "until: change <= 0.0000000001 or 1000 supersteps",
        "combine: sum",
        "index [layout: CSR",
        "rows: target",
        "edges: 147892",
        "dictionary [key: dense, 62586 vertices",
        "order: ascending (no hubs:",
        "edge list p2p-31.e.gz (gzip, whitespace, ids integer, columns 1,2)",
    ] {
        assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
    }
    let arguments =
        ["page-rank", &bundled("p2p-31.e.gz"), "--explain", "--quiet", "--order", "hub-first"];
    let stderr = succeed(arguments).stderr;
    assert!(stderr.contains("order: hub-first (asked for)"), "{stderr}");
}

#[test]
fn help_teaches() {
    let help = succeed(["page-rank", "--help"]).stdout;
    for part in [
        "Examples:",
        "Input:",
        "Algorithm:",
        "Graph:",
        "Run:",
        "Output:",
        "[default: 0.85]",
        "--columns from,to",
    ] {
        assert!(help.contains(part), "{part}\n{help}");
    }
    let version = succeed(["--version"]).stdout;
    assert_eq!(version, format!("quince {}\n", env!("CARGO_PKG_VERSION")));
    let bare = run::<&str>([]);
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(2), ""));
    assert!(bare.stderr.contains("Usage: quince <COMMAND>"), "{}", bare.stderr);
}
