//! Sweeps: pieces of all keys, in parallel.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::body::MessageBody;
use super::combine::Combine;
use super::letters::{Mail, Sorting};
use super::outbox::Letter;
use super::program::MessageProgram;
use super::senders::{Columns, Senders};
use super::units::{Unit, in_parallel, put_out_by};
use super::worker::{Culprit, Parts, Worker};
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::PaidVec;

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageBody<'_, I, P> {
    /// The first superstep of a program that does not scatter: every active key works, and has
    /// received nothing.
    pub(super) fn start(&mut self, culprit: &Culprit) -> Result<Parts<P, I::Value>> {
        self.columns.flags(self.env.memory(), self.states.len())?;
        let Self { env, program, units, states, push, columns, .. } = self;
        let (program, num_keys, push) = (&*program, states.len(), *push);
        let all = units.of(states, &mut columns.flags, &mut []);
        let (sent, parts) = put_out_by(env.memory(), all, |unit, put_out| {
            env.check_cancelled()?;
            let Unit { range, states, flags, .. }: Unit<'_, P::State, P::Sent> = unit;
            let mut worker = Worker::new(env.memory(), program, num_keys, culprit);
            worker.begin_unit(range.end);
            for ((key, state), flag) in range.zip(states).zip(flags) {
                if program.is_active(key) && worker.receive(key, state, &[]) {
                    worker.count(push.map_or(0, |push| push.degree(key)));
                    *flag = 1;
                    worker.out.sent.take().into_iter().for_each(|sent| put_out.push(sent));
                }
            }
            worker.finish()
        })?;
        self.senders = self.columns.begin(env.memory(), sent)?;
        Ok(parts)
    }

    /// Every key gathers along its row from the keys that send.
    pub(super) fn pull(&mut self, culprit: &Culprit) -> Result<Parts<P, I::Value>> {
        let memory = self.env.memory();
        let is_full = self.is_full();
        self.make_dense()?;
        self.next.flags(memory, self.states.len())?;
        if !P::SCATTERS
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
        let ready = if is_full { None } else { self.ready() };
        let parts = if is_full {
            self.sweep::<true>(mail, None, culprit)?
        } else {
            self.sweep::<false>(mail, ready, culprit)?
        };
        std::mem::swap(&mut self.columns.flags, &mut self.next.flags);
        if !P::SCATTERS {
            std::mem::swap(&mut self.columns.sent, &mut self.next.sent);
        }
        self.senders = Senders::Dense;
        Ok(parts)
    }

    /// The message of every key, where that does not depend on the entry and there is one that says
    /// nothing: then a sweep looks up one column, and not the flags as well. `None` also without the
    /// memory for it.
    fn ready(&self) -> Option<Ready<P::Message>> {
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
        Some(Ready { messages, is_ambiguous: is_ambiguous.into_inner() })
    }

    /// One sweep. `FULL`: no flag needs to be looked at.
    fn sweep<const FULL: bool>(
        &mut self,
        mail: Option<Mail<P::Message>>,
        ready: Option<Ready<P::Message>>,
        culprit: &Culprit,
    ) -> Result<Parts<P, I::Value>> {
        let Self { env, program, units, states, pull, push, columns, next, .. } = self;
        let (program, num_keys, push) = (&*program, states.len(), *push);
        let (flags, sent, ready) = (&columns.flags[..], &columns.sent[..], ready.as_ref());
        let senders = Row::<I, P> { index: pull, program, flags, sent, ready };
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
            let mut scratch = PaidVec::new(env.memory(), "messages");
            let mut combined = Vec::with_capacity(BLOCK_ROWS);
            for start in range.clone().step_by(BLOCK_ROWS) {
                let rows = start..range.end.min(start + BLOCK_ROWS as u32);
                let block = (start - range.start) as usize..(rows.end - range.start) as usize;
                let keys =
                    states[block.clone()].iter_mut().zip(&mut flags[block]).zip(rows.clone());
                let mut received = |worker: &mut Worker<'_, I::Value, P>, key, is_active| {
                    if is_active {
                        worker.count(push.map_or(0, |push| push.degree(key)));
                        if let Some(put_out) = worker.out.sent.take() {
                            sent[(key - range.start) as usize] = put_out;
                        }
                    }
                    u8::from(is_active)
                };
                if P::Combiner::COMBINES {
                    senders.combined::<FULL>(rows, &mut combined);
                    for (((state, flag), key), along) in keys.zip(combined.drain(..)) {
                        let own = take_letters(&mut letters, key);
                        let message = if own.is_empty() {
                            along
                        } else {
                            with_letters(program.combiner(), along, own)
                        };
                        let is_active = message.is_some_and(|message| {
                            worker.receive(key, state, std::slice::from_ref(&message))
                        });
                        *flag = received(&mut worker, key, is_active);
                    }
                } else {
                    for ((state, flag), key) in keys {
                        senders.all::<FULL>(key, take_letters(&mut letters, key), &mut scratch)?;
                        let is_active = !scratch.is_empty() && worker.receive(key, state, &scratch);
                        *flag = received(&mut worker, key, is_active);
                    }
                }
            }
            worker.finish()
        })
    }
}

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

/// What is gathered along a row.
struct Row<'r, I: StaticIndex, P: MessageProgram<I::Value>> {
    index: &'r I,
    program: &'r P,
    flags: &'r [u8],
    sent: &'r [P::Sent],
    ready: Option<&'r Ready<P::Message>>,
}

/// The message of each key to all others.
struct Ready<M> {
    /// The idle one for a key that does not send.
    messages: PaidVec<M>,
    /// Whether a key sends the idle one.
    is_ambiguous: bool,
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> Row<'_, I, P> {
    /// The messages along each of the rows, combined.
    #[inline(always)]
    fn combined<const FULL: bool>(&self, rows: Range<u32>, all: &mut Vec<Option<P::Message>>) {
        let (program, combiner) = (self.program, self.program.combiner());
        let along = |sent: &P::Sent, value| program.along(sent, value);
        let keep = |combined| all.push(combined);
        if FULL {
            combiner.fold_rows(self.index, rows, self.sent, along, keep);
        } else if let Some(Ready { messages, is_ambiguous }) = self.ready {
            let message = |message: &P::Message, _| message.clone();
            combiner.fold_rows(self.index, rows.clone(), &messages[..], message, |combined| {
                all.push(combined.filter(|combined| !combiner.is_idle(combined)));
            });
            if *is_ambiguous {
                self.restore_idle(rows, all);
            }
        } else {
            combiner.fold_flagged(self.index, rows, self.flags, self.sent, along, keep);
        }
    }

    /// Sets the idle message where somebody sent it and nobody another.
    #[cold]
    fn restore_idle(&self, rows: Range<u32>, all: &mut [Option<P::Message>]) {
        for (row, combined) in rows.zip(all) {
            if combined.is_none() {
                let mut any = false;
                self.index.for_some(row, 0..usize::MAX, |column, _| {
                    any = self.flags[column as usize] != 0;
                    !any
                });
                *combined = self.program.combiner().idle().filter(|_| any);
            }
        }
    }

    /// All messages to a key, into `scratch`.
    #[inline(always)]
    fn all<const FULL: bool>(
        &self,
        key: u32,
        own: &[Letter<P::Message>],
        scratch: &mut PaidVec<P::Message>,
    ) -> Result<()> {
        scratch.clear();
        scratch.reserve(self.index.degree(key) + own.len())?;
        self.index.for_each(key, |column, value| {
            if FULL || self.flags[column as usize] != 0 {
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
