//! Topological order: every edge leads from an earlier vertex to a later one.
//!
//! Vertices come by level, and in a level by id. The level of a vertex is the number of edges on a
//! longest path that leads to it: 0 where no edge does. Weights and parallel edges make no
//! difference. There is no order if a path leads back to where it began, as a self-loop does; the
//! error then names a vertex on such a cycle. The graph must be directed.
//!
//! - **Iteration**: a step for each level: its vertices take their edges away, and those that have
//!   no edge into them any more are the next level.
//! - **Cost**: O(vertices + edges) time. 12 bytes a vertex.
//! - **Deterministic**: levels are unique.
//! - **Source**: Kahn: *Topological Sorting of Large Networks*, 1962.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use quince_core::columnar::Column;
use quince_core::environment::Environment;
use quince_core::index::{Csr, Dictionary, EntryValue, StaticIndex};
use quince_core::iteration::{IterationReport, StepIteration, StepOutcome};
use quince_core::memory::{Segment, SharedSlice};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, Id, IndexedGraph, Result, VertexId,
    VertexTable, VertexValues,
};
use rayon::prelude::*;
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::{Outcome, print_values};

const NAME: &str = "TopologicalOrder";

/// The level of a vertex that has none yet.
const UNREACHED: u32 = u32::MAX;

/// Topological order.
///
/// ```
/// use quince_algorithms::TopologicalOrder;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(5, 2), (2, 7), (5, 7), (3, 7), (7, 1)]))?;
/// let order = graph.run(TopologicalOrder::default())?;
/// let ids: Vec<_> = order.iter().collect();
/// assert_eq!(ids, [3, 5, 2, 7, 1].map(VertexId::Integer));
/// assert_eq!((order.level(7), order.position(7)), (Some(2), Some(3)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct TopologicalOrder {}

#[cfg(feature = "cli")]
impl Command for TopologicalOrder {
    type Result = TopologicalOrderResult;

    const NAME: &'static str = "topological-order";

    const ABOUT: &'static str = "\
Order the vertices so that every edge leads from an earlier one to a later one

Vertices come by level, the number of edges on a longest path that leads to them, and in a level by \
id. If a path leads back to where it began there is no order, and the error names a vertex on such a \
cycle.

Prints the first vertices, one `vertex<TAB>level` line each; --output writes the position and level \
of every vertex.";

    const EXAMPLES: &'static str = "\
  In which order to build what depends on each other:
    quince topological-order dependencies.csv --directed --top 1000";
}

impl<E: EntryValue> GraphAlgorithm<E> for TopologicalOrder {
    type Output = TopologicalOrderResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        check(graph)?;
        Ok(PlanNode::new("iteration TopologicalOrder")
            .property("superstep", "a level")
            .property("until", "no vertex is without edges into it")
            .property("solution", "dense, level and position, 8 bytes per vertex")
            .property("direction", "push")
            .input(graph.index_plan(EdgeDirection::Out)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Edges into vertices, then positions; levels; the order. Counting takes a byte a thread.
        12 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<TopologicalOrderResult> {
        check(graph)?;
        let (env, dictionary) = (graph.environment(), graph.dictionary());
        let index = graph.index(EdgeDirection::Out)?;
        let mut levels = Levels::new(env, &index, dictionary)?;
        let roots = levels.begin();
        let report = StepIteration::new(NAME, roots).run(env, |step| {
            let changes = levels.next(step)?;
            Ok(StepOutcome { changes, convergence: None, workset: changes })
        })?;
        let Levels { order, levels, left, end, .. } = levels;
        if end < order.len() {
            return Err(cycle(graph, levels, &left)?);
        }
        let mut positions = left;
        for (position, &vertex) in order.iter().enumerate() {
            positions[vertex as usize] = position as u32;
        }
        Ok(TopologicalOrderResult {
            order,
            levels: VertexValues::new(dictionary.clone(), levels),
            positions: VertexValues::new(dictionary.clone(), positions),
            report,
        })
    }
}

fn check<E: EntryValue>(graph: &IndexedGraph<E>) -> Result<()> {
    if graph.is_directed() { Ok(()) } else { Err(Error::NeedsDirected { algorithm: NAME }) }
}

/// The error that names a vertex on a cycle: every vertex that is left has one before it that is
/// left too, so that going back comes round.
fn cycle<E: EntryValue>(
    graph: &IndexedGraph<E>,
    mut seen: Segment<u32>,
    left: &[u32],
) -> Result<Error> {
    let (dictionary, into) = (graph.dictionary(), graph.index(EdgeDirection::In)?);
    let is_left = |&vertex: &u32| left[vertex as usize] > 0;
    let ordinals = 0..dictionary.num_ordinals() as u32;
    let mut vertices = ordinals.filter_map(|ordinal| dictionary.dense_of_ordinal(ordinal));
    let mut vertex = vertices.find(is_left).expect("a vertex is left");
    // Vertices that are left have no level.
    while seen[vertex as usize] == UNREACHED {
        seen[vertex as usize] = 0;
        let before = into.row(vertex).iter().copied().filter(is_left);
        let first = before.min_by_key(|&other| dictionary.ordinal(other));
        vertex = first.expect("an edge from a vertex that is left");
    }
    Ok(Error::Cycle { algorithm: NAME, id: Id::from(dictionary.key(vertex)).to_string() })
}

/// Fewer vertices are done by the worker that is there.
const INLINE: usize = 1 << 9;

/// Vertices that one worker takes at a time.
const PIECE: usize = 1 << 7;

/// What is known level by level.
struct Levels<'a, E: EntryValue> {
    env: &'a Environment,
    index: &'a Csr<E>,
    dictionary: &'a Dictionary,
    /// The edges into each vertex from vertices that have no level yet.
    left: Segment<u32>,
    levels: Segment<u32>,
    order: Segment<u32>,
    /// The places of the last level in the order.
    start: usize,
    end: usize,
}

impl<'a, E: EntryValue> Levels<'a, E> {
    fn new(env: &'a Environment, index: &'a Csr<E>, dictionary: &'a Dictionary) -> Result<Self> {
        let memory = env.memory();
        let left = index.column_counts(env)?;
        let mut levels = memory.allocate("levels", index.num_keys())?;
        levels.fill(UNREACHED);
        let order = memory.allocate("order", index.num_keys())?;
        Ok(Self { env, index, dictionary, left, levels, order, start: 0, end: 0 })
    }

