//! Parts of an adjacency matrix in which every cell is an edge with the same probability.
//!
//! Cells are numbered, and whole runs of them without an edge are skipped at once: how long a run
//! is follows a geometric distribution (Batagelj, Brandes: Efficient generation of large random
//! networks, 2005). Cells do not depend on each other, so ranges of them are blocks with random
//! numbers of their own.

use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

use super::blocks::{BATCH_ROWS, EdgeBlock, VertexId};
use super::random::unit_interval;

/// Edges that a block has on average, where there are as many.
const BLOCK_EDGES: f64 = BATCH_ROWS as f64;

/// Which cells there are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// All of so many rows and columns.
    Rectangle { rows: u64, columns: u64 },
    /// All of a square but the diagonal.
    Square { size: u64 },
    /// Those of a square above the diagonal.
    Triangle { size: u64 },
}

impl Shape {
    /// The number of cells.
    pub(super) fn num_cells(self) -> u128 {
        let pairs = |size: u64| u128::from(size) * u128::from(size.saturating_sub(1));
        match self {
            Self::Rectangle { rows, columns } => u128::from(rows) * u128::from(columns),
            Self::Square { size } => pairs(size),
            Self::Triangle { size } => pairs(size) / 2,
        }
    }

    /// Row and column of the cell of this number.
    #[inline]
    pub(super) fn cell(self, number: u64) -> (u64, u64) {
        match self {
            Self::Rectangle { columns, .. } => (number / columns, number % columns),
            Self::Square { size } => {
                let (row, at) = (number / (size - 1), number % (size - 1));
                (row, at + u64::from(at >= row))
            }
            // Numbered column by column: those before column c are c * (c - 1) / 2.
            Self::Triangle { .. } => {
                let column = (1 + 8 * number).isqrt().div_ceil(2);
                (number - column * (column - 1) / 2, column)
            }
        }
    }
}

/// Cells with one probability, somewhere in the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    pub(super) shape: Shape,
    /// The first row and column.
    pub(super) corner: (u64, u64),
    pub(super) probability: f64,
}

impl Region {
    /// The number of edges on average.
    pub(super) fn expected_edges(&self) -> f64 {
        self.shape.num_cells() as f64 * self.probability
    }
}

/// The blocks of some regions, none of which has 2^60 cells or more.
pub(super) fn blocks<I>(regions: I, seed: u64) -> impl Iterator<Item = CellBlock> + Send + use<I>
where
    I: Iterator<Item = Region> + Send,
{
    let mut seeds = SplitMix64::seed_from_u64(seed);
    let regions = regions.filter(|region| region.probability > 0.0);
    regions
        .flat_map(|region| {
            let end = region.shape.num_cells() as u64;
            let cells = (BLOCK_EDGES / region.probability).ceil().min((1u64 << 60) as f64) as u64;
            (0..end.div_ceil(cells)).map(move |at| (region, at * cells..end.min((at + 1) * cells)))
        })
        .map(move |(region, cells)| CellBlock {
            region,
            next: cells.start,
            end: cells.end,
            // The logarithm of the probability that a cell is no edge; -inf if all are.
            log_miss: (-region.probability).ln_1p(),
            random: Xoshiro256PlusPlus::seed_from_u64(seeds.next_u64()),
        })
}

pub(super) struct CellBlock {
    region: Region,
    next: u64,
    end: u64,
    log_miss: f64,
    random: Xoshiro256PlusPlus,
}

impl CellBlock {
    /// Passes over cells up to the next edge.
    #[inline]
    fn next_cell(&mut self) -> Option<u64> {
        // 1 - u is above 0, so its logarithm is finite; 0 / -inf skips nothing.
        let misses = (1.0 - unit_interval(self.random.next_u64())).ln() / self.log_miss;
        // Casts saturate.
        let cell = self.next.saturating_add(misses.max(0.0) as u64);
        self.next = cell.saturating_add(1);
        (cell < self.end).then_some(cell)
    }
}

impl EdgeBlock for CellBlock {
    fn num_edges(&self) -> u64 {
        self.end - self.next
    }

    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize {
        let (first_row, first_column) = self.region.corner;
        for (at, (source, target)) in sources.iter_mut().zip(&mut *targets).enumerate() {
            let Some(cell) = self.next_cell() else { return at };
            let (row, column) = self.region.shape.cell(cell);
            *source = V::from_u64(first_row + row);
            *target = V::from_u64(first_column + column);
        }
        sources.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cell_has_a_number() {
        for (shape, keep) in [
            (Shape::Rectangle { rows: 5, columns: 7 }, (|_, _| true) as fn(u64, u64) -> bool),
            (Shape::Square { size: 7 }, |row, column| row != column),
            (Shape::Triangle { size: 7 }, |row, column| row < column),
        ] {
            let rows = if matches!(shape, Shape::Rectangle { .. }) { 5 } else { 7 };
            let all = (0..rows).flat_map(|row| (0..7).map(move |column| (row, column)));
            let expected: BTreeSet<_> = all.filter(|&(row, column)| keep(row, column)).collect();
            let cells: Vec<_> = (0..shape.num_cells() as u64).map(|it| shape.cell(it)).collect();
            assert_eq!(cells.len(), expected.len(), "{shape:?}");
            assert_eq!(cells.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }

    #[test]
    fn the_last_cells_of_large_triangles_are_exact() {
        let size = 1u64 << 30;
        let shape = Shape::Triangle { size };
        let last = shape.num_cells() as u64 - 1;
        assert_eq!(shape.cell(last), (size - 2, size - 1));
        assert_eq!(shape.cell(last - (size - 2)), (0, size - 1));
        assert_eq!(shape.cell(last - (size - 1)), (size - 3, size - 2));
    }
}
