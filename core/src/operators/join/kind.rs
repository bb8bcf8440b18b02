//! Kinds of joins: which rows without a partner come out, and as what.

use crate::operators::co_partition::Unmatched;

/// Which rows without a partner a join keeps: [`Inner`], [`LeftOuter`], [`RightOuter`] or
/// [`FullOuter`].
pub trait JoinKind: Sealed + Send + Sync + 'static {
    /// The left half of a pair: `T`, or `Option<T>` where it may be missing.
    type Left<T>;
    /// The right half of a pair.
    type Right<T>;
}

/// How a pair is made of halves that are there or not.
pub trait Sealed {
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const LEFT_IS_OPTIONAL: bool;
    #[doc(hidden)]
    const RIGHT_IS_OPTIONAL: bool;

    #[doc(hidden)]
    fn left<T>(value: Option<T>) -> <Self as JoinKind>::Left<T>
    where
        Self: JoinKind;

    #[doc(hidden)]
    fn right<T>(value: Option<T>) -> <Self as JoinKind>::Right<T>
    where
        Self: JoinKind;
}

/// The keys of one side that a kind of join wants.
pub(super) fn unmatched<K: JoinKind>() -> Unmatched {
    Unmatched { left: K::RIGHT_IS_OPTIONAL, right: K::LEFT_IS_OPTIONAL }
}

fn always<T>(value: Option<T>) -> T {
    value.expect("this kind of join has a row on this side of every pair")
}

fn as_it_is<T>(value: Option<T>) -> Option<T> {
    value
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal:
        $left:ty, $left_optional:literal, $make_left:ident;
        $right:ty, $right_optional:literal, $make_right:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $kind;

        impl JoinKind for $kind {
            type Left<T> = $left;
            type Right<T> = $right;
        }

        impl Sealed for $kind {
            const NAME: &'static str = $name;
            const LEFT_IS_OPTIONAL: bool = $left_optional;
            const RIGHT_IS_OPTIONAL: bool = $right_optional;

            #[inline(always)]
            fn left<T>(value: Option<T>) -> $left {
                $make_left(value)
            }

            #[inline(always)]
            fn right<T>(value: Option<T>) -> $right {
                $make_right(value)
            }
        }
    )*};
}

kinds! {
    /// Pairs of rows with the same key.
    Inner "join": T, false, always; T, false, always;
    /// Also the left rows whose key the right side does not have.
    LeftOuter "left outer join": T, false, always; Option<T>, true, as_it_is;
    /// Also the right rows whose key the left side does not have.
    RightOuter "right outer join": Option<T>, true, as_it_is; T, false, always;
    /// Also the rows of both sides whose key the other does not have.
    FullOuter "full outer join": Option<T>, true, as_it_is; Option<T>, true, as_it_is;
}
