//! Global clustering coefficient: how many of the paths of two edges are closed to a triangle.
//!
//! ```text
//! triplets = sum over vertices of d (d - 1) / 2      C = 3 * triangles / triplets
//! ```
//!
//! Also known as transitivity. Directions, weights, self-loops and parallel edges make no
//! difference; d is the number of distinct neighbours. Without triplets it is NaN. What Gelly's
//! result calls its triangle count is three times their number: the closed triplets.
//!
//! - **Iteration**: none; a triangle count.
//! - **Cost**: O(edges^1.5) time at worst; 4 bytes an edge (5 if directed), 12 to 20 bytes a vertex,
//!   and 12 bytes for 64 vertices for each thread.
//! - **Deterministic**: integers; one division.
//! - **Source**: Luce, Perry: *A Method of Matrix Analysis of Group Structure*, 1949. Follows Gelly's
//!   `library.clustering.undirected.GlobalClusteringCoefficient` and the directed one.

use std::io::{self, Write};

use quince_core::index::EntryValue;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};
use serde::Serialize;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{directions, oriented, oriented_bytes, pairs_of, triangle_plan};
use crate::outcome::Outcome;

/// The global clustering coefficient.
///
/// ```
/// use quince_algorithms::GlobalClusteringCoefficient;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let clustering = graph.run(GlobalClusteringCoefficient::default())?;
/// assert_eq!((clustering.num_triplets, clustering.num_closed_triplets()), (13, 6));
/// assert_eq!(clustering.score(), 6.0 / 13.0);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct GlobalClusteringCoefficient {}

/// Triplets and triangles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct GlobalClusteringCoefficientResult {
    /// Paths of two edges.
    pub num_triplets: u64,
    /// Triangles; each counts once.
    pub num_triangles: u64,
}

impl GlobalClusteringCoefficientResult {
    /// Paths of two edges whose ends are neighbours: three a triangle. Gelly's
    /// `getNumberOfTriangles`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(GlobalClusteringCoefficient::default())?.num_closed_triplets(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_closed_triplets(&self) -> u64 {
        3 * self.num_triangles
    }

    /// The share of triplets that are closed; NaN if there are none.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(GlobalClusteringCoefficient::default())?.score(), 0.6);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn score(&self) -> f64 {
        self.num_closed_triplets() as f64 / self.num_triplets as f64
    }
}

#[cfg(feature = "cli")]
impl Command for GlobalClusteringCoefficient {
    type Result = GlobalClusteringCoefficientResult;

    const NAME: &'static str = "global-clustering-coefficient";

    const ABOUT: &'static str = "\
Find the share of paths of two edges that are closed to a triangle

Also known as transitivity. Directions, weights, self-loops and parallel edges make no difference.

Prints the numbers of triplets, triangles and closed triplets, and the share.";

    const EXAMPLES: &'static str = "\
  quince global-clustering-coefficient datasets/graphs/karate.tsv";
}

impl<E: EntryValue> GraphAlgorithm<E> for GlobalClusteringCoefficient {
    type Output = GlobalClusteringCoefficientResult;

    fn name(&self) -> &'static str {
        "GlobalClusteringCoefficient"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(triangle_plan("global clustering coefficient", graph))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        oriented_bytes(size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<GlobalClusteringCoefficientResult> {
        let oriented = oriented(graph)?;
        let num_triangles = oriented.count_triples(graph.environment())?;
        let triplets = oriented.degrees().iter().map(|&degree| pairs_of(degree.into()) as u64);
        Ok(GlobalClusteringCoefficientResult { num_triplets: triplets.sum(), num_triangles })
    }
}

impl Outcome for GlobalClusteringCoefficientResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let score =
            if self.num_triplets == 0 { serde_json::Value::Null } else { self.score().into() };
        Ok(serde_json::json!({
            "triplets": self.num_triplets,
            "triangles": self.num_triangles,
            "closed_triplets": self.num_closed_triplets(),
            "global_clustering_coefficient": score,
        }))
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "triplets\t{}", self.num_triplets)?;
        writeln!(out, "triangles\t{}", self.num_triangles)?;
        writeln!(out, "closed triplets\t{}", self.num_closed_triplets())?;
        writeln!(out, "global clustering coefficient\t{}", self.score())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{empty, sketches};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn triplets_and_triangles(sketch in sketches()) {
            let run = GlobalClusteringCoefficient::default();
            let result = sketch.everywhere(|graph| graph.run(run).unwrap());
            let triplets = sketch.degrees().into_iter().map(|d| d * d.saturating_sub(1) / 2);
            prop_assert_eq!(result.num_triplets, triplets.sum::<u64>());
            prop_assert_eq!(result.num_triangles, sketch.triangles().len() as u64);
        }
    }

    #[test]
    fn without_triplets_there_is_no_share_of_them() {
        let run = GlobalClusteringCoefficient::default();
        let result = empty(3, false).everywhere(|graph| graph.run(run).unwrap());
        assert!(result.score().is_nan());
        assert!(result.summary().unwrap()["global_clustering_coefficient"].is_null());
    }
}
