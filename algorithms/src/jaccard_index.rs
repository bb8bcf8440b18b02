//! Jaccard index: how much of the neighbourhoods of two vertices is shared.
//!
//! ```text
//! J(u, v) = |N(u) and N(v)| / |N(u) or N(v)|
//! ```
//!
//! for all u < v (by id) with at least one shared neighbour, as the two integers. Bounds on the score
//! are fractions and compared in integers; both are inclusive. The graph is undirected; self-loops
//! and parallel edges make no difference (Gelly wants a simple graph here).
//!
//! - **Iteration**: none; paths of two edges are added up by their ends.
//! - **Cost**: O(sum of squared degrees) time, once to count and once for each time that the pairs
//!   are read: they are found when they are asked for and never held. 4 bytes a vertex and 8 for
//!   each thread, as long as the result lives.
//! - **Deterministic**: integers; rows come in the order of the index.
//! - **Source**: Jaccard: *The Distribution of the Flora in the Alpine Zone*, 1912. Follows Gelly's
//!   `library.similarity.JaccardIndex`.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use quince_core::columnar::Column;
use quince_core::index::EntryValue;
use quince_core::memory::MemoryManager;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::Outcome;
use crate::shared_neighbors::{Pair, PairTable, check_undirected, pair_bytes, pairs};

const NAME: &str = "JaccardIndex";

/// The Jaccard index and its settings.
///
/// ```
/// use quince_algorithms::JaccardIndex;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// // 1 and 2 share both of 3 and 4; 3 and 4 share 1 and 2 of 1, 2 and 5.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 3), (1, 4), (2, 3), (2, 4), (4, 5)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let similar = graph.run(JaccardIndex::default().minimum_score(2, 3))?;
/// assert_eq!(similar.num_pairs(), 2);
/// let best = similar.top(1)?;
/// assert_eq!(best[0].vertices, [VertexId::Integer(1), VertexId::Integer(2)]);
/// assert_eq!((best[0].shared, best[0].distinct), (2, 2));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct JaccardIndex {
    /// Leave out pairs below this score, a fraction
    #[cfg_attr(feature = "cli", arg(long, value_name = "N/D", default_value_t = Self::DEFAULT_MINIMUM_SCORE))]
    minimum_score: Fraction,

    /// Leave out pairs above this score, a fraction
    #[cfg_attr(feature = "cli", arg(long, value_name = "N/D", default_value_t = Self::DEFAULT_MAXIMUM_SCORE))]
    maximum_score: Fraction,

    /// Write each pair both ways
    #[cfg_attr(feature = "cli", arg(long))]
    mirror_results: bool,

    /// Taken for Gelly's sake: it makes no difference here
    #[cfg_attr(feature = "cli", arg(long, value_name = "N", default_value_t = Self::DEFAULT_GROUP_SIZE, hide = true))]
    group_size: u32,
}

/// A fraction of two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// What is divided.
    pub numerator: u32,
    /// By what; not 0.
    pub denominator: u32,
}

impl Default for JaccardIndex {
    fn default() -> Self {
        Self {
            minimum_score: Self::DEFAULT_MINIMUM_SCORE,
            maximum_score: Self::DEFAULT_MAXIMUM_SCORE,
            mirror_results: false,
            group_size: Self::DEFAULT_GROUP_SIZE,
        }
    }
}

#[cfg(feature = "cli")]
impl Command for JaccardIndex {
    type Result = JaccardIndexResult;

    const NAME: &'static str = "jaccard-index";

    const ABOUT: &'static str = "\
Find how much of the neighbourhoods of two vertices is shared

For all pairs of vertices of an undirected graph that share a neighbour: the shared neighbours over \
the distinct ones. Self-loops and parallel edges make no difference.

Prints the most similar pairs, one `vertex<TAB>vertex<TAB>shared<TAB>distinct` line each; --output \
writes all.";

