//! Triples of keys that are all paired: intersections of rows.
//!
//! The plain form, for every row `r`:
//!
//! ```text
//! for v in row r
//!     for w in row v
//!         if w in row r: (r, v, w)
//! ```
//!
//! Each triple is seen once, from the last of its keys. Row `r` is held as a bitmap meanwhile, so
//! that the inner loop has no branches. If row `v` is much longer than what stands before `v` in
//! row `r`, the latter is looked up in the former instead.

use std::ops::Range;

use super::super::lanes;
use super::{Oriented, RowSet};
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::MemoryManager;

/// Three keys that are all paired, by where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triple {
    /// The last of the three; its row holds the others.
    pub row: u32,
    /// The second.
    pub second: u32,
    /// Where the second stands in the row.
    pub second_at: usize,
    /// The first.
    pub first: u32,
    /// Where the first stands in the row.
    pub first_at: usize,
    /// Where the first stands in the row of the second.
    pub first_at_second: usize,
}

/// A row this many times as long as the keys that are looked for in it is searched.
const SEARCHED: usize = 16;

impl Oriented {
    /// What a worker needs to look for triples.
    pub fn row_set(&self, memory: &MemoryManager) -> Result<RowSet> {
        RowSet::new(memory, self.num_keys())
    }

    /// The number of triples.
    pub fn count_triples(&self, env: &Environment) -> Result<u64> {
        let count = |set: &mut RowSet, rows: Range<u32>| {
            Ok(rows.map(|row| self.count_row(set, row)).sum::<u64>())
        };
        Ok(self.map_chunks(env, "triples", || self.row_set(env.memory()), count)?.iter().sum())
    }

    /// Calls `work` for every chunk of rows, in parallel, with the scratch of the worker; results
    /// come in the order of the chunks.
    ///
    /// # Errors
    /// If `scratch` or `work` fails or the environment is cancelled.
    pub fn map_chunks<S: Send, R: Send>(
        &self,
        env: &Environment,
        name: &str,
        scratch: impl Fn() -> Result<S> + Send,
        work: impl Fn(&mut S, Range<u32>) -> Result<R> + Sync + Send,
    ) -> Result<Vec<R>> {
        env.run(name, || lanes::map(env, self.chunks().to_vec(), scratch, work))
    }

    /// Calls `visit` for every triple whose last key is `row`: by the second, then the first.
    #[inline(always)]
    pub fn for_each_triple(&self, set: &mut RowSet, row: u32, mut visit: impl FnMut(Triple)) {
        let entries = self.row(row);
        set.fill(entries);
        for (second_at, &second) in entries.iter().enumerate().skip(1) {
            for (first_at_second, &first) in self.row(second).iter().enumerate() {
                if set.contains(first) != 0 {
                    let first_at = set.position(first);
                    visit(Triple { row, second, second_at, first, first_at, first_at_second });
                }
            }
        }
        set.clear(entries);
    }

    /// The number of triples whose last key is `row`.
    #[inline(always)]
    fn count_row(&self, set: &mut RowSet, row: u32) -> u64 {
        let entries = self.row(row);
        let mut count = 0;
        set.fill_bits(entries);
        for (at, &second) in entries.iter().enumerate().skip(1) {
            let others = self.row(second);
            count += if others.len() > SEARCHED * at {
                count_by_search(&entries[..at], others)
            } else {
                others.iter().map(|&first| set.contains(first)).sum()
            };
        }
        set.clear(entries);
        count
    }
}

/// How many of a few sorted keys are among many.
#[inline(never)]
fn count_by_search(few: &[u32], mut many: &[u32]) -> u64 {
    let mut count = 0;
    for key in few {
        let before = many.partition_point(|other| other < key);
        many = &many[before..];
        count += u64::from(many.first() == Some(key));
    }
    count
}

#[cfg(test)]
mod tests;
