//! The hash codes of Java and of Gelly's results: what checksums are made of.
//!
//! A checksum is a number of records and the sum of their hash codes as unsigned 32-bit numbers,
//! so it does not depend on the order of the records. Gelly's `ChecksumHashCode` and its command
//! line's `--output hash` and `--output print` give such sums, and its tests pin them; with the
//! hash codes below ours are equal to them.
//!
//! | what | hash code |
//! |---|---|
//! | `Integer`, `IntValue`, and narrower ones | the value |
//! | `Long` | the upper half xor the lower half: [`long`] |
//! | `LongValue` | that of `Long` plus 43: [`long_value`] |
//! | `String`, `StringValue` | [`string`] |
//! | `Tuple2`, `Tuple3`, ... | [`tuple()`]: 31 times the first, plus the second, times 31, ... |
//! | `NullValue` | [`NULL_VALUE`] |
//! | results of algorithms | [`Murmur`] with the seed of the class: [`seed`] |

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// The hash code of `NullValue`.
pub const NULL_VALUE: i32 = 53;

/// The hash code of a `Long`.
///
/// ```
/// # use quince_gelly::java_hash::*;
/// assert_eq!((long(7), long(-1)), (7, 0));
/// ```
#[inline]
pub fn long(value: i64) -> i32 {
    (value ^ (value as u64 >> 32) as i64) as i32
}

/// The hash code of a `LongValue`.
///
/// ```
/// # use quince_gelly::java_hash::*;
/// assert_eq!(long_value(1), 44);
/// ```
#[inline]
pub fn long_value(value: i64) -> i32 {
    long(value).wrapping_add(43)
}

/// The hash code of a `Float` or `FloatValue`.
///
/// ```
/// # use quince_gelly::java_hash::*;
/// assert_eq!(float(1.0), 0x3f80_0000);
/// ```
#[inline]
pub fn float(value: f32) -> i32 {
    canonical_f32(value).to_bits() as i32
}

/// The hash code of a `Double` or `DoubleValue`.
///
/// ```
/// # use quince_gelly::java_hash::*;
/// assert_eq!(double(1.0), 0x3ff0_0000);
/// ```
#[inline]
pub fn double(value: f64) -> i32 {
    long(canonical_f64(value).to_bits() as i64)
}

/// The hash code of a `String`: of its UTF-16 units.
///
/// ```
/// assert_eq!(quince_gelly::java_hash::string("(0,1)"), 38_414_652);
/// ```
pub fn string(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash, unit| step(hash, i32::from(unit)))
}

/// The hash code of a tuple of fields with these hash codes.
///
/// ```
/// use quince_gelly::java_hash::{long, tuple};
/// assert_eq!(tuple([long(1), long(2)]), 33);
/// ```
pub fn tuple(fields: impl IntoIterator<Item = i32>) -> i32 {
    let mut fields = fields.into_iter();
    let first = fields.next().unwrap_or(0);
    fields.fold(first, step)
}

fn step(hash: i32, next: i32) -> i32 {
    hash.wrapping_mul(31).wrapping_add(next)
}

/// Java hashes one NaN.
fn canonical_f32(value: f32) -> f32 {
    if value.is_nan() { f32::from_bits(0x7fc0_0000) } else { value }
}

fn canonical_f64(value: f64) -> f64 {
    if value.is_nan() { f64::from_bits(0x7ff8_0000_0000_0000) } else { value }
}

