//! Community detection by label propagation (CDLP) as LDBC Graphalytics defines it.
//!
//! Every vertex starts with its own id as label. In each superstep every vertex takes the label
//! that is most frequent among its neighbours, of equally frequent ones the smallest; all at once,
//! from the labels of the superstep before. In a directed graph a neighbour counts once for each
//! edge in either direction, so that one at the end of an edge and its reverse counts twice.
//!
//! Parallel edges count each (Graphalytics has none); a self-loop lets a vertex count its own
//! label: once in an undirected graph, twice in a directed one. Weights make no difference. A
//! vertex without neighbours keeps its label. Ids are ordered by value where they are integers,
//! texts by their bytes. Labels may go round for ever (on any bipartite component they tend to),
//! so the number of iterations is limited.
//!
//! This is not Gelly's label propagation, which sends along out-edges only, counts a vertex's own
//! label, and resolves ties to the greatest: that is [`LabelPropagation`](crate::LabelPropagation).
//!
//! - **Iteration**: row; a vertex is looked at again only if a neighbour's label changed.
//! - **Cost**: O(edges) time a superstep at most; 10 bytes a vertex. A row of very many distinct
//!   labels takes up to 46 bytes for each while it is looked at.
//! - **Deterministic**: the result is unique.
//! - **Source**: Iosup et al.: *LDBC Graphalytics*, 2016, after Raghavan, Albert, Kumara: *Near
//!   Linear Time Algorithm to Detect Community Structures in Large-Scale Networks*, 2007.

use std::cmp::Reverse;
use std::io::{self, Write};

use quince_core::index::{BothWays, EntryValue, StaticIndex, Tally};
use quince_core::iteration::{
    IterationReport, Row, RowContext, RowIteration, RowProgram, RowResult,
};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::Outcome;
use crate::vertex_labels::VertexLabels;

const NAME: &str = "CommunityDetectionLabelPropagation";

/// Graphalytics' label propagation and its settings.
///
/// ```
/// use quince_algorithms::CommunityDetectionLabelPropagation;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// // Two triangles and an edge between them.
/// let env = Environment::builder().threads(1).build()?;
/// let builder = IndexedGraph::builder(&env).directed(false);
/// let source = edges([(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 6), (6, 4)]);
/// let communities = builder.build(&source)?.run(CommunityDetectionLabelPropagation::default())?;
/// assert_eq!(communities.num_labels()?, 2);
/// assert_eq!(communities.label(3), Some(VertexId::Integer(1)));
/// assert_eq!(communities.label(5), Some(VertexId::Integer(3)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct CommunityDetectionLabelPropagation {
    /// Stop after N iterations; before that only if no label changes
    #[cfg_attr(feature = "cli", arg(long, value_name = "N",
        default_value_t = Self::DEFAULT_ITERATIONS))]
    iterations: u64,
}

#[cfg(feature = "cli")]
impl Command for CommunityDetectionLabelPropagation {
    type Result = CommunityDetectionLabelPropagationResult;

    const NAME: &'static str = "community-detection-label-propagation";

    const ABOUT: &'static str = "\
Find communities by label propagation as LDBC Graphalytics defines it (CDLP)

Every vertex starts with its id as label, and takes the most frequent label among its neighbours in \
every iteration, of equally frequent ones the smallest. In a directed graph edges in both \
directions count. For Gelly's label propagation see label-propagation.

Prints the largest communities, one `label<TAB>size` line each; --output writes the label of every \
vertex.";

    const EXAMPLES: &'static str = "\
  The ten largest communities after 10 iterations:
    quince community-detection-label-propagation datasets/graphs/p2p-31.e.gz --undirected

  The label of every vertex into a file:
    quince community-detection-label-propagation web.el --iterations 20 --output labels.csv";
}

impl Default for CommunityDetectionLabelPropagation {
    fn default() -> Self {
        Self { iterations: Self::DEFAULT_ITERATIONS }
    }
}

impl CommunityDetectionLabelPropagation {
    /// The iterations unless another number is set.
    pub const DEFAULT_ITERATIONS: u64 = 10;

    /// Stop after this many iterations; before that only if no label changes.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let found = graph.run(CommunityDetectionLabelPropagation::default().iterations(0))?;
    /// assert_eq!(found.label(3), Some(3.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = iterations;
        self
    }

    fn run_on<E: EntryValue, I: StaticIndex>(
        &self,
        graph: &IndexedGraph<E>,
        index: &I,
    ) -> Result<RowResult<u32>> {
        let program = SmallestMostFrequent(graph);
        let iteration = RowIteration::new(NAME, index, index, &program);
        Ok(iteration.maximum_supersteps(self.iterations).run(graph.environment())?)
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for CommunityDetectionLabelPropagation {
    type Output = CommunityDetectionLabelPropagationResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        if graph.is_directed() {
            vec![EdgeDirection::Out, EdgeDirection::In]
        } else {
            vec![EdgeDirection::Any]
        }
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let plan = PlanNode::new("row iteration CommunityDetectionLabelPropagation")
            .property("until", format!("empty workset or {} supersteps", self.iterations))
            .property("solution", "dense, 4 bytes per vertex, double-buffered")
            .property("group", "labels of a row, counted by each worker")
            .property("workset", "vertices with a neighbour that changed");
        let directions = GraphAlgorithm::<E>::directions(self, graph);
        Ok(directions.into_iter().fold(plan, |plan, side| plan.input(graph.index_plan(side))))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Labels of this superstep and the next, and two marks.
        10 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CommunityDetectionLabelPropagationResult> {
        let result = if graph.is_directed() {
            let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
            self.run_on(graph, &BothWays::new(&out, &into))?
        } else {
            self.run_on(graph, &*graph.index(EdgeDirection::Any)?)?
        };
        let labels = VertexLabels::ids(graph, result.states);
        Ok(CommunityDetectionLabelPropagationResult { labels, report: result.report })
    }
}

/// Labels are ordinals, so that the smaller one is that of the smaller id.
struct SmallestMostFrequent<'a, E: EntryValue>(&'a IndexedGraph<E>);

