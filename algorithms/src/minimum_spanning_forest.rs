//! Minimum spanning forest: the lightest edges that connect what is connected.
//!
//! For each connected component a tree of its vertices with the least sum of weights. Of edges of the
//! same weight the one with the smaller ids is lighter (first by the smaller of its two ids, then by
//! the other), so that there is one forest. Edges go both ways whatever their direction;
//! self-loops are never in it; weights may be below 0, and are 1 where there are none.
//!
//! - **Iteration**: a step for each round: each tree takes the lightest edge that leaves it, and trees
//!   that are joined become one.
//! - **Cost**: O(edges) time a round; each at least halves the trees that are not done, so that there
//!   are at most log2(vertices) rounds, and seldom more than a few. 32 bytes a vertex.
//! - **Deterministic**: the forest is unique; its weight is summed in the order of its edges, which
//!   is that of their ids.
//! - **Source**: Borůvka: *O jistém problému minimálním*, 1926.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use quince_core::columnar::{Batch, Column, Schema};
use quince_core::environment::Environment;
use quince_core::index::{BothWays, Dictionary, EntryValue, StaticIndex};
use quince_core::iteration::{IterationReport, StepIteration, StepOutcome};
use quince_core::memory::{Segment, SharedSlice};
use quince_core::pipeline::{Numbered, Source};
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, GraphAlgorithm, GraphSize, IndexedGraph, Result, VertexId, id_column,
};
use rayon::prelude::*;
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::Outcome;
use crate::weights::wrong_weight;

const NAME: &str = "MinimumSpanningForest";

/// Minimum spanning forest.
///
/// ```
/// use quince_algorithms::MinimumSpanningForest;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, VertexId, weighted_edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let source = weighted_edges([(1, 2, 4.0), (2, 3, 1.0), (3, 1, 2.5), (3, 4, 3.0), (8, 9, 5.0)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&source)?;
/// let forest = graph.run(MinimumSpanningForest::default())?;
/// assert_eq!((forest.num_edges(), forest.num_trees(), forest.weight()), (4, 2, 11.5));
/// let first = forest.edges().next().unwrap();
/// assert_eq!(first, (VertexId::Integer(1), VertexId::Integer(3), 2.5));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct MinimumSpanningForest {}

#[cfg(feature = "cli")]
impl Command for MinimumSpanningForest {
    type Result = MinimumSpanningForestResult;

    const NAME: &'static str = "minimum-spanning-forest";

    const ABOUT: &'static str = "\
Find the lightest edges that connect what is connected

Edges go both ways whatever their direction, and weigh 1 where there are no weights. Of edges of the \
same weight the one with the smaller ids is taken.

Prints the first edges by id, one `source<TAB>target<TAB>weight` line each; --output writes all.";

    const EXAMPLES: &'static str = "\
  The shortest net of roads that keeps all places connected:
    quince minimum-spanning-forest roads.csv --undirected --weighted --output net.csv";
}

impl<E: EntryValue> GraphAlgorithm<E> for MinimumSpanningForest {
    type Output = MinimumSpanningForestResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        if graph.is_directed() {
            vec![EdgeDirection::Out, EdgeDirection::In]
        } else {
            vec![EdgeDirection::Any]
        }
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let plan = PlanNode::new("iteration MinimumSpanningForest")
            .property("superstep", "a round: the lightest edge of each tree, then joined trees")
            .property("until", "no edge leaves a tree")
            .property("solution", "the edges, 16 bytes each")
            .property("ties", "smaller ids");
        let directions = GraphAlgorithm::<E>::directions(self, graph);
        Ok(directions.into_iter().fold(plan, |plan, side| plan.input(graph.index_plan(side))))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Trees, what they join, their lightest edges; the edges of the forest.
        (4 + 4 + 8 + 16) * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<MinimumSpanningForestResult> {
        if graph.is_directed() {
            let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
            run(graph, &BothWays::new(&out, &into))
        } else {
            run(graph, &*graph.index(EdgeDirection::Any)?)
        }
    }
}

