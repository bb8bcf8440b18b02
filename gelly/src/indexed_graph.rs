//! The graph.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use quince_core::environment::Environment;
use quince_core::index::{
    Csr, Dictionary, Duplicates, EntryValue, IndexOptions, Key, KeyOrder, OrderChoice, Pairs, Rows,
    SelfPairs, StaticIndex,
};
use quince_core::memory::Segment;
use quince_core::plan::PlanNode;

use crate::error::{Error, Result};
use crate::graph_memory::GraphMemory;
use crate::id::Id;

/// A graph of vertices with ids of the user's type and edges that may carry a value `E`.
///
/// Clones are the same graph. Its edges are held once, as pairs, until the first index is asked
/// for, which takes their place; other indexes are made from that one. Each is made once and
/// shared by all that need it.
#[derive(Clone, Debug)]
pub struct IndexedGraph<E: EntryValue = ()> {
    inner: Arc<Inner<E>>,
}

#[derive(Debug)]
struct Inner<E: EntryValue> {
    env: Environment,
    dictionary: Arc<Dictionary>,
    options: GraphOptions,
    /// The steps that the edges went through, for plans.
    steps: Vec<String>,
    num_edges: u64,
    num_self_loops: u64,
    edges: Mutex<Edges<E>>,
    /// How many indexes were made.
    builds: AtomicUsize,
}

/// The edges in the forms in which they exist.
#[derive(Debug)]
struct Edges<E: EntryValue> {
    /// As they came; gone once there is an index.
    pairs: Option<Pairs<E>>,
    /// By source; in an undirected graph by either end.
    out: Option<Arc<Csr<E>>>,
    /// By target; not used in an undirected graph.
    into: Option<Arc<Csr<E>>>,
}

/// How a graph is made of edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GraphOptions {
    pub(crate) directed: bool,
    pub(crate) self_loops: SelfPairs,
    pub(crate) duplicates: Duplicates,
    pub(crate) order: KeyOrder,
}

impl Default for GraphOptions {
    fn default() -> Self {
        Self {
            directed: true,
            self_loops: SelfPairs::Keep,
            duplicates: Duplicates::Keep,
            order: KeyOrder::Auto,
        }
    }
}

/// The side from which the edges of a vertex are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeDirection {
    /// Edges into the vertex.
    In,
    /// Edges out of the vertex.
    Out,
    /// Either of the two, whichever is there: for algorithms that look at each edge once.
    Any,
}

impl<E: EntryValue> IndexedGraph<E> {
    pub(crate) fn new(
        env: Environment,
        dictionary: Dictionary,
        pairs: Pairs<E>,
        options: GraphOptions,
        steps: Vec<String>,
    ) -> Result<Self> {
        let num_self_loops = match options.self_loops {
            SelfPairs::Keep => pairs.num_self_pairs(),
            SelfPairs::Drop => 0,
        };
        let num_edges = pairs.num_pairs() - (pairs.num_self_pairs() - num_self_loops);
        let edges = Edges { pairs: Some(pairs), out: None, into: None };
        let mut inner = Inner {
            env,
            dictionary: Arc::new(dictionary),
            options,
            steps,
            num_edges,
            num_self_loops,
            edges: Mutex::new(edges),
            builds: AtomicUsize::new(0),
        };
        if options.duplicates != Duplicates::Keep {
            // How many edges are left is known only when they are sorted.
            inner.count_distinct()?;
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn options(&self) -> GraphOptions {
        self.inner.options
    }

    /// The environment that it lives in.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.environment().num_threads(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn environment(&self) -> &Environment {
        &self.inner.env
    }

    /// The number of vertices.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.num_vertices(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_vertices(&self) -> u64 {
        self.inner.dictionary.len() as u64
    }

