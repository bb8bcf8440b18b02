//! Partitions of rows, and the entries of each morsel ordered by partition.

use std::ops::Range;

use super::{IndexOptions, Layout, PARTITION_ENTRIES};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::lanes;
use crate::index::pairs::{EntryValue, PairChunk};
use crate::memory::Segment;

/// Groups of rows are cut at multiples of a power of two, so that a small table finds them.
const TABLE_BITS: u32 = 16;

/// Rows cut into partitions: each has at most the rows that the layout can tell apart, and about
/// [`PARTITION_ENTRIES`] entries unless one group of rows has more.
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
    pub(super) fn rows(&self, partition: usize) -> Range<usize> {
        self.bounds[partition] as usize..self.bounds[partition + 1] as usize
    }

    /// The partition of a row.
    #[inline(always)]
    pub(super) fn of(&self, row: u32) -> usize {
        self.of_group[(row >> self.shift) as usize] as usize
    }
}

/// The entries of one morsel, ordered by partition and inside it by the order of the input.
///
/// They lie in the memory that held the pairs: a pair is two words and gives at most two entries.
pub(super) struct EntryChunk<W: EntryValue> {
    /// The column of each entry; above it, if the layout packs, the low bits of its row. Goes on
    /// in `more_columns`.
    columns: Segment<u32>,
    more_columns: Segment<u32>,
    /// The low 16 bits of each entry's row; empty if the layout packs.
    rows: Segment<u16>,
    /// Empty if `W` stores nothing.
    values: Segment<W::Word>,
    /// Where the entries of each partition begin, and the end of the last.
    starts: Vec<u32>,
}

impl<W: EntryValue> EntryChunk<W> {
    /// The columns of a partition's entries, in two runs.
    pub(super) fn columns(&self, partition: usize) -> [&[u32]; 2] {
        let Range { start, end } = self.places(partition);
        let split = self.columns.len();
        [
            &self.columns[start.min(split)..end.min(split)],
            &self.more_columns[start.max(split) - split..end.max(split) - split],
        ]
    }

    /// The rows of a partition's entries, unless they are packed.
    pub(super) fn rows(&self, partition: usize) -> &[u16] {
        if self.rows.is_empty() { &[] } else { &self.rows[self.places(partition)] }
    }

    /// The values of a partition's entries, if there are any.
    pub(super) fn values(&self, partition: usize) -> &[W::Word] {
        if self.values.is_empty() { &[] } else { &self.values[self.places(partition)] }
    }

    fn places(&self, partition: usize) -> Range<usize> {
        self.starts[partition] as usize..self.starts[partition + 1] as usize
    }
}

/// Orders the entries of every chunk by partition.
pub(super) fn partition<W: EntryValue>(
    env: &Environment,
    chunks: Vec<PairChunk<W>>,
    options: IndexOptions,
    layout: Layout,
    partitions: &Partitions,
) -> Result<Vec<EntryChunk<W>>> {
    let longest = chunks.iter().map(|chunk| 2 * chunk.left.len()).max().unwrap_or(0);
    let scratch = || Scratch::new::<W>(env, longest, layout);
    lanes::map(env, chunks, scratch, |scratch, chunk| {
        if layout.packs() {
            scratch.order::<W, true>(env, chunk, options, layout, partitions)
        } else {
            scratch.order::<W, false>(env, chunk, options, layout, partitions)
        }
    })
}

/// What a worker orders a chunk in, before it goes back to the chunk's memory.
struct Scratch<V> {
    columns: Segment<u32>,
    rows: Segment<u16>,
    values: Segment<V>,
}

impl<V: bytemuck::Pod> Scratch<V> {
    fn new<W: EntryValue<Word = V>>(
        env: &Environment,
        longest: usize,
        layout: Layout,
    ) -> Result<Self> {
        let memory = env.memory();
        Ok(Self {
            columns: memory.allocate("index build", longest)?,
            rows: memory.allocate("index build", if layout.packs() { 0 } else { longest })?,
            values: memory.allocate("index build", if W::STORED { longest } else { 0 })?,
        })
    }

    fn order<W: EntryValue<Word = V>, const PACKS: bool>(
        &mut self,
        env: &Environment,
        mut chunk: PairChunk<W>,
        options: IndexOptions,
        layout: Layout,
        partitions: &Partitions,
    ) -> Result<EntryChunk<W>> {
        let starts = starts(&chunk, options, partitions);
        let mut next = starts.clone();
        let Self { columns, rows, values } = self;
        options.for_each_entry(&chunk, |row, column, value| {
            let place = &mut next[partitions.of(row)];
            let at = *place as usize;
            if PACKS {
                columns[at] = layout.pack(row, column);
            } else {
                columns[at] = column;
                rows[at] = row as u16;
            }
            if W::STORED {
                values[at] = value.to_word();
            }
            *place += 1;
        });
        let len = starts[partitions.len()] as usize;
        let split = len.min(chunk.left.len());
        chunk.left[..split].copy_from_slice(&columns[..split]);
        chunk.right[..len - split].copy_from_slice(&columns[split..len]);
        chunk.right.resize(len - split)?;
        let mut kept_rows = env.memory().allocate("index build", if PACKS { 0 } else { len })?;
        kept_rows.copy_from_slice(&rows[..if PACKS { 0 } else { len }]);
        chunk.values.resize(if W::STORED { len } else { 0 })?;
        let num_values = chunk.values.len();
        chunk.values.copy_from_slice(&values[..num_values]);
        Ok(EntryChunk {
            columns: chunk.left,
            more_columns: chunk.right,
            rows: kept_rows,
            values: chunk.values,
            starts,
        })
    }
}

/// Where the entries of each partition begin in an ordered chunk, and the end of the last.
fn starts<W: EntryValue>(
    chunk: &PairChunk<W>,
    options: IndexOptions,
    partitions: &Partitions,
) -> Vec<u32> {
    let mut starts = vec![0; partitions.len() + 1];
    options.for_each_entry(chunk, |row, _, _| starts[partitions.of(row)] += 1);
    let mut sum = 0;
    for slot in &mut starts {
        (*slot, sum) = (sum, sum + *slot);
    }
    starts
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