fn run<E: EntryValue, I: StaticIndex<Value = E>>(
    graph: &IndexedGraph<E>,
    index: &I,
) -> Result<MinimumSpanningForestResult> {
    let (env, dictionary) = (graph.environment(), graph.dictionary());
    let mut forest = Forest::new(env, index, dictionary)?;
    let report = StepIteration::new(NAME, graph.num_vertices()).run(env, |_| {
        let joined = forest.round()?;
        Ok(StepOutcome { changes: joined, convergence: None, workset: joined })
    })?;
    if forest.entries.is_wrong.into_inner() {
        return Err(wrong_weight(graph, NAME, "numbers", |weight| !weight.is_nan())?);
    }
    let mut edges = forest.edges;
    edges.resize(forest.num_edges)?;
    env.install(|| edges.par_sort_unstable());
    Ok(MinimumSpanningForestResult {
        dictionary: dictionary.clone(),
        edges: Arc::new(edges),
        report,
    })
}

/// An edge of the forest: its ordinals, the smaller one above the other, and the bits of its weight.
type ForestEdge = [u64; 2];

/// An entry of the index: its row above its place in the row.
type Entry = u64;

/// No entry.
const NONE: Entry = u64::MAX;

/// What edges are compared by: the weight in an order of bits, then the ordinals.
type Rank = (u64, u64);

/// What is kept from round to round.
struct Forest<'a, I> {
    env: &'a Environment,
    entries: Entries<'a, I>,
    /// The tree of each vertex, called like one of its vertices.
    trees: Segment<u32>,
    /// What each tree is joined to; itself if it is not.
    joins: Segment<u32>,
    /// The lightest entry that leaves each tree.
    lightest: Segment<Entry>,
    edges: Segment<ForestEdge>,
    num_edges: usize,
}

/// Vertices that one worker takes at a time, where each is little work.
const PIECE: usize = 1 << 13;

impl<'a, I: StaticIndex> Forest<'a, I> {
    fn new(env: &'a Environment, index: &'a I, dictionary: &'a Dictionary) -> Result<Self> {
        let (memory, num_keys) = (env.memory(), index.num_keys());
        let mut trees = memory.allocate("trees", num_keys)?;
        trees.iter_mut().zip(0..).for_each(|(tree, vertex)| *tree = vertex);
        Ok(Self {
            env,
            entries: Entries { index, dictionary, is_wrong: AtomicBool::new(false) },
            trees,
            joins: memory.allocate("trees", num_keys)?,
            lightest: memory.allocate("lightest edges", num_keys)?,
            edges: memory.allocate("forest", num_keys)?,
            num_edges: 0,
        })
    }

    /// Joins each tree with another by the lightest edge that leaves it; says how many were joined.
    fn round(&mut self) -> quince_core::Result<u64> {
        self.find_lightest()?;
        let num_joined = self.join();
        self.rename();
        Ok(num_joined)
    }

    fn find_lightest(&mut self) -> quince_core::Result<()> {
        let Self { env, entries, trees, lightest, .. } = self;
        lightest.fill(NONE);
        let lightest = SharedSlice::new(lightest);
        entries.index.par_chunks().try_for_each(|vertices| {
            env.check_cancelled()?;
            for vertex in vertices.clone() {
                if let Some((rank, entry)) = entries.lightest_of(vertex, trees) {
                    entries.offer(lightest, trees[vertex as usize], rank, entry);
                }
            }
            Ok(())
        })
    }

    /// Joins each tree to where its lightest edge leads. Two that choose the same edge are joined
    /// once; there are no longer cycles, because edges differ in rank.
    fn join(&mut self) -> u64 {
        let Self { entries, trees, lightest, joins, .. } = self;
        let leads_to = |tree: u32| match lightest[tree as usize] {
            NONE => None,
            entry => Some(trees[entries.look_up(entry).0 as usize]),
        };
        joins.par_iter_mut().with_min_len(PIECE).enumerate().for_each(|(tree, join)| {
            let tree = tree as u32;
            let is_joined = |&other: &u32| tree > other || leads_to(other) != Some(tree);
            *join = leads_to(tree).filter(is_joined).unwrap_or(tree);
        });
        let before = self.num_edges;
        for (tree, &join) in joins.iter().enumerate() {
            if join != tree as u32 {
                self.edges[self.num_edges] = entries.edge(lightest[tree]);
                self.num_edges += 1;
            }
        }
        (self.num_edges - before) as u64
    }

    /// Calls what was joined by one name.
    fn rename(&mut self) {
        let joins = SharedSlice::new(&mut self.joins);
        let trees = || (0..joins.len()).into_par_iter().with_min_len(PIECE);
        // Each sweep at least halves the way to the name; a reader may see further than that.
        while trees().map(|tree| halve(joins, tree)).reduce(|| false, |a, b| a || b) {}
        self.trees.par_iter_mut().with_min_len(PIECE).for_each(|tree| {
            *tree = joins.load(*tree as usize);
        });
    }
}

