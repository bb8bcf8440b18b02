//! What the algorithms on triangles and neighbourhoods share: the simple graph under a graph.

use quince_core::index::{DistinctRows, EntryValue, Oriented, triples_in_place};
use quince_core::memory::SharedSlice;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphSize, IndexedGraph, Result};

/// The indexes that show a vertex's neighbours whichever way edges go.
pub(crate) fn directions<E: EntryValue>(graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
    if graph.is_directed() {
        vec![EdgeDirection::Out, EdgeDirection::In]
    } else {
        vec![EdgeDirection::Any]
    }
}

/// The distinct neighbours of each vertex, whichever way edges go, without itself.
pub(crate) fn distinct_neighbors<E: EntryValue>(
    graph: &IndexedGraph<E>,
) -> Result<DistinctRows<E>> {
    if graph.is_directed() {
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        return Ok(DistinctRows::both_ways(out, into));
    }
    Ok(DistinctRows::symmetric(graph.environment(), graph.index(EdgeDirection::Any)?)?)
}

/// Each pair of neighbours once.
pub(crate) fn oriented<E: EntryValue>(graph: &IndexedGraph<E>) -> Result<Oriented> {
    Ok(Oriented::new(graph.environment(), &distinct_neighbors(graph)?)?)
}

/// The bytes of [`oriented`]: 4 an edge (5 if directed) and between 12 and 20 a vertex.
pub(crate) fn oriented_bytes(size: &GraphSize) -> u64 {
    (4 + u64::from(size.directed)) * size.num_edges + 14 * size.num_vertices
}

/// Whether triangles are found in the rows of the graph as they are.
pub(crate) fn is_in_place(size: &GraphSize) -> bool {
    !size.directed && triples_in_place(size.num_vertices, size.num_entries())
}

/// The plan of an algorithm over triangles that may be found [in place](is_in_place).
pub(crate) fn triangle_in_place_plan<E: EntryValue>(
    name: &str,
    graph: &IndexedGraph<E>,
) -> PlanNode {
    if !is_in_place(&graph.size()) {
        return triangle_plan(name, graph);
    }
    PlanNode::new(name)
        .property("execution", "intersect rows as they are: they are short on average")
        .input(graph.index_plan(EdgeDirection::Any))
}

/// The plan of an algorithm over triangles.
pub(crate) fn triangle_plan<E: EntryValue>(name: &str, graph: &IndexedGraph<E>) -> PlanNode {
    let input = PlanNode::new("orientation")
        .property("edges", "each once, without direction, self-loops and duplicates")
        .property("order", "as numbered if that is by degree or degrees are even, else by degree");
    let input =
        directions(graph).into_iter().fold(input, |plan, side| plan.input(graph.index_plan(side)));
    PlanNode::new(name)
        .property("execution", "intersect the rows of neighbours, one of them as a bitmap")
        .input(input)
}

/// The plan of an algorithm that looks at the neighbours of each vertex once.
pub(crate) fn one_pass_plan<E: EntryValue>(name: &str, graph: &IndexedGraph<E>) -> PlanNode {
    let plan = PlanNode::new(name)
        .property("execution", "one pass over distinct neighbours, without self-loops");
    directions(graph).into_iter().fold(plan, |plan, side| plan.input(graph.index_plan(side)))
}

/// The pairs among `count` things.
pub(crate) fn pairs_of(count: u64) -> u128 {
    let count = u128::from(count);
    count * count.saturating_sub(1) / 2
}

/// Adds to a sum that many workers add to.
#[inline]
pub(crate) fn add(sums: SharedSlice<'_, u64>, at: usize, amount: u64) {
    let mut seen = sums.load(at);
    while let Err(now) = sums.compare_exchange(at, seen, seen + amount) {
        seen = now;
    }
}

#[cfg(test)]
pub(crate) mod testing;
