//! Complete graphs.

use super::rule::{EdgeRule, check_size, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A complete graph: every vertex has an edge to every other one.
///
/// Both directions occur. Gelly's `CompleteGraph`.
///
/// ```
/// use quince_datasets::generators::{CompleteGraph, GraphGenerator};
/// assert_eq!(CompleteGraph::new(5).expected_edges(), 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct CompleteGraph {
    vertex_count: u64,
}

const NAME: &str = "complete graph";

impl CompleteGraph {
    /// The fewest vertices allowed.
    pub const MIN_VERTICES: u64 = 2;

    /// A graph of `vertex_count` vertices.
    pub fn new(vertex_count: u64) -> Self {
        Self { vertex_count }
    }
}

impl GraphGenerator for CompleteGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        self.vertex_count.saturating_mul(self.vertex_count.saturating_sub(1))
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let vertices = u128::from(self.vertex_count);
        check_size(NAME, Self::MIN_VERTICES, vertices, vertices * vertices.saturating_sub(1))
    }
}

impl EdgeRule for CompleteGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} vertices)", self.vertex_count)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let others = self.vertex_count - 1;
        let (source, at) = (number / others, number % others);
        (source, at + u64::from(at >= source))
    }
}

source_by_rule!(CompleteGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn a_small_one_has_these_edges() {
        let expected = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];
        assert_eq!(edges(&CompleteGraph::new(3)), expected);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        let edges = same_at_any_number_of_threads(&CompleteGraph::new(700));
        assert_eq!(edges.len(), 700 * 699);
        assert!(edges.is_sorted() && edges.iter().all(|(s, t)| s != t && *t < 700));
    }

    #[test]
    fn bad_descriptions_are_refused() {
        assert!(CompleteGraph::new(1).validate().is_err());
        let error = CompleteGraph::new(1 << 40).validate().unwrap_err();
        assert!(matches!(error, GeneratorError::TooManyEdges { .. }), "{error}");
    }
}