/// Leads a tree to where the one that it is joined to leads; says whether that is another.
fn halve(joins: SharedSlice<'_, u32>, tree: usize) -> bool {
    let join = joins.load(tree);
    let next = joins.load(join as usize);
    joins.store(tree, next);
    next != join
}

/// The entries of the index, and how their edges compare.
struct Entries<'a, I> {
    index: &'a I,
    dictionary: &'a Dictionary,
    /// Whether a weight is no number.
    is_wrong: AtomicBool,
}

impl<I: StaticIndex> Entries<'_, I> {
    /// The lightest edge that leads from a vertex out of its tree.
    fn lightest_of(&self, vertex: u32, trees: &[u32]) -> Option<(Rank, Entry)> {
        let tree = trees[vertex as usize];
        let (mut place, mut best): (Entry, Option<(Rank, Entry)>) = (0, None);
        self.index.for_each(vertex, |other, value| {
            if trees[other as usize] != tree {
                let weight = value.to_weight();
                if weight.is_nan() {
                    self.is_wrong.store(true, Ordering::Relaxed);
                }
                // The ids are looked up only where the weight may win.
                if best.is_none_or(|((lightest, _), _)| order_of(weight) <= lightest) {
                    let found =
                        (self.rank(vertex, other, weight), Entry::from(vertex) << 32 | place);
                    best = Some(best.map_or(found, |best| best.min(found)));
                }
            }
            place += 1;
        });
        best
    }

    /// Offers an edge to a tree.
    fn offer(&self, lightest: SharedSlice<'_, Entry>, tree: u32, rank: Rank, entry: Entry) {
        let mut old = lightest.load(tree as usize);
        while old == NONE || (rank, entry) < (self.rank_of(old), old) {
            match lightest.compare_exchange(tree as usize, old, entry) {
                Ok(_) => return,
                Err(seen) => old = seen,
            }
        }
    }

    fn rank(&self, vertex: u32, other: u32, weight: f64) -> Rank {
        (order_of(weight), self.ends(vertex, other))
    }

    fn rank_of(&self, entry: Entry) -> Rank {
        let (other, weight) = self.look_up(entry);
        self.rank(row(entry), other, weight)
    }

    fn edge(&self, entry: Entry) -> ForestEdge {
        let (other, weight) = self.look_up(entry);
        [self.ends(row(entry), other), weight.to_bits()]
    }

    /// The ordinals of two vertices, the smaller one above the other.
    fn ends(&self, vertex: u32, other: u32) -> u64 {
        let [a, b] = [vertex, other].map(|vertex| u64::from(self.dictionary.ordinal(vertex)));
        a.min(b) << 32 | a.max(b)
    }

    /// The column and weight of an entry.
    fn look_up(&self, entry: Entry) -> (u32, f64) {
        let (place, mut found) = (entry as u32 as usize, None);
        self.index.for_some(row(entry), place..place + 1, |other, value| {
            found = Some((other, value.to_weight()));
            false
        });
        found.expect("an entry of the index")
    }
}

fn row(entry: Entry) -> u32 {
    (entry >> 32) as u32
}

