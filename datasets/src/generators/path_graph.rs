//! Paths.

use super::rule::{EdgeRule, check_size, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A path: every vertex `v` but the last is joined to `v + 1`.
///
/// Both directions occur. Gelly's `PathGraph`.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, PathGraph};
/// assert_eq!(PathGraph::new(5).expected_edges(), 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct PathGraph {
    vertex_count: u64,
}

const NAME: &str = "path graph";

impl PathGraph {
    /// The fewest vertices allowed.
    pub const MIN_VERTICES: u64 = 2;

    /// A path of `vertex_count` vertices.
    pub fn new(vertex_count: u64) -> Self {
        Self { vertex_count }
    }
}

impl GraphGenerator for PathGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        self.vertex_count.saturating_sub(1).saturating_mul(2)
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let vertices = u128::from(self.vertex_count);
        check_size(NAME, Self::MIN_VERTICES, vertices, 2 * vertices)
    }
}

impl EdgeRule for PathGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} vertices)", self.vertex_count)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let vertex = number / 2;
        if number.is_multiple_of(2) { (vertex, vertex + 1) } else { (vertex + 1, vertex) }
    }
}

source_by_rule!(PathGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn a_small_one_has_these_edges() {
        assert_eq!(edges(&PathGraph::new(3)), [(0, 1), (1, 0), (1, 2), (2, 1)]);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        assert_eq!(same_at_any_number_of_threads(&PathGraph::new(300_001)).len(), 600_000);
    }

    #[test]
    fn one_vertex_is_no_path() {
        assert!(PathGraph::new(1).validate().is_err());
    }
}
