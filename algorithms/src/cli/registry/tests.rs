//! Every algorithm that is registered is held to its estimate.

use quince_gelly::{Error, Result};

use super::ALGORITHMS;
use crate::command::Command;
use crate::test_support::{Measured, Raw, large, measure as measured};

/// Runs an algorithm with the arguments of its command on the graph, on a number of threads.
pub(super) type Measure = fn(&[String], &Raw, usize) -> Result<Measured>;

pub(super) fn measure<C: Command>(
    arguments: &[String],
    raw: &Raw,
    threads: usize,
) -> Result<Measured> {
    let words = std::iter::once(C::NAME.to_owned()).chain(arguments.iter().cloned());
    let matches = C::augment_args(clap::Command::new(C::NAME)).get_matches_from(words);
    let algorithm = C::from_arg_matches(&matches).expect("the arguments are right");
    measured(&raw.alone(threads), &algorithm)
}

/// What an algorithm does not run without, or not in the time of a test.
fn arguments(name: &str, raw: &Raw) -> Vec<String> {
    let arguments: &[&str] = match name {
        "betweenness" => &["--samples", "2"],
        "closeness" | "harmonic-centrality" => &["--samples", "70"],
        "breadth-first-search" | "personalized-page-rank" | "single-source-shortest-paths" => {
            &["--source", "0"]
        }
        "hits" => &["--iterations", "3"],
        "incremental-single-source-shortest-paths" => {
            &["--source", "0", "--removed", "0", "1", "--distances"]
        }
        "modularity" => &["--communities"],
        _ => &[],
    };
    let mut arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    match name {
        "modularity" => arguments.push(file(name, raw, |id| format!("{id}\t{}\n", id / 100))),
        "incremental-single-source-shortest-paths" => {
            arguments.push(file(name, raw, |id| format!("{id},{id}\n")));
        }
        _ => {}
    }
    arguments
}

/// The path of a file with a line for each vertex of a graph.
fn file(name: &str, raw: &Raw, line: impl Fn(i64) -> String) -> String {
    let lines: String = raw.ids().into_iter().map(line).collect();
    let name = format!("quince-{}-{name}-{}", std::process::id(), raw.edges.len());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, lines).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// The graph in the form that an algorithm takes: as it is, without directions, or without cycles.
fn measure_on(name: &str, raw: &Raw, run: impl Fn(&Raw) -> Result<Measured>) -> Measured {
    match run(raw) {
        Err(Error::Directed { .. } | Error::NeedsUndirected { .. }) => {
            run(&Raw { directed: false, ..raw.clone() })
        }
        Err(Error::NeedsDirected { .. } | Error::Cycle { .. }) => run(&without_cycles(raw)),
        result => result,
    }
    .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn without_cycles(raw: &Raw) -> Raw {
    let forwards = |&(u, v, weight): &(i64, i64, f64)| (u.min(v), u.max(v), weight);
    let edges = raw.edges.iter().filter(|edge| edge.0 != edge.1).map(forwards).collect();
    Raw { directed: true, edges, isolated: raw.isolated.clone() }
}

#[test]
fn every_estimate_is_within_a_fifth_of_the_peak() {
    let mut wrong = Vec::new();
    for (raw, threads) in large().iter().zip([2, 1, 2]) {
        for entry in ALGORITHMS {
            let arguments = arguments(entry.name, raw);
            let run = |raw: &Raw| (entry.measure)(&arguments, raw, threads);
            let measured = measure_on(entry.name, raw, run);
            if !measured.is_close() {
                wrong.push(format!("{} on {threads} threads: {measured:?}", entry.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
