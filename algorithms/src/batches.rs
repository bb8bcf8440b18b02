//! Traversals from many sources, 64 at a time.

use quince_core::environment::Environment;
use quince_core::index::EntryValue;
use quince_core::iteration::{IterationReport, MultiTraversal, StepIteration, StepOutcome};
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphSize, IndexedGraph, Result};

use crate::sources::Sources;

/// The bytes that the traversals take, with the list of sources.
pub(crate) fn estimate(sources: &Sources, size: &GraphSize) -> u64 {
    32 * size.num_vertices + sources.estimate(size)
}

/// The plan of an algorithm that is made of them.
pub(crate) fn plan<E: EntryValue>(
    graph: &IndexedGraph<E>,
    algorithm: &'static str,
    sources: &Sources,
    solution: &str,
) -> Result<PlanNode> {
    Ok(PlanNode::new(format!("iteration {algorithm}"))
        .property("superstep", "64 sources")
        .property("sources", sources.describe(graph, algorithm)?)
        .property("nested", "traversals against the edge directions, a bit of a word for each")
        .property("solution", solution)
        .input(graph.index_plan(EdgeDirection::Out))
        .input(graph.index_plan(EdgeDirection::In)))
}

/// Calls `set(vertex, score, others)` for every vertex, with the number of sources other than
/// itself. Sorts the sources.
pub(crate) fn set_scores(
    scores: &mut [f64],
    sources: &mut [u32],
    set: impl Fn(usize, &mut f64, u64),
) {
    sources.sort_unstable();
    for (vertex, score) in scores.iter_mut().enumerate() {
        let is_source = sources.binary_search(&(vertex as u32)).is_ok();
        set(vertex, score, sources.len() as u64 - u64::from(is_source));
    }
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
