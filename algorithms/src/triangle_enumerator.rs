//! Triangle enumerator: every triangle once, its vertices ascending by id.
//!
//! Directions, weights, self-loops and parallel edges make no difference. Gelly's enumerator wants
//! ids in its own arbitrary order within a triangle and an undirected simple graph; this one is
//! [`TriangleListing`] with sorted vertices, whatever the graph.
//!
//! - **Iteration, cost, determinism**: those of the listing.
//! - **Source**: Cohen: *Graph Twiddling in a MapReduce World*, 2009.
//!   Follows Gelly's `library.TriangleEnumerator`.

use quince_core::index::EntryValue;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::triangle_listing::{TriangleListing, TriangleListingResult};

/// The triangle enumerator.
///
/// ```
/// use quince_algorithms::TriangleEnumerator;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (1, 3), (2, 3), (2, 6), (3, 4), (3, 5), (3, 6), (4, 5), (6, 7)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let found = graph.run(TriangleEnumerator::default())?;
/// let mut triangles: Vec<_> = found.first(10)?.iter().map(|found| found.vertices.map(id)).collect();
/// triangles.sort_unstable();
/// assert_eq!(triangles, [[1, 2, 3], [2, 3, 6], [3, 4, 5]]);
/// # fn id(id: VertexId<'_>) -> i64 { if let VertexId::Integer(id) = id { id } else { -1 } }
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct TriangleEnumerator {}

/// What it amounts to.
fn listing() -> TriangleListing {
    TriangleListing::default().sort_triangle_vertices(true)
}

#[cfg(feature = "cli")]
impl Command for TriangleEnumerator {
    type Result = TriangleListingResult;

    const NAME: &'static str = "triangle-enumerator";

    const ABOUT: &'static str = "\
List every triangle once, its vertices ascending by id

Directions, weights, self-loops and parallel edges make no difference.

Prints the first triangles, one `a<TAB>b<TAB>c` line each; --output writes all.";

    const EXAMPLES: &'static str = "\
  quince triangle-enumerator datasets/graphs/karate.tsv --output triangles.csv";
}

impl<E: EntryValue> GraphAlgorithm<E> for TriangleEnumerator {
    type Output = TriangleListingResult;

    fn name(&self) -> &'static str {
        "TriangleEnumerator"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        listing().directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        listing().plan(graph)
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        GraphAlgorithm::<E>::estimate(&listing(), size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<TriangleListingResult> {
        listing().without_bitmask().run(graph)
    }
}