    const EXAMPLES: &'static str = "\
  quince jaccard-index datasets/graphs/karate.tsv --undirected

  All pairs that share at least half of their neighbours:
    quince jaccard-index datasets/graphs/karate.tsv --undirected --minimum-score 1/2 \\
      --output similar.csv";
}

impl JaccardIndex {
    /// All pairs that share a neighbour are above it.
    pub const DEFAULT_MINIMUM_SCORE: Fraction = Fraction { numerator: 0, denominator: 1 };

    /// No pair is above it.
    pub const DEFAULT_MAXIMUM_SCORE: Fraction = Fraction { numerator: 1, denominator: 1 };

    /// Gelly's.
    pub const DEFAULT_GROUP_SIZE: u32 = 64;

    /// Leave out pairs below this score.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(JaccardIndex::default().minimum_score(1, 2))?.num_pairs(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn minimum_score(mut self, numerator: u32, denominator: u32) -> Self {
        self.minimum_score = Fraction { numerator, denominator };
        self
    }

    /// Leave out pairs above this score.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(JaccardIndex::default().maximum_score(1, 4))?.num_pairs(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn maximum_score(mut self, numerator: u32, denominator: u32) -> Self {
        self.maximum_score = Fraction { numerator, denominator };
        self
    }

    /// Whether the table has each pair both ways; by default as u < v alone.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(JaccardIndex::default().mirror_results(true))?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 10);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn mirror_results(mut self, mirror: bool) -> Self {
        self.mirror_results = mirror;
        self
    }

    /// Taken for Gelly's sake, where it bounds the pairs that one task makes of a vertex: it makes
    /// no difference here.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(JaccardIndex::default().group_size(8))?.num_pairs(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn group_size(mut self, size: u32) -> Self {
        self.group_size = size;
        self
    }

    fn check(&self) -> Result<()> {
        let wrong = |parameter, value: String, expected| {
            Err(Error::Parameter { algorithm: NAME, parameter, value, expected })
        };
        for (parameter, score) in
            [("minimum score", self.minimum_score), ("maximum score", self.maximum_score)]
        {
            if score.denominator == 0 {
                return wrong(parameter, score.to_string(), "a fraction; its denominator is not 0");
            }
        }
        if self.group_size == 0 {
            return wrong("group size", "0".to_owned(), "at least 1");
        }
        Ok(())
    }

    /// The figures of a pair whose score is in bounds.
    fn keep(&self, pair: Pair<u32>) -> Option<Counts> {
        let [first, second] = pair.degrees.map(u64::from);
        let shared = pair.sum;
        let distinct = (first + second - u64::from(shared)) as u32;
        let counts = Counts { shared, distinct };
        let Self { minimum_score, maximum_score, .. } = self;
        let fits = counts.compare(minimum_score).is_ge() && counts.compare(maximum_score).is_le();
        fits.then_some(counts)
    }
}

/// The figures of a pair.
#[derive(Clone, Copy, Debug)]
struct Counts {
    shared: u32,
    distinct: u32,
}

impl Counts {
    /// Compares the score to a fraction.
    fn compare(&self, score: &Fraction) -> std::cmp::Ordering {
        let Fraction { numerator, denominator } = *score;
        let own = u64::from(self.shared) * u64::from(denominator);
        own.cmp(&(u64::from(numerator) * u64::from(self.distinct)))
    }

