//! Traversals from many sources, 64 at a time.

use quince_core::environment::Environment;
use quince_core::index::EntryValue;
use quince_core::iteration::{
    Direction, IterationReport, MultiTraversal, StepOutcome, StepProgram, run_steps,
};
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
    let traversal = MultiTraversal::new(env, name, &into, &out)?;
    let mut batches = Batches { traversal, sources, reach };
    Ok(run_steps(env, name, None, &mut batches)?)
}

struct Batches<'a, E: EntryValue, R> {
    traversal: MultiTraversal<'a, E>,
    /// Those that are left.
    sources: &'a [u32],
    reach: R,
}

impl<E: EntryValue, R: Fn(u32, u64, u32) + Send + Sync> StepProgram for Batches<'_, E, R> {
    fn workset(&self) -> u64 {
        self.sources.len() as u64
    }

    fn step(&mut self, _step: u64) -> quince_core::Result<StepOutcome> {
        let size = self.sources.len().min(MultiTraversal::<E>::MAXIMUM_SOURCES);
        let (batch, rest) = self.sources.split_at(size);
        self.traversal.visit(batch, &self.reach)?;
        self.sources = rest;
        Ok(StepOutcome { changes: size as u64, direction: Direction::Pull })
    }
}
