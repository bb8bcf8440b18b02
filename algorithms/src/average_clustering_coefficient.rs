//! Average clustering coefficient: the mean of the local ones.
//!
//! A vertex with fewer than two neighbours adds 0 to the sum and 1 to the number of vertices;
//! without vertices the mean is NaN. In a directed graph the local coefficients are the directed
//! ones (see [`LocalClusteringCoefficient`]).
//!
//! - **Iteration, cost**: those of the local clustering coefficient.
//! - **Deterministic**: the sum runs in the order in which vertices are numbered.
//! - **Source**: Watts, Strogatz: *Collective Dynamics of 'Small-World' Networks*, 1998. Follows
//!   Gelly's `library.clustering.undirected.AverageClusteringCoefficient` and the directed one.

use std::io::{self, Write};

use quince_core::index::EntryValue;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};
use serde::Serialize;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::local_clustering_coefficient::LocalClusteringCoefficient;
use crate::neighborhood::{directions, triangle_plan};
use crate::outcome::Outcome;

/// The average clustering coefficient.
///
/// ```
/// use quince_algorithms::AverageClusteringCoefficient;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (3, 4)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let clustering = graph.run(AverageClusteringCoefficient::default())?;
/// assert_eq!(clustering.num_vertices, 4);
/// assert!((clustering.average - (1.0 + 1.0 + 1.0 / 3.0 + 0.0) / 4.0).abs() < 1e-15);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct AverageClusteringCoefficient {}

/// The mean of the local clustering coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[must_use]
pub struct AverageClusteringCoefficientResult {
    /// Vertices.
    pub num_vertices: u64,
    /// The mean; NaN without vertices.
    pub average: f64,
}

#[cfg(feature = "cli")]
impl Command for AverageClusteringCoefficient {
    type Result = AverageClusteringCoefficientResult;

    const NAME: &'static str = "average-clustering-coefficient";

    const ABOUT: &'static str = "\
Find the mean of the local clustering coefficients

A vertex with fewer than two neighbours counts as 0. In a directed graph directed edges among \
neighbours are counted. Self-loops and parallel edges make no difference.

Prints the number of vertices and the mean.";

    const EXAMPLES: &'static str = "\
  quince average-clustering-coefficient datasets/graphs/karate.tsv --undirected";
}

impl<E: EntryValue> GraphAlgorithm<E> for AverageClusteringCoefficient {
    type Output = AverageClusteringCoefficientResult;

    fn name(&self) -> &'static str {
        "AverageClusteringCoefficient"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(triangle_plan("average clustering coefficient", graph))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        GraphAlgorithm::<E>::estimate(&LocalClusteringCoefficient::default(), size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<AverageClusteringCoefficientResult> {
        let average = graph.run(LocalClusteringCoefficient::default())?.average();
        Ok(AverageClusteringCoefficientResult { num_vertices: graph.num_vertices(), average })
    }
}

impl Outcome for AverageClusteringCoefficientResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let average =
            if self.num_vertices == 0 { serde_json::Value::Null } else { self.average.into() };
        Ok(serde_json::json!({ "vertices": self.num_vertices, "average": average }))
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "vertices\t{}", self.num_vertices)?;
        writeln!(out, "average clustering coefficient\t{}", self.average)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local_clustering_coefficient::LocalClusteringCoefficient;
    use crate::neighborhood::testing::{ORDERS, empty, sketches};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn the_mean_of_the_local_ones(sketch in sketches()) {
            let mut expected = 0.0;
            let graph = sketch.build(1, ORDERS[0]);
            let local = graph.run(LocalClusteringCoefficient::default().undefined_as_zero(true)).unwrap();
            (0..sketch.n as i64).for_each(|v| expected += local.score(v).unwrap() / sketch.n as f64);
            for order in ORDERS {
                let run = |threads| {
                    let graph = sketch.build(threads, order);
                    graph.run(AverageClusteringCoefficient::default()).unwrap().average
                };
                let means: Vec<f64> = sketch.threads().iter().map(|&threads| run(threads)).collect();
                prop_assert!((means[0] - expected).abs() < 1e-14);
                prop_assert!(means.iter().all(|mean| mean.to_bits() == means[0].to_bits()));
            }
        }
    }

    #[test]
    fn without_vertices_there_is_no_mean() {
        let run = |n| {
            let graph = empty(n, true).build(1, ORDERS[0]);
            graph.run(AverageClusteringCoefficient::default()).unwrap()
        };
        assert_eq!((run(3).average, run(3).num_vertices), (0.0, 3));
        assert!(run(0).average.is_nan());
        assert!(run(0).summary().unwrap()["average"].is_null());
    }
}
