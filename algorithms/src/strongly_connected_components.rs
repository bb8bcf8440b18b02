//! Strongly connected components: the vertices that reach each other along edge directions.
//!
//! Each component is named by its smallest vertex id. Weights, self-loops and parallel edges make no
//! difference; a vertex that is on no cycle is a component of its own. In an undirected graph they
//! are the connected components.
//!
//! - **Iteration**: rounds, each of two ordered delta iterations, nested. Vertices have priorities, a
//!   one-to-one hash of their ids. Forwards, each vertex learns the first vertex by priority that
//!   leads to it, its colour. Backwards, from each vertex that has its own colour, those of that
//!   colour are found that lead to it: they are its component. The rest goes on, divided by colours:
//!   no component has two.
//! - **Cost**: O(vertices + edges) time a round where vertices seldom change their colour, which the
//!   order of priorities sees to; the colours divide long chains like quicksort does, so that about
//!   as many rounds are expected as the number of vertices has digits. 48 to 64 bytes a vertex.
//! - **Deterministic**: components are unique; priorities depend on the ids alone.
//! - **Source**: Orzan: *On Distributed Verification and Verified Distribution*, 2004, for colours;
//!   Blelloch, Gu, Shun, Sun: *Parallelism in Randomized Incremental Algorithms*, 2016, for the
//!   priorities.

use quince_core::algebra::Min;
use quince_core::environment::Environment;
use quince_core::index::{Csr, Dictionary, EntryValue};
use quince_core::iteration::{OrderedIteration, OrderedProgram, StepIteration, StepOutcome};
use quince_core::memory::{Segment, SharedSlice};
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexValues};
use rayon::prelude::*;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::connected_components::ConnectedComponentsResult;

const NAME: &str = "StronglyConnectedComponents";

/// Strongly connected components.
///
/// ```
/// use quince_algorithms::StronglyConnectedComponents;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, edges};
///
/// // 3 -> 5 -> 4 -> 3 is a cycle, which 9 leads to and which leads to 7.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(3, 5), (5, 4), (4, 3), (9, 3), (4, 7)]);
/// let graph = IndexedGraph::from_source(&env, &source)?;
/// let components = graph.run(StronglyConnectedComponents::default())?;
/// assert_eq!(components.component(5), Some(VertexId::Integer(3)));
/// assert_eq!(components.component(7), Some(VertexId::Integer(7)));
/// assert_eq!(components.num_components()?, 3);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct StronglyConnectedComponents {}

#[cfg(feature = "cli")]
impl Command for StronglyConnectedComponents {
    type Result = ConnectedComponentsResult;

    const NAME: &'static str = "strongly-connected-components";

    const ABOUT: &'static str = "\
Find the groups of vertices that reach each other along edge directions

Each component is named by its smallest vertex id: integers by value, texts by their bytes. Weights, \
self-loops and parallel edges make no difference.

Prints the largest components, one `component<TAB>size` line each; --output writes the component of \
every vertex.";

    const EXAMPLES: &'static str = "\
  The largest group of pages that link to each other in some way:
    quince strongly-connected-components web.el.gz --top 1

  The component of every vertex, into a file:
    quince strongly-connected-components web.el.gz --output components.parquet";
}

