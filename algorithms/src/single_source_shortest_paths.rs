//! Single-source shortest paths: how far each vertex is from a source, by the weights of edges.
//!
//! The distance of a vertex is the least sum of the weights of the edges on a path to it from the
//! source, along edge directions; edges of an undirected graph go both ways. Weights are 0 or
//! more; an edge without one weighs 1; of parallel edges the lightest counts. The source is at 0,
//! and a vertex that no path leads to is at infinity. Only weights that a path from the source
//! comes across are looked at.
//!
//! - **Iteration**: ordered delta, pushed along out-edges: vertices are pending by their distance in
//!   buckets of a width, delta, and a bucket is a superstep. Wide buckets are few and send more
//!   often; the default follows from statistics of the weights and degrees, and the plan says how.
//! - **Cost**: O(vertices + edges) time and messages where few vertices improve twice in a bucket,
//!   which a small delta sees to, and a superstep for each bucket that is not empty. In an
//!   undirected graph edges are left out that lead back to the first vertices of the index, once
//!   those are settled: with hubs first, most edges of the vertices that come late. 32 bytes and a
//!   bit a vertex: its distance, and room for three times that it may be pending.
//! - **Deterministic**: the least sum is unique; a path adds its weights from the source on.
//! - **Source**: Meyer, Sanders: *Δ-stepping: a parallelizable shortest path algorithm*, 2003;
//!   Zhang et al.: *Optimizing Ordered Graph Algorithms with GraphIt*, 2020, for bucket fusion.
//!   Follows Gelly's `library.SingleSourceShortestPaths`; equal to LDBC Graphalytics SSSP.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use quince_core::algebra::Min;
use quince_core::columnar::Column;
use quince_core::index::{EntryValue, StaticIndex};
use quince_core::iteration::{
    BucketWidth, IterationReport, OrderedIteration, OrderedProgram, bucket_width,
};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, Id, IndexedGraph, Result, VertexId,
    VertexTable, VertexValues,
};

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::{Outcome, print_values};
use crate::sources;
use crate::weights::wrong_weight;

const NAME: &str = "SingleSourceShortestPaths";

/// Single-source shortest paths and their settings.
///
/// ```
/// use quince_algorithms::SingleSourceShortestPaths;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, weighted_edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let roads = weighted_edges([(1, 2, 7.0), (1, 3, 2.0), (3, 2, 3.5), (2, 4, 1.0), (5, 1, 1.0)]);
/// let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
/// let paths = graph.run(SingleSourceShortestPaths::new(1))?;
/// assert_eq!((paths.distance(2), paths.distance(4)), (Some(5.5), Some(6.5)));
/// assert_eq!(paths.distance(5), Some(f64::INFINITY));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct SingleSourceShortestPaths {
    /// The vertex to begin at
    #[cfg_attr(feature = "cli", arg(long, value_name = "ID"))]
    source: Id,

    /// The width of a bucket of distances, above 0 [default: by statistics of the weights]
    #[cfg_attr(feature = "cli", arg(long, value_name = "WIDTH"))]
    delta: Option<f64>,
}

#[cfg(feature = "cli")]
impl Command for SingleSourceShortestPaths {
    type Result = SingleSourceShortestPathsResult;

    const NAME: &'static str = "single-source-shortest-paths";

    const ABOUT: &'static str = "\
Find how far each vertex is from a source, by the weights of edges

Edges are followed along their directions. Weights are 0 or more, and 1 where there are none; of \
parallel edges the lightest counts.

Prints the farthest vertices that a path leads to, one `vertex<TAB>distance` line each; --output \
writes the distance of every vertex, which is infinite where no path leads.";

    const EXAMPLES: &'static str = "\
  How far the characters of a novel are from the first one:
    quince single-source-shortest-paths datasets/graphs/lesmis.tsv --undirected --weighted \\
      --source Valjean

  The distances on a map, into a file:
    quince single-source-shortest-paths roads.gr.gz --weighted --source 1 --output distances.csv

  Narrower buckets, and how they went:
    quince single-source-shortest-paths roads.gr.gz --weighted --source 1 --delta 500 --explain";
}

