//! Cycles.

use super::rule::{EdgeRule, check_size, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A cycle: every vertex `v` is joined to `(v + 1) mod n`.
///
/// Both directions occur; two vertices are joined once. Gelly's `CycleGraph`.
///
/// ```
/// use quince_datasets::generators::{CycleGraph, GraphGenerator};
/// assert_eq!(CycleGraph::new(5).expected_edges(), 10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct CycleGraph {
    vertex_count: u64,
}

const NAME: &str = "cycle graph";

impl CycleGraph {
    /// The fewest vertices allowed.
    pub const MIN_VERTICES: u64 = 2;

    /// A cycle of `vertex_count` vertices.
    pub fn new(vertex_count: u64) -> Self {
        Self { vertex_count }
    }
}

impl GraphGenerator for CycleGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        if self.vertex_count == 2 { 2 } else { self.vertex_count.saturating_mul(2) }
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let vertices = u128::from(self.vertex_count);
        check_size(NAME, Self::MIN_VERTICES, vertices, 2 * vertices)
    }
}

impl EdgeRule for CycleGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} vertices)", self.vertex_count)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let last = self.vertex_count - 1;
        let vertex = number / 2;
        let next = if vertex == last { 0 } else { vertex + 1 };
        if number.is_multiple_of(2) { (vertex, next) } else { (next, vertex) }
    }
}

source_by_rule!(CycleGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn small_ones_have_these_edges() {
        assert_eq!(edges(&CycleGraph::new(2)), [(0, 1), (1, 0)]);
        let expected = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 0), (0, 2)];
        assert_eq!(edges(&CycleGraph::new(3)), expected);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        assert_eq!(same_at_any_number_of_threads(&CycleGraph::new(300_000)).len(), 600_000);
    }

    #[test]
    fn one_vertex_is_no_cycle() {
        let error = CycleGraph::new(1).validate().unwrap_err();
        assert_eq!(error.to_string(), "cycle graph: 1 vertices; give at least 2");
    }
}
