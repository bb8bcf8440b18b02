//! Traversals from many sources, 64 at a time.

use quince_core::environment::Environment;
use quince_core::index::EntryValue;
use quince_core::iteration::{IterationReport, MultiTraversal, StepIteration, StepOutcome};
use quince_gelly::{EdgeDirection, GraphSize, IndexedGraph, Result};

/// The bytes that the traversals take.
pub(crate) fn estimate(size: &GraphSize) -> u64 {
    32 * size.num_vertices
}

/// Goes from each of `sources` against the edge directions, so that it comes to a vertex by as many
/// edges as lead from the vertex to the source. Calls `reach(vertex, distance, count)` when `count`
/// sources of a batch are that far from a vertex, distances rising, from 1 on. A superstep is a
/// batch.
pub(crate) fn distances_to<E: EntryValue>(
    graph: &IndexedGraph<E>,
    name: &str,
    sources: &[u32],
    reach: impl Fn(u32, u64, u32) + Send + Sync,
) -> Result<IterationReport> {
    let env: &Environment = graph.environment();
    let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
    let mut traversal = MultiTraversal::new(env, name, &into, &out)?;
    let mut left = sources;
    let iteration = StepIteration::new(name, left.len() as u64);
    Ok(iteration.run(env, |_| {
        let size = left.len().min(MultiTraversal::<E>::MAXIMUM_SOURCES);
        let (batch, rest) = left.split_at(size);
        traversal.visit(batch, &reach)?;
        left = rest;
        Ok(StepOutcome { changes: size as u64, convergence: None, workset: left.len() as u64 })
    })?)
}
