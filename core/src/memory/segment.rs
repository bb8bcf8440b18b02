//! Segments: typed runs of memory on private maps, paid for by a reservation.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::{MmapMut, MmapOptions};

use super::{MemoryError, MemoryManager, Reservation};

/// Bytes of a huge page; segments of this size and more ask the operating system for them.
const HUGE_PAGE: usize = 2 << 20;

/// `len` values of `T`, zeroed at birth, exclusively owned.
///
/// The memory is an anonymous map (page-aligned, backed on first touch, with huge-page advice
/// from 2 MiB on) or an unlinked spill file mapped in. It is given back when dropped.
pub struct Segment<T> {
    /// `None` when there is nothing to map.
    map: Option<MmapMut>,
    len: usize,
    reservation: Reservation,
    spilled: bool,
    values: PhantomData<T>,
}

impl MemoryManager {
    /// A zeroed segment of `len` values of `T`, paid for from the budget under `name`.
    pub fn allocate<T: Pod>(&self, name: &str, len: usize) -> Result<Segment<T>, MemoryError> {
        Segment::anonymous(self, name, len)
    }

    /// A zeroed segment of `len` values of `T` on an unlinked file in the spill folder. Its pages
    /// are the file's: they count as spilled, not against the budget.
    pub fn allocate_spilled<T: Pod>(
        &self,
        name: &str,
        len: usize,
    ) -> Result<Segment<T>, MemoryError> {
        Segment::file_backed(self, name, len)
    }
}

impl<T: Pod> Segment<T> {
    fn anonymous(manager: &MemoryManager, name: &str, len: usize) -> Result<Self, MemoryError> {
        let bytes = size_in_bytes::<T>(len);
        let spare = if bytes == 0 { None } else { manager.take_map(bytes) };
        let was_used = spare.is_some();
        let mut segment = Self::on(spare, manager, name, len)?;
        if was_used {
            segment.bytes_mut()[..bytes].fill(0);
        }
        Ok(segment)
    }

    /// A segment that is not zeroed: it holds what is left of an earlier one.
    pub(super) fn as_left(
        manager: &MemoryManager,
        name: &str,
        len: usize,
    ) -> Result<Self, MemoryError> {
        Self::on(manager.take_map(size_in_bytes::<T>(len)), manager, name, len)
    }

    /// A segment on a map that fits, or on a new one.
    fn on(
        spare: Option<MmapMut>,
        manager: &MemoryManager,
        name: &str,
        len: usize,
    ) -> Result<Self, MemoryError> {
        let bytes = size_in_bytes::<T>(len);
        let reservation = manager.reserve(name, bytes as u64)?;
        let map = match spare {
            Some(map) => Some(map),
            None => map_anonymous(bytes).map_err(|source| MemoryError::Map {
                name: name.to_owned(),
                wanted: bytes as u64,
                source,
            })?,
        };
        Ok(Self { map, len, reservation, spilled: false, values: PhantomData })
    }

    fn file_backed(manager: &MemoryManager, name: &str, len: usize) -> Result<Self, MemoryError> {
        let bytes = size_in_bytes::<T>(len);
        let reservation = manager.reserve(name, 0)?;
        let map = map_spill_file(manager, bytes).map_err(|source| MemoryError::Map {
            name: name.to_owned(),
            wanted: bytes as u64,
            source,
        })?;
        manager.count_spilled(bytes as u64);
        Ok(Self { map, len, reservation, spilled: true, values: PhantomData })
    }

