//! Rows that fit into memory, sorted by words.
//!
//! | key | what is sorted | then |
//! |---|---|---|
//! | the whole row, integers | the keys | rows are made from them |
//! | one word of 64 bits | the bits in which keys differ and the row number: 64 bits if they fit, 128 if not | rows are gathered |
//! | more | 64 bits of the key and the row number | rows of equal bits are sorted by the rest, and gathered |
//!
//! With its row number a word is like no other and rows of one key keep their order, so that the
//! sort of words need not be stable.

use super::radix::{self, Word, bounds};
use super::{BlockStore, Piece};
use crate::columnar::{Batch, Keys, SortKey, WholeRow, concatenate, gather};
use crate::error::Result;
use crate::pipeline::{BATCH_ROWS, Output};

/// Bits of the row number beside a key.
const ROW_BITS: u32 = u32::BITS;

/// Runs of up to this many rows that share the 64 bits are sorted by comparing their keys.
const SHORT_RUN: usize = 64;

/// Emits the rows of `pieces`, of which there is at least one, in the order of `key`.
pub(super) fn sort_rows(
    store: &BlockStore,
    key: &SortKey,
    pieces: &[Piece],
    scratch: &mut [u128],
    output: &mut dyn Output,
) -> Result<()> {
    let none = pieces[0].read(store, 0..0)?;
    if let Some(whole) = key.whole_row(&none) {
        return match key.keys(&none)? {
            Keys::Words(_) => sort_whole(store, key, pieces, &whole, words, scratch, output),
            Keys::Wide(_) => sort_whole(store, key, pieces, &whole, wide_words, scratch, output),
            Keys::Bytes { .. } => unreachable!("integers that make a row are words"),
        };
    }
    let batches: Vec<Batch> =
        pieces.iter().map(|piece| piece.read(store, 0..piece.num_rows())).collect::<Result<_>>()?;
    let rows = concatenate(store.scratch(), store.name(), &batches)?;
    drop(batches);
    let emit = Emit { store, rows: &rows };
    match key.keys(&rows)? {
        Keys::Words(words) if words.is_sorted() => emit.as_they_are(output),
        Keys::Words(words) => sort_numbered(&words, &emit, scratch, output),
        keys => sort_by_prefix(&keys, &emit, scratch, output),
    }
}

/// What [`sort_rows`] takes beside what is paid for already.
pub(super) struct Needs {
    /// Bytes of rows and keys, at most.
    pub(super) bytes: u64,
    /// The length of its scratch.
    pub(super) scratch: usize,
}

impl Needs {
    /// What the rows of `pieces`, of which there is at least one, take.
    pub(super) fn of(store: &BlockStore, key: &SortKey, pieces: &[Piece]) -> Result<Self> {
        let none = pieces[0].read(store, 0..0)?;
        let num_rows: usize = pieces.iter().map(Piece::num_rows).sum();
        let keys = key.keys(&none)?;
        if key.whole_row(&none).is_some() {
            let narrow = matches!(keys, Keys::Words(_));
            return Ok(Self { bytes: 0, scratch: if narrow { num_rows } else { 2 * num_rows } });
        }
        let rows: u64 = pieces.iter().map(Piece::num_bytes).sum();
        let read = pieces.iter().filter(|piece| piece.is_spilled()).map(Piece::num_bytes);
        let keys = match keys {
            Keys::Words(_) => (num_rows * size_of::<u64>()) as u64,
            Keys::Wide(_) => (num_rows * size_of::<u128>()) as u64,
            // Keys of text grow as they are made, to at most twice what they need.
            Keys::Bytes { .. } => (num_rows * size_of::<u64>()) as u64 + 2 * rows,
        };
        Ok(Self { bytes: rows + read.sum::<u64>() + keys, scratch: 2 * num_rows })
    }
}

fn words(keys: &Keys) -> &[u64] {
    match keys {
        Keys::Words(words) => words,
        _ => panic!("keys of one form"),
    }
}

fn wide_words(keys: &Keys) -> &[u128] {
    match keys {
        Keys::Wide(words) => words,
        _ => panic!("keys of one form"),
    }
}

/// Sorts keys that are the whole row.
fn sort_whole<W: Word>(
    store: &BlockStore,
    key: &SortKey,
    pieces: &[Piece],
    whole: &WholeRow,
    words: impl Fn(&Keys) -> &[W],
    scratch: &mut [u128],
    output: &mut dyn Output,
) -> Result<()> {
    let num_rows = pieces.iter().map(Piece::num_rows).sum();
    let (sorted, other) = halves(scratch, num_rows);
    let mut end = 0;
    for piece in pieces {
        for batch in piece.batches(store) {
            let keys = key.keys(&batch?)?;
            sorted[end..end + keys.len()].copy_from_slice(words(&keys));
            end += keys.len();
        }
    }
    radix::sort(sorted, other);
    sorted.chunks(BATCH_ROWS).try_for_each(|words| output.emit(whole.rows(words, W::low)))
}

/// Room for `len` words and as many to sort them with.
fn halves<W: Word>(scratch: &mut [u128], len: usize) -> (&mut [W], &mut [W]) {
    bytemuck::cast_slice_mut::<u128, W>(scratch)[..2 * len].split_at_mut(len)
}

