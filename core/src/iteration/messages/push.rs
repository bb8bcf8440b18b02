//! Few keys send: their messages are stored, brought to their targets, and received.

use std::ops::Range;
use std::sync::Arc;

use super::along::Along;
use super::body::MessageBody;
use super::combine::Combine;
use super::culprit::Culprit;
use super::letters::{Mail, Sorting, sorted};
use super::outbox::Letter;
use super::program::MessageProgram;
use super::senders::pieces;
use super::units::{Units, in_parallel, windows};
use super::worker::{PartOf, Parts, Worker};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::StaticIndex;
use crate::memory::PaidVec;

/// All slots are looked through if there is more than one message for this many: sorting their
/// targets takes longer.
const SCAN_SHARE: usize = 16;

/// Pieces in which all senders send, if that gives each piece enough entries and not too many.
const PIECES: u64 = 16;

/// Fewest and most entries along which one worker sends at a time: a piece has a bag of its own.
const PIECE_ENTRIES: [u64; 2] = [1 << 14, 1 << 17];

/// Keys that are looked at for messages before they receive them.
const BLOCK_KEYS: usize = 128;

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageBody<'_, I, P> {
    /// The senders send along their rows, and whoever got something receives.
    pub(super) fn push(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        let is_full = self.is_full() && self.num_entries > 0;
        let (keys, sent) = self.take_lists()?;
        let is_scanned = self.num_entries > self.states.len() as u64 / SCAN_SHARE as u64;
        if self.merges && is_scanned && self.letters.is_empty() {
            self.merges = self.merge(&keys, &sent, culprit)?;
            if self.merges {
                drop((keys, sent));
                return self.deliver_merged(culprit);
            }
        }
        let letters = std::mem::take(&mut self.letters);
        let num_letters: u64 = letters.iter().map(|letters| letters.len() as u64).sum();
        let count = self.num_entries + num_letters;
        let sorting = Sorting::new::<P::Message>(self.env.memory(), &self.units, count)?;
        let mut bags = match self.along(&keys, &sent, sorting.is_spread, culprit) {
            Some(along) => along.bags(&sorting)?,
            None => Vec::new(),
        };
        drop((keys, sent));
        bags.extend(sorting.letters(letters));
        let mail = sorting.finish(bags);
        self.deliver(mail, is_full, culprit)
    }

    /// What the senders send along their rows, if any do.
    fn along<'s>(
        &'s self,
        keys: &'s [u32],
        sent: &'s [P::Sent],
        in_pieces: bool,
        culprit: &'s Arc<Culprit>,
    ) -> Option<Along<'s, I, P>> {
        let index = self.push.filter(|_| !keys.is_empty())?;
        let [fewest, most] = PIECE_ENTRIES;
        let entries = (self.num_entries / PIECES).clamp(fewest, most);
        let pieces = match in_pieces {
            true => pieces(keys, entries, |key| index.degree(key)),
            false => std::iter::once(0..keys.len()).collect(),
        };
        Some(Along { env: self.env, program: &self.program, index, keys, sent, pieces, culprit })
    }

    /// Merges messages at their targets; whether they could be.
    fn merge(&mut self, keys: &[u32], sent: &[P::Sent], culprit: &Arc<Culprit>) -> Result<bool> {
        let memory = self.env.memory();
        let mut slots = std::mem::replace(&mut self.merged, PaidVec::new(memory, "messages"));
        let combiner = self.program.combiner();
        let (Some(idle), Some(along)) = (combiner.idle(), self.along(keys, sent, true, culprit))
        else {
            return Ok(false);
        };
        if slots.is_empty() {
            let idle = |_| idle.clone();
            let Ok(new) = PaidVec::from_fn(memory, "messages", self.states.len(), idle) else {
                return Ok(false);
            };
            slots = new;
        }
        let is_merged = combiner.merge(&mut slots, &along)?;
        if is_merged {
            self.merged = slots;
        }
        Ok(is_merged)
    }

    /// Whoever has a merged message receives.
    fn deliver_merged(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        let num_keys = self.states.len();
        let Self { env, program, units, states, pull, push, merged, .. } = self;
        let (pull, push) = (*pull, *push);
        let office = Office { env, program, units, pull, push, num_keys, is_full: false, culprit };
        let slots = windows(&units.ranges, merged);
        let units = units.ranges.iter().cloned().zip(windows(&units.ranges, states));
        in_parallel(units.zip(slots).collect(), &|((keys, states), slots)| {
            office.merged(keys, states, slots)
        })
    }

    /// Whoever has mail receives.
    fn deliver(
        &mut self,
        mail: Mail<P::Message>,
        is_full: bool,
        culprit: &Arc<Culprit>,
    ) -> Result<Parts<P, I::Value>> {
        let num_keys = self.states.len();
        let in_slots =
            P::Combiner::COMBINES && mail.is_spread && !(P::Combiner::REGROUPS && is_full);
        if in_slots && self.slots.is_empty() {
            self.slots = PaidVec::from_fn(self.env.memory(), "messages", num_keys, |_| None)?;
        }
        let Self { env, program, units, states, pull, push, slots, .. } = self;
        let office =
            Office { env, program, units, pull: *pull, push: *push, num_keys, is_full, culprit };
        if !mail.is_spread {
            let letters = mail.buckets.into_iter().flatten().collect();
            return Ok(vec![office.in_order(letters, 0, states)?]);
        }
        let buckets = units.buckets();
        let states = windows(&buckets, states);
        let slots = windows(&buckets, if in_slots { slots } else { &mut [] });
        let jobs = buckets.into_iter().zip(mail.buckets).zip(states.into_iter().zip(slots));
        let busy = jobs.filter(|((_, letters), _)| !letters.is_empty()).collect();
        in_parallel(busy, &|((keys, letters), (states, slots))| {
            if in_slots {
                office.in_slots(letters, keys.start, states, slots)
            } else {
                office.in_order(letters, keys.start, states)
            }
        })
    }
}

