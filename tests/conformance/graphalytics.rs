//! LDBC Graphalytics validation cases, and p2p-31 with the outputs of libgrape-lite.
//!
//! Graphalytics compares components as partitions, whatever they are called, and ranks by
//! `|expected - actual| <= 0.0001 * expected`.

use std::collections::HashMap;
use std::ffi::OsString;

use quince::prelude::*;

use crate::case::rows;
use crate::{data, plain_reader, quince_prints};

/// Relative.
const EPSILON: f64 = 1e-4;

/// The files of a graph as Graphalytics names them, and what its properties say.
struct Dataset {
    vertices: String,
    edges: String,
    /// The expected output of an algorithm, less the algorithm's name.
    expected: String,
    directed: bool,
    damping: &'static str,
    iterations: u64,
}

impl Dataset {
    /// The files by name, not as the properties say: those of test-wcc-directed give the vertex
    /// file as edge file too.
    fn of(name: &str) -> Self {
        let properties = Properties::of(name);
        assert!(properties.get("pr.damping-factor").is_none_or(|damping| damping == "0.85"));
        Self {
            vertices: format!("graphalytics/{name}.v"),
            edges: format!("graphalytics/{name}.e"),
            expected: format!("graphalytics/{name}-"),
            directed: properties.get("directed").unwrap() == "true",
            damping: "0.85",
            iterations: properties.get("pr.num-iterations").map_or(0, |n| n.parse().unwrap()),
        }
    }

    /// Read as undirected, 10 iterations of PageRank.
    fn p2p_31() -> Self {
        Self {
            vertices: "p2p-31/p2p-31.v.gz".to_owned(),
            edges: "p2p-31/p2p-31.e.gz".to_owned(),
            expected: "p2p-31/p2p-31-".to_owned(),
            directed: false,
            damping: "0.85",
            iterations: 10,
        }
    }

    fn graph(&self) -> Graph {
        let env = Environment::builder().threads(2).build().unwrap();
        let vertices = VertexList::open(data(&self.vertices)).unwrap();
        let builder = Graph::builder(&env).directed(self.directed).vertices(&vertices);
        builder.build(&EdgeList::open(data(&self.edges)).unwrap()).unwrap()
    }

    /// The rows that a command writes.
    fn command(&self, command: &str, value: &str, options: &[&str]) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("result.csv");
        let mut arguments: Vec<OsString> = vec![command.into(), data(&self.edges).into()];
        arguments.extend(["--vertices".into(), data(&self.vertices).into()]);
        arguments.push(if self.directed { "--directed" } else { "--undirected" }.into());
        arguments.extend(options.iter().map(OsString::from));
        arguments.extend(["--output".into(), output.clone().into()]);
        quince_prints(arguments);
        rows(&std::fs::read(output).unwrap(), &format!("vertex,{value}"))
    }

    fn expected(&self, algorithm: &str) -> Vec<(String, String)> {
        let file = format!("{}{algorithm}{}", self.expected, gz(&self.edges));
        let text = plain_reader::text(&file);
        let row = |line: &str| {
            let (id, value) = line.split_once(' ').unwrap();
            (id.to_owned(), value.trim().to_owned())
        };
        text.lines().map(row).collect()
    }

    fn check_ranks(&self) {
        let iterations = self.iterations.to_string();
        let options = ["--damping", self.damping, "--iterations", &iterations];
        let by_command = self.command("page-rank", "rank", &options);
        let algorithm =
            PageRank::default().damping(self.damping.parse().unwrap()).iterations(self.iterations);
        let by_library = self.graph().run(algorithm).unwrap();
        let expected = self.expected("PR");
        assert_eq!(by_command.len(), expected.len());
        for ((id, expected), (command_id, command_rank)) in expected.iter().zip(&by_command) {
            assert_eq!(id, command_id, "the vertices are the same");
            let expected: f64 = expected.parse().unwrap();
            let command_rank: f64 = command_rank.parse().unwrap();
            assert_eq!(by_library.rank(id.parse::<i64>().unwrap()), Some(command_rank));
            let off = (expected - command_rank).abs();
            assert!(off <= EPSILON * expected, "{}: {id} {command_rank}", self.edges);
        }
    }

    fn check_components(&self) {
        let by_command = self.command("connected-components", "component", &[]);
        let by_library = self.graph().run(ConnectedComponents::default()).unwrap();
        let by_library: Vec<(String, String)> = by_library
            .iter()
            .map(|(id, component)| (id.to_string(), component.to_string()))
            .collect();
        assert_eq!(by_command, by_library);
        assert_same_partition(&self.expected("WCC"), &by_command);
    }
}

