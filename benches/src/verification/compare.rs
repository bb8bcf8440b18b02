//! Results of Quince beside those of the references, vertex by vertex. References go by dense id,
//! results by the user's: the dictionary leads from one to the other.

use quince_algorithms::{
    BreadthFirstSearchResult, CentralityResult, CommunityDetectionLabelPropagationResult,
    ConnectedComponentsResult, LocalClusteringCoefficientResult, PageRankResult, Ranks,
    SingleSourceShortestPathsResult,
};
use quince_core::index::{Csr, Dictionary, EntryValue};
use quince_gelly::VertexId;

use crate::error::Difference;
use crate::kernel::{PAGE_RANK_ITERATIONS, close};
use crate::plain::{self, UNREACHED};

/// Ranks may differ so much: both are sums in 32 bits, in different orders.
const RANK_TOLERANCE: f64 = 1e-3;

/// Scores of betweenness are sums of quotients in different orders.
const SCORE_TOLERANCE: f64 = 1e-6;

pub(super) fn differ(
    figure: &str,
    index: usize,
    found: f64,
    expected: f64,
    tolerance: f64,
) -> Option<Difference> {
    let wrong = || Difference { figure: figure.to_owned(), index, found, expected };
    (!close(found, expected, tolerance)).then(wrong)
}

/// The first vertex whose value is not the expected one.
fn first_difference(
    figure: &str,
    tolerance: f64,
    pairs: impl IntoIterator<Item = (f64, f64)>,
) -> Option<Difference> {
    let mut pairs = pairs.into_iter().enumerate();
    pairs.find_map(|(at, (found, expected))| differ(figure, at, found, expected, tolerance))
}

pub(super) fn check_tree<E: EntryValue>(
    result: &BreadthFirstSearchResult,
    out: &Csr<E>,
    ids: &Dictionary,
    levels: &[u32],
) -> Option<Difference> {
    let number = |level: Option<u32>| f64::from(level.unwrap_or(UNREACHED));
    let found = (0..levels.len() as u32).map(|vertex| number(result.level(ids.key(vertex))));
    let wrong =
        first_difference("level of vertex", 0.0, found.zip(levels.iter().map(|&l| l.into())));
    wrong.or_else(|| {
        let is_wrong = |&vertex: &u32| {
            let level = levels[vertex as usize];
            let parent = result.parent(ids.key(vertex)).and_then(|parent| ids.get(parent));
            match parent {
                None => level != UNREACHED,
                Some(parent) if parent == vertex => level != 0,
                Some(parent) => {
                    levels[parent as usize].wrapping_add(1) != level
                        || out.row(parent).binary_search(&vertex).is_err()
                }
            }
        };
        let vertex = (0..levels.len() as u32).find(is_wrong)?;
        let (figure, index) = ("a right parent of vertex".to_owned(), vertex as usize);
        Some(Difference { figure, index, found: 0.0, expected: 1.0 })
    })
}

pub(super) fn check_distances(
    result: &SingleSourceShortestPathsResult,
    distances: &[f64],
) -> Option<Difference> {
    let found = result.distances().by_dense().iter().copied();
    first_difference("distance of vertex", 1e-12, found.zip(distances.iter().copied()))
}

pub(super) fn check_ranks<E: EntryValue>(
    result: &PageRankResult,
    into: &Csr<E>,
    degrees: &[u32],
    expected: &[f32],
) -> Option<Difference> {
    let found: Vec<f64> = match result.ranks() {
        Ranks::F32(ranks) => ranks.by_dense().iter().map(|&rank| rank.into()).collect(),
        Ranks::F64(ranks) => ranks.by_dense().to_vec(),
    };
    let pairs = found.iter().copied().zip(expected.iter().map(|&rank| rank.into()));
    first_difference("rank of vertex", RANK_TOLERANCE, pairs).or_else(|| {
        // What is left of the distance to the fixpoint shrinks by the damping each time.
        let bound = 2.0 * 0.85f64.powi(PAGE_RANK_ITERATIONS as i32) + RANK_TOLERANCE;
        let change = plain::page_rank_change(into, degrees, &found);
        let wrong = change.is_nan() || change > bound;
        let figure = "change of ranks by one more iteration".to_owned();
        wrong.then_some(Difference { figure, index: 0, found: change, expected: bound })
    })
}

pub(super) fn check_components(
    result: &ConnectedComponentsResult,
    ids: &Dictionary,
    labels: &[u32],
) -> Option<Difference> {
    let found = (0..labels.len() as u32).map(|vertex| id(result.component(ids.key(vertex))));
    let expected = labels.iter().map(|&label| id(Some(ids.key_of_ordinal(label))));
    first_difference("component of vertex", 0.0, found.zip(expected))
}

pub(super) fn check_labels(
    result: &CommunityDetectionLabelPropagationResult,
    ids: &Dictionary,
    labels: &[u32],
) -> Option<Difference> {
    let found = (0..labels.len() as u32).map(|vertex| id(result.label(ids.key(vertex))));
    let expected = labels.iter().map(|&label| id(Some(ids.key_of_ordinal(label))));
    first_difference("label of vertex", 0.0, found.zip(expected))
}

pub(super) fn check_scores(
    result: &CentralityResult,
    ids: &Dictionary,
    scores: &[f64],
    share: f64,
) -> Option<Difference> {
    let found = (0..scores.len() as u32).map(|v| result.score(ids.key(v)).unwrap_or(f64::NAN));
    let expected = scores.iter().map(|score| score * share);
    first_difference("score of vertex", SCORE_TOLERANCE, found.zip(expected))
}

pub(super) fn check_coefficients(
    result: &LocalClusteringCoefficientResult,
    ids: &Dictionary,
    coefficients: &[f64],
) -> Option<Difference> {
    let vertices = 0..coefficients.len() as u32;
    let found = vertices.map(|v| result.score(ids.key(v)).unwrap_or(f64::NAN));
    first_difference("coefficient of vertex", 1e-9, found.zip(coefficients.iter().copied()))
}

/// A vertex as a number: the vertices of the suite are.
fn id(vertex: Option<VertexId<'_>>) -> f64 {
    match vertex {
        Some(VertexId::Integer(id)) => id as f64,
        _ => f64::NAN,
    }
}
