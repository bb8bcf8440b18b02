//! Sorting words by their digits, the most significant first.
//!
//! A run of words is counted by the highest bits of their distance from the smallest, moved to the
//! places of those digits in the other of two arrays, and each digit's run is sorted in the same
//! way. What all words have in common so costs nothing. A short run is sorted by comparison. O(n w)
//! for words that span w bits; twice the memory of the words.

use std::ops::Sub;

/// Runs of up to this many words are sorted by comparison.
const SHORT_RUN: usize = 256;

/// Most bits of a digit.
const DIGIT_BITS: u32 = 8;

/// A digit is to leave runs of so many bits of length.
const LEFT_BITS: u32 = 4;

/// A word that can be sorted by digits.
pub(super) trait Word: bytemuck::Pod + Ord + Sub<Output = Self> + Send + Sync {
    /// How many bits there are from the lowest to the highest that is set.
    fn bit_len(self) -> u32;

    /// 64 bits from `shift` on.
    fn low(self, shift: u32) -> u64;
}

macro_rules! words {
    ($($word:ty)*) => {$(
        impl Word for $word {
            #[inline(always)]
            fn bit_len(self) -> u32 {
                Self::BITS - self.leading_zeros()
            }

            #[inline(always)]
            fn low(self, shift: u32) -> u64 {
                (self >> shift) as u64
            }
        }
    )*};
}

words!(u64 u128);

/// The smallest and the largest of `words`, of which there is at least one.
pub(super) fn bounds<W: Word>(words: &[W]) -> (W, W) {
    let bounds = (words[0], words[0]);
    words.iter().fold(bounds, |(least, most), &word| (least.min(word), most.max(word)))
}

/// Sorts `words`; `other` is of the same length, and what it holds does not matter.
pub(super) fn sort<W: Word>(words: &mut [W], other: &mut [W]) {
    if !words.is_sorted() {
        sort_into(words, other, false);
    }
}

/// Sorts `from`, into `to` if `moved`, in place otherwise.
fn sort_into<W: Word>(from: &mut [W], to: &mut [W], moved: bool) {
    if from.len() <= SHORT_RUN {
        from.sort_unstable();
    } else {
        let (least, most) = bounds(from);
        if least < most {
            return sort_by_digit(from, to, moved, least, (most - least).bit_len());
        }
    }
    if moved {
        to.copy_from_slice(from);
    }
}

/// Sorts words whose distances from `least` take `bits`.
fn sort_by_digit<W: Word>(from: &mut [W], to: &mut [W], moved: bool, least: W, bits: u32) {
    let digit_bits = from.len().ilog2().saturating_sub(LEFT_BITS).min(DIGIT_BITS);
    let shift = bits.saturating_sub(digit_bits);
    let digit = |word: W| (word - least).low(shift) as usize & ((1 << DIGIT_BITS) - 1);
    let mut ends = [0u32; 1 << DIGIT_BITS];
    from.iter().for_each(|&word| ends[digit(word)] += 1);
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    for &word in &*from {
        let next = &mut ends[digit(word)];
        to[*next as usize] = word;
        *next += 1;
    }
    let mut begin = 0;
    for &end in &ends[..1 << digit_bits] {
        let end = end as usize;
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
