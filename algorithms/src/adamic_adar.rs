//! Adamic-Adar: how telling the neighbours are that two vertices share.
//!
//! ```text
//! A(u, v) = sum over shared neighbours w of 1 / ln(degree(w))
//! ```
//!
//! for all u < v (by id) with at least one shared neighbour. A shared neighbour has a degree of at
//! least 2. Pairs below a minimum score are left out, and those below a minimum ratio times the
//! average score of all pairs that share a neighbour. The graph is undirected; self-loops and
//! parallel edges make no difference (Gelly wants a simple graph here).
//!
//! - **Iteration**: none; paths of two edges are added up by their ends.
//! - **Cost**: O(sum of squared degrees) time, once to count, once more for a ratio, and once for
//!   each time that the pairs are read: they are found when they are asked for and never held.
//!   4 bytes a vertex and 8 for each thread (12 in f64), as long as the result lives.
//! - **Deterministic**: sums run in the order of the index, the same bits at any number of threads.
//!   Scores are f32 as in Gelly, or f64 if that is asked for.
//! - **Source**: Adamic, Adar: *Friends and Neighbors on the Web*, 2003. Follows Gelly's
//!   `library.similarity.AdamicAdar`.

use std::io::{self, Write};

use quince_core::columnar::Column;
use quince_core::index::EntryValue;
use quince_core::memory::MemoryManager;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId,
};

#[cfg(feature = "cli")]
use crate::command::{Command, names, zero_or_more};
use crate::outcome::Outcome;
use crate::page_rank::Precision;
use crate::shared_neighbors::{PairTable, check_undirected, pair_bytes, pairs};

const NAME: &str = "AdamicAdar";

/// Adamic-Adar and its settings.
///
/// ```
/// use quince_algorithms::{AdamicAdar, Precision};
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// // 1 and 2 share 3, with two neighbours, and 4, with three.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 3), (1, 4), (2, 3), (2, 4), (4, 5)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let similar = graph.run(AdamicAdar::default().precision(Precision::F64))?;
/// let best = similar.top(1)?;
/// assert_eq!(best[0].vertices, [VertexId::Integer(3), VertexId::Integer(4)]);
/// assert_eq!(best[0].score, 2.0 / 2f64.ln());
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct AdamicAdar {
    /// Leave out pairs below this score
    #[cfg_attr(feature = "cli", arg(long, value_name = "SCORE", default_value_t = 0.0, value_parser = zero_or_more))]
    minimum_score: f64,

    /// Leave out pairs below this ratio of the average score of all pairs
    #[cfg_attr(feature = "cli", arg(long, value_name = "RATIO", default_value_t = 0.0, value_parser = zero_or_more))]
    minimum_ratio: f64,

    /// Write each pair both ways
    #[cfg_attr(feature = "cli", arg(long))]
    mirror_results: bool,

    /// The numbers to add up in
    #[cfg_attr(feature = "cli", arg(long, value_name = "TYPE", default_value = "f32", value_parser = names(PRECISIONS)))]
    precision: Precision,
}

#[cfg(feature = "cli")]
const PRECISIONS: &[(&str, &str, Precision)] =
    &[("f32", "32 bits, as in Gelly", Precision::F32), ("f64", "64 bits", Precision::F64)];

impl Default for AdamicAdar {
    fn default() -> Self {
        Self {
            minimum_score: 0.0,
            minimum_ratio: 0.0,
            mirror_results: false,
            precision: Precision::F32,
        }
    }
}

#[cfg(feature = "cli")]
impl Command for AdamicAdar {
    type Result = AdamicAdarResult;

    const NAME: &'static str = "adamic-adar";

    const ABOUT: &'static str = "\
Find how telling the neighbours are that two vertices share

For all pairs of vertices of an undirected graph that share a neighbour: the sum of 1 / ln(degree) \
of those that they share. Self-loops and parallel edges make no difference.

Prints the pairs of the highest scores, one `vertex<TAB>vertex<TAB>score` line each; --output \
writes all.";

    const EXAMPLES: &'static str = "\
  quince adamic-adar datasets/graphs/karate.tsv --undirected

  All pairs of at least twice the average score:
    quince adamic-adar datasets/graphs/karate.tsv --undirected --minimum-ratio 2 \\
      --output similar.csv";
}

