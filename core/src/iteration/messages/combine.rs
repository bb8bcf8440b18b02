//! How the messages to a key become fewer.

use std::cell::Cell;
use std::marker::PhantomData;

use crate::algebra::{Max, Min, Monoid, Sum};
use crate::index::{RunFold, StaticIndex};

/// An associative function that makes one message of two.
///
/// A closure `Fn(M, M) -> M` is one; so is a [`Combiner`] that says by its name what it does. Only
/// [`combine`](Self::combine) has to be written.
pub trait Combine<M>: Send + Sync {
    /// Whether messages are combined at all; where they are not, a key receives all of them.
    const COMBINES: bool = true;

    /// Whether long runs of messages may be regrouped, in one fixed way.
    const REGROUPS: bool = false;

    /// Combines two messages; `left` was sent first.
    fn combine(&self, left: M, right: M) -> M;

    /// Combines the messages along all entries of a row.
    #[inline(always)]
    fn fold_row<I: StaticIndex>(
        &self,
        index: &I,
        row: u32,
        message: impl Fn(u32, I::Value) -> M,
    ) -> Option<M> {
        let mut combined: Option<M> = None;
        index.for_each(row, |column, value| {
            let message = message(column, value);
            combined = Some(match combined.take() {
                Some(before) => self.combine(before, message),
                None => message,
            });
        });
        combined
    }

    /// As [`fold_row`](Self::fold_row), one by one, over the entries whose column is flagged.
    /// `message` may be asked for others too.
    #[inline(always)]
    fn fold_flagged<I: StaticIndex>(
        &self,
        index: &I,
        row: u32,
        flags: &[u8],
        message: impl Fn(u32, I::Value) -> M,
    ) -> Option<M> {
        let mut combined: Option<M> = None;
        index.for_each(row, |column, value| {
            if flags[column as usize] != 0 {
                let message = message(column, value);
                combined = Some(match combined.take() {
                    Some(before) => self.combine(before, message),
                    None => message,
                });
            }
        });
        combined
    }

    /// Combines messages in the grouping of [`fold_row`](Self::fold_row).
    fn fold_run(&self, messages: impl ExactSizeIterator<Item = M>) -> Option<M> {
        messages.reduce(|left, right| self.combine(left, right))
    }
}

impl<M, F: Fn(M, M) -> M + Send + Sync> Combine<M> for F {
    #[inline(always)]
    fn combine(&self, left: M, right: M) -> M {
        self(left, right)
    }
}

/// A combiner with a name, from which the engine knows what it may do.
///
/// ```
/// use quince_core::iteration::{Combine, Combiner};
/// assert_eq!(Combiner::min().combine(3u32, 2), 2);
/// assert_eq!(Combiner::sum().combine(0.5, 0.25), 0.75);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Combiner<L>(PhantomData<L>);

impl<T> Combiner<Min<T>> {
    /// The smaller of two.
    pub const fn min() -> Self {
        Self(PhantomData)
    }
}

impl<T> Combiner<Max<T>> {
    /// The larger of two.
    pub const fn max() -> Self {
        Self(PhantomData)
    }
}

impl<T> Combiner<Sum<T>> {
    /// Their sum.
    pub const fn sum() -> Self {
        Self(PhantomData)
    }
}

/// One for each, so that the type of the messages says which combiner is meant.
macro_rules! named_combiners {
    ($($monoid:ident { $($more:item)* })*) => {$(
        impl<T> Combine<T> for Combiner<$monoid<T>>
        where
            $monoid<T>: Monoid<Value = T>,
            T: Send + Sync,
        {
            const REGROUPS: bool = $monoid::<T>::REASSOCIATES;

            #[inline(always)]
            fn combine(&self, left: T, right: T) -> T {
                $monoid::<T>::combine(left, right)
            }

            #[inline(always)]
            fn fold_row<I: StaticIndex>(
                &self,
                index: &I,
                row: u32,
                message: impl Fn(u32, I::Value) -> T,
            ) -> Option<T> {
                (index.degree(row) > 0).then(|| index.fold_with::<$monoid<T>>(row, message))
            }

            fn fold_run(&self, messages: impl ExactSizeIterator<Item = T>) -> Option<T> {
                if messages.len() == 0 {
                    return None;
                }
                let mut fold = RunFold::<$monoid<T>>::new(messages.len());
                messages.for_each(|message| fold.add(message));
                Some(fold.finish())
            }

            $($more)*
        }
    )*};
}

/// In an order nobody can tell how often, or in which grouping, a message was combined: entries that
/// bring none count as the identity, and the processor has no branch to guess.
macro_rules! fold_all_of {
    ($monoid:ident) => {
        #[inline(always)]
        fn fold_flagged<I: StaticIndex>(
            &self,
            index: &I,
            row: u32,
            flags: &[u8],
            message: impl Fn(u32, I::Value) -> T,
        ) -> Option<T> {
            let any = Cell::new(0);
            let combined = index.fold_with::<$monoid<T>>(row, |column, value| {
                let flag = flags[column as usize];
                any.set(any.get() | flag);
                let message = message(column, value);
                if flag != 0 { message } else { $monoid::<T>::IDENTITY }
            });
            (any.get() != 0).then_some(combined)
        }
    };
}

named_combiners! {
    Min { fold_all_of!(Min); }
    Max { fold_all_of!(Max); }
    Sum {}
}

/// No combiner: a key receives every message that was sent to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uncombined;

impl<M> Combine<M> for Uncombined {
    const COMBINES: bool = false;

    fn combine(&self, _left: M, right: M) -> M {
        right
    }
}
