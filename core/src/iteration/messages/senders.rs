//! Who sends: as flags and a column while they are many, as lists while they are few.

use crate::error::Result;
use crate::memory::{MemoryManager, PaidVec, Segment};

/// The keys that send, and what they put out for their rows. Of a program that scatters it is the
/// keys that are active between supersteps, which have put out nothing yet.
#[derive(Debug)]
pub(super) enum Senders<S> {
    /// Those that are flagged in the columns.
    Dense,
    /// These, ascending; no key is flagged.
    Sparse { keys: PaidVec<u32>, sent: PaidVec<S> },
}

/// A flag and what was put out last for every key; empty until they are needed.
#[derive(Debug)]
pub(super) struct Columns<S> {
    pub(super) flags: Segment<u8>,
    pub(super) sent: PaidVec<S>,
}

impl<S: Clone> Columns<S> {
    pub(super) fn new(memory: &MemoryManager) -> Result<Self> {
        Ok(Self { flags: memory.allocate("workset", 0)?, sent: PaidVec::new(memory, "messages") })
    }

    /// Makes the flags, none of which is set, unless they are there.
    pub(super) fn flags(&mut self, memory: &MemoryManager, num_keys: usize) -> Result<()> {
        if self.flags.len() < num_keys {
            self.flags = memory.allocate("workset", num_keys)?;
        }
        Ok(())
    }

    /// Makes the column of what is put out unless it is there. Nobody looks at `filler`.
    pub(super) fn sent(&mut self, num_keys: usize, filler: &S) -> Result<()> {
        self.sent.reserve(num_keys.saturating_sub(self.sent.len()))?;
        while self.sent.len() < num_keys {
            self.sent.push(filler.clone())?;
        }
        Ok(())
    }

    /// Flags the keys of a list and stores what they put out.
    pub(super) fn store(
        &mut self,
        memory: &MemoryManager,
        num_keys: usize,
        keys: PaidVec<u32>,
        sent: PaidVec<S>,
    ) -> Result<()> {
        self.flags(memory, num_keys)?;
        if sent.len() == num_keys && self.sent.is_empty() {
            self.flags.fill(1);
            self.sent = sent;
            return Ok(());
        }
        if let Some(filler) = sent.first() {
            self.sent(num_keys, filler)?;
        }
        keys.iter().for_each(|&key| self.flags[key as usize] = 1);
        keys.iter().zip(sent).for_each(|(&key, sent)| self.sent[key as usize] = sent);
        Ok(())
    }

    /// The flagged keys and what they put out as lists; clears the flags.
    pub(super) fn list(
        &mut self,
        memory: &MemoryManager,
        num_keys: usize,
    ) -> Result<(PaidVec<u32>, PaidVec<S>)> {
        let mut keys = PaidVec::new(memory, "workset");
        let mut sent = PaidVec::new(memory, "workset");
        keys.reserve(num_keys)?;
        let flagged = self.flags.iter().enumerate().filter(|&(_, &flag)| flag != 0);
        for (key, _) in flagged {
            keys.push(key as u32)?;
        }
        if !self.sent.is_empty() {
            sent.reserve(keys.len())?;
            for &key in keys.iter() {
                sent.push(self.sent[key as usize].clone())?;
            }
        }
        self.flags.fill(0);
        Ok((keys, sent))
    }
}

/// Successive keys of a list in pieces of at most `most` entries, or of one key.
pub(super) fn pieces(
    keys: &[u32],
    most: u64,
    degree: impl Fn(u32) -> usize,
) -> Vec<std::ops::Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut entries) = (0, 0);
    for (at, &key) in keys.iter().enumerate() {
        let degree = degree(key) as u64;
        if entries + degree > most && at > start {
            pieces.push(start..at);
            (start, entries) = (at, 0);
        }
        entries += degree;
    }
    pieces.push(start..keys.len());
    pieces
}
