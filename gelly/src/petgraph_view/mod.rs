//! petgraph: its algorithms on an index without a copy, and graphs copied both ways.
//!
//! [`GraphView`] lends the rows of an index to petgraph. Nodes are the dense ids of the index
//! ([`Graph::find`] and [`Dictionary::key`](quince_core::index::Dictionary::key) go from the ids of
//! the user and back), an edge is named by the place of its entry in the rows of sources, and a
//! weight is what an entry holds.
//!
//! In an undirected graph an edge has an entry at either end; it is named by that of the smaller
//! dense id, and listed once.

mod copy;
#[cfg(test)]
mod tests;
mod visits;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use petgraph::visit::{EdgeRef, IntoEdges};
use petgraph::{Directed, EdgeType, Undirected};
use quince_core::index::{Csr, EntryValue, StaticIndex};

use crate::error::Result;
use crate::indexed_graph::{EdgeDirection, IndexedGraph};

pub use visits::Visited;

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
            self.out.offsets().get(node as usize) as usize + at
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
        self.out.offsets().get(other as usize) as usize + first + before
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
