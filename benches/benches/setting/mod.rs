//! What all benchmarks share: graphs by name, and how large and on how many threads they run.
//!
//! `QUINCE_BENCH_SCALE` sets the binary logarithm of the number of vertices (18 by default),
//! `QUINCE_BENCH_THREADS` the number of threads (one per processor by default).

use quince_benches::graphs::NamedGraph;
use quince_core::Environment;
use quince_core::pipeline::Source;
use quince_gelly::{Duplicates, IndexedGraph, SelfLoops};

/// The binary logarithm of the number of vertices.
pub(crate) fn scale() -> u32 {
    number("QUINCE_BENCH_SCALE").unwrap_or(18) as u32
}

/// Skewed degrees and even ones, with their names.
#[allow(dead_code, reason = "not every benchmark runs on graphs")]
pub(crate) fn sources(env: &Environment) -> Vec<(String, Box<dyn Source>)> {
    [NamedGraph::Kronecker, NamedGraph::Uniform].map(|graph| source(env, graph)).into()
}

/// A graph with its name and size.
#[allow(dead_code, reason = "not every benchmark runs on graphs")]
pub(crate) fn source(env: &Environment, graph: NamedGraph) -> (String, Box<dyn Source>) {
    let recipe = graph.recipe(scale());
    (recipe.name.clone(), recipe.source(env).expect("edges"))
}

/// A graph of these edges, undirected, without self-loops and parallel edges.
#[allow(dead_code, reason = "not every benchmark runs on graphs")]
pub(crate) fn simple_graph(env: &Environment, edges: &dyn Source) -> IndexedGraph {
    IndexedGraph::builder(env)
        .directed(false)
        .self_loops(SelfLoops::Drop)
        .duplicates(Duplicates::Drop)
        .build(edges)
        .expect("a graph")
}

/// What all benchmarks run with.
pub(crate) fn environment() -> Environment {
    let builder = Environment::builder();
    let builder = match number("QUINCE_BENCH_THREADS") {
        Some(threads) => builder.threads(threads as usize),
        None => builder,
    };
    builder.build().expect("an environment")
}

/// The number in an environment variable, if it is set.
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no whole number")))
}
