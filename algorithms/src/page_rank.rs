//! PageRank: how often a random surfer is at each vertex.
//!
//! With N vertices, damping `d`, and `P` the ranks of the superstep before:
//!
//! ```text
//! P(v) = (1 - d)/N + d * ( sum over edges (u, v) of P(u)/out_degree(u)  +  D/N )
//! D    = sum of P(u) over dangling u (those without out-edges)
//! ```
//!
//! starting from 1/N. Dangling mass spreads uniformly, so the ranks sum to 1. Parallel edges count
//! each; a self-loop is an edge like any other; an undirected edge counts both ways. Vertices
//! without any edge take part as in LDBC; Gelly leaves them out unless it is asked to include them,
//! which is an option here too. Where no vertex is dangling, this is also the simple PageRank of
//! Gelly's examples, which drops dangling mass.
//!
//! - **Iteration**: bulk, pulled along in-edges; what crosses the index is `P(u)/out_degree(u)`.
//!   If neither the projection fits the cache nor the order of vertices helps, as in uniform random
//!   graphs, the index is cut into tiles, one block of the projection each; the plan says so.
//! - **Cost**: O(edges) time and messages a superstep; 4 (f32) or 8 (f64) times 3 bytes a vertex, times
//!   4 in a directed graph.
//!   Tiles take the edges a second time, if the budget has room for them.
//! - **Stops** when the sum of absolute changes is at or below the tolerance, or after a fixed
//!   number of iterations, whichever comes first.
//! - **Deterministic**: sums run in the order of the index, the same bits at any number of threads.
//! - **Source**: Page, Brin, Motwani, Winograd: *The PageRank Citation Ranking*, 1999.
//!   Follows Gelly's `library.linkanalysis.PageRank`; equal to LDBC Graphalytics PR.

use std::io::{self, Write};
use std::marker::PhantomData;

use quince_core::algebra::{Monoid, Sum};
use quince_core::columnar::{Column, Native};
use quince_core::index::{Csr, EntryValue, StaticIndex};
use quince_core::iteration::{
    BulkContext, BulkIteration, BulkKey, BulkProgram, Criterion, IterationReport, Rewrites,
    column_tiles,
};
use quince_core::memory::Segment;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::{Command, fraction_below_one, names, zero_or_more};
use crate::outcome::{Outcome, print_values};
use crate::stopping::{Stopping, check_damping, check_tolerance};

const NAME: &str = "PageRank";

/// PageRank and its settings.
///
/// ```
/// use quince_algorithms::PageRank;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // 1 and 2 point at each other; 3 points at 1 and nothing points at 3.
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (2, 1), (3, 1)]))?;
/// let ranks = graph.run(PageRank::default())?;
/// assert!((ranks.rank(3).unwrap() - 0.05).abs() < 1e-9);
/// assert!((ranks.rank(1).unwrap() + ranks.rank(2).unwrap() - 0.95).abs() < 1e-9);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct PageRank {
    /// The share of rank that follows edges, at least 0 and below 1
    #[cfg_attr(feature = "cli", arg(long, value_name = "D",
        default_value_t = Self::DEFAULT_DAMPING, value_parser = fraction_below_one,
        allow_hyphen_values = true))]
    damping: f64,

    /// Stop when the ranks of a superstep change by no more than this in sum
    ///
    /// By default 1e-10, with --precision f32 1e-5, and 1000 iterations at most; with
    /// --iterations alone there is no such test.
    #[cfg_attr(feature = "cli", arg(long, value_name = "T", value_parser = zero_or_more,
        allow_hyphen_values = true))]
    tolerance: Option<f64>,

    /// Stop after N iterations, exactly N unless --tolerance is given too
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    iterations: Option<u64>,

    /// In what numbers ranks are kept
    #[cfg_attr(feature = "cli", arg(long, value_name = "TYPE", default_value = "f64",
        value_parser = names(PRECISIONS)))]
    precision: Precision,

    /// Leave vertices without any edge out: they have rank 0, and do not count among the vertices
    /// that the surfer jumps to
    #[cfg_attr(feature = "cli", arg(long = "exclude-zero-degree-vertices",
        action = clap::ArgAction::SetFalse))]
    include_zero_degree_vertices: bool,

    #[cfg_attr(feature = "cli", arg(skip))]
    rewrites: Rewrites,
}

