//! `quince stats` end to end.
#![cfg(feature = "cli")]

mod support;

use serde_json::Value;
use support::{Folder, bundled, golden, golden_arguments, succeed};

fn fact<'a>(rows: &[Vec<&'a str>], name: &str) -> &'a str {
    let row = rows.iter().find(|row| row[0] == name);
    row.unwrap_or_else(|| panic!("no {name} in {rows:?}"))[1]
}

#[test]
fn counts_of_every_bundled_graph_are_golden() {
    for (name, facts) in golden() {
        let mut arguments = vec!["stats".to_owned(), "--json".to_owned()];
        arguments.extend(golden_arguments(&facts));
        let json: Value = serde_json::from_str(&succeed(&arguments).stdout).unwrap();
        assert_eq!(json["vertices"], facts["vertices"], "{name}");
        assert_eq!(json["edges"], facts["edge_records"], "{name}");
        assert_eq!(json["directed"], facts["directed"], "{name}");
        assert_eq!(json["self_loops"], 0, "{name}");
    }
}

#[test]
fn facts_are_listed_for_people() {
    let folder = Folder::new();
    folder.write("edges.tsv", "a b\tc\t2.5\nc\tc\t-1\na b\tc\t4\nd\ta b\t0\n");
    let edges = folder.file("edges.tsv");
    let run = succeed(["stats", &edges, "--weighted"]);
    let rows = run.rows();
    for (name, value) in [
        ("vertices", "3"),
        ("edges", "4"),
        ("directed", "yes"),
        ("self-loops", "1"),
        ("duplicate edges", "1"),
        ("isolated vertices", "0"),
        ("dangling vertices", "0"),
        ("out-degree", "1 to 2 (vertex a b)"),
        ("in-degree", "0 to 3 (vertex c)"),
        ("weight", "-1 to 4"),
        ("sum of weights", "5.5"),
    ] {
        assert_eq!(fact(&rows, name), value, "{name}");
    }
    let undirected = succeed(["stats", &edges, "--undirected"]);
    assert_eq!(fact(&undirected.rows(), "degree"), "1 to 3 (vertex a b)");
    assert!(!undirected.stdout.contains("weight"), "{}", undirected.stdout);
}

#[test]
fn self_loops_and_duplicates_are_treated_as_asked() {
    let folder = Folder::new();
    folder.write("edges.tsv", "1\t2\t5\n2\t1\t1\n1\t2\t3\n7\t7\t9\n");
    let edges = folder.file("edges.tsv");
    let facts = |options: &[&str]| -> Value {
        let mut arguments = vec!["stats", &edges, "--json"];
        arguments.extend(options);
        serde_json::from_str(&succeed(arguments).stdout).unwrap()
    };
    let counts =
        |facts: &Value| (facts["edges"].as_u64().unwrap(), facts["self_loops"].as_u64().unwrap());
    assert_eq!(counts(&facts(&[])), (4, 1));
    assert_eq!(counts(&facts(&["--self-loops", "drop"])), (3, 0));
    assert_eq!(counts(&facts(&["--duplicates", "drop"])), (3, 1));
    assert_eq!(counts(&facts(&["--duplicates", "drop", "--undirected"])), (2, 1));
    for (rule, sum) in [("sum", 18.0), ("min", 13.0), ("max", 15.0), ("keep", 18.0)] {
        let facts = facts(&["--weighted", "--duplicates", rule]);
        assert_eq!(facts["weight"]["sum"], sum, "{rule}");
    }
    // The third column by its position is a weight too, and so is that of a `.wel`.
    assert_eq!(facts(&["--columns", "1,2,3", "--duplicates", "max"])["weight"]["maximum"], 9.0);
    folder.write("edges.wel", "1 2 0.5\n");
    let wel = succeed(["stats", &folder.file("edges.wel"), "--duplicates", "sum"]);
    assert_eq!(fact(&wel.rows(), "sum of weights"), "0.5");
}

#[test]
fn options_say_what_cannot_be_guessed() {
    let folder = Folder::new();
    let vertices = |file: &str, content: &str, options: &[&str]| {
        folder.write(file, content);
        let path = folder.file(file);
        let mut arguments = vec!["stats", &path];
        arguments.extend(options);
        fact(&succeed(arguments).rows(), "vertices").to_owned()
    };
    let named = "id,from,to,km\n1,a,b,3\n2,b,c,4\n";
    assert_eq!(vertices("named.csv", named, &["--columns", "from,to"]), "3");
    assert_eq!(vertices("named.csv", named, &["--columns", "3,2", "--header", "yes"]), "3");
    assert_eq!(vertices("dash.txt", "a:b\nb:c\n", &["--delimiter", ":"]), "3");
    assert_eq!(vertices("skip.txt", "made by hand\n1 2\n2 3\n", &["--skip-lines", "1"]), "3");
    let marked = "#1 2\n2 #3\n";
    assert_eq!(vertices("marked.txt", marked, &["--comment", "none", "--ids", "string"]), "3");
    assert_eq!(vertices("slashes.txt", "//x y\n1 2\n2 3\n", &["--comment", "//"]), "3");
    assert_eq!(vertices("header.txt", "1 2\n2 3\n", &["--header", "yes"]), "2");
    assert_eq!(vertices("arcs.data", "p sp 3 2\na 1 2 7\na 2 3 9\n", &["--format", "dimacs"]), "3");
}

#[test]
fn the_plan_can_be_shown_and_weights_are_seen() {
    let arguments = ["stats", &bundled("karate.tsv"), "--explain", "--weighted", "--undirected"];
    let run = succeed(arguments);
    assert!(run.stderr.contains("graph statistics [execution: one pass per index]"));
    assert!(run.stderr.contains("rows: both ends, symmetric"), "{}", run.stderr);
    assert!(run.stderr.contains("one pass in "), "{}", run.stderr);
    assert_eq!(fact(&run.rows(), "sum of weights"), "231");
}
