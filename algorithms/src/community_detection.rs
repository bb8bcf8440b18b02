//! Community detection by scored labels, as Gelly defines it.
//!
//! A vertex has a label, at first its own id or a number that is given, and a score, at first 1. In
//! each superstep it sends along every edge, either way, its label with its score times the edge's
//! weight. A vertex adds up the scores that it is sent by label, and takes the label of the largest
//! sum, of equal ones the smallest. Its new score is the largest single score that came with that
//! label, less `delta / superstep` if the label is another than before (hop attenuation, so that
//! labels do not run through the whole graph).
//!
//! Edges go both ways whatever the graph says; one of a directed graph and its reverse count both,
//! and so do parallel edges. A self-loop sends a vertex its own label, once in an undirected graph,
//! twice in a directed one. A vertex without edges keeps label and score. Weights may be any; an
//! edge without one weighs 1.
//!
//! - **Iteration**: row; a vertex is looked at again only if what it reads changed.
//! - **Cost**: O(edges) time a superstep at most; 34 bytes a vertex.
//! - **Deterministic**: scores are added in the order of the index, the same bits at any number of
//!   threads. The order in which vertices are numbered may change the last bit of a sum.
//! - **Source**: Leung, Hui, Liò, Crowcroft: *Towards Real-Time Community Detection in Large
//!   Networks*, 2009. Follows Gelly's `library.CommunityDetection`.

use std::io::{self, Write};

use bytemuck::{Pod, Zeroable};
use quince_core::columnar::Column;
use quince_core::index::{BothWays, EntryValue, StaticIndex, Tally};
use quince_core::iteration::{
    IterationReport, Row, RowContext, RowIteration, RowProgram, RowResult,
};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};

#[cfg(feature = "cli")]
use crate::command::{Command, zero_or_more};
use crate::outcome::Outcome;
use crate::vertex_labels::{StartLabels, VertexLabels};

const NAME: &str = "CommunityDetection";

/// Gelly's community detection and its settings.
///
/// ```
/// use quince_algorithms::CommunityDetection;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, weighted_edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let builder = IndexedGraph::builder(&env);
/// let graph = builder.build_weighted(&weighted_edges([(1, 2, 1.0), (1, 3, 2.0), (3, 4, 1.0)]))?;
/// let found = graph.run(CommunityDetection::default().iterations(1))?;
/// // 1 hears 3 with a score of 1 * 2, which falls by 0.5 / 1 as the label is new.
/// assert_eq!((found.label(1), found.score(1)), (Some(VertexId::Integer(3)), Some(1.5)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct CommunityDetection {
    /// Stop after N iterations; before that only if no label or score changes
    #[cfg_attr(feature = "cli", arg(long, value_name = "N",
        default_value_t = Self::DEFAULT_ITERATIONS))]
    iterations: u64,

    /// By how much a score falls where its label arrives, divided by the number of the iteration
    #[cfg_attr(feature = "cli", arg(long, value_name = "D", default_value_t = Self::DEFAULT_DELTA,
        value_parser = zero_or_more, allow_hyphen_values = true))]
    delta: f64,

    #[cfg_attr(feature = "cli", arg(skip))]
    labels: Option<VertexValues<i64>>,
}

#[cfg(feature = "cli")]
impl Command for CommunityDetection {
    type Result = CommunityDetectionResult;

    const NAME: &'static str = "community-detection";

    const ABOUT: &'static str = "\
Find communities by labels with scores (hop attenuation) as Gelly defines it

Every vertex sends its label with its score, times the weight of the edge, to its neighbours either \
way, and takes the label with the largest sum of scores. Scores fall where labels arrive.

Prints the largest communities, one `label<TAB>size` line each; --output writes label and score of \
every vertex.";

    const EXAMPLES: &'static str = "\
  The communities of a weighted graph after 10 iterations:
    quince community-detection datasets/graphs/karate.tsv --undirected --weighted

  Labels that travel less far, into a file:
    quince community-detection web.el.gz --delta 0.8 --output labels.csv";
}

impl Default for CommunityDetection {
    fn default() -> Self {
        Self { iterations: Self::DEFAULT_ITERATIONS, delta: Self::DEFAULT_DELTA, labels: None }
    }
}

impl CommunityDetection {
    /// The iterations unless another number is set.
    pub const DEFAULT_ITERATIONS: u64 = 10;

    /// The hop attenuation unless another is set.
    pub const DEFAULT_DELTA: f64 = 0.5;

