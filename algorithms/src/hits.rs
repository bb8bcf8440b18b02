//! HITS: good hubs point at good authorities, and good authorities are pointed at by good hubs.
//!
//! With `h` the hub scores and `a` the authority scores, each superstep makes
//!
//! ```text
//! h(v) = sum over edges (v, u) of a(u),   then h = h / |h|
//! a(v) = sum over edges (u, v) of h(u),   then a = a / |a|        (the new h; |x| the L2 norm)
//! ```
//!
//! starting from `a(v) = in_degree(v)` and `h(v) = 0`. Parallel edges count each; a self-loop is an
//! edge like any other; an undirected edge goes both ways, so that both scores of a vertex become
//! the same. Weights make no difference. A vertex without edges has 0 for both (Gelly leaves it
//! out).
//!
//! - **Iteration**: alternating, pulled along out-edges, then along in-edges.
//! - **Cost**: O(edges) time and messages a superstep; 24 bytes a vertex.
//! - **Stops** when the sum of absolute changes of both scores is at or below the tolerance, though
//!   not after the first superstep, or after a fixed number of iterations, whichever comes first.
//! - **Deterministic**: sums run in the order of the index, the same bits at any number of threads.
//! - **Source**: Kleinberg: *Authoritative Sources in a Hyperlinked Environment*, 1999.
//!   Follows Gelly's `library.linkanalysis.HITS`.

use std::io::{self, Write};

use quince_core::algebra::Sum;
use quince_core::columnar::Column;
use quince_core::index::{Csr, EntryValue, StaticIndex};
use quince_core::iteration::{Alternating, AlternatingIteration, Criterion, IterationReport, Side};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::{Command, zero_or_more};
use crate::outcome::Outcome;
use crate::stopping::{Stopping, check_tolerance};

const NAME: &str = "HITS";

/// HITS and its settings.
///
/// ```
/// use quince_algorithms::Hits;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // 1 and 2 both point at 3 and 4: two equal hubs, two equal authorities.
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(1, 3), (1, 4), (2, 3), (2, 4)]))?;
/// let scores = graph.run(Hits::default())?;
/// assert!((scores.hub(1).unwrap() - 0.5f64.sqrt()).abs() < 1e-12);
/// assert!((scores.authority(4).unwrap() - 0.5f64.sqrt()).abs() < 1e-12);
/// assert_eq!((scores.authority(1), scores.hub(4)), (Some(0.0), Some(0.0)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct Hits {
    /// Stop when the scores of a superstep change by no more than this in sum
    ///
    /// By default 1e-10, and 1000 iterations at most; with --iterations alone there is no such
    /// test.
    #[cfg_attr(feature = "cli", arg(long, value_name = "T", value_parser = zero_or_more,
        allow_hyphen_values = true))]
    tolerance: Option<f64>,

    /// Stop after N iterations, exactly N unless --tolerance is given too
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    iterations: Option<u64>,
}

#[cfg(feature = "cli")]
impl Command for Hits {
    type Result = HitsResult;

    const NAME: &'static str = "hits";

    const ABOUT: &'static str = "\
Score vertices as hubs and as authorities (HITS)

A good hub points at good authorities, a good authority is pointed at by good hubs. The squares of \
the scores of either kind sum to 1. Weights make no difference, parallel edges count each.

Prints the vertices of the highest authority, one `vertex<TAB>hub<TAB>authority` line each.";

    const EXAMPLES: &'static str = "\
  The ten best authorities of a directed graph:
    quince hits datasets/graphs/p2p-31.e.gz --directed

  Exactly 20 iterations, all scores into a file:
    quince hits web.el.gz --iterations 20 --output scores.parquet";
}

impl Hits {
    /// The tolerance if neither tolerance nor iterations are set.
    pub const DEFAULT_TOLERANCE: f64 = 1e-10;

    /// The most iterations if only a tolerance is set.
    pub const DEFAULT_MAXIMUM_ITERATIONS: u64 = 1000;

