//! Compressed sparse rows.

use std::ops::Range;

use rayon::prelude::*;

use super::fold::fold_run;
use super::key_columns::KeyColumns;
use super::lanes;
use super::offsets::Offsets;
use super::pairs::EntryValue;
use super::static_index::{CHUNK_ENTRIES, StaticIndex};
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{Segment, prefetch};

/// A relation as compressed sparse rows: the columns of row `r` are
/// `columns[offsets[r]..offsets[r + 1]]`, ascending; equal columns stay in the order of the input.
///
/// Takes 4 bytes an entry, the entry's value, and 4 bytes a key.
#[derive(Debug)]
pub struct Csr<W: EntryValue> {
    /// Rises to the number of entries.
    offsets: Offsets,
    /// All below the number of keys.
    columns: Segment<u32>,
    /// One per entry, or empty if `W` stores nothing.
    values: Segment<W::Word>,
    pub(super) symmetric: bool,
    chunks: Vec<Range<u32>>,
}

impl<W: EntryValue> Csr<W> {
    /// Puts an index together from its parts.
    ///
    /// # Panics
    /// If the parts break an invariant: offsets that do not rise from 0 to the number of entries,
    /// a column that is no key, a missing value. One pass over the columns; every later access
    /// relies on it.
    pub(super) fn new(
        env: &Environment,
        offsets: Segment<u64>,
        columns: Segment<u32>,
        values: Segment<W::Word>,
        symmetric: bool,
    ) -> Result<Self> {
        let num_keys = offsets.len() - 1;
        assert!(offsets[num_keys] == columns.len() as u64, "offsets span all");
        let in_bounds = |columns: &[u32]| columns.iter().fold(0, |top, &c| top.max(c));
        let top = columns.par_chunks(CHUNK_ENTRIES).map(in_bounds).max();
        assert!(top.is_none_or(|top| (top as usize) < num_keys), "columns are keys");
        assert!(!W::STORED || values.len() == columns.len(), "a value for every entry");
        let chunks = cut(&offsets);
        let offsets = Offsets::new(env, &offsets)?;
        Ok(Self { offsets, columns, values, symmetric, chunks })
    }

    /// Bytes of the budget that it holds.
    pub fn num_bytes(&self) -> u64 {
        let Self { offsets, columns, values, .. } = self;
        (offsets.num_bytes() + columns.num_bytes() + values.num_bytes()) as u64
    }

    /// Where each row begins, and the end of the last.
    pub fn offsets(&self) -> &Offsets {
        &self.offsets
    }

    /// The columns of all rows.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// The columns of one row, ascending.
    #[inline(always)]
    pub fn row(&self, row: u32) -> &[u32] {
        &self.columns[self.offsets.row(row)]
    }

    /// The entries of one row: columns and values, in order.
    #[inline(always)]
    pub fn entries_of(&self, row: u32) -> Entries<'_, W> {
        Entries { columns: self.row(row).iter(), words: self.row_words(row).iter() }
    }

    #[inline(always)]
    fn value(&self, at: usize) -> W {
        W::from_word(if W::STORED { self.values[at] } else { bytemuck::Zeroable::zeroed() })
    }

    /// The number of entries of each row: its degree. O(keys) time.
    pub fn row_counts(&self, env: &Environment) -> Result<Segment<u32>> {
        let mut counts = env.memory().allocate("degrees", self.num_keys())?;
        let mut start = 0;
        for (count, end) in counts.iter_mut().zip(self.offsets.iter().skip(1)) {
            *count = (end - start) as u32;
            start = end;
        }
        Ok(counts)
    }

    /// The number of distinct columns of each row other than its own key. O(entries) time.
    pub fn neighbor_counts(&self, env: &Environment) -> Result<Segment<u32>> {
        env.run("degrees", || {
            let mut counts = env.memory().allocate("degrees", self.num_keys())?;
            counts.par_iter_mut().with_min_len(CHUNK_ENTRIES / 8).enumerate().for_each(
                |(row, count)| {
                    let row = row as u32;
                    let distinct = self.row(row).chunk_by(|one, other| one == other);
                    *count = distinct.filter(|repeats| repeats[0] != row).count() as u32;
                },
            );
            Ok(counts)
        })
    }

    /// How often each key stands as a column: the degrees of the transpose. O(entries) time.
    pub fn column_counts(&self, env: &Environment) -> Result<Segment<u32>> {
        env.run("column counts", || {
            let num_entries = self.columns.len();
            let pieces = self.columns.chunks(CHUNK_ENTRIES);
            let num_pieces = pieces.len();
            lanes::count(env, "degrees", self.num_keys(), num_entries, num_pieces, |counts, at| {
                let start = at * CHUNK_ENTRIES;
                let piece = &self.columns[start..num_entries.min(start + CHUNK_ENTRIES)];
                piece.iter().for_each(|&column| counts.add(column));
            })
        })
    }

    pub(super) fn words(&self) -> &[W::Word] {
        &self.values
    }

    /// The words of one row; empty if `W` stores nothing.
    #[inline(always)]
    pub(super) fn row_words(&self, row: u32) -> &[W::Word] {
        if W::STORED { &self.values[self.offsets.row(row)] } else { &[] }
    }

    /// Looks up what stands beside columns of this index, and of no other.
    #[inline(always)]
    fn beside<C: KeyColumns>(&self, columns: C) -> impl Fn(u32) -> C::Item + Copy {
        assert!(columns.num_keys() >= self.num_keys(), "a value for every key");
        // SAFETY: all columns are below the number of keys, as `new` saw.
        move |column| unsafe { columns.at_unchecked(column) }
    }

    /// Where the entries of successive rows are.
    pub(super) fn entries(&self, rows: &Range<u32>) -> Range<usize> {
        let end = |row| self.offsets.get(row as usize) as usize;
        end(rows.start)..end(rows.end)
    }
}