    /// Stop after this many iterations; before that only if no label or score changes.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let communities = graph.run(CommunityDetection::default().iterations(0))?;
    /// assert_eq!(communities.label(3), Some(3.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = iterations;
        self
    }

    /// By how much a score falls where its label arrives, divided by the superstep.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// // The scores of those that change their label fall by so much at first.
    /// let communities = graph.run(CommunityDetection::default().delta(0.25).iterations(1))?;
    /// assert_eq!(communities.score(4), Some(0.75));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn delta(mut self, delta: f64) -> Self {
        self.delta = delta;
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
    /// let communities = graph.run(CommunityDetection::default().labels(labels))?;
    /// assert_eq!(communities.label(1), Some(7.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn labels(mut self, labels: VertexValues<i64>) -> Self {
        self.labels = Some(labels);
        self
    }

    fn check(&self) -> Result<()> {
        if self.delta.is_finite() && self.delta >= 0.0 {
            return Ok(());
        }
        let (value, expected) = (self.delta.to_string(), "0 or more");
        Err(Error::Parameter { algorithm: NAME, parameter: "delta", value, expected })
    }

    fn run_on<E: EntryValue, I: StaticIndex>(
        &self,
        graph: &IndexedGraph<E>,
        start: &StartLabels<'_>,
        index: &I,
    ) -> Result<RowResult<Scored>> {
        let program = Attenuation { graph, start, delta: self.delta };
        let iteration = RowIteration::new(NAME, index, index, &program)
            .parameter("delta", self.delta)
            .maximum_supersteps(self.iterations);
        Ok(iteration.run(graph.environment())?)
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for CommunityDetection {
    type Output = CommunityDetectionResult;

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
        self.check()?;
        let plan = PlanNode::new("row iteration CommunityDetection")
            .property("until", format!("empty workset or {} supersteps", self.iterations))
            .property("solution", "dense, 16 bytes per vertex, double-buffered")
            .property("group", "scores of a row by label, added by each worker")
            .property("workset", "vertices that read one that changed");
        let directions = GraphAlgorithm::<E>::directions(self, graph);
        Ok(directions.into_iter().fold(plan, |plan, side| plan.input(graph.index_plan(side))))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Labels and scores of this superstep and the next, and two marks.
        let given = if self.labels.is_some() { 8 } else { 0 };
        (34 + given) * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CommunityDetectionResult> {
        self.check()?;
        let memory = graph.environment().memory();
        let start = StartLabels::new(memory, self.labels.as_ref())?;
        let RowResult { states, report } = if graph.is_directed() {
            let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
            self.run_on(graph, &start, &BothWays::new(&out, &into))?
        } else {
            self.run_on(graph, &start, &*graph.index(EdgeDirection::Any)?)?
        };
        let mut labels = memory.allocate("labels", states.len())?;
        let mut scores = memory.allocate("scores", states.len())?;
        for (at, state) in states.iter().enumerate() {
            (labels[at], scores[at]) = (state.label, state.score);
        }
        Ok(CommunityDetectionResult {
            labels: start.finish(graph, labels)?,
            scores: VertexValues::new(graph.dictionary().clone(), scores),
            report,
        })
    }
}

/// A label with its score.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
struct Scored {
    score: f64,
    label: u32,
    padding: u32,
}

/// What is known of a label in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Scores {
    sum: f64,
    largest: f64,
}

struct Attenuation<'a, E: EntryValue> {
    graph: &'a IndexedGraph<E>,
    start: &'a StartLabels<'a>,
    delta: f64,
}

impl<E: EntryValue, W: EntryValue> RowProgram<W> for Attenuation<'_, E> {
    type State = Scored;
    type Group = Scores;
    const READS_OWN_STATE: bool = true;

    fn initial(&self, vertex: u32) -> Scored {
        Scored { score: 1.0, label: self.start.of(self.graph, vertex), padding: 0 }
    }

    fn apply<I: StaticIndex<Value = W>>(
        &self,
        row: Row<'_, I, Scored>,
        labels: &mut Tally<Scores>,
        context: RowContext,
    ) -> quince_core::Result<Scored> {
        let own = row.state();
        labels.begin(row.degree());
        row.for_each(|_, state, weight| {
            let score = state.score * weight.to_weight();
            labels.add(state.label, Scores { sum: score, largest: score }, |a, b| Scores {
                sum: a.sum + b.sum,
                largest: a.largest.max(b.largest),
            });
        });
        let better = |a: (u32, Scores), b: (u32, Scores)| {
            let is_better = b.1.sum > a.1.sum || b.1.sum == a.1.sum && b.0 < a.0;
            if is_better { b } else { a }
        };
        let Some((label, scores)) = labels.groups()?.reduce(better) else { return Ok(own) };
        let lost = if label == own.label { 0.0 } else { self.delta / context.superstep as f64 };
        Ok(Scored { score: scores.largest - lost, label, padding: 0 })
    }
}

