//! Triples of a relation whose rows are short: counted in the rows as they are.
//!
//! Orienting a relation reads all of it and writes half. That pays for itself where long rows are
//! intersected; where rows are short on average, the intersections are over sooner. The few rows
//! that are long all the same are searched for the keys of the short ones, so that the work stays
//! within the sum of the shorter row over all pairs: Chiba and Nishizeki: *Arboricity and subgraph
//! listing algorithms*, 1985.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::Oriented;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{Csr, DistinctRows, EntryValue, StaticIndex};

/// The mean of the entries of a row up to which rows are left as they are.
const SHORT_MEAN: u64 = 8;

/// Rows of more entries than this are searched by halves.
const LONG_ROW: usize = 64;

/// A row this many times as long as another is searched for the keys of that.
const MUCH_LONGER: usize = 16;

/// The number of triples of a symmetric relation: threes of keys that are all paired. Repeated
/// pairs and pairs of a key with itself make no difference. O(entries^1.5) time; the memory of an
/// [`Oriented`] relation, and none if rows are [short](triples_in_place).
///
/// # Errors
/// If the budget has no room or the environment is cancelled.
///
/// # Panics
/// If the index is not symmetric.
pub fn count_triples<W: EntryValue>(env: &Environment, index: &Arc<Csr<W>>) -> Result<u64> {
    assert!(index.is_symmetric(), "an index that is its own transpose");
    if !triples_in_place(index.num_keys() as u64, index.num_entries()) {
        let rows = DistinctRows::symmetric(env, index.clone())?;
        return Oriented::new(env, &rows)?.count_triples(env);
    }
    env.run("triples", || {
        let count = |rows: &Range<u32>| {
            env.check_cancelled()?;
            Ok(rows.clone().map(|row| count_row(index, row)).sum::<u64>())
        };
        index.par_chunks().map(count).try_reduce(|| 0, |a, b| Ok(a + b))
    })
}

/// Calls `visit(first, second, third)`, keys ascending, once for each triple of a symmetric
/// relation, in the rows as they are: for rows that are [short](triples_in_place). Repeated pairs and
/// pairs of a key with itself make no difference. O(entries^1.5) time, no memory.
///
/// # Errors
/// If the environment is cancelled or `visit` panics.
///
/// # Panics
/// If the index is not symmetric.
pub fn for_each_triple_in_place<W: EntryValue>(
    env: &Environment,
    index: &Csr<W>,
    visit: impl Fn(u32, u32, u32) + Send + Sync,
) -> Result<()> {
    assert!(index.is_symmetric(), "an index that is its own transpose");
    env.run("triples", || {
        index.par_chunks().try_for_each(|rows| {
            env.check_cancelled()?;
            for third in rows.clone() {
                triples_of_row(index, third, |first, second| visit(first, second, third));
            }
            Ok(())
        })
    })
}

/// Whether the rows of a relation are so short, on average, that [`count_triples`] counts in them
/// as they are. O(1).
pub fn triples_in_place(num_keys: u64, num_entries: u64) -> bool {
    num_entries <= SHORT_MEAN * num_keys
}

/// The number of triples whose last key is `row`.
pub(super) fn count_row<W: EntryValue>(index: &Csr<W>, row: u32) -> u64 {
    triples_of_row(index, row, |_, _| {})
}

/// Calls `visit(first, second)` for the triples whose last key is `row`; says how many there are.
#[inline(always)]
fn triples_of_row<W: EntryValue>(index: &Csr<W>, row: u32, mut visit: impl FnMut(u32, u32)) -> u64 {
    let keys = before(index, row);
    let mut count = 0;
    for (at, &second) in keys.iter().enumerate().skip(1) {
        if keys[at - 1] != second {
            // The whole row: the search ends with the keys, all of which come before the second.
            let others = index.row(second);
            count += for_each_common(&keys[..at], others, |first| visit(first, second));
        }
    }
    count
}

/// The entries of a row that come before it.
#[inline(always)]
fn before<W: EntryValue>(index: &Csr<W>, row: u32) -> &[u32] {
    let columns = index.row(row);
    let end = if columns.len() > LONG_ROW {
        columns.partition_point(|&column| column < row)
    } else {
        columns.iter().position(|&column| column >= row).unwrap_or(columns.len())
    };
    &columns[..end]
}

/// Calls `visit` for each key that stands in both of two sorted runs; says how many do.
#[inline(always)]
fn for_each_common(mut left: &[u32], mut right: &[u32], mut visit: impl FnMut(u32)) -> u64 {
    if left.len() > MUCH_LONGER * right.len() {
        return for_each_in(left, right, visit);
    }
    if right.len() > MUCH_LONGER * left.len() {
        return for_each_in(right, left, visit);
    }
    let mut count = 0;
    while let (Some((&one, left_rest)), Some((&other, right_rest))) =
        (left.split_first(), right.split_first())
    {
        if one == other {
            visit(one);
            count += 1;
            // Repeats count once.
            left = after(left_rest, one);
            right = after(right_rest, one);
        } else if one < other {
            left = left_rest;
        } else {
            right = right_rest;
        }
    }
    count
}

/// Calls `visit` for each key of a short sorted run that stands in a long one; says how many do.
fn for_each_in(long: &[u32], short: &[u32], mut visit: impl FnMut(u32)) -> u64 {
    let keys = short.chunk_by(|one, other| one == other).map(|repeats| repeats[0]);
    let common = keys.filter(|key| long.binary_search(key).is_ok());
    common.inspect(|&key| visit(key)).count() as u64
}

/// What follows the repeats of a key.
#[inline(always)]
fn after(run: &[u32], key: u32) -> &[u32] {
    let repeats = run.iter().take_while(|&&other| other == key).count();
    &run[repeats..]
}
