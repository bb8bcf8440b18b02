//! `quince graphalytics`, end to end.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "only tests call these")]

mod support;

use support::{Folder, Run, run, succeed};

fn fail(arguments: [&str; 2]) -> String {
    let Run { code, stderr, .. } = run(arguments);
    assert_eq!(code, Some(1), "{stderr}");
    stderr
}

/// A graph of three edges and a vertex without any, with what each of the six must give.
fn write_graph(folder: &Folder) -> String {
    let properties = "\
# A triangle of one way, and a vertex aside.
graph.small.vertex-file = small.v
graph.small.edge-file = small.e
graph.small.directed = true
graph.small.edge-properties.names = weight
graph.small.algorithms = bfs, cdlp, lcc, pr, sssp, wcc
graph.small.bfs.source-vertex = 1
graph.small.cdlp.max-iterations = 1
graph.small.pr.damping-factor = 0.85
graph.small.pr.num-iterations = 1
graph.small.sssp.source-vertex = 1
";
    let files = [
        ("small.properties", properties),
        ("small.v", "1\n2\n3\n4\n"),
        ("small.e", "1 2 0.5\n2 3 0.25\n1 3 1\n"),
        ("small-BFS", "1 0\n2 1\n3 1\n4 9223372036854775807\n"),
        ("small-CDLP", "1 2\n2 1\n3 1\n4 4\n"),
        ("small-LCC", "1 0.5\n2 0.5\n3 0.5\n4 0\n"),
        ("small-PR", "1 0.14375\n2 0.25\n3 0.4625\n4 0.14375\n"),
        ("small-SSSP", "1 0\n2 0.5\n3 0.75\n4 infinity\n"),
        ("small-WCC", "1 7\n2 7\n3 7\n4 8\n"),
    ];
    for (name, text) in files {
        folder.write(name, text);
    }
    folder.file("small.properties")
}

#[test]
fn all_six_run_and_agree() {
    let folder = Folder::new();
    let properties = write_graph(&folder);
    let report = folder.file("report.json");
    let told = succeed(["graphalytics", &properties, "--repetitions", "3", "--report", &report]);
    let lines: Vec<Vec<&str>> =
        told.stdout.lines().map(|line| line.split('\t').collect()).collect();
    let named: Vec<_> = lines.iter().map(|line| (line[0], line[3], line[4])).collect();
    let all = "4 vertices agree";
    assert_eq!(
        named,
        [
            ("bfs", "exact", all),
            ("cdlp", "exact", all),
            ("lcc", "epsilon", all),
            ("pr", "epsilon", all),
            ("sssp", "epsilon", all),
            ("wcc", "equivalence", all),
        ]
    );
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!((report["vertices"].as_u64(), report["edges"].as_u64()), (Some(4), Some(3)));
    let pr = &report["algorithms"][3];
    assert_eq!(pr["parameters"]["num-iterations"], "1");
    assert_eq!(pr["processing_seconds"].as_array().unwrap().len(), 3);
    assert_eq!(pr["validation"]["wrong"], 0);
}

#[test]
fn a_wrong_result_is_told_and_is_an_error() {
    let folder = Folder::new();
    let properties = write_graph(&folder);
    folder.write("small-BFS", "1 0\n2 1\n3 2\n4 9223372036854775807\n");
    let told = run(["graphalytics", &properties, "--algorithms", "bfs,wcc"]);
    assert_eq!(told.code, Some(1));
    assert!(
        told.stdout.contains("WRONG: 1 of 4; vertex 3: expected 2, found 1"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("wcc"), "the others run all the same");
    assert!(told.stderr.contains("not the reference output: bfs"), "{}", told.stderr);
}

#[test]
fn what_is_wrong_with_properties_is_said() {
    let folder = Folder::new();
    let properties = write_graph(&folder);
    let text = std::fs::read_to_string(&properties).unwrap();
    let with = |from: &str, to: &str| {
        std::fs::write(&properties, text.replace(from, to)).unwrap();
        fail(["graphalytics", &properties])
    };
    let said = with("pr, sssp", "pagerank");
    assert!(said.contains("graph.small.algorithms is \"bfs, cdlp, lcc, pagerank, wcc\""), "{said}");
    let said = with("bfs.source-vertex = 1", "bfs.source-vertex = one");
    assert!(said.contains("bfs.source-vertex is \"one\"; it must be the number"), "{said}");
    let said = with("graph.small.directed = true", "directed");
    assert!(said.contains(":4: expected KEY = VALUE, found \"directed\""), "{said}");
    let said = with("small.e\n", "other.e\n");
    assert!(said.contains("other.e: no such file"), "{said}");
    let said = fail(["graphalytics", "nowhere.properties"]);
    assert!(said.contains("nowhere.properties: cannot be read"), "{said}");
}
