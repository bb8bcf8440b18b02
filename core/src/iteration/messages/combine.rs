//! How the messages to a key become fewer.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;

use super::units::in_parallel;
use crate::algebra::{Max, Min, Monoid, Semilattice, Sum};
use crate::error::Result;
use crate::index::{KeyColumns, RunFold, StaticIndex};
use crate::memory::SharedSlice;

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

    /// Calls `visit` for each of `rows`, in order, with the messages along all of its entries
    /// combined: what `message` makes of what stands beside their columns.
    #[inline(always)]
    fn fold_rows<I: StaticIndex, C: KeyColumns>(
        &self,
        index: &I,
        rows: Range<u32>,
        sent: C,
        message: impl Fn(C::Item, I::Value) -> M,
        mut visit: impl FnMut(Option<M>),
    ) {
        for row in rows {
            let mut combined: Option<M> = None;
            index.look_up(row, sent, |sent, value| {
                let message = message(sent, value);
                combined = Some(match combined.take() {
                    Some(before) => self.combine(before, message),
                    None => message,
                });
            });
            visit(combined);
        }
    }

    /// As [`fold_rows`](Self::fold_rows), one by one, over the entries whose column is flagged.
    /// `message` may be asked for others too.
    #[inline(always)]
    fn fold_flagged<I: StaticIndex, C: KeyColumns>(
        &self,
        index: &I,
        rows: Range<u32>,
        flags: &[u8],
        sent: C,
        message: impl Fn(C::Item, I::Value) -> M,
        mut visit: impl FnMut(Option<M>),
    ) {
        for row in rows {
            let mut combined: Option<M> = None;
            index.look_up(row, (flags, sent), |(&flag, sent), value| {
                if flag != 0 {
                    let message = message(sent, value);
                    combined = Some(match combined.take() {
                        Some(before) => self.combine(before, message),
                        None => message,
                    });
                }
            });
            visit(combined);
        }
    }

    /// A message that changes no other that it is combined with, however often and wherever.
    fn idle(&self) -> Option<M> {
        None
    }

    /// Whether this is the [`idle`](Self::idle) message.
    fn is_idle(&self, _message: &M) -> bool {
        false
    }

    /// Combines messages in the grouping of [`fold_rows`](Self::fold_rows).
    fn fold_run(&self, messages: impl ExactSizeIterator<Item = M>) -> Option<M> {
        messages.reduce(|left, right| self.combine(left, right))
    }

    /// Whether messages may [merge](Self::merge) at their targets.
    const MERGES: bool = false;

    /// Combines all messages of a source with what stands in the slots of their targets, where the
    /// [`idle`](Self::idle) message stood before; in any order, by many workers at once. If that makes
    /// a difference, to any bit, or if a message is idle, then it gives `false`, and leaves the slots
    /// in no state of use.
    fn merge(&self, _slots: &mut [M], _source: &impl MessageSource<M>) -> Result<bool> {
        Ok(false)
    }
}

/// Messages in pieces, each of which one worker sends.
pub trait MessageSource<M>: Sync {
    /// How many pieces there are.
    fn num_pieces(&self) -> usize;

    /// Calls `send(target, message)` for every message of a piece.
    fn for_each(&self, piece: usize, send: impl FnMut(u32, M)) -> Result<()>;
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
    ($($monoid:ident: $bound:ident { $($more:item)* })*) => {$(
        impl<T> Combine<T> for Combiner<$monoid<T>>
        where
            $monoid<T>: $bound<Value = T>,
            T: Copy + Send + Sync + PartialEq,
        {
            const REGROUPS: bool = $monoid::<T>::REASSOCIATES;

            #[inline(always)]
            fn combine(&self, left: T, right: T) -> T {
                $monoid::<T>::combine(left, right)
            }

            #[inline(always)]
            fn fold_rows<I: StaticIndex, C: KeyColumns>(
                &self,
                index: &I,
                rows: Range<u32>,
                sent: C,
                message: impl Fn(C::Item, I::Value) -> T,
                mut visit: impl FnMut(Option<T>),
            ) {
                index.fold_rows::<$monoid<T>, C>(rows, sent, message, |_, degree, combined| {
                    visit((degree > 0).then_some(combined));
                });
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

/// Nobody can tell how often, or in which grouping, a message was combined: entries that bring none
/// may count as the identity.
macro_rules! fold_all_of {
    ($monoid:ident) => {
        fn idle(&self) -> Option<T> {
            Some($monoid::<T>::IDENTITY)
        }

        #[inline(always)]
        fn is_idle(&self, message: &T) -> bool {
            *message == $monoid::<T>::IDENTITY
        }

        /// Without a branch for the processor to guess.
        #[inline(always)]
        fn fold_flagged<I: StaticIndex, C: KeyColumns>(
            &self,
            index: &I,
            rows: Range<u32>,
            flags: &[u8],
            sent: C,
            message: impl Fn(C::Item, I::Value) -> T,
            mut visit: impl FnMut(Option<T>),
        ) {
            let any = Cell::new(0);
            let message = |(&flag, sent): (&u8, C::Item), value| {
                any.set(any.get() | flag);
                let message = message(sent, value);
                if flag != 0 { message } else { $monoid::<T>::IDENTITY }
            };
            index.fold_rows::<$monoid<T>, _>(rows, (flags, sent), message, |_, _, combined| {
                visit((any.replace(0) != 0).then_some(combined));
            });
        }

        const MERGES: bool = true;

        fn merge(&self, slots: &mut [T], source: &impl MessageSource<T>) -> Result<bool> {
            merge_into::<$monoid<T>>(SharedSlice::new(slots), source)
        }
    };
}

/// Messages that one worker holds before it combines them with their slots, which are on their way
/// meanwhile.
const BATCH: usize = 128;

/// Combines messages in the slots of their targets; whether all were exact, and none idle.
fn merge_into<S: Semilattice>(
    slots: SharedSlice<'_, S::Value>,
    source: &impl MessageSource<S::Value>,
) -> Result<bool> {
    let merge = |batch: &mut Vec<(u32, S::Value)>| {
        for (target, message) in batch.drain(..) {
            let mut old = slots.load(target as usize);
            while S::improves(message, old) {
                match slots.compare_exchange(target as usize, old, message) {
                    Ok(_) => break,
                    Err(now) => old = now,
                }
            }
        }
    };
    let send = |piece: usize| {
        let (mut batch, mut is_exact) = (Vec::with_capacity(BATCH), true);
        source.for_each(piece, |target, message| {
            is_exact &= S::is_exact(message) && message != S::IDENTITY;
            slots.prefetch(target as usize);
            if batch.len() == BATCH {
                merge(&mut batch);
            }
            batch.push((target, message));
        })?;
        merge(&mut batch);
        Ok(is_exact)
    };
    let pieces = in_parallel((0..source.num_pieces()).collect(), &send)?;
    Ok(pieces.into_iter().all(|is_exact| is_exact))
}

named_combiners! {
    Min: Semilattice { fold_all_of!(Min); }
    Max: Semilattice { fold_all_of!(Max); }
    Sum: Monoid {}
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
