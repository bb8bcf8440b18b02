//! Grids of any number of dimensions.

use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A grid: every vertex is joined to the next one along each dimension.
///
/// Ids are row-major: the last dimension varies fastest. Where endpoints wrap, the last vertex of
/// a line is joined to the first, unless there are only two. Both directions of an edge occur,
/// dimension by dimension. Gelly's `GridGraph`; [`Grid`](super::Grid) gives the edges of two
/// dimensions once each.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, GridGraph};
/// let tube = GridGraph::new().add_dimension(5, false).add_dimension(4, true);
/// assert_eq!((tube.num_vertices(), tube.expected_edges()), (20, 2 * (4 * 4 + 5 * 4)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct GridGraph {
    dimensions: Vec<Dimension>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dimension {
    size: u64,
    wrap_endpoints: bool,
}

const NAME: &str = "grid graph";

impl Dimension {
    /// The pairs of neighbours along a line.
    fn pairs(self) -> u64 {
        if self.wrap_endpoints && self.size > 2 { self.size } else { self.size.saturating_sub(1) }
    }
}

impl GridGraph {
    /// The least size of a dimension.
    pub const MIN_SIZE: u64 = 2;

    /// A grid without dimensions yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dimension of `size` vertices, whose first and last are joined if `wrap_endpoints`.
    pub fn add_dimension(mut self, size: u64, wrap_endpoints: bool) -> Self {
        self.dimensions.push(Dimension { size, wrap_endpoints });
        self
    }

    /// The edges along a dimension in the whole grid.
    fn edges_along(&self, dimension: Dimension) -> u128 {
        2 * self.vertices() / u128::from(dimension.size.max(1)) * u128::from(dimension.pairs())
    }

    fn vertices(&self) -> u128 {
        let product = |all: u128, dimension: &Dimension| all.saturating_mul(dimension.size.into());
        if self.dimensions.is_empty() { 0 } else { self.dimensions.iter().fold(1, product) }
    }

    fn edges(&self) -> u128 {
        let edges = self.dimensions.iter().map(|&dimension| self.edges_along(dimension));
        edges.fold(0, u128::saturating_add)
    }
}

impl GraphGenerator for GridGraph {
    fn num_vertices(&self) -> u64 {
        u64::try_from(self.vertices()).unwrap_or(u64::MAX)
    }

    fn expected_edges(&self) -> u64 {
        u64::try_from(self.edges()).unwrap_or(u64::MAX)
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        if self.dimensions.is_empty() {
            return Err(refused(NAME, "number of dimensions", 0, "add at least one"));
        }
        if let Some(short) = self.dimensions.iter().find(|it| it.size < Self::MIN_SIZE) {
            return Err(refused(NAME, "size of a dimension", short.size, "give at least 2"));
        }
        // The vertices first: edges are counted by them.
        check_size(NAME, 1, self.vertices(), 0)?;
        check_size(NAME, 1, self.vertices(), self.edges())
    }
}

impl EdgeRule for GridGraph {
    fn describe(&self) -> String {
        let dimension = |it: &Dimension| format!("{}:{}", it.size, it.wrap_endpoints);
        let dimensions: Vec<_> = self.dimensions.iter().map(dimension).collect();
        format!("{NAME} ({})", dimensions.join(", "))
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let mut at = number;
        // How far neighbours along the dimension are from each other.
        let mut stride = 1;
        for &dimension in self.dimensions.iter().rev() {
            let along = self.edges_along(dimension) as u64;
            if at < along {
                let (pair, backward) = (at / 2, at % 2 == 1);
                let (line, from) = (pair / dimension.pairs(), pair % dimension.pairs());
                let to = if from + 1 == dimension.size { 0 } else { from + 1 };
                // The line's first vertex: the dimensions above, then those below.
                let first = line / stride * stride * dimension.size + line % stride;
                let ends = (first + from * stride, first + to * stride);
                return if backward { (ends.1, ends.0) } else { ends };
            }
            at -= along;
            stride *= dimension.size;
        }
        unreachable!("there are fewer edges")
    }
}

source_by_rule!(GridGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_small_grid_has_these_edges() {
        let grid = GridGraph::new().add_dimension(2, true).add_dimension(3, false);
        let mut edges = edges(&grid);
        edges.retain(|(s, t)| s < t);
        edges.sort_unstable();
        assert_eq!(edges, [(0, 1), (0, 3), (1, 2), (1, 4), (2, 5), (3, 4), (4, 5)]);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        let grid = GridGraph::new().add_dimension(50, true).add_dimension(60, false);
        let edges = same_at_any_number_of_threads(&grid.add_dimension(70, true));
        assert_eq!(edges.len(), 2 * (210_000 + 59 * 3500 + 210_000));
    }

    /// The coordinates of a vertex.
    fn coordinates(mut id: u64, sizes: &[(u64, bool)]) -> Vec<u64> {
        let mut coordinates = vec![0; sizes.len()];
        for (at, &(size, _)) in sizes.iter().enumerate().rev() {
            coordinates[at] = id % size;
            id /= size;
        }
        coordinates
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn neighbours_differ_by_one_in_one_dimension(
            sizes in proptest::collection::vec((2u64..7, any::<bool>()), 1..5),
        ) {
            let grid = sizes.iter().fold(GridGraph::new(), |grid, &(size, wrap)| {
                grid.add_dimension(size, wrap)
            });
            let mut expected = BTreeSet::new();
            for a in 0..grid.num_vertices() {
                for b in 0..grid.num_vertices() {
                    let (left, right) = (coordinates(a, &sizes), coordinates(b, &sizes));
                    let differ: Vec<_> = (0..sizes.len()).filter(|&at| left[at] != right[at]).collect();
                    let &[at] = differ.as_slice() else { continue };
                    let (size, wrap) = sizes[at];
                    let apart = left[at].abs_diff(right[at]);
                    if apart == 1 || (wrap && apart == size - 1) {
                        expected.insert((a, b));
                    }
                }
            }
            let edges = edges(&grid);
            prop_assert_eq!(edges.len() as u64, grid.expected_edges());
            prop_assert_eq!(edges.len(), expected.len());
            prop_assert_eq!(edges.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }

    #[test]
    fn bad_descriptions_are_refused() {
        let text = |grid: GridGraph| grid.validate().unwrap_err().to_string();
        assert!(text(GridGraph::new()).contains("add at least one"));
        assert!(text(GridGraph::new().add_dimension(1, false)).contains("at least 2"));
        let large = (0..70).fold(GridGraph::new(), |grid, _| grid.add_dimension(1000, false));
        assert!(text(large).contains("at most"));
    }
}