    /// Stop when the sum of absolute changes of a superstep is at or below this.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert!(graph.run(Hits::default().tolerance(0.1))?.report().num_supersteps() < 100);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Stop after this many iterations; exactly this many unless a tolerance is set too.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Hits::default().iterations(5))?.report().num_supersteps(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = Some(iterations);
        self
    }

    fn criterion(&self) -> Criterion {
        // The first superstep makes hub scores of nothing: its change says nothing.
        let &Self { tolerance, iterations } = self;
        let (default_tolerance, most) = (Self::DEFAULT_TOLERANCE, Self::DEFAULT_MAXIMUM_ITERATIONS);
        Stopping { tolerance, iterations, default_tolerance, most }.criterion_from_second()
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for Hits {
    type Output = HitsResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        check_tolerance(NAME, self.tolerance)?;
        Ok(PlanNode::new("alternating iteration HITS")
            .property("until", self.criterion())
            .property("solution", "dense, two f64 per vertex")
            .property("combine", "sum along rows, regrouped in a fixed way")
            .property("aggregate", "sum of squares of each score")
            .property("direction", "pull")
            .input(graph.index_plan(EdgeDirection::Out))
            .input(graph.index_plan(EdgeDirection::In)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Both scores, and the next of one.
        24 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<HitsResult> {
        check_tolerance(NAME, self.tolerance)?;
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        let program = Program { into: &into };
        let iteration = AlternatingIteration::new(NAME, &*out, &*into, &program, self.criterion());
        let result = iteration.run(graph.environment())?;
        let values = |scores| VertexValues::new(graph.dictionary().clone(), scores);
        Ok(HitsResult {
            hubs: values(result.first),
            authorities: values(result.second),
            report: result.report,
        })
    }
}

struct Program<'a, W: EntryValue> {
    into: &'a Csr<W>,
}

impl<W: EntryValue> Alternating<W> for Program<'_, W> {
    type Value = f64;
    type Combiner = Sum<f64>;

    fn initial(&self, side: Side, vertex: u32) -> f64 {
        match side {
            Side::First => 0.0,
            Side::Second => self.into.degree(vertex) as f64,
        }
    }

    #[inline(always)]
    fn message(&self, score: f64, _weight: W) -> f64 {
        score
    }

    #[inline(always)]
    fn aggregate(&self, sum: f64) -> f64 {
        sum * sum
    }

    #[inline(always)]
    fn finish(&self, sum: f64, squares: f64) -> f64 {
        // Without edges there is nothing to divide by.
        if squares > 0.0 { sum / squares.sqrt() } else { sum }
    }

    #[inline(always)]
    fn change(&self, old: f64, new: f64) -> f64 {
        (new - old).abs()
    }
}

/// The scores of all vertices, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct HitsResult {
    hubs: VertexValues<f64>,
    authorities: VertexValues<f64>,
    report: IterationReport,
}

/// The two scores of a vertex.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HitsScores {
    /// How well it points.
    pub hub: f64,
    /// How well it is pointed at.
    pub authority: f64,
}

impl HitsResult {
    /// The hub score of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Hits::default().iterations(5))?.hub(4), Some(0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn hub<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.hubs.get(id)
    }

    /// The authority score of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Hits::default().iterations(5))?.authority(1), Some(0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn authority<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.authorities.get(id)
    }

    /// Ids and scores, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Hits::default().iterations(5))?.iter().count(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, HitsScores)> {
        let both = self.hubs.iter().zip(self.authorities.iter());
        both.map(|((id, hub), (_, authority))| (id, HitsScores { hub, authority }))
    }

    /// The `count` vertices of the highest authority, falling; equal ones ascend by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Hits::default().iterations(5))?.top(1)[0].0, 3.into());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top(&self, count: usize) -> Vec<(VertexId<'_>, HitsScores)> {
        let scores = |(id, authority)| {
            let hub = self.hubs.get(id).unwrap_or(0.0);
            (id, HitsScores { hub, authority })
        };
        self.authorities.top(count).into_iter().map(scores).collect()
    }

    /// The iterations and why they stopped.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Hits::default().iterations(5))?.report().num_supersteps(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex`, `hub` and `authority`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(Hits::default().iterations(5))?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        VertexTable::new(self.hubs.dictionary().clone())
            .values("hub", &self.hubs, Column::Float64)
            .values("authority", &self.authorities, Column::Float64)
    }
}

