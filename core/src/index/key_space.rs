//! The distinct keys of a dictionary in ascending order.

use std::fmt;

use crate::columnar::Strings;
use crate::memory::Segment;

/// A key as the user gave it. Integers sort by value, texts by their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'a> {
    /// An integer.
    Integer(i64),
    /// A text.
    Text(&'a str),
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl From<i64> for Key<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// All keys that an **ordinal** (a number that rises with the key) may stand for.
#[derive(Debug)]
pub(super) enum KeySpace {
    /// The integers from `min`; an ordinal may stand for no key of the input.
    Range { min: i64, len: usize },
    /// These integers, ascending.
    Integers(Segment<i64>),
    /// These texts, ascending.
    Texts(Strings),
}

impl KeySpace {
    /// The number of ordinals.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Range { len, .. } => *len,
            Self::Integers(keys) => keys.len(),
            Self::Texts(keys) => keys.len(),
        }
    }

    /// Bytes that the keys take.
    pub(super) fn num_bytes(&self) -> usize {
        match self {
            Self::Range { .. } => 0,
            Self::Integers(keys) => keys.num_bytes(),
            Self::Texts(keys) => size_of_val(&keys.offsets()[..]) + keys.bytes().len(),
        }
    }

    /// The key of an ordinal; panics if there is none.
    pub(super) fn key(&self, ordinal: u32) -> Key<'_> {
        match self {
            Self::Range { min, .. } => Key::Integer(min + i64::from(ordinal)),
            Self::Integers(keys) => Key::Integer(keys[ordinal as usize]),
            Self::Texts(keys) => Key::Text(keys.get(ordinal as usize)),
        }
    }

    /// The ordinal of a key. In a range it may be that of no key of the input.
    pub(super) fn ordinal(&self, key: Key<'_>) -> Option<u32> {
        match (self, key) {
            (Self::Range { min, len }, Key::Integer(key)) => {
                let offset = key.checked_sub(*min)?;
                u32::try_from(offset).ok().filter(|&offset| (offset as usize) < *len)
            }
            (Self::Integers(keys), Key::Integer(key)) => {
                keys.binary_search(&key).ok().map(|at| at as u32)
            }
            (Self::Texts(keys), Key::Text(key)) => search(keys, key),
            _ => None,
        }
    }

    /// For plans: how keys are told apart.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Range { min, len } => {
                format!("integers in {min}..={}, by offset", min + *len as i64 - 1)
            }
            Self::Integers(keys) => format!("{} integers with gaps, hashed", keys.len()),
            Self::Texts(keys) => format!("{} texts, hashed", keys.len()),
        }
    }
}

/// The position of `key` among ascending texts.
pub(super) fn search(keys: &Strings, key: &str) -> Option<u32> {
    let (mut low, mut high) = (0, keys.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match keys.get(middle).cmp(key) {
            std::cmp::Ordering::Equal => return Some(middle as u32),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryManager;

    #[test]
    fn ordinals_and_keys_are_inverse() {
        let memory = MemoryManager::new(1 << 20);
        let mut integers = memory.allocate("keys", 3).unwrap();
        integers.copy_from_slice(&[i64::MIN, -1, i64::MAX]);
        let spaces = [
            KeySpace::Range { min: -2, len: 5 },
            KeySpace::Integers(integers),
            KeySpace::Texts(Strings::from_iter(["", "a b", "ü"])),
        ];
        for space in spaces {
            for ordinal in 0..space.len() as u32 {
                assert_eq!(space.ordinal(space.key(ordinal)), Some(ordinal));
            }
            assert_eq!(space.ordinal(Key::Integer(99)), None);
            assert_eq!(space.ordinal(Key::Integer(i64::MIN + 1)), None);
            assert_eq!(space.ordinal(Key::Text("b")), None);
        }
    }
}