#[cfg(feature = "cli")]
const PRECISIONS: &[(&str, &str, Precision)] = &[
    ("f32", "32-bit floats: half the memory, 4 or more digits", Precision::F32),
    ("f64", "64-bit floats", Precision::F64),
];

#[cfg(feature = "cli")]
impl Command for PageRank {
    type Result = PageRankResult;

    const NAME: &'static str = "page-rank";

    const ABOUT: &'static str = "\
Rank vertices by how often a random surfer visits them

The surfer follows a random edge with the probability of the damping, and else jumps to a random \
vertex, as it does from a vertex without out-edges. Ranks sum to 1. Weights make no difference, \
parallel edges count each.

Prints the vertices of the highest rank, one `vertex<TAB>rank` line each.";

    const EXAMPLES: &'static str = "\
  The ten highest ranks of an undirected graph:
    quince page-rank datasets/graphs/karate.tsv --undirected

  Exactly 20 iterations in 32-bit floats, every rank into a file:
    quince page-rank web.el.gz --iterations 20 --precision f32 --output ranks.parquet

  A long run that can be interrupted, and taken up again with the same line:
    quince page-rank web.el.gz --checkpoint-dir saved --checkpoint-every 5m --resume

  A CSV file with named columns, and how it will be done:
    quince page-rank flights.csv --columns from,to --top 3 --explain";
}

/// In what numbers ranks are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits: half the memory and somewhat less time; ranks to 4 or more digits.
    F32,
    /// 64 bits.
    #[default]
    F64,
}

impl Default for PageRank {
    fn default() -> Self {
        Self {
            damping: Self::DEFAULT_DAMPING,
            tolerance: None,
            iterations: None,
            precision: Precision::F64,
            include_zero_degree_vertices: true,
            rewrites: Rewrites::On,
        }
    }
}

impl PageRank {
    /// The damping unless another is set.
    pub const DEFAULT_DAMPING: f64 = 0.85;

    /// The tolerance in f64 if neither tolerance nor iterations are set.
    pub const DEFAULT_TOLERANCE: f64 = 1e-10;

    /// The tolerance in f32 if neither is set; below it rounding may keep ranks moving.
    pub const DEFAULT_TOLERANCE_F32: f64 = 1e-5;

    /// The most iterations if only a tolerance is set.
    pub const DEFAULT_MAXIMUM_ITERATIONS: u64 = 1000;