    /// Changes the length; values up to the shorter of the two are kept, new ones are zero.
    ///
    /// Shrinking gives the pages back; growing moves them, on systems that can, without a copy.
    /// A refusal leaves the segment as it was.
    pub fn resize(&mut self, len: usize) -> Result<(), MemoryError> {
        if len == self.len {
            return Ok(());
        }
        let bytes = size_in_bytes::<T>(len);
        if self.spilled || !cfg!(target_os = "linux") || self.map.is_none() || bytes == 0 {
            return self.resize_by_copy(len);
        }
        let before = self.reservation.bytes();
        self.reservation.resize(bytes as u64)?;
        let kept = self.len.min(len);
        if let Err(source) = self.remap(bytes) {
            let wanted = bytes as u64;
            self.reservation.resize(before)?;
            return Err(MemoryError::Map {
                name: self.reservation.name().to_owned(),
                wanted,
                source,
            });
        }
        self.len = len;
        // The tail of the last kept page still holds what was cut off earlier.
        let page_end = (size_in_bytes::<T>(kept).next_multiple_of(4096)).min(bytes);
        self.bytes_mut()[size_in_bytes::<T>(kept)..page_end].fill(0);
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn remap(&mut self, bytes: usize) -> std::io::Result<()> {
        let Some(map) = self.map.as_mut() else { return Ok(()) };
        // SAFETY: `remap` is unsafe because a shared file may be shorter than the new length and
        // because old pointers dangle. The map is anonymous and private, and no borrow of it
        // outlives this `&mut self`.
        unsafe { map.remap(bytes, memmap2::RemapOptions::new().may_move(true)) }?;
        if bytes >= HUGE_PAGE {
            // Advice only: a kernel without huge pages says no, and nothing is lost.
            let _ = map.advise(memmap2::Advice::HugePage);
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn remap(&mut self, _bytes: usize) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn resize_by_copy(&mut self, len: usize) -> Result<(), MemoryError> {
        let manager = self.reservation.manager().clone();
        let name = self.reservation.name().to_owned();
        let mut other = if self.spilled {
            Self::file_backed(&manager, &name, len)?
        } else {
            Self::anonymous(&manager, &name, len)?
        };
        let kept = self.len.min(len);
        other[..kept].copy_from_slice(&self[..kept]);
        *self = other;
        Ok(())
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.map {
            Some(map) => map,
            None => &mut [],
        }
    }

    /// Backs all of it at once, for what is filled as soon as it is made: cheaper than page by
    /// page as it is touched.
    pub(crate) fn populate(&mut self) {
        #[cfg(target_os = "linux")]
        if let Some(map) = &self.map {
            // Advice only: a kernel that cannot backs the pages when they are touched.
            let _ = map.advise(memmap2::Advice::PopulateWrite);
        }
    }

    /// Bytes that the values take.
    pub fn num_bytes(&self) -> usize {
        size_in_bytes::<T>(self.len)
    }

    /// The manager that paid for it.
    pub fn manager(&self) -> &MemoryManager {
        self.reservation.manager()
    }
}

impl<T: Pod> Deref for Segment<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        match &self.map {
            // SAFETY: the map holds `len` values of `T` (every constructor and `resize` make it
            // so), begins at a page and so is aligned, and any bytes are a value (`Pod`). The
            // checked cast is some twenty instructions wherever a row is looked up.
            Some(map) => unsafe { std::slice::from_raw_parts(map.as_ptr().cast(), self.len) },
            None => &[],
        }
    }
}

impl<T: Pod> DerefMut for Segment<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        let len = self.len;
        match &mut self.map {
            // SAFETY: as in `deref`, and `self` is borrowed exclusively.
            Some(map) => unsafe { std::slice::from_raw_parts_mut(map.as_mut_ptr().cast(), len) },
            None => &mut [],
        }
    }
}

impl<T> Drop for Segment<T> {
    fn drop(&mut self) {
        if let Some(map) = self.map.take().filter(|_| !self.spilled) {
            // What is paid for shrinks, and that is never refused.
            let _ = self.reservation.resize(0);
            self.reservation.manager().keep_map(map);
        }
    }
}

impl<T> fmt::Debug for Segment<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("name", &self.reservation.name())
            .field("len", &self.len)
            .field("spilled", &self.spilled)
            .finish()
    }
}

/// Bytes of `len` values; more than the address space saturates, and no budget grants that.
fn size_in_bytes<T>(len: usize) -> usize {
    len.saturating_mul(size_of::<T>())
}

fn map_anonymous(bytes: usize) -> std::io::Result<Option<MmapMut>> {
    if bytes == 0 {
        return Ok(None);
    }
    #[cfg(target_os = "linux")]
    if bytes >= HUGE_PAGE {
        return map_on_huge_pages(bytes).map(Some);
    }
    MmapOptions::new().len(bytes).map_anon().map(Some)
}

