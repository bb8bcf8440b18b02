//! Sorts each partition by row, then column.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::{Entries, Partitions};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::pairs::EntryValue;
use crate::memory::Segment;

/// Rows from this length on are sorted by counting digits.
const RADIX_FROM: usize = 512;

/// Bits of a digit.
const DIGIT_BITS: u32 = 11;

/// Sorts the columns (and values) of every row; equal columns keep their order.
pub(super) fn sort<W: EntryValue>(
    env: &Environment,
    entries: &mut Entries<W>,
    partitions: &Partitions,
    offsets: &[u64],
) -> Result<()> {
    let num_keys = offsets.len() - 1;
    let mut parts = Vec::with_capacity(partitions.len());
    let (mut columns, mut values) = (&mut entries.columns[..], &mut entries.values[..]);
    for partition in 0..partitions.len() {
        let rows = partitions.rows(partition);
        let len = (offsets[rows.end] - offsets[rows.start]) as usize;
        let (part_columns, rest) = columns.split_at_mut(len);
        columns = rest;
        let (part_values, rest) = values.split_at_mut(if W::STORED { len } else { 0 });
        values = rest;
        let start = offsets[rows.start];
        let part = Part {
            columns: part_columns,
            values: part_values,
            rows: &entries.rows[start as usize..start as usize + len],
            first_row: rows.start as u16,
            offsets: &offsets[rows.start..=rows.end],
        };
        parts.push(part);
    }
    let bits = usize::BITS - num_keys.leading_zeros();
    let longest = parts.iter().map(|part| part.columns.len()).max().unwrap_or(0);
    let num_lanes = env.num_threads().min(parts.len());
    let scratches = (0..num_lanes)
        .map(|_| Scratch::new::<W>(env, longest))
        .collect::<Result<Vec<_>>>()?;
    let parts = Mutex::new(parts.into_iter());
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    scratches.into_par_iter().try_for_each(|mut scratch| {
        while let Some(part) = next() {
            env.check_cancelled()?;
            part.sort::<W>(&mut scratch, bits);
        }
        Ok(())
    })
}

/// One partition.
struct Part<'a, V> {
    columns: &'a mut [u32],
    values: &'a mut [V],
    /// The low 16 bits of the row of each entry.
    rows: &'a [u16],
    /// The low 16 bits of the first row.
    first_row: u16,
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
    fn sort<W: EntryValue<Word = V>>(self, scratch: &mut Scratch, column_bits: u32) {
        let start = self.offsets[0];
        scratch.next.clear();
        scratch.next.extend(self.offsets.iter().map(|&offset| (offset - start) as u32));
        if W::STORED {
            self.sort_with_values(scratch);
        } else {
            self.sort_columns(scratch, column_bits);
        }
    }

    fn sort_columns(self, scratch: &mut Scratch, column_bits: u32) {
        let Scratch { next, columns, other, .. } = scratch;
        for (&column, &row) in self.columns.iter().zip(self.rows) {
            let place = &mut next[row.wrapping_sub(self.first_row) as usize];
            columns[*place as usize] = column;
            *place += 1;
        }
        let start = self.offsets[0];
        for bounds in self.offsets.windows(2) {
            let range = (bounds[0] - start) as usize..(bounds[1] - start) as usize;
            let row = &mut columns[range.clone()];
            if row.len() >= RADIX_FROM {
                radix_sort(row, other, column_bits);
            } else {
                row.sort_unstable();
            }
            self.columns[range].copy_from_slice(row);
        }
    }

    fn sort_with_values(self, scratch: &mut Scratch) {
        let Scratch { next, keyed, .. } = scratch;
        for (at, (&column, &row)) in self.columns.iter().zip(self.rows).enumerate() {
            let place = &mut next[row.wrapping_sub(self.first_row) as usize];
            keyed[*place as usize] = u64::from(column) << 32 | at as u64;
            *place += 1;
        }
        let start = self.offsets[0];
        for bounds in self.offsets.windows(2) {
            keyed[(bounds[0] - start) as usize..(bounds[1] - start) as usize].sort_unstable();
        }
        let before = self.values.to_vec();
        for ((column, value), &key) in self.columns.iter_mut().zip(self.values).zip(&keyed[..]) {
            *column = (key >> 32) as u32;
            *value = before[key as u32 as usize];
        }
    }
}

/// Sorts by digits of [`DIGIT_BITS`] from the lowest; `other` is scratch.
fn radix_sort(row: &mut [u32], other: &mut [u32], bits: u32) {
    let other = &mut other[..row.len()];
    let (mut from, mut to) = (row, other);
    let mut swapped = false;
    for shift in (0..bits).step_by(DIGIT_BITS as usize) {
        let digit = |column: u32| (column >> shift) as usize & ((1 << DIGIT_BITS) - 1);
        let mut next = [0u32; 1 << DIGIT_BITS];
        from.iter().for_each(|&column| next[digit(column)] += 1);
        let mut sum = 0;
        for slot in &mut next {
            (*slot, sum) = (sum, sum + *slot);
        }
        for &column in &*from {
            let place = &mut next[digit(column)];
            to[*place as usize] = column;
            *place += 1;
        }
        (from, to) = (to, from);
        swapped = !swapped;
    }
    if swapped {
        to.copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn radix_sort_sorts(mut row in prop::collection::vec(any::<u32>(), 0..3000), bits in 1u32..=32) {
            row.iter_mut().for_each(|x| *x &= u32::MAX >> (32 - bits));
            let mut expected = row.clone();
            expected.sort_unstable();
            let mut other = vec![0; row.len()];
            radix_sort(&mut row, &mut other, bits);
            prop_assert_eq!(row, expected);
        }
    }
}
