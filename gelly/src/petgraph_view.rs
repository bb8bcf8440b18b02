//! petgraph: its algorithms on an index without a copy, and graphs copied both ways.
//!
//! [`GraphView`] lends the rows of an index to petgraph. Nodes are the dense ids of the index
//! ([`Graph::find`] and [`Dictionary::key`](quince_core::index::Dictionary::key) go from the ids of
//! the user and back), an edge is named by the place of its entry in the rows of sources, and a
//! weight is what an entry holds.
//!
//! In an undirected graph an edge has an entry at either end; it is named by that of the smaller
//! dense id, and listed once.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use petgraph::graph::{DiGraph, NodeIndex, UnGraph};
use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp, GraphRef,
    IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable,
    NodeRef, VisitMap, Visitable,
};
use petgraph::{Directed, Direction, EdgeType, Undirected};
use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;
use quince_core::index::{Csr, EntryValue, StaticIndex};

use crate::error::Result;
use crate::graph::{Edge, Graph, Vertex};
use crate::indexed_graph::{EdgeDirection, IndexedGraph};
use crate::vertex_key::VertexKey;

/// The indexes of a graph, held for petgraph to look at.
#[derive(Clone)]
pub struct PetgraphIndex<E: EntryValue> {
    out: Arc<Csr<E>>,
    into: Arc<Csr<E>>,
}

impl<E: EntryValue> fmt::Debug for PetgraphIndex<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PetgraphIndex").field("nodes", &self.out.num_keys()).finish_non_exhaustive()
    }
}

impl<E: EntryValue> IndexedGraph<E> {
    /// The indexes by source and by target, for petgraph's algorithms.
    ///
    /// ```
    /// use petgraph::algo::{dijkstra, toposort};
    /// use petgraph::visit::EdgeRef;
    /// # use quince_core::Environment;
    /// use quince_gelly::{IndexedGraph, weighted_edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let roads = weighted_edges([(10, 20, 1.5), (20, 30, 2.0), (10, 30, 5.0)]);
    /// let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let index = graph.petgraph()?;
    /// let start = graph.find(&10.into())?;
    /// let distances = dijkstra(index.view(), start, None, |edge| *edge.weight());
    /// assert_eq!(distances[&graph.find(&30.into())?], 3.5);
    /// assert_eq!(toposort(index.view(), None).map(|order| order[0]), Ok(start));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice or the environment is cancelled.
    pub fn petgraph(&self) -> Result<PetgraphIndex<E>> {
        let [out, into] = [EdgeDirection::Out, EdgeDirection::In];
        Ok(PetgraphIndex { out: self.index(out)?, into: self.index(into)? })
    }
}

impl<E: EntryValue> PetgraphIndex<E> {
    /// As a directed graph; that of an undirected one has each edge both ways.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// # use quince_gelly::{IndexedGraph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// use petgraph::visit::{EdgeCount, NodeCount};
    /// let index = IndexedGraph::from_source(&env, &edges([(1, 2), (2, 3)]))?.petgraph()?;
    /// assert_eq!((index.view().node_count(), index.view().edge_count()), (3, 2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn view(&self) -> GraphView<'_, E> {
        GraphView { out: &self.out, into: &self.into, edge_type: PhantomData }
    }

    /// As an undirected graph, if it is one.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use petgraph::algo::{connected_components, min_spanning_tree};
    /// use quince_gelly::{IndexedGraph, weighted_edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let roads = weighted_edges([(10, 20, 1.5), (20, 30, 2.0), (10, 30, 5.0), (7, 8, 1.0)]);
    /// let graph = IndexedGraph::builder(&env).directed(false).build_weighted(&roads)?;
    /// let index = graph.petgraph()?;
    /// let view = index.undirected_view().expect("built as undirected");
    /// assert_eq!(connected_components(view), 2);
    /// assert_eq!(min_spanning_tree(view).count(), 5 + 3, "nodes and edges");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn undirected_view(&self) -> Option<GraphView<'_, E, Undirected>> {
        let view = GraphView { out: &self.out, into: &self.into, edge_type: PhantomData };
        self.out.is_symmetric().then_some(view)
    }
}

/// An index as petgraph looks at it.
pub struct GraphView<'a, E: EntryValue, Ty = Directed> {
    out: &'a Csr<E>,
    into: &'a Csr<E>,
    edge_type: PhantomData<fn() -> Ty>,
}

impl<E: EntryValue, Ty> Clone for GraphView<'_, E, Ty> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: EntryValue, Ty> Copy for GraphView<'_, E, Ty> {}

