//! Java's hash codes, so that checksums are those that Flink prints.
//!
//! `hashCode` of the boxed numbers, of `String`, and of Flink's tuples (31 times what came before,
//! plus the next field). Flink's value types hash as the number does, but for `LongValue`, which
//! adds 43: [`LongValue`](super::LongValue) is an id of its own for that reason.
//!
//! Results of Gelly's algorithms hash their fields by Murmur3 with a seed of their class:
//! [`MurmurHash`].

use crate::graph::{Edge, Vertex};
use crate::id::Id;

/// What has a Java hash code.
///
/// ```
/// use quince_gelly::asm::JavaHash;
///
/// assert_eq!((1i64 << 32 | 5).java_hash(), 4);
/// assert_eq!("ab".java_hash(), 31 * 97 + 98);
/// assert_eq!((7i64, 9i64).java_hash(), 31 * 7 + 9);
/// ```
pub trait JavaHash {
    /// The hash code.
    fn java_hash(&self) -> i32;
}

/// The fields of a tuple, hashed one after the other.
fn combine(fields: impl IntoIterator<Item = i32>) -> i32 {
    let mut fields = fields.into_iter();
    let first = fields.next().unwrap_or(0);
    fields.fold(first, |hash, field| hash.wrapping_mul(31).wrapping_add(field))
}

/// Both halves of a word.
fn fold_word(word: u64) -> i32 {
    (word ^ word >> 32) as i32
}

macro_rules! java_hash {
    ($($number:ty: $value:ident => $hash:expr;)*) => {$(
        impl JavaHash for $number {
            fn java_hash(&self) -> i32 {
                let $value = *self;
                $hash
            }
        }
    )*};
}

java_hash! {
    i8: x => x.into();
    i16: x => x.into();
    i32: x => x;
    i64: x => fold_word(x as u64);
    u8: x => x.into();
    u16: x => x.into();
    u32: x => x as i32;
    u64: x => fold_word(x);
    bool: x => if x { 1231 } else { 1237 };
    f32: x => if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() as i32 };
    f64: x => fold_word(if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() });
}

/// Flink's `NullValue`.
impl JavaHash for () {
    fn java_hash(&self) -> i32 {
        53
    }
}

impl JavaHash for str {
    fn java_hash(&self) -> i32 {
        self.encode_utf16()
            .fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
    }
}

impl JavaHash for String {
    fn java_hash(&self) -> i32 {
        self.as_str().java_hash()
    }
}

impl JavaHash for Id {
    fn java_hash(&self) -> i32 {
        match self {
            Self::Integer(id) => id.java_hash(),
            Self::Text(id) => id.java_hash(),
        }
    }
}

impl<T: JavaHash + ?Sized> JavaHash for &T {
    fn java_hash(&self) -> i32 {
        (**self).java_hash()
    }
}

macro_rules! java_hash_of_tuples {
    ($($name:ident $at:tt),+) => {
        impl<$($name: JavaHash),+> JavaHash for ($($name,)+) {
            fn java_hash(&self) -> i32 {
                combine([$(self.$at.java_hash()),+])
            }
        }
    };
}

java_hash_of_tuples!(A 0);
java_hash_of_tuples!(A 0, B 1);
java_hash_of_tuples!(A 0, B 1, C 2);
java_hash_of_tuples!(A 0, B 1, C 2, D 3);
java_hash_of_tuples!(A 0, B 1, C 2, D 3, E 4);

impl<K: JavaHash, VV: JavaHash> JavaHash for Vertex<K, VV> {
    fn java_hash(&self) -> i32 {
        combine([self.id.java_hash(), self.value.java_hash()])
    }
}

impl<K: JavaHash, EV: JavaHash> JavaHash for Edge<K, EV> {
    fn java_hash(&self) -> i32 {
        combine([self.source.java_hash(), self.target.java_hash(), self.value.java_hash()])
    }
}

/// 32-bit Murmur3 over words of 32 bits, as the results of Gelly's algorithms hash their fields.
///
/// Austin Appleby's MurmurHash3; a word of 64 bits is its high half and then its low half.
///
/// ```
/// use quince_gelly::asm::MurmurHash;
///
/// let empty = MurmurHash::new(0);
/// assert_eq!(empty.finish(), 0);
/// assert_ne!(empty.word(1).finish(), empty.long(1).finish());
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a hash is not finished until it is"]
pub struct MurmurHash {
    hash: u32,
    words: u32,
}

impl MurmurHash {
    /// Nothing hashed yet.
    pub fn new(seed: u32) -> Self {
        Self { hash: seed, words: 0 }
    }

    /// Adds a word of 32 bits.
    pub fn word(self, word: i32) -> Self {
        let word = (word as u32).wrapping_mul(0xcc9e_2d51).rotate_left(15);
        let mixed = (self.hash ^ word.wrapping_mul(0x1b87_3593)).rotate_left(13);
        Self { hash: mixed.wrapping_mul(5).wrapping_add(0xe654_6b64), words: self.words + 1 }
    }

    /// Adds a word of 64 bits.
    pub fn long(self, word: i64) -> Self {
        self.word((word >> 32) as i32).word(word as i32)
    }

    /// Adds a float, by its bits.
    pub fn double(self, value: f64) -> Self {
        self.long(value.to_bits() as i64)
    }

    /// The hash of all words.
    pub fn finish(self) -> i32 {
        let mut hash = self.hash ^ 4 * self.words;
        hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
        (hash ^ hash >> 16) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_java_hashes() {
        // `Long.hashCode`, `Double.hashCode` and `String.hashCode` as Java's documentation has them.
        assert_eq!((-1i64).java_hash(), 0);
        assert_eq!(i64::MIN.java_hash(), i32::MIN);
        assert_eq!(1.5f64.java_hash(), 0x3ff8_0000);
        assert_eq!("".java_hash(), 0);
        assert_eq!("hello".java_hash(), 99_162_322);
        assert_eq!((1i32, (), true).java_hash(), (31 + 53) * 31 + 1231);
        let edge = Edge { source: 1i64, target: 2i64, value: 12i64 };
        assert_eq!(edge.java_hash(), 961 + 62 + 12);
    }

    #[test]
    fn murmur_as_its_author_has_it() {
        // Known answers of MurmurHash3_x86_32 for one little-endian word.
        let hash = |seed, word: u32| MurmurHash::new(seed).word(word as i32).finish() as u32;
        assert_eq!(hash(0, 0x8765_4321), 0xf55b_516b);
        assert_eq!(hash(0x5082_edee, 0x8765_4321), 0x2362_f9de);
        assert_eq!(hash(0, 0), 0x2362_f9de);
    }
}
