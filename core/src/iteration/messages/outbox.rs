//! What a key sends while it works.

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
    /// The key that works.
    pub(super) key: u32,
    /// The first key that sent a message to nobody, and to whom it was to go.
    pub(super) lost: Option<(u32, String)>,
}

impl<S, M> Outbox<S, M> {
    pub(super) fn new(memory: &MemoryManager, num_keys: usize) -> Self {
        let letters = PaidVec::new(memory, "messages");
        Self {
            sent: None,
            has_changed: false,
            letters,
            refused: None,
            num_keys: num_keys as u32,
            key: 0,
            lost: None,
        }
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
        let key = self.key;
        self.lost.get_or_insert_with(|| (key, recipient()));
    }

    /// Says that the state changed.
    #[inline(always)]
    pub fn change(&mut self) {
        self.has_changed = true;
    }
}