/// The seeds of the hash codes of Gelly's results, and what [`Murmur`] is fed in which order. An
/// id is fed by its hash code.
pub mod seed {
    /// `clustering.undirected.TriangleListing.Result`: three ids.
    pub const UNDIRECTED_TRIANGLE: u32 = 0xd39f_d1ab;
    /// `clustering.directed.TriangleListing.Result`: three ids, the bitmask (32 bits).
    pub const DIRECTED_TRIANGLE: u32 = 0x0846_ea21;
    /// `clustering.undirected.LocalClusteringCoefficient.Result`: id, degree and triangle count
    /// (64 bits each).
    pub const UNDIRECTED_CLUSTERING: u32 = 0xc239_37c1;
    /// `clustering.directed.LocalClusteringCoefficient.Result`: as the undirected one.
    pub const DIRECTED_CLUSTERING: u32 = 0x37a2_08c4;
    /// `similarity.JaccardIndex.Result`: two ids, shared and distinct neighbours (32 bits each).
    pub const JACCARD_INDEX: u32 = 0x731f_73e7;
    /// `similarity.AdamicAdar.Result`: two ids, the score (32-bit float).
    pub const ADAMIC_ADAR: u32 = 0xe405_f6d1;
    /// `asm.degree.annotate.directed.VertexDegrees.Degrees`: degree, out-degree and in-degree (64
    /// bits each).
    pub const DEGREES: u32 = 0x3a12_fc31;
    /// `linkanalysis.HITS.Result`: id, hub and authority score (64-bit floats). Of our own making:
    /// no source names Gelly's, and no test pins it, as scores differ in their last digits.
    pub const HITS: u32 = 0xc7e3_9a63;
    /// `linkanalysis.PageRank.Result`: id, score (64-bit float).
    pub const PAGE_RANK: u32 = 0x4010_af29;
}

/// 32-bit MurmurHash3 over 32-bit words, as the results of Gelly's algorithms use it.
///
/// Appleby: MurmurHash3, 2011 (public domain).
///
/// ```
/// use quince_gelly::java_hash::{Murmur, long, seed};
/// let triangle = [1, 2, 3].into_iter().fold(Murmur::new(seed::UNDIRECTED_TRIANGLE), |hash, id| {
///     hash.int(long(id))
/// });
/// let other = Murmur::new(seed::DIRECTED_TRIANGLE).int(1).int(2).int(3).int(22);
/// assert_ne!(triangle.finish(), other.finish());
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Murmur {
    hash: u32,
    words: u32,
}

impl Murmur {
    /// A hash of nothing yet.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// assert_eq!(Murmur::new(0).finish(), 0);
    /// ```
    pub fn new(seed: u32) -> Self {
        Self { hash: seed, words: 0 }
    }

    /// One more word.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// assert_ne!(Murmur::new(0).int(1).int(2).finish(), Murmur::new(0).int(2).int(1).finish());
    /// ```
    #[inline]
    pub fn int(self, word: i32) -> Self {
        let scrambled = (word as u32).wrapping_mul(0xcc9e_2d51).rotate_left(15);
        let hash = (self.hash ^ scrambled.wrapping_mul(0x1b87_3593)).rotate_left(13);
        Self { hash: hash.wrapping_mul(5).wrapping_add(0xe654_6b64), words: self.words + 1 }
    }

    /// Two more words: the upper half, then the lower half.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// assert_eq!(Murmur::new(0).long((1 << 32) + 2).finish(), Murmur::new(0).int(1).int(2).finish());
    /// ```
    #[inline]
    pub fn long(self, value: i64) -> Self {
        self.int((value >> 32) as i32).int(value as i32)
    }

    /// One more word: the bits of the number.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// assert_eq!(Murmur::new(0).float(1.0).finish(), Murmur::new(0).int(0x3f80_0000).finish());
    /// ```
    #[inline]
    pub fn float(self, value: f32) -> Self {
        self.int(float(value))
    }

    /// Two more words: the bits of the number.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// let bits = 1.0f64.to_bits() as i64;
    /// assert_eq!(Murmur::new(0).double(1.0).finish(), Murmur::new(0).long(bits).finish());
    /// ```
    #[inline]
    pub fn double(self, value: f64) -> Self {
        self.long(canonical_f64(value).to_bits() as i64)
    }

