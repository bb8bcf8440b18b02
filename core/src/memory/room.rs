//! Room for values that are not yet there: on the heap while it is little, else on a map.

use std::mem::MaybeUninit;

use super::{MemoryError, MemoryManager, Reservation, Segment};

/// From this many bytes on room is a map.
const MAP_FROM: usize = 64 << 10;

/// Where a map begins, and the most that values on one can want to be aligned to.
const PAGE: usize = 4096;

/// Room for values of `T`, paid for. Which of them were written is for its owner to know.
pub(super) enum Room<T> {
    None,
    Heap(Vec<MaybeUninit<T>>, Reservation),
    Map(Segment<u8>),
}

impl<T> Room<T> {
    /// The bytes that it pays for.
    pub(super) fn num_bytes(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Heap(_, paid) => paid.bytes(),
            Self::Map(bytes) => bytes.num_bytes() as u64,
        }
    }

    /// Values for which there is room.
    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.values().len()
    }

    #[inline(always)]
    pub(super) fn values(&self) -> &[MaybeUninit<T>] {
        match self {
            Self::None => &[],
            Self::Heap(values, _) => values,
            // SAFETY: the map has this many bytes, and begins at a page; `T`, which takes some, is
            // not aligned to more. Any bytes are a value that may not have been written.
            Self::Map(bytes) => unsafe {
                std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<T>())
            },
        }
    }

    #[inline(always)]
    pub(super) fn values_mut(&mut self) -> &mut [MaybeUninit<T>] {
        match self {
            Self::None => &mut [],
            Self::Heap(values, _) => values,
            Self::Map(bytes) => {
                let len = bytes.len() / size_of::<T>();
                // SAFETY: as in `values`, and `self` is borrowed exclusively.
                unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), len) }
            }
        }
    }

    /// Makes room for `capacity` values, which is more than before; the first `kept` move along. A
    /// refusal leaves all as it was.
    pub(super) fn grow(
        &mut self,
        memory: &MemoryManager,
        name: &str,
        capacity: usize,
        kept: usize,
    ) -> Result<(), MemoryError> {
        let bytes = capacity.saturating_mul(size_of::<T>());
        let fits_map = bytes >= MAP_FROM && align_of::<T>() <= PAGE;
        match self {
            Self::Map(map) => return map.resize(bytes),
            Self::Heap(values, paid) if !fits_map => {
                paid.resize(bytes as u64)?;
                lengthen(values, capacity);
                return Ok(());
            }
            _ => {}
        }
        let mut other = if fits_map {
            Self::Map(Segment::as_left(memory, name, bytes)?)
        } else {
            let paid = memory.reserve(name, bytes as u64)?;
            let mut values = Vec::new();
            lengthen(&mut values, capacity);
            Self::Heap(values, paid)
        };
        move_values(&mut self.values_mut()[..kept], other.values_mut());
        *self = other;
        Ok(())
    }
}

/// Moves values to the front of `to`; where they were there are none afterwards.
pub(super) fn move_values<T>(from: &mut [MaybeUninit<T>], to: &mut [MaybeUninit<T>]) {
    let to = &mut to[..from.len()];
    // SAFETY: both are borrowed exclusively, so they are apart, and of one length.
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to.as_mut_ptr(), from.len()) };
}

fn lengthen<T>(values: &mut Vec<MaybeUninit<T>>, len: usize) {
    values.reserve_exact(len - values.len());
    values.resize_with(len, MaybeUninit::uninit);
}