impl<E: EntryValue, W: EntryValue> RowProgram<W> for SmallestMostFrequent<'_, E> {
    type State = u32;
    type Group = u32;
    const READS_OWN_STATE: bool = false;

    fn initial(&self, vertex: u32) -> u32 {
        self.0.dictionary().ordinal(vertex)
    }

    #[inline(always)]
    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, u32>,
        counts: &mut Tally<u32>,
        _: RowContext,
    ) -> quince_core::Result<u32> {
        counts.begin(row.degree());
        row.for_each(|_, label, _| counts.add(label, 1, |a, b| a + b));
        let best = counts.groups()?.max_by_key(|&(label, count)| (count, Reverse(label)));
        Ok(best.map_or(row.state(), |(label, _)| label))
    }
}

/// The label of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct CommunityDetectionLabelPropagationResult {
    labels: VertexLabels,
    report: IterationReport,
}

impl CommunityDetectionLabelPropagationResult {
    /// The label of a vertex: the id of some vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let found = graph.run(CommunityDetectionLabelPropagation::default().iterations(1))?;
    /// assert_eq!(found.label(4), Some(3.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn label<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<VertexId<'_>> {
        self.labels.get(id)
    }

    /// The labels of all vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let found = graph.run(CommunityDetectionLabelPropagation::default().iterations(0))?;
    /// assert_eq!(found.labels().get(2), Some(2.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn labels(&self) -> &VertexLabels {
        &self.labels
    }

    /// The number of communities.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let found = graph.run(CommunityDetectionLabelPropagation::default().iterations(0))?;
    /// assert_eq!(found.num_labels()?, 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget has no 8 bytes per vertex.
    pub fn num_labels(&self) -> Result<u64> {
        self.labels.num_labels()
    }

    /// The iterations and why they stopped.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let found = graph.run(CommunityDetectionLabelPropagation::default().iterations(1))?;
    /// assert_eq!(found.report().num_supersteps(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and `label`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(CommunityDetectionLabelPropagation::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        self.labels.table("label")
    }
}

impl Outcome for CommunityDetectionLabelPropagationResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        self.labels.summary(&self.report)
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        self.labels.print(top, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_graphs::{Case, cases};
    use crate::test_support::{integer, random_graphs};
    use proptest::prelude::*;
    use quince_core::Environment;
    use quince_gelly::edges;
    use std::collections::BTreeMap;

    /// The definition, word for word.
    fn reference(case: &Case, iterations: u64) -> Vec<i64> {
        let mut labels: Vec<i64> = (0..Case::NUM_VERTICES as i64).collect();
        for _ in 0..iterations {
            let mut counts = vec![BTreeMap::<i64, u32>::new(); Case::NUM_VERTICES];
            for (u, v) in case.arcs() {
                *counts[v].entry(labels[u]).or_default() += 1;
                if case.is_directed() {
                    *counts[u].entry(labels[v]).or_default() += 1;
                }
            }
            for (label, counts) in labels.iter_mut().zip(counts) {
                let most = counts.values().max().copied();
                // Ascending by label: the first of the most frequent ones is the smallest.
                if let Some((&new, _)) = counts.iter().find(|&(_, &count)| Some(count) == most) {
                    *label = new;
                }
            }
        }
        labels
    }

    fn labels(result: &CommunityDetectionLabelPropagationResult) -> Vec<i64> {
        result.labels().iter().map(|(_, label)| integer(label)).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_the_definition(case in cases(), iterations in 0u64..9) {
            let found = case.same_bits(|graph| {
                let algorithm = CommunityDetectionLabelPropagation::default().iterations(iterations);
                labels(&graph.run(algorithm).unwrap())
            });
            prop_assert_eq!(found, reference(&case, iterations));
        }
    }

    fn run(directed: bool, pairs: &[(i64, i64)]) -> Vec<i64> {
        let env = Environment::builder().threads(2).build().unwrap();
        let builder = IndexedGraph::builder(&env).directed(directed);
        let graph = builder.build(&edges(pairs.iter().copied())).unwrap();
        labels(&graph.run(CommunityDetectionLabelPropagation::default().iterations(2)).unwrap())
    }

    #[test]
    fn golden_rows_g1_and_g2() {
        let directed = [
            (1, 3),
            (1, 5),
            (2, 4),
            (2, 5),
            (2, 10),
            (3, 1),
            (3, 5),
            (3, 8),
            (3, 10),
            (5, 3),
            (5, 4),
            (5, 8),
            (6, 3),
            (6, 4),
            (7, 4),
            (8, 1),
            (9, 4),
        ];
        assert_eq!(run(true, &directed), [1, 2, 3, 4, 1, 1, 2, 3, 2, 1]);
        let undirected = [
            (2, 3),
            (2, 4),
            (3, 4),
            (3, 5),
            (3, 8),
            (5, 6),
            (5, 8),
            (6, 7),
            (6, 8),
            (6, 9),
            (6, 10),
            (7, 9),
        ];
        assert_eq!(run(false, &undirected), [2, 3, 2, 2, 6, 5, 2, 5, 5]);
    }
}