    /// The hash code.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// assert_eq!(Murmur::new(7).int(1).finish(), Murmur::new(7).int(1).finish());
    /// ```
    #[inline]
    pub fn finish(self) -> i32 {
        let mut hash = self.hash ^ self.words.wrapping_mul(4);
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        (hash ^ (hash >> 16)) as i32
    }
}

/// A number of records and the sum of their hash codes as unsigned numbers.
///
/// ```
/// use quince_gelly::java_hash::{Checksum, string};
/// let lines: Checksum = ["(0,1)", "(1,0)"].map(string).into_iter().collect();
/// assert_eq!(lines.to_string(), "ChecksumHashCode 0x000000000494c6b8, count 2");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    /// The number of records.
    pub count: u64,
    /// The sum of their hash codes.
    pub sum: u64,
}

impl Checksum {
    /// Adds the hash code of one record.
    ///
    /// ```
    /// # use quince_gelly::java_hash::*;
    /// let mut sum = Checksum::default();
    /// sum.add_hash(-1);
    /// assert_eq!((sum.count, sum.sum), (1, 0xffff_ffff));
    /// ```
    #[inline]
    pub fn add_hash(&mut self, hash: i32) {
        *self = *self + Self { count: 1, sum: u64::from(hash as u32) };
    }
}

impl Add for Checksum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let Self { count, sum } = other;
        Self { count: self.count + count, sum: self.sum.wrapping_add(sum) }
    }
}

impl Sum for Checksum {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Self::add)
    }
}

impl FromIterator<i32> for Checksum {
    fn from_iter<I: IntoIterator<Item = i32>>(hashes: I) -> Self {
        let mut checksum = Self::default();
        hashes.into_iter().for_each(|hash| checksum.add_hash(hash));
        checksum
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChecksumHashCode {:#018x}, count {}", self.sum, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_codes_are_those_of_java() {
        assert_eq!((long(-1), long(1 << 32), long(7)), (0, 1, 7));
        assert_eq!(long_value(7), 50);
        assert_eq!((string(""), string("hello"), string("é€😀")), (0, 99_162_322, 16_752_006));
        assert_eq!((double(1.5), float(1.5)), (1_073_217_536, 1_069_547_520));
        assert_eq!(double(-f64::NAN), double(f64::NAN));
        assert_eq!(tuple([1, 2, 3]), 31 * (31 + 2) + 3);
    }

    #[test]
    fn murmur_is_that_of_its_author() {
        // Words in the order of memory: the published test vectors of MurmurHash3_x86_32.
        let word = |bytes: &[u8; 4]| i32::from_le_bytes(*bytes);
        assert_eq!(Murmur::new(0).int(word(b"test")).finish() as u32, 0xba6b_d213);
        assert_eq!(Murmur::new(0x9747_b28c).int(word(b"test")).finish() as u32, 0x704b_81dc);
        assert_eq!(Murmur::new(0).finish(), 0);
        assert_eq!(
            Murmur::new(5).long(1 << 32 | 2).finish(),
            Murmur::new(5).int(1).int(2).finish()
        );
    }

    #[test]
    fn a_graph_of_five_vertices_has_the_checksum_of_gelly() {
        // Row L25 of gelly.tsv: vertices are pairs of a number with itself, edges triples.
        let vertices = (1..=5).map(|id| tuple([long(id), long(id)]));
        let edges = [(1, 2), (1, 3), (2, 3), (3, 4), (3, 5), (4, 5), (5, 1)];
        let edges = edges.map(|(s, t)| tuple([long(s), long(t), long(10 * s + t)]));
        let checksum: Checksum = vertices.chain(edges).collect();
        assert_eq!(checksum, Checksum { count: 12, sum: 19_665 });
    }

    #[test]
    fn checksums_do_not_depend_on_the_order() {
        let checksum = |hashes: [i32; 3]| hashes.into_iter().collect::<Checksum>();
        assert_eq!(checksum([-1, 2, 3]), checksum([3, -1, 2]));
        assert_eq!(checksum([-1, 0, 1]), Checksum { count: 3, sum: 1 << 32 });
    }
}