/// The label and score of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct CommunityDetectionResult {
    labels: VertexLabels,
    scores: VertexValues<f64>,
    report: IterationReport,
}

impl CommunityDetectionResult {
    /// The label of a vertex: the id of a vertex, or a number if such were given.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let communities = graph.run(CommunityDetection::default().iterations(1))?;
    /// assert_eq!(communities.label(4), Some(3.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn label<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<VertexId<'_>> {
        self.labels.get(id)
    }

    /// The score of a vertex's label.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let communities = graph.run(CommunityDetection::default().iterations(0))?;
    /// assert_eq!(communities.score(3), Some(1.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn score<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.scores.get(id)
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
    /// let communities = graph.run(CommunityDetection::default().iterations(0))?;
    /// assert_eq!(communities.labels().num_labels()?, 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn labels(&self) -> &VertexLabels {
        &self.labels
    }

    /// The scores of all vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let communities = graph.run(CommunityDetection::default().iterations(0))?;
    /// assert_eq!(communities.scores().get(2), Some(1.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn scores(&self) -> &VertexValues<f64> {
        &self.scores
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
    /// let communities = graph.run(CommunityDetection::default().iterations(1))?;
    /// assert_eq!(communities.report().num_supersteps(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex`, `label` and `score`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(CommunityDetection::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        self.labels.table("label").values("score", &self.scores, Column::Float64)
    }
}

impl Outcome for CommunityDetectionResult {
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
    use quince_gelly::weighted_edges;
    use std::collections::BTreeMap;

    /// Gelly's two functions, as messages; a delta that keeps all scores exact in binary.
    fn reference(case: &Case, delta: f64, iterations: u64) -> Vec<(i64, f64)> {
        let mut states: Vec<_> = (0..Case::NUM_VERTICES as i64).map(|id| (id, 1.0)).collect();
        for superstep in 1..=iterations {
            let mut inbox = vec![BTreeMap::<i64, (f64, f64)>::new(); states.len()];
            let mut send = |u: usize, v: usize, weight: f64| {
                let score = states[u].1 * weight;
                let slot = inbox[v].entry(states[u].0).or_insert((0.0, f64::NEG_INFINITY));
                *slot = (slot.0 + score, slot.1.max(score));
            };
            for (u, v, weight) in case.weighted_arcs() {
                send(u, v, weight);
                if case.is_directed() {
                    send(v, u, weight);
                }
            }
            for (state, messages) in states.iter_mut().zip(inbox) {
                let mut best = f64::NEG_INFINITY;
                let mut new = *state;
                for (label, (sum, largest)) in messages {
                    if sum > best {
                        best = sum;
                        let lost = delta / superstep as f64;
                        new = (label, if label == state.0 { largest } else { largest - lost });
                    }
                }
                *state = new;
            }
        }
        states
    }

    fn found(result: &CommunityDetectionResult) -> Vec<(i64, f64)> {
        let scores = result.scores().iter();
        result.labels().iter().zip(scores).map(|((_, l), (_, s))| (integer(l), s)).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_messages(case in cases(), iterations in 0u64..3) {
            let expected = reference(&case, 0.5, iterations);
            for threads in case.threads() {
                let graph = case.weighted_graph(threads);
                let result = graph.run(CommunityDetection::default().iterations(iterations));
                prop_assert_eq!(found(&result.unwrap()), &expected[..]);
            }
        }
    }

    #[test]
    fn golden_row_x3() {
        let env = Environment::builder().threads(2).build().unwrap();
        let source = weighted_edges([
            (1, 2, 1.0),
            (1, 3, 2.0),
            (1, 4, 3.0),
            (1, 5, 4.0),
            (2, 6, 5.0),
            (6, 7, 6.0),
            (6, 8, 7.0),
            (7, 8, 8.0),
        ]);
        let graph = IndexedGraph::builder(&env).build_weighted(&source).unwrap();
        let result = graph.run(CommunityDetection::default().iterations(1)).unwrap();
        let labels: Vec<i64> = found(&result).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, [5, 6, 1, 1, 1, 8, 8, 7]);
        assert_eq!(result.score(6), Some(6.5));
        let error = graph.run(CommunityDetection::default().delta(f64::NAN)).unwrap_err();
        assert!(matches!(error, Error::Parameter { .. }), "{error}");
    }
}
