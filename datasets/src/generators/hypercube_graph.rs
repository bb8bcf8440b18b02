//! Hypercubes.

use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A hypercube: `2^dimensions` vertices, joined where their ids differ in one bit.
///
/// Both directions occur. Gelly's `HypercubeGraph`.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, HypercubeGraph};
/// let cube = HypercubeGraph::new(3);
/// assert_eq!((cube.num_vertices(), cube.expected_edges()), (8, 24));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct HypercubeGraph {
    dimensions: u32,
}

const NAME: &str = "hypercube graph";

impl HypercubeGraph {
    /// The most dimensions allowed: more edges could not be counted.
    pub const MAX_DIMENSIONS: u32 = 57;

    /// A hypercube of so many dimensions, at least 1.
    pub fn new(dimensions: u32) -> Self {
        Self { dimensions }
    }
}

impl GraphGenerator for HypercubeGraph {
    fn num_vertices(&self) -> u64 {
        1u64.checked_shl(self.dimensions).unwrap_or(u64::MAX)
    }

    fn expected_edges(&self) -> u64 {
        self.num_vertices().saturating_mul(self.dimensions.into())
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        if !(1..=Self::MAX_DIMENSIONS).contains(&self.dimensions) {
            let expected = format!("from 1 to {} are allowed", Self::MAX_DIMENSIONS);
            return Err(refused(NAME, "number of dimensions", self.dimensions, expected));
        }
        check_size(NAME, 2, self.num_vertices().into(), self.expected_edges().into())
    }
}

impl EdgeRule for HypercubeGraph {
    fn describe(&self) -> String {
        format!("{NAME} ({} dimensions)", self.dimensions)
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let dimensions = u64::from(self.dimensions);
        let (source, bit) = (number / dimensions, number % dimensions);
        (source, source ^ (1 << bit))
    }
}

source_by_rule!(HypercubeGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn a_square_has_these_edges() {
        let expected = [(0, 1), (0, 2), (1, 0), (1, 3), (2, 3), (2, 0), (3, 2), (3, 1)];
        assert_eq!(edges(&HypercubeGraph::new(2)), expected);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        assert_eq!(same_at_any_number_of_threads(&HypercubeGraph::new(15)).len(), 15 << 15);
    }

    #[test]
    fn bad_dimensions_are_refused() {
        assert!(HypercubeGraph::new(57).validate().is_ok());
        for dimensions in [0, 58, 64, u32::MAX] {
            let error = HypercubeGraph::new(dimensions).validate().unwrap_err();
            assert!(error.to_string().ends_with("from 1 to 57 are allowed"), "{error}");
        }
    }
}