impl SingleSourceShortestPaths {
    /// Shortest paths from a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// assert_eq!(graph.run(SingleSourceShortestPaths::new(1))?.distance(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(source: impl Into<Id>) -> Self {
        Self { source: source.into(), delta: None }
    }

    /// The width of a bucket of distances, above 0; by default it follows from statistics of the
    /// weights. It decides speed alone.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// assert_eq!(graph.run(SingleSourceShortestPaths::new(1).delta(0.5))?.distance(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn delta(mut self, delta: f64) -> Self {
        self.delta = Some(delta);
        self
    }

    fn width<E: EntryValue, I: StaticIndex<Value = E>>(&self, index: &I) -> Result<BucketWidth> {
        match self.delta {
            None => Ok(bucket_width(index, E::to_weight)),
            Some(width) if width > 0.0 && width.is_finite() => {
                Ok(BucketWidth { width, reason: "asked for".to_owned() })
            }
            Some(width) => {
                let (value, expected) = (width.to_string(), "a number above 0");
                Err(Error::Parameter { algorithm: NAME, parameter: "delta", value, expected })
            }
        }
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for SingleSourceShortestPaths {
    type Output = SingleSourceShortestPathsResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        graph.find(&self.source)?;
        let BucketWidth { width, reason } = self.width(&*graph.index(EdgeDirection::Out)?)?;
        Ok(PlanNode::new("ordered delta iteration SingleSourceShortestPaths")
            .property("until", "nothing is pending")
            .property("solution", "dense, f64 per vertex")
            .property("merge", "min, a semilattice")
            .property("message", "distance + weight")
            .property("delta", format!("{width} ({reason})"))
            .property("execution", "push, bucket by bucket, what a worker finds it does first")
            .input(graph.index_plan(EdgeDirection::Out)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Distances, and three pending entries for each vertex.
        (8 + 3 * 8) * size.num_vertices + size.num_vertices.div_ceil(8)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<SingleSourceShortestPathsResult> {
        let source = sources::find(graph, NAME, std::slice::from_ref(&self.source))?[0];
        let index = graph.index(EdgeDirection::Out)?;
        let width = self.width(&*index)?.width;
        let program = Distances {
            source,
            per_bucket: 1.0 / width,
            is_symmetric: index.is_symmetric(),
            is_negative: false.into(),
        };
        let result = OrderedIteration::new(NAME, &*index, &program)
            .parameter("source", source)
            .parameter("delta", width)
            .run(graph.environment())?;
        if program.is_negative.into_inner() {
            return Err(wrong_weight(graph, NAME, "0 or more", is_allowed)?);
        }
        let distances = VertexValues::new(graph.dictionary().clone(), result.solution);
        Ok(SingleSourceShortestPathsResult { distances, report: result.report })
    }
}

#[inline(always)]
fn is_allowed(weight: f64) -> bool {
    weight >= 0.0
}

/// Distances from a source.
struct Distances {
    source: u32,
    /// 1 / width of a bucket.
    per_bucket: f64,
    /// Whether each edge goes both ways.
    is_symmetric: bool,
    /// Whether a weight below 0, or none at all, was come across.
    is_negative: AtomicBool,
}

impl<W: EntryValue> OrderedProgram<W> for Distances {
    type Lattice = Min<f64>;

    #[inline(always)]
    fn initial(&self, vertex: u32) -> f64 {
        if vertex == self.source { 0.0 } else { f64::INFINITY }
    }

    #[inline(always)]
    fn is_active(&self, vertex: u32) -> bool {
        vertex == self.source
    }

    #[inline(always)]
    fn message(&self, distance: f64, weight: W) -> f64 {
        let weight = weight.to_weight();
        if !is_allowed(weight) {
            // Sends nothing, so that the iteration ends, and then with an error.
            self.is_negative.store(true, Ordering::Relaxed);
            return f64::INFINITY;
        }
        distance + weight
    }

    /// Where an edge goes one way, it is looked at even if it leads to where no path can be shorter:
    /// were its weight below 0, no one else would see that.
    fn settles(&self) -> bool {
        self.is_symmetric
    }

    #[inline(always)]
    fn bucket(&self, distance: f64) -> u64 {
        (distance * self.per_bucket) as u64
    }
}

/// The distance of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct SingleSourceShortestPathsResult {
    pub(crate) distances: VertexValues<f64>,
    pub(crate) report: IterationReport,
}

impl SingleSourceShortestPathsResult {
    /// The distance of a vertex; infinity if no path leads to it.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let paths = graph.run(SingleSourceShortestPaths::new(2))?;
    /// assert_eq!((paths.distance(3), paths.distance(1)), (Some(2.0), Some(f64::INFINITY)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn distance<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.distances.get(id)
    }

    /// Ids and distances, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let paths = graph.run(SingleSourceShortestPaths::new(1))?;
    /// assert_eq!(paths.iter().map(|(_, distance)| distance).sum::<f64>(), 5.0);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, f64)> {
        self.distances.iter()
    }

    /// The distances by vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let paths = graph.run(SingleSourceShortestPaths::new(1))?;
    /// assert_eq!(paths.distances().get(2), Some(1.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn distances(&self) -> &VertexValues<f64> {
        &self.distances
    }

    /// The number of vertices that a path leads to, the source among them.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// assert_eq!(graph.run(SingleSourceShortestPaths::new(2))?.num_reached(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_reached(&self) -> u64 {
        self.reached().count() as u64
    }

    /// The greatest distance of a vertex that a path leads to; 0 if there is only the source.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// assert_eq!(graph.run(SingleSourceShortestPaths::new(1))?.maximum_distance(), 3.5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn maximum_distance(&self) -> f64 {
        self.reached().fold(0.0, f64::max)
    }

    /// The `count` vertices of the greatest finite distances, falling; equal ones ascend by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// assert_eq!(graph.run(SingleSourceShortestPaths::new(1))?.farthest(1), [(3.into(), 3.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn farthest(&self, count: usize) -> Vec<(VertexId<'_>, f64)> {
        self.distances.top_where(count, |distance| distance.is_finite())
    }

    fn reached(&self) -> impl Iterator<Item = f64> {
        self.distances.by_dense().iter().copied().filter(|distance| distance.is_finite())
    }

    /// The supersteps, one for each bucket that was not empty.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let paths = graph.run(SingleSourceShortestPaths::new(1))?;
    /// assert_eq!(paths.report().name, "SingleSourceShortestPaths");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and `distance`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let table = graph.run(SingleSourceShortestPaths::new(1))?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        let dictionary = self.distances.dictionary().clone();
        VertexTable::new(dictionary).values("distance", &self.distances, Column::Float64)
    }
}

impl Outcome for SingleSourceShortestPathsResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.table()))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let (reached, farthest) = (self.num_reached(), self.maximum_distance());
        Ok(serde_json::json!({ "reached": reached, "maximum_distance": farthest }))
    }

    /// The farthest vertices that a path leads to.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        print_values(self.farthest(top), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{
        Raw, check_estimate, graphalytics_example, integer, random_graphs, raw,
    };
    use petgraph::graph::{DiGraph, NodeIndex};
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// petgraph's Dijkstra.
    fn dijkstra(raw: &Raw, source: usize, weigh: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut graph = DiGraph::<(), f64>::new();
        raw.ids().iter().for_each(|_| {
            graph.add_node(());
        });
        for (u, v, weight) in raw.arcs() {
            graph.add_edge(NodeIndex::new(u), NodeIndex::new(v), weigh(weight));
        }
        let found =
            petgraph::algo::dijkstra(&graph, NodeIndex::new(source), None, |edge| *edge.weight());
        let distance = |v| found.get(&NodeIndex::new(v)).copied().unwrap_or(f64::INFINITY);
        (0..graph.node_count()).map(distance).collect()
    }

    fn distances<E: EntryValue>(
        graph: &IndexedGraph<E>,
        algorithm: SingleSourceShortestPaths,
    ) -> Vec<f64> {
        graph.run(algorithm).unwrap().iter().map(|(_, distance)| distance).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_dijkstra(raw in raw(), source in 0usize..100) {
            let ids = raw.ids();
            prop_assume!(!ids.is_empty());
            let source = source % ids.len();
            let (expected, hops) =
                (dijkstra(&raw, source, |weight| weight), dijkstra(&raw, source, |_| 1.0));
            let paths = SingleSourceShortestPaths::new(ids[source]);
            for (threads, order) in raw.ways() {
                let graph = raw.weighted(threads, order);
                prop_assert_eq!(&distances(&graph, paths.clone()), &expected);
                for delta in [0.1, 3.0, 1e6] {
                    prop_assert_eq!(&distances(&graph, paths.clone().delta(delta)), &expected);
                }
                let graph = raw.unweighted(threads, order);
                prop_assert_eq!(&distances(&graph, paths.clone()), &hops);
            }
        }
    }

    #[test]
    fn gellys_example() {
        let edges = [(1, 2, 12.0), (1, 3, 13.0), (2, 3, 23.0), (3, 4, 34.0), (3, 5, 35.0)];
        let edges = [&edges[..], &[(4, 5, 45.0), (5, 1, 51.0)]].concat();
        let graph = Raw::new(true, &edges).weighted(2, VertexOrder::Auto);
        let result = graph.run(SingleSourceShortestPaths::new(1)).unwrap();
        let found: Vec<_> = result.iter().map(|(id, d)| (integer(id), d)).collect();
        assert_eq!(found, [(1, 0.0), (2, 12.0), (3, 13.0), (4, 47.0), (5, 48.0)]);
        assert_eq!((result.num_reached(), result.maximum_distance()), (5, 48.0));
    }

    #[test]
    fn a_negative_weight_is_an_error_that_names_the_edge() {
        for weight in [-0.5, f64::NAN] {
            let edges = [(1, 2, 1.0), (2, 3, weight), (3, 1, 1.0)];
            let graph = Raw::new(true, &edges).weighted(1, VertexOrder::HubFirst);
            let error = graph.run(SingleSourceShortestPaths::new(1)).unwrap_err().to_string();
            assert!(error.contains(&format!("from 2 to 3 weighs {weight}")), "{error}");
        }
        let graph = Raw::new(true, &[(1, 2, 1.0)]).weighted(1, VertexOrder::Auto);
        let error = graph.run(SingleSourceShortestPaths::new(1).delta(0.0)).unwrap_err();
        assert!(error.to_string().contains("delta is 0; it must be a number above 0"), "{error}");
    }

    #[test]
    fn the_plan_says_why_buckets_are_that_wide() {
        let graph = Raw::new(true, &[(1, 2, 1.0), (2, 3, 5.0)]).weighted(1, VertexOrder::Auto);
        let plan = graph.explain(&SingleSourceShortestPaths::new(1)).unwrap().to_string();
        assert!(plan.contains("delta: 96 (weights have a mean of 3.000"), "{plan}");
    }

    #[test]
    fn the_estimate_is_near_the_measured_peak() {
        check_estimate(&SingleSourceShortestPaths::new(0));
    }

    /// From vertex 1 of the directed and vertex 2 of the undirected example, by the rule of
    /// Graphalytics.
    #[test]
    fn the_examples_of_graphalytics() {
        let far = f64::INFINITY;
        let directed = [0.0, far, 0.5, 0.83, 0.3, far, far, 0.4, far, 1.02];
        let undirected = [0.0, 0.82, 0.69, 1.26, 1.78, 2.31, 1.14, 2.01, 2.41];
        for (is_directed, source, expected) in [(true, 1, &directed[..]), (false, 2, &undirected)] {
            let graph = graphalytics_example(is_directed).weighted(2, VertexOrder::Auto);
            let found = distances(&graph, SingleSourceShortestPaths::new(source));
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                let is_near = (found - expected).abs() <= 1e-4 * expected;
                assert!(found == expected || is_near, "{found} is not {expected}");
            }
        }
    }
}
