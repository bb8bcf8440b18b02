//! The entries of one row as a set that is asked in one step.

use crate::error::Result;
use crate::memory::{MemoryManager, Segment};

/// A row as a bitmap, with the place of each entry in the row: what a worker intersects other
/// rows with. Takes 12 bytes for 64 keys.
#[derive(Debug)]
pub struct RowSet {
    /// A bit a key.
    words: Segment<u64>,
    /// For each word with a bit in it: the position in the row of the first.
    firsts: Segment<u32>,
}

const BITS: u32 = u64::BITS.trailing_zeros();

impl RowSet {
    /// An empty set of keys below `num_keys`.
    pub(super) fn new(memory: &MemoryManager, num_keys: usize) -> Result<Self> {
        let num_words = num_keys.div_ceil(u64::BITS as usize);
        let words = memory.allocate("row set", num_words)?;
        Ok(Self { words, firsts: memory.allocate("row set", num_words)? })
    }

    /// Adds a row to the empty set.
    #[inline(always)]
    pub(super) fn fill(&mut self, row: &[u32]) {
        for (position, &key) in row.iter().enumerate() {
            let word = &mut self.words[(key >> BITS) as usize];
            if *word == 0 {
                self.firsts[(key >> BITS) as usize] = position as u32;
            }
            *word |= 1 << (key & 63);
        }
    }

    /// Adds a row to the empty set, for [`contains`](Self::contains) alone.
    #[inline(always)]
    pub(super) fn fill_bits(&mut self, row: &[u32]) {
        row.iter().for_each(|&key| self.words[(key >> BITS) as usize] |= 1 << (key & 63));
    }

    /// Takes the row out again.
    #[inline(always)]
    pub(super) fn clear(&mut self, row: &[u32]) {
        row.iter().for_each(|&key| self.words[(key >> BITS) as usize] = 0);
    }

    /// 1 if the key is in the set, else 0.
    #[inline(always)]
    pub(super) fn contains(&self, key: u32) -> u64 {
        self.words[(key >> BITS) as usize] >> (key & 63) & 1
    }

    /// The position in the row of a key that is in the set.
    #[inline(always)]
    pub(super) fn position(&self, key: u32) -> usize {
        let before = self.words[(key >> BITS) as usize] & ((1 << (key & 63)) - 1);
        self.firsts[(key >> BITS) as usize] as usize + before.count_ones() as usize
    }
}
