//! Breadth-first search: how many edges each vertex is away from a source, and which way.
//!
//! The level of a source is 0, and that of any other vertex the number of edges on a shortest
//! path to it from a source, along edge directions; edges of an undirected graph go both ways. Its
//! parent is a vertex of the level before that has an edge to it: the first one in the order in
//! which the graph numbers its vertices inside, or, if asked for, the one of the smallest id. With
//! the vertex order `Ascending` the two are the same. Weights and parallel edges make no
//! difference. A vertex that no path leads to has no level and no parent.
//!
//! - **Iteration**: frontier traversal, a superstep for each level; small frontiers push along
//!   their out-edges, large ones are pulled along in-edges up to the first vertex of the frontier.
//! - **Cost**: O(vertices + edges) time at most, far less where a pull ends early. 12 bytes and 3
//!   bits a vertex.
//! - **Deterministic**: levels are unique; the parent is the first by the order said above.
//! - **Source**: Beamer, Asanović, Patterson: *Direction-Optimizing Breadth-First Search*, 2012.
//!   Equal to LDBC Graphalytics BFS.

use std::io::{self, Write};
use std::sync::Arc;

use quince_core::columnar::Column;
use quince_core::index::{Csr, Dictionary, EntryValue, StaticIndex};
use quince_core::iteration::{FrontierTraversal, IterationReport, Visit};
use quince_core::memory::SharedSlice;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, Id, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};
use rayon::prelude::*;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::{Outcome, print_values};
use crate::sources;

const NAME: &str = "BreadthFirstSearch";

/// Breadth-first search and its settings.
///
/// ```
/// use quince_algorithms::BreadthFirstSearch;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 3), (1, 5), (5, 9), (3, 9), (9, 10), (7, 1)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let search = graph.run(BreadthFirstSearch::new(1))?;
/// assert_eq!((search.level(9), search.level(10), search.level(7)), (Some(2), Some(3), None));
/// assert_eq!(search.parent(9), Some(VertexId::Integer(3)));
/// assert_eq!(search.path_to(10).unwrap(), [1, 3, 9, 10].map(VertexId::Integer));
/// assert_eq!(search.level_sizes(), [1, 2, 1, 1]);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct BreadthFirstSearch {
    /// A vertex to begin at; may be given several times, and levels then count from the nearest
    #[cfg_attr(feature = "cli", arg(long = "source", value_name = "ID", required = true))]
    sources: Vec<Id>,

    /// Do not look farther than this many edges
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    maximum_depth: Option<u32>,

    /// Choose as parent the vertex of the smallest id, in whatever order vertices are numbered
    /// inside; takes another pass over the edges
    #[cfg_attr(feature = "cli", arg(long))]
    smallest_parents: bool,
}

#[cfg(feature = "cli")]
impl Command for BreadthFirstSearch {
    type Result = BreadthFirstSearchResult;

    const NAME: &'static str = "breadth-first-search";

    const ABOUT: &'static str = "\
Find how many edges each vertex is away from a source, and which way

Edges are followed along their directions. Weights and parallel edges make no difference.

Prints how many vertices each level has, one `level<TAB>vertices` line each; --output writes the \
level and the parent of every vertex. A vertex that no path leads to has the level \
9223372036854775807, as in LDBC Graphalytics, and is its own parent.";

    const EXAMPLES: &'static str = "\
  How far away the members of a club are from its instructor:
    quince breadth-first-search datasets/graphs/karate.tsv --undirected --source 1

  The level and parent of every vertex, from the nearest of two sources:
    quince breadth-first-search web.el.gz --source 17 --source 42 --output levels.parquet

  Only the neighbourhood of a vertex:
    quince breadth-first-search web.el.gz --source 17 --maximum-depth 3";
}

