//! From pairs to compressed sparse rows.
//!
//! The plain form is a counting sort: count the entries of each row, sum the counts to offsets,
//! write each entry to the next place of its row. Its writes go all over memory. This form does
//! the same in two steps that stay in a core's cache:
//!
//! 1. **Partition.** Rows are cut into partitions of about [`PARTITION_ENTRIES`] entries. The
//!    entries of each morsel are ordered by partition, in the morsel's own memory, with enough of
//!    the row kept to tell the rows of a partition apart: in the bits that the column leaves free,
//!    or in 16 bits beside it ([`Layout`]).
//! 2. **Sort.** Each partition gathers its entries from all morsels, in their order, sorts them by
//!    row, then column, and writes them to its part of the final array.
//!
//! Peak memory: the pairs (8 bytes each; 12 if the layout does not pack) and 4 bytes an entry, both
//! with the values, and 12 bytes a key.

use serde::Serialize;

use super::csr::Csr;
use super::pairs::{EntryValue, PairChunk, Pairs};
use crate::environment::Environment;
use crate::error::Result;

mod counts;
mod dedup;
mod partition;
mod sort;

use dedup::dedup;
use partition::{Partitions, partition};
use sort::sort;

/// Entries that a partition holds, unless few rows hold more.
const PARTITION_ENTRIES: usize = 1 << 17;

/// Which side of a pair is the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// The left side: an entry (left, right) for each pair.
    Left,
    /// The right side: an entry (right, left) for each pair.
    Right,
    /// Both: (left, right) and (right, left), but one entry for a pair of a key with itself.
    Both,
}

/// What to do with pairs of a key with itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfPairs {
    /// They stay.
    #[default]
    Keep,
    /// They go; the key stays.
    Drop,
}

/// What to do with entries of the same row and column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// They stay, in the order of the input.
    #[default]
    Keep,
    /// The first stays.
    Drop,
    /// One stays, with the sum of their values.
    Sum,
    /// One stays, with the smallest of their values.
    Min,
    /// One stays, with the largest of their values.
    Max,
}

/// How to build an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IndexOptions {
    /// Which side is the row.
    pub rows: Rows,
    /// Pairs of a key with itself.
    pub self_pairs: SelfPairs,
    /// Entries of the same row and column.
    pub duplicates: Duplicates,
}

impl IndexOptions {
    /// Calls `visit(row, column, value)` for the entries of a chunk of pairs, in order.
    ///
    /// The choice of rows is made outside the loop, so that the loop is as plain as it can be.
    #[inline(always)]
    fn for_each_entry<W: EntryValue>(
        self,
        chunk: &PairChunk<W>,
        mut visit: impl FnMut(u32, u32, W),
    ) {
        let drops = self.self_pairs == SelfPairs::Drop;
        let pairs = chunk.iter().filter(|(left, right, _)| !(drops && left == right));
        match self.rows {
            Rows::Left => pairs.for_each(|(left, right, value)| visit(left, right, value)),
            Rows::Right => pairs.for_each(|(left, right, value)| visit(right, left, value)),
            Rows::Both => pairs.for_each(|(left, right, value)| {
                visit(left, right, value);
                if left != right {
                    visit(right, left, value);
                }
            }),
        }
    }
}

/// Where the row of an entry is kept until its partition is sorted.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Bits of a column.
    column_bits: u32,
}

impl Layout {
    /// Columns of more bits leave too few for rows: partitions would be too many.
    const MAX_PACKED_BITS: u32 = 22;

    fn of(num_keys: usize) -> Self {
        Self { column_bits: usize::BITS - num_keys.saturating_sub(1).leading_zeros() }
    }

    /// Whether the row goes into the bits above the column.
    fn packs(self) -> bool {
        self.column_bits <= Self::MAX_PACKED_BITS
    }

    /// The most rows of a partition.
    fn max_rows(self) -> usize {
        1 << if self.packs() { (u32::BITS - self.column_bits).min(16) } else { 16 }
    }

    /// The bits of a row that are kept.
    fn row_mask(self) -> u32 {
        u32::MAX >> self.column_bits
    }

    /// The column with the low bits of the row above it.
    #[inline(always)]
    fn pack(self, row: u32, column: u32) -> u32 {
        column | row.wrapping_shl(self.column_bits)
    }

    /// The column and the low bits of the row.
    #[inline(always)]
    fn unpack(self, packed: u32) -> (u32, u32) {
        (packed & ((1 << self.column_bits) - 1), packed >> self.column_bits)
    }
}

impl<W: EntryValue> Csr<W> {
    /// Builds the index of `pairs`, which it uses up. O(pairs + keys) time.
    pub fn build(env: &Environment, pairs: Pairs<W>, options: IndexOptions) -> Result<Self> {
        env.run("index", || {
            let mut offsets = counts::offsets(env, &pairs, options)?;
            env.check_cancelled()?;
            let layout = Layout::of(offsets.len() - 1);
            let partitions = Partitions::cut(&offsets, layout);
            let chunks = partition(env, pairs.chunks, options, layout, &partitions)?;
            let (mut columns, mut values) = sort(env, &chunks, layout, &partitions, &offsets)?;
            drop(chunks);
            if options.duplicates != Duplicates::Keep {
                dedup::<W>(env, &mut offsets, &mut columns, &mut values, options.duplicates)?;
            }
            Self::new(env, offsets, columns, values, options.rows == Rows::Both)
        })
    }
}

#[cfg(test)]
mod tests;
