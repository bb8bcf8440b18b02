//! Connected components: the vertices that reach each other when edges go both ways.
//!
//! Each component is named by its smallest vertex id (integers by value, texts by their bytes).
//! Edge directions, weights, self-loops and parallel edges make no difference; a vertex without
//! edges is a component of its own.
//!
//! - **Iteration**: delta; every vertex starts with its own id and forwards the smallest that it
//!   knows. Minimum is a semilattice and messages are unchanged values, so the engine rewrites the
//!   iteration to a fold of each component (sampled union-find) unless that is switched off or
//!   the number of iterations is limited.
//! - **Cost**: by the rewrite about one pass over few edges of each vertex in the usual case,
//!   O(edges) otherwise; without it O(edges) messages in the first supersteps, as many supersteps
//!   as the longest shortest path from a smallest id. 8 bytes a vertex; without the rewrite 9 and,
//!   in a directed graph, the second index.
//! - **Deterministic**: components are unique.
//! - **Source**: Ewen, Tzoumas, Kaufmann, Markl: *Spinning Fast Iterative Data Flows*, 2012, for the
//!   iteration; Sutton, Ben-Nun, Barak: *Afforest*, 2018, for the rewrite.
//!   Follows Gelly's `library.ConnectedComponents`.

use std::io::{self, Write};

use quince_core::algebra::Min;
use quince_core::index::{BothWays, Dictionary, EntryValue, StaticIndex};
use quince_core::iteration::{
    DeltaIteration, DeltaResult, ForwardProgram, IterationReport, Rewrites,
};
use quince_core::memory::MemoryManager;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, VertexTable,
    VertexValues,
};
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::{Outcome, print_values};

const NAME: &str = "ConnectedComponents";

/// Connected components and their settings.
///
/// ```
/// use quince_algorithms::ConnectedComponents;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(5, 3), (3, 9), (7, 8)]))?;
/// let components = graph.run(ConnectedComponents::default())?;
/// assert_eq!(components.num_components()?, 2);
/// assert_eq!(components.component(9), Some(VertexId::Integer(3)));
/// assert_eq!(components.component(8), Some(VertexId::Integer(7)));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct ConnectedComponents {
    /// Stop after N iterations, even if smaller ids are still on their way
    #[cfg_attr(feature = "cli", arg(long = "iterations", value_name = "N"))]
    maximum_iterations: Option<u64>,

    /// Run the delta iteration as it is written, not rewritten to a fold of each component
    #[cfg_attr(feature = "cli", arg(long))]
    no_rewrite: bool,
}

#[cfg(feature = "cli")]
impl Command for ConnectedComponents {
    type Result = ConnectedComponentsResult;

    const NAME: &'static str = "connected-components";

    const ABOUT: &'static str = "\
Find the groups of vertices that reach each other when edges go both ways

Each component is named by its smallest vertex id: integers by value, texts by their bytes. \
Directions, weights, self-loops and parallel edges make no difference.

Prints the largest components, one `component<TAB>size` line each; --output writes the component \
of every vertex.";

    const EXAMPLES: &'static str = "\
  The ten largest components and their sizes:
    quince connected-components datasets/graphs/p2p-31.e.gz

  Vertices without edges count too; the component of each into a file:
    quince connected-components p2p-31.e.gz --vertices p2p-31.v.gz --output components.csv

  The textbook iteration, saved every 20 supersteps, from where it was interrupted:
    quince connected-components roads.el --no-rewrite --checkpoint-dir saved \\
      --checkpoint-every 20 --resume

  The textbook iteration instead of its rewrite, with its plan and figures:
    quince connected-components roads.el --no-rewrite --explain --report run.json";
}