    /// The number of edges, after self-loops and duplicates were treated as asked. An edge of an
    /// undirected graph counts once.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.num_edges(), 3);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_edges(&self) -> u64 {
        self.inner.num_edges
    }

    /// The number of edges from a vertex to itself.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.num_self_loops(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_self_loops(&self) -> u64 {
        self.inner.num_self_loops
    }

    /// Whether edges go one way.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert!(graph.is_directed());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn is_directed(&self) -> bool {
        self.inner.options.directed
    }

    /// The dictionary of the vertex ids, for algorithms.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let three = graph.dictionary().get(3).expect("there is an edge to it");
    /// assert_eq!(graph.dictionary().key(three), 3.into());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.inner.dictionary
    }

    /// The order in which vertices are numbered inside, and why.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// println!("vertices are numbered so because {}", graph.order().reason);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn order(&self) -> &OrderChoice {
        self.inner.dictionary.order()
    }

    /// Whether the graph has a vertex of this id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert!(graph.contains(3) && !graph.contains(4));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn contains<'k>(&self, id: impl Into<Key<'k>>) -> bool {
        self.inner.dictionary.get(id).is_some()
    }

    /// The dense number of the vertex of this id.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.dictionary().key(graph.find(&Id::from(3))?), 3.into());
    /// assert!(graph.find(&Id::from(4)).is_err());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is none.
    pub fn find(&self, id: &Id) -> Result<u32> {
        let unknown = || Error::UnknownVertex { id: id.to_string() };
        id.dense_as_found(&self.inner.dictionary).ok_or_else(unknown)
    }

    /// The edges by the vertex that they leave (`Out`) or reach (`In`), by dense id; in an
    /// undirected graph both are the same symmetric index. Made on first use, then shared.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let (out, one) = (graph.index(EdgeDirection::Out)?, graph.find(&Id::from(1))?);
    /// assert_eq!(out.row(one).len(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn index(&self, direction: EdgeDirection) -> Result<Arc<Csr<E>>> {
        self.inner.index(direction)
    }

    /// The memory that it holds now. Indexes are made when they are asked for.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// graph.index(EdgeDirection::Out)?;
    /// assert_eq!(graph.memory().index_bytes, 3 * 4 + 4 * 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn memory(&self) -> GraphMemory {
        let edges = self.inner.lock();
        let indexes = [&edges.out, &edges.into].into_iter().flatten();
        GraphMemory {
            dictionary_bytes: self.inner.dictionary.num_bytes(),
            index_bytes: indexes.map(|index| index.num_bytes()).sum(),
            edge_bytes: edges.pairs.as_ref().map_or(0, Pairs::num_bytes),
        }
    }

    /// How many indexes were made so far: at most one for each direction, whoever needs them.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{EdgeDirection, IndexedGraph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::from_source(&env, &edges([(1, 2)]))?;
    /// graph.index(EdgeDirection::Out)?;
    /// graph.clone().index(EdgeDirection::Out)?;
    /// assert_eq!(graph.num_index_builds(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_index_builds(&self) -> usize {
        self.inner.builds.load(Ordering::Relaxed)
    }

    /// The number of edges out of each vertex, by dense id. Counted along whatever index there is.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert_eq!(graph.out_degrees()?[graph.find(&Id::from(1))? as usize], 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn out_degrees(&self) -> Result<Segment<u32>> {
        let index = self.index(EdgeDirection::Any)?;
        if self.inner.rows(EdgeDirection::Any) == Rows::Right {
            return Ok(index.column_counts(&self.inner.env)?);
        }
        Ok(index.row_counts(&self.inner.env)?)
    }

    /// The part of a plan that ends with the index for `direction`.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// assert!(graph.index_plan(EdgeDirection::Out).to_string().contains("rows: source"));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn index_plan(&self, direction: EdgeDirection) -> PlanNode {
        let inner = &self.inner;
        let mut plan = inner
            .steps
            .iter()
            .map(PlanNode::new)
            .reduce(|input, step| step.input(input))
            .unwrap_or_else(|| PlanNode::new("no edges"));
        let order = inner.dictionary.order();
        let order_name = match order.order {
            KeyOrder::HubFirst => "hub-first",
            _ => "ascending",
        };
        plan = PlanNode::new("dictionary")
            .property("key", format!("dense, {} vertices", inner.dictionary.len()))
            .property("ids", inner.dictionary.describe())
            .property("order", format!("{order_name} ({})", order.reason))
            .input(plan);
        let rows = match inner.rows(direction) {
            Rows::Left => "source",
            Rows::Right => "target",
            Rows::Both => "both ends, symmetric",
        };
        let options = inner.options;
        PlanNode::new("index")
            .property("layout", "CSR, cached")
            .property("rows", rows)
            .property("sorted", "by row, then column")
            .property("edges", inner.num_edges)
            .property("self-loops", format!("{:?}", options.self_loops).to_lowercase())
            .property("duplicates", format!("{:?}", options.duplicates).to_lowercase())
            .input(plan)
    }
}

