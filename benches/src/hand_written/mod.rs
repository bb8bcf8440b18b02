//! What a program would look like that was written for one graph algorithm alone: loops over the
//! offsets and columns of the same index, in segments of the same memory manager, in the same
//! pool. So nothing but the dataflow form makes the difference.

pub mod components;
pub mod page_rank;
pub mod shortest_paths;

use std::ops::Range;

use quince_core::memory::{SharedSlice, SharedWord};

/// Pull while the active vertices have more than one in this many of all entries.
const PULL_SHARE: u64 = 20;

/// Active vertices that one worker pushes at a time.
const PUSH_CHUNK: usize = 64;

/// Rows from this length on are folded through four accumulators, as in the index.
const LONG_ROW: usize = 32;

/// Combines `value` over all columns of a row.
#[inline(always)]
fn fold_row<T: Copy>(
    columns: &[u32],
    identity: T,
    value: impl Fn(u32) -> T,
    combine: impl Fn(T, T) -> T,
) -> T {
    if columns.len() < LONG_ROW {
        return columns.iter().fold(identity, |sum, &column| combine(sum, value(column)));
    }
    let mut lanes = [identity; 4];
    let (fours, rest) = columns.as_chunks::<4>();
    for four in fours {
        for (lane, &column) in lanes.iter_mut().zip(four) {
            *lane = combine(*lane, value(column));
        }
    }
    let rest = rest.iter().fold(identity, |sum, &column| combine(sum, value(column)));
    lanes.into_iter().fold(rest, &combine)
}

/// The parts of a column that belong to each chunk of rows.
fn split<'c, T>(chunks: &[Range<u32>], mut column: &'c mut [T]) -> Vec<&'c mut [T]> {
    let mut parts = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let (part, rest) = column.split_at_mut(chunk.len());
        parts.push(part);
        column = rest;
    }
    parts
}

/// The flagged vertices; clears the flags.
fn take_flagged(changed: &mut [u8]) -> Vec<u32> {
    let list = (0..changed.len() as u32).filter(|&v| changed[v as usize] != 0).collect();
    changed.fill(0);
    list
}

/// Lowers a value to `new`; whether that changed it.
fn lower<T: SharedWord + PartialOrd>(values: SharedSlice<'_, T>, vertex: u32, new: T) -> bool {
    let mut old = values.load(vertex as usize);
    while new < old {
        match values.compare_exchange(vertex as usize, old, new) {
            Ok(_) => return true,
            Err(seen) => old = seen,
        }
    }
    false
}

/// Sets a flag; whether it was not set.
fn flag(changed: SharedSlice<'_, u8>, vertex: u32) -> bool {
    while changed.load(vertex as usize) == 0 {
        if changed.compare_exchange(vertex as usize, 0, 1).is_ok() {
            return true;
        }
    }
    false
}
