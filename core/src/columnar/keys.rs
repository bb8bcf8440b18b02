//! Keys: columns as words or bytes whose order is the order of the records.
//!
//! | columns | key | compared by |
//! |---|---|---|
//! | up to 8 bytes of numbers | one word of 64 bits | the word |
//! | up to 16 bytes of numbers | one word of 128 bits | the word |
//! | more, or any text | bytes | the bytes |
//!
//! Numbers are turned so that unsigned order is their order (the sign flipped; floats by IEEE 754
//! total order, with -0 equal to 0 and every NaN equal and last). In bytes, numbers are
//! big-endian, and a text that is not the last column is closed by two zeros, with a zero inside
//! it written as `00 ff`, so that no key is the beginning of another by accident. In falling
//! order all bits of a column's share are turned over, and a text is closed wherever it stands.
//!
//! Which form a key takes depends on the types of its columns alone: keys of two batches, or of
//! the two inputs of a join, compare.

use std::cmp::Ordering;
use std::fmt;

use super::rows::text_bytes;
use super::{Column, match_column};

/// The keys of a batch, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Words of 64 bits.
    Words(Vec<u64>),
    /// Words of 128 bits.
    Wide(Vec<u128>),
    /// Bytes: row `i` is `bytes[ends[i - 1]..ends[i]]`.
    Bytes {
        /// Where each row ends.
        ends: Vec<u32>,
        /// The bytes of all rows.
        bytes: Vec<u8>,
    },
}

/// Whether small values come first or last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Small values first; NaN last.
    #[default]
    Ascending,
    /// Large values first; NaN before all others.
    Descending,
}

impl Order {
    /// What turns the bits of a rising word over where the order falls.
    pub(super) fn mask(self) -> u64 {
        match self {
            Self::Ascending => 0,
            Self::Descending => u64::MAX,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        })
    }
}

/// A number as an unsigned word in the same order.
trait Ordered: Copy {
    fn ordered(self) -> u64;
}

macro_rules! ordered {
    ($($number:ty: $value:ident => $word:expr;)*) => {
        $(impl Ordered for $number {
            #[inline(always)]
            fn ordered(self) -> u64 { let $value = self; $word }
        })*
    };
}

ordered! {
    u8: x => x.into();
    u16: x => x.into();
    u32: x => x.into();
    u64: x => x;
    i8: x => (x as u8 ^ 1 << 7).into();
    i16: x => (x as u16 ^ 1 << 15).into();
    i32: x => (x as u32 ^ 1 << 31).into();
    i64: x => x as u64 ^ 1 << 63;
    f32: x => {
        let bits = if x.is_nan() { f32::NAN.to_bits() } else { (x + 0.0).to_bits() };
        (if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }).into()
    };
    f64: x => {
        let bits = if x.is_nan() { f64::NAN.to_bits() } else { (x + 0.0).to_bits() };
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    };
}

impl Keys {
    /// The keys that `columns` make together, the first column the most significant.
    pub fn of(columns: &[Column], num_rows: usize) -> Self {
        Self::ordered(columns, &[], num_rows)
    }

    /// As [`of`](Self::of), each column in its own order: rising, where `orders` has none for it.
    pub fn ordered(columns: &[Column], orders: &[Order], num_rows: usize) -> Self {
        let width: Option<usize> = columns.iter().map(|column| column.column_type().width()).sum();
        match width {
            Some(0..=8) => {
                Self::Words(pack(columns, orders, num_rows, |word: u64, bits, value| {
                    word.checked_shl(bits).unwrap_or(0) | value
                }))
            }
            Some(9..=16) => {
                Self::Wide(pack(columns, orders, num_rows, |word: u128, bits, value| {
                    word << bits | u128::from(value)
                }))
            }
            _ => Self::bytes(columns, orders, num_rows),
        }
    }