impl<E: EntryValue, Ty> fmt::Debug for GraphView<'_, E, Ty> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphView").field("nodes", &self.out.num_keys()).finish_non_exhaustive()
    }
}

/// An edge of a [`GraphView`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewedEdge<E> {
    source: u32,
    target: u32,
    weight: E,
    id: usize,
}

impl<E: Copy> EdgeRef for ViewedEdge<E> {
    type NodeId = u32;
    type EdgeId = usize;
    type Weight = E;

    fn source(&self) -> u32 {
        self.source
    }

    fn target(&self) -> u32 {
        self.target
    }

    fn weight(&self) -> &E {
        &self.weight
    }

    fn id(&self) -> usize {
        self.id
    }
}

impl<'a, E: EntryValue, Ty: EdgeType> GraphView<'a, E, Ty> {
    /// The entry at `at` of the row of `node`, as an edge from `node` if it goes out.
    fn edge(self, index: &Csr<E>, node: u32, at: usize, outgoing: bool) -> ViewedEdge<E> {
        let mut found = None;
        index.for_some(node, at..at + 1, |other, weight| {
            found = Some((other, weight));
            false
        });
        let (other, weight) = found.expect("a position inside the row");
        let (source, target) = if outgoing { (node, other) } else { (other, node) };
        // Of two entries of an undirected edge that of the smaller id gives the name.
        let is_named_here = if Ty::is_directed() { outgoing } else { node <= other };
        let id = if is_named_here {
            self.out.offsets()[node as usize] as usize + at
        } else {
            self.twin(index, node, at, other)
        };
        ViewedEdge { source, target, weight, id }
    }

    /// The place by source of the entry at `at` of the row of `node`, which names `other`: equal
    /// entries are in the order of the input in both rows.
    fn twin(self, index: &Csr<E>, node: u32, at: usize, other: u32) -> usize {
        let before = at - index.row(node)[..at].partition_point(|&column| column < other);
        let first = self.out.row(other).partition_point(|&column| column < node);
        self.out.offsets()[other as usize] as usize + first + before
    }
}

/// The edges at one node of a [`GraphView`].
#[derive(Debug)]
pub struct EdgesAt<'a, E: EntryValue, Ty> {
    view: GraphView<'a, E, Ty>,
    node: u32,
    outgoing: bool,
    positions: Range<usize>,
}

impl<E: EntryValue, Ty: EdgeType> Iterator for EdgesAt<'_, E, Ty> {
    type Item = ViewedEdge<E>;

    fn next(&mut self) -> Option<ViewedEdge<E>> {
        let at = self.positions.next()?;
        let index = if self.outgoing { self.view.out } else { self.view.into };
        Some(self.view.edge(index, self.node, at, self.outgoing))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.positions.size_hint()
    }
}

/// All edges of a [`GraphView`].
#[derive(Debug)]
pub struct AllEdges<'a, E: EntryValue, Ty> {
    view: GraphView<'a, E, Ty>,
    nodes: Range<u32>,
    current: Option<EdgesAt<'a, E, Ty>>,
}

impl<E: EntryValue, Ty: EdgeType> Iterator for AllEdges<'_, E, Ty> {
    type Item = ViewedEdge<E>;

    fn next(&mut self) -> Option<ViewedEdge<E>> {
        loop {
            let listed = |edge: &ViewedEdge<E>| Ty::is_directed() || edge.source <= edge.target;
            let edge = self.current.as_mut().and_then(|edges| edges.find(listed));
            if edge.is_some() {
                return edge;
            }
            self.current = Some(self.view.edges(self.nodes.next()?));
        }
    }
}

impl<E: EntryValue, Ty> GraphBase for GraphView<'_, E, Ty> {
    type NodeId = u32;
    type EdgeId = usize;
}

impl<E: EntryValue, Ty> GraphRef for GraphView<'_, E, Ty> {}

impl<E: EntryValue, Ty> Data for GraphView<'_, E, Ty> {
    type NodeWeight = ();
    type EdgeWeight = E;
}

impl<E: EntryValue, Ty: EdgeType> GraphProp for GraphView<'_, E, Ty> {
    type EdgeType = Ty;
}

impl<'a, E: EntryValue, Ty> IntoNeighbors for GraphView<'a, E, Ty> {
    type Neighbors = std::iter::Copied<std::slice::Iter<'a, u32>>;

    fn neighbors(self, node: u32) -> Self::Neighbors {
        self.out.row(node).iter().copied()
    }
}

