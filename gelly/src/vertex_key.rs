//! Types of vertex ids.
//!
//! The index knows two kinds of ids: integers of 64 bits and texts. A key is the one or the other,
//! in an order-preserving way: an integer where every key of the graph has one, a text otherwise.
//!
//! | key | stands as |
//! |---|---|
//! | `i8` .. `i64`, `u8` .. `u32` | an integer |
//! | `u64` | an integer; a text of 20 digits if one of the graph is above `i64::MAX` |
//! | `String` | the text itself |
//! | [`Id`] | an integer; a text if one of the graph is a text |
//! | `[u8; N]` | a text of hexadecimal digits |
//! | `(A, B)`, `(A, B, C)` | a text that is made of both, in order |

use std::fmt::{Debug, Write};
use std::hash::Hash;

use quince_core::columnar::Record;
use quince_core::index::{Dictionary, Key};

use crate::id::Id;

/// What can be the id of a vertex: integers of every width, `String`, [`Id`], arrays of bytes, and
/// pairs and triples of these.
///
/// ```
/// use quince_gelly::{VertexId, VertexKey};
///
/// assert_eq!(7u16.to_integer(), Some(7));
/// assert_eq!((7u16, 9i8).to_integer(), None);
/// let mut text = String::new();
/// (7u16, 9i8).push_text(&mut text);
/// assert_eq!(<(u16, i8)>::from_key(VertexId::Text(&text)), Some((7, 9)));
/// ```
///
/// What has no equality that all agree on is none:
///
/// ```compile_fail,E0277
/// # use quince_core::Environment;
/// # use quince_gelly::{Edge, Graph};
/// # let env = Environment::builder().threads(1).build().unwrap();
/// let graph = Graph::from_edges(&env, [Edge::from((0.5, 1.5))]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the id of a vertex",
    note = "ids are integers, `String`, `Id`, arrays of bytes, and pairs and triples of these"
)]
pub trait VertexKey: Record + Ord + Hash + Debug {
    /// The integer that it stands as, if it has one. Integers are in the order of their keys.
    fn to_integer(&self) -> Option<i64> {
        None
    }

    /// Appends the text that it stands as where not every key has an integer. Texts are in the
    /// order of their keys.
    fn push_text(&self, text: &mut String) {
        self.push_part(text);
    }

    /// The key that stands as this one, if there is one.
    fn from_key(key: Key<'_>) -> Option<Self> {
        let Key::Text(mut text) = key else { return None };
        Self::take_part(&mut text).filter(|_| text.is_empty())
    }

    /// Appends it as a part of a longer key: texts of several parts are in the order of the parts.
    fn push_part(&self, text: &mut String);

    /// Takes it off the front of a longer key.
    fn take_part(text: &mut &str) -> Option<Self>;

    /// The dense number of the vertex that it names in a graph with this dictionary.
    fn dense(&self, dictionary: &Dictionary) -> Option<u32> {
        if !dictionary.has_text_keys() {
            return dictionary.get(self.to_integer()?);
        }
        let mut text = String::new();
        self.push_text(&mut text);
        dictionary.get(text.as_str())
    }
}

/// Hexadecimal digits of an integer that is part of a longer key.
const DIGITS: usize = 16;

/// The first `len` bytes of `text`, taken off.
fn take<'a>(text: &mut &'a str, len: usize) -> Option<&'a str> {
    let (taken, rest) = text.split_at_checked(len)?;
    *text = rest;
    Some(taken)
}

fn push_word(text: &mut String, word: u64) {
    write!(text, "{word:0DIGITS$x}").expect("a text takes all that is written to it");
}

fn take_word(text: &mut &str) -> Option<u64> {
    u64::from_str_radix(take(text, DIGITS)?, 16).ok()
}

macro_rules! integer_keys {
    ($($integer:ty),*) => {$(
        impl VertexKey for $integer {
            #[inline]
            fn to_integer(&self) -> Option<i64> {
                Some((*self).into())
            }

            fn from_key(key: Key<'_>) -> Option<Self> {
                match key {
                    Key::Integer(integer) => integer.try_into().ok(),
                    Key::Text(_) => None,
                }
            }

            fn push_part(&self, text: &mut String) {
                push_word(text, i64::from(*self) as u64 ^ 1 << 63);
            }

            fn take_part(text: &mut &str) -> Option<Self> {
                ((take_word(text)? ^ 1 << 63) as i64).try_into().ok()
            }
        }
    )*};
}

integer_keys!(i8, i16, i32, i64, u8, u16, u32);

impl VertexKey for u64 {
    #[inline]
    fn to_integer(&self) -> Option<i64> {
        i64::try_from(*self).ok()
    }

    fn push_text(&self, text: &mut String) {
        write!(text, "{self:020}").expect("a text takes all that is written to it");
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        match key {
            Key::Integer(integer) => integer.try_into().ok(),
            Key::Text(text) => text.parse().ok(),
        }
    }

    fn push_part(&self, text: &mut String) {
        push_word(text, *self);
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        take_word(text)
    }
}