impl BreadthFirstSearch {
    /// A search from one vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1))?.level(4), Some(2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(source: impl Into<Id>) -> Self {
        Self::default().source(source)
    }

    /// Begins at this vertex too.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1).source(3))?.level(4), Some(1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn source(mut self, source: impl Into<Id>) -> Self {
        self.sources.push(source.into());
        self
    }

    /// Looks no farther than this many edges.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1).maximum_depth(1))?.level(4), None);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn maximum_depth(mut self, edges: u32) -> Self {
        self.maximum_depth = Some(edges);
        self
    }

    /// Whether the parent is the one of the smallest id whatever the order of the vertices inside
    /// (by default it is the first in that order).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let tree = graph.run(BreadthFirstSearch::new(1).source(2).smallest_parents(true))?;
    /// assert_eq!(tree.parent(3), Some(1.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn smallest_parents(mut self, smallest: bool) -> Self {
        self.smallest_parents = smallest;
        self
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for BreadthFirstSearch {
    type Output = BreadthFirstSearchResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let sources = sources::find(graph, NAME, &self.sources)?;
        let until = match self.maximum_depth {
            Some(depth) => format!("empty frontier or {depth} supersteps"),
            None => "empty frontier".to_owned(),
        };
        let parent = if self.smallest_parents { "of the smallest id" } else { "first in the row" };
        Ok(PlanNode::new("frontier traversal BreadthFirstSearch")
            .property("sources", sources.len())
            .property("until", until)
            .property("solution", "dense, level and parent, 8 bytes per vertex")
            .property("parent", parent)
            .property("execution", "push while the frontier is small, pull to the first hit else")
            .input(graph.index_plan(EdgeDirection::Out))
            .input(graph.index_plan(EdgeDirection::In)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Visits and the list of the frontier; three bitmaps.
        12 * size.num_vertices + 3 * size.num_vertices.div_ceil(8)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<BreadthFirstSearchResult> {
        let sources = sources::find(graph, NAME, &self.sources)?;
        let (env, dictionary) = (graph.environment(), graph.dictionary());
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        let mut traversal = FrontierTraversal::new(env, NAME, &out, &into)?;
        if let Some(depth) = self.maximum_depth {
            traversal = traversal.maximum_supersteps(depth.into());
        }
        let report = traversal.visit(&sources)?;
        let mut visits = traversal.into_visits();
        if self.smallest_parents {
            env.install(|| choose_smallest(&into, dictionary, &mut visits));
        }
        Ok(BreadthFirstSearchResult {
            num_sources: sources.len() as u64,
            visits: VertexValues::new(dictionary.clone(), visits),
            report,
        })
    }
}

/// Makes the parent of each vertex the one of the smallest id.
fn choose_smallest<E: EntryValue>(into: &Csr<E>, dictionary: &Dictionary, visits: &mut [u64]) {
    let visits = SharedSlice::new(visits);
    let visit = |vertex: u32| Visit::from_word(visits.load(vertex as usize));
    into.par_chunks().flat_map_iter(Clone::clone).for_each(|vertex| {
        let Some(Visit { level: level @ 1.., parent }) = visit(vertex) else { return };
        // Others change parents meanwhile, but not levels.
        let is_above = |&other: &u32| visit(other).is_some_and(|other| other.level == level - 1);
        let above = into.row(vertex).iter().copied().filter(is_above);
        let parent = above.min_by_key(|&other| dictionary.ordinal(other)).unwrap_or(parent);
        visits.store(vertex as usize, Visit { level, parent }.to_word());
    });
}

/// The level and parent of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct BreadthFirstSearchResult {
    num_sources: u64,
    /// The words of visits; parents are dense ids.
    visits: VertexValues<u64>,
    report: IterationReport,
}

impl BreadthFirstSearchResult {
    /// What tables say of the level of a vertex that was not reached, as LDBC Graphalytics does.
    pub const UNREACHED: i64 = i64::MAX;

    /// The number of edges on a shortest path to a vertex, if one leads to it.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let tree = graph.run(BreadthFirstSearch::new(3))?;
    /// assert_eq!((tree.level(4), tree.level(1)), (Some(1), None));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn level<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u32> {
        Visit::from_word(self.visits.get(id)?).map(|visit| visit.level)
    }

    /// The vertex before this one on a shortest path, if one leads to it. A source is its own.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1))?.parent(4), Some(3.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn parent<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<VertexId<'_>> {
        let visit = Visit::from_word(self.visits.get(id)?)?;
        Some(self.dictionary().key(visit.parent))
    }

    /// The vertices on a shortest path to a vertex, from a source on, if one leads to it.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let tree = graph.run(BreadthFirstSearch::new(1))?;
    /// assert_eq!(tree.path_to(4), Some(vec![1.into(), 3.into(), 4.into()]));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn path_to<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<Vec<VertexId<'_>>> {
        let dictionary = self.dictionary();
        let mut vertex = dictionary.get(id)?;
        let mut path = vec![dictionary.key(vertex)];
        loop {
            let parent = self.visit(vertex)?.parent;
            if parent == vertex {
                path.reverse();
                return Some(path);
            }
            path.push(dictionary.key(parent));
            vertex = parent;
        }
    }

    /// The visit of a vertex by dense id.
    fn visit(&self, vertex: u32) -> Option<Visit> {
        Visit::from_word(self.visits.by_dense()[vertex as usize])
    }

    /// Ids and levels, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let tree = graph.run(BreadthFirstSearch::new(1))?;
    /// let levels: Vec<_> = tree.iter().filter_map(|(_, level)| level).collect();
    /// assert_eq!(levels, [0, 1, 1, 2]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, Option<u32>)> {
        self.visits.iter().map(|(id, word)| (id, Visit::from_word(word).map(|visit| visit.level)))
    }

    /// How many vertices each level has, from the sources on.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1))?.level_sizes(), [1, 2, 1]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn level_sizes(&self) -> Vec<u64> {
        let found = self.report.supersteps.iter().map(|step| step.changes);
        let sizes = std::iter::once(self.num_sources).chain(found);
        sizes.take_while(|&size| size > 0).collect()
    }

    /// The number of vertices that a path leads to, the sources among them.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(2))?.num_reached(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_reached(&self) -> u64 {
        self.level_sizes().iter().sum()
    }

    /// The highest level: the eccentricity of a single source.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1))?.depth(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn depth(&self) -> u64 {
        self.level_sizes().len().saturating_sub(1) as u64
    }

    /// The supersteps, one for each level.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(BreadthFirstSearch::new(1))?.report().name, "BreadthFirstSearch");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex`, `level` and `parent`. A vertex that was not reached has the level
    /// [`UNREACHED`](Self::UNREACHED), and is its own parent.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(BreadthFirstSearch::new(1))?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        let visits = self.visits.clone();
        let visit = move |vertex: u32| Visit::from_word(visits.by_dense()[vertex as usize]);
        let level = {
            let visit = visit.clone();
            move |vertex| visit(vertex).map_or(Self::UNREACHED, |visit| visit.level.into())
        };
        let parent = move |vertex| visit(vertex).map_or(vertex, |visit| visit.parent);
        VertexTable::new(self.dictionary().clone())
            .numbers("level", level, Column::Int64)
            .vertices("parent", parent)
    }

    fn dictionary(&self) -> &Arc<Dictionary> {
        self.visits.dictionary()
    }
}

