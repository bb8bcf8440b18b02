//! Partitions of rows, and where each morsel writes into them.

use rayon::prelude::*;

use super::{IndexOptions, Layout, PARTITION_ENTRIES};
use crate::index::pairs::{EntryValue, PairChunk};

/// Groups of rows are cut at multiples of a power of two, so that a small table finds them.
const TABLE_BITS: u32 = 16;

/// Rows cut into partitions: each has at most the rows that the layout can tell apart, and about [`PARTITION_ENTRIES`] entries
/// unless one group of rows has more.
#[derive(Debug)]
pub(super) struct Partitions {
    /// The first row of each partition, and the number of rows.
    bounds: Vec<u32>,
    /// The partition of each group of `1 << shift` rows.
    of_group: Vec<u32>,
    shift: u32,
}

impl Partitions {
    pub(super) fn cut(offsets: &[u64], layout: Layout) -> Self {
        let num_rows = offsets.len() - 1;
        let bits = usize::BITS - num_rows.leading_zeros();
        let shift = bits.saturating_sub(TABLE_BITS).min(10);
        let groups = num_rows.div_ceil(1 << shift);
        let row = |group: usize| (group << shift).min(num_rows);
        let mut bounds = vec![0u32];
        let mut of_group = Vec::with_capacity(groups);
        let mut start = 0;
        for group in 0..groups {
            let end = row(group + 1);
            let entries = offsets[end] - offsets[start];
            let full = entries as usize > PARTITION_ENTRIES || end - start > layout.max_rows();
            if full && row(group) > start {
                start = row(group);
                bounds.push(start as u32);
            }
            of_group.push(bounds.len() as u32 - 1);
        }
        bounds.push(num_rows as u32);
        Self { bounds, of_group, shift }
    }

    pub(super) fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The rows of a partition.
    pub(super) fn rows(&self, partition: usize) -> std::ops::Range<usize> {
        self.bounds[partition] as usize..self.bounds[partition + 1] as usize
    }

    /// The partition of a row.
    #[inline(always)]
    pub(super) fn of(&self, row: u32) -> usize {
        self.of_group[(row >> self.shift) as usize] as usize
    }

    /// For each chunk, where its first entry of each partition goes.
    pub(super) fn cursors<W: EntryValue>(
        &self,
        chunks: &[PairChunk<W>],
        options: IndexOptions,
        offsets: &[u64],
    ) -> Vec<Vec<usize>> {
        let count = |chunk: &PairChunk<W>| {
            let mut counts = vec![0; self.len()];
            options.for_each_entry(chunk, |row, _, _| counts[self.of(row)] += 1);
            counts
        };
        let mut cursors: Vec<Vec<usize>> = chunks.par_iter().map(count).collect();
        let start = |partition| offsets[self.rows(partition).start] as usize;
        let mut next: Vec<usize> = (0..self.len()).map(start).collect();
        for chunk in &mut cursors {
            for (count, next) in chunk.iter_mut().zip(&mut next) {
                let start = *next;
                *next += *count;
                *count = start;
            }
        }
        cursors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_cover_all_rows_and_stay_small() {
        let mut offsets = vec![0u64];
        for row in 0..300_000u64 {
            offsets.push(offsets[row as usize] + if row < 40 { 50_000 } else { row % 3 });
        }
        let layout = Layout::of(300_000);
        let partitions = Partitions::cut(&offsets, layout);
        let mut next = 0;
        for partition in 0..partitions.len() {
            let rows = partitions.rows(partition);
            assert!(rows.start == next && rows.len() <= layout.max_rows() && !rows.is_empty());
            let entries = (offsets[rows.end] - offsets[rows.start]) as usize;
            assert!(entries <= PARTITION_ENTRIES || rows.len() <= 1 << partitions.shift);
            for row in rows.clone() {
                assert_eq!(partitions.of(row as u32), partition);
            }
            next = rows.end;
        }
        assert_eq!(next, 300_000);
    }
}