impl<E: EntryValue> Inner<E> {
    /// Which side of an edge is the row of the index for `direction`.
    fn rows(&self, direction: EdgeDirection) -> Rows {
        match direction {
            _ if !self.options.directed => Rows::Both,
            EdgeDirection::In => Rows::Right,
            EdgeDirection::Out => Rows::Left,
            EdgeDirection::Any if self.lock().into.is_some() => Rows::Right,
            EdgeDirection::Any => Rows::Left,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Edges<E>> {
        self.edges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self, direction: EdgeDirection) -> Result<Arc<Csr<E>>> {
        let rows = self.rows(direction);
        let mut edges = self.lock();
        let Edges { pairs, out, into } = &mut *edges;
        let (wanted, other) = if rows == Rows::Right { (into, out) } else { (out, into) };
        if let Some(index) = wanted {
            return Ok(index.clone());
        }
        let index = match (other, pairs.take()) {
            (_, Some(pairs)) => {
                let GraphOptions { self_loops, duplicates, .. } = self.options;
                let options = IndexOptions { rows, self_pairs: self_loops, duplicates };
                Csr::build(&self.env, pairs, options)?
            }
            (Some(other), None) => other.transpose(&self.env)?,
            (None, None) => unreachable!("edges are pairs until they are an index"),
        };
        let index = Arc::new(index);
        *wanted = Some(index.clone());
        self.builds.fetch_add(1, Ordering::Relaxed);
        Ok(index)
    }

    /// Counts the edges that are left when duplicates are gone.
    fn count_distinct(&mut self) -> Result<()> {
        let index = self.index(EdgeDirection::In)?;
        let loops = (0..index.num_keys() as u32)
            .filter(|&vertex| index.row(vertex).binary_search(&vertex).is_ok());
        self.num_self_loops = if self.num_self_loops == 0 { 0 } else { loops.count() as u64 };
        let entries = index.num_entries();
        self.num_edges =
            if self.options.directed { entries } else { (entries + self.num_self_loops) / 2 };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{edges, weighted_edges};

    fn environment() -> Environment {
        Environment::builder().threads(2).build().unwrap()
    }

    fn ids(graph: &IndexedGraph, index: &Csr<()>, id: i64) -> Vec<i64> {
        let vertex = graph.dictionary().get(id).unwrap();
        let mut ids: Vec<i64> = index
            .row(vertex)
            .iter()
            .map(|&other| match graph.dictionary().key(other) {
                Key::Integer(id) => id,
                Key::Text(_) => panic!("integers went in"),
            })
            .collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn indexes_are_made_once_and_shared() {
        let graph =
            IndexedGraph::from_source(&environment(), &edges([(1, 2), (1, 3), (3, 1)])).unwrap();
        let out = graph.index(EdgeDirection::Out).unwrap();
        let into = graph.index(EdgeDirection::In).unwrap();
        assert_eq!((ids(&graph, &out, 1), ids(&graph, &into, 1)), (vec![2, 3], vec![3]));
        assert!(Arc::ptr_eq(&into, &graph.index(EdgeDirection::Any).unwrap()));
        assert!(Arc::ptr_eq(&out, &graph.clone().index(EdgeDirection::Out).unwrap()));
    }

    #[test]
    fn an_undirected_graph_has_one_index() {
        let builder =
            IndexedGraph::builder(&environment()).directed(false).order(KeyOrder::HubFirst);
        let graph = builder.build(&edges([(1, 2), (2, 3), (3, 3)])).unwrap();
        let out = graph.index(EdgeDirection::Out).unwrap();
        assert!(Arc::ptr_eq(&out, &graph.index(EdgeDirection::In).unwrap()));
        assert_eq!((ids(&graph, &out, 2), ids(&graph, &out, 3)), (vec![1, 3], vec![2, 3]));
        assert_eq!((graph.num_edges(), graph.num_self_loops()), (3, 1));
    }

    #[test]
    fn edges_count_after_loops_and_duplicates_went() {
        let build = |directed, self_loops, duplicates| {
            let builder = IndexedGraph::builder(&environment()).directed(directed);
            let source = edges([(1, 2), (2, 1), (1, 2), (3, 3), (3, 3), (2, 3)]);
            let graph =
                builder.self_loops(self_loops).duplicates(duplicates).build(&source).unwrap();
            assert_eq!(graph.num_vertices(), 3);
            (graph.num_edges(), graph.num_self_loops())
        };
        assert_eq!(build(true, SelfPairs::Keep, Duplicates::Keep), (6, 2));
        assert_eq!(build(true, SelfPairs::Drop, Duplicates::Keep), (4, 0));
        assert_eq!(build(true, SelfPairs::Keep, Duplicates::Drop), (4, 1));
        assert_eq!(build(false, SelfPairs::Keep, Duplicates::Drop), (3, 1));
        assert_eq!(build(false, SelfPairs::Drop, Duplicates::Drop), (2, 0));
    }

    #[test]
    fn weights_of_duplicates_are_combined() {
        let source = weighted_edges([(1, 2, 5.0), (1, 2, 2.0), (2, 1, 1.0)]);
        for (rule, expected) in
            [(Duplicates::Sum, 7.0), (Duplicates::Min, 2.0), (Duplicates::Max, 5.0)]
        {
            let builder = IndexedGraph::builder(&environment()).duplicates(rule);
            let graph = builder.build_weighted(&source).unwrap();
            let out = graph.index(EdgeDirection::Out).unwrap();
            let mut weights = Vec::new();
            out.for_each(graph.dictionary().get(1).unwrap(), |_, weight| weights.push(weight));
            assert_eq!(weights, [expected]);
        }
    }

    #[test]
    fn no_edges_are_a_graph_too() {
        let graph = IndexedGraph::from_source(&environment(), &edges([])).unwrap();
        assert_eq!((graph.num_vertices(), graph.num_edges()), (0, 0));
        assert_eq!(graph.index(EdgeDirection::Out).unwrap().num_keys(), 0);
    }
}