impl<'a, E: EntryValue, Ty> IntoNeighborsDirected for GraphView<'a, E, Ty> {
    type NeighborsDirected = std::iter::Copied<std::slice::Iter<'a, u32>>;

    fn neighbors_directed(self, node: u32, direction: Direction) -> Self::NeighborsDirected {
        let index = if direction == Direction::Outgoing { self.out } else { self.into };
        index.row(node).iter().copied()
    }
}

impl<'a, E: EntryValue, Ty: EdgeType> IntoEdgeReferences for GraphView<'a, E, Ty> {
    type EdgeRef = ViewedEdge<E>;
    type EdgeReferences = AllEdges<'a, E, Ty>;

    fn edge_references(self) -> AllEdges<'a, E, Ty> {
        AllEdges { view: self, nodes: 0..self.out.num_keys() as u32, current: None }
    }
}

impl<'a, E: EntryValue, Ty: EdgeType> IntoEdges for GraphView<'a, E, Ty> {
    type Edges = EdgesAt<'a, E, Ty>;

    fn edges(self, node: u32) -> EdgesAt<'a, E, Ty> {
        self.edges_directed(node, Direction::Outgoing)
    }
}

impl<'a, E: EntryValue, Ty: EdgeType> IntoEdgesDirected for GraphView<'a, E, Ty> {
    type EdgesDirected = EdgesAt<'a, E, Ty>;

    fn edges_directed(self, node: u32, direction: Direction) -> EdgesAt<'a, E, Ty> {
        let outgoing = direction == Direction::Outgoing;
        let index = if outgoing { self.out } else { self.into };
        EdgesAt { view: self, node, outgoing, positions: 0..index.degree(node) }
    }
}

impl<E: EntryValue, Ty> IntoNodeIdentifiers for GraphView<'_, E, Ty> {
    type NodeIdentifiers = Range<u32>;

    fn node_identifiers(self) -> Range<u32> {
        0..self.out.num_keys() as u32
    }
}

impl<E: EntryValue, Ty> IntoNodeReferences for GraphView<'_, E, Ty> {
    type NodeRef = (u32, ());
    type NodeReferences = std::iter::Map<Range<u32>, fn(u32) -> (u32, ())>;

    fn node_references(self) -> Self::NodeReferences {
        self.node_identifiers().map(|node| (node, ()))
    }
}

impl<E: EntryValue, Ty> NodeIndexable for GraphView<'_, E, Ty> {
    fn node_bound(&self) -> usize {
        self.out.num_keys()
    }

    fn to_index(&self, node: u32) -> usize {
        node as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        index as u32
    }
}

impl<E: EntryValue, Ty> NodeCount for GraphView<'_, E, Ty> {
    fn node_count(&self) -> usize {
        self.out.num_keys()
    }
}

impl<E: EntryValue, Ty> NodeCompactIndexable for GraphView<'_, E, Ty> {}

/// Names of edges are below the number of entries; those of an undirected graph have gaps.
impl<E: EntryValue, Ty> EdgeIndexable for GraphView<'_, E, Ty> {
    fn edge_bound(&self) -> usize {
        self.out.num_entries() as usize
    }

    fn to_index(&self, edge: usize) -> usize {
        edge
    }

    fn from_index(&self, index: usize) -> usize {
        index
    }
}

impl<E: EntryValue, Ty: EdgeType> EdgeCount for GraphView<'_, E, Ty> {
    fn edge_count(&self) -> usize {
        if Ty::is_directed() {
            return self.out.num_entries() as usize;
        }
        self.edge_references().count()
    }
}

/// Which nodes were visited, a bit each.
#[derive(Clone, Debug, Default)]
pub struct Visited(Vec<u64>);

impl Visited {
    fn new(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }
}

impl VisitMap<u32> for Visited {
    fn visit(&mut self, node: u32) -> bool {
        let first = !self.is_visited(&node);
        self.0[node as usize / 64] |= 1 << (node % 64);
        first
    }

    fn is_visited(&self, node: &u32) -> bool {
        self.0[*node as usize / 64] >> (node % 64) & 1 == 1
    }

    fn unvisit(&mut self, node: u32) -> bool {
        let was = self.is_visited(&node);
        self.0[node as usize / 64] &= !(1 << (node % 64));
        was
    }
}

impl<E: EntryValue, Ty> Visitable for GraphView<'_, E, Ty> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited::new(self.out.num_keys())
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

