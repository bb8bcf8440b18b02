//! Hash orders: the rows of a partition in the order of their hashes.
//!
//! This is the table that keyed operators on two inputs look keys up in: rows that share a hash
//! stand side by side, and a **directory** over the next bits of the hash tells where to look. It
//! is also what they merge, and the order in which their groups come out.
//!
//! The sort is a radix sort from the highest free bits down: the first pass writes 256 runs, and
//! what follows works on runs that fit into a core's cache. It keeps the order of rows that share
//! a hash. O(rows) in time for hashes that are spread; 12 bytes a row are kept, 4 more with a
//! directory, and sorting needs 16 more for as long as it takes.

use std::ops::Range;

/// Rows in the order of their hashes; rows that share one in their own order.
#[derive(Clone, Debug, Default)]
pub struct HashOrder {
    hashes: Vec<u64>,
    rows: Vec<u32>,
    directory: Option<Directory>,
}

/// Where the hashes begin that share their next bits.
#[derive(Clone, Debug)]
struct Directory {
    begins: Vec<u32>,
    shift: u32,
}

impl Directory {
    #[inline(always)]
    fn slot(&self, hash: u64) -> usize {
        // One slot more than there are entries holds the end.
        (hash >> self.shift) as usize & (self.begins.len() - 2)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    hash: u64,
    row: u32,
}

/// Bits that a pass of the sort looks at.
const PASS_BITS: u32 = 8;

/// Fewer entries than this are sorted by comparing.
const FEW: usize = 1 << 6;

impl HashOrder {
    /// The bytes that sorting a row takes at most.
    pub const SORT_BYTES: u64 = 32;

    /// The bytes that a row takes from then on, with the directory.
    pub const ROW_BYTES: u64 = 20;

    /// Orders rows by their hashes, given with the number of each row. The hashes differ in their
    /// low `free_bits` bits at most.
    pub fn new<I>(hashes: I, free_bits: u32) -> Self
    where
        I: Iterator<Item = (u64, u32)> + Clone,
    {
        let mut entries = Vec::new();
        let shift = free_bits.saturating_sub(PASS_BITS);
        let ends = spread(hashes, &mut entries, shift);
        sort_runs(&mut entries, ends, &mut Vec::new(), shift);
        Self {
            hashes: entries.iter().map(|entry| entry.hash).collect(),
            rows: entries.iter().map(|entry| entry.row).collect(),
            directory: None,
        }
    }

