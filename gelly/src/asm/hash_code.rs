//! Records that have a hash code of Java's, so that checksums are those of Gelly.
//!
//! Numbers hash as `Integer`, `Long`, `Float` and `Double` do, and a
//! [`LongValue`](super::translate::LongValue) as Flink's; the rest is in [`java_hash`].

use crate::graph::{Edge, Vertex};
use crate::id::Id;
use crate::java_hash::{self, NULL_VALUE, tuple};

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

macro_rules! java_hashes {
    ($($number:ty: $value:ident => $hash:expr;)*) => {$(
        impl JavaHash for $number {
            fn java_hash(&self) -> i32 {
                let $value = *self;
                $hash
            }
        }
    )*};
}

java_hashes! {
    i8: x => x.into();
    i16: x => x.into();
    i32: x => x;
    i64: x => java_hash::long(x);
    u8: x => x.into();
    u16: x => x.into();
    u32: x => x as i32;
    u64: x => java_hash::long(x as i64);
    bool: x => if x { 1231 } else { 1237 };
    f32: x => java_hash::float(x);
    f64: x => java_hash::double(x);
}

/// Flink's `NullValue`.
impl JavaHash for () {
    fn java_hash(&self) -> i32 {
        NULL_VALUE
    }
}

impl JavaHash for str {
    fn java_hash(&self) -> i32 {
        java_hash::string(self)
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

macro_rules! hashes_of_tuples {
    ($($name:ident $at:tt),+) => {
        impl<$($name: JavaHash),+> JavaHash for ($($name,)+) {
            fn java_hash(&self) -> i32 {
                tuple([$(self.$at.java_hash()),+])
            }
        }
    };
}

hashes_of_tuples!(A 0);
hashes_of_tuples!(A 0, B 1);
hashes_of_tuples!(A 0, B 1, C 2);
hashes_of_tuples!(A 0, B 1, C 2, D 3);
hashes_of_tuples!(A 0, B 1, C 2, D 3, E 4);

impl<K: JavaHash, VV: JavaHash> JavaHash for Vertex<K, VV> {
    fn java_hash(&self) -> i32 {
        tuple([self.id.java_hash(), self.value.java_hash()])
    }
}

impl<K: JavaHash, EV: JavaHash> JavaHash for Edge<K, EV> {
    fn java_hash(&self) -> i32 {
        tuple([self.source.java_hash(), self.target.java_hash(), self.value.java_hash()])
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
}