    /// The share of rank that follows edges, in 0..1.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(PageRank::default().damping(0.0))?.rank(3), Some(0.25));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn damping(mut self, damping: f64) -> Self {
        self.damping = damping;
        self
    }

    /// Stop when the sum of absolute changes of a superstep is at or below this.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert!(graph.run(PageRank::default().tolerance(0.1))?.report().num_supersteps() < 10);
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
    /// assert_eq!(graph.run(PageRank::default().iterations(3))?.report().num_supersteps(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = Some(iterations);
        self
    }

    /// The numbers to keep ranks in.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PageRank::default().precision(Precision::F32))?;
    /// assert!(matches!(ranks.ranks(), Ranks::F32(_)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Whether vertices without any edge take part (by default they do). If not, they have rank 0,
    /// and N is the number of the others.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let alone = edges([(9, 9)]);
    /// # let builder = IndexedGraph::builder(&env).self_loops(SelfLoops::Drop).vertices(&alone);
    /// # let graph = builder.directed(false).build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PageRank::default().include_zero_degree_vertices(false))?;
    /// assert_eq!(ranks.rank(9), Some(0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn include_zero_degree_vertices(mut self, include: bool) -> Self {
        self.include_zero_degree_vertices = include;
        self
    }

    /// Whether the index may be cut into tiles if that is faster (by default it may). The other
    /// grouping may change the last bits of a rank.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let plan = graph.explain(&PageRank::default().rewrites(Rewrites::Off))?.to_string();
    /// assert!(plan.contains("no rewrite column tiles: switched off"));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn rewrites(mut self, rewrites: Rewrites) -> Self {
        self.rewrites = rewrites;
        self
    }

    fn criterion(&self) -> Criterion {
        let default = match self.precision {
            Precision::F32 => Self::DEFAULT_TOLERANCE_F32,
            Precision::F64 => Self::DEFAULT_TOLERANCE,
        };
        let &Self { tolerance, iterations, .. } = self;
        let most = Self::DEFAULT_MAXIMUM_ITERATIONS;
        Stopping { tolerance, iterations, default_tolerance: default, most }.criterion()
    }

    fn check(&self) -> Result<()> {
        check_damping(NAME, self.damping)?;
        check_tolerance(NAME, self.tolerance)
    }

    fn run_in<R: Rank, E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
    ) -> Result<(VertexValues<R>, IterationReport)>
    where
        Sum<R>: Monoid<Value = R>,
    {
        let index = graph.index(EdgeDirection::In)?;
        if index.is_symmetric() && self.include_zero_degree_vertices {
            return self.run_with(graph, &index, &RowShares(PhantomData));
        }
        let mut shares = out_degree_shares::<R, E>(graph)?;
        if !self.include_zero_degree_vertices {
            for (vertex, share) in shares.iter_mut().enumerate() {
                if *share == R::of(0.0) && index.degree(vertex as u32) == 0 {
                    *share = R::of(TAKES_NO_PART);
                }
            }
        }
        self.run_with(graph, &index, &ListedShares { by_vertex: &shares })
    }

    fn run_with<S: Shares, E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
        index: &Csr<E>,
        shares: &S,
    ) -> Result<(VertexValues<S::Rank>, IterationReport)>
    where
        Sum<S::Rank>: Monoid<Value = S::Rank>,
    {
        let program = Program::new(self, index, shares);
        let result = BulkIteration::new(NAME, index, &program, self.criterion())
            .parameter("damping", self.damping)
            .parameter("zero-degree vertices", self.include_zero_degree_vertices)
            .tiled(graph.environment(), self.rewrites)?;
        Ok((VertexValues::new(graph.dictionary().clone(), result.states), result.report))
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for PageRank {
    type Output = PageRankResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        self.check()?;
        let index = graph.index(EdgeDirection::In)?;
        let (precision, tiles) = match self.precision {
            Precision::F32 => {
                ("f32", column_tiles::<E, Program<'_, RowShares<f32>>>(&index, self.rewrites))
            }
            Precision::F64 => {
                ("f64", column_tiles::<E, Program<'_, RowShares<f64>>>(&index, self.rewrites))
            }
        };
        Ok(PlanNode::new("bulk iteration PageRank")
            .property("until", self.criterion())
            .property("solution", format!("dense, {precision} per vertex"))
            .property("projection", format!("rank / out-degree, {precision}, double-buffered"))
            .property("combine", "sum along rows, regrouped in a fixed way")
            .property("aggregate", "dangling mass")
            .property("fused", "join, combine, apply and next projection in one sweep")
            .property("direction", "pull")
            .rewrite(tiles)
            .input(graph.index_plan(EdgeDirection::In)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        let number = match self.precision {
            Precision::F32 => 4,
            Precision::F64 => 8,
        };
        // States, both projections and, unless rows tell it, what part of its rank each vertex sends.
        let lists_shares = size.directed || !self.include_zero_degree_vertices;
        (3 + u64::from(lists_shares)) * number * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<PageRankResult> {
        self.check()?;
        let (ranks, report) = match self.precision {
            Precision::F32 => {
                let (ranks, report) = self.run_in::<f32, E>(graph)?;
                (Ranks::F32(ranks), report)
            }
            Precision::F64 => {
                let (ranks, report) = self.run_in::<f64, E>(graph)?;
                (Ranks::F64(ranks), report)
            }
        };
        Ok(PageRankResult { ranks, report })
    }
}

/// The ranks of all vertices, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct PageRankResult {
    ranks: Ranks,
    report: IterationReport,
}

/// A rank for every vertex.
#[derive(Clone, Debug)]
pub enum Ranks {
    /// In 32 bits.
    F32(VertexValues<f32>),
    /// In 64 bits.
    F64(VertexValues<f64>),
}

impl PageRankResult {
    /// The ranks in the numbers in which they were computed.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert!(matches!(graph.run(PageRank::default())?.ranks(), Ranks::F64(_)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// The rank of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PageRank::default())?;
    /// assert!(ranks.rank(4) > ranks.rank(3) && ranks.rank(5).is_none());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn rank<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        match &self.ranks {
            Ranks::F32(ranks) => ranks.get(id).map(f64::from),
            Ranks::F64(ranks) => ranks.get(id),
        }
    }

    /// The `count` vertices of the highest ranks, falling; equal ranks ascend by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(PageRank::default())?.top(1)[0].0, 4.into());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top(&self, count: usize) -> Vec<(VertexId<'_>, f64)> {
        match &self.ranks {
            Ranks::F32(ranks) => {
                ranks.top(count).into_iter().map(|(id, rank)| (id, rank.into())).collect()
            }
            Ranks::F64(ranks) => ranks.top(count),
        }
    }

    /// Ids and ranks, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert!(graph.run(PageRank::default())?.iter().all(|(_, rank)| rank > 0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> Box<dyn Iterator<Item = (VertexId<'_>, f64)> + '_> {
        match &self.ranks {
            Ranks::F32(ranks) => Box::new(ranks.iter().map(|(id, rank)| (id, rank.into()))),
            Ranks::F64(ranks) => Box::new(ranks.iter()),
        }
    }

    /// The sum of all ranks: 1 but for rounding, or 0 without vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert!((graph.run(PageRank::default())?.sum() - 1.0).abs() < 1e-9);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sum(&self) -> f64 {
        match &self.ranks {
            Ranks::F32(ranks) => ranks.by_dense().iter().map(|&rank| f64::from(rank)).sum(),
            Ranks::F64(ranks) => ranks.by_dense().iter().sum(),
        }
    }

    /// The iterations and why they stopped.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(PageRank::default().iterations(3))?.report().num_supersteps(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and `rank`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(PageRank::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        match &self.ranks {
            Ranks::F32(ranks) => {
                VertexTable::new(ranks.dictionary().clone()).values("rank", ranks, Column::Float32)
            }
            Ranks::F64(ranks) => {
                VertexTable::new(ranks.dictionary().clone()).values("rank", ranks, Column::Float64)
            }
        }
    }
}