/// Sorts `words` with their row numbers.
fn sort_numbered(
    words: &[u64],
    emit: &Emit<'_>,
    scratch: &mut [u128],
    output: &mut dyn Output,
) -> Result<()> {
    let (least, most) = bounds(words);
    let row_bits = (words.len() as u64).bit_len();
    if (most - least).bit_len() + row_bits <= u64::BITS {
        let (numbered, other) = halves(scratch, words.len());
        for (row, (numbered, word)) in (0u64..).zip(numbered.iter_mut().zip(words)) {
            *numbered = (word - least) << row_bits | row;
        }
        radix::sort(numbered, other);
        let mask = (1 << row_bits) - 1;
        return emit.in_order(numbered, |word| (word & mask) as u32, output);
    }
    let (numbered, other) = halves(scratch, words.len());
    for (row, (numbered, &word)) in (0..).zip(numbered.iter_mut().zip(words)) {
        *numbered = number(word, row);
    }
    radix::sort(numbered, other);
    emit.in_order(numbered, row_of, output)
}

/// A word with the row that it belongs to.
fn number(word: u64, row: u32) -> u128 {
    u128::from(word) << ROW_BITS | u128::from(row)
}

fn row_of(numbered: u128) -> u32 {
    numbered as u32
}

/// Sorts by `keys` of more than 64 bits.
fn sort_by_prefix(
    keys: &Keys,
    emit: &Emit<'_>,
    scratch: &mut [u128],
    output: &mut dyn Output,
) -> Result<()> {
    let (numbered, other) = halves(scratch, keys.len());
    match keys {
        Keys::Words(_) => unreachable!("words are their own prefix"),
        Keys::Wide(words) => {
            let (least, most) = bounds(words);
            let shift = (most - least).bit_len().saturating_sub(u64::BITS);
            for (row, (numbered, word)) in (0..).zip(numbered.iter_mut().zip(words)) {
                *numbered = number((word - least).low(shift), row);
            }
            radix::sort(numbered, other);
            runs(numbered).for_each(|run| sort_by_comparison(run, keys));
        }
        Keys::Bytes { .. } => {
            (0..).zip(numbered.iter_mut()).for_each(|(row, numbered)| *numbered = number(0, row));
            sort_by_bytes(numbered, other, keys, 0);
        }
    }
    emit.in_order(numbered, row_of, output)
}

/// The runs of more than one row that share their 64 bits.
fn runs(numbered: &mut [u128]) -> impl Iterator<Item = &mut [u128]> {
    numbered.chunk_by_mut(|a, b| a >> ROW_BITS == b >> ROW_BITS).filter(|run| run.len() > 1)
}

fn sort_by_comparison(run: &mut [u128], keys: &Keys) {
    run.sort_unstable_by(|&a, &b| {
        let (a, b) = (row_of(a), row_of(b));
        keys.compare(a as usize, keys, b as usize).then(a.cmp(&b))
    });
}

/// Sorts rows whose keys agree in the first `depth` bytes: by the 8 bytes from the first on in
/// which they do not, then each run that shares those in the same way.
fn sort_by_bytes(numbered: &mut [u128], other: &mut [u128], keys: &Keys, depth: usize) {
    let key = |numbered: u128| keys.key(row_of(numbered) as usize);
    let first = key(numbered[0]);
    let (mut shared, mut longest) = (first.len(), 0);
    for &row in &*numbered {
        let own = key(row);
        longest = longest.max(own.len());
        shared = shared.min(own.len());
        let differs = |at: &usize| own[*at] != first[*at];
        shared = (depth.min(shared)..shared).find(differs).unwrap_or(shared);
    }
    if longest <= depth {
        return sort_by_comparison(numbered, keys);
    }
    for numbered in &mut *numbered {
        *numbered = number(eight_bytes(key(*numbered), shared), row_of(*numbered));
    }
    radix::sort(numbered, other);
    for run in runs(numbered) {
        if run.len() <= SHORT_RUN {
            sort_by_comparison(run, keys);
        } else {
            let len = run.len();
            sort_by_bytes(run, &mut other[..len], keys, shared + size_of::<u64>());
        }
    }
}

/// The 8 bytes from `begin` on; zeros stand for those behind the end.
fn eight_bytes(key: &[u8], begin: usize) -> u64 {
    let rest = &key[begin.min(key.len())..];
    let mut bytes = [0; size_of::<u64>()];
    let len = rest.len().min(bytes.len());
    bytes[..len].copy_from_slice(&rest[..len]);
    u64::from_be_bytes(bytes)
}

/// Emits rows in another order.
struct Emit<'a> {
    store: &'a BlockStore,
    rows: &'a Batch,
}

impl Emit<'_> {
    fn as_they_are(&self, output: &mut dyn Output) -> Result<()> {
        let end = self.rows.num_rows();
        (0..end)
            .step_by(BATCH_ROWS)
            .try_for_each(|begin| output.emit(self.rows.slice(begin..end.min(begin + BATCH_ROWS))))
    }

    fn in_order<W: Copy>(
        &self,
        words: &[W],
        row: impl Fn(W) -> u32,
        output: &mut dyn Output,
    ) -> Result<()> {
        words.chunks(BATCH_ROWS).try_for_each(|words| {
            let rows: Vec<u32> = words.iter().map(|&word| row(word)).collect();
            output.emit(gather(self.store.scratch(), self.store.name(), self.rows, &rows)?)
        })
    }
}
