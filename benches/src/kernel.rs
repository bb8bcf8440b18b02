//! The kernels: how each runs on Quince, and what its answer is.

use std::collections::BTreeMap;

use clap::ValueEnum;
use quince_algorithms::{
    Betweenness, BreadthFirstSearch, BreadthFirstSearchResult, CentralityResult,
    CommunityDetectionLabelPropagation, CommunityDetectionLabelPropagationResult,
    ConnectedComponents, ConnectedComponentsResult, LocalClusteringCoefficient,
    LocalClusteringCoefficientResult, PageRank, PageRankResult, Precision,
    SingleSourceShortestPaths, SingleSourceShortestPathsResult, Sources, TriangleCount,
    TriangleCountResult,
};
use quince_core::iteration::IterationReport;
use quince_gelly::{EdgeValue, Id, IndexedGraph, Result};
use serde::{Deserialize, Serialize};

use crate::error::Difference;

/// Iterations of PageRank.
pub const PAGE_RANK_ITERATIONS: u64 = 20;

/// Iterations of label propagation.
pub const LABEL_ITERATIONS: u64 = 10;

/// How many of the highest ranks an answer has.
const HIGHEST_RANKS: usize = 5;

/// How many of the highest scores.
const HIGHEST_SCORES: usize = 4;

/// What is measured.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// Breadth-first search: levels and parents
    Bfs,
    /// Shortest paths by weights from one source
    Sssp,
    /// PageRank, 20 iterations
    Pr,
    /// Connected components (wcc)
    #[value(alias = "wcc")]
    Cc,
    /// Betweenness from one source
    Bc,
    /// The number of triangles
    Tc,
    /// Community detection by label propagation, 10 iterations
    Cdlp,
    /// Local clustering coefficients
    Lcc,
}

/// By which rules it is measured.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    /// The GAP Benchmark Suite: a source for each trial, PageRank in 32 bits
    Gap,
    /// LDBC Graphalytics: one source, PageRank in 64 bits, makespan and EVPS
    Graphalytics,
}

/// The result of a kernel on Quince.
#[derive(Debug)]
pub(crate) enum Computed {
    Bfs(BreadthFirstSearchResult),
    Sssp(SingleSourceShortestPathsResult),
    Pr(PageRankResult),
    Cc(ConnectedComponentsResult),
    Bc(CentralityResult),
    Tc(TriangleCountResult),
    Cdlp(CommunityDetectionLabelPropagationResult),
    Lcc(LocalClusteringCoefficientResult),
}

/// Figures of an answer by name, each one number or one for each trial. Programs that number the
/// same vertices alike must agree on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answer {
    /// The figures.
    pub figures: BTreeMap<String, Vec<f64>>,
}

impl Suite {
    /// Its kernels, in the order in which they run.
    pub fn kernels(self) -> &'static [Kernel] {
        use Kernel::{Bc, Bfs, Cc, Cdlp, Lcc, Pr, Sssp, Tc};
        match self {
            Self::Gap => &[Bfs, Sssp, Pr, Cc, Bc, Tc],
            Self::Graphalytics => &[Bfs, Pr, Cc, Cdlp, Lcc, Sssp],
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Graphalytics => "graphalytics",
        }
    }
}

