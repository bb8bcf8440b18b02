//! The graphs of the benchmarks, made from seeds.
//!
//! `QUINCE_BENCH_SCALE` sets the binary logarithm of the number of vertices (18 by default),
//! `QUINCE_BENCH_THREADS` the number of threads (one per processor by default).

use quince_core::columnar::{Batch, Column, Schema};
use quince_core::pipeline::{BatchSource, Source};
use quince_core::{Environment, executor};
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

/// The batches of a source of edges with a weight from 1 to 255 in a third column, the same both
/// ways.
#[allow(dead_code, reason = "not every benchmark has weights")]
pub(crate) fn weighted(env: &Environment, source: &dyn Source) -> BatchSource {
    let batches = executor::collect(env, source, &[]).expect("edges");
    let weigh = |batch: Batch| {
        let (from, to) = (numbers(&batch.columns()[0]), numbers(&batch.columns()[1]));
        let weights: Vec<f64> = from.iter().zip(&to).map(|(&from, &to)| weight(from, to)).collect();
        let columns = vec![
            Column::Int64(from.into()),
            Column::Int64(to.into()),
            Column::Float64(weights.into()),
        ];
        Batch::new(Schema::new(["source", "target", "weight"]), columns)
    };
    BatchSource::new("weighted edges", batches.into_iter().map(weigh).collect())
}

fn numbers(column: &Column) -> Vec<i64> {
    match column {
        Column::Int64(ids) => ids.to_vec(),
        Column::UInt32(ids) => ids.iter().map(|&id| id.into()).collect(),
        Column::UInt64(ids) => ids.iter().map(|&id| id as i64).collect(),
        other => panic!("ids of type {:?}", other.column_type()),
    }
}

fn weight(from: i64, to: i64) -> f64 {
    let ends = (from.min(to) as u64) << 32 | from.max(to) as u64;
    let mixed = (ends ^ SEED).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 40) % 255 + 1) as f64
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
