//! Sweeps: pieces of all keys, in parallel.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::body::MessageBody;
use super::combine::Combine;
use super::culprit::Culprit;
use super::letters::{Mail, Sorting};
use super::outbox::Letter;
use super::program::MessageProgram;
use super::senders::{Columns, Senders};
use super::units::{Unit, in_parallel, put_out_by};
use super::worker::{Parts, Worker};
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::{MemoryManager, PaidVec};

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageBody<'_, I, P> {
    /// The first superstep of a program that does not scatter: every active key works, and has
    /// received nothing.
    pub(super) fn start(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        self.columns.flags(self.env.memory(), self.states.len())?;
        let Self { env, program, units, states, push, columns, .. } = self;
        let (program, num_keys, push) = (&*program, states.len(), *push);
        let all = units.of(states, &mut columns.flags, &mut []);
        let (sent, parts) = put_out_by(env.memory(), all, |unit, put_out| {
            env.check_cancelled()?;
            let Unit { range, states, flags, .. }: Unit<'_, P::State, P::Sent> = unit;
            let mut worker = Worker::new(env.memory(), program, num_keys, culprit);
            worker.begin_unit(range.end);
            for ((key, state), flag) in range.clone().zip(states).zip(&mut *flags) {
                if program.is_active(key) && worker.receive(key, state, &[]) {
                    *flag = 1;
                    worker.out.sent.take().into_iter().for_each(|sent| put_out.push(sent));
                }
            }
            worker.count_flagged(push, range, flags);
            worker.finish()
        })?;
        self.senders = self.columns.begin(env.memory(), sent)?;
        Ok(parts)
    }

    /// Every key gathers along its row from the keys that send.
    pub(super) fn pull(&mut self, culprit: &Arc<Culprit>) -> Result<Parts<P, I::Value>> {
        let memory = self.env.memory();
        let is_full = self.is_full();
        self.make_dense()?;
        self.next.flags(memory, self.states.len())?;
        if self.program.sends_on_receipt()
            && let Some(filler) = self.columns.sent.first()
        {
            self.next.sent(memory, self.states.len(), filler)?;
        }
        let mut mail = None;
        if !self.letters.is_empty() {
            let sorting = Sorting::new::<P::Message>(memory, &self.units, self.num_letters())?;
            let letters = sorting.letters(std::mem::take(&mut self.letters));
            let mut letters = sorting.finish(letters);
            letters.sort();
            mail = Some(letters);
        }
        let sending = match self.program.idle() {
            _ if is_full => Sending::All,
            // A message that says nothing may still be one that a key sends.
            Some(_) if self.num_idle > 0 => Sending::Flagged,
            Some(_) if self.messages_tell() => Sending::ByMessage,
            Some(_) => Sending::NotIdle,
            None => self.ready().map_or(Sending::Flagged, Sending::Ready),
        };
        let parts = self.sweep(mail, sending, culprit)?;
        std::mem::swap(&mut self.columns.flags, &mut self.next.flags);
        if self.program.sends_on_receipt() {
            std::mem::swap(&mut self.columns.sent, &mut self.next.sent);
        }
        self.senders = Senders::Dense;
        Ok(parts)
    }

    /// Whether a key's message tells whether what the key put out is idle: only of that it may make
    /// the idle message. Unknown, and so false, where the message depends on the entry.
    fn messages_tell(&self) -> bool {
        let (program, combiner) = (&self.program, self.program.combiner());
        let value = I::Value::from_word(bytemuck::Zeroable::zeroed());
        let tells =
            |sent: &P::Sent| program.is_idle(sent) == combiner.is_idle(&program.along(sent, value));
        !I::Value::STORED
            && self.columns.sent.par_chunks(KEYS_AT_ONCE).all(|all| all.iter().all(tells))
    }

    /// The message of every key, where that does not depend on the entry and there is one that says
    /// nothing: then a sweep looks up one column, and not the flags as well. `None` also without the
    /// memory for it, and if a key sends what says nothing.
    fn ready(&self) -> Option<PaidVec<P::Message>> {
        let (program, Columns { flags, sent }) = (&self.program, &self.columns);
        let idle = program.combiner().idle().filter(|_| !I::Value::STORED)?;
        let value = I::Value::from_word(bytemuck::Zeroable::zeroed());
        let is_ambiguous = AtomicBool::new(false);
        let message = |key: usize| {
            if flags[key] == 0 {
                return idle.clone();
            }
            let message = program.along(&sent[key], value);
            if program.combiner().is_idle(&message) {
                is_ambiguous.store(true, Ordering::Relaxed);
            }
            message
        };
        let memory = self.env.memory();
        let messages = PaidVec::from_fn(memory, "messages", flags.len(), message).ok()?;
        (!is_ambiguous.into_inner()).then_some(messages)
    }

    /// One piece of all keys after the other: they gather, and receive.
    fn sweep(
        &mut self,
        mail: Option<Mail<P::Message>>,
        sending: Sending<P::Message>,
        culprit: &Arc<Culprit>,
    ) -> Result<Parts<P, I::Value>> {
        let Self { env, program, units, states, pull, push, columns, next, .. } = self;
        let (program, num_keys, push) = (&*program, states.len(), *push);
        let (flags, sent) = (&columns.flags[..], &columns.sent[..]);
        let (memory, sending) = (env.memory(), &sending);
        // Who receives only will scatter before entries are counted on.
        let counted = push.filter(|_| program.sends_on_receipt());
        let senders = Rows::<I, P> { memory, index: pull, program, flags, sent, sending };
        let all = units.of(states, &mut next.flags, &mut next.sent);
        in_parallel(all, &|Unit { range, states, flags, sent }| {
            env.check_cancelled()?;
            let mut worker = Worker::new(env.memory(), program, num_keys, culprit);
            worker.begin_unit(range.end);
            let mut letters = mail.as_ref().map_or(&[][..], |mail| {
                let bucket = if mail.is_spread { units.bucket(range.start) } else { 0 };
                let all = &mail.buckets[bucket][0][..];
                &all[all.partition_point(|(key, _)| *key < range.start)..]
            });
            let unit = Unit { range: range.clone(), states, flags: &mut *flags, sent };
            if P::Combiner::COMBINES {
                senders.receive_combined(&mut worker, unit, &mut letters);
            } else {
                senders.receive_all(&mut worker, unit, &mut letters)?;
            }
            worker.count_flagged(counted, range, flags);
            worker.finish()
        })
    }
}

