//! Whether a graph is what it should be.

use quince_core::columnar::Record;

use super::Graph;
use crate::error::Result;
use crate::vertex_key::VertexKey;

/// A test of a graph.
pub trait GraphValidator<K, VV, EV> {
    /// Whether the graph passes.
    ///
    /// # Errors
    /// If a plan fails.
    fn validate(&self, graph: &Graph<K, VV, EV>) -> Result<bool>;
}

/// A function of the graph is a test.
impl<K, VV, EV, F: Fn(&Graph<K, VV, EV>) -> Result<bool>> GraphValidator<K, VV, EV> for F {
    fn validate(&self, graph: &Graph<K, VV, EV>) -> Result<bool> {
        self(graph)
    }
}

/// Every end of an edge is a vertex: Gelly's `InvalidVertexIdsValidator`.
#[derive(Clone, Copy, Debug, Default)]
pub struct InvalidVertexIds;

impl<K: VertexKey, VV: Record, EV: Record> GraphValidator<K, VV, EV> for InvalidVertexIds {
    fn validate(&self, graph: &Graph<K, VV, EV>) -> Result<bool> {
        let ends = graph.edges().flat_map(|edge| [edge.source, edge.target]);
        let id = |id: &K| id.clone();
        Ok(ends.anti_join(&graph.vertex_ids()).on(id, id).count()? == 0)
    }
}

impl<K: VertexKey, VV: Record, EV: Record> Graph<K, VV, EV> {
    /// Whether the graph passes a test.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph, InvalidVertexIds, Vertex};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let vertices = [1u64, 2].map(|id| Vertex::new(id, ()));
    /// let graph = Graph::from_collection(&env, vertices, [(1, 2), (2, 3)].map(Edge::from));
    /// assert!(!graph.validate(&InvalidVertexIds)?);
    /// assert!(graph.filter_on_vertices(|_| true).validate(&InvalidVertexIds)?);
    /// assert!(graph.validate(&|graph: &Graph<u64>| Ok(graph.num_edges()? > 1))?);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the test fails to run.
    pub fn validate(&self, validator: &impl GraphValidator<K, VV, EV>) -> Result<bool> {
        validator.validate(self)
    }
}
