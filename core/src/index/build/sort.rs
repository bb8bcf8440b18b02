//! Sorts each partition by row, then column.

use rayon::prelude::*;

use super::{Entries, Partitions};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::pairs::EntryValue;

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
            offsets: &offsets[rows.start..=rows.end],
        };
        parts.push(part);
    }
    let bits = usize::BITS - num_keys.leading_zeros();
    parts.into_par_iter().try_for_each_init(Scratch::default, |scratch, part| {
        env.check_cancelled()?;
        part.sort::<W>(scratch, bits);
        Ok(())
    })
}

/// One partition.
struct Part<'a, V> {
    columns: &'a mut [u32],
    values: &'a mut [V],
    /// The row of each entry, relative to the first.
    rows: &'a [u16],
    /// The offsets of the partition's rows.
    offsets: &'a [u64],
}

/// Reused from partition to partition; as large as the largest of them, which is bounded.
#[derive(Default)]
struct Scratch {
    /// Where the next entry of each row goes.
    next: Vec<u32>,
    columns: Vec<u32>,
    other: Vec<u32>,
    /// Column and place of origin of each entry, for entries with values.
    keyed: Vec<u64>,
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
        columns.resize(self.columns.len().max(columns.len()), 0);
        for (&column, &row) in self.columns.iter().zip(self.rows) {
            let place = &mut next[row as usize];
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
        keyed.resize(self.columns.len().max(keyed.len()), 0);
        for (at, (&column, &row)) in self.columns.iter().zip(self.rows).enumerate() {
            let place = &mut next[row as usize];
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
fn radix_sort(row: &mut [u32], other: &mut Vec<u32>, bits: u32) {
    other.resize(row.len().max(other.len()), 0);
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
            radix_sort(&mut row, &mut Vec::new(), bits);
            prop_assert_eq!(row, expected);
        }
    }
}