/// The entries of a row, in order.
#[derive(Clone, Debug)]
pub struct Entries<'a, W: EntryValue> {
    columns: std::slice::Iter<'a, u32>,
    words: std::slice::Iter<'a, W::Word>,
}

impl<W: EntryValue> Iterator for Entries<'_, W> {
    type Item = (u32, W);

    #[inline(always)]
    fn next(&mut self) -> Option<(u32, W)> {
        let column = *self.columns.next()?;
        let word = self.words.next().copied().unwrap_or_else(bytemuck::Zeroable::zeroed);
        Some((column, W::from_word(word)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.columns.size_hint()
    }
}

impl<W: EntryValue> ExactSizeIterator for Entries<'_, W> {}

/// Chunks of rows with about [`CHUNK_ENTRIES`] entries; an empty row counts as one entry.
pub(super) fn cut(offsets: &[u64]) -> Vec<Range<u32>> {
    let num_keys = offsets.len() - 1;
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < num_keys {
        let limit = offsets[start] + start as u64 + CHUNK_ENTRIES as u64;
        let rest = &offsets[start + 1..];
        let fits = partition_point(rest, |at, offset| offset + (start + 1 + at) as u64 <= limit);
        let end = start + fits.max(1);
        chunks.push(start as u32..end as u32);
        start = end;
    }
    chunks
}

fn partition_point(values: &[u64], keep: impl Fn(usize, u64) -> bool) -> usize {
    let (mut low, mut high) = (0, values.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if keep(middle, values[middle]) { low = middle + 1 } else { high = middle }
    }
    low
}

/// How many entries before a column is visited it is told of.
const AHEAD: usize = 16;

/// Columns in one line of a cache.
const LINE: usize = 16;

/// How many entries of a row are asked for ahead of the one that is visited: rows are too short for
/// the processor to see that they are read in order.
const AHEAD_IN_ROW: usize = 64;

/// Asks for all of `range`, line by line; for one line at least.
#[inline(always)]
fn prefetch_lines<T>(values: &[T], range: Range<usize>) {
    let in_line = LINE * size_of::<u32>() / size_of::<T>();
    prefetch(values, range.start);
    let next_line = (range.start / in_line + 1) * in_line;
    (next_line..range.end).step_by(in_line).for_each(|at| prefetch(values, at));
}

/// How many of the ascending `columns` come before `first`.
#[inline(always)]
fn lower_bound(columns: &[u32], first: u32) -> usize {
    if columns.first().is_none_or(|&column| column >= first) {
        return 0;
    }
    let (mut start, mut len) = (0, columns.len());
    while len > 1 {
        let half = len / 2;
        start += if columns[start + half] < first { half } else { 0 };
        len -= half;
    }
    start + 1
}

impl<W: EntryValue> StaticIndex for Csr<W> {
    type Value = W;

    fn num_keys(&self) -> usize {
        self.offsets.num_rows()
    }

    fn num_entries(&self) -> u64 {
        self.columns.len() as u64
    }

    fn is_symmetric(&self) -> bool {
        self.symmetric
    }

    #[inline(always)]
    fn degree(&self, row: u32) -> usize {
        self.offsets.row(row).len()
    }

    #[inline(always)]
    fn num_flagged_entries(&self, rows: Range<u32>, flags: &[u8]) -> u64 {
        let degrees = self.offsets.lengths(&rows);
        degrees.zip(flags).map(|(degree, &flag)| degree as u64 * u64::from(flag)).sum()
    }

    fn chunks(&self) -> &[Range<u32>] {
        &self.chunks
    }

    #[inline(always)]
    fn prefetch_bounds(&self, row: u32) {
        self.offsets.prefetch(row);
    }

    #[inline(always)]
    fn prefetch_row(&self, row: u32) {
        let start = self.offsets.get(row as usize) as usize;
        prefetch(&self.columns, start);
        prefetch(&self.values, start);
    }

    #[inline(always)]
    fn prefetch_whole_row(&self, row: u32) {
        let range = self.offsets.row(row);
        let end = range.end.min(range.start + AHEAD_IN_ROW);
        prefetch_lines(&self.columns, range.start..end);
        if W::STORED {
            prefetch_lines(&self.values, range.start..end);
        }
    }

    #[inline(always)]
    fn for_each(&self, row: u32, mut visit: impl FnMut(u32, W)) {
        let start = self.offsets.row(row).start;
        for (at, &column) in self.row(row).iter().enumerate() {
            visit(column, self.value(start + at));
        }
    }

    #[inline(always)]
    fn for_each_from(
        &self,
        row: u32,
        first: u32,
        ahead: impl Fn(u32),
        mut visit: impl FnMut(u32, W),
    ) {
        let (columns, words) = (self.row(row), self.row_words(row));
        let start = lower_bound(columns, first);
        let (columns, words) = (&columns[start..], &words[start.min(words.len())..]);
        let value = |at: usize| {
            W::from_word(if W::STORED { words[at] } else { bytemuck::Zeroable::zeroed() })
        };
        for (at, &column) in columns.iter().enumerate() {
            if at % LINE == 0 {
                prefetch(columns, at + AHEAD_IN_ROW);
                prefetch(words, at + AHEAD_IN_ROW);
                prefetch(words, at + AHEAD_IN_ROW + LINE / 2);
            }
            if let Some(&later) = columns.get(at + AHEAD) {
                ahead(later);
            }
            visit(column, value(at));
        }
    }

    #[inline(always)]
    fn for_some(&self, row: u32, positions: Range<usize>, mut visit: impl FnMut(u32, W) -> bool) {
        let start = self.offsets.row(row).start;
        let entries = self.row(row).iter().enumerate().take(positions.end).skip(positions.start);
        for (at, &column) in entries {
            if !visit(column, self.value(start + at)) {
                return;
            }
        }
    }

    #[inline(always)]
    fn fold_with<M: Monoid>(&self, row: u32, message: impl Fn(u32, W) -> M::Value) -> M::Value {
        fold_run::<M, W>(self.row(row), self.row_words(row), message)
    }

    #[inline(always)]
    fn look_up<C: KeyColumns>(&self, row: u32, columns: C, mut visit: impl FnMut(C::Item, W)) {
        let beside = self.beside(columns);
        self.for_each(row, |column, value| visit(beside(column), value));
    }

    #[inline(always)]
    fn fold<M: Monoid, C: KeyColumns>(
        &self,
        row: u32,
        columns: C,
        message: impl Fn(C::Item, W) -> M::Value,
    ) -> M::Value {
        let beside = self.beside(columns);
        self.fold_with::<M>(row, |column, value| message(beside(column), value))
    }

    #[inline(always)]
    fn fold_rows<M: Monoid, C: KeyColumns>(
        &self,
        rows: Range<u32>,
        columns: C,
        message: impl Fn(C::Item, W) -> M::Value,
        mut visit: impl FnMut(u32, usize, M::Value),
    ) {
        let beside = self.beside(columns);
        // Looked up once for all rows: these are often short.
        let entries = self.entries(&rows);
        let mut words = if W::STORED { &self.values[entries.clone()] } else { &[] };
        let mut columns = &self.columns[entries];
        let lengths = self.offsets.lengths(&rows);
        for (row, length) in rows.zip(lengths) {
            let (row_columns, later_columns) = columns.split_at(length);
            let (row_words, later_words) = words.split_at(length.min(words.len()));
            (columns, words) = (later_columns, later_words);
            let message = |column: u32, value| message(beside(column), value);
            visit(row, length, fold_run::<M, W>(row_columns, row_words, message));
        }
    }
}
