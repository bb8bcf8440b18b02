//! Personalised PageRank: how often a random surfer that keeps coming back to some sources is at
//! each vertex.
//!
//! With damping `d`, `t` the uniform distribution over the sources and `D` the rank of dangling
//! vertices (those without out-edges), which return to the sources, ranks are the solution of
//!
//! ```text
//! P(v) = (1 - d + d * D) * t(v)  +  d * sum over edges (u, v) of P(u)/out_degree(u)
//! ```
//!
//! They sum to 1. `D` only scales what flows out of the sources, so this computes the solution of
//! `x = (1 - d) t + d * (sum over edges)`, starting from `t`, and scales it to sum 1 at the end.
//!
//! A source that is named twice counts once. Parallel edges count each, a self-loop is an edge like
//! any other, an undirected edge goes both ways. Weights make no difference.
//!
//! Several sources make one ranking, or with [`each_source`](PersonalizedPageRank::each_source) a
//! ranking each. Those are computed 8 at a time: a superstep reads the index once for 8 columns.
//!
//! - **Iteration**: bulk, pulled along in-edges; one for every 8 rankings.
//! - **Cost**: O(edges) time and 1 or 8 messages an edge in a superstep; 33 bytes a vertex for one
//!   ranking, 201 for several, and 8 more for each ranking that is kept whole.
//! - **Stops** when the sum of absolute changes of `x`, over all columns, is at or below the
//!   tolerance, or after a fixed number of iterations, whichever comes first.
//! - **Deterministic**: sums run in the order of the index, the same bits at any number of threads.
//! - **Source**: Haveliwala: *Topic-Sensitive PageRank*, 2002; Jeh, Widom: *Scaling Personalized Web
//!   Search*, 2003.

use std::io::{self, Write};

use quince_core::algebra::Sum;
use quince_core::columnar::{Batch, Column, Schema, Strings};
use quince_core::index::EntryValue;
use quince_core::iteration::{
    BulkContext, BulkIteration, BulkKey, BulkProgram, Criterion, IterationReport,
};
use quince_core::memory::Segment;
use quince_core::pipeline::{BatchSource, Source};
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, Id, IndexedGraph, Result, VertexId,
    VertexTable, VertexValues,
};
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::{Command, fraction_below_one, zero_or_more};
use crate::outcome::{Outcome, print_values};
use crate::page_rank::out_degree_shares;
use crate::stopping::{Stopping, check_damping, check_tolerance};

const NAME: &str = "PersonalizedPageRank";

/// Rankings that are computed at once: their projections of a vertex fill a cache line.
const LANES: usize = 8;

/// Personalised PageRank and its settings.
///
/// ```
/// use quince_algorithms::PersonalizedPageRank;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // 1 and 2 point at each other; the surfer that starts at 1 never sees 3.
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (2, 1), (3, 1)]))?;
/// let ranks = graph.run(PersonalizedPageRank::new([1]).damping(0.5))?;
/// let ranking = &ranks.rankings()[0];
/// assert!((ranking.rank(1).unwrap() - 2.0 / 3.0).abs() < 1e-9);
/// assert!((ranking.rank(2).unwrap() - 1.0 / 3.0).abs() < 1e-9);
/// assert_eq!(ranking.rank(3), Some(0.0));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct PersonalizedPageRank {
    /// A vertex that the surfer comes back to; may be given several times
    #[cfg_attr(
        feature = "cli",
        arg(long = "source", value_name = "ID", required = true, allow_hyphen_values = true)
    )]
    sources: Vec<Id>,

    /// A ranking for each source instead of one for all
    #[cfg_attr(feature = "cli", arg(long))]
    each_source: bool,

    /// Keep only the N vertices of the highest rank of each ranking
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    highest: Option<usize>,

    /// The share of rank that follows edges, at least 0 and below 1
    #[cfg_attr(feature = "cli", arg(long, value_name = "D",
        default_value_t = Self::DEFAULT_DAMPING, value_parser = fraction_below_one,
        allow_hyphen_values = true))]
    damping: f64,

    /// Stop when the ranks of a superstep change by no more than this in sum
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
impl Command for PersonalizedPageRank {
    type Result = PersonalizedPageRankResult;