impl Kernel {
    /// Its name on the command line, in reports and in the protocol of drivers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bfs => "bfs",
            Self::Sssp => "sssp",
            Self::Pr => "pr",
            Self::Cc => "cc",
            Self::Bc => "bc",
            Self::Tc => "tc",
            Self::Cdlp => "cdlp",
            Self::Lcc => "lcc",
        }
    }

    /// Its name in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Bfs => "breadth-first search",
            Self::Sssp => "shortest paths",
            Self::Pr => "PageRank",
            Self::Cc => "connected components",
            Self::Bc => "betweenness",
            Self::Tc => "triangles",
            Self::Cdlp => "label propagation",
            Self::Lcc => "local clustering",
        }
    }

    /// Whether it reads weights.
    pub fn is_weighted(self) -> bool {
        self == Self::Sssp
    }

    /// Whether it begins at a vertex.
    pub fn has_source(self) -> bool {
        matches!(self, Self::Bfs | Self::Sssp | Self::Bc)
    }

    /// The relative difference that two right answers may have.
    pub fn tolerance(self) -> f64 {
        match self {
            // Sums over hubs in 32 bits, and programs that stop by a tolerance of their own.
            Self::Pr => 0.01,
            // Scores in 32 bits, printed with six digits.
            Self::Bc => 1e-3,
            Self::Lcc => 1e-6,
            _ => 1e-9,
        }
    }

    /// Builds the indexes that it reads.
    pub(crate) fn prepare<E: EdgeValue>(self, graph: &IndexedGraph<E>) -> Result<()> {
        match self {
            Self::Bfs => graph.prepare(&BreadthFirstSearch::new(0)),
            Self::Sssp => graph.prepare(&SingleSourceShortestPaths::new(0)),
            Self::Pr => graph.prepare(&PageRank::default()),
            Self::Cc => graph.prepare(&ConnectedComponents::default()),
            Self::Bc => graph.prepare(&Betweenness::default()),
            Self::Tc => graph.prepare(&TriangleCount::default()),
            Self::Cdlp => graph.prepare(&CommunityDetectionLabelPropagation::default()),
            Self::Lcc => graph.prepare(&LocalClusteringCoefficient::default()),
        }
    }

    /// Runs it by the rules of `suite`.
    pub(crate) fn run<E: EdgeValue>(
        self,
        suite: Suite,
        graph: &IndexedGraph<E>,
        source: u32,
    ) -> Result<Computed> {
        let source = Id::from(i64::from(source));
        Ok(match self {
            Self::Bfs => Computed::Bfs(graph.run(BreadthFirstSearch::new(source))?),
            Self::Sssp => Computed::Sssp(graph.run(SingleSourceShortestPaths::new(source))?),
            Self::Pr => {
                let precision = if suite == Suite::Gap { Precision::F32 } else { Precision::F64 };
                let page_rank = PageRank::default().iterations(PAGE_RANK_ITERATIONS);
                Computed::Pr(graph.run(page_rank.precision(precision))?)
            }
            Self::Cc => Computed::Cc(graph.run(ConnectedComponents::default())?),
            Self::Bc => {
                Computed::Bc(graph.run(Betweenness::default().sources(Sources::these([source])))?)
            }
            Self::Tc => Computed::Tc(graph.run(TriangleCount::default())?),
            Self::Cdlp => {
                let propagation = CommunityDetectionLabelPropagation::default();
                Computed::Cdlp(graph.run(propagation.iterations(LABEL_ITERATIONS))?)
            }
            Self::Lcc => {
                let coefficient = LocalClusteringCoefficient::default().undefined_as_zero(true);
                Computed::Lcc(graph.run(coefficient)?)
            }
        })
    }
}

impl Computed {
    /// The iteration, if there was one.
    pub(crate) fn iteration(&self) -> Option<&IterationReport> {
        match self {
            Self::Bfs(result) => Some(result.report()),
            Self::Sssp(result) => Some(result.report()),
            Self::Pr(result) => Some(result.report()),
            Self::Cc(result) => Some(result.report()),
            Self::Bc(result) => Some(result.report()),
            Self::Cdlp(result) => Some(result.report()),
            Self::Tc(_) | Self::Lcc(_) => None,
        }
    }

