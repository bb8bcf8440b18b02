//! Shared, immutable runs of values.

use std::ops::{Deref, DerefMut, Range};
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_buffer::{ArrowNativeType, MutableBuffer, ScalarBuffer};
use bytemuck::Pod;

use crate::memory::{MemoryError, MemoryManager, Segment};

/// A primitive that columns, segments and Arrow share: the integers and floats.
pub trait Native: Pod + ArrowNativeType + Send + Sync {}

impl<T: Pod + ArrowNativeType + Send + Sync> Native for T {}

/// A shared, immutable run of values; clones and slices share the memory.
///
/// ```
/// use quince_core::columnar::Buffer;
/// use quince_core::memory::MemoryManager;
/// let memory = MemoryManager::new(1 << 10);
/// let mut segment = memory.allocate::<u32>("ids", 3)?;
/// segment.copy_from_slice(&[4, 2, 9]);
/// let ids = Buffer::from(segment);
/// assert_eq!(&ids.slice(1..3)[..], [2, 9]);
/// # Ok::<(), quince_core::memory::MemoryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Buffer<T: Native> {
    owner: Owner<T>,
    range: Range<usize>,
}

#[derive(Clone, Debug)]
enum Owner<T: Native> {
    Segment(Arc<Segment<T>>),
    Arrow(ScalarBuffer<T>),
}

impl<T: Native> Buffer<T> {
    /// Copies `values` into memory paid for under `name`.
    pub fn copy_of(memory: &MemoryManager, name: &str, values: &[T]) -> Result<Self, MemoryError> {
        let mut segment = memory.allocate(name, values.len())?;
        segment.copy_from_slice(values);
        Ok(segment.into())
    }

    /// The values in `range` of this buffer, sharing its memory; panics out of bounds.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.len(), "slice out of bounds");
        let start = self.range.start;
        Self { owner: self.owner.clone(), range: start + range.start..start + range.end }
    }

    /// The segment itself if nobody else shares it and it is used whole; otherwise the buffer.
    pub fn into_segment(self) -> Result<Segment<T>, Self> {
        let range = self.range;
        match self.owner {
            Owner::Segment(segment) if range == (0..segment.len()) => Arc::try_unwrap(segment)
                .map_err(|segment| Self { owner: Owner::Segment(segment), range }),
            owner => Err(Self { owner, range }),
        }
    }

    /// The values as an Arrow buffer, without a copy; the memory lives as long as either does.
    pub fn to_arrow(&self) -> ScalarBuffer<T> {
        match &self.owner {
            Owner::Arrow(buffer) => buffer.slice(self.range.start, self.len()),
            Owner::Segment(_) if self.is_empty() => ScalarBuffer::from(Vec::new()),
            Owner::Segment(segment) => {
                let values: &[T] = self;
                let pointer = NonNull::from(values).cast();
                // SAFETY: the pointer and length describe initialised memory inside the segment,
                // which is immutable behind its `Arc`; Arrow holds a clone of that `Arc` for as
                // long as the buffer or a slice of it lives.
                let bytes = unsafe {
                    arrow_buffer::Buffer::from_custom_allocation(
                        pointer,
                        size_of_val(values),
                        Arc::new(ArrowOwner(segment.clone())),
                    )
                };
                ScalarBuffer::new(bytes, 0, self.len())
            }
        }
    }
}

/// Keeps a segment alive while Arrow reads it.
struct ArrowOwner<T: Native>(#[expect(dead_code, reason = "held, not read")] Arc<Segment<T>>);

// A segment holds plain values: no panic leaves it in a broken state.
impl<T: Native> std::panic::RefUnwindSafe for ArrowOwner<T> {}

impl<T: Native> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let values: &[T] = match &self.owner {
            Owner::Segment(segment) => segment,
            Owner::Arrow(buffer) => buffer,
        };
        &values[self.range.clone()]
    }
}

impl<T: Native> From<Segment<T>> for Buffer<T> {
    fn from(segment: Segment<T>) -> Self {
        let range = 0..segment.len();
        Self { owner: Owner::Segment(Arc::new(segment)), range }
    }
}

impl<T: Native> From<ScalarBuffer<T>> for Buffer<T> {
    fn from(buffer: ScalarBuffer<T>) -> Self {
        let range = 0..buffer.len();
        Self { owner: Owner::Arrow(buffer), range }
    }
}

/// Takes over the memory of `values`; for what is bounded, as it is not paid for.
impl<T: Native> From<Vec<T>> for Buffer<T> {
    fn from(values: Vec<T>) -> Self {
        ScalarBuffer::from(values).into()
    }
}

/// A run of values that is being filled.
///
/// A run of at most [`SMALL_BYTES`](Self::SMALL_BYTES) belongs to a batch on its way through a
/// chain: there is one per worker, it is bounded, and it is not paid for. A longer one is a
/// [`Segment`].
#[derive(Debug)]
pub struct BufferMut<T: Native>(Fresh<T>);

#[derive(Debug)]
enum Fresh<T> {
    Small(Vec<T>),
    Paid(Segment<T>),
}

impl<T: Native> BufferMut<T> {
    /// The longest run that is not paid for.
    pub const SMALL_BYTES: usize = 128 << 10;

