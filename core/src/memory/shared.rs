//! A slice that many workers may read and write at once, one relaxed atomic word at a time.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

use bytemuck::Pod;

use super::prefetch::prefetch;

/// A value of 1, 2, 4 or 8 bytes that the processor reads and writes as one atomic word.
///
/// Sealed: only the types below are words. All orderings are relaxed; the end of a fork-join
/// scope is what publishes the values to the next reader.
pub trait SharedWord: Pod + Send + Sync + PartialEq + std::fmt::Debug + sealed::Word {}

mod sealed {
    /// The atomic cell behind a value.
    pub trait Word: Sized {
        type Cell: Send + Sync;
        fn load(cell: &Self::Cell) -> Self;
        fn store(cell: &Self::Cell, value: Self);
        fn compare_exchange(cell: &Self::Cell, current: Self, new: Self) -> Result<Self, Self>;
    }
}

macro_rules! shared_words {
    ($($value:ty, $cell:ty, $to:expr, $from:expr;)*) => {$(
        impl sealed::Word for $value {
            type Cell = $cell;
            #[inline(always)]
            fn load(cell: &$cell) -> Self { $from(cell.load(Relaxed)) }
            #[inline(always)]
            fn store(cell: &$cell, value: Self) { cell.store($to(value), Relaxed) }
            #[inline(always)]
            fn compare_exchange(cell: &$cell, current: Self, new: Self) -> Result<Self, Self> {
                cell.compare_exchange_weak($to(current), $to(new), Relaxed, Relaxed)
                    .map($from)
                    .map_err($from)
            }
        }
        impl SharedWord for $value {}
    )*};
}

shared_words! {
    u8, AtomicU8, std::convert::identity, std::convert::identity;
    u16, AtomicU16, std::convert::identity, std::convert::identity;
    u32, AtomicU32, std::convert::identity, std::convert::identity;
    u64, AtomicU64, std::convert::identity, std::convert::identity;
    i32, AtomicU32, i32::cast_unsigned, u32::cast_signed;
    i64, AtomicU64, i64::cast_unsigned, u64::cast_signed;
    f32, AtomicU32, f32::to_bits, f32::from_bits;
    f64, AtomicU64, f64::to_bits, f64::from_bits;
}

/// A mutable slice lent to all workers of a fork-join scope: loads and stores are relaxed atomics
/// (plain moves on the usual processors), so that no race is undefined.
///
/// ```
/// use quince_core::memory::SharedSlice;
/// let mut counts = vec![0u32; 4];
/// let shared = SharedSlice::new(&mut counts);
/// shared.store(2, 5);
/// assert_eq!(shared.load(2), 5);
/// ```
#[derive(Debug)]
pub struct SharedSlice<'a, T: SharedWord> {
    cells: &'a [T::Cell],
}

impl<T: SharedWord> Clone for SharedSlice<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: SharedWord> Copy for SharedSlice<'_, T> {}

impl<'a, T: SharedWord> SharedSlice<'a, T> {
    /// Lends `values` to many workers.
    pub fn new(values: &'a mut [T]) -> Self {
        const { assert!(size_of::<T>() == size_of::<T::Cell>()) };
        const { assert!(align_of::<T>() == align_of::<T::Cell>()) };
        // SAFETY: the slice is exclusively borrowed for 'a, the atomic cell has the size and
        // alignment of the value (asserted above) and any bit pattern is a value (`Pod`); from
        // here on all access goes through atomics.
        let cells = unsafe { std::slice::from_raw_parts(values.as_mut_ptr().cast(), values.len()) };
        Self { cells }
    }

    /// The number of values.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The value at `at`; panics out of bounds.
    #[inline(always)]
    pub fn load(&self, at: usize) -> T {
        T::load(&self.cells[at])
    }

    /// Sets the value at `at`; panics out of bounds.
    #[inline(always)]
    pub fn store(&self, at: usize, value: T) {
        T::store(&self.cells[at], value);
    }

    /// Asks for the value at `at`, which is read soon.
    #[inline(always)]
    pub(crate) fn prefetch(&self, at: usize) {
        prefetch(self.cells, at);
    }

    /// Sets the value at `at` to `new` if it is `current`, or says what it is. May fail
    /// spuriously: call it in a loop.
    #[inline(always)]
    pub fn compare_exchange(&self, at: usize, current: T, new: T) -> Result<T, T> {
        T::compare_exchange(&self.cells[at], current, new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_went_in() {
        let mut floats = [0.0f64; 3];
        let shared = SharedSlice::new(&mut floats);
        shared.store(1, -1.5);
        assert_eq!(shared.load(1).to_bits(), (-1.5f64).to_bits());
        while shared.compare_exchange(1, -1.5, 2.0).is_err_and(|seen| seen == -1.5) {}
        assert_eq!(shared.compare_exchange(1, 7.0, 9.0), Err(2.0));
        assert_eq!(floats, [0.0, 2.0, 0.0]);
    }

    #[test]
    fn many_workers_count_without_loss() {
        let mut counts = [0u64; 1];
        let shared = SharedSlice::new(&mut counts);
        rayon::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move |_| {
                    for _ in 0..1000 {
                        let mut seen = shared.load(0);
                        while let Err(now) = shared.compare_exchange(0, seen, seen + 1) {
                            seen = now;
                        }
                    }
                });
            }
        });
        assert_eq!(counts, [4000]);
    }
}
