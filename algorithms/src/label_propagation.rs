//! Label propagation as Gelly defines it: a vertex takes the label that most of its messages have.
//!
//! Every vertex starts with a label: its own id, or a number that is given. In each superstep the
//! vertices send their labels along their out-edges, and a vertex that is sent any takes the most
//! frequent one. Its own label is a candidate of frequency 1 beside the messages, and of equally
//! frequent labels the greatest wins. In the first superstep every vertex sends; later only one
//! that was sent a label the superstep before, so that in a directed graph what lies before all
//! cycles falls silent.
//!
//! Parallel edges count each, and so does a self-loop; an undirected edge goes both ways. Weights
//! make no difference. A vertex that is sent nothing keeps its label. Labels that are ids are
//! ordered like ids: integers by value, texts by their bytes. Labels may go round for ever, so the
//! number of iterations is limited.
//!
//! LDBC's label propagation, which looks along edges both ways and resolves ties to the smallest,
//! is [`CommunityDetectionLabelPropagation`](crate::CommunityDetectionLabelPropagation).
//!
//! - **Iteration**: row; a vertex is looked at again only if what it reads changed.
//! - **Cost**: O(edges) time a superstep at most; 10 bytes a vertex, in a directed graph 18. A row
//!   of very many distinct labels takes up to 46 bytes for each while it is looked at.
//! - **Deterministic**: the result is unique.
//! - **Source**: Raghavan, Albert, Kumara: *Near Linear Time Algorithm to Detect Community
//!   Structures in Large-Scale Networks*, 2007. Follows Gelly's `library.LabelPropagation`.

use std::io::{self, Write};

use quince_core::index::{EntryValue, StaticIndex, Tally};
use quince_core::iteration::{IterationReport, Row, RowContext, RowIteration, RowProgram};
use quince_core::memory::Segment;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::Outcome;
use crate::vertex_labels::{StartLabels, VertexLabels};

const NAME: &str = "LabelPropagation";

/// Gelly's label propagation and its settings.
///
/// ```
/// use quince_algorithms::LabelPropagation;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// // 7 is sent 4, 5 and 6, all of them once like its own: the greatest wins, which is its own.
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(4, 7), (5, 7), (6, 7), (7, 3)]))?;
/// let labels = graph.run(LabelPropagation::default().iterations(1))?;
/// assert_eq!(labels.label(7), Some(VertexId::Integer(7)));
/// assert_eq!(labels.label(3), Some(VertexId::Integer(7)));
/// assert_eq!(labels.label(4), Some(VertexId::Integer(4)), "nothing is sent to 4");
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct LabelPropagation {
    /// Stop after N iterations; before that only if no label changes
    #[cfg_attr(feature = "cli", arg(long, value_name = "N",
        default_value_t = Self::DEFAULT_ITERATIONS))]
    iterations: u64,

    #[cfg_attr(feature = "cli", arg(skip))]
    labels: Option<VertexValues<i64>>,
}

#[cfg(feature = "cli")]
impl Command for LabelPropagation {
    type Result = LabelPropagationResult;

    const NAME: &'static str = "label-propagation";

    const ABOUT: &'static str = "\
Find communities by label propagation as Gelly defines it

Every vertex starts with its id as label, and takes the most frequent label that is sent to it along \
edges in every iteration, of equally frequent ones the greatest; its own counts as sent once. For \
LDBC's CDLP see community-detection-label-propagation.

Prints the largest communities, one `label<TAB>size` line each; --output writes the label of every \
vertex.";

    const EXAMPLES: &'static str = "\
  The ten largest communities after 10 iterations:
    quince label-propagation datasets/graphs/karate.tsv --undirected

  The label of every vertex into a file:
    quince label-propagation web.el.gz --iterations 20 --output labels.parquet";
}

impl Default for LabelPropagation {
    fn default() -> Self {
        Self { iterations: Self::DEFAULT_ITERATIONS, labels: None }
    }
}

