//! Closeness centrality: how near each vertex is to those that it reaches.
//!
//! With `R(v)` the sources, without v itself, that paths from v lead to, and `d` the number of edges on
//! a shortest one:
//!
//! ```text
//! C(v) = |R(v)| / sum over u in R(v) of d(v, u)
//! ```
//!
//! By default all vertices are sources, and C is the inverse of the mean distance. With a sample of
//! sources it is an estimate for every vertex. A vertex that reaches no source has 0. The form of
//! Wasserman and Faust multiplies by the share of the other sources that v reaches, so that a vertex
//! of a small component does not look central. Paths follow edge directions; weights, parallel
//! edges and self-loops make no difference.
//!
//! - **Iteration**: a superstep for each 64 sources, in which their traversals run at once, nested: a
//!   bit of a word for each.
//! - **Cost**: O((vertices + edges) * levels) time for 64 sources at most, little more than one
//!   traversal where few levels hold most vertices. 44 bytes a vertex.
//! - **Deterministic**: sums of whole numbers, the same bits at any number of threads.
//! - **Source**: Wasserman, Faust: *Social Network Analysis*, 1994; Eppstein, Wang: *Fast Approximation of
//!   Centrality*, 2004, for samples; Then et al.: *The More the Merrier: Efficient Multi-Source Graph
//!   Traversal*, 2014, for many at once.

use quince_core::index::EntryValue;
use quince_core::memory::SharedSlice;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexValues};

use crate::batches;
use crate::centrality::CentralityResult;
#[cfg(feature = "cli")]
use crate::command::Command;
use crate::sources::Sources;

const NAME: &str = "Closeness";

/// Closeness centrality and its settings.
///
/// ```
/// use quince_algorithms::Closeness;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // A path 1 - 2 - 3 - 4, and a pair.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 4), (8, 9)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let closeness = graph.run(Closeness::default())?;
/// assert_eq!((closeness.score(1), closeness.score(2)), (Some(0.5), Some(0.75)));
/// assert_eq!(closeness.score(8), Some(1.0));
/// let closeness = graph.run(Closeness::default().wasserman_faust(true))?;
/// assert_eq!((closeness.score(1), closeness.score(8)), (Some(0.3), Some(0.2)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct Closeness {
    #[cfg_attr(feature = "cli", command(flatten))]
    sources: Sources,

    /// Multiply by the share of the other sources that a vertex reaches, as Wasserman and Faust do
    #[cfg_attr(feature = "cli", arg(long))]
    wasserman_faust: bool,
}

#[cfg(feature = "cli")]
impl Command for Closeness {
    type Result = CentralityResult;

    const NAME: &'static str = "closeness";

    const ABOUT: &'static str = "\
Find how near each vertex is to those that it reaches

The inverse of the mean number of edges on shortest paths to all vertices that a vertex reaches, or \
to those of them that --source names or --samples draws. Paths follow edge directions.

Prints the vertices of the highest closeness, one `vertex<TAB>closeness` line each; --output writes \
all.";

    const EXAMPLES: &'static str = "\
  Who is near to all others in a club:
    quince closeness datasets/graphs/karate.tsv --undirected

  An estimate from 256 vertices that are drawn by a seed, small components put in their place:
    quince closeness web.el.gz --samples 256 --seed 7 --wasserman-faust --output closeness.csv";
}