    /// The vertices that no edge leads to; says how many.
    fn begin(&mut self) -> u64 {
        let free = self.left.iter().enumerate().filter(|&(_, &left)| left == 0);
        for (vertex, _) in free {
            self.order[self.end] = vertex as u32;
            self.levels[vertex] = 0;
            self.end += 1;
        }
        self.sort();
        self.end as u64
    }

    /// Takes away the edges of the last level; says how many vertices the next one has.
    fn next(&mut self, level: u64) -> quince_core::Result<u64> {
        let (env, index) = (self.env, self.index);
        let (done, free) = self.order.split_at_mut(self.end);
        let vertices = &done[self.start..];
        let (left, levels) = (SharedSlice::new(&mut self.left), SharedSlice::new(&mut self.levels));
        let (free, num_found) = (SharedSlice::new(free), AtomicUsize::new(0));
        let take = |vertices: &[u32]| {
            env.check_cancelled()?;
            for &vertex in vertices {
                for &other in index.row(vertex) {
                    if lower(left, other) == 0 {
                        levels.store(other as usize, level as u32);
                        free.store(num_found.fetch_add(1, Ordering::Relaxed), other);
                    }
                }
            }
            Ok::<(), quince_core::Error>(())
        };
        if vertices.len() <= INLINE {
            take(vertices)?;
        } else {
            vertices.par_chunks(PIECE).try_for_each(take)?;
        }
        self.start = self.end;
        self.end += num_found.into_inner();
        self.sort();
        Ok((self.end - self.start) as u64)
    }

    /// Sorts the last level by id.
    fn sort(&mut self) {
        let dictionary = self.dictionary;
        let level = &mut self.order[self.start..self.end];
        self.env.install(|| level.par_sort_unstable_by_key(|&vertex| dictionary.ordinal(vertex)));
    }
}

/// Lowers a count by 1; says what it is then.
#[inline(always)]
fn lower(counts: SharedSlice<'_, u32>, at: u32) -> u32 {
    let mut count = counts.load(at as usize);
    loop {
        match counts.compare_exchange(at as usize, count, count - 1) {
            Ok(_) => return count - 1,
            Err(seen) => count = seen,
        }
    }
}

/// The order, and how it came about.
#[derive(Debug)]
#[must_use]
pub struct TopologicalOrderResult {
    order: Segment<u32>,
    levels: VertexValues<u32>,
    positions: VertexValues<u32>,
    report: IterationReport,
}

impl TopologicalOrderResult {
    /// The ids in topological order.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let order = graph.run(TopologicalOrder::default())?;
    /// assert_eq!(order.iter().collect::<Vec<_>>(), [1.into(), 2.into(), 3.into(), 4.into()]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = VertexId<'_>> {
        let dictionary = self.levels.dictionary();
        self.order.iter().map(|&vertex| dictionary.key(vertex))
    }

