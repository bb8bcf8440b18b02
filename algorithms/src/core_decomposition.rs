//! Core decomposition: in how dense a part of the graph each vertex is.
//!
//! The k-core is the largest subgraph in which every vertex has at least k neighbours; the core
//! number of a vertex is the largest k whose k-core it is in. The largest core number is the
//! degeneracy of the graph. Directions, weights, self-loops and parallel edges make no difference;
//! a vertex without neighbours has core number 0.
//!
//! - **Iteration**: peeling; a superstep is a level: all vertices with that many neighbours left
//!   leave, and so do those that have no more then.
//! - **Cost**: O(vertices + edges) time and messages; 12 bytes a vertex.
//! - **Deterministic**: core numbers are unique.
//! - **Source**: Matula, Beck: *Smallest-Last Ordering and Clustering and Graph Coloring
//!   Algorithms*, 1983; level by level as in Dhulipala, Blelloch, Shun: *Julienne*, 2017.
//!   Gelly has none.

use std::io::{self, Write};

use quince_core::columnar::Column;
use quince_core::index::EntryValue;
use quince_core::iteration::{IterationReport, PeelingIteration};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{directions, distinct_neighbors};
use crate::outcome::{Outcome, print_values};

const NAME: &str = "CoreDecomposition";

/// The core decomposition.
///
/// ```
/// use quince_algorithms::CoreDecomposition;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // A triangle, and 4 and 5 hanging from it.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (3, 4), (4, 5)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let cores = graph.run(CoreDecomposition::default())?;
/// assert_eq!((cores.degeneracy(), cores.core_size(2)), (2, 3));
/// assert_eq!((cores.core_number(3), cores.core_number(4)), (Some(2), Some(1)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct CoreDecomposition {}

#[cfg(feature = "cli")]
impl Command for CoreDecomposition {
    type Result = CoreDecompositionResult;

    const NAME: &'static str = "core-decomposition";

    const ABOUT: &'static str = "\
Find the core number of each vertex: the largest k whose k-core it is in

The k-core is the largest subgraph in which every vertex has at least k neighbours. Directions, \
weights, self-loops and parallel edges make no difference.

Prints the vertices of the highest core numbers, one `vertex<TAB>core number` line each; --output \
writes all.";

    const EXAMPLES: &'static str = "\
  quince core-decomposition datasets/graphs/karate.tsv

  The core number of every vertex into a file, and the levels into a report:
    quince core-decomposition datasets/graphs/p2p-31.e.gz --output cores.csv --report run.json";
}

impl<E: EntryValue> GraphAlgorithm<E> for CoreDecomposition {
    type Output = CoreDecompositionResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let plan = PlanNode::new("peeling iteration CoreDecomposition")
            .property("until", "no vertex is left")
            .property("solution", "dense, 4 bytes per vertex: neighbours left, then core number")
            .property("superstep", "a level")
            .property("direction", "push");
        let directions = directions(graph).into_iter();
        Ok(directions.fold(plan, |plan, side| plan.input(graph.index_plan(side))))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        12 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CoreDecompositionResult> {
        let rows = distinct_neighbors(graph)?;
        let result = PeelingIteration::new(NAME, &rows).run(graph.environment())?;
        let cores = VertexValues::new(graph.dictionary().clone(), result.levels);
        Ok(CoreDecompositionResult { cores, report: result.report })
    }
}

/// The core number of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct CoreDecompositionResult {
    cores: VertexValues<u32>,
    report: IterationReport,
}

impl CoreDecompositionResult {
    /// The core number of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let cores = graph.run(CoreDecomposition::default())?;
    /// assert_eq!((cores.core_number(3), cores.core_number(4)), (Some(2), Some(1)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn core_number<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u32> {
        self.cores.get(id)
    }

    /// The largest core number; 0 without vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(CoreDecomposition::default())?.degeneracy(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn degeneracy(&self) -> u32 {
        self.cores.by_dense().iter().copied().max().unwrap_or(0)
    }

    /// The number of vertices in the k-core.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(CoreDecomposition::default())?.core_size(2), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn core_size(&self, k: u32) -> u64 {
        self.cores.by_dense().iter().filter(|&&core| core >= k).count() as u64
    }

    /// Ids and core numbers, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let cores = graph.run(CoreDecomposition::default())?;
    /// assert_eq!(cores.iter().map(|(_, core)| core).collect::<Vec<_>>(), [2, 2, 2, 1]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, u32)> {
        self.cores.iter()
    }

    /// The `count` vertices of the highest core numbers, falling; equal ones ascend by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(CoreDecomposition::default())?.top(1), [(1.into(), 2)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top(&self, count: usize) -> Vec<(VertexId<'_>, u32)> {
        self.cores.top(count)
    }

    /// The levels.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(CoreDecomposition::default())?.report().name, "CoreDecomposition");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and `core_number`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(CoreDecomposition::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        VertexTable::new(self.cores.dictionary().clone()).values(
            "core_number",
            &self.cores,
            Column::UInt32,
        )
    }
}

impl Outcome for CoreDecompositionResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let degeneracy = self.degeneracy();
        Ok(serde_json::json!({
            "degeneracy": degeneracy,
            "innermost_core": self.core_size(degeneracy),
            "levels": self.report.num_supersteps(),
        }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        print_values(self.top(top), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{Sketch, complete, empty, rows, sketches, star};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    /// By the definition: the k-core is what is left when vertices of less than k go, for each k.
    fn reference(sketch: &Sketch) -> Vec<u32> {
        let near = sketch.neighbors();
        let mut cores = vec![0; sketch.n];
        for k in 1..sketch.n as u32 {
            let mut left = vec![true; sketch.n];
            loop {
                let degree = |v: usize| (0..sketch.n).filter(|&u| left[u] && near[v][u]).count();
                let Some(gone) = (0..sketch.n).find(|&v| left[v] && degree(v) < k as usize) else {
                    break;
                };
                left[gone] = false;
            }
            (0..sketch.n).filter(|&v| left[v]).for_each(|v| cores[v] = k);
        }
        cores
    }

    fn cores(sketch: &Sketch) -> Vec<u32> {
        sketch.everywhere(|graph| {
            let result = graph.run(CoreDecomposition::default()).unwrap();
            let table = rows(graph.environment(), &result.table());
            let cores: Vec<u32> = result.iter().map(|(_, core)| core).collect();
            assert!(table.iter().zip(&cores).all(|(row, &core)| row[1] == f64::from(core)));
            assert_eq!(result.degeneracy(), cores.iter().copied().max().unwrap_or(0));
            cores
        })
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn core_numbers_are_those_of_the_definition(sketch in sketches()) {
            prop_assert_eq!(cores(&sketch), reference(&sketch));
        }
    }

    #[test]
    fn known_graphs() {
        assert_eq!(cores(&complete(47, true)), [46; 47]);
        assert_eq!(cores(&star(29)), [1; 29]);
        assert_eq!(cores(&empty(3, false)), [0; 3]);
        assert!(cores(&empty(0, true)).is_empty());
    }
}
