//! Vectors of any values, paid for.

use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut, Range};

use rayon::prelude::*;

use super::room::{Room, move_values};
use super::{MemoryError, MemoryManager};

/// A vector that reserves the room of its values before it grows: for values that are not plain
/// bytes, which a [`Segment`](super::Segment) cannot hold. Room of 64 KiB and more is on maps, as
/// segments are. What a value owns elsewhere is not known here.
///
/// ```
/// use quince_core::memory::{MemoryManager, PaidVec};
/// let memory = MemoryManager::new(1 << 10);
/// let mut texts = PaidVec::new(&memory, "texts");
/// texts.push("one".to_owned())?;
/// assert!(memory.counters().granted_bytes >= size_of::<String>() as u64);
/// assert!(texts.reserve(1 << 10).is_err());
/// assert_eq!(texts[..], ["one"]);
/// # Ok::<(), quince_core::memory::MemoryError>(())
/// ```
pub struct PaidVec<T> {
    room: Room<T>,
    /// The first so many values are there.
    len: usize,
    memory: MemoryManager,
    name: &'static str,
}

impl<T> PaidVec<T> {
    /// An empty vector that pays under `name`.
    pub fn new(memory: &MemoryManager, name: &'static str) -> Self {
        Self { room: Room::None, len: 0, memory: memory.clone(), name }
    }

    /// Makes room for exactly `additional` more values.
    pub fn reserve(&mut self, additional: usize) -> Result<(), MemoryError> {
        let capacity = self.len.saturating_add(additional);
        if capacity <= self.room.capacity() {
            return Ok(());
        }
        self.room.grow(&self.memory, self.name, capacity, self.len)
    }

    /// Adds a value.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), MemoryError> {
        if self.len == self.room.capacity() {
            self.reserve(self.len.max(Self::FIRST_ROOM))?;
        }
        self.room.values_mut()[self.len].write(value);
        self.len += 1;
        Ok(())
    }

    /// Values for which there is room when the first one comes.
    const FIRST_ROOM: usize = 16;

    /// Moves all values of `other` behind these.
    pub fn append(&mut self, other: &mut Self) -> Result<(), MemoryError> {
        if self.len == 0 {
            std::mem::swap(self, other);
            return Ok(());
        }
        self.reserve(other.len)?;
        let moved = std::mem::take(&mut other.len);
        let free = &mut self.room.values_mut()[self.len..];
        move_values(&mut other.room.values_mut()[..moved], free);
        self.len += moved;
        Ok(())
    }

    /// Drops all values; the room stays.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Drops the values beyond the first `len`; the room stays.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len {
            let end = std::mem::replace(&mut self.len, len);
            // SAFETY: they were there, and nobody sees them any longer.
            unsafe { self.room.values_mut()[len..end].assume_init_drop() };
        }
    }

    /// The bytes that it pays for.
    pub fn num_bytes(&self) -> u64 {
        self.room.num_bytes()
    }
}

impl<T: Send> PaidVec<T> {
    /// `len` values, made from their positions in parallel.
    pub fn from_fn(
        memory: &MemoryManager,
        name: &'static str,
        len: usize,
        value: impl Fn(usize) -> T + Sync + Send,
    ) -> Result<Self, MemoryError> {
        let jobs = (0..len).step_by(PIECE).map(|start| start..len.min(start + PIECE));
        let jobs = jobs.map(|positions| (positions.len(), positions)).collect();
        let fill = |positions: Range<usize>, piece: &mut Piece<'_, T>| {
            positions.for_each(|position| piece.push(value(position)));
            Ok::<(), MemoryError>(())
        };
        Ok(Self::from_pieces(memory, name, jobs, fill)?.0)
    }
}

/// Values that one worker makes from their positions at a time.
const PIECE: usize = 1 << 12;