    /// The place of a vertex in the order, from 0.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TopologicalOrder::default())?.position(4), Some(3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn position<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u32> {
        self.positions.get(id)
    }

    /// The number of edges on a longest path to a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TopologicalOrder::default())?.level(3), Some(2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn level<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u32> {
        self.levels.get(id)
    }

    /// The number of levels: that of vertices on a longest path.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TopologicalOrder::default())?.num_levels(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_levels(&self) -> u64 {
        self.report.num_supersteps()
    }

    /// The supersteps, one for each level.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(TopologicalOrder::default())?.report().name, "TopologicalOrder");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex`, `position` and `level`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(TopologicalOrder::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        VertexTable::new(self.levels.dictionary().clone())
            .values("position", &self.positions, Column::UInt32)
            .values("level", &self.levels, Column::UInt32)
    }
}

impl Outcome for TopologicalOrderResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.table()))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(json!({ "levels": self.num_levels() }))
    }

    /// The first vertices of the order with their levels.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        let levels = self.order.iter().map(|&vertex| self.levels.by_dense()[vertex as usize]);
        print_values(self.iter().zip(levels).take(top), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Raw, integer, random_graphs, raw};
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// The longest path to each vertex, by as many sweeps as there are vertices.
    fn plain(raw: &Raw) -> Vec<u32> {
        let mut levels = vec![0; raw.ids().len()];
        for _ in 0..levels.len() {
            raw.arcs().iter().for_each(|&(u, v, _)| levels[v] = levels[v].max(levels[u] + 1));
        }
        levels
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn levels_are_longest_paths_and_the_order_follows_them(raw in raw()) {
            // An edge leads to the vertex of the larger value of a permutation.
            let rank = |id: i64| (id + 5) * 17 % 53;
            let edges = raw.edges.iter().filter(|edge| edge.0 != edge.1);
            let turned = edges.map(|&(u, v, w)| if rank(u) < rank(v) { (u, v, w) } else { (v, u, w) });
            let raw = Raw { directed: true, edges: turned.collect(), isolated: raw.isolated.clone() };
            let (ids, levels) = (raw.ids(), plain(&raw));
            let mut expected: Vec<_> = levels.iter().copied().zip(ids.iter().copied()).collect();
            expected.sort_unstable();
            for (threads, order) in raw.ways() {
                let result = raw.weighted(threads, order).run(TopologicalOrder::default()).unwrap();
                let found: Vec<_> = result.iter().map(integer).collect();
                prop_assert!(found.iter().eq(expected.iter().map(|(_, id)| id)));
                for (position, &(level, id)) in expected.iter().enumerate() {
                    prop_assert_eq!(result.position(id), Some(position as u32));
                    prop_assert_eq!(result.level(id), Some(level));
                }
            }
        }

        #[test]
        fn a_cycle_is_an_error_that_names_a_vertex_on_it(raw in raw(), length in 1i64..5) {
            // What is turned has no cycle but the one that is added.
            let edges = raw.edges.iter().filter(|edge| edge.0 != edge.1);
            let turned = edges.map(|&(u, v, w)| (u.min(v), u.max(v), w));
            let cycle = (0..length).map(|at| (100 + at, 100 + (at + 1) % length, 1.0));
            let edges = turned.chain(cycle).chain([(3, 100, 1.0), (100, 200, 1.0)]).collect();
            let raw = Raw { directed: true, edges, isolated: raw.isolated.clone() };
            let errors = raw.ways().into_iter().map(|(threads, order)| {
                let graph = raw.unweighted(threads, order);
                match graph.run(TopologicalOrder::default()) {
                    Err(Error::Cycle { id, .. }) => id.parse::<i64>().unwrap(),
                    other => panic!("{other:?}"),
                }
            }).collect::<Vec<_>>();
            prop_assert!((100..100 + length).contains(&errors[0]));
            prop_assert!(errors.iter().all(|error| error == &errors[0]));
        }
    }

    #[test]
    fn an_undirected_graph_is_refused() {
        let graph = Raw::new(false, &[(1, 2, 1.0)]).unweighted(1, VertexOrder::Auto);
        let error = graph.run(TopologicalOrder::default()).unwrap_err().to_string();
        assert!(error.contains("needs a directed graph"), "{error}");
    }
}
