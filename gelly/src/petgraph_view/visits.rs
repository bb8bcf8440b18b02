//! The traits by which petgraph's algorithms look at a graph.

use std::iter::{Copied, Map};
use std::ops::Range;
use std::slice::Iter;

use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, GetAdjacencyMatrix, GraphBase, GraphProp, GraphRef,
    IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable,
    VisitMap, Visitable,
};
use petgraph::{Direction, EdgeType};
use quince_core::index::{EntryValue, StaticIndex};

use super::{AllEdges, EdgesAt, GraphView, ViewedEdge};

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
    type Neighbors = Copied<Iter<'a, u32>>;

    fn neighbors(self, node: u32) -> Self::Neighbors {
        self.out.row(node).iter().copied()
    }
}

impl<'a, E: EntryValue, Ty> IntoNeighborsDirected for GraphView<'a, E, Ty> {
    type NeighborsDirected = Copied<Iter<'a, u32>>;

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
    type NodeReferences = Map<Range<u32>, fn(u32) -> (u32, ())>;

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