/// How a sweep tells which keys send.
enum Sending<M> {
    /// All do.
    All,
    /// Those beside which something else than what is idle stands.
    NotIdle,
    /// As `NotIdle`, and what comes along an entry is idle then alone.
    ByMessage,
    /// Those whose message is not the idle one.
    Ready(PaidVec<M>),
    /// Those that are flagged.
    Flagged,
}

/// Keys whose messages one worker looks at before it takes more.
const KEYS_AT_ONCE: usize = 1 << 14;

/// Rows along which messages are combined at a time, before their keys receive.
const BLOCK_ROWS: usize = 128;

/// The messages along a row with the letters after them.
#[inline(always)]
fn with_letters<M: Clone>(
    combiner: &impl Combine<M>,
    along: Option<M>,
    own: &[Letter<M>],
) -> Option<M> {
    let letters = own.iter().map(|(_, letter)| letter.clone());
    along.into_iter().chain(letters).reduce(|left, right| combiner.combine(left, right))
}

/// The letters to `key`, taken off the front of sorted ones.
#[inline(always)]
fn take_letters<'l, M>(letters: &mut &'l [Letter<M>], key: u32) -> &'l [Letter<M>] {
    if letters.first().is_none_or(|(first, _)| *first != key) {
        return &[];
    }
    let num_own = letters.iter().take_while(|(other, _)| *other == key).count();
    let (own, rest) = letters.split_at(num_own);
    *letters = rest;
    own
}