/// Bits that rise with the weight; both zeros are one.
fn order_of(weight: f64) -> u64 {
    let bits = (weight + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The edges of the forest, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct MinimumSpanningForestResult {
    dictionary: Arc<Dictionary>,
    edges: Arc<Segment<ForestEdge>>,
    report: IterationReport,
}

/// Edges in one batch.
const BATCH_EDGES: usize = 1 << 15;

impl MinimumSpanningForestResult {
    /// The number of edges.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// assert_eq!(graph.run(MinimumSpanningForest::default())?.num_edges(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_edges(&self) -> u64 {
        self.edges.len() as u64
    }

    /// The number of trees; a vertex without edges is one.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// assert_eq!(graph.run(MinimumSpanningForest::default())?.num_trees(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_trees(&self) -> u64 {
        self.dictionary.len() as u64 - self.num_edges()
    }

    /// The sum of the weights.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// assert_eq!(graph.run(MinimumSpanningForest::default())?.weight(), 3.5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn weight(&self) -> f64 {
        self.edges.iter().map(|edge| f64::from_bits(edge[1])).sum()
    }

    /// The edges by id: the smaller id, the larger one, the weight.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// let forest = graph.run(MinimumSpanningForest::default())?;
    /// assert_eq!(forest.edges().map(|(_, _, weight)| weight).sum::<f64>(), 3.5);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn edges(&self) -> impl Iterator<Item = (VertexId<'_>, VertexId<'_>, f64)> {
        let id = |ordinal| self.dictionary.key_of_ordinal(ordinal);
        self.edges.iter().map(move |&[ends, weight]| {
            (id((ends >> 32) as u32), id(ends as u32), f64::from_bits(weight))
        })
    }

    /// The rounds and how many trees each joined.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// let forest = graph.run(MinimumSpanningForest::default())?;
    /// assert_eq!(forest.report().name, "MinimumSpanningForest");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `source`, `target` and `weight`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// let table = graph.run(MinimumSpanningForest::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> impl Source + use<> {
        let (dictionary, edges) = (self.dictionary.clone(), self.edges.clone());
        let num_batches = edges.len().div_ceil(BATCH_EDGES);
        Numbered::new("minimum spanning forest", num_batches, move |at, env, output| {
            let edges = edges.chunks(BATCH_EDGES).nth(at).expect("as many as were said");
            let memory = env.memory();
            let smaller = edges.iter().map(|edge| (edge[0] >> 32) as u32);
            let larger = edges.iter().map(|edge| edge[0] as u32);
            let mut weights = memory.allocate("result", edges.len())?;
            let found = edges.iter().map(|edge| f64::from_bits(edge[1]));
            weights.iter_mut().zip(found).for_each(|(slot, weight)| *slot = weight);
            let columns = vec![
                id_column(memory, &dictionary, smaller)?,
                id_column(memory, &dictionary, larger)?,
                Column::Float64(weights.into()),
            ];
            output.emit(Batch::new(Schema::new(["source", "target", "weight"]), columns))
        })
    }
}

impl Outcome for MinimumSpanningForestResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let (edges, trees) = (self.num_edges(), self.num_trees());
        Ok(json!({ "edges": edges, "trees": trees, "weight": self.weight() }))
    }

    /// The first edges by id.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut edges = self.edges().take(top);
        edges.try_for_each(|(source, target, weight)| {
            writeln!(out, "{source}\t{target}\t{weight:?}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Raw, integer, random_graphs, raw};
    use proptest::prelude::*;
    use quince_gelly::VertexOrder;

    /// Kruskal, by weight and ids.
    fn kruskal(raw: &Raw, weigh: impl Fn(f64) -> f64) -> Vec<(i64, i64, f64)> {
        let ids = raw.ids();
        let turned = raw.edges.iter().map(|&(u, v, w)| (u.min(v), u.max(v), weigh(w)));
        let mut edges: Vec<_> = turned.collect();
        edges.sort_by(|a, b| a.2.total_cmp(&b.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        let mut sets = petgraph::unionfind::UnionFind::<usize>::new(ids.len());
        let at = |id: i64| ids.binary_search(&id).unwrap();
        edges.retain(|&(u, v, _)| sets.union(at(u), at(v)));
        edges.sort_by_key(|edge| (edge.0, edge.1));
        edges
    }

    fn forest<E: EntryValue>(graph: &IndexedGraph<E>) -> Vec<(i64, i64, f64)> {
        let result = graph.run(MinimumSpanningForest::default()).unwrap();
        let edges: Vec<_> =
            result.edges().map(|(u, v, weight)| (integer(u), integer(v), weight)).collect();
        assert_eq!(result.weight(), edges.iter().map(|edge| edge.2).sum::<f64>());
        edges
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_kruskal(mut raw in raw()) {
            // Some weights below 0.
            raw.edges.iter_mut().for_each(|edge| edge.2 -= 2.0);
            let (expected, any) = (kruskal(&raw, |weight| weight), kruskal(&raw, |_| 1.0));
            for (threads, order) in raw.ways() {
                prop_assert_eq!(&forest(&raw.weighted(threads, order)), &expected);
                prop_assert_eq!(&forest(&raw.unweighted(threads, order)), &any);
            }
        }
    }

    #[test]
    fn a_weight_that_is_no_number_is_an_error() {
        let graph = Raw::new(false, &[(1, 2, f64::NAN)]).weighted(1, VertexOrder::Auto);
        let error = graph.run(MinimumSpanningForest::default()).unwrap_err().to_string();
        assert!(error.contains("from 1 to 2 weighs NaN; weights must be numbers"), "{error}");
    }
}