    /// `len` zeroes, paid for under `name` if they are many.
    pub fn zeroed(memory: &MemoryManager, name: &str, len: usize) -> Result<Self, MemoryError> {
        if len <= Self::SMALL_BYTES / size_of::<T>() {
            return Ok(Self(Fresh::Small(vec![T::zeroed(); len])));
        }
        let mut paid = memory.allocate(name, len)?;
        paid.populate();
        Ok(Self(Fresh::Paid(paid)))
    }

    /// The values, from now on shared and immutable.
    pub fn freeze(self) -> Buffer<T> {
        match self.0 {
            Fresh::Small(values) => values.into(),
            Fresh::Paid(segment) => segment.into(),
        }
    }
}

impl<T: Native> Deref for BufferMut<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Fresh::Small(values) => values,
            Fresh::Paid(segment) => segment,
        }
    }
}

impl<T: Native> DerefMut for BufferMut<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Fresh::Small(values) => values,
            Fresh::Paid(segment) => segment,
        }
    }
}

/// Memory for several runs of values that live and die together, filled one after another.
///
/// The columns of a block in one segment reach the size of a huge page where each alone does not.
/// Those of a batch on its way through a chain are not paid for.
#[derive(Debug)]
pub(super) struct Slab {
    bytes: Bytes,
    filled: usize,
}

#[derive(Debug)]
enum Bytes {
    Small(MutableBuffer),
    Paid(Segment<u8>),
}

impl Slab {
    /// Where runs begin: at a cache line.
    const ALIGN: usize = 64;

    /// The most bytes that are not paid for: a few columns of a batch.
    const SMALL_BYTES: usize = 8 * BufferMut::<u8>::SMALL_BYTES;

    /// The bytes that a run of `len` values takes.
    pub(super) fn bytes_of<T: Native>(len: usize) -> usize {
        (len * size_of::<T>()).next_multiple_of(Self::ALIGN)
    }

    /// Room for `bytes`, paid for under `name` if they are many.
    pub(super) fn new(
        memory: &MemoryManager,
        name: &str,
        bytes: usize,
    ) -> Result<Self, MemoryError> {
        if bytes <= Self::SMALL_BYTES {
            let bytes = Bytes::Small(MutableBuffer::from_len_zeroed(bytes));
            return Ok(Self { bytes, filled: 0 });
        }
        let mut segment = memory.allocate(name, bytes)?;
        segment.populate();
        Ok(Self { bytes: Bytes::Paid(segment), filled: 0 })
    }

    /// The next `len` values, zero at first.
    pub(super) fn fill<T: Native>(&mut self, len: usize) -> &mut [T] {
        let begin = self.filled;
        self.filled += Self::bytes_of::<T>(len);
        let bytes = match &mut self.bytes {
            Bytes::Small(bytes) => bytes.as_slice_mut(),
            Bytes::Paid(segment) => segment,
        };
        bytemuck::cast_slice_mut(&mut bytes[begin..begin + len * size_of::<T>()])
    }

    /// The runs, from now on shared and immutable.
    pub(super) fn freeze(self) -> FrozenSlab {
        let bytes = match self.bytes {
            Bytes::Small(bytes) => bytes.into(),
            Bytes::Paid(segment) => Buffer::from(segment).to_arrow().into_inner(),
        };
        FrozenSlab { bytes, read: 0 }
    }
}

/// What was filled, to be taken in the same order.
#[derive(Debug)]
pub(super) struct FrozenSlab {
    bytes: arrow_buffer::Buffer,
    read: usize,
}

impl FrozenSlab {
    /// The next `len` values.
    pub(super) fn next<T: Native>(&mut self, len: usize) -> Buffer<T> {
        let values = self.bytes.slice_with_length(self.read, len * size_of::<T>());
        self.read += Slab::bytes_of::<T>(len);
        ScalarBuffer::from(values).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_shares_the_memory_both_ways() {
        let memory = MemoryManager::new(1 << 20);
        let buffer = Buffer::copy_of(&memory, "values", &[1.0f64, 2.0, 3.0]).unwrap();
        let arrow = buffer.slice(1..3).to_arrow();
        assert_eq!(arrow.as_ptr(), buffer[1..].as_ptr());
        let back = Buffer::from(arrow);
        assert_eq!(back.as_ptr(), buffer[1..].as_ptr());
        drop(buffer);
        assert_eq!(memory.counters().granted_bytes, 24, "Arrow still holds the segment");
        assert_eq!(back[..], [2.0, 3.0]);
        drop(back);
        assert_eq!(memory.counters().granted_bytes, 0);
    }

    #[test]
    fn only_a_sole_whole_owner_gets_the_segment_back() {
        let memory = MemoryManager::new(1 << 20);
        let buffer = Buffer::copy_of(&memory, "values", &[1u32, 2]).unwrap();
        let other = buffer.clone();
        let buffer = buffer.into_segment().unwrap_err();
        drop(other);
        assert!(buffer.slice(0..1).into_segment().is_err());
        assert_eq!(buffer.into_segment().unwrap()[..], [1, 2]);
    }

    #[test]
    fn empty_buffers_go_to_arrow() {
        let memory = MemoryManager::new(0);
        let buffer = Buffer::<i64>::copy_of(&memory, "none", &[]).unwrap();
        assert!(buffer.to_arrow().is_empty());
    }
}
