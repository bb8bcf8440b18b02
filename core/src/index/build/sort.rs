//! Sorts each partition by row, then column.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::scatter::Entries;
use super::{Layout, Partitions};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::pairs::EntryValue;
use crate::memory::Segment;

/// From this mean length of its rows on a partition is sorted by counting digits of the columns;
/// below, row by row.
const LONG_ROWS: usize = 48;

/// Sorts the columns (and values) of every row; equal columns keep their order.
pub(super) fn sort<W: EntryValue>(
    env: &Environment,
    entries: &mut Entries<W>,
    layout: Layout,
    partitions: &Partitions,
    offsets: &[u64],
) -> Result<()> {
    let parts = split(entries, layout, partitions, offsets);
    let longest = parts.iter().map(|part| part.columns.len()).max().unwrap_or(0);
    let scratches = (0..env.num_threads().min(parts.len()))
        .map(|_| Scratch::new::<W>(env, longest))
        .collect::<Result<Vec<_>>>()?;
    let parts = Mutex::new(parts.into_iter());
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    scratches.into_par_iter().try_for_each(|mut scratch| {
        while let Some(part) = next() {
            env.check_cancelled()?;
            part.sort::<W>(&mut scratch);
        }
        Ok(())
    })
}

/// Lends each partition its part of the arrays.
fn split<'a, W: EntryValue>(
    entries: &'a mut Entries<W>,
    layout: Layout,
    partitions: &Partitions,
    offsets: &'a [u64],
) -> Vec<Part<'a, W::Word>> {
    let (mut columns, mut values) = (&mut entries.columns[..], &mut entries.values[..]);
    let mut rows = &entries.rows[..];
    (0..partitions.len())
        .map(|partition| {
            let range = partitions.rows(partition);
            let offsets = &offsets[range.start..=range.end];
            let len = (offsets[range.len()] - offsets[0]) as usize;
            let first_row = range.start as u32;
            Part {
                columns: columns.split_off_mut(..len).expect("offsets add up"),
                values: values.split_off_mut(..len.min(values.len())).expect("as many or none"),
                rows: rows.split_off(..len.min(rows.len())).expect("as many or none"),
                first_row,
                layout,
                offsets,
            }
        })
        .collect()
}

/// One partition.
struct Part<'a, V> {
    columns: &'a mut [u32],
    values: &'a mut [V],
    /// Empty if rows are packed with the columns.
    rows: &'a [u16],
    first_row: u32,
    layout: Layout,
    /// The offsets of the partition's rows.
    offsets: &'a [u64],
}

/// What a worker sorts in: as large as the largest partition, used for one after the other.
struct Scratch {
    /// Where the next entry of each row goes; bounded by the rows of a partition.
    next: Vec<u32>,
    columns: Segment<u32>,
    other: Segment<u32>,
    /// Column and place of origin of each entry, for entries with values.
    keyed: Segment<u64>,
}

impl Scratch {
    fn new<W: EntryValue>(env: &Environment, longest: usize) -> Result<Self> {
        let (columns, keyed) = if W::STORED { (0, longest) } else { (longest, 0) };
        let memory = env.memory();
        Ok(Self {
            next: Vec::new(),
            columns: memory.allocate("index build", columns)?,
            other: memory.allocate("index build", columns)?,
            keyed: memory.allocate("index build", keyed)?,
        })
    }
}

impl<V: Copy> Part<'_, V> {
    fn sort<W: EntryValue<Word = V>>(self, scratch: &mut Scratch) {
        let start = self.offsets[0];
        scratch.next.clear();
        scratch.next.extend(self.offsets.iter().map(|&offset| (offset - start) as u32));
        let has_long_rows = self.columns.len() >= LONG_ROWS * (self.offsets.len() - 1);
        if W::STORED {
            self.sort_with_values(scratch);
        } else if has_long_rows && self.layout.packs() {
            self.sort_by_digits(scratch);
        } else {
            self.sort_rows(scratch);
        }
    }

    /// The column and the row, relative to the partition's first, of the entry at a place.
    #[inline(always)]
    fn entry(&self, at: usize) -> (u32, usize) {
        if self.layout.packs() {
            let (column, row) = self.layout.unpack(self.columns[at]);
            let (_, first) = self.layout.unpack(self.layout.pack(self.first_row, 0));
            (column, (row.wrapping_sub(first) as usize) & (self.layout.max_rows() - 1))
        } else {
            (self.columns[at], self.rows[at].wrapping_sub(self.first_row as u16) as usize)
        }
    }

    /// The range of each row in the partition.
    fn row_ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<'_, V> {
        let start = self.offsets[0];
        self.offsets.windows(2).map(move |two| (two[0] - start) as usize..(two[1] - start) as usize)
    }

    /// Each entry to its row, then each row by itself.
    fn sort_rows(self, scratch: &mut Scratch) {
        let Scratch { next, columns, .. } = scratch;
        for at in 0..self.columns.len() {
            let (column, row) = self.entry(at);
            let place = &mut next[row];
            columns[*place as usize] = column;
            *place += 1;
        }
        self.row_ranges().for_each(|row| columns[row].sort_unstable());
        self.columns.copy_from_slice(&columns[..self.columns.len()]);
    }

    /// By the low half of the column's bits, then by the high half, then by row.
    fn sort_by_digits(self, scratch: &mut Scratch) {
        let Scratch { next, columns, other, .. } = scratch;
        let len = self.columns.len();
        let (first, second) = (&mut columns[..len], &mut other[..len]);
        let bits = self.layout.column_bits.div_ceil(2);
        by_digit(self.columns, first, 0, bits);
        by_digit(first, second, bits, self.layout.column_bits - bits);
        let Part { columns, layout, first_row, .. } = self;
        let (_, first_row) = layout.unpack(layout.pack(first_row, 0));
        for &packed in &*second {
            let (column, row) = layout.unpack(packed);
            let place = &mut next[(row.wrapping_sub(first_row) as usize) & (layout.max_rows() - 1)];
            columns[*place as usize] = column;
            *place += 1;
        }
    }

    fn sort_with_values(self, scratch: &mut Scratch) {
        let Scratch { next, keyed, .. } = scratch;
        for at in 0..self.columns.len() {
            let (column, row) = self.entry(at);
            let place = &mut next[row];
            keyed[*place as usize] = u64::from(column) << 32 | at as u64;
            *place += 1;
        }
        self.row_ranges().for_each(|row| keyed[row].sort_unstable());
        let before = self.values.to_vec();
        for ((column, value), &key) in self.columns.iter_mut().zip(self.values).zip(&keyed[..]) {
            *column = (key >> 32) as u32;
            *value = before[key as u32 as usize];
        }
    }
}

/// The most bits of a digit: half of a packed column.
const MAX_DIGIT_BITS: u32 = Layout::MAX_PACKED_BITS.div_ceil(2);

/// Writes `from` to `to`, ordered by the `bits` bits above `shift`; ties keep their order.
fn by_digit(from: &[u32], to: &mut [u32], shift: u32, bits: u32) {
    let digit = |packed: u32| (packed >> shift) as usize & ((1 << bits) - 1);
    let mut next = [0u32; 1 << MAX_DIGIT_BITS];
    from.iter().for_each(|&packed| next[digit(packed)] += 1);
    let mut sum = 0;
    for slot in &mut next {
        (*slot, sum) = (sum, sum + *slot);
    }
    for &packed in from {
        let place = &mut next[digit(packed)];
        to[*place as usize] = packed;
        *place += 1;
    }
}