impl<E: EntryValue> GraphAlgorithm<E> for StronglyConnectedComponents {
    type Output = ConnectedComponentsResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        Ok(PlanNode::new("iteration StronglyConnectedComponents")
            .property("superstep", "a round: colours forwards, components backwards")
            .property("until", "every vertex has its component")
            .property("nested", "two ordered delta iterations, min of priorities")
            .property("solution", "dense, 4 bytes per vertex")
            .input(graph.index_plan(EdgeDirection::Out))
            .input(graph.index_plan(EdgeDirection::In)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Names and parts; colours and what is found backwards; between three and five pending
        // entries of 8 bytes, more on grids than where there are hubs.
        (4 + 4 + 8 + 8 + 26) * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<ConnectedComponentsResult> {
        let (env, dictionary) = (graph.environment(), graph.dictionary());
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        let num_keys = dictionary.len();
        let mut names = env.memory().allocate("components", num_keys)?;
        names.fill(u32::MAX);
        let mut rounds = Rounds {
            env,
            out: &out,
            into: &into,
            dictionary,
            names,
            parts: env.memory().allocate("components", num_keys)?,
        };
        let mut left = num_keys as u64;
        let report = StepIteration::new(NAME, left).run(env, |_| {
            let changes = rounds.round()?;
            left -= changes;
            Ok(StepOutcome { changes, convergence: None, workset: left })
        })?;
        let components = VertexValues::new(dictionary.clone(), rounds.names);
        Ok(ConnectedComponentsResult::new(components, env.memory().clone(), report))
    }
}

/// The part of vertices that have their component.
const SETTLED: u32 = u32::MAX;

/// Colours come in two to the power of this many buckets: more would change fewer colours twice, and
/// take a block of memory each.
const BUCKET_BITS: u32 = 7;

/// No colour.
const NONE: u64 = u64::MAX;

/// What is kept from round to round.
struct Rounds<'a, E: EntryValue> {
    env: &'a Environment,
    out: &'a Csr<E>,
    into: &'a Csr<E>,
    dictionary: &'a Dictionary,
    /// Of a settled vertex the ordinal of the smallest id of its component.
    names: Segment<u32>,
    /// Vertices in different parts are in different components.
    parts: Segment<u32>,
}

impl<E: EntryValue> Rounds<'_, E> {
    /// Says how many vertices have their component since.
    fn round(&mut self) -> quince_core::Result<u64> {
        let colours = Colours { dictionary: self.dictionary, parts: &self.parts };
        let colours = OrderedIteration::new(NAME, self.out, &colours).nested().run(self.env)?;
        let members = Members { colours: &colours.solution };
        let members = OrderedIteration::new(NAME, self.into, &members).nested().run(self.env)?;
        Ok(self.settle(&colours.solution, &members.solution))
    }

    /// Names the components that were found, and divides the rest by colour.
    fn settle(&mut self, colours: &[u64], members: &[u64]) -> u64 {
        let (dictionary, num_keys) = (self.dictionary, colours.len() as u32);
        let names = SharedSlice::new(&mut self.names);
        let vertices = || (0..num_keys).into_par_iter().with_min_len(1 << 12);
        let is_member = |vertex: &u32| members[*vertex as usize] != NONE;
        // The vertex that has its own colour knows the name first.
        vertices().filter(is_member).for_each(|vertex| {
            let (root, ordinal) =
                (root(colours[vertex as usize]) as usize, dictionary.ordinal(vertex));
            let mut name = names.load(root);
            while ordinal < name {
                match names.compare_exchange(root, name, ordinal) {
                    Ok(_) => break,
                    Err(seen) => name = seen,
                }
            }
        });
        let parts = SharedSlice::new(&mut self.parts);
        let settled = vertices().map(|vertex| {
            let colour = colours[vertex as usize];
            if is_member(&vertex) {
                names.store(vertex as usize, names.load(root(colour) as usize));
                parts.store(vertex as usize, SETTLED);
                return 1;
            }
            // The root of a settled vertex is no vertex, and its part stays.
            if colour != NONE {
                parts.store(vertex as usize, root(colour));
            }
            0
        });
        settled.sum()
    }
}

/// The colour of a vertex before any other reaches it: its priority, then itself.
#[inline(always)]
fn own_colour(dictionary: &Dictionary, vertex: u32) -> u64 {
    u64::from(priority(dictionary.ordinal(vertex))) << 32 | u64::from(vertex)
}

/// The vertex whose own colour this is.
#[inline(always)]
fn root(colour: u64) -> u32 {
    colour as u32
}

/// A one-to-one hash: multiplications by odd numbers and shifts that can be undone.
#[inline(always)]
fn priority(ordinal: u32) -> u32 {
    let mut hash = ordinal;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x7FEB_352D);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x846C_A68B);
    hash ^ (hash >> 16)
}