impl ConnectedComponents {
    /// Stop after this many iterations even if smaller ids are still on their way.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// let components = graph.run(ConnectedComponents::default().maximum_iterations(1))?;
    /// assert_eq!(components.component(6), Some(5.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn maximum_iterations(mut self, iterations: u64) -> Self {
        self.maximum_iterations = Some(iterations);
        self
    }

    /// Whether the iteration may be rewritten to a fold of each component (by default it may).
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// let components = graph.run(ConnectedComponents::default().rewrites(Rewrites::Off))?;
    /// assert_eq!(components.component(6), Some(4.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn rewrites(mut self, rewrites: Rewrites) -> Self {
        self.no_rewrite = rewrites == Rewrites::Off;
        self
    }

    fn allowed(&self) -> Rewrites {
        if self.no_rewrite { Rewrites::Off } else { Rewrites::On }
    }

    fn iteration<'a, I: StaticIndex>(
        &self,
        index: &'a I,
        program: &'a SmallestId<'a>,
    ) -> DeltaIteration<'a, I, SmallestId<'a>> {
        let iteration = DeltaIteration::new(NAME, index, program);
        match self.maximum_iterations {
            Some(iterations) => iteration.maximum_supersteps(iterations),
            None => iteration,
        }
    }

    /// Whether the plain iteration will run, which needs the edges both ways.
    fn runs_plain(&self) -> bool {
        self.no_rewrite || self.maximum_iterations.is_some()
    }

    fn run_on<I: StaticIndex>(
        &self,
        index: &I,
        dictionary: &Dictionary,
        graph_env: &quince_core::Environment,
    ) -> Result<DeltaResult<u32>> {
        let program = SmallestId(dictionary);
        Ok(self.iteration(index, &program).forward(graph_env, self.allowed())?)
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for ConnectedComponents {
    type Output = ConnectedComponentsResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        if graph.is_directed() && self.runs_plain() {
            vec![EdgeDirection::Out, EdgeDirection::In]
        } else {
            vec![EdgeDirection::Any]
        }
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let index = graph.index(EdgeDirection::Any)?;
        let program = SmallestId(graph.dictionary());
        let iteration = self.iteration(&*index, &program);
        let rewrite = iteration.forward_rewrite(self.allowed());
        let execution = if rewrite.taken {
            "union-find over sampled edges, then the rest; fold; hand out"
        } else {
            "pull while many keys are active, push while few are"
        };
        let until = match self.maximum_iterations {
            Some(most) => format!("empty workset or {most} supersteps"),
            None => "empty workset".to_owned(),
        };
        let plan = PlanNode::new("delta iteration ConnectedComponents")
            .property("until", until)
            .property("solution", "dense, 4 bytes per vertex")
            .property("merge", "min of ids, a semilattice")
            .property("message", "the unchanged value")
            .property("execution", execution)
            .rewrite(rewrite);
        let directions = GraphAlgorithm::<E>::directions(self, graph);
        Ok(directions.into_iter().fold(plan, |plan, side| plan.input(graph.index_plan(side))))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Labels of this superstep and the next, and a mark.
        9 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<ConnectedComponentsResult> {
        let (dictionary, env) = (graph.dictionary(), graph.environment());
        let result = if graph.is_directed() && self.runs_plain() {
            let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
            self.run_on(&BothWays::new(&out, &into), dictionary, env)?
        } else {
            self.run_on(&*graph.index(EdgeDirection::Any)?, dictionary, env)?
        };
        let memory = env.memory().clone();
        let components = VertexValues::new(dictionary.clone(), result.solution);
        Ok(ConnectedComponentsResult { components, memory, report: result.report })
    }
}

/// Every vertex starts with its own id, in the form of its ordinal: the smaller ordinal is the
/// smaller id, in whatever order vertices are numbered.
struct SmallestId<'a>(&'a Dictionary);

impl ForwardProgram for SmallestId<'_> {
    type Lattice = Min<u32>;

    #[inline(always)]
    fn initial(&self, vertex: u32) -> u32 {
        self.0.ordinal(vertex)
    }
}