impl<T: Send> PaidVec<T> {
    /// What `fill` puts into pieces, one for each job, with room for so many values; in the order of
    /// the jobs, which are done in parallel. And what it gives for each job.
    pub(crate) fn from_pieces<J: Send, R: Send, E: Send + From<MemoryError>>(
        memory: &MemoryManager,
        name: &'static str,
        jobs: Vec<(usize, J)>,
        fill: impl Fn(J, &mut Piece<'_, T>) -> Result<R, E> + Sync + Send,
    ) -> Result<(Self, Vec<R>), E> {
        let mut paid = Self::new(memory, name);
        let total = jobs.iter().map(|(room, _)| room).sum();
        paid.reserve(total)?;
        let mut spare = &mut paid.room.values_mut()[..total];
        let pieces: Vec<(J, Piece<'_, T>)> = jobs
            .into_iter()
            .map(|(room, job)| {
                let room = spare.split_off_mut(..room).expect("room for all");
                (job, Piece { room, len: 0 })
            })
            .collect();
        let filled: Vec<(Piece<'_, T>, R)> = pieces
            .into_par_iter()
            .map(|(job, mut piece)| fill(job, &mut piece).map(|result| (piece, result)))
            .collect::<Result<_, E>>()?;
        let (lens, results): (Vec<_>, Vec<R>) =
            filled.into_iter().map(|(piece, result)| (piece.into_len(), result)).unzip();
        let values = paid.room.values_mut().as_mut_ptr();
        let (mut from, mut to) = (0, 0);
        for (room, len) in lens {
            if from != to {
                // SAFETY: both runs are inside of the room, the values at `from` were written by
                // the piece, and those that were at `to` have moved already.
                unsafe { std::ptr::copy(values.add(from), values.add(to), len) };
            }
            (from, to) = (from + room, to + len);
        }
        // The values of all pieces, one behind the other.
        paid.len = to;
        Ok((paid, results))
    }
}

/// A part of a vector that is being made.
pub(crate) struct Piece<'v, T> {
    room: &'v mut [MaybeUninit<T>],
    /// The first so many are there.
    len: usize,
}

impl<T> Piece<'_, T> {
    /// Adds a value; panics if there is no room left.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        self.room[self.len].write(value);
        self.len += 1;
    }

    /// Leaves the values to the vector: how many there was room for, and how many there are.
    fn into_len(self) -> (usize, usize) {
        let piece = ManuallyDrop::new(self);
        (piece.room.len(), piece.len)
    }
}

impl<T> Drop for Piece<'_, T> {
    fn drop(&mut self) {
        // SAFETY: `push` wrote the first `len` values, and nobody took them.
        unsafe { self.room[..self.len].assume_init_drop() };
    }
}