impl LabelPropagation {
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
    /// let found = graph.run(LabelPropagation::default().iterations(0))?;
    /// assert_eq!(found.label(3), Some(3.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = iterations;
        self
    }

    /// The labels that vertices start with, instead of their ids.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let mut sevens = env.memory().allocate("labels", 4)?;
    /// sevens.fill(7);
    /// let labels = VertexValues::new(graph.dictionary().clone(), sevens);
    /// let found = graph.run(LabelPropagation::default().labels(labels))?;
    /// assert_eq!(found.label(1), Some(7.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn labels(mut self, labels: VertexValues<i64>) -> Self {
        self.labels = Some(labels);
        self
    }

    fn run_with<E: EntryValue, P: RowProgram<E>>(
        &self,
        graph: &IndexedGraph<E>,
        program: &P,
    ) -> Result<(Segment<P::State>, IterationReport)> {
        let (into, out) = (graph.index(EdgeDirection::In)?, graph.index(EdgeDirection::Out)?);
        let iteration = RowIteration::new(NAME, &*into, &*out, program);
        let result = iteration.maximum_supersteps(self.iterations).run(graph.environment())?;
        Ok((result.states, result.report))
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for LabelPropagation {
    type Output = LabelPropagationResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::In, EdgeDirection::Out]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let bytes = if graph.is_directed() { 8 } else { 4 };
        Ok(PlanNode::new("row iteration LabelPropagation")
            .property("until", format!("empty workset or {} supersteps", self.iterations))
            .property("solution", format!("dense, {bytes} bytes per vertex, double-buffered"))
            .property("group", "labels of a row, counted by each worker")
            .property("workset", "vertices that read one that changed")
            .input(graph.index_plan(EdgeDirection::In))
            .input(graph.index_plan(EdgeDirection::Out)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Labels of this superstep and the next, whether they are sent, and two marks.
        let given = if self.labels.is_some() { 16 } else { 0 };
        (if size.directed { 18 } else { 10 } + given) * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<LabelPropagationResult> {
        let memory = graph.environment().memory();
        let start = StartLabels::new(memory, self.labels.as_ref())?;
        let (states, report) = if graph.is_directed() {
            let (pairs, report) = self.run_with(graph, &Directed { graph, start: &start })?;
            let mut labels = memory.allocate("labels", pairs.len())?;
            labels.iter_mut().zip(&pairs[..]).for_each(|(label, pair)| *label = pair[LABEL]);
            (labels, report)
        } else {
            self.run_with(graph, &Undirected { graph, start: &start })?
        };
        Ok(LabelPropagationResult { labels: start.finish(graph, states)?, report })
    }
}

/// The most frequent label of a tally and of `own`, which counts once; the greatest of equals.
#[inline(always)]
fn greatest_most_frequent(counts: &mut Tally<u32>, own: u32) -> quince_core::Result<u32> {
    let best = counts.groups()?.map(|(label, count)| (count, label)).max();
    Ok(best.map_or(own, |best| best.max((1, own)).1))
}

/// Edges go both ways: who has a neighbour sends in every superstep.
struct Undirected<'a, E: EntryValue> {
    graph: &'a IndexedGraph<E>,
    start: &'a StartLabels<'a>,
}

impl<E: EntryValue, W: EntryValue> RowProgram<W> for Undirected<'_, E> {
    type State = u32;
    type Group = u32;
    const READS_OWN_STATE: bool = true;

    fn initial(&self, vertex: u32) -> u32 {
        self.start.of(self.graph, vertex)
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
        greatest_most_frequent(counts, row.state())
    }
}

/// A state is a label, and whether it is sent.
struct Directed<'a, E: EntryValue> {
    graph: &'a IndexedGraph<E>,
    start: &'a StartLabels<'a>,
}

const LABEL: usize = 0;
const IS_SENT: usize = 1;

