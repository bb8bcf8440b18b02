//! A bit for every key.

use rayon::prelude::*;

use crate::error::Result;
use crate::memory::{MemoryManager, Segment, SharedSlice};

/// Keys in one word.
pub(super) const WORD: usize = u64::BITS as usize;

/// Words that one worker lists at a time.
const LIST_WORDS: usize = 1 << 8;

/// A set of keys, a bit each: a thirty-second of a list's memory, and most of it stays in cache.
#[derive(Debug)]
pub(super) struct Bitmap {
    words: Segment<u64>,
}

impl Bitmap {
    pub(super) fn new(memory: &MemoryManager, name: &str, num_keys: usize) -> Result<Self> {
        Ok(Self { words: memory.allocate(name, num_keys.div_ceil(WORD))? })
    }

    #[inline(always)]
    pub(super) fn contains(&self, key: u32) -> bool {
        self.words[key as usize / WORD] >> (key as usize % WORD) & 1 != 0
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, key: u32) {
        self.words[key as usize / WORD] |= 1 << (key as usize % WORD);
    }

    #[inline(always)]
    pub(super) fn remove(&mut self, key: u32) {
        self.words[key as usize / WORD] &= !(1 << (key as usize % WORD));
    }

    pub(super) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Has those of the first `num_keys` keys that `contains`.
    pub(super) fn fill(&mut self, num_keys: usize, contains: impl Fn(usize) -> bool + Sync) {
        let runs = self.words.par_chunks_mut(LIST_WORDS).enumerate();
        runs.for_each(|(run, words)| {
            for (at, word) in words.iter_mut().enumerate() {
                let first = (run * LIST_WORDS + at) * WORD;
                let bit = |key: usize| u64::from(contains(key)) << (key - first);
                *word = (first..num_keys.min(first + WORD)).fold(0, |word, key| word | bit(key));
            }
        });
    }

    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Adds many keys, in parallel.
    pub(super) fn insert_all(&mut self, keys: &[u32]) {
        const FEW: usize = 1 << 12;
        if keys.len() <= FEW {
            keys.iter().for_each(|&key| self.insert(key));
            return;
        }
        let words = SharedSlice::new(&mut self.words);
        keys.par_iter().with_min_len(FEW / 2).for_each(|&key| {
            let (at, bit) = (key as usize / WORD, 1u64 << (key as usize % WORD));
            let mut word = words.load(at);
            while word & bit == 0 {
                match words.compare_exchange(at, word, word | bit) {
                    Ok(_) => break,
                    Err(seen) => word = seen,
                }
            }
        });
    }

    /// Lists the keys, ascending; there must be as many as `keys` has places.
    pub(super) fn list_into(&self, mut keys: &mut [u32]) {
        let runs = self.words.par_chunks(LIST_WORDS);
        let counts: Vec<usize> =
            runs.map(|words| words.iter().map(|word| word.count_ones() as usize).sum()).collect();
        let mut places = Vec::with_capacity(counts.len());
        for count in counts {
            let (run, rest) = keys.split_at_mut(count);
            places.push(run);
            keys = rest;
        }
        let runs = self.words.par_chunks(LIST_WORDS).zip(places).enumerate();
        runs.for_each(|(run, (words, places))| {
            let first = run * LIST_WORDS;
            let keys = words.iter().enumerate().flat_map(|(at, &word)| {
                bits(word).map(move |bit| ((first + at) * WORD) as u32 + bit)
            });
            places.iter_mut().zip(keys).for_each(|(place, key)| *place = key);
        });
    }
}

/// The numbers of the set bits of a word, ascending.
#[inline(always)]
pub(super) fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        let is_set = word != 0;
        word &= word.wrapping_sub(1);
        is_set.then_some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_ascending() {
        let memory = MemoryManager::new(1 << 20);
        let keys: Vec<u32> = (0..100_000u32).filter(|key| key % 7 == 0 || key % 64 == 63).collect();
        let mut bitmap = Bitmap::new(&memory, "keys", 100_000).unwrap();
        let mut mixed = keys.clone();
        mixed.rotate_left(1234);
        bitmap.insert_all(&mixed);
        bitmap.insert_all(&[0, 63]);
        bitmap.insert(8);
        bitmap.remove(8);
        let mut listed = vec![0; keys.len()];
        bitmap.list_into(&mut listed);
        assert_eq!(listed, keys);
        assert!(bitmap.contains(63) && !bitmap.contains(64));
        bitmap.clear();
        assert!(!bitmap.contains(63));
    }
}
