//! What an iteration needs of an index.

use std::ops::Range;

use rayon::prelude::*;

use super::{EntryValue, KeyColumns};
use crate::algebra::Monoid;

/// A relation over dense keys 0..n, sorted by row, that owns its inner loops.
///
/// Implementations guarantee that every column is below [`num_keys`](Self::num_keys) and that the
/// entries of a row come in the same order every time.
pub trait StaticIndex: Sync {
    /// The value of an entry; `()` is free.
    type Value: EntryValue;

    /// The number of keys; rows and columns are 0..n.
    fn num_keys(&self) -> usize;

    /// The number of entries.
    fn num_entries(&self) -> u64;

    /// Whether (r, c) and (c, r) are entries together, with one value.
    fn is_symmetric(&self) -> bool;

    /// The number of entries of `row`.
    fn degree(&self, row: u32) -> usize;

    /// The number of entries of those of `rows` whose flag is 1, not 0.
    #[inline(always)]
    fn num_flagged_entries(&self, rows: Range<u32>, flags: &[u8]) -> u64 {
        let degrees = rows.map(|row| self.degree(row) as u64);
        degrees.zip(flags).map(|(degree, &flag)| degree * u64::from(flag)).sum()
    }

    /// Rows in pieces of about equal work, at most [`CHUNK_ENTRIES`] entries unless a single row
    /// holds more; together all rows, in order. The unit of parallel work and of ordered sums.
    fn chunks(&self) -> &[Range<u32>];

    /// The chunks in parallel, each by itself: whoever is free takes the next. Runs of chunks would
    /// leave the others waiting for the one who took the last run.
    fn par_chunks(&self) -> impl IndexedParallelIterator<Item = &Range<u32>> {
        self.chunks().par_iter().with_max_len(1)
    }

    /// Asks for what tells where `row` is, which is read soon.
    #[inline(always)]
    fn prefetch_bounds(&self, _row: u32) {}

    /// Asks for the first entries of `row`, which are read soon: waits for its bounds, which are
    /// better asked for before.
    #[inline(always)]
    fn prefetch_row(&self, _row: u32) {}

    /// As [`prefetch_row`](Self::prefetch_row), where more than the first few entries are read.
    #[inline(always)]
    fn prefetch_whole_row(&self, row: u32) {
        self.prefetch_row(row);
    }

    /// Calls `visit(column, value)` for every entry of `row`, in order.
    fn for_each(&self, row: u32, visit: impl FnMut(u32, Self::Value));

    /// As [`for_each`](Self::for_each), without the entries whose column comes before `first`. Calls
    /// `ahead(column)` some entries before `visit(column, value)`, for most columns of long rows.
    #[inline(always)]
    fn for_each_from(
        &self,
        row: u32,
        first: u32,
        _ahead: impl Fn(u32),
        mut visit: impl FnMut(u32, Self::Value),
    ) {
        self.for_each(row, |column, value| {
            if column >= first {
                visit(column, value);
            }
        });
    }

    /// As [`for_each`](Self::for_each), over the entries at `positions` of the row, as far as it
    /// has them, until `visit` says `false`.
    fn for_some(
        &self,
        row: u32,
        positions: Range<usize>,
        visit: impl FnMut(u32, Self::Value) -> bool,
    );

    /// Combines `message(column, value)` over the entries of `row`, in the fixed grouping that
    /// [`Monoid::REASSOCIATES`] allows.
    fn fold_with<M: Monoid>(
        &self,
        row: u32,
        message: impl Fn(u32, Self::Value) -> M::Value,
    ) -> M::Value;

    /// As [`for_each`](Self::for_each) with what stands beside each column.
    ///
    /// # Panics
    /// If `columns` are shorter than the keys.
    #[inline(always)]
    fn look_up<C: KeyColumns>(
        &self,
        row: u32,
        columns: C,
        mut visit: impl FnMut(C::Item, Self::Value),
    ) {
        self.for_each(row, |column, value| visit(columns.at(column), value));
    }

    /// As [`fold_with`](Self::fold_with) with what stands beside each column.
    ///
    /// # Panics
    /// If `columns` are shorter than the keys.
    #[inline(always)]
    fn fold<M: Monoid, C: KeyColumns>(
        &self,
        row: u32,
        columns: C,
        message: impl Fn(C::Item, Self::Value) -> M::Value,
    ) -> M::Value {
        self.fold_with::<M>(row, |column, value| message(columns.at(column), value))
    }

    /// Calls `visit(row, degree, combined)` for each of `rows`, in order, with what
    /// [`fold`](Self::fold) gives for it.
    #[inline(always)]
    fn fold_rows<M: Monoid, C: KeyColumns>(
        &self,
        rows: Range<u32>,
        columns: C,
        message: impl Fn(C::Item, Self::Value) -> M::Value,
        mut visit: impl FnMut(u32, usize, M::Value),
    ) {
        rows.for_each(|row| {
            visit(row, self.degree(row), self.fold::<M, C>(row, columns, &message));
        });
    }
}

/// Entries in one chunk of rows.
pub const CHUNK_ENTRIES: usize = 1 << 16;
