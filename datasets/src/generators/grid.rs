//! Grids.

use std::ops::Range;

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Result};

use super::GeneratorError;
use super::blocks::{EdgeBlock, VertexId, morsels};
use super::generator::generator_by_methods;

/// Vertices in one block, each with up to two edges.
const BLOCK_VERTICES: u64 = 1 << 15;

/// A grid: a lattice of rows and columns, every vertex joined to its four neighbours.
///
/// The vertex in row `r` and column `c` has the id `r * columns + c`. Each undirected edge occurs
/// once, from a vertex to the one right of it or below it; with [`Grid::wrap`] the last column is
/// joined to the first and the last row to the first (a torus), except along a side of one or two
/// vertices, where that would be a self-loop or a second edge.
///
/// ```
/// use quince_datasets::generators::Grid;
/// let grid = Grid::new(2, 3);
/// assert_eq!((grid.num_vertices(), grid.num_edges()), (6, 7));
/// assert_eq!(Grid::new(3, 3).wrap(true).num_edges(), 18);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Grid {
    rows: u64,
    columns: u64,
    wrap: bool,
}

impl Grid {
    /// The most vertices allowed: every edge must be counted by a signed 64-bit integer.
    pub const MAX_VERTICES: u64 = i64::MAX as u64 / 2;

    /// A grid of `rows` rows with `columns` vertices each.
    pub fn new(rows: u64, columns: u64) -> Self {
        Self { rows, columns, wrap: false }
    }

    /// Whether opposite sides are joined; by default not.
    pub fn wrap(mut self, wrap: bool) -> Self {
        self.wrap = wrap;
        self
    }

    /// The number of vertices.
    pub fn num_vertices(&self) -> u64 {
        self.rows.saturating_mul(self.columns)
    }

    /// The number of edges, each undirected one counted once.
    pub fn num_edges(&self) -> u64 {
        let across = self.edges_along(self.columns).saturating_mul(self.rows);
        across.saturating_add(self.edges_along(self.rows).saturating_mul(self.columns))
    }

    /// The edges of a single line of `size` vertices.
    fn edges_along(&self, size: u64) -> u64 {
        if self.wrap && size > 2 { size } else { size.saturating_sub(1) }
    }

    /// Says what is wrong with the description, if anything is.
    pub fn validate(&self) -> Result<(), GeneratorError> {
        let (generator, limit) = ("grid", Self::MAX_VERTICES);
        let vertices = u128::from(self.rows) * u128::from(self.columns);
        if vertices == 0 {
            return Err(GeneratorError::NoVertices { generator });
        }
        if vertices > u128::from(limit) {
            return Err(GeneratorError::TooManyVertices { generator, vertices, limit });
        }
        Ok(())
    }

    /// What comes after `at` on a line of `size` vertices.
    fn next_along(&self, at: u64, size: u64) -> Option<u64> {
        let wraps = self.wrap && size > 2;
        if at + 1 < size { Some(at + 1) } else { wraps.then_some(0) }
    }

    /// The edges to the right and down from `vertex`.
    fn edges_of(&self, vertex: u64) -> impl Iterator<Item = (u64, u64)> + use<> {
        let (row, column) = (vertex / self.columns, vertex % self.columns);
        let right = self.next_along(column, self.columns).map(|next| row * self.columns + next);
        let down = self.next_along(row, self.rows).map(|next| next * self.columns + column);
        right.into_iter().chain(down).map(move |target| (vertex, target))
    }

    /// The edges whose source is below `end`.
    fn edges_below(&self, end: u64) -> u64 {
        let (rows, columns) = (end / self.columns, end % self.columns);
        let across =
            rows * self.edges_along(self.columns) + columns.min(self.edges_along(self.columns));
        let down = end.min(self.edges_along(self.rows) * self.columns);
        across + down
    }

    fn blocks(&self) -> impl Iterator<Item = Block> + Send + use<> {
        let grid = self.clone();
        let end = self.num_vertices();
        (0..end.div_ceil(BLOCK_VERTICES)).map(move |at| {
            let start = at * BLOCK_VERTICES;
            Block { grid: grid.clone(), vertices: start..end.min(start + BLOCK_VERTICES) }
        })
    }
}

generator_by_methods!(Grid);

impl Source for Grid {
    fn name(&self) -> String {
        let wrap = if self.wrap { ", wrapped" } else { "" };
        format!("grid ({} rows, {} columns{wrap})", self.rows, self.columns)
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        self.validate()?;
        Ok(morsels(self.blocks(), self.num_vertices()))
    }
}

struct Block {
    grid: Grid,
    vertices: Range<u64>,
}

impl EdgeBlock for Block {
    fn num_edges(&self) -> u64 {
        self.grid.edges_below(self.vertices.end) - self.grid.edges_below(self.vertices.start)
    }

    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize {
        let edges = self.vertices.clone().flat_map(|vertex| self.grid.edges_of(vertex));
        for ((from, to), (source, target)) in edges.zip(sources.iter_mut().zip(targets)) {
            (*source, *target) = (V::from_u64(from), V::from_u64(to));
        }
        sources.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn a_small_grid_has_these_edges() {
        let expected = [(0, 1), (0, 3), (1, 2), (1, 4), (2, 5), (3, 4), (4, 5)];
        assert_eq!(edges(&Grid::new(2, 3)), expected);
        let expected = [(0, 1), (1, 2), (2, 3), (3, 0)];
        assert_eq!(edges(&Grid::new(1, 4).wrap(true)), expected);
        assert_eq!(edges(&Grid::new(1, 1).wrap(true)), []);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        let grid = Grid::new(500, 333).wrap(true);
        assert_eq!(same_at_any_number_of_threads(&grid).len(), 2 * 500 * 333);
    }

    #[test]
    fn bad_descriptions_are_refused() {
        assert!(matches!(Grid::new(0, 4).validate(), Err(GeneratorError::NoVertices { .. })));
        let error = Grid::new(1 << 40, 1 << 40).validate().unwrap_err();
        assert!(matches!(error, GeneratorError::TooManyVertices { .. }), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_pair_of_neighbours_is_joined_once(
            rows in 1u64..300, columns in 1u64..300, wrap: bool,
        ) {
            let grid = Grid::new(rows, columns).wrap(wrap);
            let edges = edges(&grid);
            prop_assert_eq!(edges.len() as u64, grid.num_edges());
            let distinct: HashSet<_> = edges.iter().map(|&(s, t)| (s.min(t), s.max(t))).collect();
            prop_assert_eq!(distinct.len(), edges.len());
            let near = |a: u64, b: u64, size| {
                a.abs_diff(b) == 1 || (wrap && size > 2 && a.abs_diff(b) == size - 1)
            };
            for (source, target) in edges {
                let (row, column) = (source / columns, source % columns);
                let (other_row, other_column) = (target / columns, target % columns);
                prop_assert!(
                    (row == other_row && near(column, other_column, columns))
                        || (column == other_column && near(row, other_row, rows))
                );
            }
        }
    }
}
