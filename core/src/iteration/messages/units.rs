//! How the keys are cut into units of work, the same way in every superstep.
//!
//! A **unit** is what a sweep takes at a time, and what one partial aggregate is gathered over. A
//! **bucket** is a range of `1 << shift` keys; messages that are pushed are sent to buckets. No unit
//! reaches over the end of a bucket, so that a partial is the same whether its keys were swept or
//! came by bucket.

use std::ops::Range;

use rayon::prelude::*;

use crate::error::Result;
use crate::memory::{MemoryManager, PaidVec, Piece};

/// Most buckets.
const MOST_BUCKETS: usize = 256;

/// Fewest keys of a bucket, as a power of 2.
const LEAST_SHIFT: u32 = 12;

#[derive(Debug)]
pub(super) struct Units {
    pub(super) ranges: Vec<Range<u32>>,
    shift: u32,
    num_keys: usize,
}

impl Units {
    /// Cuts `chunks`, which together are all keys in order.
    pub(super) fn new(chunks: &[Range<u32>]) -> Self {
        let num_keys = chunks.last().map_or(0, |last| last.end as usize);
        let shift = (LEAST_SHIFT..).find(|&shift| num_keys >> shift < MOST_BUCKETS);
        Self::with_shift(chunks, shift.expect("a number is 0 after enough shifts"))
    }

    pub(super) fn with_shift(chunks: &[Range<u32>], shift: u32) -> Self {
        let num_keys = chunks.last().map_or(0, |last| last.end as usize);
        let mut ranges = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let mut start = chunk.start;
            while start < chunk.end {
                let bucket_end = ((u64::from(start) >> shift) + 1) << shift;
                let end = u64::from(chunk.end).min(bucket_end) as u32;
                ranges.push(start..end);
                start = end;
            }
        }
        Self { ranges, shift, num_keys }
    }

    /// The bucket of a key.
    #[inline(always)]
    pub(super) fn bucket(&self, key: u32) -> usize {
        (key >> self.shift) as usize
    }

    pub(super) fn num_buckets(&self) -> usize {
        self.num_keys.div_ceil(1 << self.shift)
    }

    /// The keys of each bucket, in order.
    pub(super) fn buckets(&self) -> Vec<Range<u32>> {
        let end = self.num_keys as u64;
        let bucket =
            |at: u64| ((at << self.shift) as u32)..(end.min((at + 1) << self.shift) as u32);
        (0..self.num_buckets() as u64).map(bucket).collect()
    }

    /// The end of the unit of a key.
    pub(super) fn end_of_unit(&self, key: u32) -> u32 {
        let at = self.ranges.partition_point(|range| range.end <= key);
        self.ranges[at].end
    }

    /// Cuts ascending keys into those of one unit each.
    pub(super) fn cut<'k>(&self, mut keys: &'k [u32]) -> Vec<&'k [u32]> {
        let mut runs = Vec::new();
        while let Some(&first) = keys.first() {
            let end = self.end_of_unit(first);
            let (run, rest) = keys.split_at(keys.partition_point(|&key| key < end));
            runs.push(run);
            keys = rest;
        }
        runs
    }
}

/// The parts of a column that belong to successive ranges of keys, from the first key on; empty ones
/// if there is no column.
pub(super) fn windows<'v, T>(ranges: &[Range<u32>], mut values: &'v mut [T]) -> Vec<&'v mut [T]> {
    let is_there = !values.is_empty();
    let window = |range: &Range<u32>| {
        let (window, rest) =
            std::mem::take(&mut values).split_at_mut(if is_there { range.len() } else { 0 });
        values = rest;
        window
    };
    ranges.iter().map(window).collect()
}

/// One unit of a sweep: its keys, and their parts of the columns that are there.
pub(super) struct Unit<'v, T, S> {
    pub(super) range: Range<u32>,
    pub(super) states: &'v mut [T],
    pub(super) flags: &'v mut [u8],
    pub(super) sent: &'v mut [S],
}

impl Units {
    /// All units with their parts of these columns.
    pub(super) fn of<'v, T, S>(
        &self,
        states: &'v mut [T],
        flags: &'v mut [u8],
        sent: &'v mut [S],
    ) -> Vec<Unit<'v, T, S>> {
        let columns = windows(&self.ranges, states)
            .into_iter()
            .zip(windows(&self.ranges, flags))
            .zip(windows(&self.ranges, sent));
        let units = self.ranges.iter().cloned().zip(columns);
        units.map(|(range, ((states, flags), sent))| Unit { range, states, flags, sent }).collect()
    }
}

/// Does all jobs, and gives their results in the order of the jobs. One instance serves all programs
/// with the same types: what is called for a unit need not be known to the compiler, only what is
/// called for an entry.
pub(super) fn in_parallel<J: Send, R: Send>(
    jobs: Vec<J>,
    work: &(dyn Fn(J) -> Result<R> + Sync),
) -> Result<Vec<R>> {
    jobs.into_par_iter().with_max_len(1).map(work).collect()
}

/// As [`in_parallel`], for units whose keys put out something once or not at all: what they put out,
/// in the order of the keys, and the results.
pub(super) fn put_out_by<T: Send, S: Send, R: Send>(
    memory: &MemoryManager,
    units: Vec<Unit<'_, T, S>>,
    work: impl Fn(Unit<'_, T, S>, &mut Piece<'_, S>) -> Result<R> + Sync + Send,
) -> Result<(PaidVec<S>, Vec<R>)> {
    let jobs = units.into_iter().map(|unit| (unit.range.len(), unit)).collect();
    PaidVec::from_pieces(memory, "messages", jobs, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_end_with_chunks_and_buckets() {
        let units = Units::with_shift(&[0..3, 3..9, 9..10], 2);
        assert_eq!(units.ranges, [0..3, 3..4, 4..8, 8..9, 9..10]);
        assert_eq!(units.buckets(), [0..4, 4..8, 8..10]);
        assert_eq!((units.bucket(3), units.bucket(4), units.num_buckets()), (0, 1, 3));
        assert_eq!(units.end_of_unit(3), 4);
        assert_eq!(units.cut(&[0, 2, 4, 5, 9]), [&[0, 2][..], &[4, 5], &[9]]);
        let mut column: Vec<u32> = (0..10).collect();
        let parts = windows(&units.ranges, &mut column);
        assert_eq!((&*parts[2], parts.len()), (&[4, 5, 6, 7][..], 5));
        assert!(windows::<u8>(&units.ranges, &mut []).iter().all(|part| part.is_empty()));
    }

    #[test]
    fn there_are_at_most_so_many_buckets() {
        for num_keys in [0u32, 1, 4096, 4097, 1 << 20, u32::MAX - 1] {
            let chunks: Vec<_> = (num_keys > 0).then_some(0..num_keys).into_iter().collect();
            let units = Units::new(&chunks);
            assert!(units.num_buckets() <= MOST_BUCKETS, "{num_keys} keys");
            assert_eq!(units.buckets().iter().map(|b| b.len()).sum::<usize>(), num_keys as usize);
        }
    }
}
