//! Vectors of any values, paid for.

use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};

use rayon::prelude::*;

use super::{MemoryError, MemoryManager, Reservation};

/// A vector that reserves the room of its values before it grows: for values that are not plain
/// bytes, which a [`Segment`](super::Segment) cannot hold. What a value owns elsewhere is not known
/// here.
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
    values: Vec<T>,
    memory: MemoryManager,
    name: &'static str,
    /// None while there is no room.
    reservation: Option<Reservation>,
}

impl<T> PaidVec<T> {
    /// An empty vector that pays under `name`.
    pub fn new(memory: &MemoryManager, name: &'static str) -> Self {
        Self { values: Vec::new(), memory: memory.clone(), name, reservation: None }
    }

    /// Makes room for exactly `additional` more values.
    pub fn reserve(&mut self, additional: usize) -> Result<(), MemoryError> {
        let room = self.values.len() + additional;
        if room <= self.values.capacity() {
            return Ok(());
        }
        let bytes = (room as u64).saturating_mul(size_of::<T>() as u64);
        match &mut self.reservation {
            Some(reservation) => reservation.resize(bytes)?,
            None => self.reservation = Some(self.memory.reserve(self.name, bytes)?),
        }
        self.values.reserve_exact(additional);
        Ok(())
    }

    /// Adds a value.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), MemoryError> {
        if self.values.len() == self.values.capacity() {
            self.reserve(self.values.len().max(Self::FIRST_ROOM))?;
        }
        self.values.push(value);
        Ok(())
    }

    /// Values for which there is room when the first one comes.
    const FIRST_ROOM: usize = 16;

    /// Moves all values of `other` behind these.
    pub fn append(&mut self, other: &mut Self) -> Result<(), MemoryError> {
        if self.values.is_empty() {
            std::mem::swap(self, other);
            return Ok(());
        }
        self.reserve(other.len())?;
        self.values.append(&mut other.values);
        Ok(())
    }

    /// Drops all values; the room stays.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Takes all values out; the room stays.
    pub fn drain(&mut self) -> std::vec::Drain<'_, T> {
        self.values.drain(..)
    }

    /// Removes the values beyond the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    /// The bytes that it pays for.
    pub fn num_bytes(&self) -> u64 {
        self.reservation.as_ref().map_or(0, Reservation::bytes)
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
        let mut paid = Self::new(memory, name);
        paid.reserve(len)?;
        let positions = (0..len).into_par_iter().with_min_len(1 << 10);
        positions.map(value).collect_into_vec(&mut paid.values);
        Ok(paid)
    }
}

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
        let mut spare = &mut paid.values.spare_capacity_mut()[..total];
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
        let values = paid.values.as_mut_ptr();
        let (mut from, mut to) = (0, 0);
        for (room, len) in lens {
            if from != to {
                // SAFETY: both runs are inside of the room, the values at `from` were written by
                // the piece, and those that were at `to` have moved already.
                unsafe { std::ptr::copy(values.add(from), values.add(to), len) };
            }
            (from, to) = (from + room, to + len);
        }
        // SAFETY: the values of all pieces, one behind the other, are the first `to`.
        unsafe { paid.values.set_len(to) };
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

    fn deref(&self) -> &[T] {
        &self.values
    }
}

impl<T> DerefMut for PaidVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}

impl<T> IntoIterator for PaidVec<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    /// The values; their room is paid back at once.
    fn into_iter(self) -> std::vec::IntoIter<T> {
        self.values.into_iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for PaidVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaidVec")
            .field("name", &self.name)
            .field("len", &self.values.len())
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
        assert_eq!(all.drain().sum::<u32>(), 45);
    }
}