impl<E: EntryValue, W: EntryValue> RowProgram<W> for Directed<'_, E> {
    type State = [u32; 2];
    type Group = u32;
    const READS_OWN_STATE: bool = true;

    fn initial(&self, vertex: u32) -> [u32; 2] {
        [self.start.of(self.graph, vertex), 1]
    }

    #[inline(always)]
    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, [u32; 2]>,
        counts: &mut Tally<u32>,
        _: RowContext,
    ) -> quince_core::Result<[u32; 2]> {
        counts.begin(row.degree());
        let mut is_sent_any = 0;
        row.for_each(|_, state, _| {
            if state[IS_SENT] != 0 {
                is_sent_any = 1;
                counts.add(state[LABEL], 1, |a, b| a + b);
            }
        });
        Ok([greatest_most_frequent(counts, row.state()[LABEL])?, is_sent_any])
    }
}

/// The label of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct LabelPropagationResult {
    labels: VertexLabels,
    report: IterationReport,
}

impl LabelPropagationResult {
    /// The label of a vertex: the id of a vertex, or a number if such were given.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let found = graph.run(LabelPropagation::default().iterations(1))?;
    /// assert_eq!(found.label(1), Some(3.into()));
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
    /// let found = graph.run(LabelPropagation::default().iterations(0))?;
    /// assert_eq!(found.labels().num_labels()?, 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn labels(&self) -> &VertexLabels {
        &self.labels
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
    /// let found = graph.run(LabelPropagation::default().iterations(1))?;
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
    /// let table = graph.run(LabelPropagation::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        self.labels.table("label")
    }
}

impl Outcome for LabelPropagationResult {
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

    /// Gelly's two functions, as messages.
    fn reference(case: &Case, start: &[i64], iterations: u64) -> Vec<i64> {
        let mut labels = start.to_vec();
        let mut sends = vec![true; labels.len()];
        for _ in 0..iterations {
            let mut inbox = vec![BTreeMap::<i64, u32>::new(); labels.len()];
            for (u, v) in case.arcs().into_iter().filter(|&(u, _)| sends[u]) {
                *inbox[v].entry(labels[u]).or_default() += 1;
            }
            for (v, messages) in inbox.into_iter().enumerate() {
                sends[v] = !messages.is_empty();
                let mut frequency = 1;
                for (label, count) in messages {
                    if count > frequency || count == frequency && label > labels[v] {
                        (frequency, labels[v]) = (count, label);
                    }
                }
            }
        }
        labels
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_messages(case in cases(), iterations in 0u64..9, given: bool) {
            let ids = 0..Case::NUM_VERTICES as i64;
            let start: Vec<i64> = ids.map(|id| if given { id % 5 - 2 } else { id }).collect();
            let found = case.same_bits(|graph| {
                let mut algorithm = LabelPropagation::default().iterations(iterations);
                if given {
                    algorithm = algorithm.labels(values(&graph, &start));
                }
                integers(&graph.run(algorithm).unwrap())
            });
            prop_assert_eq!(found, reference(&case, &start, iterations));
        }
    }

    fn values(graph: &IndexedGraph, by_id: &[i64]) -> VertexValues<i64> {
        let memory = graph.environment().memory();
        let mut values = memory.allocate::<i64>("labels", graph.dictionary().len()).unwrap();
        for (vertex, value) in values.iter_mut().enumerate() {
            let VertexId::Integer(id) = graph.dictionary().key(vertex as u32) else { panic!() };
            *value = by_id[id as usize];
        }
        VertexValues::new(graph.dictionary().clone(), values)
    }

    fn integers(result: &LabelPropagationResult) -> Vec<i64> {
        result.labels().iter().map(|(_, label)| integer(label)).collect()
    }

    #[test]
    fn golden_row_x5() {
        let env = Environment::builder().threads(2).build().unwrap();
        let source = edges([(1, 3), (2, 3), (4, 7), (5, 7), (6, 7), (7, 3)]);
        let graph = IndexedGraph::from_source(&env, &source).unwrap();
        let start = values(&graph, &[0, 10, 10, 30, 40, 40, 40, 40]);
        let result = graph.run(LabelPropagation::default().iterations(1).labels(start)).unwrap();
        assert_eq!(integers(&result), [10, 10, 10, 40, 40, 40, 40]);
        assert_eq!(result.labels().largest(5).unwrap().len(), 2);
        assert_eq!(result.labels().largest(1).unwrap(), [(VertexId::Integer(40), 4)]);
    }
}