/// What ends a text that is part of a longer key; inside, [`ESCAPED`] stands for the character 0.
const END: &str = "\0\0";
const ESCAPED: &str = "\0\u{1}";

impl VertexKey for String {
    fn push_text(&self, text: &mut String) {
        text.push_str(self);
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        match key {
            Key::Integer(_) => None,
            Key::Text(text) => Some(text.to_owned()),
        }
    }

    fn push_part(&self, text: &mut String) {
        push_escaped(self, text);
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        let len = text.find(END)?;
        let part = take(text, len)?.replace(ESCAPED, "\0");
        take(text, END.len())?;
        Some(part)
    }
}

fn push_escaped(part: &str, text: &mut String) {
    for (at, piece) in part.split('\0').enumerate() {
        text.push_str(if at == 0 { "" } else { ESCAPED });
        text.push_str(piece);
    }
    text.push_str(END);
}

impl VertexKey for Id {
    #[inline]
    fn to_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(id) => Some(*id),
            Self::Text(_) => None,
        }
    }

    fn push_text(&self, text: &mut String) {
        write!(text, "{self}").expect("a text takes all that is written to it");
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        Some(key.into())
    }

    fn push_part(&self, text: &mut String) {
        push_escaped(&self.to_string(), text);
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        String::take_part(text).map(|id| Self::read(&id))
    }

    fn dense(&self, dictionary: &Dictionary) -> Option<u32> {
        self.dense_as_found(dictionary)
    }
}

impl<const N: usize> VertexKey for [u8; N] {
    fn push_part(&self, text: &mut String) {
        for byte in self {
            write!(text, "{byte:02x}").expect("a text takes all that is written to it");
        }
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = u8::from_str_radix(take(text, 2)?, 16).ok()?;
        }
        Some(bytes)
    }
}

impl<A: VertexKey, B: VertexKey> VertexKey for (A, B) {
    fn push_part(&self, text: &mut String) {
        self.0.push_part(text);
        self.1.push_part(text);
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        Some((A::take_part(text)?, B::take_part(text)?))
    }
}

impl<A: VertexKey, B: VertexKey, C: VertexKey> VertexKey for (A, B, C) {
    fn push_part(&self, text: &mut String) {
        self.0.push_part(text);
        self.1.push_part(text);
        self.2.push_part(text);
    }

    fn take_part(text: &mut &str) -> Option<Self> {
        Some((A::take_part(text)?, B::take_part(text)?, C::take_part(text)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Both forms of a key come back, and are in the order of keys.
    fn check<K: VertexKey>(a: &K, b: &K) {
        if let (Some(left), Some(right)) = (a.to_integer(), b.to_integer()) {
            assert_eq!(left.cmp(&right), a.cmp(b), "{a:?} {b:?}");
            assert_eq!(K::from_key(Key::Integer(left)).as_ref(), Some(a));
        }
        if a.to_integer().is_none() || b.to_integer().is_none() {
            let text = |key: &K| {
                let mut text = String::new();
                key.push_text(&mut text);
                text
            };
            let (left, right) = (text(a), text(b));
            assert_eq!(left.cmp(&right), a.cmp(b), "{a:?} {b:?}");
            assert_eq!(K::from_key(Key::Text(&left)).as_ref(), Some(a));
        }
        let part = |key: &K| {
            let mut text = String::new();
            key.push_part(&mut text);
            text
        };
        let (left, right) = (part(a), part(b));
        assert_eq!(left.cmp(&right), a.cmp(b), "{a:?} {b:?}");
        let longer = format!("{left}{right}");
        let mut rest = &longer[..];
        assert_eq!(K::take_part(&mut rest).as_ref(), Some(a));
        assert_eq!(K::take_part(&mut rest).as_ref(), Some(b));
        assert_eq!(rest, "");
    }

    proptest! {
        #[test]
        fn keys_come_back_and_keep_their_order(
            signed: [(i8, i16, i64); 2], unsigned: [(u8, u32); 2], large: [u64; 2],
            texts in prop::collection::vec("[\0\u{1}ab]{0,4}", 2..3), bytes: [[u8; 16]; 2],
        ) {
            check(&signed[0], &signed[1]);
            check(&signed[0].2, &signed[1].2);
            check(&unsigned[0], &unsigned[1]);
            check(&large[0], &large[1]);
            check(&(large[0] >> 1), &(large[1] >> 1));
            check(&texts[0], &texts[1]);
            check(&(texts[0].clone(), unsigned[0].0), &(texts[1].clone(), unsigned[1].0));
            check(&bytes[0], &bytes[1]);
            check(&(bytes[0], texts[0].clone()), &(bytes[1], texts[1].clone()));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(u8::from_key(Key::Integer(256)), None);
        assert_eq!(u32::from_key(Key::Text("7")), None);
        assert_eq!(<[u8; 2]>::from_key(Key::Text("00ff0")), None);
        assert_eq!(<(u8, u8)>::from_key(Key::Text("")), None);
        assert_eq!(String::from_key(Key::Integer(7)), None);
    }
}
