//! Algorithms written with general operators alone: joins, groups and iterations over data sets.

use quince_core::dataset::DataSet;
use quince_core::iteration::Criterion;
use quince_core::operators::Aggregation::Min;
use quince_core::operators::JoinField::{First, Second};

/// Vertices and their labels, or edges: both directions of each.
pub type Pairs = DataSet<(u64, u64)>;

/// The least label that reaches each vertex; what is sent and what is kept is said by functions.
pub fn components(labels: &Pairs, edges: &Pairs) -> Pairs {
    labels.iterate_delta(labels, 0, Criterion::EmptyWorkset, |step| {
        let sent = step.workset().join(edges).on(0, 0);
        let sent = sent.with(|label, edge| (edge.1, label.1));
        let least = sent.group_by(0).reduce(|a, b| a.min(b));
        let delta = step.join_solution(&least, 0).with(|(vertex, label), known| {
            known.is_some_and(|known| label < known.1).then_some((vertex, label))
        });
        (delta.clone(), delta)
    })
}

/// As [`components`], said so that the optimizer sees it: it takes the dense path.
pub fn components_in_the_open(labels: &Pairs, edges: &Pairs) -> Pairs {
    labels.iterate_delta(labels, 0, Criterion::EmptyWorkset, |step| {
        let sent = step.workset().join(edges).on(0, 0);
        let sent = sent.project::<(u64, u64)>([Second(1), First(1)]);
        let delta = step.improve(Min, &sent.group_by(0).min(1));
        (delta.clone(), delta)
    })
}

/// PageRank of this damping after some iterations, from the ranks before them. `shares` holds each
/// edge with 1 / the degree of its source; no vertex is without edges.
pub fn page_rank(
    ranks: &DataSet<(u64, f64)>,
    shares: &DataSet<(u64, u64, f64)>,
    num_vertices: u64,
    damping: f64,
    iterations: u64,
) -> DataSet<(u64, f64)> {
    let jump = (1.0 - damping) / num_vertices as f64;
    ranks.iterate_bulk(iterations, |step| {
        let sent = step.partial().join(shares).on(0, 0);
        let sent = sent.with(|rank, edge| (edge.1, rank.1 * edge.2));
        let sums = sent.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
        sums.map(move |(vertex, sum)| (vertex, jump + damping * sum))
    })
}