impl AdamicAdar {
    /// Leave out pairs below this score.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(AdamicAdar::default().minimum_score(1.0))?.num_pairs(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn minimum_score(mut self, score: f64) -> Self {
        self.minimum_score = score;
        self
    }

    /// Leave out pairs below this ratio of the average score of all pairs that share a neighbour.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(AdamicAdar::default().minimum_ratio(1.0))?.num_pairs(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn minimum_ratio(mut self, ratio: f64) -> Self {
        self.minimum_ratio = ratio;
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
    /// let table = graph.run(AdamicAdar::default().mirror_results(true))?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 10);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn mirror_results(mut self, mirror: bool) -> Self {
        self.mirror_results = mirror;
        self
    }

    /// The numbers to add up in; f32 by default, as in Gelly.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(AdamicAdar::default().precision(Precision::F64))?.num_pairs(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    fn check(&self) -> Result<()> {
        for (parameter, value) in
            [("minimum score", self.minimum_score), ("minimum ratio", self.minimum_ratio)]
        {
            if value.is_nan() || value < 0.0 {
                let (value, expected) = (value.to_string(), "0 or more");
                return Err(Error::Parameter { algorithm: NAME, parameter, value, expected });
            }
        }
        Ok(())
    }

    /// The pairs of at least this score.
    fn table<E: EntryValue>(
        &self,
        graph: &IndexedGraph<E>,
        minimum: f64,
    ) -> Result<PairTable<f64>> {
        let keep = move |score: f64| (score >= minimum).then_some(score);
        let pairs = match self.precision {
            Precision::F32 => {
                let weight = |degree| 1.0 / f64::from(degree).ln() as f32;
                pairs(graph, weight, move |pair| keep(f64::from(pair.sum)))?
            }
            Precision::F64 => {
                pairs(graph, |degree| 1.0 / f64::from(degree).ln(), move |pair| keep(pair.sum))?
            }
        };
        PairTable::new(graph, pairs, self.mirror_results)
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for AdamicAdar {
    type Output = AdamicAdarResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Any]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        self.check()?;
        check_undirected(NAME, graph)?;
        Ok(PlanNode::new("Adamic-Adar")
            .property("execution", "add up paths of two edges by their ends")
            .property("rows", "found while they are read, never held")
            .input(graph.index_plan(EdgeDirection::Any)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        let width = match self.precision {
            Precision::F32 => 4,
            Precision::F64 => 8,
        };
        pair_bytes(size, width)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<AdamicAdarResult> {
        self.check()?;
        check_undirected(NAME, graph)?;
        let mut minimum = self.minimum_score;
        if self.minimum_ratio > 0.0 {
            let all = self.table(graph, 0.0)?;
            let average = all.sum(|&score| score)? / all.num_pairs().max(1) as f64;
            minimum = minimum.max(self.minimum_ratio * average);
        }
        Ok(AdamicAdarResult { pairs: self.table(graph, minimum)?, precision: self.precision })
    }
}

/// The pairs of vertices that share neighbours, to be found when they are read.
#[derive(Clone, Debug)]
#[must_use]
pub struct AdamicAdarResult {
    pairs: PairTable<f64>,
    precision: Precision,
}

/// Two vertices and how telling their shared neighbours are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamicAdarPair<'a> {
    /// The vertices, ascending by id.
    pub vertices: [VertexId<'a>; 2],
    /// The score.
    pub score: f64,
}

impl AdamicAdarResult {
    /// The number of pairs; one that is written both ways counts once.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(AdamicAdar::default())?.num_pairs(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_pairs(&self) -> u64 {
        self.pairs.num_pairs()
    }

    /// The `count` pairs of the highest scores, falling; equal ones ascend by ids.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let pairs = graph.run(AdamicAdar::default())?;
    /// assert_eq!(pairs.top(1)?[0].vertices, [1.into(), 3.into()]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn top(&self, count: usize) -> Result<Vec<AdamicAdarPair<'_>>> {
        let pair = |(vertices, score)| AdamicAdarPair { vertices, score };
        Ok(self.pairs.top(count, |&score| score)?.into_iter().map(pair).collect())
    }

    /// The table of `vertex_0`, `vertex_1` and `score`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(AdamicAdar::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> impl Source + use<> {
        let columns = match self.precision {
            Precision::F32 => narrow_scores,
            Precision::F64 => scores,
        };
        self.pairs.source("Adamic-Adar", &["score"], columns)
    }
}

fn narrow_scores(memory: &MemoryManager, pairs: &[f64]) -> quince_core::Result<Vec<Column>> {
    let mut scores = memory.allocate::<f32>("result", pairs.len())?;
    // They were added up in 32 bits.
    scores.iter_mut().zip(pairs).for_each(|(slot, &score)| *slot = score as f32);
    Ok(vec![Column::Float32(scores.into())])
}

fn scores(memory: &MemoryManager, pairs: &[f64]) -> quince_core::Result<Vec<Column>> {
    let mut scores = memory.allocate::<f64>("result", pairs.len())?;
    scores.copy_from_slice(pairs);
    Ok(vec![Column::Float64(scores.into())])
}

