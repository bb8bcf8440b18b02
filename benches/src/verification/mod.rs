//! Whether Quince's answers are right: against the plain references, outside of the clock.
//!
//! | kernel | what must hold |
//! |---|---|
//! | bfs | levels are those of a queue; a parent is one level above, and there is an edge from it |
//! | sssp | distances are those of Dijkstra's algorithm |
//! | pr | ranks are those of the plain iteration within 0.1 %; one more iteration changes them by no more than so many iterations may leave |
//! | cc | labels are those of union-find |
//! | bc | scores are those of Brandes's algorithm |
//! | tc | as many as by merging rows |
//! | cdlp | labels are those of the plain iteration |
//! | lcc | coefficients are those of merging rows |

mod compare;

use std::sync::Arc;
use std::time::Instant;

use quince_core::index::{Csr, StaticIndex};
use quince_gelly::{EdgeDirection, EdgeValue, IndexedGraph, Result};
use serde::{Deserialize, Serialize};

use crate::error::Difference;
use crate::kernel::{Computed, Kernel, LABEL_ITERATIONS, PAGE_RANK_ITERATIONS};
use crate::plain;
use compare::{
    check_coefficients, check_components, check_distances, check_labels, check_ranks, check_scores,
    check_tree, differ,
};

/// A reference may take so long, over all trials.
const PATIENCE_SECONDS: f64 = 60.0;

/// What was verified, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// How many trials were compared with the reference.
    pub trials: usize,
    /// Why no more of them were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// A verified run.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) verification: Verification,
    /// Seconds of each run of the reference.
    pub(crate) reference: Vec<f64>,
    pub(crate) difference: Option<Difference>,
}

/// Compares the results of trials with the plain reference; each began at its source.
pub(crate) fn verify<E: EdgeValue>(
    kernel: Kernel,
    graph: &IndexedGraph<E>,
    sources: &[u32],
    results: &[Computed],
) -> Result<Verified> {
    let once = plain_seconds(kernel, graph)?;
    let affordable = (PATIENCE_SECONDS / once) as usize;
    // Without a source all trials have the same bits.
    let wanted = if kernel.has_source() { results.len() } else { 1 };
    let checked = wanted.min(affordable);
    let skipped = (checked < wanted).then(|| {
        format!("one run of the plain reference would take about {once:.0} s, of at most {PATIENCE_SECONDS:.0} s")
    });
    let mut verified = Verified {
        verification: Verification { trials: checked, skipped },
        reference: Vec::new(),
        difference: None,
    };
    for (result, &source) in results.iter().zip(sources).take(checked) {
        let (seconds, difference) = check(graph, source, result)?;
        verified.reference.push(seconds);
        verified.difference = verified.difference.or(difference);
    }
    if !kernel.has_source() {
        verified.verification.trials = if checked > 0 { sources.len() } else { 0 };
    }
    Ok(verified)
}

/// About how long the reference takes: a bound by the work that it does.
fn plain_seconds<E: EdgeValue>(kernel: Kernel, graph: &IndexedGraph<E>) -> Result<f64> {
    let index = graph.index(EdgeDirection::Any)?;
    let (vertices, entries) = (index.num_keys() as f64, index.num_entries() as f64);
    let nanoseconds = match kernel {
        Kernel::Bfs => 10.0 * (vertices + entries),
        Kernel::Sssp => 300.0 * vertices + 40.0 * entries,
        Kernel::Pr => PAGE_RANK_ITERATIONS as f64 * (10.0 * vertices + 6.0 * entries),
        Kernel::Cc => 20.0 * (vertices + entries),
        Kernel::Bc => 50.0 * (vertices + entries),
        Kernel::Cdlp => LABEL_ITERATIONS as f64 * (100.0 * vertices + 60.0 * entries),
        Kernel::Tc => 2.0 * plain::Oriented::new(graph)?.work() as f64,
        Kernel::Lcc if graph.is_directed() => two_steps(graph)?,
        Kernel::Lcc => 3.0 * plain::Oriented::new(graph)?.work() as f64,
    };
    Ok(nanoseconds * 1e-9 + 1e-9)
}

/// Nanoseconds of walking two edges from every vertex.
fn two_steps<E: EdgeValue>(graph: &IndexedGraph<E>) -> Result<f64> {
    let [out, into] = both(graph)?;
    let walks = |vertex| ((out.degree(vertex) + into.degree(vertex)) * out.degree(vertex)) as f64;
    Ok(3.0 * (0..out.num_keys() as u32).map(walks).sum::<f64>())
}

