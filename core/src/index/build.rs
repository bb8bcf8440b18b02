//! From pairs to compressed sparse rows.
//!
//! The plain form is a counting sort: count the entries of each row, sum the counts to offsets,
//! write each entry to the next place of its row. Its writes go all over memory. This form does
//! the same in two steps that stay in the cache:
//!
//! 1. **Partition.** Rows are cut into partitions of about [`PARTITION_ENTRIES`] entries. Each
//!    morsel of pairs is read once, and each entry is written to its partition's part of the final
//!    arrays: the column at its place among the columns, the row (16 bits, relative to the
//!    partition) beside it. Where a morsel's entries of a partition go is known beforehand, so
//!    the order is that of the input at any number of threads. A morsel is given back once read.
//! 2. **Sort.** Each partition is sorted by row, then column, in place, with scratch that fits a
//!    core's cache.
//!
//! Peak memory: the pairs (8 bytes each, falling as they are read), 6 bytes an entry (and its
//! value), 12 bytes a key.

use rayon::prelude::*;
use serde::Serialize;

use super::csr::Csr;
use super::pairs::{EntryValue, PairChunk, Pairs};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::memory::{Segment, SharedSlice};

mod counts;
mod dedup;
mod partition;
mod sort;

use partition::Partitions;

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
    /// The entries that one pair gives, as (row, column).
    #[inline(always)]
    fn entries(self, left: u32, right: u32) -> [Option<(u32, u32)>; 2] {
        if left == right && self.self_pairs == SelfPairs::Drop {
            return [None, None];
        }
        match self.rows {
            Rows::Left => [Some((left, right)), None],
            Rows::Right => [Some((right, left)), None],
            Rows::Both if left == right => [Some((left, right)), None],
            Rows::Both => [Some((left, right)), Some((right, left))],
        }
    }
}

impl<W: EntryValue> Csr<W> {
    /// Builds the index of `pairs`, which it uses up. O(pairs + keys) time.
    pub fn build(env: &Environment, pairs: Pairs<W>, options: IndexOptions) -> Result<Self> {
        env.run("index", || {
            let mut offsets = counts::offsets(env, &pairs, options)?;
            env.check_cancelled()?;
            let partitions = Partitions::cut(&offsets);
            let mut entries = Entries::scatter(env, pairs.chunks, options, &partitions, &offsets)?;
            env.check_cancelled()?;
            sort::sort(env, &mut entries, &partitions, &offsets)?;
            let Entries { mut columns, mut values, rows } = entries;
            drop(rows);
            if options.duplicates != Duplicates::Keep {
                dedup::<W>(env, &mut offsets, &mut columns, &mut values, options.duplicates)?;
            }
            Ok(Self::new(offsets, columns, values, options.rows == Rows::Both))
        })
    }
}

use dedup::dedup;

/// The entries on their way to the final arrays.
struct Entries<W: EntryValue> {
    columns: Segment<u32>,
    values: Segment<W::Word>,
    /// The row of each entry, relative to the first row of its partition.
    rows: Segment<u16>,
}

impl<W: EntryValue> Entries<W> {
    fn scatter(
        env: &Environment,
        chunks: Vec<PairChunk<W>>,
        options: IndexOptions,
        partitions: &Partitions,
        offsets: &[u64],
    ) -> Result<Self> {
        let num_entries = offsets[offsets.len() - 1] as usize;
        let cursors = partitions.cursors(&chunks, options, offsets);
        let memory = env.memory();
        let mut columns = memory.allocate::<u32>("index", num_entries)?;
        let mut values = memory.allocate::<W::Word>("index", if W::STORED { num_entries } else { 0 })?;
        let mut rows = memory.allocate::<u16>("index build", num_entries)?;
        let (shared_columns, shared_values, shared_rows) = (
            SharedSlice::new(&mut columns),
            SharedSlice::new(&mut values),
            SharedSlice::new(&mut rows),
        );
        chunks.into_par_iter().zip(cursors).try_for_each(|(chunk, mut cursors)| {
            env.check_cancelled()?;
            for (left, right, value) in chunk.iter() {
                for (row, column) in options.entries(left, right).into_iter().flatten() {
                    let (partition, local) = partitions.locate(row);
                    let place = &mut cursors[partition];
                    shared_columns.store(*place as usize, column);
                    shared_rows.store(*place as usize, local);
                    if W::STORED {
                        shared_values.store(*place as usize, value.to_word());
                    }
                    *place += 1;
                }
            }
            Ok::<_, Error>(())
        })?;
        Ok(Self { columns, values, rows })
    }
}

#[cfg(test)]
mod tests;