/// The component of every vertex, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct ConnectedComponentsResult {
    /// The ordinal of the smallest id of each vertex's component.
    components: VertexValues<u32>,
    memory: MemoryManager,
    report: IterationReport,
}

impl ConnectedComponentsResult {
    /// Of each vertex the ordinal of the smallest id of its component.
    pub(crate) fn new(
        components: VertexValues<u32>,
        memory: MemoryManager,
        report: IterationReport,
    ) -> Self {
        Self { components, memory, report }
    }

    /// The number of components.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// assert_eq!(graph.run(ConnectedComponents::default())?.num_components()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget has no bytes for a flag per vertex.
    pub fn num_components(&self) -> Result<u64> {
        let dictionary = self.components.dictionary();
        let mut is_component = self.memory.allocate::<u8>("components", dictionary.len())?;
        for &component in self.components.by_dense() {
            if let Some(vertex) = dictionary.dense_of_ordinal(component) {
                is_component[vertex as usize] = 1;
            }
        }
        Ok(is_component.iter().map(|&flag| u64::from(flag)).sum())
    }

    /// The component of a vertex: the smallest id in it.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// assert_eq!(graph.run(ConnectedComponents::default())?.component(6), Some(4.into()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn component<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<VertexId<'_>> {
        let ordinal = self.components.get(id)?;
        Some(self.components.dictionary().key_of_ordinal(ordinal))
    }

    /// Ids and components, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// let components = graph.run(ConnectedComponents::default())?;
    /// assert_eq!(components.iter().next(), Some((1.into(), 1.into())));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, VertexId<'_>)> {
        let dictionary = self.components.dictionary();
        self.components.iter().map(|(id, ordinal)| (id, dictionary.key_of_ordinal(ordinal)))
    }

    /// The `count` largest components with their sizes, falling; equal sizes ascend by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// assert_eq!(graph.run(ConnectedComponents::default())?.largest(1)?, [(4.into(), 3)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget has no 8 bytes per vertex.
    pub fn largest(&self, count: usize) -> Result<Vec<(VertexId<'_>, u64)>> {
        let dictionary = self.components.dictionary();
        let mut sizes = self.memory.allocate::<u64>("components", dictionary.len())?;
        for &component in self.components.by_dense() {
            if let Some(vertex) = dictionary.dense_of_ordinal(component) {
                sizes[vertex as usize] += 1;
            }
        }
        let sizes = VertexValues::new(dictionary.clone(), sizes);
        let largest = sizes.top(count).into_iter().filter(|&(_, size)| size > 0);
        let named = |(id, size)| Some((dictionary.key(dictionary.get(id)?), size));
        Ok(largest.filter_map(named).collect())
    }

    /// The supersteps and why they stopped.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// let components = graph.run(ConnectedComponents::default())?;
    /// assert_eq!(components.report().name, "ConnectedComponents");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and `component`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (4, 5), (5, 6)]))?;
    /// let table = graph.run(ConnectedComponents::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        VertexTable::new(self.components.dictionary().clone()).ids("component", &self.components)
    }
}