    /// What other programs must find too.
    pub(crate) fn answer(&self) -> Result<Answer> {
        Ok(match self {
            Self::Bfs(result) => {
                let levels = result.iter().filter_map(|(_, level)| level).map(f64::from);
                let (count, sum) = totals(levels);
                Answer::of([("reached", vec![count]), ("sum_of_levels", vec![sum])])
            }
            Self::Sssp(result) => {
                let distances = result.iter().map(|(_, distance)| distance);
                let (count, sum) = totals(distances.filter(|distance| distance.is_finite()));
                Answer::of([("reached", vec![count]), ("sum_of_distances", vec![sum])])
            }
            Self::Pr(result) => {
                let highest = result.top(HIGHEST_RANKS).into_iter().map(|(_, rank)| rank).collect();
                Answer::of([("sum_of_ranks", vec![result.sum()]), ("highest_ranks", highest)])
            }
            Self::Cc(result) => Answer::of([("components", vec![result.num_components()? as f64])]),
            Self::Bc(result) => {
                let scores: Vec<f64> =
                    result.top(HIGHEST_SCORES).into_iter().map(|(_, score)| score).collect();
                Answer::of([("highest_scores", relative(scores))])
            }
            Self::Tc(result) => Answer::of([("triangles", vec![result.num_triangles as f64])]),
            Self::Cdlp(result) => Answer::of([("labels", vec![result.num_labels()? as f64])]),
            Self::Lcc(result) => Answer::of([("average_coefficient", vec![result.average()])]),
        })
    }
}

/// Falling scores by the first of them.
pub(crate) fn relative(scores: Vec<f64>) -> Vec<f64> {
    let highest = scores.first().copied().unwrap_or_default().max(f64::MIN_POSITIVE);
    scores.into_iter().map(|score| score / highest).collect()
}

fn totals(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value))
}

impl Answer {
    /// Of figures by name.
    pub fn of<const N: usize>(figures: [(&str, Vec<f64>); N]) -> Self {
        let figures = figures.into_iter().map(|(name, values)| (name.to_owned(), values));
        Self { figures: figures.collect() }
    }

    /// Takes the figures of the next trial in.
    pub fn append(&mut self, next: Self) {
        for (name, values) in next.figures {
            self.figures.entry(name).or_default().extend(values);
        }
    }

    /// The first difference to what is expected, in the figures that both have.
    pub fn difference(&self, expected: &Self, tolerance: f64) -> Option<Difference> {
        for (figure, expected) in &expected.figures {
            let Some(found) = self.figures.get(figure) else { continue };
            for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
                if !close(found, expected, tolerance) {
                    return Some(Difference { figure: figure.clone(), index, found, expected });
                }
            }
            if found.len() != expected.len() {
                let (found, expected) = (found.len() as f64, expected.len() as f64);
                let figure = format!("the number of {figure}");
                return Some(Difference { figure, index: 0, found, expected });
            }
        }
        None
    }

    /// Whether a figure of it is no number: those that overflow are none.
    pub fn has_no_number(&self) -> bool {
        self.figures.values().flatten().any(|value| value.is_nan())
    }

    /// Whether it has a figure that the other has.
    pub fn is_comparable(&self, other: &Self) -> bool {
        self.figures.keys().any(|figure| other.figures.contains_key(figure))
    }
}

/// Whether two numbers differ by the tolerance at most.
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    found == expected || (found - expected).abs() <= tolerance * expected.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_compared_in_what_both_have() {
        let ours = Answer::of([("reached", vec![10.0, 7.0]), ("sum_of_levels", vec![30.0, 12.0])]);
        let theirs = Answer::of([("reached", vec![10.0, 8.0])]);
        let difference = theirs.difference(&ours, 1e-9).unwrap();
        assert_eq!(difference.to_string(), "reached 1: 8 instead of 7");
        assert_eq!(theirs.difference(&ours, 0.2), None);
        let short = Answer::of([("reached", vec![10.0])]).difference(&ours, 1e-9).unwrap();
        assert_eq!(short.to_string(), "the number of reached 0: 1 instead of 2");
        assert!(!ours.has_no_number());
        assert!(Answer::of([("scores", vec![1.0, f64::NAN])]).has_no_number());
        assert!(theirs.is_comparable(&ours));
        assert!(!Answer::of([("triangles", vec![1.0])]).is_comparable(&ours));
    }

    #[test]
    fn not_a_number_is_never_right() {
        let nan = Answer::of([("sum_of_ranks", vec![f64::NAN])]);
        let one = Answer::of([("sum_of_ranks", vec![1.0])]);
        assert!(nan.difference(&one, 1.0).is_some());
    }
}
