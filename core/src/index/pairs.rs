//! Binary relations over dense keys, as they come from a dictionary.

use crate::memory::{Segment, SharedWord};

/// A value that an index entry may carry: a number, or `()` at no cost.
pub trait EntryValue: Copy + Send + Sync + std::fmt::Debug + 'static {
    /// The word in which it is stored.
    type Word: SharedWord;

    /// Whether there is anything to store.
    const STORED: bool;

    /// As a word.
    fn to_word(self) -> Self::Word;

    /// From its word.
    fn from_word(word: Self::Word) -> Self;

    /// From a weight column.
    fn from_weight(weight: f64) -> Self;

    /// As a weight; `()` weighs 1.
    fn to_weight(self) -> f64;
}

impl EntryValue for () {
    type Word = u8;
    const STORED: bool = false;
    #[inline(always)]
    fn to_word(self) -> u8 {
        0
    }
    #[inline(always)]
    fn from_word(_: u8) {}
    #[inline(always)]
    fn from_weight(_: f64) {}
    #[inline(always)]
    fn to_weight(self) -> f64 {
        1.0
    }
}

macro_rules! entry_numbers {
    ($($number:ty),*) => {$(
        impl EntryValue for $number {
            type Word = $number;
            const STORED: bool = true;
            #[inline(always)]
            fn to_word(self) -> $number {
                self
            }
            #[inline(always)]
            fn from_word(word: $number) -> $number {
                word
            }
            /// The nearest that there is: toward zero, and at most the ends of the range.
            #[inline(always)]
            fn from_weight(weight: f64) -> $number {
                weight as $number
            }
            #[inline(always)]
            fn to_weight(self) -> f64 {
                self as f64
            }
        }
    )*};
}

entry_numbers!(f64, f32, u32, u64, i32, i64);

/// Pairs of dense keys, and a value with each if `W` stores one, in the order of the input.
#[derive(Debug)]
pub struct Pairs<W: EntryValue> {
    pub(super) chunks: Vec<PairChunk<W>>,
    /// For each key, in how many pairs it stands, both sides counted.
    pub(super) appearances: Segment<u32>,
    pub(super) num_pairs: u64,
    pub(super) num_self_pairs: u64,
}

/// The pairs of one morsel.
#[derive(Debug)]
pub(super) struct PairChunk<W: EntryValue> {
    pub(super) left: Segment<u32>,
    pub(super) right: Segment<u32>,
    /// Empty if `W` stores nothing.
    pub(super) values: Segment<W::Word>,
}

impl<W: EntryValue> PairChunk<W> {
    /// The pairs with their values, in order.
    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32, W)> + '_ {
        self.left.iter().zip(self.right.iter()).enumerate().map(|(at, (&left, &right))| {
            let word = if W::STORED { self.values[at] } else { bytemuck::Zeroable::zeroed() };
            (left, right, W::from_word(word))
        })
    }
}

impl<W: EntryValue> Pairs<W> {
    /// The number of keys; both sides of every pair are below it.
    pub fn num_keys(&self) -> usize {
        self.appearances.len()
    }

    /// Bytes of the budget that they hold.
    pub fn num_bytes(&self) -> u64 {
        let of = |chunk: &PairChunk<W>| {
            chunk.left.num_bytes() + chunk.right.num_bytes() + chunk.values.num_bytes()
        };
        (self.chunks.iter().map(of).sum::<usize>() + self.appearances.num_bytes()) as u64
    }

    /// The number of pairs.
    pub fn num_pairs(&self) -> u64 {
        self.num_pairs
    }

    /// The number of pairs of a key with itself.
    pub fn num_self_pairs(&self) -> u64 {
        self.num_self_pairs
    }
}
