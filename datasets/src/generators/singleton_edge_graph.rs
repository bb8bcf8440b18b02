//! Isolated edges.

use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// Isolated edges: the vertices `2i` and `2i + 1` are joined to each other and to nobody else.
///
/// Both directions occur. Gelly's `SingletonEdgeGraph`.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, SingletonEdgeGraph};
/// let graph = SingletonEdgeGraph::new(5);
/// assert_eq!((graph.num_vertices(), graph.expected_edges()), (10, 10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct SingletonEdgeGraph {
    vertex_pair_count: u64,
}

const NAME: &str = "singleton edge graph";

impl SingletonEdgeGraph {
    /// A graph of `vertex_pair_count` pairs of vertices, at least 1.
    pub fn new(vertex_pair_count: u64) -> Self {
        Self { vertex_pair_count }
    }
}

impl GraphGenerator for SingletonEdgeGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_pair_count.saturating_mul(2)
    }

    fn expected_edges(&self) -> u64 {
        self.num_vertices()
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        if self.vertex_pair_count == 0 {
            return Err(refused(NAME, "number of pairs", 0, "give at least 1"));
        }
        let vertices = 2 * u128::from(self.vertex_pair_count);
        check_size(NAME, 2, vertices, vertices)
    }
}

impl EdgeRule for SingletonEdgeGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} pairs of vertices)", self.vertex_pair_count)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        (number, number ^ 1)
    }
}

source_by_rule!(SingletonEdgeGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn a_small_one_has_these_edges() {
        assert_eq!(edges(&SingletonEdgeGraph::new(2)), [(0, 1), (1, 0), (2, 3), (3, 2)]);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        assert_eq!(same_at_any_number_of_threads(&SingletonEdgeGraph::new(300_000)).len(), 600_000);
    }

    #[test]
    fn no_pair_is_refused() {
        let error = SingletonEdgeGraph::new(0).validate().unwrap_err();
        assert_eq!(
            error.to_string(),
            "singleton edge graph: number of pairs is 0; give at least 1"
        );
    }
}