    const NAME: &'static str = "personalized-page-rank";

    const ABOUT: &'static str = "\
Rank vertices by how often a random surfer from some sources visits them

The surfer follows a random edge with the probability of the damping, and else comes back to a \
random source, as it does from a vertex without out-edges. Ranks sum to 1. Weights make no \
difference, parallel edges count each.

Prints the vertices of the highest rank, one `vertex<TAB>rank` line each; with --each-source \
`source<TAB>vertex<TAB>rank`.";

    const EXAMPLES: &'static str = "\
  The vertices that are closest to 0 in this sense:
    quince personalized-page-rank datasets/graphs/karate.tsv --undirected --source 0

  The five closest to each of two, into a file:
    quince personalized-page-rank web.el.gz --source 17 --source 42 --each-source --highest 5 \\
      --output close.csv";
}

impl PersonalizedPageRank {
    /// The damping unless another is set.
    pub const DEFAULT_DAMPING: f64 = 0.85;

    /// The tolerance if neither tolerance nor iterations are set.
    pub const DEFAULT_TOLERANCE: f64 = 1e-10;

    /// The most iterations if only a tolerance is set.
    pub const DEFAULT_MAXIMUM_ITERATIONS: u64 = 1000;

    /// One ranking for all of these sources.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1]))?;
    /// assert_eq!(ranks.rankings()[0].top(1)[0].0, Id::from(1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new<S: Into<Id>>(sources: impl IntoIterator<Item = S>) -> Self {
        Self {
            sources: sources.into_iter().map(Into::into).collect(),
            each_source: false,
            highest: None,
            damping: Self::DEFAULT_DAMPING,
            tolerance: None,
            iterations: None,
        }
    }

    /// Whether there is a ranking for each source instead of one for all.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1, 2]).each_source(true))?;
    /// assert_eq!(ranks.rankings().len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn each_source(mut self, each_source: bool) -> Self {
        self.each_source = each_source;
        self
    }

    /// Keep only this many vertices of each ranking, those of the highest rank.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1]).highest(2))?;
    /// assert_eq!(ranks.rankings()[0].top(9).len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn highest(mut self, count: usize) -> Self {
        self.highest = Some(count);
        self
    }

    /// The share of rank that follows edges, in 0..1.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1]).damping(0.0))?;
    /// assert_eq!(ranks.rankings()[0].rank(1), Some(1.0));
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
    /// let ranks = graph.run(PersonalizedPageRank::new([1]).tolerance(0.1))?;
    /// assert!(ranks.reports()[0].num_supersteps() < 20);
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
    /// let ranks = graph.run(PersonalizedPageRank::new([1]).iterations(3))?;
    /// assert_eq!(ranks.reports()[0].num_supersteps(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = Some(iterations);
        self
    }

    fn criterion(&self) -> Criterion {
        let &Self { tolerance, iterations, .. } = self;
        let (default_tolerance, most) = (Self::DEFAULT_TOLERANCE, Self::DEFAULT_MAXIMUM_ITERATIONS);
        Stopping { tolerance, iterations, default_tolerance, most }.criterion()
    }

    fn check(&self) -> Result<()> {
        check_damping(NAME, self.damping)?;
        check_tolerance(NAME, self.tolerance)?;
        if self.sources.is_empty() {
            let (value, expected) = ("empty".to_owned(), "at least one vertex");
            return Err(Error::Parameter {
                algorithm: NAME,
                parameter: "sources",
                value,
                expected,
            });
        }
        Ok(())
    }

    /// The dense numbers of the sources of each ranking.
    fn starts<E: EntryValue>(&self, graph: &IndexedGraph<E>) -> Result<Vec<Vec<u32>>> {
        let mut found = self.sources.iter().map(|id| graph.find(id)).collect::<Result<Vec<_>>>()?;
        if self.each_source {
            return Ok(found.into_iter().map(|vertex| vec![vertex]).collect());
        }
        found.sort_unstable();
        found.dedup();
        Ok(vec![found])
    }

    /// Computes at most `L` rankings.
    fn run_lanes<const L: usize, E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
        shares: &[f64],
        starts: &[Vec<u32>],
    ) -> Result<(Segment<[f64; L]>, IterationReport)> {
        let env = graph.environment();
        let mut lanes_of = env.memory().allocate::<u8>("sources", shares.len())?;
        let mut jumps = [0.0; L];
        for (lane, sources) in starts.iter().enumerate() {
            jumps[lane] = 1.0 / sources.len() as f64;
            sources.iter().for_each(|&source| lanes_of[source as usize] |= 1 << lane);
        }
        let index = graph.index(EdgeDirection::In)?;
        let program = Program { damping: self.damping, shares, lanes_of: &lanes_of, jumps };
        let result = BulkIteration::new(NAME, &*index, &program, self.criterion())
            .parameter("damping", self.damping)
            .run(env)?;
        Ok((result.states, result.report))
    }

    /// Adds the rankings that `states` hold to those that are there.
    fn collect<const L: usize, E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
        states: &[[f64; L]],
        sources: &[Id],
        rankings: &mut Vec<Ranking>,
    ) -> Result<()> {
        let lanes = if self.each_source { sources.len() } else { 1 };
        for lane in 0..lanes {
            let sum: f64 = states.iter().map(|state| state[lane]).sum();
            let mut ranks = graph.environment().memory().allocate("ranks", states.len())?;
            let scaled = states.iter().map(|state| state[lane] / sum);
            ranks.iter_mut().zip(scaled).for_each(|(rank, scaled)| *rank = scaled);
            let ranks = VertexValues::new(graph.dictionary().clone(), ranks);
            let own = |(id, rank): (VertexId<'_>, f64)| (Id::from(id), rank);
            let ranks = match self.highest {
                None => Ranks::All(ranks),
                Some(count) => Ranks::Highest(ranks.top(count).into_iter().map(own).collect()),
            };
            let sources = if self.each_source { &sources[lane..=lane] } else { sources };
            rankings.push(Ranking { sources: sources.to_vec(), ranks });
        }
        Ok(())
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for PersonalizedPageRank {
    type Output = PersonalizedPageRankResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        self.check()?;
        let num_rankings = if self.each_source { self.sources.len() } else { 1 };
        let lanes = if num_rankings == 1 { 1 } else { LANES };
        Ok(PlanNode::new("bulk iteration PersonalizedPageRank")
            .property("runs", num_rankings.div_ceil(lanes))
            .property("until", self.criterion())
            .property("solution", format!("dense, {lanes} f64 per vertex"))
            .property("projection", "rank / out-degree, double-buffered")
            .property("combine", "sum along rows, regrouped in a fixed way")
            .property("direction", "pull")
            .input(graph.index_plan(EdgeDirection::In)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        let num_rankings = if self.each_source { self.sources.len() } else { 1 };
        let lanes = if num_rankings == 1 { 1 } else { LANES };
        // A state and two projections a lane, what ranks are divided by, and whether a source.
        let kept = if self.highest.is_some() { 0 } else { (num_rankings - 1) / lanes * lanes };
        (24 * lanes + 8 + 1 + 8 * kept) as u64 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<PersonalizedPageRankResult> {
        self.check()?;
        let starts = self.starts(graph)?;
        let shares = out_degree_shares::<f64, E>(graph)?;
        let (mut rankings, mut reports) = (Vec::new(), Vec::new());
        if let [_] = starts[..] {
            let (states, report) = self.run_lanes::<1, E>(graph, &shares, &starts)?;
            self.collect(graph, &states, &self.sources, &mut rankings)?;
            reports.push(report);
        } else {
            for (starts, sources) in starts.chunks(LANES).zip(self.sources.chunks(LANES)) {
                let (states, report) = self.run_lanes::<LANES, E>(graph, &shares, starts)?;
                self.collect(graph, &states, sources, &mut rankings)?;
                reports.push(report);
            }
        }
        Ok(PersonalizedPageRankResult { rankings, each_source: self.each_source, reports })
    }
}

struct Program<'a, const L: usize> {
    damping: f64,
    /// 1 / out-degree of each vertex, 0 for a dangling one.
    shares: &'a [f64],
    /// For each vertex, a bit for each lane that it is a source of.
    lanes_of: &'a [u8],
    /// For each lane, 1 / the number of its sources.
    jumps: [f64; L],
}

impl<const L: usize> Program<'_, L> {
    /// The share of each lane's jumps that a vertex has.
    #[inline(always)]
    fn jump(&self, vertex: u32) -> [f64; L] {
        let lanes = self.lanes_of[vertex as usize];
        if lanes == 0 {
            return [0.0; L];
        }
        std::array::from_fn(|lane| if lanes >> lane & 1 == 1 { self.jumps[lane] } else { 0.0 })
    }
}

impl<const L: usize, W: EntryValue> BulkProgram<W> for Program<'_, L> {
    type State = [f64; L];
    type Projection = [f64; L];
    type Combiner = Sum<[f64; L]>;
    type Shared = ();

    fn initial(&self, vertex: BulkKey) -> [f64; L] {
        self.jump(vertex.id)
    }

    #[inline(always)]
    fn project(&self, vertex: BulkKey, rank: &[f64; L]) -> [f64; L] {
        let share = self.shares[vertex.id as usize];
        rank.map(|rank| rank * share)
    }

    #[inline(always)]
    fn message(&self, share: [f64; L], _weight: W) -> [f64; L] {
        share
    }

    fn share(&self, _context: &BulkContext) {}

    #[inline(always)]
    fn apply(&self, vertex: BulkKey, _rank: &[f64; L], sum: [f64; L], (): ()) -> [f64; L] {
        let jump = self.jump(vertex.id);
        std::array::from_fn(|at| (1.0 - self.damping) * jump[at] + self.damping * sum[at])
    }

    #[inline(always)]
    fn change(&self, old: &[f64; L], new: &[f64; L]) -> f64 {
        old.iter().zip(new).map(|(old, new)| (new - old).abs()).sum()
    }
}

/// The rankings, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct PersonalizedPageRankResult {
    rankings: Vec<Ranking>,
    each_source: bool,
    reports: Vec<IterationReport>,
}