    fn bytes(columns: &[Column], orders: &[Order], num_rows: usize) -> Self {
        let mut ends = Vec::with_capacity(num_rows);
        let mut bytes = Vec::new();
        for row in 0..num_rows {
            for (at, column) in columns.iter().enumerate() {
                let order = order_of(orders, at);
                match_column!(column,
                    Native(values, _same) => {
                        let value = values[row];
                        let word = (value.ordered() ^ order.mask()).to_be_bytes();
                        bytes.extend_from_slice(&word[8 - size_of_val(&value)..]);
                    },
                    Column::Utf8(_) | Column::CodedUtf8 { .. } => {
                        let begin = bytes.len();
                        let closed = at + 1 < columns.len() || order == Order::Descending;
                        push_text(&mut bytes, text_bytes(column, row), closed);
                        if order == Order::Descending {
                            bytes[begin..].iter_mut().for_each(|byte| *byte = !*byte);
                        }
                    }
                );
            }
            ends.push(
                u32::try_from(bytes.len()).expect("the keys of a batch take less than 4 GiB"),
            );
        }
        Self::Bytes { ends, bytes }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Words(words) => words.len(),
            Self::Wide(words) => words.len(),
            Self::Bytes { ends, .. } => ends.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hash of every key. Words of 64 bits hash one to one: equal hashes mean equal keys.
    pub fn hashes(&self) -> Vec<u64> {
        match self {
            Self::Words(words) => words.iter().map(|&word| mix(word)).collect(),
            Self::Wide(words) => words
                .iter()
                .map(|&word| mix(mix((word >> 64) as u64).wrapping_add(word as u64)))
                .collect(),
            Self::Bytes { .. } => {
                (0..self.len()).map(|row| xxhash_rust::xxh3::xxh3_64(self.key(row))).collect()
            }
        }
    }

    /// As [`hashes`](Self::hashes), in the memory of the keys where it can be.
    pub fn into_hashes(self) -> Vec<u64> {
        match self {
            Self::Words(mut words) => {
                words.iter_mut().for_each(|word| *word = mix(*word));
                words
            }
            others => others.hashes(),
        }
    }

    /// The hashes of the keys that `columns` make together.
    pub fn hashes_of(columns: &[Column], num_rows: usize) -> Vec<u64> {
        match columns {
            [column] if column.column_type().width().is_some_and(|width| width <= 8) => {
                pack(columns, &[], num_rows, |_, _, word| mix(word))
            }
            _ => Self::of(columns, num_rows).into_hashes(),
        }
    }

    /// Whether equal hashes mean equal keys.
    pub fn hash_is_key(&self) -> bool {
        matches!(self, Self::Words(_))
    }

    /// The key of a row as bytes, where it is bytes; panics otherwise.
    pub(crate) fn key(&self, row: usize) -> &[u8] {
        match self {
            Self::Bytes { ends, bytes } => {
                let begin = row.checked_sub(1).map_or(0, |before| ends[before]);
                &bytes[begin as usize..ends[row] as usize]
            }
            _ => panic!("keys of one form"),
        }
    }

    /// How the key in `row` stands to the key in `other_row` of `other`.
    ///
    /// # Panics
    /// If the two are of different forms: their columns are of different types.
    #[inline]
    pub fn compare(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        match (self, other) {
            (Self::Words(a), Self::Words(b)) => a[row].cmp(&b[other_row]),
            (Self::Wide(a), Self::Wide(b)) => a[row].cmp(&b[other_row]),
            _ => self.key(row).cmp(other.key(other_row)),
        }
    }

    /// Adds the keys of `other` in the order of `rows`.
    pub fn extend_from(&mut self, other: &Self, rows: impl IntoIterator<Item = usize>) {
        match (&mut *self, other) {
            (Self::Words(to), Self::Words(from)) => to.extend(rows.into_iter().map(|r| from[r])),
            (Self::Wide(to), Self::Wide(from)) => to.extend(rows.into_iter().map(|r| from[r])),
            (Self::Bytes { ends, bytes }, Self::Bytes { .. }) => {
                for row in rows {
                    bytes.extend_from_slice(other.key(row));
                    ends.push(u32::try_from(bytes.len()).expect("keys take less than 4 GiB"));
                }
            }
            _ => panic!("keys of one form"),
        }
    }

    /// The least key above that in `row`, alone; `None` if there is none.
    pub fn successor(&self, row: usize) -> Option<Self> {
        match self {
            Self::Words(words) => Some(Self::Words(vec![words[row].checked_add(1)?])),
            Self::Wide(words) => Some(Self::Wide(vec![words[row].checked_add(1)?])),
            Self::Bytes { .. } => {
                let mut bytes = self.key(row).to_vec();
                bytes.push(0);
                let end = u32::try_from(bytes.len()).expect("keys take less than 4 GiB");
                Some(Self::Bytes { ends: vec![end], bytes })
            }
        }
    }

    /// No keys, of the form of these.
    pub fn empty_like(&self) -> Self {
        match self {
            Self::Words(_) => Self::Words(Vec::new()),
            Self::Wide(_) => Self::Wide(Vec::new()),
            Self::Bytes { .. } => Self::Bytes { ends: Vec::new(), bytes: Vec::new() },
        }
    }

    /// Bytes of memory behind the keys.
    pub fn num_bytes(&self) -> usize {
        match self {
            Self::Words(words) => size_of_val(&words[..]),
            Self::Wide(words) => size_of_val(&words[..]),
            Self::Bytes { ends, bytes } => size_of_val(&ends[..]) + bytes.len(),
        }
    }
}

/// Packs columns of numbers into one word a row, by `push(word, bits, value)`.
fn pack<W: Copy + Default>(
    columns: &[Column],
    orders: &[Order],
    num_rows: usize,
    push: impl Fn(W, u32, u64) -> W,
) -> Vec<W> {
    if let [column] = columns {
        let mask = order_of(orders, 0).mask();
        return match_column!(column,
            Native(values, _same) => {
                let keep = u64::MAX >> (64 - 8 * column.column_type().width().unwrap_or(8));
                let turned = |&value: &_| (Ordered::ordered(value) ^ mask) & keep;
                values.iter().map(|value| push(W::default(), 0, turned(value))).collect()
            },
            Column::Utf8(_) | Column::CodedUtf8 { .. } => unreachable!("text has no fixed width"),
        );
    }
    let mut words = vec![W::default(); num_rows];
    for (at, column) in columns.iter().enumerate() {
        let mask = order_of(orders, at).mask();
        match_column!(column,
            Native(values, _same) => {
                for (word, &value) in words.iter_mut().zip(&values[..]) {
                    let bits = 8 * size_of_val(&value) as u32;
                    let turned = (value.ordered() ^ mask) & (u64::MAX >> (64 - bits));
                    *word = push(*word, bits, turned);
                }
            },
            Column::Utf8(_) | Column::CodedUtf8 { .. } => unreachable!("text has no fixed width"),
        );
    }
    words
}

/// The order of the column `at`.
fn order_of(orders: &[Order], at: usize) -> Order {
    orders.get(at).copied().unwrap_or_default()
}

fn push_text(bytes: &mut Vec<u8>, text: &[u8], closed: bool) {
    if !closed {
        bytes.extend_from_slice(text);
        return;
    }
    for &byte in text {
        bytes.push(byte);
        if byte == 0 {
            bytes.push(0xff);
        }
    }
    bytes.extend_from_slice(&[0, 0]);
}

/// A bijection of words that spreads every bit over all others (the finalizer of MurmurHash3).
#[inline(always)]
fn mix(mut word: u64) -> u64 {
    word = (word ^ word >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    word = (word ^ word >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    word ^ word >> 33
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columnar::{Record, batch_of};

    fn keys<T: Record>(records: &[T]) -> Keys {
        let batch = batch_of(records.to_vec());
        Keys::of(batch.columns(), batch.num_rows())
    }

    fn check<T: Record + PartialOrd>(a: &T, b: &T) {
        let keys = keys(&[a.clone(), b.clone()]);
        assert_eq!(Some(keys.compare(0, &keys, 1)), a.partial_cmp(b));
        let hashes = keys.hashes();
        let batch = batch_of([a.clone(), b.clone()]);
        assert_eq!(Keys::hashes_of(batch.columns(), 2), hashes);
        assert!(a != b || hashes[0] == hashes[1]);
        assert!(!keys.hash_is_key() || a == b || hashes[0] != hashes[1]);
    }

    proptest! {
        #[test]
        fn keys_order_as_records_do(
            a: (i8, u32), b: (i8, u32), c: (u64, i32, f32), d: (u64, i32, f32),
            e in any::<(String, i16, String)>(), f in any::<(String, i16, String)>(),
            g in any::<(Option<String>, f64)>(), h in any::<(Option<String>, f64)>(), x: i64, y: i64,
        ) {
            check(&a, &b);
            check(&c, &d);
            check(&e, &f);
            check(&g, &h);
            check(&x, &y);
            check(&("a\0".to_owned(), 1u8), &("a".to_owned(), 2u8));
        }
    }

    proptest! {
        #[test]
        fn falling_columns_turn_the_order_over(
            a in any::<(String, i16, f32)>(), b in any::<(String, i16, f32)>(),
            c: (i64, u8), d: (i64, u8), e: (u16, i32), f: (u16, i32),
        ) {
            use Order::{Ascending, Descending};
            let compare = |batch: &crate::columnar::Batch, orders: &[Order]| {
                let keys = Keys::ordered(batch.columns(), orders, 2);
                keys.compare(0, &keys, 1)
            };
            let text = batch_of([(a.1, a.0.clone()), (b.1, b.0.clone())]);
            let expected = a.1.cmp(&b.1).then(b.0.cmp(&a.0));
            prop_assert_eq!(compare(&text, &[Ascending, Descending]), expected);
            let first = batch_of([a.clone(), b.clone()]);
            let expected = b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(b.2.partial_cmp(&a.2).unwrap());
            prop_assert_eq!(compare(&first, &[Descending, Ascending, Descending]), expected);
            let expected = d.0.cmp(&c.0).then(c.1.cmp(&d.1));
            prop_assert_eq!(compare(&batch_of([c, d]), &[Descending, Ascending]), expected);
            let expected = e.0.cmp(&f.0).then(f.1.cmp(&e.1));
            prop_assert_eq!(compare(&batch_of([e, f]), &[Ascending, Descending]), expected);
        }
    }

    #[test]
    fn zeros_are_equal_and_nans_are_equal_and_last() {
        let keys = keys(&[0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY]);
        assert_eq!(keys.compare(0, &keys, 1), Ordering::Equal);
        assert_eq!(keys.compare(2, &keys, 3), Ordering::Equal);
        assert_eq!(keys.compare(2, &keys, 4), Ordering::Greater);
    }

    #[test]
    fn no_column_is_one_key() {
        assert_eq!(keys(&[(), ()]), Keys::Words(vec![0, 0]));
    }

    #[test]
    fn keys_are_copied_by_row() {
        let all = keys(&["b".to_owned(), "ab".to_owned(), String::new()]);
        let mut some = all.empty_like();
        some.extend_from(&all, [2, 1]);
        assert_eq!(some.compare(0, &all, 2), Ordering::Equal);
        assert_eq!(some.compare(1, &all, 1), Ordering::Equal);
    }
}
