//! Who sends: as flags and a column while they are many, as lists while they are few.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::memory::{MemoryManager, PaidVec, Piece, Segment};

/// The keys that send, and what they put out for their rows. Of a program that scatters it is the
/// keys that are active between supersteps, which have put out nothing yet.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "an iteration has one")]
pub(super) enum Senders<S> {
    /// Those that are flagged in the columns.
    Dense,
    /// These, ascending; no key is flagged.
    Sparse { keys: PaidVec<u32>, sent: PaidVec<S> },
}

/// A flag for every key, and what it put out; empty until they are needed.
///
/// Beside keys that put out nothing stands what is idle, if the program knows such a thing, else
/// what they put out last.
#[derive(Debug)]
pub(super) struct Columns<S> {
    pub(super) flags: Segment<u8>,
    pub(super) sent: PaidVec<S>,
}

impl<S: Clone + Send + Sync> Columns<S> {
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
    pub(super) fn sent(
        &mut self,
        memory: &MemoryManager,
        num_keys: usize,
        filler: &S,
    ) -> Result<()> {
        if self.sent.len() < num_keys {
            self.sent = PaidVec::from_fn(memory, "messages", num_keys, |_| filler.clone())?;
        }
        Ok(())
    }

    /// Begins with what the flagged keys put out: as a column if all keys are flagged, else as lists.
    pub(super) fn begin(&mut self, memory: &MemoryManager, sent: PaidVec<S>) -> Result<Senders<S>> {
        if sent.len() == self.flags.len() {
            self.sent = sent;
            return Ok(Senders::Dense);
        }
        let keys = self.take_flagged(memory)?;
        Ok(Senders::Sparse { keys, sent })
    }

    /// The flagged keys; clears the flags.
    fn take_flagged(&mut self, memory: &MemoryManager) -> Result<PaidVec<u32>> {
        let pieces = self.flags.chunks_mut(PIECE_KEYS).enumerate();
        let jobs = pieces.map(|(at, flags)| {
            (flags.iter().map(|&flag| usize::from(flag)).sum(), (at * PIECE_KEYS, flags))
        });
        let take = |(first, flags): (usize, &mut [u8]), keys: &mut Piece<'_, u32>| {
            for (at, flag) in flags.iter_mut().enumerate() {
                if std::mem::take(flag) != 0 {
                    keys.push((first + at) as u32);
                }
            }
            Ok::<(), Error>(())
        };
        Ok(PaidVec::from_pieces(memory, "workset", jobs.collect(), take)?.0)
    }

    /// Flags the keys of a list and stores what they put out; and what is idle, if there is such a
    /// thing, beside all others.
    pub(super) fn store(
        &mut self,
        memory: &MemoryManager,
        num_keys: usize,
        keys: PaidVec<u32>,
        sent: PaidVec<S>,
        idle: Option<S>,
    ) -> Result<()> {
        self.flags(memory, num_keys)?;
        if sent.len() == num_keys && self.sent.is_empty() {
            self.flags.fill(1);
            self.sent = sent;
            return Ok(());
        }
        if let (Some(idle), false) = (&idle, self.sent.is_empty()) {
            self.sent.par_iter_mut().for_each(|sent| sent.clone_from(idle));
        }
        if let Some(filler) = idle.as_ref().or(sent.first()) {
            self.sent(memory, num_keys, filler)?;
        }
        keys.iter().for_each(|&key| self.flags[key as usize] = 1);
        keys.iter().zip(sent).for_each(|(&key, sent)| self.sent[key as usize] = sent);
        Ok(())
    }

    /// The flagged keys and what they put out as lists; clears the flags.
    pub(super) fn list(&mut self, memory: &MemoryManager) -> Result<(PaidVec<u32>, PaidVec<S>)> {
        let keys = self.take_flagged(memory)?;
        let sent = |at: usize| self.sent[keys[at] as usize].clone();
        let len = if self.sent.is_empty() { 0 } else { keys.len() };
        let sent = PaidVec::from_fn(memory, "workset", len, sent)?;
        Ok((keys, sent))
    }
}

/// Keys that one worker looks at at a time, for their flags or degrees.
const PIECE_KEYS: usize = 1 << 13;

/// Successive keys of a list in pieces of at most `most` entries, or of one key.
pub(super) fn pieces(
    keys: &[u32],
    most: u64,
    degree: impl Fn(u32) -> usize + Sync,
) -> Vec<std::ops::Range<usize>> {
    let degree = |key| degree(key) as u64;
    let runs = keys.par_chunks(PIECE_KEYS);
    let run_entries: Vec<u64> = runs.map(|run| run.iter().map(|&key| degree(key)).sum()).collect();
    let mut pieces = Vec::new();
    let (mut start, mut entries) = (0, 0);
    for (at, run) in keys.chunks(PIECE_KEYS).enumerate() {
        if entries + run_entries[at] <= most {
            entries += run_entries[at];
            continue;
        }
        for (at, &key) in (at * PIECE_KEYS..).zip(run) {
            let degree = degree(key);
            if entries + degree > most && at > start {
                pieces.push(start..at);
                (start, entries) = (at, 0);
            }
            entries += degree;
        }
    }
    pieces.push(start..keys.len());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_filled_one_after_the_other() {
        let keys: Vec<u32> = (0..3 * PIECE_KEYS as u32 + 5).collect();
        let degree = |key: u32| if key % 5000 == 7 { 900 } else { (key % 4) as usize };
        for most in [1, 800, 1000, 20_000, 1 << 20] {
            let pieces = pieces(&keys, most, degree);
            let entries = |piece: &std::ops::Range<usize>| -> u64 {
                keys[piece.clone()].iter().map(|&key| degree(key) as u64).sum()
            };
            assert_eq!((pieces[0].start, pieces.last().unwrap().end), (0, keys.len()));
            for piece in &pieces {
                assert!(piece.len() == 1 || entries(piece) <= most, "{piece:?}");
            }
            for pair in pieces.windows(2) {
                assert_eq!(pair[0].end, pair[1].start);
                assert!(entries(&(pair[0].start..pair[1].start + 1)) > most, "{pair:?}");
            }
        }
    }
}