impl Closeness {
    /// Distances to these vertices (by default to all).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let two = Sources::these([Id::from(1), Id::from(2)]);
    /// assert_eq!(graph.run(Closeness::default().sources(two))?.num_sources(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    /// Whether to multiply by the share of the other sources that a vertex reaches (by default
    /// not).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// // All reach all here, so that it makes no difference.
    /// let scores = graph.run(Closeness::default().wasserman_faust(true))?;
    /// assert_eq!(scores.score(3), Some(1.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn wasserman_faust(mut self, wasserman_faust: bool) -> Self {
        self.wasserman_faust = wasserman_faust;
        self
    }

    /// The score of a vertex that reaches `count` of `others` sources, `sum` edges away in all.
    fn score(&self, count: u32, sum: u64, others: u64) -> f64 {
        if count == 0 {
            return 0.0;
        }
        let (count, sum) = (f64::from(count), sum as f64);
        let share = if self.wasserman_faust { count / others as f64 } else { 1.0 };
        count / sum * share
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for Closeness {
    type Output = CentralityResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let solution = "dense, count and sum of distances, 12 bytes per vertex";
        batches::plan(graph, NAME, &self.sources, solution)
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        batches::estimate(&self.sources, size) + 12 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CentralityResult> {
        let (memory, num_keys) = (graph.environment().memory(), graph.num_vertices() as usize);
        let mut sources = self.sources.of(graph, NAME)?;
        let num_sources = sources.len() as u64;
        let mut counts = memory.allocate::<u32>("closeness", num_keys)?;
        let mut sums = memory.allocate::<u64>("closeness", num_keys)?;
        let (count, sum) = (SharedSlice::new(&mut counts), SharedSlice::new(&mut sums));
        let report = batches::distances_to(graph, NAME, &sources, |vertex, distance, new| {
            let vertex = vertex as usize;
            count.store(vertex, count.load(vertex) + new);
            sum.store(vertex, sum.load(vertex) + distance * u64::from(new));
        })?;
        let mut scores = memory.allocate::<f64>("closeness", num_keys)?;
        batches::set_scores(&mut scores, &mut sources, |vertex, score, others| {
            *score = self.score(counts[vertex], sums[vertex], others);
        });
        let scores = VertexValues::new(graph.dictionary().clone(), scores);
        Ok(CentralityResult { column: "closeness", num_sources, scores, report })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Raw, random_graphs, raw};
    use proptest::prelude::*;
    use quince_gelly::{Id, VertexOrder};

    fn scores<E: EntryValue>(graph: &IndexedGraph<E>, algorithm: Closeness) -> Vec<f64> {
        graph.run(algorithm).unwrap().iter().map(|(_, score)| score).collect()
    }

    /// Floyd and Warshall, then the definition.
    fn plain(raw: &Raw, sources: &[usize], wasserman_faust: bool) -> Vec<f64> {
        let n = raw.ids().len();
        let mut distances = vec![vec![f64::INFINITY; n]; n];
        (0..n).for_each(|v| distances[v][v] = 0.0);
        raw.arcs()
            .iter()
            .filter(|arc| arc.0 != arc.1)
            .for_each(|arc| distances[arc.0][arc.1] = 1.0);
        for k in 0..n {
            for u in 0..n {
                for v in 0..n {
                    let around = distances[u][k] + distances[k][v];
                    distances[u][v] = distances[u][v].min(around);
                }
            }
        }
        let score = |v: usize| {
            let others = sources.iter().filter(|&&u| u != v);
            let reached: Vec<f64> =
                others.clone().map(|&u| distances[v][u]).filter(|d| d.is_finite()).collect();
            let (count, sum) = (reached.len() as f64, reached.iter().sum::<f64>());
            let share = if wasserman_faust { count / others.count() as f64 } else { 1.0 };
            if reached.is_empty() { 0.0 } else { count / sum * share }
        };
        (0..n).map(score).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_the_definition(
            raw in raw(),
            few in prop::collection::vec(0usize..50, 1..4),
            wasserman_faust: bool,
        ) {
            let ids = raw.ids();
            let all: Vec<_> = (0..ids.len()).collect();
            let closeness = Closeness::default().wasserman_faust(wasserman_faust);
            for (threads, order) in raw.ways() {
                let graph = raw.weighted(threads, order);
                let expected = plain(&raw, &all, wasserman_faust);
                prop_assert_eq!(scores(&graph, closeness.clone()), expected);
            }
            if !ids.is_empty() {
                let mut few: Vec<_> = few.iter().map(|at| at % ids.len()).collect();
                few.sort_unstable();
                few.dedup();
                let sources = Sources::these(few.iter().map(|&at| Id::from(ids[at])));
                let graph = raw.unweighted(2, VertexOrder::Auto);
                let found = scores(&graph, closeness.sources(sources));
                prop_assert_eq!(found, plain(&raw, &few, wasserman_faust));
            }
        }
    }

    #[test]
    fn more_sources_than_a_word_has_bits() {
        let ring: Vec<_> = (0..150).map(|v| (v, (v + 1) % 150, 1.0)).collect();
        let graph = Raw::new(true, &ring).unweighted(2, VertexOrder::Auto);
        let found = scores(&graph, Closeness::default());
        let distances = 1..150u64;
        let expected = 149.0 / distances.sum::<u64>() as f64;
        assert!(found.iter().all(|score| (score - expected).abs() < 1e-9), "{found:?}");
        assert_eq!(graph.run(Closeness::default()).unwrap().report().num_supersteps(), 3);
    }
}