impl Outcome for PageRankResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let precision = match self.ranks {
            Ranks::F32(_) => Precision::F32,
            Ranks::F64(_) => Precision::F64,
        };
        Ok(json!({
            "iterations": self.report.num_supersteps(),
            "stopped": self.report.stopped,
            "sum_of_ranks": self.sum(),
            "precision": precision,
        }))
    }

    /// Ranks in the shortest digits that read back to the same bits.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        match &self.ranks {
            Ranks::F32(ranks) => print_values(ranks.top(top), out),
            Ranks::F64(ranks) => print_values(ranks.top(top), out),
        }
    }
}

/// A float in which ranks are kept.
pub(crate) trait Rank:
    Native + PartialOrd + std::ops::Mul<Output = Self> + std::ops::Add<Output = Self>
{
    fn of(value: f64) -> Self;
    /// 1 / `count`.
    fn inverse(count: u32) -> Self;
    fn widen(self) -> f64;
}

impl Rank for f32 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn inverse(count: u32) -> Self {
        1.0 / count as f32
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        self.into()
    }
}

impl Rank for f64 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn inverse(count: u32) -> Self {
        1.0 / f64::from(count)
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
}

/// What part of its rank each vertex sends along each of its edges: 1 / out-degree, 0 if it is
/// dangling, [`TAKES_NO_PART`] if it takes no part.
trait Shares: Sync {
    type Rank: Rank;
    fn share(&self, vertex: BulkKey) -> Self::Rank;

    #[inline(always)]
    fn is_dangling(&self, vertex: BulkKey) -> bool {
        self.share(vertex) == Self::Rank::of(0.0)
    }

    #[inline(always)]
    fn takes_part(&self, vertex: BulkKey) -> bool {
        self.share(vertex) >= Self::Rank::of(0.0)
    }
}

/// Where rows are the out-edges too, and all vertices take part.
struct RowShares<R>(PhantomData<R>);

