//! `quince connected-components` end to end.
#![cfg(feature = "cli")]

mod support;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use support::{Folder, bundled, golden, golden_arguments, succeed};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all text");
        text
    })
}

/// The rows of a TSV result as golden.json hashes them: a space between, no header.
fn golden_form(tsv: &str) -> String {
    let rows = tsv.split_once('\n').expect("a header").1;
    rows.replace('\t', " ")
}

#[test]
fn components_of_every_bundled_graph_are_golden_in_either_execution() {
    let folder = Folder::new();
    let (output, report) = (folder.file("components.tsv"), folder.file("report.json"));
    for (name, facts) in golden() {
        for execution in [&[][..], &["--no-rewrite"]] {
            let mut arguments: Vec<String> = vec!["connected-components".to_owned()];
            arguments.extend(golden_arguments(&facts));
            arguments.extend(["--output", &output, "--report", &report].map(str::to_owned));
            arguments.extend(execution.iter().map(|&option| option.to_owned()));
            succeed(&arguments);
            let text = golden_form(&folder.read_text("components.tsv"));
            let expected = facts["wcc"]["sha256_min_member"].as_str().unwrap();
            assert_eq!(sha256(text.as_bytes()), expected, "{name} {execution:?}");
            let report = folder.json("report.json");
            assert_eq!(report["result"]["components"], facts["wcc"]["count"], "{name}");
            assert_eq!(report["input"]["vertices"], facts["vertices"], "{name}");
            assert_eq!(report["input"]["edges"], facts["edge_records"], "{name}");
        }
    }
}

#[test]
fn the_largest_components_are_printed_with_their_sizes() {
    let p2p = bundled("p2p-31.e.gz");
    let run = succeed(["connected-components", &p2p]);
    let rows = run.rows();
    assert_eq!((rows.len(), rows[0].as_slice()), (10, &["1", "62561"][..]));
    let sizes: Vec<u64> = rows.iter().map(|row| row[1].parse().unwrap()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    let all = succeed(["connected-components", &p2p, "--top", "99"]);
    let sizes: Vec<u64> = all.rows().iter().map(|row| row[1].parse().unwrap()).collect();
    assert_eq!((sizes.len(), sizes.iter().sum::<u64>()), (12, 62586));
}

#[test]
fn directions_make_no_difference() {
    let painters = bundled("painters.tsv");
    let directed = succeed(["connected-components", &painters, "--directed"]);
    let undirected = succeed(["connected-components", &painters, "--undirected"]);
    assert_eq!(directed.stdout, undirected.stdout);
    assert_eq!(directed.stdout, "Claude Monet\t14\n");
}

#[test]
fn components_are_named_by_their_smallest_id() {
    let folder = Folder::new();
    folder.write("edges.tsv", "30\t-7\n-7\t12\n5\t5\n");
    let (edges, output) = (folder.file("edges.tsv"), folder.file("out.csv"));
    let run = succeed(["connected-components", &edges, "--output", &output, "--top", "9"]);
    assert_eq!(run.stdout, "-7\t3\n5\t1\n");
    assert_eq!(folder.read_text("out.csv"), "vertex,component\n-7,-7\n5,5\n12,-7\n30,-7\n");
    // As texts, "-7" < "12" < "30" < "5" by bytes.
    succeed(["connected-components", &edges, "--ids", "string", "--output", &output]);
    assert_eq!(folder.read_text("out.csv"), "vertex,component\n-7,-7\n12,-7\n30,-7\n5,5\n");
}

#[test]
fn a_limit_stops_it_before_the_fixpoint() {
    let folder = Folder::new();
    let path: String = (0..50).map(|v| format!("{v}\t{}\n", v + 1)).collect();
    folder.write("path.tsv", path);
    let (edges, report) = (folder.file("path.tsv"), folder.file("report.json"));
    let arguments = ["connected-components", &edges, "--iterations", "2", "--report", &report];
    let run = succeed(arguments);
    assert!(run.stderr.contains("2 supersteps") && run.stderr.contains("limit reached"));
    let result = folder.json("report.json")["result"].clone();
    assert_eq!(result["iterations"], 2);
    assert_eq!(result["stopped"], "maximum_supersteps");
    // The smallest id has come two steps far: to itself, 1 and 2.
    assert_eq!(result["largest"], 3);
    assert_eq!(succeed(["connected-components", &edges]).stdout, "0\t51\n");
}

#[test]
fn explain_names_the_rewrite_and_its_reason() {
    let karate = bundled("karate.tsv");
    let taken = succeed(["connected-components", &karate, "--explain"]).stderr;
    assert!(taken.contains("delta iteration ConnectedComponents"), "{taken}");
    assert!(taken.contains("\n   rewrite component fold: min is a semilattice"), "{taken}");
    let plain = succeed(["connected-components", &karate, "--explain", "--no-rewrite"]).stderr;
    assert!(plain.contains("no rewrite component fold: "), "{plain}");
    assert!(plain.contains("pull while many keys are active, push while few are"), "{plain}");
    assert!(plain.contains("rows: source") && plain.contains("rows: target"), "{plain}");
}