/// The ranks that some sources give.
#[derive(Clone, Debug)]
pub struct Ranking {
    sources: Vec<Id>,
    ranks: Ranks,
}

#[derive(Clone, Debug)]
enum Ranks {
    All(VertexValues<f64>),
    /// Falling; equal ranks ascend by id.
    Highest(Vec<(Id, f64)>),
}

impl Ranking {
    /// The sources, as they were given.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1]))?;
    /// assert_eq!(ranks.rankings()[0].sources(), [Id::from(1)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn sources(&self) -> &[Id] {
        &self.sources
    }

    /// The rank of a vertex; `None` if there is no such vertex, or it is not among the highest
    /// and only those are kept.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1]))?;
    /// assert!(ranks.rankings()[0].rank(1) > ranks.rankings()[0].rank(2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn rank<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        match &self.ranks {
            Ranks::All(ranks) => ranks.get(id),
            Ranks::Highest(ranks) => {
                let id = Id::from(id.into());
                ranks.iter().find(|(other, _)| *other == id).map(|&(_, rank)| rank)
            }
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
    /// let ranks = graph.run(PersonalizedPageRank::new([1]))?;
    /// assert_eq!(ranks.rankings()[0].top(1)[0].0, Id::from(1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top(&self, count: usize) -> Vec<(Id, f64)> {
        match &self.ranks {
            Ranks::All(ranks) => {
                ranks.top(count).into_iter().map(|(id, rank)| (id.into(), rank)).collect()
            }
            Ranks::Highest(ranks) => ranks.iter().take(count).cloned().collect(),
        }
    }
}

