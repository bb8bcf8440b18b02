//! How many entries each row has, and where each row begins.

use super::{IndexOptions, Rows};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::lanes;
use crate::index::pairs::{EntryValue, Pairs};
use crate::memory::Segment;

/// The offsets of all rows before duplicates go: one more than there are keys.
pub(super) fn offsets<W: EntryValue>(
    env: &Environment,
    pairs: &Pairs<W>,
    options: IndexOptions,
) -> Result<Segment<u64>> {
    let mut offsets = env.memory().allocate::<u64>("index", pairs.num_keys() + 1)?;
    if options.rows == Rows::Both && pairs.num_self_pairs == 0 {
        prefix_sums(&pairs.appearances, &mut offsets);
    } else {
        prefix_sums(&count(env, pairs, options)?, &mut offsets);
    }
    Ok(offsets)
}

fn prefix_sums(counts: &[u32], offsets: &mut [u64]) {
    let mut sum = 0;
    for (slot, &count) in offsets.iter_mut().zip(counts) {
        *slot = sum;
        sum += u64::from(count);
    }
    offsets[counts.len()] = sum;
}

/// The number of entries of each row.
fn count<W: EntryValue>(
    env: &Environment,
    pairs: &Pairs<W>,
    options: IndexOptions,
) -> Result<Segment<u32>> {
    let (num_keys, num_events) = (pairs.num_keys(), 2 * pairs.num_pairs as usize);
    let num_chunks = pairs.chunks.len();
    lanes::count(env, "index build", num_keys, num_events, num_chunks, |counts, at| {
        options.for_each_entry(&pairs.chunks[at], |row, _, _| counts.add(row));
    })
}