/// Rows are sorted: an edge is searched for in its row, and there is no matrix.
impl<E: EntryValue, Ty> GetAdjacencyMatrix for GraphView<'_, E, Ty> {
    type AdjMatrix = ();

    fn adjacency_matrix(&self) {}

    fn is_adjacent(&self, _matrix: &(), a: u32, b: u32) -> bool {
        self.out.row(a).binary_search(&b).is_ok()
    }
}

impl<VV: Record, EV: Record> Graph<u64, VV, EV> {
    /// A copy of a graph of petgraph: ids are the numbers of its nodes.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use petgraph::graph::DiGraph;
    /// use quince_gelly::{Graph, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let mut theirs = DiGraph::<String, f64>::new();
    /// let nodes = ["a", "b"].map(|name| theirs.add_node(name.to_owned()));
    /// theirs.add_edge(nodes[0], nodes[1], 0.5);
    /// let graph = Graph::from_petgraph(&env, &theirs);
    /// assert_eq!(graph.vertices().collect()?[1], Vertex::new(1, "b".to_owned()));
    /// assert_eq!(graph.edges_as_tuples().collect()?, [(0, 1, 0.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn from_petgraph<G>(env: &Environment, graph: G) -> Self
    where
        G: IntoNodeReferences<NodeWeight = VV>
            + IntoEdgeReferences<EdgeWeight = EV>
            + NodeIndexable
            + GraphProp,
    {
        let id = |node| NodeIndexable::to_index(&graph, node) as u64;
        let vertices = graph
            .node_references()
            .map(|node| Vertex { id: id(node.id()), value: node.weight().clone() });
        let edges = graph.edge_references().map(|edge| Edge {
            source: id(edge.source()),
            target: id(edge.target()),
            value: edge.weight().clone(),
        });
        let vertices = DataSet::from_collection(env, vertices);
        let edges = DataSet::from_collection(env, edges);
        if graph.is_directed() {
            Self::from_data_set(&vertices, &edges)
        } else {
            Self::undirected_of(&vertices, &edges)
        }
    }
}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// A copy as a directed graph of petgraph, whose nodes weigh what vertices are.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [Edge::new("a".to_owned(), "b".to_owned(), 0.5)]);
    /// let theirs = graph.to_petgraph()?;
    /// assert_eq!((theirs.node_count(), theirs.edge_weights().sum::<f64>()), (2, 0.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails, or an edge ends at no vertex.
    pub fn to_petgraph(&self) -> Result<DiGraph<Vertex<K, VV>, EV>> {
        let mut graph = DiGraph::new();
        self.copy_to(&mut graph, &self.edges().collect()?)?;
        Ok(graph)
    }

    /// A copy as an undirected graph of petgraph: an edge of a directed graph becomes one that has
    /// no direction, and the two ways of an edge of an undirected graph become one edge.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = Graph::from_edges(&env, [(1u8, 2u8), (2, 3)].map(Edge::from)).undirected();
    /// assert_eq!(graph.edges().count()?, 4);
    /// assert_eq!(graph.to_undirected_petgraph()?.edge_count(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails, or an edge ends at no vertex.
    pub fn to_undirected_petgraph(&self) -> Result<UnGraph<Vertex<K, VV>, EV>> {
        let mut graph = UnGraph::new_undirected();
        self.copy_to(&mut graph, &self.edges_once().collect()?)?;
        Ok(graph)
    }

    fn copy_to<Ty: EdgeType>(
        &self,
        graph: &mut petgraph::Graph<Vertex<K, VV>, EV, Ty>,
        edges: &[Edge<K, EV>],
    ) -> Result<()> {
        let vertices = self.vertices().collect()?;
        let mut nodes: Vec<(K, NodeIndex)> = Vec::with_capacity(vertices.len());
        for vertex in vertices {
            nodes.push((vertex.id.clone(), graph.add_node(vertex)));
        }
        nodes.sort_unstable();
        let find = |id: &K| {
            let unknown = || crate::Error::UnknownVertex { id: format!("{id:?}") };
            let at = nodes.binary_search_by(|(key, _)| key.cmp(id)).map_err(|_| unknown())?;
            Ok::<_, crate::Error>(nodes[at].1)
        };
        for edge in edges {
            graph.add_edge(find(&edge.source)?, find(&edge.target)?, edge.value.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use petgraph::algo::{dijkstra, kosaraju_scc, tarjan_scc};
    use petgraph::visit::{Bfs, Dfs, Reversed};
    use proptest::prelude::*;

    use super::*;
    use crate::weighted_edges;

    fn environment() -> Environment {
        Environment::builder().threads(2).build().unwrap()
    }

    fn sorted<T: Ord>(rows: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut rows: Vec<T> = rows.into_iter().collect();
        rows.sort();
        rows
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn algorithms_agree_with_those_on_a_copy(
            edges in prop::collection::vec((0i64..9, 0i64..9, 1i64..6), 1..30)
        ) {
            let env = environment();
            let source = weighted_edges(edges.iter().map(|&(a, b, w)| (a, b, w as f64)));
            let graph = Graph::builder(&env).build_weighted(&source).unwrap();
            let (indexed, copy) = (graph.indexed().unwrap(), graph.to_petgraph().unwrap());
            let index = indexed.petgraph().unwrap();
            let view = index.view();
            // Ids in a copy ascend, and so do ordinals.
            let node = |dense: u32| {
                let id = crate::Id::from(indexed.dictionary().key(dense));
                copy.node_indices().find(|&node| copy[node].id == id).unwrap()
            };
            for start in view.node_identifiers() {
                let ours = dijkstra(view, start, None, |edge| *edge.weight());
                let ours = ours.into_iter().map(|(dense, d)| (node(dense), d as u64));
                let theirs = dijkstra(&copy, node(start), None, |edge| *edge.weight());
                prop_assert_eq!(sorted(ours), sorted(theirs.into_iter().map(|(n, d)| (n, d as u64))));

                let (mut ours, mut theirs) = (Bfs::new(view, start), Bfs::new(&copy, node(start)));
                let ours = std::iter::from_fn(|| ours.next(view)).map(node);
                prop_assert_eq!(sorted(ours), sorted(std::iter::from_fn(|| theirs.next(&copy))));
                let reversed = Reversed(view);
                let mut ours = Dfs::new(reversed, start);
                let mut theirs = Dfs::new(Reversed(&copy), node(start));
                let ours = std::iter::from_fn(|| ours.next(reversed)).map(node);
                let theirs = std::iter::from_fn(|| theirs.next(Reversed(&copy)));
                prop_assert_eq!(sorted(ours), sorted(theirs));
            }
            let parts = |parts: Vec<Vec<NodeIndex>>| sorted(parts.into_iter().map(sorted));
            let of_ours = |parts: Vec<Vec<u32>>| -> Vec<Vec<NodeIndex>> {
                parts.into_iter().map(|part| part.into_iter().map(node).collect()).collect()
            };
            prop_assert_eq!(parts(of_ours(tarjan_scc(view))), parts(tarjan_scc(&copy)));
            prop_assert_eq!(parts(of_ours(kosaraju_scc(view))), parts(kosaraju_scc(&copy)));

            // An edge has one name, from wherever it is looked at.
            let listed: Vec<_> = view.edge_references().collect();
            prop_assert_eq!(listed.len(), view.edge_count());
            for node in view.node_identifiers() {
                for direction in [Direction::Outgoing, Direction::Incoming] {
                    for edge in view.edges_directed(node, direction) {
                        prop_assert_eq!(edge, listed[edge.id()]);
                    }
                }
            }
        }

        #[test]
        fn undirected_edges_have_one_name(
            edges in prop::collection::vec((0i64..6, 0i64..6, 1i64..6), 1..30)
        ) {
            let env = environment();
            let source = weighted_edges(edges.iter().map(|&(a, b, w)| (a, b, w as f64)));
            let graph = Graph::builder(&env).directed(false).build_weighted(&source).unwrap();
            let indexed = graph.indexed().unwrap();
            let index = indexed.petgraph().unwrap();
            let view = index.undirected_view().unwrap();
            prop_assert_eq!(view.edge_count(), edges.len());
            let listed: std::collections::BTreeMap<usize, _> =
                view.edge_references().map(|edge| (edge.id(), edge)).collect();
            prop_assert_eq!(listed.len(), edges.len());
            for node in view.node_identifiers() {
                for edge in view.edges(node) {
                    let named = listed[&edge.id()];
                    prop_assert_eq!(edge.source, node);
                    prop_assert_eq!(
                        (edge.source.min(edge.target), edge.source.max(edge.target), edge.weight),
                        (named.source, named.target, named.weight)
                    );
                }
            }
            let copy = graph.to_undirected_petgraph().unwrap();
            prop_assert_eq!(copy.edge_count(), edges.len());
            let back = Graph::from_petgraph(&env, &copy);
            prop_assert!(!back.is_directed());
            prop_assert_eq!(back.topology().unwrap().num_edges(), edges.len() as u64);
            prop_assert_eq!(
                petgraph::algo::connected_components(view),
                petgraph::algo::connected_components(&copy)
            );
        }
    }
}
