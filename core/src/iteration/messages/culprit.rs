//! Who is to blame for a superstep that ends the iteration.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What keys did in a superstep that ends the iteration: of several keys that which comes first.
#[derive(Debug)]
pub(super) struct Culprit {
    /// Was at work when a function panicked.
    panicked: AtomicU64,
    lost: Mutex<Option<(Work, String)>>,
}

/// What a key did: in the superstep, or already in the one to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Work {
    pub(super) is_ahead: bool,
    pub(super) key: u32,
}

impl Culprit {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { panicked: AtomicU64::new(u64::MAX), lost: Mutex::default() })
    }

    /// What was done when a function panicked.
    pub(super) fn panicked(&self) -> Option<Work> {
        let panicked = self.panicked.load(Ordering::Relaxed);
        let work = Work { is_ahead: panicked >> u32::BITS != 0, key: panicked as u32 };
        (panicked != u64::MAX).then_some(work)
    }

    /// Who sent a message to nobody, and to whom it was to go.
    pub(super) fn take_lost(&self) -> Option<(Work, String)> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Tells the culprit if it is dropped by a panic.
#[derive(Debug)]
pub(super) struct Watch {
    /// Is at work; `None` while nobody can say who.
    pub(super) key: Option<u32>,
    /// Whether for the superstep to come.
    pub(super) is_ahead: bool,
    culprit: Arc<Culprit>,
}

impl Watch {
    pub(super) fn new(culprit: &Arc<Culprit>) -> Self {
        Self { key: None, is_ahead: false, culprit: culprit.clone() }
    }

    /// The key at work sent a message to somebody who is not there.
    pub(super) fn lose(&self, recipient: String) {
        let Some(key) = self.key else { return };
        let work = Work { is_ahead: self.is_ahead, key };
        let mut first = self.culprit.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|(first, _)| work < *first) {
            *first = Some((work, recipient));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(key) = self.key.filter(|_| std::thread::panicking()) {
            let work = u64::from(self.is_ahead) << u32::BITS | u64::from(key);
            self.culprit.panicked.fetch_min(work, Ordering::Relaxed);
        }
    }
}
