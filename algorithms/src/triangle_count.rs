//! Triangle count: how many threes of vertices are all neighbours of each other.
//!
//! Neighbours are vertices with an edge between them, whichever way it goes. Directions, weights,
//! self-loops and parallel edges make no difference: the triangles are those of the simple
//! undirected graph under the graph.
//!
//! - **Iteration**: none. Each edge is turned from the vertex of lower degree to that of higher;
//!   for each vertex, the rows of its neighbours are intersected with its own. Rows of an undirected
//!   graph that are short on average are intersected as they are.
//! - **Cost**: O(edges^1.5) time at worst; 4 bytes an edge (5 if directed), 12 to 20 bytes a vertex,
//!   and 12 bytes for 64 vertices for each thread; nothing where rows serve as they are.
//! - **Deterministic**: a count.
//! - **Source**: Schank, Wagner: *Finding, Counting and Listing All Triangles in Large Graphs*, 2005.
//!   GAP's kernel TC; Gelly's former `library.TriangleCount`.

use std::io::{self, Write};

use quince_core::index::{EntryValue, count_triples};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};
use serde::Serialize;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{
    directions, is_in_place, oriented, oriented_bytes, triangle_in_place_plan,
};
use crate::outcome::Outcome;

/// Triangle count.
///
/// ```
/// use quince_algorithms::TriangleCount;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // 1 2 3 and 2 3 4; the edge between 4 and 5 closes nothing.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (2, 4), (4, 3), (3, 4), (4, 5), (5, 5)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// assert_eq!(graph.run(TriangleCount::default())?.num_triangles, 2);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct TriangleCount {}

/// The number of triangles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct TriangleCountResult {
    /// Triangles; each counts once.
    pub num_triangles: u64,
}

#[cfg(feature = "cli")]
impl Command for TriangleCount {
    type Result = TriangleCountResult;

    const NAME: &'static str = "triangle-count";

    const ABOUT: &'static str = "\
Count the triangles: threes of vertices that are all neighbours

Directions, weights, self-loops and parallel edges make no difference.

Prints the number of triangles; each counts once.";

    const EXAMPLES: &'static str = "\
  quince triangle-count datasets/graphs/karate.tsv

  With the plan and figures of the run:
    quince triangle-count datasets/graphs/p2p-31.e.gz --explain --report run.json";
}

impl<E: EntryValue> GraphAlgorithm<E> for TriangleCount {
    type Output = TriangleCountResult;

    fn name(&self) -> &'static str {
        "TriangleCount"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(triangle_in_place_plan("triangle count", graph))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        if is_in_place(size) { 0 } else { oriented_bytes(size) }
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<TriangleCountResult> {
        let env = graph.environment();
        let num_triangles = if graph.is_directed() {
            oriented(graph)?.count_triples(env)?
        } else {
            count_triples(env, &graph.index(EdgeDirection::Any)?)?
        };
        Ok(TriangleCountResult { num_triangles })
    }
}

impl Outcome for TriangleCountResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::json!({ "triangles": self.num_triangles }))
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "triangles\t{}", self.num_triangles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{complete, empty, sketches, star};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn triangles_are_those_of_the_simple_graph(sketch in sketches()) {
            let result = sketch.everywhere(|graph| graph.run(TriangleCount::default()).unwrap());
            prop_assert_eq!(result.num_triangles, sketch.triangles().len() as u64);
        }
    }

    #[test]
    fn known_graphs() {
        let count = |sketch: crate::neighborhood::testing::Sketch| {
            sketch.everywhere(|graph| graph.run(TriangleCount::default()).unwrap()).num_triangles
        };
        assert_eq!(count(complete(47, true)), 16215);
        assert_eq!(count(complete(47, false)), 16215);
        assert_eq!((count(star(29)), count(empty(3, true)), count(empty(0, false))), (0, 0, 0));
    }
}
