//! Betweenness centrality: on how many shortest paths each vertex lies.
//!
//! With `σ(s, t)` the number of shortest paths from s to t, by the number of edges, and `σ(s, t | v)`
//! that of those with v between their ends:
//!
//! ```text
//! B(v) = sum over s != v != t of σ(s, t | v) / σ(s, t)
//! ```
//!
//! Paths follow edge directions. Parallel edges make paths of their own; weights and self-loops make
//! no difference. In an undirected graph each pair counts once, so that sums over both directions
//! are halved. With fewer sources than vertices, s is one of them: the sum is then a part of B,
//! not scaled up. The score can be divided by the number of pairs that a vertex can be
//! between, (n - 1)(n - 2), or half of it in an undirected graph; or by the highest score, as the
//! GAP benchmark suite does.
//!
//! - **Iteration**: a superstep for each source. In it, nested: a frontier traversal for the levels,
//!   a level sweep upwards along in-edges for the path counts, and one downwards along out-edges for
//!   the dependencies.
//! - **Cost**: O(vertices + edges) time for each source; 44 bytes and 3 bits a vertex.
//! - **Deterministic**: sums run in the order of the index, sources in that of their ids, the same
//!   bits at any number of threads.
//! - **Range**: path counts are 64-bit floats. Those of a grid of 1,000 × 1,000 exceed them; where
//!   any does, those of its source are counted again, in floats of 40 bits of fraction and 24 of
//!   exponent.
//! - **Source**: Brandes: *A faster algorithm for betweenness centrality*, 2001.

mod count;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use quince_core::Error;
use quince_core::index::{Csr, EntryValue};
use quince_core::iteration::{
    FrontierTraversal, LevelProgram, LevelSweep, StepIteration, StepOutcome,
};
use quince_core::memory::Segment;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexValues};
use rayon::prelude::*;

use crate::centrality::CentralityResult;

#[cfg(feature = "cli")]
use crate::command::{Command, names};
use crate::sources::Sources;
use count::{Count, Wide};

const NAME: &str = "Betweenness";

/// Betweenness centrality and its settings.
///
/// ```
/// use quince_algorithms::Betweenness;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // A path 1 - 2 - 3 - 4 with a leaf 5 at 3.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 4), (3, 5)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let betweenness = graph.run(Betweenness::default())?;
/// assert_eq!((betweenness.score(2), betweenness.score(3)), (Some(3.0), Some(5.0)));
/// assert_eq!(betweenness.score(1), Some(0.0));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct Betweenness {
    #[cfg_attr(feature = "cli", command(flatten))]
    sources: Sources,

    /// What scores are divided by
    #[cfg_attr(feature = "cli", arg(
        long, value_name = "BY", default_value = "none",
        value_parser = names(Normalization::NAMES),
    ))]
    normalization: Normalization,
}

/// What scores of betweenness are divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalization {
    /// Nothing.
    #[default]
    None,
    /// The number of pairs that a vertex can be between.
    Pairs,
    /// The highest score.
    Maximum,
}

#[cfg(feature = "cli")]
impl Normalization {
    const NAMES: &'static [(&'static str, &'static str, Self)] = &[
        ("none", "nothing", Self::None),
        ("pairs", "the number of pairs that a vertex can be between", Self::Pairs),
        ("maximum", "the highest score, as the GAP benchmark suite does", Self::Maximum),
    ];
}

#[cfg(feature = "cli")]
impl Command for Betweenness {
    type Result = CentralityResult;

    const NAME: &'static str = "betweenness";

    const ABOUT: &'static str = "\
Find on how many shortest paths each vertex lies

Paths follow edge directions and are as long as they have edges. Without --source or --samples all \
vertices are sources, which takes a pass over the edges for each.

Prints the vertices of the highest scores, one `vertex<TAB>betweenness` line each; --output writes \
all.";

    const EXAMPLES: &'static str = "\
  Who stands between the members of a club:
    quince betweenness datasets/graphs/karate.tsv --undirected

  An estimate from 64 sources that are drawn by a seed:
    quince betweenness web.el.gz --samples 64 --seed 7 --output betweenness.parquet

  From four sources, as the GAP benchmark suite does it:
    quince betweenness kron.el --source 3 --source 5 --source 8 --source 13 \\
      --normalization maximum";
}

