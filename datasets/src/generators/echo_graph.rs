//! Echo graphs.

use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{CirculantGraph, GeneratorError, GraphGenerator};

/// An echo graph: a circulant graph whose offsets are one range around half of the vertices.
///
/// Every vertex is joined to those that are farthest from it, which are joined to those near it,
/// and so on: like an echo. Exactly one of the number of vertices and the degree is even, so that
/// the range is symmetric and both directions of an edge occur. Gelly's `EchoGraph`.
///
/// ```
/// use quince_datasets::generators::{EchoGraph, GraphGenerator};
/// let echo = EchoGraph::new(10, 3);
/// assert_eq!(echo.expected_edges(), 30);
/// assert!(EchoGraph::new(10, 4).validate().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct EchoGraph {
    vertex_count: u64,
    vertex_degree: u64,
    circulant: CirculantGraph,
}

const NAME: &str = "echo graph";

impl EchoGraph {
    /// The fewest vertices allowed.
    pub const MIN_VERTICES: u64 = 2;

    /// A graph of `vertex_count` vertices that have `vertex_degree` neighbours each.
    pub fn new(vertex_count: u64, vertex_degree: u64) -> Self {
        let offset = vertex_count.saturating_sub(vertex_degree).saturating_add(1) / 2;
        let circulant = CirculantGraph::new(vertex_count).add_range(offset, vertex_degree);
        Self { vertex_count, vertex_degree, circulant }
    }
}

impl GraphGenerator for EchoGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        self.circulant.expected_edges()
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let Self { vertex_count, vertex_degree, .. } = *self;
        let edges = u128::from(vertex_count) * u128::from(vertex_degree);
        check_size(NAME, Self::MIN_VERTICES, vertex_count.into(), edges)?;
        let refused = |expected: String| Err(refused(NAME, "degree", vertex_degree, expected));
        if vertex_degree == 0 || vertex_degree >= vertex_count {
            return refused(format!(
                "it must be at least 1 and below {vertex_count}, the vertices"
            ));
        }
        if vertex_count % 2 == vertex_degree % 2 {
            let kind = if vertex_count % 2 == 0 { "odd" } else { "even" };
            return refused(format!("with {vertex_count} vertices it must be {kind}"));
        }
        Ok(())
    }
}

impl EdgeRule for EchoGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} vertices, degree {})", self.vertex_count, self.vertex_degree)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        self.circulant.edge(number)
    }
}

source_by_rule!(EchoGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::edges;
    use std::collections::HashSet;

    #[test]
    fn a_small_one_has_these_edges() {
        let expected = [(0, 2), (1, 3), (2, 0), (3, 1)];
        assert_eq!(edges(&EchoGraph::new(4, 1)), expected);
    }

    #[test]
    fn edges_go_both_ways_without_loops() {
        for (vertices, degree) in [(42, 13), (41, 12), (9, 8), (2, 1), (10, 9)] {
            let edges = edges(&EchoGraph::new(vertices, degree));
            let distinct: HashSet<_> = edges.iter().copied().collect();
            assert_eq!((edges.len(), distinct.len() as u64), (distinct.len(), vertices * degree));
            assert!(edges.iter().all(|&(s, t)| s != t && distinct.contains(&(t, s))));
        }
    }

    #[test]
    fn degrees_that_cannot_be_are_refused() {
        let text =
            |vertices, degree| EchoGraph::new(vertices, degree).validate().unwrap_err().to_string();
        assert_eq!(text(10, 4), "echo graph: degree is 4; with 10 vertices it must be odd");
        assert_eq!(text(9, 3), "echo graph: degree is 3; with 9 vertices it must be even");
        assert!(text(9, 0).contains("at least 1") && text(9, 10).contains("below 9"));
        assert!(text(0, 0).contains("at least 2") && text(1 << 40, u64::MAX).contains("edges"));
    }
}
