//! What a key sends while it works.

use std::sync::Arc;

use super::culprit::{Culprit, Watch};
use crate::memory::{MemoryError, MemoryManager, PaidVec};

/// A message and the key that it goes to.
pub(super) type Letter<M> = (u32, M);

/// Where a key that works says what becomes of it: what it sends, and whether its state changed.
#[derive(Debug)]
pub struct Outbox<S, M> {
    pub(super) sent: Option<S>,
    pub(super) has_changed: bool,
    /// Sent to keys by their number.
    pub(super) letters: PaidVec<Letter<M>>,
    /// The budget had no room for a letter.
    pub(super) refused: Option<MemoryError>,
    num_keys: u32,
    /// Over the key that works.
    pub(super) watch: Watch,
    has_lost: bool,
}

impl<S, M> Outbox<S, M> {
    pub(super) fn new(memory: &MemoryManager, num_keys: usize, culprit: &Arc<Culprit>) -> Self {
        let letters = PaidVec::new(memory, "messages");
        Self {
            sent: None,
            has_changed: false,
            letters,
            refused: None,
            num_keys: num_keys as u32,
            watch: Watch::new(culprit),
            has_lost: false,
        }
    }

    /// From now on this key works, in this superstep.
    #[inline(always)]
    pub(super) fn begin(&mut self, key: u32) {
        (self.watch.key, self.watch.is_ahead, self.has_changed) = (Some(key), false, false);
    }

    /// From now on the key that works does what belongs to the superstep to come: errors say so.
    #[inline(always)]
    pub fn look_ahead(&mut self) {
        self.watch.is_ahead = true;
    }

    /// Puts out what crosses every entry of the key's row. A second time in a superstep it comes
    /// back: those who want that send letters.
    #[inline(always)]
    pub fn send_all(&mut self, sent: S) -> Result<(), S> {
        if self.sent.is_some() {
            return Err(sent);
        }
        self.sent = Some(sent);
        Ok(())
    }

    /// Sends a message to one key, whichever it is. If there is no such key, the iteration ends
    /// with an error.
    #[inline]
    pub fn send_to(&mut self, key: u32, message: M) {
        if key >= self.num_keys {
            self.lose(|| format!("key {key}"));
        } else if self.refused.is_none()
            && let Err(error) = self.letters.push((key, message))
        {
            self.refused = Some(error);
        }
    }

    /// Says that a message was to go to a key that there is not, and its name: the iteration ends
    /// with an error when the superstep is over.
    #[cold]
    pub fn lose(&mut self, recipient: impl FnOnce() -> String) {
        // The first one is told: keys ascend.
        if !std::mem::replace(&mut self.has_lost, true) {
            self.watch.lose(recipient());
        }
    }

    /// Says that the state changed.
    #[inline(always)]
    pub fn change(&mut self) {
        self.has_changed = true;
    }
}