impl Betweenness {
    /// Shortest paths from these vertices (by default from all).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let two = Sources::these([Id::from(1), Id::from(2)]);
    /// assert_eq!(graph.run(Betweenness::default().sources(two))?.num_sources(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    /// What scores are divided by (by default nothing).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let scores = graph.run(Betweenness::default().normalization(Normalization::Maximum))?;
    /// assert_eq!(scores.score(3), Some(1.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn normalization(mut self, normalization: Normalization) -> Self {
        self.normalization = normalization;
        self
    }

    /// What sums over sources are divided by.
    fn divisor(&self, directed: bool, scores: &[f64]) -> f64 {
        let others = scores.len().saturating_sub(1) as f64;
        let highest = scores.par_iter().copied().reduce(|| 0.0, f64::max);
        match self.normalization {
            // Each pair was counted from both ends.
            Normalization::None if !directed => 2.0,
            Normalization::Pairs if others > 1.0 => others * (others - 1.0),
            Normalization::Maximum if highest > 0.0 => highest,
            _ => 1.0,
        }
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for Betweenness {
    type Output = CentralityResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(PlanNode::new("iteration Betweenness")
            .property("superstep", "a source")
            .property("sources", self.sources.describe(graph, NAME)?)
            .property("nested", "frontier traversal, level sweep upwards, level sweep downwards")
            .property("solution", "dense, path count and score, f64 per vertex")
            .property("combine", "sum along rows")
            .input(graph.index_plan(EdgeDirection::Out))
            .input(graph.index_plan(EdgeDirection::In)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // The traversal; path counts and scores, projections and those to be.
        let bytes = (12 + 32) * size.num_vertices + 3 * size.num_vertices.div_ceil(8);
        bytes + self.sources.estimate(size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CentralityResult> {
        let (env, num_keys) = (graph.environment(), graph.num_vertices() as usize);
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        let sources = self.sources.of(graph, NAME)?;
        let traversal = FrontierTraversal::new(env, NAME, &out, &into)?;
        let mut program = Brandes {
            out: &out,
            into: &into,
            traversal: traversal.keep_order().nested(),
            sweep: LevelSweep::new(env, NAME, num_keys, 0)?,
            counts: env.memory().allocate("path counts", num_keys)?,
            scores: env.memory().allocate("betweenness", num_keys)?,
        };
        let mut left = &sources[..];
        let iteration = StepIteration::new(NAME, left.len() as u64);
        let report = iteration.run(env, |_| {
            let (&source, rest) = left.split_first().expect("a step has a source");
            let changes = program.add(source)?;
            left = rest;
            Ok(StepOutcome { changes, convergence: None, workset: left.len() as u64 })
        })?;
        let mut scores = program.scores;
        let divisor = env.install(|| self.divisor(graph.is_directed(), &scores));
        env.install(|| scores.par_iter_mut().for_each(|score| *score /= divisor));
        Ok(CentralityResult {
            column: "betweenness",
            num_sources: sources.len() as u64,
            scores: VertexValues::new(graph.dictionary().clone(), scores),
            report,
        })
    }
}

/// What is kept from source to source.
struct Brandes<'a, E: EntryValue> {
    out: &'a Csr<E>,
    into: &'a Csr<E>,
    traversal: FrontierTraversal<'a, E>,
    sweep: LevelSweep<'a, u64>,
    /// Words of a [`Count`].
    counts: Segment<u64>,
    scores: Segment<f64>,
}

impl<E: EntryValue> Brandes<'_, E> {
    /// Adds the dependencies of `source` to the scores; gives how many vertices it reaches.
    fn add(&mut self, source: u32) -> quince_core::Result<u64> {
        let levels = self.traversal.visit(&[source])?;
        let found = levels.supersteps.iter().map(|step| step.changes).filter(|&size| size > 0);
        // As many as there are levels, as in the report itself.
        let sizes: Vec<u64> = std::iter::once(1).chain(found).collect();
        if !self.add_in::<f64>(source, &sizes)? && !self.add_in::<Wide>(source, &sizes)? {
            let what = "the exponent of a number of shortest paths";
            return Err(Error::TooLarge { what, count: Wide::LIMIT + 1, limit: Wide::LIMIT });
        }
        Ok(self.traversal.order().len() as u64)
    }

    /// Adds what depends on `source`, unless a number of paths is too large for the type.
    fn add_in<C: Count>(&mut self, source: u32, sizes: &[u64]) -> quince_core::Result<bool> {
        let order = self.traversal.order();
        let program =
            PathCounts::<C> { source, overflows: AtomicBool::new(false), count: PhantomData };
        self.sweep.run(self.into, &program, order, sizes, false, &mut self.counts)?;
        if program.overflows.into_inner() {
            return Ok(false);
        }
        let program = Dependencies::<C> { source, counts: &self.counts, count: PhantomData };
        self.sweep.run(self.out, &program, order, sizes, true, &mut self.scores)?;
        Ok(true)
    }
}

/// How many shortest paths lead from the source to each vertex.
struct PathCounts<C> {
    source: u32,
    /// Whether a number was too large.
    overflows: AtomicBool,
    count: PhantomData<C>,
}

impl<C: Count, W: EntryValue> LevelProgram<W> for PathCounts<C> {
    type State = u64;
    type Projection = u64;
    type Combiner = C::Sum;
    const SILENT: u64 = 0;

    #[inline(always)]
    fn message(&self, count: u64, _weight: W) -> C {
        C::from_word(count)
    }

    #[inline(always)]
    fn apply(&self, vertex: u32, _count: u64, sum: C) -> (u64, u64) {
        let count = if vertex == self.source { C::from_float(1.0) } else { sum };
        if count.overflows() {
            self.overflows.store(true, Relaxed);
        }
        (count.to_word(), count.to_word())
    }
}

/// The dependency of the source on each vertex: over all that paths go on to, the share of the
/// paths there that come through the vertex, with what depends on those in turn.
struct Dependencies<'a, C> {
    source: u32,
    counts: &'a [u64],
    count: PhantomData<C>,
}

impl<C: Count, W: EntryValue> LevelProgram<W> for Dependencies<'_, C> {
    /// The score, to which the dependency is added.
    type State = f64;
    type Projection = u64;
    type Combiner = C::Sum;
    const SILENT: u64 = 0;

    #[inline(always)]
    fn message(&self, share: u64, _weight: W) -> C {
        C::from_word(share)
    }

    #[inline(always)]
    fn apply(&self, vertex: u32, score: f64, sum: C) -> (f64, u64) {
        let count = C::from_word(self.counts[vertex as usize]);
        let dependency = count.times(sum);
        let score = if vertex == self.source { score } else { score + dependency };
        (score, count.divide(1.0 + dependency).to_word())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::test_support::{Raw, check_estimate, random_graphs, raw};
    use proptest::prelude::*;
    use quince_gelly::{Id, VertexOrder};

    /// From each source counts the paths to all vertices and, with those from all vertices, how
    /// many lead through each: cubic, and without dependencies.
    fn plain(raw: &Raw, sources: &[usize]) -> Vec<f64> {
        let (n, arcs) = (raw.ids().len(), raw.arcs());
        let from = |source: usize| {
            let (mut levels, mut counts) = (vec![usize::MAX; n], vec![0.0; n]);
            (levels[source], counts[source]) = (0, 1.0);
            let mut queue = VecDeque::from([source]);
            while let Some(u) = queue.pop_front() {
                for &(_, v, _) in arcs.iter().filter(|arc| arc.0 == u) {
                    if levels[v] == usize::MAX {
                        levels[v] = levels[u] + 1;
                        queue.push_back(v);
                    }
                    if levels[v] == levels[u] + 1 {
                        counts[v] += counts[u];
                    }
                }
            }
            (levels, counts)
        };
        let all: Vec<_> = (0..n).map(from).collect();
        let mut scores = vec![0.0; n];
        for &s in sources {
            for t in (0..n).filter(|&t| t != s && all[s].0[t] != usize::MAX) {
                for v in (0..n).filter(|&v| v != s && v != t) {
                    let (here, there) = (all[s].0[v], all[v].0[t]);
                    if here.saturating_add(there) == all[s].0[t] {
                        scores[v] += all[s].1[v] * all[v].1[t] / all[s].1[t];
                    }
                }
            }
        }
        let pair = if raw.directed { 1.0 } else { 0.5 };
        scores.into_iter().map(|score| score * pair).collect()
    }

    fn scores<E: EntryValue>(graph: &IndexedGraph<E>, algorithm: Betweenness) -> Vec<f64> {
        graph.run(algorithm).unwrap().iter().map(|(_, score)| score).collect()
    }

    fn close(found: &[f64], expected: &[f64]) -> bool {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
        found.len() == expected.len() && found.iter().zip(expected).all(near)
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_counting_paths(raw in raw(), few in prop::collection::vec(0usize..50, 1..4)) {
            let ids = raw.ids();
            let all: Vec<_> = (0..ids.len()).collect();
            let expected = plain(&raw, &all);
            let mut bits = Vec::new();
            for (threads, order) in raw.ways() {
                let graph = raw.weighted(threads, order);
                let found = scores(&graph, Betweenness::default());
                prop_assert!(close(&found, &expected), "{:?} is not {:?}", found, expected);
                bits.push(found.iter().map(|score| score.to_bits()).collect::<Vec<_>>());
            }
            if let [one, hubs, again, hubs_again] = &bits[..] {
                prop_assert_eq!((one, hubs), (again, hubs_again));
            }
            if !ids.is_empty() {
                let mut few: Vec<_> = few.iter().map(|at| at % ids.len()).collect();
                few.sort_unstable();
                few.dedup();
                let sources = Sources::these(few.iter().map(|&at| Id::from(ids[at])));
                let graph = raw.unweighted(raw.ways()[0].0, VertexOrder::Auto);
                let found = scores(&graph, Betweenness::default().sources(sources));
                prop_assert!(close(&found, &plain(&raw, &few)));
            }
        }
    }

    /// A chain of squares: twice as many paths at the end of each, beyond what floats hold.
    #[test]
    fn paths_beyond_floats_are_counted() {
        let squares = 1_200;
        let square =
            |at: i64| [(0, 1), (0, 2), (1, 3), (2, 3)].map(|(u, v)| (3 * at + u, 3 * at + v, 1.0));
        let edges: Vec<_> = (0..squares).flat_map(square).collect();
        let raw = Raw::new(true, &edges);
        let mut bits = Vec::new();
        for threads in [1, 2, 8] {
            let graph = raw.unweighted(threads, VertexOrder::Auto);
            let start = Sources::these([Id::from(0)]);
            let found = scores(&graph, Betweenness::default().sources(start));
            // From the start all that follows depends on where squares meet, half on other corners.
            for (vertex, &score) in found.iter().enumerate().skip(1) {
                let corner = vertex as i64 % 3;
                let behind = (3 * squares - (vertex as i64 - corner)) as f64;
                let expected = if corner == 0 { behind } else { (behind - 2.0) / 2.0 };
                assert!((score - expected).abs() <= 1e-9 * expected.max(1.0), "{vertex}: {score}");
            }
            bits.push(found.iter().map(|score| score.to_bits()).collect::<Vec<_>>());
        }
        assert!(bits.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn scores_are_divided_as_asked() {
        let star = [(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0), (3, 4, 1.0)];
        let graph = Raw::new(false, &star).unweighted(1, VertexOrder::Auto);
        let by = |by| scores(&graph, Betweenness::default().normalization(by));
        assert_eq!(by(Normalization::None), [5.0, 0.0, 0.0, 3.0, 0.0]);
        assert_eq!(by(Normalization::Pairs), [10.0 / 12.0, 0.0, 0.0, 0.5, 0.0]);
        assert_eq!(by(Normalization::Maximum), [1.0, 0.0, 0.0, 6.0 / 10.0, 0.0]);
    }

    #[test]
    fn samples_are_drawn_by_the_seed_and_the_ids() {
        let path: Vec<_> = (0..200).map(|v| (v, v + 1, 1.0)).collect();
        let raw = Raw::new(false, &path);
        let run = |order, seed| {
            let algorithm = Betweenness::default().sources(Sources::sampled(5, seed));
            scores(&raw.unweighted(2, order), algorithm)
        };
        let expected = run(VertexOrder::Ascending, 1);
        assert_eq!(expected, run(VertexOrder::HubFirst, 1));
        assert_ne!(expected, run(VertexOrder::Ascending, 2));
    }

    #[test]
    fn the_estimate_is_near_the_measured_peak() {
        check_estimate(&Betweenness::default().sources(Sources::sampled(2, 0)));
    }
}
