//! Vertex metrics: sizes, degrees and triplets of the simple graph under a graph.
//!
//! Self-loops and parallel edges make no difference (Gelly wants a simple graph here). A degree is
//! the number of distinct neighbours, whichever way edges go; a triplet is a path of two edges, so
//! that a vertex of degree d is in the middle of d (d - 1) / 2. Vertices without neighbours do not
//! count unless that is asked for.
//!
//! - **Iteration**: none; one pass over the indexes.
//! - **Cost**: O(edges) time, no memory to speak of.
//! - **Deterministic**: integers; a division each for the average degree and the density.
//! - **Source**: follows Gelly's `library.metric.directed.VertexMetrics` and the undirected one.

use std::io::{self, Write};

use quince_core::index::{EntryValue, Sides};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result};
use serde::Serialize;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::neighborhood::{directions, distinct_neighbors, one_pass_plan, pairs_of};
use crate::outcome::{Outcome, print_figures};

/// Vertex metrics and their settings.
///
/// ```
/// use quince_algorithms::VertexMetrics;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(0, 1), (0, 2), (2, 1), (2, 3), (3, 1), (3, 4), (5, 3)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let metrics = graph.run(VertexMetrics::default())?;
/// assert_eq!((metrics.vertices, metrics.edges, metrics.triplets), (6, 7, 13));
/// assert_eq!((metrics.maximum_degree, metrics.maximum_in_degree), (4, Some(3)));
/// assert_eq!((metrics.average_degree, metrics.density), (7.0 / 6.0, 7.0 / 30.0));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct VertexMetrics {
    /// Count vertices without neighbours too
    #[cfg_attr(feature = "cli", arg(long))]
    include_zero_degree_vertices: bool,
}

/// What there is of vertices and edges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[must_use]
pub struct VertexMetricsResult {
    /// Vertices.
    pub vertices: u64,
    /// Edges; in a directed graph a pair with edges both ways has two.
    pub edges: u64,
    /// Pairs with an edge one way; in a directed graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unidirectional_edges: Option<u64>,
    /// Pairs with edges both ways; in a directed graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bidirectional_edges: Option<u64>,
    /// Edges for each vertex in a directed graph, ends of edges in an undirected one; NaN without
    /// vertices.
    pub average_degree: f64,
    /// The share of the edges that there could be; NaN with fewer than two vertices.
    pub density: f64,
    /// Paths of two edges.
    pub triplets: u64,
    /// The most neighbours of a vertex.
    pub maximum_degree: u64,
    /// The most neighbours along out-edges; in a directed graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_out_degree: Option<u64>,
    /// The most neighbours along in-edges; in a directed graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_in_degree: Option<u64>,
    /// The most triplets with one vertex in the middle.
    pub maximum_triplets: u64,
}

#[cfg(feature = "cli")]
impl Command for VertexMetrics {
    type Result = VertexMetricsResult;

    const NAME: &'static str = "vertex-metrics";

    const ABOUT: &'static str = "\
Count vertices, edges, degrees and triplets

Of the simple graph under the graph: self-loops and parallel edges make no difference.

Prints one `figure<TAB>value` line each.";

    const EXAMPLES: &'static str = "\
  quince vertex-metrics datasets/graphs/p2p-31.e.gz

  With vertices that have no edge:
    quince vertex-metrics p2p-31.e.gz --vertices p2p-31.v.gz --include-zero-degree-vertices";
}

impl VertexMetrics {
    /// Whether vertices without neighbours count; by default they do not.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let alone = edges([(9, 9)]);
    /// # let builder = IndexedGraph::builder(&env).self_loops(SelfLoops::Drop).vertices(&alone);
    /// # let graph = builder.directed(false).build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let algorithm = VertexMetrics::default().include_zero_degree_vertices(true);
    /// assert!(graph.run(algorithm).is_ok());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn include_zero_degree_vertices(mut self, include: bool) -> Self {
        self.include_zero_degree_vertices = include;
        self
    }
}

/// What is counted on the way; sums and maxima.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    vertices: u64,
    forward: u64,
    mutual: u64,
    triplets: u64,
    degree: u64,
    out_degree: u64,
    in_degree: u64,
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            vertices: self.vertices + other.vertices,
            forward: self.forward + other.forward,
            mutual: self.mutual + other.mutual,
            triplets: self.triplets + other.triplets,
            degree: self.degree.max(other.degree),
            out_degree: self.out_degree.max(other.out_degree),
            in_degree: self.in_degree.max(other.in_degree),
        }
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for VertexMetrics {
    type Output = VertexMetricsResult;

    fn name(&self) -> &'static str {
        "VertexMetrics"
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        directions(graph)
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(one_pass_plan("vertex metrics", graph))
    }

    fn estimate(&self, _size: &GraphSize) -> u64 {
        0
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<VertexMetricsResult> {
        let rows = distinct_neighbors(graph)?;
        let parts = rows.map_chunks(graph.environment(), "vertex metrics", |chunk| {
            let of_row = |row| {
                let [mut out, mut into, mut mutual] = [0u64; 3];
                rows.for_each(row, |_, sides| match sides {
                    Sides::FORWARD => out += 1,
                    Sides::BACKWARD => into += 1,
                    _ => mutual += 1,
                });
                let degree = out + into + mutual;
                Counts {
                    vertices: u64::from(degree > 0 || self.include_zero_degree_vertices),
                    forward: out,
                    mutual,
                    triplets: pairs_of(degree) as u64,
                    degree,
                    out_degree: out + mutual,
                    in_degree: into + mutual,
                }
            };
            Ok(chunk.map(of_row).fold(Counts::default(), Counts::and))
        })?;
        Ok(result(parts.into_iter().fold(Counts::default(), Counts::and), graph.is_directed()))
    }
}

