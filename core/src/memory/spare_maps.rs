//! Maps that segments gave back, kept for those to come.
//!
//! The pages of a new map are made one after the other, as they are touched, and are in no cache.
//! Work that is repeated (the runs of an algorithm, the sources of a search) asks for the same few
//! megabytes again and again: a breadth-first search of a million vertices takes two thirds of its
//! time if it finds them where the one before left them.
//!
//! All that is granted and all that is kept are together no more than what was ever granted at a
//! time, so keeping maps makes no process larger than it was.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use memmap2::MmapMut;

/// Bytes kept at most: more than this, and making pages is little beside working on them.
const MOST_BYTES: u64 = 256 << 20;

/// Maps kept at most.
const MOST_MAPS: usize = 256;

const PAGE: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct SpareMaps {
    /// In the order in which they came.
    maps: Mutex<VecDeque<MmapMut>>,
    /// Of all maps; written under the lock.
    bytes: AtomicU64,
}

impl SpareMaps {
    /// A map of `bytes` or more, on as few pages; what it holds is left from before.
    pub(super) fn take(&self, bytes: usize) -> Option<MmapMut> {
        if self.bytes.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut maps = self.lock();
        let fits =
            |map: &MmapMut| map.len() >= bytes && map.len().div_ceil(PAGE) == bytes.div_ceil(PAGE);
        let map = maps.iter().rposition(fits).and_then(|at| maps.remove(at))?;
        self.bytes.fetch_sub(map.len() as u64, Ordering::Relaxed);
        Some(map)
    }

    /// Keeps `map`, if there is room for it in `room` bytes; older ones go first.
    pub(super) fn keep(&self, map: MmapMut, room: u64) {
        let len = map.len() as u64;
        let room = room.min(MOST_BYTES);
        if len > room {
            return;
        }
        self.shrink_to(room - len);
        let mut maps = self.lock();
        let oldest = if maps.len() == MOST_MAPS { maps.pop_front() } else { None };
        let gone = oldest.as_ref().map_or(0, |map| map.len() as u64);
        maps.push_back(map);
        self.bytes.fetch_add(len.wrapping_sub(gone), Ordering::Relaxed);
    }

    /// Gives the oldest maps back to the operating system until `bytes` are left.
    #[inline]
    pub(super) fn shrink_to(&self, bytes: u64) {
        if self.bytes.load(Ordering::Relaxed) > bytes {
            self.drop_oldest(bytes);
        }
    }

    #[cold]
    fn drop_oldest(&self, bytes: u64) {
        let mut maps = self.lock();
        while self.bytes.load(Ordering::Relaxed) > bytes {
            let Some(map) = maps.pop_front() else { break };
            self.bytes.fetch_sub(map.len() as u64, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<MmapMut>> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{MemoryManager, Segment};

    fn kept(memory: &MemoryManager) -> u64 {
        memory.spare_maps().bytes.load(Ordering::Relaxed)
    }

    #[test]
    fn a_map_comes_back_zeroed() {
        let memory = MemoryManager::new(1 << 20);
        let mut first: Segment<u32> = memory.allocate("first", 2000).unwrap();
        first.fill(7);
        let place = first.as_ptr();
        drop(first);
        assert_eq!(kept(&memory), 8000);
        let mut second = memory.allocate::<u8>("second", 7000).unwrap();
        assert_eq!((second.as_ptr(), kept(&memory)), (place.cast(), 0));
        assert!(second.iter().all(|&byte| byte == 0));
        second.resize(9000).unwrap();
        assert!(second.iter().all(|&byte| byte == 0), "nothing is left behind the shorter one");
    }

    #[test]
    fn another_number_of_pages_does_not_fit() {
        let memory = MemoryManager::new(1 << 20);
        drop(memory.allocate::<u8>("two pages", 8000).unwrap());
        drop(memory.allocate::<u8>("one page", 4096).unwrap());
        assert_eq!(kept(&memory), 4096, "together they were never there");
    }

    #[test]
    fn granted_and_kept_are_never_more_than_was_granted() {
        let memory = MemoryManager::new(1 << 20);
        let segments: Vec<Segment<u8>> =
            (1..=4).map(|pages| memory.allocate("pages", pages * PAGE).unwrap()).collect();
        drop(segments);
        assert_eq!(kept(&memory), 10 * PAGE as u64);
        let held = memory.reserve("held", 7 * PAGE as u64).unwrap();
        assert_eq!(kept(&memory), 0, "the oldest go first, and whole");
        drop(memory.allocate::<u8>("pages", 3 * PAGE).unwrap());
        assert_eq!(kept(&memory), 3 * PAGE as u64);
        drop(memory.allocate::<u8>("other pages", 2 * PAGE).unwrap());
        assert_eq!(kept(&memory), 2 * PAGE as u64);
        assert!(memory.allocate::<u8>("too much", 1 << 20).is_err());
        drop(held);
    }

    #[test]
    fn a_spilled_segment_keeps_no_map() {
        let memory = MemoryManager::new(1 << 20);
        drop(memory.reserve("before", 1 << 20).unwrap());
        drop(memory.allocate_spilled::<u8>("spilled", 5000).unwrap());
        assert_eq!(kept(&memory), 0);
    }

    #[test]
    fn no_more_maps_are_kept_than_are_looked_through() {
        let memory = MemoryManager::new(1 << 30);
        let segments: Vec<Segment<u8>> =
            (0..MOST_MAPS + 9).map(|_| memory.allocate("one", 100).unwrap()).collect();
        drop(segments);
        assert_eq!(kept(&memory), 100 * MOST_MAPS as u64);
    }
}
