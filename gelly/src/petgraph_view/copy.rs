//! Graphs copied from petgraph and to it.

use petgraph::EdgeType;
use petgraph::graph::{DiGraph, NodeIndex, UnGraph};
use petgraph::visit::{
    EdgeRef, GraphProp, IntoEdgeReferences, IntoNodeReferences, NodeIndexable, NodeRef,
};
use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;

use crate::error::Result;
use crate::graph::{Edge, Graph, Vertex};
use crate::vertex_key::VertexKey;

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