    fn score(&self) -> f64 {
        f64::from(self.shared) / f64::from(self.distinct)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Why a text is no fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give two integers, like 1/2, the second of them not 0")]
pub struct InvalidFraction;

impl FromStr for Fraction {
    type Err = InvalidFraction;

    fn from_str(text: &str) -> Result<Self, InvalidFraction> {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| InvalidFraction);
        let fraction = Self { numerator: number(numerator)?, denominator: number(denominator)? };
        if fraction.denominator == 0 { Err(InvalidFraction) } else { Ok(fraction) }
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for JaccardIndex {
    type Output = JaccardIndexResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Any]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        self.check()?;
        check_undirected(NAME, graph)?;
        Ok(PlanNode::new("Jaccard index")
            .property("execution", "add up paths of two edges by their ends")
            .property("score", format!("{} to {}", self.minimum_score, self.maximum_score))
            .property("rows", "found while they are read, never held")
            .input(graph.index_plan(EdgeDirection::Any)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        pair_bytes(size, 4)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<JaccardIndexResult> {
        self.check()?;
        check_undirected(NAME, graph)?;
        let settings = *self;
        let pairs = pairs(graph, |_degree| 1u32, move |pair| settings.keep(pair))?;
        Ok(JaccardIndexResult { pairs: PairTable::new(graph, pairs, self.mirror_results)? })
    }
}

/// The pairs of vertices that share neighbours, to be found when they are read.
#[derive(Clone, Debug)]
#[must_use]
pub struct JaccardIndexResult {
    pairs: PairTable<Counts>,
}

/// Two vertices and their neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JaccardPair<'a> {
    /// The vertices, ascending by id.
    pub vertices: [VertexId<'a>; 2],
    /// Neighbours of both.
    pub shared: u32,
    /// Neighbours of either.
    pub distinct: u32,
}

impl JaccardPair<'_> {
    /// The Jaccard index.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(JaccardIndex::default())?.top(1)?[0].score(), 0.5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn score(&self) -> f64 {
        f64::from(self.shared) / f64::from(self.distinct)
    }
}

impl JaccardIndexResult {
    /// The number of pairs; one that is written both ways counts once.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(JaccardIndex::default())?.num_pairs(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_pairs(&self) -> u64 {
        self.pairs.num_pairs()
    }

    /// The `count` most similar pairs, falling; equal ones ascend by ids.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let pairs = graph.run(JaccardIndex::default())?;
    /// assert_eq!(pairs.top(1)?[0].vertices, [1.into(), 4.into()]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn top(&self, count: usize) -> Result<Vec<JaccardPair<'_>>> {
        let pair =
            |(vertices, Counts { shared, distinct })| JaccardPair { vertices, shared, distinct };
        Ok(self.pairs.top(count, Counts::score)?.into_iter().map(pair).collect())
    }

    /// The table of `vertex_0`, `vertex_1`, `shared` and `distinct`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(JaccardIndex::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> impl Source + use<> {
        self.pairs.source("Jaccard index", &["shared", "distinct"], columns)
    }
}

fn columns(memory: &MemoryManager, pairs: &[Counts]) -> quince_core::Result<Vec<Column>> {
    let mut shared = memory.allocate::<u32>("result", pairs.len())?;
    let mut distinct = memory.allocate::<u32>("result", pairs.len())?;
    for (row, pair) in pairs.iter().enumerate() {
        (shared[row], distinct[row]) = (pair.shared, pair.distinct);
    }
    Ok(vec![Column::UInt32(shared.into()), Column::UInt32(distinct.into())])
}

