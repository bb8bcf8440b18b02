//! The memory manager: a byte budget, named reservations, counters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memmap2::MmapMut;
use serde::Serialize;

use super::format_bytes;
use super::spare_maps::SpareMaps;

/// The memory manager of one environment. Clones share the budget.
///
/// The budget is a promise: what is granted never exceeds it. A request that does not fit is
/// refused at once; nothing waits for memory.
///
/// ```
/// use quince_core::memory::MemoryManager;
/// let memory = MemoryManager::new(1 << 20);
/// let mut ranks = memory.allocate::<f64>("ranks", 1000)?;
/// ranks[7] = 0.5;
/// assert_eq!(memory.counters().granted_bytes, 8000);
/// assert!(memory.allocate::<f64>("too much", 1 << 20).is_err());
/// # Ok::<(), quince_core::memory::MemoryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MemoryManager {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    budget: u64,
    granted: AtomicU64,
    peak: AtomicU64,
    /// The highest that `granted` has ever been.
    highest: AtomicU64,
    spare_maps: SpareMaps,
    spilled: AtomicU64,
    spill_dir: PathBuf,
    /// Bytes held now by each name; touched once per reservation, never per record.
    holders: Mutex<BTreeMap<String, u64>>,
}

/// What the memory manager has counted so far, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MemoryCounters {
    /// The budget that grants never exceed.
    pub budget_bytes: u64,
    /// Granted and not yet given back.
    pub granted_bytes: u64,
    /// The highest that `granted_bytes` has been.
    pub peak_bytes: u64,
    /// Written to spill files in all.
    pub spilled_bytes: u64,
}

/// Why memory was not granted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The budget has no room for the request.
    #[error(
        "memory budget exceeded: {name} wanted {} and {} of {} is free ({}); a budget of at least \
         {} gets past this point",
        format_bytes(*wanted), format_bytes(budget - granted), format_bytes(*budget),
        describe_holders(holders), format_bytes(granted + wanted)
    )]
    OutOfBudget {
        /// Who asked.
        name: String,
        /// Bytes asked for.
        wanted: u64,
        /// Bytes granted to all holders at that moment.
        granted: u64,
        /// The budget in bytes.
        budget: u64,
        /// The largest holders at that moment, by name, with their bytes.
        holders: Vec<(String, u64)>,
    },
    /// A spill file could not be used.
    #[error("cannot {action} a spill file in {}: {source}; name another folder with room for it", dir.display())]
    Spill {
        /// What was tried.
        action: &'static str,
        /// The spill folder.
        dir: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The operating system refused to map memory that the budget allowed.
    #[error("the operating system refused {} for {name}: {source}", format_bytes(*wanted))]
    Map {
        /// Who asked.
        name: String,
        /// Bytes asked for.
        wanted: u64,
        /// What the operating system said.
        source: std::io::Error,
    },
}

fn describe_holders(holders: &[(String, u64)]) -> String {
    if holders.is_empty() {
        return "nothing else is held".to_owned();
    }
    let list: Vec<String> =
        holders.iter().map(|(name, bytes)| format!("{name} {}", format_bytes(*bytes))).collect();
    format!("held: {}", list.join(", "))
}

impl MemoryManager {
    /// A manager with a budget of `budget` bytes that spills to the system's temporary folder.
    pub fn new(budget: u64) -> Self {
        Self::with_spill_dir(budget, std::env::temp_dir())
    }

