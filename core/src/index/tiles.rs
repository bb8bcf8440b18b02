//! An index cut into tiles, for columns of values that no cache holds.
//!
//! A row's entries read the column of values all over. Where the ids say nothing about which keys
//! go together, most of those reads miss the cache, and no order of keys helps. Cut by blocks of
//! columns they hit it:
//!
//! ```text
//!             block 0   block 1   block 2       partial = identity for every row
//! chunk 0   [ tile    | tile    | tile    ]     for every block:
//! chunk 1   [ tile    | tile    | tile    ]         for every chunk of rows, in parallel:
//! chunk 2   [ tile    | tile    | tile    ]             for every piece of the tile:
//!                                                           partial[row] += fold of the piece
//! ```
//!
//! A **piece** is what a row has in a block. A tile orders its pieces by their number of entries, so
//! that the inner loop runs equally long time after time and the processor predicts its end: with
//! pieces of few entries that is worth as much as the cache is.
//!
//! The tiles are a second copy of the entries, made for one run. The fold of a row is its pieces'
//! folds combined in the order of the blocks; [`Csr::fold_in_blocks`] does the same, in the same
//! grouping, without the copy.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::csr::Csr;
use super::fold::fold_run;
use super::key_columns::KeyColumns;
use super::pairs::EntryValue;
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::Segment;

mod cut;

/// The entries of an index by chunk of rows and block of columns.
#[derive(Debug)]
pub struct Tiles<W: EntryValue> {
    num_keys: usize,
    num_blocks: usize,
    /// By chunk, then block, then piece.
    columns: Segment<u32>,
    /// One per entry, or empty if `W` stores nothing.
    values: Segment<W::Word>,
    /// By chunk, then block, then number of entries, then row. Chunks may leave room at their end.
    pieces: Segment<Piece>,
    /// By chunk, then block.
    tiles: Vec<Tile>,
}

/// The entries of one row in one block.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
struct Piece {
    /// Counted from the chunk's first; a chunk has at most 2^16 rows.
    row: u16,
    /// The number of entries, or [`Piece::ALL`].
    len: u16,
}

impl Piece {
    /// All that is left of the tile. Only a chunk of a single row has pieces as long as that.
    const ALL: u16 = u16::MAX;
}

/// Where the entries and pieces of a tile are.
#[derive(Clone, Debug)]
struct Tile {
    entries: Range<usize>,
    pieces: Range<usize>,
}

impl<W: EntryValue> Tiles<W> {
    /// The number of blocks of columns.
    pub fn num_blocks(&self) -> usize {
        self.num_blocks
    }

    /// Folds every piece of the tile of `block` and the index's chunk number `chunk` against
    /// `values`, and combines it into the partial result of its row; `partials` are those of the
    /// chunk's rows.
    #[inline]
    pub fn fold_into<M: Monoid, P: Copy>(
        &self,
        block: usize,
        chunk: usize,
        values: &[P],
        message: impl Fn(P, W) -> M::Value,
        partials: &mut [M::Value],
    ) {
        let beside = self.beside(values);
        let read = |column: u32, value: W| message(*beside(column), value);
        let tile = &self.tiles[chunk * self.num_blocks + block];
        let mut columns = &self.columns[tile.entries.clone()];
        let mut words = if W::STORED { &self.values[tile.entries.clone()] } else { &[] };
        for piece in &self.pieces[tile.pieces.clone()] {
            let len = if piece.len == Piece::ALL { columns.len() } else { piece.len as usize };
            let (run, rest) = columns.split_at(len);
            columns = rest;
            let run_words = words.split_off(..if W::STORED { len } else { 0 });
            let folded = fold_run::<M, W>(run, run_words.unwrap_or(&[]), &read);
            let partial = &mut partials[piece.row as usize];
            *partial = M::combine(*partial, folded);
        }
    }
}

impl<W: EntryValue> Tiles<W> {
    /// Looks up what stands beside columns of these tiles.
    #[inline(always)]
    fn beside<C: KeyColumns>(&self, columns: C) -> impl Fn(u32) -> C::Item + Copy {
        assert!(columns.num_keys() >= self.num_keys, "a value for every key");
        // SAFETY: the columns are those of an index of so many keys, and it has seen that all are
        // below that number.
        move |column| unsafe { columns.at_unchecked(column) }
    }
}

impl<W: EntryValue> Csr<W> {
    /// Cuts the index into tiles; a block is `1 << bits` columns. O(entries + keys * blocks) time.
    ///
    /// # Errors
    /// If the budget has not 4 bytes an entry, the entries' values, and 4 bytes for each piece.
    pub fn tiles(&self, env: &Environment, bits: u32) -> Result<Tiles<W>> {
        env.run("tiles", || cut::cut(self, env, bits))
    }

    /// As [`fold`](super::StaticIndex::fold), grouped as tiles with blocks of `1 << bits` columns are.
    #[inline]
    pub fn fold_in_blocks<M: Monoid, P: Copy>(
        &self,
        row: u32,
        bits: u32,
        values: &[P],
        message: impl Fn(P, W) -> M::Value,
    ) -> M::Value {
        let read = |column: u32, value: W| message(values[column as usize], value);
        let mut columns = self.row(row);
        let mut words = self.row_words(row);
        let mut sum = M::IDENTITY;
        while let Some(first) = columns.first() {
            let len = columns.partition_point(|column| column >> bits == first >> bits);
            let (run, rest) = columns.split_at(len);
            columns = rest;
            let run_words = words.split_off(..if W::STORED { len } else { 0 });
            let folded = fold_run::<M, W>(run, run_words.unwrap_or(&[]), &read);
            sum = M::combine(sum, folded);
        }
        sum
    }

    /// How scattered the columns are: of samples of successive entries, the share that stands in
    /// a line of `line` columns that no earlier entry of its sample stands in.
    pub fn scatter(&self, line: usize) -> f64 {
        let columns = self.columns();
        let (mut distinct, mut total) = (0, 0);
        for at in 0..SAMPLES {
            let start = columns.len() / SAMPLES * at;
            let end = columns.len().min(start + SAMPLE_ENTRIES);
            let mut lines: Vec<u32> =
                columns[start..end].iter().map(|column| column / line as u32).collect();
            total += lines.len();
            lines.sort_unstable();
            lines.dedup();
            distinct += lines.len();
        }
        if total == 0 { 0.0 } else { distinct as f64 / total as f64 }
    }
}

/// Evenly spread samples that [`Csr::scatter`] looks at.
const SAMPLES: usize = 8;

/// Successive entries in a sample.
const SAMPLE_ENTRIES: usize = 1 << 14;