/// Where mail is delivered.
struct Office<'o, I: StaticIndex, P: MessageProgram<I::Value>> {
    env: &'o Environment,
    program: &'o P,
    units: &'o Units,
    pull: &'o I,
    push: Option<&'o I>,
    num_keys: usize,
    /// Whether every entry brings a message.
    is_full: bool,
    culprit: &'o Arc<Culprit>,
}

impl<'o, I: StaticIndex, P: MessageProgram<I::Value>> Office<'o, I, P> {
    fn worker(&self) -> Result<Worker<'o, I::Value, P>> {
        self.env.check_cancelled()?;
        Ok(Worker::new(self.env.memory(), self.program, self.num_keys, self.culprit))
    }

    /// Lets a key receive.
    #[inline(always)]
    fn receive(
        &self,
        worker: &mut Worker<'o, I::Value, P>,
        key: u32,
        state: &mut P::State,
        messages: &[P::Message],
    ) -> Result<()> {
        worker.enter(self.units, key);
        if worker.receive(key, state, messages) {
            let counted = self.push.filter(|_| self.program.sends_on_receipt());
            worker.count(counted.map_or(0, |push| push.degree(key)));
            worker.list(key)?;
        }
        Ok(())
    }

    /// Gives the keys of a unit what is in their slots, and leaves those idle.
    fn merged(
        &self,
        keys: Range<u32>,
        states: &mut [P::State],
        slots: &mut [P::Message],
    ) -> Result<PartOf<P, I::Value>> {
        let mut worker = self.worker()?;
        worker.begin_unit(keys.end);
        let combiner = self.program.combiner();
        let idle = combiner.idle().expect("messages merge with the idle one");
        // Found without a branch: who has a message is as good as random.
        let mut found = [0; BLOCK_KEYS];
        for start in (0..slots.len()).step_by(BLOCK_KEYS) {
            let end = slots.len().min(start + BLOCK_KEYS);
            let mut num_found = 0;
            for (at, message) in (start..end).zip(&slots[start..end]) {
                found[num_found] = at;
                num_found += usize::from(!combiner.is_idle(message));
            }
            for &at in &found[..num_found] {
                let message = std::mem::replace(&mut slots[at], idle.clone());
                let key = keys.start + at as u32;
                self.receive(&mut worker, key, &mut states[at], std::slice::from_ref(&message))?;
            }
        }
        worker.finish()
    }

    /// Combines messages where their target has its slot. `states` and `slots` begin at `first`.
    fn in_slots(
        &self,
        bucket: Vec<Vec<Letter<P::Message>>>,
        first: u32,
        states: &mut [P::State],
        slots: &mut [Option<P::Message>],
    ) -> Result<PartOf<P, I::Value>> {
        let mut worker = self.worker()?;
        let combiner = self.program.combiner();
        let mut keys = first..first + slots.len() as u32;
        let is_scanned = bucket.iter().map(Vec::len).sum::<usize>() > slots.len() / SCAN_SHARE;
        let mut targets = PaidVec::new(self.env.memory(), "workset");
        let idle = combiner.idle().filter(|_| is_scanned);
        for (key, message) in bucket.into_iter().flatten() {
            let slot = &mut slots[(key - first) as usize];
            let before = slot.take();
            *slot = Some(match (before, &idle) {
                // No branch on whether there is one before: that is as good as random.
                (before, Some(idle)) => combiner.combine(before.unwrap_or(idle.clone()), message),
                (Some(before), None) => combiner.combine(before, message),
                (None, None) => {
                    if !is_scanned {
                        targets.push(key)?;
                    }
                    message
                }
            });
        }
        let mut deliver = |key: u32| -> Result<()> {
            let at = (key - first) as usize;
            let Some(message) = slots[at].take() else { return Ok(()) };
            self.receive(&mut worker, key, &mut states[at], std::slice::from_ref(&message))
        };
        if is_scanned {
            keys.try_for_each(deliver)?;
        } else {
            targets.sort_unstable();
            targets.iter().try_for_each(|&key| deliver(key))?;
        }
        worker.finish()
    }

    /// Brings messages into the order of their targets first.
    fn in_order(
        &self,
        bucket: Vec<Vec<Letter<P::Message>>>,
        first: u32,
        states: &mut [P::State],
    ) -> Result<PartOf<P, I::Value>> {
        let mut worker = self.worker()?;
        // No longer than the bucket, whose room is paid twice.
        let mut own = Vec::new();
        let mut letters = sorted(bucket).into_iter().peekable();
        while let Some((key, message)) = letters.next() {
            own.clear();
            own.push(message);
            while let Some((_, message)) = letters.next_if(|(other, _)| *other == key) {
                own.push(message);
            }
            let state = &mut states[(key - first) as usize];
            if P::Combiner::COMBINES {
                worker.out.begin(key);
                let message = self.combine(key, &mut own).expect("there is a message");
                self.receive(&mut worker, key, state, std::slice::from_ref(&message))?;
            } else {
                self.receive(&mut worker, key, state, &own)?;
            }
        }
        worker.finish()
    }

    /// Combines the messages to a key as a sweep does: along a full row in the grouping of the
    /// row, else one by one.
    fn combine(&self, key: u32, own: &mut Vec<P::Message>) -> Option<P::Message> {
        let combiner = self.program.combiner();
        let in_row = if self.is_full { self.pull.degree(key) } else { 0 };
        let mut own = own.drain(..);
        let row = if in_row > 0 { combiner.fold_run(own.by_ref().take(in_row)) } else { None };
        row.into_iter().chain(own).reduce(|left, right| combiner.combine(left, right))
    }
}