fn result(counts: Counts, directed: bool) -> VertexMetricsResult {
    let (one_way, both_ways) = (counts.forward, counts.mutual / 2);
    let edges = if directed { one_way + 2 * both_ways } else { both_ways };
    let ends = if directed { edges } else { 2 * edges };
    let vertices = counts.vertices as f64;
    let pairs = vertices * (vertices - 1.0);
    VertexMetricsResult {
        vertices: counts.vertices,
        edges,
        unidirectional_edges: directed.then_some(one_way),
        bidirectional_edges: directed.then_some(both_ways),
        average_degree: ends as f64 / vertices,
        density: if pairs > 0.0 { ends as f64 / pairs } else { f64::NAN },
        triplets: counts.triplets,
        maximum_degree: counts.degree,
        maximum_out_degree: directed.then_some(counts.out_degree),
        maximum_in_degree: directed.then_some(counts.in_degree),
        maximum_triplets: pairs_of(counts.degree) as u64,
    }
}

impl Outcome for VertexMetricsResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(self).expect("a struct of numbers"))
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        print_figures(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighborhood::testing::{Sketch, empty, fish, sketches};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;

    fn run(sketch: &Sketch, include: bool) -> VertexMetricsResult {
        let settings = VertexMetrics::default().include_zero_degree_vertices(include);
        let text = sketch.everywhere(|graph| format!("{:?}", graph.run(settings).unwrap()));
        let graph = sketch.build(1, quince_gelly::VertexOrder::Auto);
        let result = graph.run(settings).unwrap();
        assert_eq!(format!("{result:?}"), text);
        result
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn figures_are_those_of_the_matrix(sketch in sketches(), include: bool) {
            let (matrix, degrees) = (sketch.matrix(), sketch.degrees());
            let result = run(&sketch, include);
            let pairs = (0..sketch.n).flat_map(|u| (u + 1..sketch.n).map(move |v| (u, v)));
            let count = |both: bool| {
                let holds = |&(u, v): &(usize, usize)| {
                    (matrix[u][v] || matrix[v][u]) && (matrix[u][v] && matrix[v][u]) == both
                };
                pairs.clone().filter(holds).count() as u64
            };
            let vertices = degrees.iter().filter(|&&d| include || d > 0).count() as u64;
            prop_assert_eq!(result.vertices, vertices);
            let edges = if sketch.directed { count(false) + 2 * count(true) } else { count(true) };
            prop_assert_eq!(result.edges, edges);
            let triplets = |d: &u64| d * d.saturating_sub(1) / 2;
            prop_assert_eq!(result.triplets, degrees.iter().map(triplets).sum::<u64>());
            prop_assert_eq!(result.maximum_degree, degrees.iter().copied().max().unwrap_or(0));
            prop_assert_eq!(result.maximum_triplets, degrees.iter().map(triplets).max().unwrap_or(0));
            let most = |degree: &dyn Fn(usize) -> usize| (0..sketch.n).map(degree).max().map(|d| d as u64);
            let out = most(&|v| (0..sketch.n).filter(|&u| matrix[v][u]).count());
            let into = most(&|v| (0..sketch.n).filter(|&u| matrix[u][v]).count());
            if sketch.directed {
                prop_assert_eq!((result.maximum_out_degree, result.maximum_in_degree), (out, into));
                prop_assert_eq!(result.unidirectional_edges, Some(count(false)));
                prop_assert_eq!(result.bidirectional_edges, Some(count(true)));
            } else {
                prop_assert_eq!((result.maximum_out_degree, result.bidirectional_edges), (None, None));
            }
        }
    }

    #[test]
    fn golden_rows_of_small_graphs() {
        let directed = run(&fish(true), false);
        assert_eq!(
            (directed.unidirectional_edges, directed.bidirectional_edges),
            (Some(7), Some(0))
        );
        assert_eq!((directed.maximum_out_degree, directed.maximum_in_degree), (Some(2), Some(3)));
        let undirected = run(&fish(false), false);
        for result in [directed, undirected] {
            assert_eq!((result.vertices, result.edges, result.triplets), (6, 7, 13));
            assert_eq!((result.maximum_degree, result.maximum_triplets), (4, 6));
        }
        assert_eq!((directed.average_degree, directed.density), (7.0 / 6.0, 7.0 / 30.0));
        assert_eq!((undirected.average_degree, undirected.density), (14.0 / 6.0, 7.0 / 15.0));
        assert_eq!(
            (run(&empty(3, true), false).vertices, run(&empty(3, true), true).vertices),
            (0, 3)
        );
    }
}
