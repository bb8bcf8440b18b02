//! The types that vertex ids can have, with their hash codes and texts in Java.

use std::fmt::Write as _;

use quince_gelly::java_hash;

use super::java_text::{write_double, write_float};

/// A type of vertex ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdType {
    Byte,
    Short,
    Char,
    Integer,
    /// `LongValue`.
    Long,
    /// `Long`, which hashes otherwise.
    NativeLong,
    Float,
    Double,
    String,
}

impl IdType {
    /// Names and types; the first three are those that usage texts show.
    const NAMES: [(&'static str, Self); 16] = [
        ("integer", Self::Integer),
        ("long", Self::Long),
        ("string", Self::String),
        ("byte", Self::Byte),
        ("nativeByte", Self::Byte),
        ("short", Self::Short),
        ("nativeShort", Self::Short),
        ("char", Self::Char),
        ("nativeChar", Self::Char),
        ("float", Self::Float),
        ("nativeFloat", Self::Float),
        ("double", Self::Double),
        ("nativeDouble", Self::Double),
        ("nativeInteger", Self::Integer),
        ("nativeLong", Self::NativeLong),
        ("nativeString", Self::String),
    ];

    /// How many of the names usage texts show.
    pub(super) const SHOWN: usize = 3;

    /// All names.
    pub(super) fn names() -> [&'static str; 16] {
        Self::NAMES.map(|(name, _)| name)
    }

    /// The type of this name, one of [`names`](Self::names).
    pub(super) fn named(name: &str) -> Self {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map_or(Self::Integer, |(_, ids)| *ids)
    }

    pub(super) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, ids)| *ids == self);
        found.map_or("integer", |(name, _)| name)
    }

    /// The most generated vertices that it tells apart.
    pub(super) fn limit(self) -> u64 {
        match self {
            Self::Byte => 1 << 8,
            Self::Short | Self::Char => 1 << 16,
            Self::Integer => 1 << 32,
            Self::Float => 1 << 24,
            Self::Double => 1 << 53,
            Self::Long | Self::NativeLong | Self::String => i64::MAX as u64,
        }
    }

    /// A generated id as the number that it is in this type: unsigned numbers go into signed ones
    /// as they are.
    pub(super) fn of_generated(self, id: i64) -> i64 {
        match self {
            Self::Byte => (id as i8).into(),
            Self::Short => (id as i16).into(),
            Self::Integer => (id as i32).into(),
            _ => id,
        }
    }

    /// Whether [`of_generated`](Self::of_generated) changes some id below `num_vertices`.
    pub(super) fn changes_below(self, num_vertices: u64) -> bool {
        let bits = match self {
            Self::Byte => 7,
            Self::Short => 15,
            Self::Integer => 31,
            _ => return false,
        };
        num_vertices > 1 << bits
    }

    /// The hash code of a numeric id.
    pub(super) fn hash(self, id: i64) -> i32 {
        match self {
            Self::Long => java_hash::long_value(id),
            Self::Float => java_hash::float(id as f32),
            Self::Double => java_hash::double(id as f64),
            Self::Byte | Self::Short | Self::Char | Self::Integer => id as i32,
            Self::NativeLong | Self::String => java_hash::long(id),
        }
    }

    /// Writes a numeric id.
    pub(super) fn write(self, id: i64, out: &mut String) {
        match self {
            Self::Float => write_float(id as f32, out),
            Self::Double => write_double(id as f64, out),
            // A surrogate by itself is no text.
            Self::Char => out.push(char::from_u32(id as u32).unwrap_or('?')),
            _ => {
                let _ = write!(out, "{id}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hash_and_print_as_in_java() {
        let text = |ids: IdType, id| {
            let mut out = String::new();
            ids.write(id, &mut out);
            (out, ids.hash(id))
        };
        assert_eq!(text(IdType::Integer, 7), ("7".to_owned(), 7));
        assert_eq!(text(IdType::Long, 7), ("7".to_owned(), 50));
        assert_eq!(text(IdType::NativeLong, 7 << 32), ((7i64 << 32).to_string(), 7));
        assert_eq!(text(IdType::Char, 65), ("A".to_owned(), 65));
        assert_eq!(text(IdType::Float, 2), ("2.0".to_owned(), 0x4000_0000));
        assert_eq!(text(IdType::Double, 2), ("2.0".to_owned(), 0x4000_0000));
    }

    #[test]
    fn large_generated_ids_become_negative() {
        assert_eq!(IdType::Byte.of_generated(200), -56);
        assert!(IdType::Byte.changes_below(129) && !IdType::Byte.changes_below(128));
        assert_eq!(IdType::named("nativeShort"), IdType::Short);
        assert_eq!(IdType::Short.name(), "short");
    }
}