/// Each vertex that is left learns the first colour that leads to it inside of its part.
struct Colours<'a> {
    dictionary: &'a Dictionary,
    parts: &'a [u32],
}

impl<W: EntryValue> OrderedProgram<W> for Colours<'_> {
    type Lattice = Min<u64>;

    #[inline(always)]
    fn initial(&self, vertex: u32) -> u64 {
        let is_settled = self.parts[vertex as usize] == SETTLED;
        if is_settled { NONE } else { own_colour(self.dictionary, vertex) }
    }

    #[inline(always)]
    fn message(&self, colour: u64, _weight: W) -> u64 {
        colour
    }

    #[inline(always)]
    fn accepts(&self, vertex: u32, colour: u64) -> bool {
        self.parts[vertex as usize] == self.parts[root(colour) as usize]
    }

    /// An equal share of the priorities each.
    #[inline(always)]
    fn bucket(&self, colour: u64) -> u64 {
        colour >> (u64::BITS - BUCKET_BITS)
    }
}

/// Each vertex that has its own colour is found by those of that colour that lead to it.
struct Members<'a> {
    colours: &'a [u64],
}

impl<W: EntryValue> OrderedProgram<W> for Members<'_> {
    type Lattice = Min<u64>;

    #[inline(always)]
    fn initial(&self, vertex: u32) -> u64 {
        let colour = self.colours[vertex as usize];
        if root(colour) == vertex { colour } else { NONE }
    }

    #[inline(always)]
    fn message(&self, colour: u64, _weight: W) -> u64 {
        colour
    }

    #[inline(always)]
    fn accepts(&self, vertex: u32, colour: u64) -> bool {
        self.colours[vertex as usize] == colour
    }

    /// All at once.
    #[inline(always)]
    fn bucket(&self, _colour: u64) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Raw, integer, random_graphs, raw};
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// petgraph's Tarjan, each component named by its smallest id.
    fn tarjan(raw: &Raw) -> Vec<i64> {
        let ids = raw.ids();
        let mut graph = petgraph::graph::DiGraph::<(), ()>::new();
        let nodes: Vec<_> = ids.iter().map(|_| graph.add_node(())).collect();
        for (u, v, _) in raw.arcs() {
            graph.add_edge(nodes[u], nodes[v], ());
        }
        let mut names = vec![0; ids.len()];
        for component in petgraph::algo::tarjan_scc(&graph) {
            let smallest = component.iter().map(|node| ids[node.index()]).min().unwrap();
            component.iter().for_each(|node| names[node.index()] = smallest);
        }
        names
    }

    fn names<E: EntryValue>(graph: &IndexedGraph<E>) -> Vec<i64> {
        let result = graph.run(StronglyConnectedComponents::default()).unwrap();
        result.iter().map(|(_, component)| integer(component)).collect()
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_tarjan(raw in raw()) {
            let expected = tarjan(&raw);
            for (threads, order) in raw.ways() {
                prop_assert_eq!(&names(&raw.weighted(threads, order)), &expected);
            }
            prop_assert_eq!(&names(&raw.unweighted(2, VertexOrder::Auto)), &expected);
        }
    }

    #[test]
    fn a_long_chain_of_cycles_takes_few_rounds() {
        let pair = |at: i64| [(2 * at, 2 * at + 1, 1.0), (2 * at + 1, 2 * at, 1.0)];
        let link = |at: i64| (2 * at + 1, 2 * at + 2, 1.0);
        let edges: Vec<_> =
            (0..2000).flat_map(|at| [&pair(at)[..], &[link(at)]].concat()).collect();
        let graph = Raw::new(true, &edges).unweighted(2, VertexOrder::Auto);
        let result = graph.run(StronglyConnectedComponents::default()).unwrap();
        assert_eq!(result.num_components().unwrap(), 2001);
        let rounds = result.report().num_supersteps();
        assert!(rounds < 40, "{rounds} rounds");
    }
}
