//! The bundled graphs against their known answers. Needs nothing beside the clone.
#![allow(clippy::unwrap_used, reason = "only tests call these")]

#[path = "conformance/answers.rs"]
mod answers;

use std::path::PathBuf;

use answers::{Answers, Outcome, text};
use quince::prelude::*;
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("datasets/graphs")
}

fn known() -> Vec<Answers> {
    let json = std::fs::read_to_string(folder().join("golden.json")).unwrap();
    let Value::Object(graphs) = serde_json::from_str(&json).unwrap() else {
        panic!("golden.json is an object of graphs");
    };
    graphs.into_iter().map(|(name, known)| Answers { name, known }).collect()
}

/// The graph that the answers are about; its vertex list is read if it has one.
fn load(
    answers: &Answers,
    threads: usize,
    order: VertexOrder,
    duplicates: Duplicates,
) -> IndexedGraph {
    let env = Environment::builder().threads(threads).build().unwrap();
    let file = text(&answers.known["file"]);
    let edges = EdgeList::open(folder().join(&file)).unwrap();
    let vertices = file.ends_with(".e.gz").then(|| {
        let list = folder().join(file.replace(".e.gz", ".v.gz"));
        VertexList::open(list).unwrap().ids(edges.id_type().unwrap())
    });
    let mut builder = IndexedGraph::builder(&env)
        .directed(answers.is_directed())
        .duplicates(duplicates)
        .order(order);
    if let Some(vertices) = &vertices {
        builder = builder.vertices(vertices);
    }
    builder.build(&edges).unwrap()
}

#[test]
fn counts_are_the_known_ones() {
    for answers in known() {
        let graph = load(&answers, 2, VertexOrder::Auto, Duplicates::Keep);
        assert_eq!(graph.num_vertices(), answers.count("/vertices"), "{}", answers.name);
        assert_eq!(graph.num_edges(), answers.count("/edge_records"), "{}", answers.name);
    }
}

#[test]
fn components_and_ranks_are_the_known_ones_and_the_same_bits_at_any_number_of_threads() {
    for answers in known() {
        let [ascending, hub_first] = [VertexOrder::Ascending, VertexOrder::HubFirst].map(|order| {
            let run = |threads| Outcome::of(&load(&answers, threads, order, Duplicates::Drop));
            let outcome = run(1);
            answers.check(&outcome);
            for threads in [2, 8] {
                let name = &answers.name;
                assert!(run(threads) == outcome, "{name}: other bits at {threads} threads");
            }
            outcome
        });
        ascending.check_other_order(&hub_first, &answers.name);
    }
}

#[test]
fn every_bundled_graph_has_known_answers() {
    let known: Vec<String> = known().iter().map(|answers| text(&answers.known["file"])).collect();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file.ends_with(".tsv") || file.ends_with(".e.gz") {
            assert!(known.contains(&file), "{file} is not in golden.json");
        }
    }
}
