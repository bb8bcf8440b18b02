//! Where each row begins.

use std::ops::Range;

use rayon::prelude::*;

use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{Segment, prefetch};

/// Where each row begins in the entries of an index, and the end of the last: numbers that never
/// fall, from 0.
///
/// Takes 4 bytes a row for any number of entries: of each number the low 32 bits are kept, and
/// which rows are the first behind another 2^32 entries.
#[derive(Debug)]
pub struct Offsets {
    /// One more than there are rows.
    low: Segment<u32>,
    /// Ascending; once for each 2^32 entries.
    carries: Vec<u32>,
}

impl Offsets {
    /// # Panics
    /// If the numbers fall or do not begin with 0, or a row has 2^32 entries or more.
    pub(super) fn new(env: &Environment, offsets: &[u64]) -> Result<Self> {
        let is_row =
            |ends: &[u64; 2]| ends[0] <= ends[1] && ends[1] - ends[0] <= u64::from(u32::MAX);
        let are_rows = offsets.first() == Some(&0) && offsets.array_windows().all(is_row);
        assert!(are_rows, "offsets rise from 0, by less than 2^32");
        let mut low = env.memory().allocate::<u32>("index", offsets.len())?;
        env.install(|| {
            let pieces = low.par_chunks_mut(PIECE).zip(offsets.par_chunks(PIECE));
            pieces.for_each(|(low, offsets)| {
                low.iter_mut().zip(offsets).for_each(|(low, &offset)| *low = offset as u32);
            });
        });
        let total = offsets[offsets.len() - 1];
        let first_from = |high: u64| offsets.partition_point(|&offset| offset >> 32 < high) as u32;
        Ok(Self { low, carries: (1..=total >> 32).map(first_from).collect() })
    }

    /// Where row `row` begins; for the number of rows, the number of entries.
    #[inline(always)]
    pub fn get(&self, row: usize) -> u64 {
        self.widen(row, self.low[row])
    }

    /// The entries of row `row`.
    #[inline(always)]
    pub fn row(&self, row: u32) -> Range<usize> {
        let row = row as usize;
        let ends: &[u32; 2] = self.low[row..].first_chunk().expect("a row has an end");
        self.widen(row, ends[0]) as usize..self.widen(row + 1, ends[1]) as usize
    }

    /// The number of rows.
    pub fn num_rows(&self) -> usize {
        self.low.len() - 1
    }

    /// Where each row begins, and the end of the last.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.low.iter().enumerate().map(|(row, &low)| self.widen(row, low))
    }

    /// The number of entries of each of these rows.
    #[inline(always)]
    pub(super) fn lengths(&self, rows: &Range<u32>) -> impl Iterator<Item = usize> + '_ {
        let low = &self.low[rows.start as usize..=rows.end as usize];
        low.iter().zip(&low[1..]).map(|(start, end)| end.wrapping_sub(*start) as usize)
    }

    /// Asks for where row `row` begins and ends.
    #[inline(always)]
    pub(super) fn prefetch(&self, row: u32) {
        prefetch(&self.low, row as usize);
    }

    /// Bytes of the budget that they hold.
    pub(super) fn num_bytes(&self) -> usize {
        self.low.num_bytes()
    }

    #[inline(always)]
    fn widen(&self, row: usize, low: u32) -> u64 {
        let low = u64::from(low);
        if self.carries.is_empty() { low } else { low + self.carried(row) }
    }

    /// What stands above the low 32 bits.
    #[cold]
    #[inline(never)]
    fn carried(&self, row: usize) -> u64 {
        (self.carries.partition_point(|&first| first as usize <= row) as u64) << 32
    }
}

impl PartialEq for Offsets {
    fn eq(&self, other: &Self) -> bool {
        self.low[..] == other.low[..] && self.carries == other.carries
    }
}

/// Rows that a thread narrows at a time.
const PIECE: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_32_bits_come_back() {
        let env = Environment::builder().threads(2).build().unwrap();
        let four = 1 << 32;
        let check = |numbers: &[u64]| {
            let offsets = Offsets::new(&env, numbers).unwrap();
            assert!(offsets.iter().eq(numbers.iter().copied()), "{numbers:?}");
            let rows = offsets.num_rows();
            for (row, ends) in numbers.windows(2).enumerate() {
                assert_eq!(offsets.row(row as u32), ends[0] as usize..ends[1] as usize);
                assert_eq!(offsets.get(row), ends[0]);
            }
            let lengths = numbers.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
            assert!(offsets.lengths(&(0..rows as u32)).eq(lengths));
        };
        check(&[0]);
        check(&[0, 0, 3, 7]);
        check(&[0, 5, four - 1, four - 1, four, four, four + 9]);
        check(&[0, four - 1, 2 * four - 2, 2 * four - 2, 2 * four, 3 * four - 1]);
    }
}
