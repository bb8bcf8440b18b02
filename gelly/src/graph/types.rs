//! What a graph is made of: vertices, edges, and how they are looked at.

use std::fmt;

use quince_core::columnar::Record;

/// A vertex: its id and its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct Vertex<K, VV = ()> {
    /// The id, which no other vertex of a graph has.
    pub id: K,
    /// The value.
    pub value: VV,
}

/// An edge: where it leaves, where it leads, and its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct Edge<K, EV = ()> {
    /// The id of the vertex that it leaves.
    pub source: K,
    /// The id of the vertex that it reaches.
    pub target: K,
    /// The value.
    pub value: EV,
}

/// An edge with the values of its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct Triplet<K, VV = (), EV = ()> {
    /// The vertex that the edge leaves.
    pub source: Vertex<K, VV>,
    /// The vertex that it reaches.
    pub target: Vertex<K, VV>,
    /// The value of the edge.
    pub value: EV,
}

impl<K, VV> Vertex<K, VV> {
    /// A vertex.
    ///
    /// ```
    /// use quince_gelly::Vertex;
    /// assert_eq!(Vertex::new(7, "seven").value, "seven");
    /// ```
    pub fn new(id: K, value: VV) -> Self {
        Self { id, value }
    }
}

impl<K, VV> From<(K, VV)> for Vertex<K, VV> {
    fn from((id, value): (K, VV)) -> Self {
        Self { id, value }
    }
}

impl<K, VV> From<Vertex<K, VV>> for (K, VV) {
    fn from(Vertex { id, value }: Vertex<K, VV>) -> Self {
        (id, value)
    }
}

impl<K, EV> Edge<K, EV> {
    /// An edge.
    ///
    /// ```
    /// use quince_gelly::Edge;
    /// assert_eq!(Edge::new(1, 2, 0.5).target, 2);
    /// ```
    pub fn new(source: K, target: K, value: EV) -> Self {
        Self { source, target, value }
    }

    /// The same edge the other way.
    ///
    /// ```
    /// use quince_gelly::Edge;
    /// assert_eq!(Edge::new(1, 2, 'x').reverse(), Edge::new(2, 1, 'x'));
    /// ```
    #[must_use]
    pub fn reverse(self) -> Self {
        Self { source: self.target, target: self.source, value: self.value }
    }
}

impl<K, EV> From<(K, K, EV)> for Edge<K, EV> {
    fn from((source, target, value): (K, K, EV)) -> Self {
        Self { source, target, value }
    }
}

impl<K> From<(K, K)> for Edge<K> {
    fn from((source, target): (K, K)) -> Self {
        Self { source, target, value: () }
    }
}

impl<K, EV> From<Edge<K, EV>> for (K, K, EV) {
    fn from(Edge { source, target, value }: Edge<K, EV>) -> Self {
        (source, target, value)
    }
}

impl<K: Clone, VV, EV> Triplet<K, VV, EV> {
    /// The edge alone.
    ///
    /// ```
    /// use quince_gelly::{Edge, Triplet, Vertex};
    /// let [source, target] = [Vertex::new(1, 'a'), Vertex::new(2, 'b')];
    /// assert_eq!(Triplet { source, target, value: 0.5 }.edge(), Edge::new(1, 2, 0.5));
    /// ```
    pub fn edge(self) -> Edge<K, EV> {
        Edge { source: self.source.id, target: self.target.id, value: self.value }
    }
}

/// Which edges of a vertex, or neighbours across them, are looked at: Gelly's `EdgeDirection`.
///
/// [`EdgeDirection`](crate::EdgeDirection) names an index instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Neighborhood {
    /// Edges into the vertex.
    In,
    /// Edges out of the vertex.
    Out,
    /// Both; an edge from a vertex to itself is looked at twice.
    All,
}

impl fmt::Display for Neighborhood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::In => "in",
            Self::Out => "out",
            Self::All => "all",
        })
    }
}

/// Which ways two neighbours are joined: bits as in Gelly's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EdgeOrder {
    /// Only backward.
    Reverse = 1,
    /// Only forward.
    Forward = 2,
    /// Both ways.
    Mutual = 3,
}

impl EdgeOrder {
    /// As bits: 2 says forward, 1 says backward.
    ///
    /// ```
    /// use quince_gelly::EdgeOrder;
    /// assert_eq!(EdgeOrder::Forward.bits() | EdgeOrder::Reverse.bits(), EdgeOrder::Mutual.bits());
    /// ```
    pub fn bits(self) -> u8 {
        self as u8
    }

    /// From bits, if one of the two is set and no other.
    ///
    /// ```
    /// use quince_gelly::EdgeOrder;
    /// assert_eq!(EdgeOrder::from_bits(2), Some(EdgeOrder::Forward));
    /// assert_eq!(EdgeOrder::from_bits(0), None);
    /// ```
    pub fn from_bits(bits: u8) -> Option<Self> {
        [Self::Reverse, Self::Forward, Self::Mutual].into_iter().find(|order| order.bits() == bits)
    }
}