/// `.gz` if the file is compressed.
fn gz(file: &str) -> &'static str {
    if file.ends_with(".gz") { ".gz" } else { "" }
}

/// Fails unless there is one name here for each name there.
fn assert_same_partition(expected: &[(String, String)], actual: &[(String, String)]) {
    assert_eq!(expected.len(), actual.len());
    let (mut there, mut here) = (HashMap::new(), HashMap::new());
    for ((id, expected), (actual_id, actual)) in expected.iter().zip(actual) {
        assert_eq!(id, actual_id, "the vertices are the same");
        assert_eq!(there.entry(expected).or_insert(actual), &actual, "{id}");
        assert_eq!(here.entry(actual).or_insert(expected), &expected, "{id}");
    }
}

/// The lines `graph.NAME.KEY = VALUE` of a properties file, by key.
struct Properties(HashMap<String, String>);

impl Properties {
    fn of(name: &str) -> Self {
        let text = plain_reader::text(&format!("graphalytics/{name}.properties"));
        let prefix = format!("graph.{name}.");
        let entry = |line: &str| {
            let (key, value) = line.strip_prefix(&prefix)?.split_once('=')?;
            Some((key.trim().to_owned(), value.trim().to_owned()))
        };
        Self(text.lines().filter_map(entry).collect())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

const NAMES: &[&str] = &[
    "example-directed",
    "example-undirected",
    "test-bfs-directed",
    "test-cdlp-directed",
    "test-lcc-directed",
    "test-pr-directed",
    "test-sssp-directed",
    "test-wcc-directed",
];

#[test]
fn every_case_loads_with_its_counts() {
    for name in NAMES {
        let properties = Properties::of(name);
        let count = |key| properties.get(key).unwrap().parse::<u64>().unwrap();
        let graph = Dataset::of(name).graph();
        assert_eq!(graph.num_vertices().unwrap(), count("meta.vertices"), "{name}");
        assert_eq!(graph.num_edges().unwrap(), count("meta.edges"), "{name}");
    }
}

#[test]
fn every_case_of_an_algorithm_that_there_is_agrees() {
    let mut checked = Vec::new();
    for name in NAMES {
        let properties = Properties::of(name);
        for algorithm in properties.get("algorithms").unwrap().split(',').map(str::trim) {
            match algorithm {
                "pr" => Dataset::of(name).check_ranks(),
                "wcc" => Dataset::of(name).check_components(),
                _ => continue,
            }
            checked.push(format!("{name} {algorithm}"));
        }
    }
    assert_eq!(checked.len(), 6, "{checked:?}");
}

#[test]
fn p2p_31_agrees_with_libgrape_lite() {
    Dataset::p2p_31().check_ranks();
    Dataset::p2p_31().check_components();
}

#[test]
fn the_command_runs_and_validates_every_case() {
    let mut checked = 0;
    for name in NAMES {
        let properties = data(&format!("graphalytics/{name}.properties"));
        let told = quince_prints(["graphalytics".into(), properties.into_os_string()]);
        let algorithms = Properties::of(name).get("algorithms").unwrap().split(',').count();
        assert_eq!(told.lines().count(), algorithms, "{name}: {told}");
        checked += algorithms;
    }
    assert_eq!(checked, 18);
}