impl Outcome for AdamicAdarResult {
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
            let AdamicAdarPair { vertices: [u, v], score } = pair;
            match self.precision {
                Precision::F32 => writeln!(out, "{u}\t{v}\t{}", score as f32)?,
                Precision::F64 => writeln!(out, "{u}\t{v}\t{score}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{
        ORDERS, Sketch, complete, empty, fish, rows, sketches, sorted_rows, star,
    };
    use crate::test_support::random_graphs;
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    fn reference(sketch: &Sketch) -> Vec<Vec<f64>> {
        let (near, degrees) = (sketch.neighbors(), sketch.degrees());
        let mut rows = Vec::new();
        for u in 0..sketch.n {
            for v in u + 1..sketch.n {
                let shared = (0..sketch.n).filter(|&w| near[u][w] && near[v][w]);
                let score: f64 = shared.map(|w| 1.0 / (degrees[w] as f64).ln()).sum();
                if score > 0.0 {
                    rows.push(vec![u as f64, v as f64, score]);
                }
            }
        }
        rows
    }

    fn close(actual: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
        assert_eq!(actual.len(), expected.len());
        for (row, other) in actual.iter().zip(expected) {
            assert_eq!(row[..2], other[..2]);
            assert!((row[2] - other[2]).abs() <= tolerance * other[2], "{row:?} {other:?}");
        }
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn scores_are_those_of_the_matrix(sketch in sketches()) {
            let sketch = Sketch { directed: false, ..sketch };
            let expected = reference(&sketch);
            for (precision, tolerance) in [(Precision::F32, 1e-5), (Precision::F64, 1e-14)] {
                for order in ORDERS {
                    let run = |threads| {
                        let graph = sketch.build(threads, order);
                        let result = graph.run(AdamicAdar::default().precision(precision)).unwrap();
                        rows(graph.environment(), &result.table())
                    };
                    let mut all = sketch.threads().iter().map(|&threads| run(threads));
                    let mut sorted = all.next().expect("one thread is a way");
                    prop_assert!(all.all(|other| other == sorted), "other bits or rows");
                    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
                    close(&sorted, &expected, tolerance);
                }
            }
        }

        #[test]
        fn bounds_leave_out_what_is_below_them(
            sketch in sketches(), score in 0.0f64..3.0, ratio in 0.0f64..2.0,
        ) {
            let sketch = Sketch { directed: false, ..sketch };
            let all = reference(&sketch);
            let average = all.iter().map(|row| row[2]).sum::<f64>() / all.len().max(1) as f64;
            let bound = score.max(ratio * average);
            // What is as good as on the bound may go either way.
            prop_assume!(all.iter().all(|row| (row[2] - bound).abs() > 1e-9));
            let expected: Vec<_> = all.into_iter().filter(|row| row[2] >= bound).collect();
            let graph = sketch.build(2, VertexOrder::Auto);
            let settings = AdamicAdar::default().precision(Precision::F64);
            let result = graph.run(settings.minimum_score(score).minimum_ratio(ratio)).unwrap();
            close(&sorted_rows(graph.environment(), &result.table()), &expected, 1e-14);
            prop_assert_eq!(result.num_pairs(), expected.len() as u64);
        }
    }

    #[test]
    fn golden_rows_of_small_graphs() {
        let run = |sketch: Sketch| {
            let graph = sketch.build(2, VertexOrder::Auto);
            let result = graph.run(AdamicAdar::default().mirror_results(true)).unwrap();
            let rows = sorted_rows(graph.environment(), &result.table());
            assert_eq!(rows.len() as u64, 2 * result.num_pairs());
            rows
        };
        let near = |score: f64, expected: f64| (score - expected).abs() < 1e-5 * expected;
        let rows = run(complete(47, false));
        assert!(rows.len() == 2 * 1081 && rows.iter().all(|row| near(row[2], 45.0 / 46f64.ln())));
        let rows = run(star(29));
        assert!(rows.len() == 2 * 378 && rows.iter().all(|row| near(row[2], 1.0 / 28f64.ln())));
        assert!(run(empty(3, false)).is_empty());
    }

    #[test]
    fn what_cannot_be_answered_says_how_it_can() {
        let graph = fish(true).build(1, VertexOrder::Auto);
        let error = graph.run(AdamicAdar::default()).unwrap_err().to_string();
        assert!(error.contains("--undirected"), "{error}");
        let graph = fish(false).build(1, VertexOrder::Auto);
        assert!(graph.run(AdamicAdar::default().minimum_ratio(f64::NAN)).is_err());
        assert!(graph.run(AdamicAdar::default().minimum_score(-1.0)).is_err());
    }
}