impl Outcome for JaccardIndexResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::json!({ "pairs": self.num_pairs() }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        if top == 0 {
            return Ok(());
        }
        for pair in self.top(top).map_err(io::Error::other)? {
            let JaccardPair { vertices: [u, v], shared, distinct } = pair;
            writeln!(out, "{u}\t{v}\t{shared}\t{distinct}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{
        Sketch, complete, empty, fish, sketches, sorted_rows, star,
    };
    use crate::test_support::random_graphs;
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    fn reference(sketch: &Sketch, settings: JaccardIndex) -> Vec<Vec<f64>> {
        let near = sketch.neighbors();
        let mut rows = Vec::new();
        for u in 0..sketch.n {
            for v in u + 1..sketch.n {
                let count = |holds: fn(bool, bool) -> bool| {
                    (0..sketch.n).filter(|&w| holds(near[u][w], near[v][w])).count() as f64
                };
                let (shared, distinct) = (count(|a, b| a && b), count(|a, b| a || b));
                let Fraction { numerator, denominator } = settings.minimum_score;
                let low = shared * f64::from(denominator) < distinct * f64::from(numerator);
                let Fraction { numerator, denominator } = settings.maximum_score;
                let high = shared * f64::from(denominator) > distinct * f64::from(numerator);
                if shared > 0.0 && !low && !high {
                    rows.push(vec![u as f64, v as f64, shared, distinct]);
                    if settings.mirror_results {
                        rows.push(vec![v as f64, u as f64, shared, distinct]);
                    }
                }
            }
        }
        rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
        rows
    }

    fn run(sketch: &Sketch, settings: JaccardIndex) -> Vec<Vec<f64>> {
        sketch.everywhere(|graph| {
            let result = graph.run(settings).unwrap();
            let rows = sorted_rows(graph.environment(), &result.table());
            let times = if settings.mirror_results { 2 } else { 1 };
            assert_eq!(rows.len() as u64, times * result.num_pairs());
            rows
        })
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn pairs_are_those_of_the_matrix(
            sketch in sketches(), mirror: bool, low in (0u32..4, 1u32..6), high in (1u32..6, 1u32..6),
        ) {
            let sketch = Sketch { directed: false, ..sketch };
            let all = JaccardIndex::default().mirror_results(mirror);
            prop_assert_eq!(run(&sketch, all), reference(&sketch, all));
            let some = all.minimum_score(low.0, low.1).maximum_score(high.0, high.1);
            prop_assert_eq!(run(&sketch, some), reference(&sketch, some));
        }
    }

    #[test]
    fn golden_rows_of_small_graphs() {
        let expected = [
            [0, 1, 1, 4],
            [0, 2, 1, 4],
            [0, 3, 2, 4],
            [1, 2, 2, 4],
            [1, 3, 1, 6],
            [1, 4, 1, 3],
            [1, 5, 1, 3],
            [2, 3, 1, 6],
            [2, 4, 1, 3],
            [2, 5, 1, 3],
            [4, 5, 1, 1],
        ];
        let expected: Vec<_> = expected.iter().map(|row| row.map(f64::from).to_vec()).collect();
        assert_eq!(run(&fish(false), JaccardIndex::default()), expected);
        let rows = run(&complete(47, false), JaccardIndex::default().group_size(4));
        assert!(rows.len() == 1081 && rows.iter().all(|row| row[2..] == [45.0, 47.0]));
        let rows = run(&star(29), JaccardIndex::default());
        assert!(rows.len() == 378 && rows.iter().all(|row| row[2..] == [1.0, 1.0]));
        assert!(run(&empty(3, false), JaccardIndex::default()).is_empty());
    }

    #[test]
    fn what_cannot_be_answered_says_how_it_can() {
        let graph = fish(true).build(1, VertexOrder::Auto);
        let error = graph.run(JaccardIndex::default()).unwrap_err().to_string();
        assert!(error.contains("--undirected"), "{error}");
        let graph = fish(false).build(1, VertexOrder::Auto);
        let error = graph.run(JaccardIndex::default().maximum_score(1, 0)).unwrap_err().to_string();
        assert!(error.contains("maximum score is 1/0"), "{error}");
        assert!(graph.run(JaccardIndex::default().group_size(0)).is_err());
    }

    #[test]
    fn fractions_are_read() {
        let half = Fraction { numerator: 1, denominator: 2 };
        assert_eq!("1/2".parse(), Ok(half));
        assert_eq!("1".parse(), Ok(JaccardIndex::DEFAULT_MAXIMUM_SCORE));
        for text in ["1/0", "", "a/2", "-1/2", "0.5"] {
            assert_eq!(text.parse::<Fraction>(), Err(InvalidFraction), "{text}");
        }
    }
}