/// A map that begins where a huge page can, so that there is room for as many as can be: Linux puts
/// one whose length is a multiple of theirs there, from version 6.7 on.
#[cfg(target_os = "linux")]
fn map_on_huge_pages(bytes: usize) -> std::io::Result<MmapMut> {
    let whole = bytes.checked_next_multiple_of(HUGE_PAGE).unwrap_or(bytes);
    let mut map = MmapOptions::new().len(whole).map_anon()?;
    // SAFETY: the map is anonymous, private, and nobody has borrowed it yet.
    unsafe { map.remap(bytes, memmap2::RemapOptions::new()) }?;
    // Advice only: a kernel without huge pages says no, and nothing is lost.
    let _ = map.advise(memmap2::Advice::HugePage);
    Ok(map)
}

fn map_spill_file(manager: &MemoryManager, bytes: usize) -> std::io::Result<Option<MmapMut>> {
    if bytes == 0 {
        return Ok(None);
    }
    let file = tempfile::tempfile_in(manager.spill_dir())?;
    file.set_len(bytes as u64)?;
    // SAFETY: the file is unlinked and its only handle is ours, so nobody can change or truncate
    // it while it is mapped.
    let map = unsafe { MmapOptions::new().len(bytes).map_mut(&file) }?;
    Ok(Some(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_zeroed_typed_and_counted() {
        let memory = MemoryManager::new(1 << 20);
        let mut segment = memory.allocate::<u32>("numbers", 1000).unwrap();
        assert!(segment.iter().all(|&x| x == 0));
        segment[999] = 7;
        assert_eq!(segment.len(), 1000);
        assert_eq!(memory.counters().granted_bytes, 4000);
        drop(segment);
        assert_eq!(memory.counters().granted_bytes, 0);
    }

    #[test]
    fn empty_segments_cost_nothing() {
        let memory = MemoryManager::new(0);
        let mut segment = memory.allocate::<u64>("nothing", 0).unwrap();
        assert!(segment.is_empty() && segment.iter_mut().next().is_none());
    }

    #[test]
    fn resizing_keeps_values_and_zeroes_new_ones() {
        let memory = MemoryManager::new(64 << 20);
        for (first, second) in [(10, 3), (3, 5000), (5000, 1_000_000), (1_000_000, 10), (0, 9)] {
            let mut segment = memory.allocate::<u32>("numbers", first).unwrap();
            segment.iter_mut().for_each(|x| *x = 9);
            segment.resize(second).unwrap();
            assert_eq!(memory.counters().granted_bytes, 4 * second as u64);
            let kept = first.min(second);
            assert!(segment[..kept].iter().all(|&x| x == 9));
            assert!(segment[kept..].iter().all(|&x| x == 0));
        }
        let mut shrunk = memory.allocate::<u32>("numbers", 100).unwrap();
        shrunk.fill(9);
        shrunk.resize(1).unwrap();
        shrunk.resize(100).unwrap();
        assert!(shrunk[1..].iter().all(|&x| x == 0));
    }

    #[test]
    fn a_refused_growth_leaves_it_as_it_was() {
        let memory = MemoryManager::new(100);
        let mut segment = memory.allocate::<u8>("bytes", 80).unwrap();
        segment.fill(1);
        assert!(segment.resize(101).is_err());
        assert_eq!((segment.len(), memory.counters().granted_bytes), (80, 80));
        assert!(segment.iter().all(|&x| x == 1));
    }

    #[test]
    fn spilled_segments_count_as_spilled_and_leave_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let memory = MemoryManager::with_spill_dir(0, dir.path());
        let mut segment = memory.allocate_spilled::<u64>("run", 512).unwrap();
        segment[511] = 3;
        segment.resize(1024).unwrap();
        assert_eq!((segment[511], segment[1023]), (3, 0));
        assert_eq!(memory.counters().spilled_bytes, 4096 + 8192);
        assert_eq!(memory.counters().granted_bytes, 0);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn absurd_sizes_are_refused() {
        let memory = MemoryManager::new(1 << 40);
        assert!(memory.allocate::<u64>("absurd", usize::MAX / 2).is_err());
    }
}
