//! Cuts an index into tiles, each chunk of rows by itself.

use std::ops::Range;

use super::{Piece, Tile, Tiles};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::lanes;
use crate::index::{Csr, EntryValue, StaticIndex};
use crate::memory::Segment;

pub(super) fn cut<W: EntryValue>(index: &Csr<W>, env: &Environment, bits: u32) -> Result<Tiles<W>> {
    let memory = env.memory();
    let num_blocks = (index.num_keys().saturating_sub(1) >> bits) + 1;
    let (num_entries, num_pieces) = (index.columns().len(), most_pieces(index, num_blocks));
    let mut columns = memory.allocate("tiles", num_entries)?;
    let mut values = memory.allocate("tiles", if W::STORED { num_entries } else { 0 })?;
    let mut pieces = memory.allocate("tiles", num_pieces.iter().sum())?;
    let parts = split(index, &num_pieces, &mut columns, &mut values, &mut pieces);
    let most_rows = index.chunks().iter().map(|rows| rows.len()).max().unwrap_or(0);
    let scratch = || Scratch::new(env, num_blocks, most_rows);
    let tiles = lanes::map(env, parts, scratch, |scratch, part| {
        scratch.count(index, &part.rows, bits);
        Ok(scratch.order(index, part))
    })?;
    let tiles = tiles.into_iter().flatten().collect();
    Ok(Tiles { num_keys: index.num_keys(), num_blocks, columns, values, pieces, tiles })
}

/// For each chunk the most pieces that its rows can have.
fn most_pieces<W: EntryValue>(index: &Csr<W>, num_blocks: usize) -> Vec<usize> {
    let pieces = |rows: &Range<u32>| index.entries(rows).len().min(rows.len() * num_blocks);
    index.chunks().iter().map(pieces).collect()
}

/// A chunk of rows, and its part of the final arrays.
struct Part<'a, V> {
    rows: Range<u32>,
    columns: &'a mut [u32],
    values: &'a mut [V],
    pieces: &'a mut [Piece],
    /// Where the part of the entries and of the pieces begins.
    starts: (usize, usize),
}

/// Lends each chunk its part of the final arrays.
fn split<'a, W: EntryValue>(
    index: &Csr<W>,
    num_pieces: &[usize],
    mut columns: &'a mut [u32],
    mut values: &'a mut [W::Word],
    mut pieces: &'a mut [Piece],
) -> Vec<Part<'a, W::Word>> {
    let mut starts = (0, 0);
    let part = |(rows, &num_pieces): (&Range<u32>, &usize)| {
        let len = index.entries(rows).len();
        let part = Part {
            rows: rows.clone(),
            columns: columns.split_off_mut(..len).expect("chunks are all entries"),
            values: values.split_off_mut(..len.min(values.len())).expect("as many or none"),
            pieces: pieces.split_off_mut(..num_pieces).expect("counts add up"),
            starts,
        };
        starts = (starts.0 + len, starts.1 + num_pieces);
        part
    };
    index.chunks().iter().zip(num_pieces).map(part).collect()
}

/// What a worker knows of the chunk that it cuts.
struct Scratch {
    num_blocks: usize,
    /// The number of entries of each row, by block, then row.
    lens: Segment<u32>,
    /// Where in the index the next piece of each row begins.
    next: Segment<u64>,
    /// Where the next piece of each length goes.
    places: Vec<u32>,
}

impl Scratch {
    fn new(env: &Environment, num_blocks: usize, most_rows: usize) -> Result<Self> {
        let lens = env.memory().allocate("tiles", num_blocks * most_rows)?;
        let next = env.memory().allocate("tiles", most_rows)?;
        Ok(Self { num_blocks, lens, next, places: Vec::new() })
    }

    /// Counts the entries of each piece.
    fn count<W: EntryValue>(&mut self, index: &Csr<W>, rows: &Range<u32>, bits: u32) {
        let num_rows = rows.len();
        let lens = &mut self.lens[..num_rows * self.num_blocks];
        lens.fill(0);
        for (at, row) in rows.clone().enumerate() {
            for column in index.row(row) {
                lens[(column >> bits) as usize * num_rows + at] += 1;
            }
        }
        let firsts = rows.clone().map(|row| index.offsets().get(row as usize));
        self.next.iter_mut().zip(firsts).for_each(|(next, first)| *next = first);
    }

    /// Orders the pieces of each tile and copies their entries.
    fn order<W: EntryValue>(&mut self, index: &Csr<W>, part: Part<'_, W::Word>) -> Vec<Tile> {
        let Part { rows, columns, values, pieces, starts } = part;
        let (mut entry, mut piece) = (0, 0);
        let mut tiles = Vec::with_capacity(self.num_blocks);
        for block in 0..self.num_blocks {
            let lens = &self.lens[block * rows.len()..][..rows.len()];
            let (first_entry, first_piece) = (entry, piece);
            piece += by_length(lens, &mut self.places, &mut pieces[piece..]);
            for piece in &pieces[first_piece..piece] {
                let len = lens[piece.row as usize] as usize;
                let next = &mut self.next[piece.row as usize];
                let from = *next as usize..*next as usize + len;
                *next += len as u64;
                columns[entry..entry + len].copy_from_slice(&index.columns()[from.clone()]);
                if W::STORED {
                    values[entry..entry + len].copy_from_slice(&index.words()[from]);
                }
                entry += len;
            }
            tiles.push(Tile {
                entries: starts.0 + first_entry..starts.0 + entry,
                pieces: starts.1 + first_piece..starts.1 + piece,
            });
        }
        tiles
    }
}

/// Writes the pieces that are not empty by their number of entries, then row; says how many.
fn by_length(lens: &[u32], places: &mut Vec<u32>, pieces: &mut [Piece]) -> usize {
    let cap = |len: u32| u16::try_from(len).unwrap_or(Piece::ALL);
    let longest = cap(lens.iter().copied().max().unwrap_or(0)) as usize;
    places.clear();
    places.resize(longest + 1, 0);
    lens.iter().for_each(|&len| places[cap(len) as usize] += 1);
    let mut sum = 0;
    for place in &mut places[1..] {
        (*place, sum) = (sum, sum + *place);
    }
    for (row, &len) in lens.iter().enumerate() {
        if len > 0 {
            let len = cap(len);
            let place = &mut places[len as usize];
            pieces[*place as usize] = Piece { row: row as u16, len };
            *place += 1;
        }
    }
    sum as usize
}
