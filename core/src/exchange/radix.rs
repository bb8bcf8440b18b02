//! Sorting words by their digits, the most significant first.
//!
//! A run of words is counted by the eight highest bits in which any two of them differ, moved to
//! the places of their digits in the other of two arrays, and each digit's run is sorted in the
//! same way; bits in which all words are equal cost nothing. A short run is sorted by comparison.
//! O(n w) for words of w bits that differ; twice the memory of the words.

use std::ops::BitXor;

/// Runs of up to this many words are sorted by comparison.
const SHORT_RUN: usize = 512;

/// Bits of a digit.
const DIGIT_BITS: u32 = 8;

/// A word that can be sorted by digits.
pub(super) trait Word:
    bytemuck::Pod + Ord + BitXor<Output = Self> + std::ops::BitOr<Output = Self> + Send
{
    /// How many bits there are from the lowest to the highest that is set.
    fn bit_len(self) -> u32;

    /// The lowest bits from `shift` on, at most 64.
    fn low(self, shift: u32) -> u64;
}

impl Word for u64 {
    #[inline(always)]
    fn bit_len(self) -> u32 {
        Self::BITS - self.leading_zeros()
    }

    #[inline(always)]
    fn low(self, shift: u32) -> u64 {
        self >> shift
    }
}

impl Word for u128 {
    #[inline(always)]
    fn bit_len(self) -> u32 {
        Self::BITS - self.leading_zeros()
    }

    #[inline(always)]
    fn low(self, shift: u32) -> u64 {
        (self >> shift) as u64
    }
}

/// How many bits, counted from the lowest, tell `words` apart.
pub(super) fn differing_bits<W: Word>(words: &[W]) -> u32 {
    let Some(&first) = words.first() else { return 0 };
    let differences = words.iter().map(|&word| word ^ first);
    differences.fold(W::zeroed(), |all, word| all | word).bit_len()
}

/// Sorts `words`; `other` is of the same length, and what it holds does not matter.
pub(super) fn sort<W: Word>(words: &mut [W], other: &mut [W]) {
    if !words.is_sorted() {
        sort_into(words, other, false);
    }
}

/// Sorts `from`, into `to` if `moved`, in place otherwise.
fn sort_into<W: Word>(from: &mut [W], to: &mut [W], moved: bool) {
    let top = if from.len() <= SHORT_RUN { 0 } else { differing_bits(from) };
    if top == 0 {
        from.sort_unstable();
        if moved {
            to.copy_from_slice(from);
        }
        return;
    }
    let shift = top.saturating_sub(DIGIT_BITS);
    let digit = |word: W| word.low(shift) as usize & ((1 << DIGIT_BITS) - 1);
    let mut ends = [0u32; 1 << DIGIT_BITS];
    from.iter().for_each(|&word| ends[digit(word)] += 1);
    let mut sum = 0;
    for end in &mut ends {
        let count = *end;
        *end = sum;
        sum += count;
    }
    for &word in &*from {
        let next = &mut ends[digit(word)];
        to[*next as usize] = word;
        *next += 1;
    }
    let mut begin = 0;
    for end in ends.map(|end| end as usize) {
        if end > begin {
            sort_into(&mut to[begin..end], &mut from[begin..end], !moved);
        }
        begin = end;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<W: Word + std::fmt::Debug>(mut words: Vec<W>) {
        let mut expected = words.clone();
        expected.sort();
        let mut other = words.clone();
        sort(&mut words, &mut other);
        assert_eq!(words, expected);
    }

    proptest! {
        #[test]
        fn words_come_out_in_order(
            seeds in prop::collection::vec(any::<u64>(), 0..9000),
            high in 0u32..64,
            low in 0u32..64,
        ) {
            check(seeds.iter().map(|seed| seed >> high << low).collect());
            check(seeds.iter().map(|&seed| u128::from(seed) << high ^ u128::from(seed % 7)).collect());
        }
    }
}