/// Seconds of the reference, and the first difference.
fn check<E: EdgeValue>(
    graph: &IndexedGraph<E>,
    source: u32,
    result: &Computed,
) -> Result<(f64, Option<Difference>)> {
    let start = graph.dictionary().get(i64::from(source)).expect("sources are vertices");
    let ids = &**graph.dictionary();
    Ok(match result {
        Computed::Bfs(result) => {
            let out = graph.index(EdgeDirection::Out)?;
            let (seconds, levels) = timed(|| plain::breadth_first_search(&out, start));
            (seconds, check_tree(result, &out, ids, &levels))
        }
        Computed::Sssp(result) => {
            let out = graph.index(EdgeDirection::Out)?;
            let (seconds, distances) = timed(|| plain::dijkstra(&out, start));
            (seconds, check_distances(result, &distances))
        }
        Computed::Pr(result) => {
            let (into, degrees) = (graph.index(EdgeDirection::In)?, graph.out_degrees()?);
            let run = || plain::page_rank(&into, &degrees, PAGE_RANK_ITERATIONS);
            let (seconds, ranks) = timed(run);
            (seconds, check_ranks(result, &into, &degrees, &ranks))
        }
        Computed::Cc(result) => {
            let index = graph.index(EdgeDirection::Any)?;
            let (seconds, labels) = timed(|| plain::components(&index, |v| ids.ordinal(v)));
            (seconds, check_components(result, ids, &labels))
        }
        Computed::Bc(result) => {
            let out = graph.index(EdgeDirection::Out)?;
            let (seconds, scores) = timed(|| plain::betweenness(&out, start));
            let share = if graph.is_directed() { 1.0 } else { 0.5 };
            (seconds, check_scores(result, ids, &scores, share))
        }
        Computed::Tc(result) => {
            // To orient the rows is part of the work, here as there.
            let (seconds, count) =
                timed(|| plain::Oriented::new(graph).map(|oriented| oriented.count()));
            let (found, expected) = (result.num_triangles as f64, count? as f64);
            (seconds, differ("triangles", 0, found, expected, 0.0))
        }
        Computed::Cdlp(result) => {
            let (out, into) = (graph.index(EdgeDirection::Out)?, graph.is_directed());
            let into = into.then(|| graph.index(EdgeDirection::In)).transpose()?;
            let first = |v| ids.ordinal(v);
            let (seconds, labels) =
                timed(|| plain::label_propagation(&out, into.as_deref(), first, LABEL_ITERATIONS));
            (seconds, check_labels(result, ids, &labels))
        }
        Computed::Lcc(result) if graph.is_directed() => {
            let [out, into] = both(graph)?;
            let (seconds, coefficients) = timed(|| plain::directed_clustering(&out, &into));
            (seconds, check_coefficients(result, ids, &coefficients))
        }
        Computed::Lcc(result) => {
            let run = || plain::Oriented::new(graph).map(|oriented| oriented.coefficients());
            let (seconds, coefficients) = timed(run);
            (seconds, check_coefficients(result, ids, &coefficients?))
        }
    })
}

/// Both indexes of a directed graph: by source and by target.
fn both<E: EdgeValue>(graph: &IndexedGraph<E>) -> Result<[Arc<Csr<E>>; 2]> {
    Ok([graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?])
}

fn timed<R>(run: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = run();
    (start.elapsed().as_secs_f64(), result)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use quince_core::Environment;

    use super::*;
    use crate::graphs::NamedGraph;
    use crate::kernel::Suite;

    fn graph(name: NamedGraph) -> IndexedGraph {
        let env = Environment::builder().threads(2).build().unwrap();
        let recipe = name.recipe(6);
        let builder = IndexedGraph::builder(&env).directed(recipe.directed);
        let builder = builder.duplicates(quince_gelly::Duplicates::Drop);
        let builder = builder.self_loops(quince_gelly::SelfLoops::Drop);
        builder.build(&*recipe.source(&env).unwrap()).unwrap()
    }

    /// What is found if the result of a run from `source` is taken for one from `other`.
    fn verified(name: NamedGraph, kernel: Kernel, source: u32, other: u32) -> Verified {
        let graph = graph(name);
        let result = kernel.run(Suite::Gap, &graph, source).unwrap();
        verify(kernel, &graph, &[other], &[result]).unwrap()
    }

    #[test]
    fn right_answers_are_right() {
        for name in [NamedGraph::Grid, NamedGraph::Web] {
            for &kernel in Kernel::value_variants() {
                let verified = verified(name, kernel, 3, 3);
                assert_eq!(verified.difference, None, "{kernel:?} on {name:?}");
                assert_eq!((verified.verification.trials, verified.reference.len()), (1, 1));
            }
        }
    }

    #[test]
    fn answers_to_another_question_are_wrong() {
        for kernel in [Kernel::Bfs, Kernel::Sssp, Kernel::Bc] {
            let verified = verified(NamedGraph::Grid, kernel, 3, 60);
            assert!(verified.difference.is_some(), "{kernel:?}");
        }
        // The answers of a graph on another with as many vertices.
        let graphs = [NamedGraph::Grid, NamedGraph::SmallWorld].map(graph);
        assert_eq!(graphs[0].num_vertices(), graphs[1].num_vertices());
        for kernel in [Kernel::Pr, Kernel::Tc, Kernel::Lcc, Kernel::Cdlp] {
            let result = kernel.run(Suite::Gap, &graphs[0], 0).unwrap();
            let verified = verify(kernel, &graphs[1], &[0], &[result]).unwrap();
            assert!(verified.difference.is_some(), "{kernel:?}");
        }
    }
}
