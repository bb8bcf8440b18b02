//! One piece of a superstep's work: keys that send and receive, one after the other.

use std::ops::Range;
use std::sync::Arc;

use super::culprit::Culprit;
use super::outbox::{Letter, Outbox};
use super::program::MessageProgram;
use super::units::Units;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::{MemoryManager, PaidVec};

/// What a piece of the work left.
pub(super) struct Part<S, M, T> {
    /// Keys that are active now, and what they put out, where both are kept as lists.
    pub(super) keys: PaidVec<u32>,
    pub(super) sent: PaidVec<S>,
    pub(super) letters: PaidVec<Letter<M>>,
    pub(super) partials: Vec<T>,
    pub(super) tally: Tally,
}

/// What is counted along the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Keys that are active now, and the entries over which they send.
    pub(super) keys: u64,
    pub(super) entries: u64,
    /// Keys that put out what is idle.
    pub(super) idle: u64,
    pub(super) changes: u64,
    /// By how many bytes what states own elsewhere grew.
    pub(super) owned: i64,
}

impl Tally {
    pub(super) fn add(self, other: Self) -> Self {
        Self {
            keys: self.keys + other.keys,
            entries: self.entries + other.entries,
            idle: self.idle + other.idle,
            changes: self.changes + other.changes,
            owned: self.owned + other.owned,
        }
    }
}

pub(super) struct Worker<'w, W: EntryValue, P: MessageProgram<W>> {
    program: &'w P,
    pub(super) out: Outbox<P::Sent, P::Message>,
    keys: PaidVec<u32>,
    sent: PaidVec<P::Sent>,
    partials: Vec<P::Partial>,
    pub(super) tally: Tally,
    /// Where the unit ends that the last partial belongs to.
    unit_end: u32,
}

/// What a part of a program's work is.
pub(super) type PartOf<P, W> = Part<
    <P as MessageProgram<W>>::Sent,
    <P as MessageProgram<W>>::Message,
    <P as MessageProgram<W>>::Partial,
>;

/// The parts of a phase, in order.
pub(super) type Parts<P, W> = Vec<PartOf<P, W>>;

impl<'w, W: EntryValue, P: MessageProgram<W>> Worker<'w, W, P> {
    pub(super) fn new(
        memory: &MemoryManager,
        program: &'w P,
        num_keys: usize,
        culprit: &Arc<Culprit>,
    ) -> Self {
        Self {
            program,
            out: Outbox::new(memory, num_keys, culprit),
            keys: PaidVec::new(memory, "workset"),
            sent: PaidVec::new(memory, "workset"),
            partials: Vec::new(),
            tally: Tally::default(),
            unit_end: 0,
        }
    }

    /// All keys until the next call are in the unit that ends here.
    pub(super) fn begin_unit(&mut self, end: u32) {
        self.partials.push(self.program.partial());
        self.unit_end = end;
    }

    /// The next key; keys ascend.
    pub(super) fn enter(&mut self, units: &Units, key: u32) {
        if key >= self.unit_end {
            self.begin_unit(units.end_of_unit(key));
        }
    }

    /// Lets a key send; whether it put anything out for its row.
    #[inline(always)]
    pub(super) fn scatter(&mut self, key: u32, state: &P::State) -> bool {
        self.out.begin(key);
        let partial = self.partials.last_mut().expect("a unit was begun");
        self.program.scatter(key, state, &mut self.out, partial);
        self.puts_out()
    }

    /// Whether the key put anything out for its row.
    #[inline(always)]
    fn puts_out(&mut self) -> bool {
        let sent = self.out.sent.as_ref();
        self.tally.idle += u64::from(sent.is_some_and(|sent| self.program.is_idle(sent)));
        sent.is_some()
    }

    /// Lets a key receive; whether it is active now.
    #[inline(always)]
    pub(super) fn receive(
        &mut self,
        key: u32,
        state: &mut P::State,
        messages: &[P::Message],
    ) -> bool {
        self.out.begin(key);
        let owns = std::mem::needs_drop::<P::State>();
        let before = if owns { self.program.owned_bytes(state) } else { 0 };
        let partial = self.partials.last_mut().expect("a unit was begun");
        self.program.receive(key, state, messages, &mut self.out, partial);
        if owns {
            self.tally.owned += self.program.owned_bytes(state) as i64 - before as i64;
        }
        self.tally.changes += u64::from(self.out.has_changed);
        if self.program.sends_on_receipt() { self.puts_out() } else { self.out.has_changed }
    }

    /// Counts those of `keys` that are flagged as active.
    #[inline(always)]
    pub(super) fn count_flagged<I: StaticIndex>(
        &mut self,
        push: Option<&I>,
        keys: Range<u32>,
        flags: &[u8],
    ) {
        self.tally.keys += flags.iter().map(|&flag| u64::from(flag)).sum::<u64>();
        self.tally.entries += push.map_or(0, |push| push.num_flagged_entries(keys, flags));
    }

    /// Counts an active key.
    #[inline(always)]
    pub(super) fn count(&mut self, num_entries: usize) {
        self.tally.keys += 1;
        self.tally.entries += num_entries as u64;
    }

    /// Adds an active key, and what it put out, to the lists.
    pub(super) fn list(&mut self, key: u32) -> Result<()> {
        self.keys.push(key)?;
        if let Some(sent) = self.out.sent.take() {
            self.sent.push(sent)?;
        }
        Ok(())
    }

    /// The work is done.
    pub(super) fn finish(self) -> Result<PartOf<P, W>> {
        let Self { out, keys, sent, partials, tally, .. } = self;
        match out.refused {
            Some(refused) => Err(refused.into()),
            None => Ok(Part { keys, sent, letters: out.letters, partials, tally }),
        }
    }
}
