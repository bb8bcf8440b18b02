//! The graphs of the benchmarks, made from seeds.
//!
//! `QUINCE_BENCH_SCALE` sets the binary logarithm of the number of vertices (18 by default),
//! `QUINCE_BENCH_THREADS` the number of threads (one per processor by default).

use quince_core::Environment;
use quince_core::pipeline::Source;
use quince_datasets::generators::{RMatGraph, Uniform};

/// Edges per vertex, before self-loops and duplicates are dropped.
const EDGE_FACTOR: u64 = 16;

const SEED: u64 = 27;

/// Skewed degrees and uniform ones, with their names.
pub(crate) fn sources() -> Vec<(String, Box<dyn Source>)> {
    let scale = number("QUINCE_BENCH_SCALE").unwrap_or(18);
    let (vertices, edges) = (1 << scale, EDGE_FACTOR << scale);
    let kronecker = RMatGraph::new(scale as u32).edge_factor(EDGE_FACTOR).seed(SEED);
    vec![
        (format!("kronecker-{scale}"), Box::new(kronecker)),
        (format!("uniform-{scale}"), Box::new(Uniform::new(vertices, edges).seed(SEED))),
    ]
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
