//! Edge metrics: what it costs to find triangles and rectangles, before they are looked for.
//!
//! Every edge is turned from its end of lower degree (of equal degrees: of smaller id) to that of
//! higher. A vertex with d neighbours, `low` of them along its turned edges, is the corner of
//!
//! ```text
//! triangle triplets  = low (low - 1) / 2
//! rectangle triplets = low (low - 1) / 2 + low (d - low)
//! ```
//!
//! paths of two edges that could be closed. Directions, self-loops and parallel edges make no
//! difference (Gelly wants a simple graph here).
//!
//! - **Iteration**: none; one pass over the indexes.
//! - **Cost**: O(edges) time; 4 bytes a vertex.
//! - **Deterministic**: integers.
//! - **Source**: follows Gelly's `library.metric.directed.EdgeMetrics` and the undirected one.

use std::io::{self, Write};

use quince_core::index::EntryValue;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};
use serde::Serialize;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{directions, distinct_neighbors, one_pass_plan, pairs_of};
use crate::outcome::{Outcome, print_figures};

/// Edge metrics.
///
/// ```
/// use quince_algorithms::EdgeMetrics;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let metrics = graph.run(EdgeMetrics::default())?;
/// assert_eq!((metrics.triangle_triplets, metrics.rectangle_triplets), (2, 6));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct EdgeMetrics {}

/// Paths of two edges that could be closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[must_use]
pub struct EdgeMetricsResult {
    /// To triangles.
    pub triangle_triplets: u64,
    /// To rectangles.
    pub rectangle_triplets: u64,
    /// To triangles, at one vertex at most.
    pub maximum_triangle_triplets: u64,
    /// To rectangles, at one vertex at most.
    pub maximum_rectangle_triplets: u64,
}

#[cfg(feature = "cli")]
impl Command for EdgeMetrics {
    type Result = EdgeMetricsResult;

    const NAME: &'static str = "edge-metrics";

    const ABOUT: &'static str = "\
Count paths of two edges that could be closed to triangles and rectangles

With every edge turned from its end of lower degree to that of higher: what it costs to look for \
them. Directions, self-loops and parallel edges make no difference.

Prints one `figure<TAB>value` line each.";

    const EXAMPLES: &'static str = "  quince edge-metrics datasets/graphs/p2p-31.e.gz";
}

impl EdgeMetricsResult {
    fn of(degree: u64, low: u64) -> Self {
        let triangles = pairs_of(low) as u64;
        let rectangles = triangles + low * (degree - low);
        Self {
            triangle_triplets: triangles,
            rectangle_triplets: rectangles,
            maximum_triangle_triplets: triangles,
            maximum_rectangle_triplets: rectangles,
        }
    }

    fn and(self, other: Self) -> Self {
        let most = |one: u64, other: u64| one.max(other);
        Self {
            triangle_triplets: self.triangle_triplets + other.triangle_triplets,
            rectangle_triplets: self.rectangle_triplets + other.rectangle_triplets,
            maximum_triangle_triplets: most(
                self.maximum_triangle_triplets,
                other.maximum_triangle_triplets,
            ),
            maximum_rectangle_triplets: most(
                self.maximum_rectangle_triplets,
                other.maximum_rectangle_triplets,
            ),
        }
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for EdgeMetrics {
    type Output = EdgeMetricsResult;

    fn name(&self) -> &'static str {
        "EdgeMetrics"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(one_pass_plan("edge metrics", graph))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        4 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<EdgeMetricsResult> {
        let (env, dictionary) = (graph.environment(), graph.dictionary());
        let rows = distinct_neighbors(graph)?;
        let degrees = rows.degrees(env)?;
        let place = |vertex: u32| (degrees[vertex as usize], dictionary.ordinal(vertex));
        let parts = rows.map_chunks(env, "edge metrics", |chunk| {
            let of_row = |row| {
                let (own, mut low) = (place(row), 0);
                rows.for_each(row, |other, _| low += u64::from(place(other) > own));
                EdgeMetricsResult::of(own.0.into(), low)
            };
            Ok(chunk.map(of_row).fold(EdgeMetricsResult::default(), EdgeMetricsResult::and))
        })?;
        Ok(parts.into_iter().fold(EdgeMetricsResult::default(), EdgeMetricsResult::and))
    }
}

impl Outcome for EdgeMetricsResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(self).expect("a struct of numbers"))
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        print_figures(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{empty, fish, sketches};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn figures_are_those_of_the_matrix(sketch in sketches()) {
            let (near, degrees) = (sketch.neighbors(), sketch.degrees());
            let low = |v: usize| {
                let above = |&u: &usize| near[v][u] && (degrees[u], u) > (degrees[v], v);
                (0..sketch.n).filter(above).count() as u64
            };
            let triangles = |v: usize| low(v) * low(v).saturating_sub(1) / 2;
            let rectangles = |v: usize| triangles(v) + low(v) * (degrees[v] - low(v));
            let result = sketch.everywhere(|graph| graph.run(EdgeMetrics::default()).unwrap());
            prop_assert_eq!(result, EdgeMetricsResult {
                triangle_triplets: (0..sketch.n).map(triangles).sum(),
                rectangle_triplets: (0..sketch.n).map(rectangles).sum(),
                maximum_triangle_triplets: (0..sketch.n).map(triangles).max().unwrap_or(0),
                maximum_rectangle_triplets: (0..sketch.n).map(rectangles).max().unwrap_or(0),
            });
        }
    }

    #[test]
    fn golden_rows_of_small_graphs() {
        let run = |directed| {
            fish(directed).everywhere(|graph| {
                let EdgeMetricsResult {
                    triangle_triplets,
                    rectangle_triplets,
                    maximum_triangle_triplets,
                    maximum_rectangle_triplets,
                } = graph.run(EdgeMetrics::default()).unwrap();
                [
                    triangle_triplets,
                    rectangle_triplets,
                    maximum_triangle_triplets,
                    maximum_rectangle_triplets,
                ]
            })
        };
        assert_eq!((run(true), run(false)), ([2, 6, 1, 3], [2, 6, 1, 3]));
        let none = empty(3, true).everywhere(|graph| graph.run(EdgeMetrics::default()).unwrap());
        assert_eq!(none, EdgeMetricsResult::default());
    }
}