impl Outcome for BreadthFirstSearchResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.table()))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::json!({ "reached": self.num_reached(), "depth": self.depth() }))
    }

    /// The levels with the number of their vertices.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        print_values(self.level_sizes().into_iter().enumerate().take(top), out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::test_support::{
        Raw, check_estimate, graphalytics_example, integer, random_graphs, raw,
    };
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// With a queue: levels, and of each vertex the smallest parent.
    fn plain(raw: &Raw, source: usize) -> Vec<(Option<u32>, Option<usize>)> {
        let arcs = raw.arcs();
        let mut found = vec![(None, None); raw.ids().len()];
        found[source] = (Some(0), Some(source));
        let mut queue = VecDeque::from([source]);
        while let Some(vertex) = queue.pop_front() {
            let next = found[vertex].0.map(|level| level + 1);
            for &(_, to, _) in arcs.iter().filter(|arc| arc.0 == vertex) {
                if found[to].0.is_none() {
                    found[to] = (next, Some(vertex));
                    queue.push_back(to);
                } else if found[to].0 == next {
                    found[to].1 = found[to].1.min(Some(vertex));
                }
            }
        }
        found
    }

    fn smallest<E: EntryValue>(
        graph: &IndexedGraph<E>,
        source: i64,
    ) -> Vec<(Option<u32>, Option<i64>)> {
        let result = graph.run(BreadthFirstSearch::new(source).smallest_parents(true)).unwrap();
        let parent = |id| result.parent(id).map(integer);
        result.iter().map(|(id, level)| (level, parent(id))).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_a_queue(raw in raw(), source in 0usize..100) {
            let ids = raw.ids();
            prop_assume!(!ids.is_empty());
            let source = source % ids.len();
            let expected: Vec<_> = plain(&raw, source).into_iter()
                .map(|(level, parent)| (level, parent.map(|parent| ids[parent]))).collect();
            for (threads, order) in raw.ways() {
                prop_assert_eq!(&smallest(&raw.weighted(threads, order), ids[source]), &expected);
                let graph = raw.unweighted(threads, order);
                let result = graph.run(BreadthFirstSearch::new(ids[source])).unwrap();
                let levels: Vec<_> = result.iter().map(|(_, level)| level).collect();
                prop_assert!(levels.iter().eq(expected.iter().map(|(level, _)| level)));
                let reached = levels.iter().flatten().count() as u64;
                prop_assert_eq!(result.num_reached(), reached);
                for (id, level) in result.iter() {
                    prop_assert_eq!(result.path_to(id).map(|path| path.len() as u32 - 1), level);
                }
                if order == VertexOrder::Ascending {
                    let parents = expected.iter().map(|(_, parent)| *parent);
                    prop_assert!(ids.iter().map(|&id| result.parent(id).map(integer)).eq(parents));
                }
            }
        }
    }

    #[test]
    fn several_sources_and_a_depth() {
        let path: Vec<_> = (0..9).map(|v| (v, v + 1, 1.0)).collect();
        let graph = Raw::new(false, &path).unweighted(2, VertexOrder::Auto);
        let search = BreadthFirstSearch::new(2).source(7).source("2");
        let result = graph.run(search.clone()).unwrap();
        let levels: Vec<_> = result.iter().flat_map(|(_, level)| level).collect();
        assert_eq!(levels, [2, 1, 0, 1, 2, 2, 1, 0, 1, 2]);
        assert_eq!(result.level_sizes(), [2, 4, 4]);
        let near = graph.run(search.maximum_depth(1)).unwrap();
        assert_eq!(near.level_sizes(), [2, 4]);
        assert_eq!((near.level(0), near.parent(0)), (None, None));
    }

    #[test]
    fn the_table_says_what_graphalytics_says_of_unreached_vertices() {
        let graph = Raw::new(true, &[(1, 2, 1.0), (3, 1, 1.0)]).unweighted(1, VertexOrder::Auto);
        let result = graph.run(BreadthFirstSearch::new(1)).unwrap();
        let table = quince_core::executor::collect(graph.environment(), &result.table(), &[]);
        let batch = table.unwrap().remove(0);
        assert_eq!(batch.schema().names(), ["vertex", "level", "parent"]);
        let [_, Column::Int64(levels), Column::Int64(parents)] = batch.columns() else {
            panic!("wrong types");
        };
        assert_eq!((&levels[..], &parents[..]), (&[0, 1, i64::MAX][..], &[1, 1, 3][..]));
    }

    #[test]
    fn what_is_missing_is_said() {
        let graph = Raw::new(true, &[(1, 2, 1.0)]).unweighted(1, VertexOrder::Auto);
        let error = graph.run(BreadthFirstSearch::new(7)).unwrap_err().to_string();
        assert!(error.contains("no vertex 7"), "{error}");
        let error = graph.run(BreadthFirstSearch::default()).unwrap_err().to_string();
        assert!(error.contains("source is not given"), "{error}");
    }

    #[test]
    fn the_estimate_is_near_the_measured_peak() {
        check_estimate(&BreadthFirstSearch::new(0));
    }

    /// From vertex 1 of the directed and vertex 2 of the undirected example.
    #[test]
    fn the_examples_of_graphalytics() {
        let levels = |directed, source: i64| -> Vec<_> {
            let graph = graphalytics_example(directed).weighted(2, VertexOrder::Auto);
            let result = graph.run(BreadthFirstSearch::new(source)).unwrap();
            result.iter().map(|(_, level)| level).collect()
        };
        let [far, at] = [None, Some(0)];
        let (one, two, three, four) = (Some(1), Some(2), Some(3), Some(4));
        assert_eq!(levels(true, 1), [at, far, one, two, one, far, far, two, far, two]);
        assert_eq!(levels(false, 2), [at, one, one, two, three, four, two, four, four]);
    }
}
