//! Stars.

use super::rule::{EdgeRule, check_size, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A star: vertex 0 is joined to every other one.
///
/// Both directions occur. Gelly's `StarGraph`.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, StarGraph};
/// assert_eq!(StarGraph::new(5).expected_edges(), 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct StarGraph {
    vertex_count: u64,
}

const NAME: &str = "star graph";

impl StarGraph {
    /// The fewest vertices allowed.
    pub const MIN_VERTICES: u64 = 2;

    /// A star of `vertex_count` vertices, the one in the middle included.
    pub fn new(vertex_count: u64) -> Self {
        Self { vertex_count }
    }
}

impl GraphGenerator for StarGraph {
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

impl EdgeRule for StarGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} vertices)", self.vertex_count)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let leaf = number / 2 + 1;
        if number.is_multiple_of(2) { (0, leaf) } else { (leaf, 0) }
    }
}

source_by_rule!(StarGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn a_small_one_has_these_edges() {
        assert_eq!(edges(&StarGraph::new(3)), [(0, 1), (1, 0), (0, 2), (2, 0)]);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        assert_eq!(same_at_any_number_of_threads(&StarGraph::new(300_001)).len(), 600_000);
    }

    #[test]
    fn one_vertex_is_no_star() {
        assert!(StarGraph::new(1).validate().is_err());
    }
}