impl<R: Rank> Shares for RowShares<R> {
    type Rank = R;

    #[inline(always)]
    fn share(&self, vertex: BulkKey) -> R {
        out_degree_share(vertex.degree)
    }

    #[inline(always)]
    fn is_dangling(&self, vertex: BulkKey) -> bool {
        vertex.degree == 0
    }

    #[inline(always)]
    fn takes_part(&self, _vertex: BulkKey) -> bool {
        true
    }
}

/// Where they are not.
struct ListedShares<'a, R> {
    by_vertex: &'a [R],
}

impl<R: Rank> Shares for ListedShares<'_, R> {
    type Rank = R;

    #[inline(always)]
    fn share(&self, vertex: BulkKey) -> R {
        self.by_vertex[vertex.id as usize]
    }
}

struct Program<'a, S> {
    damping: f64,
    start: f64,
    shares: &'a S,
}

impl<'a, S: Shares> Program<'a, S> {
    fn new<E: EntryValue>(settings: &PageRank, index: &Csr<E>, shares: &'a S) -> Self {
        let num_vertices = index.num_keys();
        let taking_part = if settings.include_zero_degree_vertices {
            num_vertices
        } else {
            let keys =
                (0..num_vertices as u32).map(|id| BulkKey { id, degree: index.degree(id) as u32 });
            keys.filter(|&vertex| shares.takes_part(vertex)).count()
        };
        Self { damping: settings.damping, start: 1.0 / taking_part.max(1) as f64, shares }
    }
}

/// The share of a vertex that takes no part.
const TAKES_NO_PART: f64 = -1.0;

/// 1 / out-degree, 0 for a dangling vertex.
#[inline(always)]
fn out_degree_share<R: Rank>(degree: u32) -> R {
    // Without a branch.
    let share = R::inverse(degree);
    if degree == 0 { R::of(0.0) } else { share }
}

/// 1 / out-degree of each vertex, 0 for a dangling one.
pub(crate) fn out_degree_shares<R: Rank, E: EntryValue>(
    graph: &IndexedGraph<E>,
) -> Result<Segment<R>> {
    let degrees = graph.out_degrees()?;
    let memory = graph.environment().memory();
    let mut shares = memory.allocate::<R>("out-degree shares", degrees.len())?;
    graph.environment().install(|| {
        shares.par_iter_mut().zip(&degrees[..]).for_each(|(share, &degree)| {
            *share = out_degree_share(degree);
        });
    });
    Ok(shares)
}

impl<R: Rank, S: Shares<Rank = R>, W: EntryValue> BulkProgram<W> for Program<'_, S>
where
    Sum<R>: Monoid<Value = R>,
{
    type State = R;
    type Projection = R;
    type Combiner = Sum<R>;
    /// The rank that every vertex has from jumps, and the damping.
    type Shared = (R, R);

    fn initial(&self, vertex: BulkKey) -> R {
        R::of(if self.shares.takes_part(vertex) { self.start } else { 0.0 })
    }

    #[inline(always)]
    fn project(&self, vertex: BulkKey, rank: &R) -> R {
        *rank * self.shares.share(vertex)
    }

    #[inline(always)]
    fn message(&self, share: R, _weight: W) -> R {
        share
    }

    fn share(&self, context: &BulkContext) -> (R, R) {
        let jump = 1.0 - self.damping + self.damping * context.aggregate;
        (R::of(jump * self.start), R::of(self.damping))
    }

    #[inline(always)]
    fn apply(&self, vertex: BulkKey, _rank: &R, sum: R, (jumped, damping): (R, R)) -> R {
        let rank = jumped + damping * sum;
        if self.shares.takes_part(vertex) { rank } else { R::of(0.0) }
    }

    /// The dangling mass.
    #[inline(always)]
    fn aggregate(&self, vertex: BulkKey, rank: &R) -> f64 {
        if self.shares.is_dangling(vertex) { rank.widen() } else { 0.0 }
    }

    #[inline(always)]
    fn change(&self, old: &R, new: &R) -> f64 {
        (new.widen() - old.widen()).abs()
    }
}

#[cfg(test)]
mod tests;