impl<T> Deref for PaidVec<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` values are there.
        unsafe { self.room.values()[..self.len].assume_init_ref() }
    }
}

impl<T> DerefMut for PaidVec<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: the first `len` values are there.
        unsafe { self.room.values_mut()[..self.len].assume_init_mut() }
    }
}

impl<T> Drop for PaidVec<T> {
    fn drop(&mut self) {
        self.clear();
    }
}

impl<T> IntoIterator for PaidVec<T> {
    type Item = T;
    type IntoIter = PaidVecIntoIter<T>;

    /// The values; their room is paid for until the iterator is dropped.
    fn into_iter(mut self) -> PaidVecIntoIter<T> {
        let left = 0..std::mem::take(&mut self.len);
        PaidVecIntoIter { values: self, left }
    }
}

/// The values of a vector, one after the other.
pub struct PaidVecIntoIter<T> {
    /// Says of no value that it is there.
    values: PaidVec<T>,
    /// Where those are that were not taken yet.
    left: Range<usize>,
}

impl<T> Iterator for PaidVecIntoIter<T> {
    type Item = T;

    #[inline(always)]
    fn next(&mut self) -> Option<T> {
        let at = self.left.next()?;
        // SAFETY: it is there, and nobody takes it again.
        Some(unsafe { self.values.room.values_mut()[at].assume_init_read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<T> ExactSizeIterator for PaidVecIntoIter<T> {}

impl<T> Drop for PaidVecIntoIter<T> {
    fn drop(&mut self) {
        let left = std::mem::take(&mut self.left);
        // SAFETY: they are there, and nobody has taken them.
        unsafe { self.values.room.values_mut()[left].assume_init_drop() };
    }
}

impl<T> fmt::Debug for PaidVecIntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaidVecIntoIter").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for PaidVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaidVec")
            .field("name", &self.name)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_paid_for_before_it_is_there_and_given_back() {
        let memory = MemoryManager::new(1000);
        let mut values = PaidVec::<u64>::new(&memory, "values");
        assert_eq!(memory.counters().granted_bytes, 0);
        (0..50).for_each(|value| values.push(value).unwrap());
        assert_eq!(memory.counters().granted_bytes, 64 * 8);
        let refused = (50..).find_map(|value| values.push(value).err()).unwrap();
        assert!(refused.to_string().contains("values wanted"), "{refused}");
        assert_eq!((values.len(), values[63]), (64, 63));
        let mut other = PaidVec::from_fn(&memory, "others", 10, |at| at as u64).unwrap();
        assert!(other.append(&mut values).is_err());
        assert_eq!((other.len(), values.len()), (10, 64), "nothing is lost");
        drop(values);
        drop(other);
        assert_eq!(memory.counters().granted_bytes, 0);
    }

    #[test]
    fn pieces_move_together_in_order() {
        let memory = MemoryManager::new(1000);
        let jobs = vec![(3, 0..3), (4, 10..12), (0, 0..0), (2, 20..22)];
        let fill = |numbers: std::ops::Range<u8>, piece: &mut Piece<'_, String>| {
            let len = numbers.len();
            numbers.for_each(|number| piece.push(number.to_string()));
            Ok::<usize, MemoryError>(len)
        };
        let (texts, lens) = PaidVec::from_pieces(&memory, "texts", jobs, fill).unwrap();
        assert_eq!(texts[..], ["0", "1", "2", "10", "11", "20", "21"]);
        assert_eq!(lens, [3, 2, 0, 2]);
        let room = 9 * size_of::<String>() as u64;
        assert_eq!(memory.counters().granted_bytes, room);
        drop(texts);
        assert_eq!(memory.counters().granted_bytes, 0);
    }

    #[test]
    fn pieces_of_a_job_that_fails_are_dropped() {
        let memory = MemoryManager::new(1000);
        let alive = std::sync::Arc::new(());
        let fill = |job: usize, piece: &mut Piece<'_, std::sync::Arc<()>>| {
            piece.push(alive.clone());
            if job == 1 { Err(memory.reserve("more", 1 << 20).unwrap_err()) } else { Ok(()) }
        };
        let jobs = vec![(2, 0), (2, 1), (2, 2)];
        assert!(PaidVec::from_pieces(&memory, "counted", jobs, fill).is_err());
        assert_eq!(std::sync::Arc::strong_count(&alive), 1);
        assert_eq!(memory.counters().granted_bytes, 0);
    }

    #[test]
    fn empty_vectors_swap_and_keep_their_payment() {
        let memory = MemoryManager::new(1000);
        let mut all = PaidVec::new(&memory, "all");
        let mut some = PaidVec::from_fn(&memory, "some", 10, |at| at as u32).unwrap();
        all.append(&mut some).unwrap();
        assert_eq!((all.len(), some.len(), memory.counters().granted_bytes), (10, 0, 40));
        assert_eq!(all.into_iter().sum::<u32>(), 45);
    }

    #[test]
    fn values_move_from_the_heap_to_a_map_and_grow_there() {
        let memory = MemoryManager::new(64 << 20);
        let mut texts = PaidVec::new(&memory, "texts");
        (0..100_000).for_each(|number: u32| texts.push(number.to_string()).unwrap());
        assert!(matches!(texts.room, Room::Map(_)));
        assert_eq!(texts.num_bytes(), memory.counters().granted_bytes);
        assert!(texts.iter().enumerate().all(|(at, text)| *text == at.to_string()));
        let mut more = PaidVec::from_fn(&memory, "more", 9, |at| at.to_string()).unwrap();
        texts.append(&mut more).unwrap();
        assert_eq!((texts.len(), &*texts[100_008], more.len()), (100_009, "8", 0));
        drop(texts);
        drop(more);
        assert_eq!(memory.counters().granted_bytes, 0);
    }

    #[test]
    fn every_value_is_dropped_once() {
        let alive = std::sync::Arc::new(());
        let count = || std::sync::Arc::strong_count(&alive) - 1;
        let memory = MemoryManager::new(1 << 20);
        // On the heap, and on a map.
        for len in [10, 20_000] {
            let make = || PaidVec::from_fn(&memory, "counted", len, |_| alive.clone()).unwrap();
            let mut values = make();
            values.truncate(7);
            assert_eq!((values.len(), count()), (7, 7));
            drop(values);
            assert_eq!(count(), 0);
            let mut values = make().into_iter();
            assert_eq!(values.by_ref().take(3).count(), 3);
            assert_eq!((values.len(), count()), (len - 3, len - 3));
            assert!(memory.counters().granted_bytes > 0, "paid for until it is dropped");
            drop(values);
            assert_eq!((count(), memory.counters().granted_bytes), (0, 0));
        }
    }

    #[test]
    fn values_without_bytes_cost_nothing() {
        let memory = MemoryManager::new(0);
        let mut values = PaidVec::from_fn(&memory, "nothing", 100_000, |_| ()).unwrap();
        values.push(()).unwrap();
        assert_eq!((values.len(), values.num_bytes()), (100_001, 0));
        assert_eq!(values.into_iter().count(), 100_001);
    }
}