impl Outcome for HitsResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(json!({
            "iterations": self.report.num_supersteps(),
            "stopped": self.report.stopped,
        }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        self.top(top)
            .into_iter()
            .try_for_each(|(id, s)| writeln!(out, "{id}\t{:?}\t{:?}", s.hub, s.authority))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_graphs::{Case, cases};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;
    use quince_core::Environment;
    use quince_core::iteration::StopReason;
    use quince_gelly::{Error, edges};

    /// The definition, word for word.
    fn reference(n: usize, arcs: &[(usize, usize)], iterations: usize) -> Vec<(f64, f64)> {
        let (mut hubs, mut authorities) = (vec![0.0; n], vec![0.0; n]);
        arcs.iter().for_each(|&(_, v)| authorities[v] += 1.0);
        let normalise = |scores: &mut [f64]| {
            let norm = scores.iter().map(|s| s * s).sum::<f64>().sqrt();
            scores.iter_mut().filter(|_| norm > 0.0).for_each(|s| *s /= norm);
        };
        for _ in 0..iterations {
            hubs.fill(0.0);
            arcs.iter().for_each(|&(u, v)| hubs[u] += authorities[v]);
            normalise(&mut hubs);
            authorities.fill(0.0);
            arcs.iter().for_each(|&(u, v)| authorities[v] += hubs[u]);
            normalise(&mut authorities);
        }
        hubs.into_iter().zip(authorities).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_the_definition(case in cases(), iterations in 0u64..12) {
            let expected = reference(Case::NUM_VERTICES, &case.arcs(), iterations as usize);
            case.same_bits(|graph| {
                let result = graph.run(Hits::default().iterations(iterations)).unwrap();
                for (id, (hub, authority)) in expected.iter().enumerate() {
                    assert!((result.hub(id as i64).unwrap() - hub).abs() < 1e-12);
                    assert!((result.authority(id as i64).unwrap() - authority).abs() < 1e-12);
                }
                let bits = |s: HitsScores| [s.hub.to_bits(), s.authority.to_bits()];
                result.iter().flat_map(|(_, scores)| bits(scores)).collect::<Vec<_>>()
            });
        }
    }

    /// Gelly's small test graph.
    const FISH: [(i64, i64); 7] = [(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)];

    #[test]
    fn golden_row_l15() {
        let env = Environment::builder().threads(2).build().unwrap();
        let graph = IndexedGraph::from_source(&env, &edges(FISH)).unwrap();
        let result = graph.run(Hits::default().iterations(20)).unwrap();
        let expected = [
            (0.54464336064, 0.0),
            (0.0, 0.836329364957),
            (0.607227075863, 0.268492484699),
            (0.54464336064, 0.395445020996),
            (0.0, 0.268492484699),
            (0.194942293412, 0.0),
        ];
        for (id, (hub, authority)) in expected.into_iter().enumerate() {
            assert!((result.hub(id as i64).unwrap() - hub).abs() < 1e-6);
            assert!((result.authority(id as i64).unwrap() - authority).abs() < 1e-6);
        }
        assert_eq!(result.top(1)[0].0, VertexId::Integer(1));
    }

    #[test]
    fn golden_rows_l22_and_l24() {
        let env = Environment::builder().threads(2).build().unwrap();
        let pairs = (0..47).flat_map(|u| (0..47).map(move |v| (u, v)));
        let complete = IndexedGraph::from_source(&env, &edges(pairs.filter(|(u, v)| u != v)));
        let result = complete.unwrap().run(Hits::default()).unwrap();
        let expected = 1.0 / 47f64.sqrt();
        for (_, scores) in result.iter() {
            assert!((scores.hub - expected).abs() + (scores.authority - expected).abs() < 1e-12);
        }
        let declared = edges([(0, 0), (1, 1), (2, 2)]);
        let builder = IndexedGraph::builder(&env).vertices(&declared);
        let empty = builder.build(&edges([])).unwrap().run(Hits::default()).unwrap();
        assert!(empty.iter().all(|(_, s)| s == HitsScores { hub: 0.0, authority: 0.0 }));
    }

    #[test]
    fn the_first_superstep_is_not_tested_for_convergence() {
        let env = Environment::builder().threads(1).build().unwrap();
        let graph = IndexedGraph::from_source(&env, &edges(FISH)).unwrap();
        let result = graph.run(Hits::default().tolerance(1e9)).unwrap();
        assert_eq!(result.report().num_supersteps(), 2);
        assert_eq!(result.report().stopped, StopReason::Converged);
        let error = graph.run(Hits::default().tolerance(-1.0)).unwrap_err();
        assert!(matches!(error, Error::Parameter { .. }), "{error}");
    }
}