impl Outcome for ConnectedComponentsResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(json!({
            "components": self.num_components()?,
            "largest": self.largest(1)?.first().map_or(0, |&(_, size)| size),
            "iterations": self.report.num_supersteps(),
            "stopped": self.report.stopped,
        }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        if top == 0 {
            return Ok(());
        }
        print_values(self.largest(top).map_err(io::Error::other)?, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{environment, random_graphs};
    use proptest::prelude::*;
    use quince_core::iteration::{Direction, StopReason};
    use quince_gelly::{VertexOrder, edges};

    fn graph(
        threads: usize,
        directed: bool,
        order: VertexOrder,
        raw: &[(i64, i64)],
    ) -> IndexedGraph {
        let env = environment(threads);
        IndexedGraph::builder(&env)
            .directed(directed)
            .order(order)
            .build(&edges(raw.iter().copied()))
            .unwrap()
    }

    /// petgraph's union-find over the same edges, each component named by its smallest id.
    fn oracle(raw: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let mut ids: Vec<i64> = raw.iter().flat_map(|&(u, v)| [u, v]).collect();
        ids.sort_unstable();
        ids.dedup();
        let at = |id: i64| ids.binary_search(&id).unwrap();
        let mut sets = petgraph::unionfind::UnionFind::<usize>::new(ids.len());
        raw.iter().for_each(|&(u, v)| {
            sets.union(at(u), at(v));
        });
        let labels = sets.into_labeling();
        let smallest = |v: usize| ids[labels.iter().position(|&label| label == labels[v]).unwrap()];
        (0..ids.len()).map(|v| (ids[v], smallest(v))).collect()
    }

    fn integers(result: &ConnectedComponentsResult) -> Vec<(i64, i64)> {
        let integer = |id: VertexId<'_>| match id {
            VertexId::Integer(id) => id,
            VertexId::Text(_) => panic!("integers went in"),
        };
        result.iter().map(|(id, component)| (integer(id), integer(component))).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_union_find_in_every_execution(
            raw in prop::collection::vec((-30i64..30, -30i64..30), 1..60),
            directed: bool, hub_first: bool, threads in prop::sample::select(vec![1usize, 1, 1, 1, 1, 1, 2, 8]),
        ) {
            let order = if hub_first { VertexOrder::HubFirst } else { VertexOrder::Ascending };
            let graph = graph(threads, directed, order, &raw);
            let expected = oracle(&raw);
            let fold = graph.run(ConnectedComponents::default()).unwrap();
            let plain = graph.run(ConnectedComponents::default().rewrites(Rewrites::Off)).unwrap();
            prop_assert_eq!(integers(&fold), &expected[..]);
            prop_assert_eq!(integers(&plain), &expected[..]);
            let distinct = expected.iter().filter(|(id, component)| id == component).count();
            prop_assert_eq!(fold.num_components().unwrap(), distinct as u64);
            let sizes: u64 = fold.largest(usize::MAX).unwrap().iter().map(|(_, size)| size).sum();
            prop_assert_eq!(sizes, expected.len() as u64);
        }
    }

    #[test]
    fn a_limit_gives_what_was_reached_by_then() {
        let path = graph(2, true, VertexOrder::Auto, &[(1, 2), (2, 3), (3, 4)]);
        let result = path.run(ConnectedComponents::default().maximum_iterations(1)).unwrap();
        assert_eq!(integers(&result), [(1, 1), (2, 1), (3, 2), (4, 3)]);
        assert_eq!(result.report().stopped, StopReason::MaximumSupersteps);
        assert_eq!(result.num_components().unwrap(), 3, "1, 2 and 3 are names by then");
        assert_eq!(result.largest(1).unwrap(), [(VertexId::Integer(1), 2)]);
    }

    #[test]
    fn the_plan_says_which_execution_and_why() {
        let graph = graph(1, false, VertexOrder::Auto, &[(1, 2)]);
        let folded = graph.explain(&ConnectedComponents::default()).unwrap().to_string();
        assert!(folded.contains("rewrite component fold: min is a semilattice"), "{folded}");
        let off = ConnectedComponents::default().rewrites(Rewrites::Off);
        let plain = graph.explain(&off).unwrap().to_string();
        assert!(plain.contains("no rewrite component fold: switched off"), "{plain}");
        let report = graph.run(ConnectedComponents::default()).unwrap().report().clone();
        assert_eq!(report.supersteps[0].direction, Direction::Fold);
    }

    #[test]
    fn no_vertices_are_no_components() {
        let graph = graph(1, true, VertexOrder::Auto, &[]);
        let result = graph.run(ConnectedComponents::default()).unwrap();
        assert_eq!(result.num_components().unwrap(), 0);
        assert_eq!(result.largest(5).unwrap(), []);
    }
}