impl PersonalizedPageRankResult {
    /// One ranking for all sources, or one for each in the order in which they were given.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(PersonalizedPageRank::new([1, 2]))?.rankings().len(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn rankings(&self) -> &[Ranking] {
        &self.rankings
    }

    /// The iterations and why they stopped: one for every 8 rankings.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let ranks = graph.run(PersonalizedPageRank::new([1]).iterations(3))?;
    /// assert_eq!(ranks.reports()[0].num_supersteps(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn reports(&self) -> &[IterationReport] {
        &self.reports
    }

    /// The table of `vertex` and a column for each ranking: `rank`, or the source's id. If only
    /// the highest ranks are kept, the rows of `source` (for a ranking each), `vertex` and `rank`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(PersonalizedPageRank::new([1]))?.table();
    /// assert_eq!(executor::collect(&env, &*table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> Box<dyn Source> {
        let mut table: Option<VertexTable> = None;
        for ranking in &self.rankings {
            let Ranks::All(ranks) = &ranking.ranks else { return Box::new(self.rows()) };
            let name =
                if self.each_source { ranking.sources[0].to_string() } else { "rank".into() };
            let so_far = table.unwrap_or_else(|| VertexTable::new(ranks.dictionary().clone()));
            table = Some(so_far.values(&name, ranks, Column::Float64));
        }
        Box::new(table.expect("there is a source, and so a ranking"))
    }

    fn rows(&self) -> BatchSource {
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        let rows = || {
            let of = |ranking: &'_ Ranking| match &ranking.ranks {
                Ranks::Highest(ranks) => ranks.clone(),
                Ranks::All(_) => Vec::new(),
            };
            self.rankings.iter().flat_map(move |ranking| {
                let source = ranking.sources[0].clone();
                of(ranking).into_iter().map(move |(id, rank)| (source.clone(), id, rank))
            })
        };
        if self.each_source {
            names.push("source");
            columns.push(id_column(rows().map(|(source, ..)| source)));
        }
        names.extend(["vertex", "rank"]);
        columns.push(id_column(rows().map(|(_, id, _)| id)));
        columns.push(Column::Float64(rows().map(|(.., rank)| rank).collect::<Vec<_>>().into()));
        let batch = Batch::new(Schema::new(names), columns);
        BatchSource::new("highest ranks", vec![batch])
    }
}

/// Ids as integers if all are, else as texts. They are few: as many as were asked for.
fn id_column(ids: impl Iterator<Item = Id>) -> Column {
    let ids: Vec<Id> = ids.collect();
    let integer = |id: &Id| match id {
        Id::Integer(id) => Some(*id),
        Id::Text(text) => text.parse().ok(),
    };
    match ids.iter().map(integer).collect::<Option<Vec<i64>>>() {
        Some(integers) => Column::Int64(integers.into()),
        None => Column::Utf8(ids.iter().map(Id::to_string).collect::<Strings>()),
    }
}

impl Outcome for PersonalizedPageRankResult {
    fn iteration(&self) -> Option<&IterationReport> {
        self.reports.first()
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Self::table(self))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let iterations: Vec<u64> = self.reports.iter().map(|r| r.num_supersteps()).collect();
        Ok(json!({ "rankings": self.rankings.len(), "iterations": iterations }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        for ranking in &self.rankings {
            let top = ranking.top(top);
            if self.each_source {
                let source = &ranking.sources[0];
                top.into_iter()
                    .try_for_each(|(id, rank)| writeln!(out, "{source}\t{id}\t{rank:?}"))?;
            } else {
                print_values(top, out)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
