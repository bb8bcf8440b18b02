//! Harmonic centrality: the sum of the inverse distances to all that a vertex reaches.
//!
//! With `d` the number of edges on a shortest path, and 1/d = 0 where none leads:
//!
//! ```text
//! H(v) = sum over sources u != v of 1 / d(v, u)
//! ```
//!
//! By default all vertices are sources. With fewer the sum is a part of H, not scaled up; normalized,
//! it is divided by the number of sources other than v, which makes it the mean, and of a sample an
//! estimate. Paths follow edge directions; weights, parallel edges and self-loops make no difference.
//!
//! - **Iteration**: a superstep for each 64 sources, in which their traversals run at once, nested: a
//!   bit of a word for each.
//! - **Cost**: O((vertices + edges) * levels) time for 64 sources at most, little more than one
//!   traversal where few levels hold most vertices. 40 bytes a vertex.
//! - **Deterministic**: sums of one vertex run by batch, then by rising distance, the same bits at any number
//!   of threads and in any order of the vertices.
//! - **Source**: Boldi, Vigna: *Axioms for Centrality*, 2014; Then et al.: *The More the Merrier: Efficient Multi-Source Graph
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

const NAME: &str = "HarmonicCentrality";

/// Harmonic centrality and its settings.
///
/// ```
/// use quince_algorithms::HarmonicCentrality;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // A path 1 - 2 - 3 and a pair.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (8, 9)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let harmonic = graph.run(HarmonicCentrality::default())?;
/// assert_eq!((harmonic.score(1), harmonic.score(2)), (Some(1.5), Some(2.0)));
/// let harmonic = graph.run(HarmonicCentrality::default().normalized(true))?;
/// assert_eq!((harmonic.score(2), harmonic.score(8)), (Some(0.5), Some(0.25)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct HarmonicCentrality {
    #[cfg_attr(feature = "cli", command(flatten))]
    sources: Sources,

    /// Divide by the number of sources other than the vertex
    #[cfg_attr(feature = "cli", arg(long))]
    normalized: bool,
}

#[cfg(feature = "cli")]
impl Command for HarmonicCentrality {
    type Result = CentralityResult;

    const NAME: &'static str = "harmonic-centrality";

    const ABOUT: &'static str = "\
Find the sum of the inverse distances to all that a vertex reaches

Distances are numbers of edges along edge directions, to all vertices, or to those that --source \
names or --samples draws.

Prints the vertices of the highest scores, one `vertex<TAB>harmonic` line each; --output writes \
all.";

    const EXAMPLES: &'static str = "\
  Who is near to the others in a club:
    quince harmonic-centrality datasets/graphs/karate.tsv --undirected

  An estimate of the mean from 256 vertices that are drawn by a seed:
    quince harmonic-centrality web.el.gz --samples 256 --seed 7 --normalized";
}

impl HarmonicCentrality {
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
    /// assert_eq!(graph.run(HarmonicCentrality::default().sources(two))?.num_sources(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    /// Whether to divide by the number of sources other than the vertex (by default not).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(HarmonicCentrality::default().normalized(true))?.score(3), Some(1.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn normalized(mut self, normalized: bool) -> Self {
        self.normalized = normalized;
        self
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for HarmonicCentrality {
    type Output = CentralityResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        batches::plan(graph, NAME, &self.sources, "dense, f64 per vertex")
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        batches::estimate(&self.sources, size) + 8 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CentralityResult> {
        let (memory, num_keys) = (graph.environment().memory(), graph.num_vertices() as usize);
        let mut sources = self.sources.of(graph, NAME)?;
        let num_sources = sources.len() as u64;
        let mut scores = memory.allocate::<f64>("harmonic centrality", num_keys)?;
        let score = SharedSlice::new(&mut scores);
        let report = batches::distances_to(graph, NAME, &sources, |vertex, distance, new| {
            let vertex = vertex as usize;
            score.store(vertex, score.load(vertex) + f64::from(new) / distance as f64);
        })?;
        if self.normalized {
            batches::set_scores(&mut scores, &mut sources, |_, score, others| {
                *score /= others.max(1) as f64;
            });
        }
        let scores = VertexValues::new(graph.dictionary().clone(), scores);
        Ok(CentralityResult { column: "harmonic", num_sources, scores, report })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Raw, random_graphs, raw};
    use proptest::prelude::*;
    use quince_gelly::{Id, VertexOrder};

    fn scores<E: EntryValue>(graph: &IndexedGraph<E>, algorithm: HarmonicCentrality) -> Vec<f64> {
        graph.run(algorithm).unwrap().iter().map(|(_, score)| score).collect()
    }

    /// A queue for each vertex, then the definition.
    fn plain(raw: &Raw, sources: &[usize], normalized: bool) -> Vec<f64> {
        let (n, arcs) = (raw.ids().len(), raw.arcs());
        let score = |v: usize| {
            let mut levels = vec![usize::MAX; n];
            levels[v] = 0;
            let mut queue = std::collections::VecDeque::from([v]);
            while let Some(u) = queue.pop_front() {
                for &(_, w, _) in arcs.iter().filter(|arc| arc.0 == u) {
                    if levels[w] == usize::MAX {
                        levels[w] = levels[u] + 1;
                        queue.push_back(w);
                    }
                }
            }
            let others = sources.iter().filter(|&&u| u != v);
            let reached = others.clone().filter(|&&u| levels[u] != usize::MAX);
            let sum: f64 = reached.map(|&u| 1.0 / levels[u] as f64).sum();
            if normalized && others.clone().count() > 0 { sum / others.count() as f64 } else { sum }
        };
        (0..n).map(score).collect()
    }

    fn close(found: &[f64], expected: &[f64]) -> bool {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
        found.len() == expected.len() && found.iter().zip(expected).all(near)
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_the_definition(
            raw in raw(),
            few in prop::collection::vec(0usize..50, 1..4),
            normalized: bool,
        ) {
            let ids = raw.ids();
            let all: Vec<_> = (0..ids.len()).collect();
            let harmonic = HarmonicCentrality::default().normalized(normalized);
            let expected = plain(&raw, &all, normalized);
            let mut bits = Vec::new();
            for (threads, order) in raw.ways() {
                let found = scores(&raw.weighted(threads, order), harmonic.clone());
                prop_assert!(close(&found, &expected), "{:?} is not {:?}", found, expected);
                bits.push(found.iter().map(|score| score.to_bits()).collect::<Vec<_>>());
            }
            prop_assert!(bits.iter().all(|found| found == &bits[0]));
            if !ids.is_empty() {
                let mut few: Vec<_> = few.iter().map(|at| at % ids.len()).collect();
                few.sort_unstable();
                few.dedup();
                let sources = Sources::these(few.iter().map(|&at| Id::from(ids[at])));
                let graph = raw.unweighted(2, VertexOrder::Auto);
                let found = scores(&graph, harmonic.sources(sources));
                prop_assert!(close(&found, &plain(&raw, &few, normalized)));
            }
        }
    }

    #[test]
    fn more_sources_than_a_word_has_bits() {
        let ring: Vec<_> = (0..150).map(|v| (v, (v + 1) % 150, 1.0)).collect();
        let graph = Raw::new(true, &ring).unweighted(2, VertexOrder::Auto);
        let found = scores(&graph, HarmonicCentrality::default());
        let distances = 1..150u64;
        let expected = distances.map(|d| 1.0 / d as f64).sum::<f64>();
        assert!(found.iter().all(|score| (score - expected).abs() < 1e-9), "{found:?}");
        assert_eq!(graph.run(HarmonicCentrality::default()).unwrap().report().num_supersteps(), 3);
    }
}