    /// Adds a directory, for [`find`](Self::find); `free_bits` as in [`new`](Self::new).
    #[must_use]
    pub fn with_directory(mut self, free_bits: u32) -> Self {
        let bits = self.hashes.len().max(1).ilog2().min(free_bits);
        let mut directory =
            Directory { begins: vec![0; (1 << bits) + 1], shift: (free_bits - bits).min(63) };
        for &hash in &self.hashes {
            let slot = directory.slot(hash);
            directory.begins[slot + 1] += 1;
        }
        for at in 1..directory.begins.len() {
            directory.begins[at] += directory.begins[at - 1];
        }
        self.directory = Some(directory);
        self
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The hashes, rising.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The rows, in the order of their hashes.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The rows, to put those that share a hash into another order.
    pub fn rows_mut(&mut self) -> &mut [u32] {
        &mut self.rows
    }

    /// Where the rows with `hash` stand.
    #[inline]
    pub fn find(&self, hash: u64) -> Range<usize> {
        let mut range = match &self.directory {
            Some(directory) => {
                let slot = directory.slot(hash);
                directory.begins[slot] as usize..directory.begins[slot + 1] as usize
            }
            None => 0..self.len(),
        };
        while range.start < range.end && self.hashes[range.start] < hash {
            range.start += 1;
        }
        range.end = self.end_of(range.start, hash).min(range.end);
        range
    }

    /// Where the rows with `hash` end that begin at `begin`.
    #[inline]
    pub fn end_of(&self, begin: usize, hash: u64) -> usize {
        let mut end = begin;
        while end < self.hashes.len() && self.hashes[end] == hash {
            end += 1;
        }
        end
    }

    /// The first place from `from` on whose hash is not below `hash`, found in a time that grows
    /// with the logarithm of the way there.
    #[inline]
    pub fn seek(&self, from: usize, hash: u64) -> usize {
        let mut step = 1;
        let mut begin = from;
        while begin + step <= self.hashes.len() && self.hashes[begin + step - 1] < hash {
            begin += step;
            step *= 2;
        }
        let end = self.hashes.len().min(begin + step);
        begin + self.hashes[begin..end].partition_point(|&other| other < hash)
    }
}

/// Writes the entries of rows to `entries` in the order of the 8 bits of their hashes from `shift`
/// on; returns where each run of the same bits ends.
fn spread(
    rows: impl Iterator<Item = (u64, u32)> + Clone,
    entries: &mut Vec<Entry>,
    shift: u32,
) -> [usize; 1 << PASS_BITS] {
    let digit = |hash: u64| (hash >> shift) as usize & ((1 << PASS_BITS) - 1);
    let mut next = [0; 1 << PASS_BITS];
    rows.clone().for_each(|(hash, _)| next[digit(hash)] += 1);
    // From counts to where each run begins.
    let len = next.iter_mut().fold(0, |begin, count| begin + std::mem::replace(count, begin));
    entries.resize(len, Entry::default());
    rows.for_each(|(hash, row)| {
        let next = &mut next[digit(hash)];
        entries[*next] = Entry { hash, row };
        *next += 1;
    });
    next
}

/// Sorts runs of entries; hashes of one run differ in their low `free_bits` bits at most.
fn sort_runs(
    entries: &mut [Entry],
    ends: [usize; 1 << PASS_BITS],
    scratch: &mut Vec<Entry>,
    free_bits: u32,
) {
    let mut begin = 0;
    for end in ends {
        let run = &mut entries[begin..end];
        begin = end;
        if run.len() <= FEW {
            sort_few(run);
        } else if run.iter().any(|entry| entry.hash != run[0].hash) {
            let shift = free_bits.saturating_sub(PASS_BITS);
            let ends = spread(run.iter().map(|entry| (entry.hash, entry.row)), scratch, shift);
            run.copy_from_slice(scratch);
            sort_runs(run, ends, scratch, shift);
        }
    }
}

/// Sorts a few entries: by insertion where they are very few.
fn sort_few(entries: &mut [Entry]) {
    if entries.len() > 20 {
        entries.sort_by_key(|entry| entry.hash);
        return;
    }
    for at in 1..entries.len() {
        let entry = entries[at];
        let mut to = at;
        while to > 0 && entries[to - 1].hash > entry.hash {
            entries[to] = entries[to - 1];
            to -= 1;
        }
        entries[to] = entry;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(hashes: &[u64], free_bits: u32) {
        let numbered = hashes.iter().copied().zip(0..);
        let order = HashOrder::new(numbered.clone(), free_bits).with_directory(free_bits);
        let mut expected: Vec<(u64, u32)> = numbered.collect();
        expected.sort();
        let found: Vec<_> = order.hashes().iter().copied().zip(order.rows().to_vec()).collect();
        assert_eq!(found, expected);
        let high = hashes.first().map_or(0, |hash| hash & !low(free_bits));
        let asked = hashes.iter().copied().chain([high, high | 1, high | low(free_bits)]);
        for hash in asked {
            let range = order.find(hash);
            assert_eq!(range.len(), hashes.iter().filter(|&&other| other == hash).count());
            let begin = order.hashes().partition_point(|&other| other < hash);
            assert!(range.is_empty() || range.start == begin);
            assert_eq!(order.seek(begin / 2, hash), begin);
        }
    }

    fn low(bits: u32) -> u64 {
        if bits == 64 { u64::MAX } else { (1 << bits) - 1 }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn rows_are_in_the_order_of_their_hashes(
            hashes in prop::collection::vec(any::<u64>(), 0..1500), repeat in 1usize..40,
        ) {
            let hashes: Vec<u64> = hashes.iter().map(|&hash| {
                if repeat > 20 { hash } else { hash % (1 + hashes.len() as u64 / repeat as u64) }
            }).collect();
            for bits in [64, 56, 13, 8, 3, 0] {
                let hashes: Vec<u64> =
                    hashes.iter().map(|hash| hash & low(bits) | (0xab << 56 & !low(bits))).collect();
                check(&hashes, bits);
            }
        }
    }
}