/// What is gathered along rows.
struct Rows<'r, I: StaticIndex, P: MessageProgram<I::Value>> {
    memory: &'r MemoryManager,
    index: &'r I,
    program: &'r P,
    flags: &'r [u8],
    sent: &'r [P::Sent],
    sending: &'r Sending<P::Message>,
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> Rows<'_, I, P> {
    /// Lets the keys of a unit receive, whose messages are combined. Fills their parts of the columns.
    #[inline(always)]
    fn receive_combined(
        &self,
        worker: &mut Worker<'_, I::Value, P>,
        unit: Unit<'_, P::State, P::Sent>,
        letters: &mut &[Letter<P::Message>],
    ) {
        let Unit { range, states, flags, sent } = unit;
        let (combiner, idle) = (self.program.combiner(), self.program.idle());
        let mut combined = Vec::new();
        combined.resize_with(BLOCK_ROWS.min(range.len()), || None);
        for start in (0..range.len()).step_by(BLOCK_ROWS) {
            let block = start..range.len().min(start + BLOCK_ROWS);
            let combined = &mut combined[..block.len()];
            let first = range.start + start as u32;
            worker.out.watch.key = None;
            self.combine(first..first + block.len() as u32, combined);
            let (states, flags) = (&mut states[block.clone()], &mut flags[block]);
            for (at, ((state, flag), along)) in
                states.iter_mut().zip(flags).zip(combined).enumerate()
            {
                let key = first + at as u32;
                let own = take_letters(letters, key);
                let message = match along.take() {
                    along if own.is_empty() => along,
                    along => with_letters(combiner, along, own),
                };
                let is_active = message.is_some_and(|message| {
                    worker.receive(key, state, std::slice::from_ref(&message))
                });
                *flag = u8::from(is_active);
                if self.program.sends_on_receipt()
                    && let Some(put_out) = worker.out.sent.take().or_else(|| idle.clone())
                {
                    sent[start + at] = put_out;
                }
            }
        }
    }

    /// As [`receive_combined`](Self::receive_combined), with all messages to each key.
    #[inline(always)]
    fn receive_all(
        &self,
        worker: &mut Worker<'_, I::Value, P>,
        unit: Unit<'_, P::State, P::Sent>,
        letters: &mut &[Letter<P::Message>],
    ) -> Result<()> {
        let Unit { range, states, flags, sent } = unit;
        let mut scratch = PaidVec::new(self.memory, "messages");
        for (at, (state, flag)) in states.iter_mut().zip(flags).enumerate() {
            let key = range.start + at as u32;
            worker.out.begin(key);
            self.all(key, take_letters(letters, key), &mut scratch)?;
            let is_active = !scratch.is_empty() && worker.receive(key, state, &scratch);
            *flag = u8::from(is_active);
            if let Some(put_out) = worker.out.sent.take() {
                sent[at] = put_out;
            }
        }
        Ok(())
    }

    /// The messages along each of the rows, combined.
    ///
    /// A function of its own, so that its loops have the registers for themselves.
    #[inline(never)]
    fn combine(&self, rows: Range<u32>, combined: &mut [Option<P::Message>]) {
        let Self { index, program, flags, sent, sending, .. } = *self;
        let combiner = program.combiner();
        let mut slots = combined.iter_mut();
        let mut keep = |message| {
            if let Some(slot) = slots.next() {
                *slot = message;
            }
        };
        let along = |sent: &P::Sent, value| program.along(sent, value);
        match sending {
            Sending::All => combiner.fold_rows(index, rows, sent, along, keep),
            Sending::NotIdle => {
                let any = Cell::new(false);
                let along = |sent: &P::Sent, value| {
                    let is_sent = !program.is_idle(sent);
                    any.set(any.get() | is_sent);
                    let message = program.along(sent, value);
                    debug_assert!(is_sent || combiner.is_idle(&message), "idle, and stays so");
                    message
                };
                combiner.fold_rows(index, rows, sent, along, |message| {
                    keep(message.filter(|_| any.replace(false)));
                });
            }
            Sending::ByMessage => combiner.fold_rows(index, rows, sent, along, |message| {
                keep(message.filter(|message| !combiner.is_idle(message)));
            }),
            Sending::Ready(messages) => {
                let message = |message: &P::Message, _| message.clone();
                combiner.fold_rows(index, rows, &messages[..], message, |message| {
                    keep(message.filter(|message| !combiner.is_idle(message)));
                });
            }
            Sending::Flagged => combiner.fold_flagged(index, rows, flags, sent, along, keep),
        }
    }

    /// All messages to a key, into `scratch`.
    #[inline(always)]
    fn all(
        &self,
        key: u32,
        own: &[Letter<P::Message>],
        scratch: &mut PaidVec<P::Message>,
    ) -> Result<()> {
        let is_full = matches!(self.sending, Sending::All);
        scratch.clear();
        scratch.reserve(self.index.degree(key) + own.len())?;
        self.index.for_each(key, |column, value| {
            if is_full || self.flags[column as usize] != 0 {
                let message = self.program.along(&self.sent[column as usize], value);
                scratch.push(message).expect("there is room for the whole row");
            }
        });
        for (_, letter) in own {
            scratch.push(letter.clone())?;
        }
        Ok(())
    }
}