    /// A manager with a budget of `budget` bytes that spills to `spill_dir`.
    pub fn with_spill_dir(budget: u64, spill_dir: impl Into<PathBuf>) -> Self {
        let inner = Inner {
            budget,
            granted: AtomicU64::new(0),
            peak: AtomicU64::new(0),
            highest: AtomicU64::new(0),
            spare_maps: SpareMaps::default(),
            spilled: AtomicU64::new(0),
            spill_dir: spill_dir.into(),
            holders: Mutex::new(BTreeMap::new()),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The budget in bytes.
    pub fn budget(&self) -> u64 {
        self.inner.budget
    }

    /// The folder for spill files.
    pub fn spill_dir(&self) -> &Path {
        &self.inner.spill_dir
    }

    /// The counters now.
    pub fn counters(&self) -> MemoryCounters {
        MemoryCounters {
            budget_bytes: self.inner.budget,
            granted_bytes: self.inner.granted.load(Ordering::Relaxed),
            peak_bytes: self.inner.peak.load(Ordering::Relaxed),
            spilled_bytes: self.inner.spilled.load(Ordering::Relaxed),
        }
    }

    /// Forgets the peak: from now on `peak_bytes` is the highest since this moment.
    ///
    /// ```
    /// # use quince_core::memory::MemoryManager;
    /// let memory = MemoryManager::new(1 << 20);
    /// drop(memory.reserve("sort", 5000)?);
    /// memory.reset_peak();
    /// let _held = memory.reserve("ranks", 70)?;
    /// assert_eq!(memory.counters().peak_bytes, 70);
    /// # Ok::<(), quince_core::memory::MemoryError>(())
    /// ```
    pub fn reset_peak(&self) {
        self.inner.peak.store(self.inner.granted.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Reserves `bytes` under `name`, or says why not.
    pub fn reserve(&self, name: &str, bytes: u64) -> Result<Reservation, MemoryError> {
        let mut reservation =
            Reservation { manager: self.clone(), name: name.to_owned(), bytes: 0 };
        reservation.resize(bytes)?;
        Ok(reservation)
    }

    /// As [`reserve`](Self::reserve) for what can be spilled: refused as soon as all that is
    /// granted would be more than half of the budget, so that what works on it finds room.
    pub fn reserve_spillable(&self, name: &str, bytes: u64) -> Option<Reservation> {
        let reservation = self.reserve(name, bytes).ok()?;
        let granted = self.inner.granted.load(Ordering::Relaxed);
        (granted <= self.inner.budget / 2).then_some(reservation)
    }

    pub(super) fn count_spilled(&self, bytes: u64) {
        self.inner.spilled.fetch_add(bytes, Ordering::Relaxed);
    }

    fn grant(&self, name: &str, bytes: u64) -> Result<(), MemoryError> {
        let inner = &*self.inner;
        let before = inner
            .granted
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |granted| {
                granted.checked_add(bytes).filter(|&total| total <= inner.budget)
            })
            .map_err(|granted| self.out_of_budget(name, bytes, granted))?;
        let granted = before + bytes;
        inner.peak.fetch_max(granted, Ordering::Relaxed);
        let highest = inner.highest.fetch_max(granted, Ordering::Relaxed).max(granted);
        inner.spare_maps.shrink_to(highest - granted);
        *self.holders().entry(name.to_owned()).or_default() += bytes;
        Ok(())
    }

    /// A map of at least `bytes`, if one is left; what it holds is left, too.
    pub(super) fn take_map(&self, bytes: usize) -> Option<MmapMut> {
        self.inner.spare_maps.take(bytes)
    }

    /// Keeps a map that nobody pays for any longer, if that makes the process no larger than it was.
    pub(super) fn keep_map(&self, map: MmapMut) {
        let inner = &*self.inner;
        let granted = inner.granted.load(Ordering::Relaxed);
        let room = inner.highest.load(Ordering::Relaxed).saturating_sub(granted);
        inner.spare_maps.keep(map, room);
    }

    #[cfg(test)]
    pub(super) fn spare_maps(&self) -> &SpareMaps {
        &self.inner.spare_maps
    }

    fn give_back(&self, name: &str, bytes: u64) {
        if bytes == 0 {
            return;
        }
        self.inner.granted.fetch_sub(bytes, Ordering::Relaxed);
        let mut holders = self.holders();
        if let Some(held) = holders.get_mut(name) {
            *held -= bytes;
            if *held == 0 {
                holders.remove(name);
            }
        }
    }

    fn holders(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.inner.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn out_of_budget(&self, name: &str, wanted: u64, granted: u64) -> MemoryError {
        let mut holders: Vec<_> =
            self.holders().iter().map(|(name, bytes)| (name.clone(), *bytes)).collect();
        holders.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        holders.truncate(3);
        MemoryError::OutOfBudget {
            name: name.to_owned(),
            wanted,
            granted,
            budget: self.inner.budget,
            holders,
        }
    }
}

/// A named share of the budget; given back when dropped.
#[derive(Debug)]
#[must_use = "a reservation is given back when it is dropped"]
pub struct Reservation {
    manager: MemoryManager,
    name: String,
    bytes: u64,
}

impl Reservation {
    /// The bytes held.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Who holds them.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The manager that granted them.
    pub fn manager(&self) -> &MemoryManager {
        &self.manager
    }

    /// Grows or shrinks the share to `bytes`. On refusal nothing changes.
    pub fn resize(&mut self, bytes: u64) -> Result<(), MemoryError> {
        if bytes > self.bytes {
            self.manager.grant(&self.name, bytes - self.bytes)?;
        } else {
            self.manager.give_back(&self.name, self.bytes - bytes);
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.manager.give_back(&self.name, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_up_to_the_budget_and_not_a_byte_more() {
        let memory = MemoryManager::new(100);
        let first = memory.reserve("first", 60).unwrap();
        let refused = memory.reserve("second", 41).unwrap_err();
        let MemoryError::OutOfBudget { name, wanted, granted, budget, holders } = refused else {
            panic!("wrong error");
        };
        assert_eq!((name.as_str(), wanted, granted, budget), ("second", 41, 60, 100));
        assert_eq!(holders, [("first".to_owned(), 60)]);
        let second = memory.reserve("second", 40).unwrap();
        drop((first, second));
        let counters = memory.counters();
        assert_eq!((counters.granted_bytes, counters.peak_bytes), (0, 100));
    }

    #[test]
    fn a_refused_resize_changes_nothing() {
        let memory = MemoryManager::new(100);
        let mut share = memory.reserve("share", 50).unwrap();
        assert!(share.resize(101).is_err());
        assert_eq!(share.bytes(), 50);
        share.resize(10).unwrap();
        assert_eq!(memory.counters().granted_bytes, 10);
    }

    #[test]
    fn the_error_says_what_was_wanted_and_what_would_do() {
        let memory = MemoryManager::new(1 << 20);
        let _held = memory.reserve("edges", 1 << 19).unwrap();
        let text = memory.reserve("index", 1 << 20).unwrap_err().to_string();
        assert!(text.contains("index wanted 1.0 MiB"), "{text}");
        assert!(text.contains("edges 512.0 KiB"), "{text}");
        assert!(text.contains("at least 1.5 MiB"), "{text}");
    }

    #[test]
    fn overflowing_requests_are_refused() {
        let memory = MemoryManager::new(u64::MAX);
        let _most = memory.reserve("most", u64::MAX - 1).unwrap();
        assert!(memory.reserve("more", 2).is_err());
    }
}
