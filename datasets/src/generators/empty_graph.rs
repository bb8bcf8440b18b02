//! Graphs without edges.

use super::rule::{EdgeRule, check_size, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// An empty graph: vertices, and no edges.
///
/// The vertices show in the source that [`GraphGenerator::vertices`] gives. Gelly's `EmptyGraph`.
///
/// ```
/// use quince_datasets::generators::{EmptyGraph, GraphGenerator};
/// let graph = EmptyGraph::new(5);
/// assert_eq!((graph.num_vertices(), graph.expected_edges()), (5, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct EmptyGraph {
    vertex_count: u64,
}

const NAME: &str = "empty graph";

impl EmptyGraph {
    /// A graph of `vertex_count` vertices.
    pub fn new(vertex_count: u64) -> Self {
        Self { vertex_count }
    }
}

impl GraphGenerator for EmptyGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        0
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        check_size(NAME, 0, self.vertex_count.into(), 0)
    }
}

impl EdgeRule for EmptyGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} vertices)", self.vertex_count)
    }

    fn edge(&self, _number: u64) -> (u64, u64) {
        unreachable!("there is no edge")
    }
}

source_by_rule!(EmptyGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{batches, edges};

    #[test]
    fn there_are_vertices_and_no_edges() {
        assert_eq!(edges(&EmptyGraph::new(7)), []);
        let vertices = batches(&EmptyGraph::new(7).vertices(), 1);
        assert_eq!(vertices[0].num_rows(), 7);
        assert!(EmptyGraph::new(0).validate().is_ok());
        assert!(EmptyGraph::new(u64::MAX).validate().is_err());
    }
}
