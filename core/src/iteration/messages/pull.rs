//! Sweeps: pieces of all keys, in parallel.

use super::body::MessageBody;
use super::combine::Combine;
use super::letters::{Mail, Sorting};
use super::outbox::Letter;
use super::program::MessageProgram;
use super::senders::Senders;
use super::units::{Unit, in_parallel};
use super::worker::{Culprit, Parts, Worker};
use crate::error::Result;
use crate::index::StaticIndex;
use crate::memory::PaidVec;

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageBody<'_, I, P> {
    /// The first superstep of a program that does not scatter: every active key works, and has
    /// received nothing.
    pub(super) fn start(&mut self, culprit: &Culprit) -> Result<Parts<P, I::Value>> {
        let Self { env, program, units, states, push, .. } = self;
        let (program, num_keys, push) = (&*program, states.len(), *push);
        let all = units.of(states, &mut [], &mut []);
        in_parallel(all, &|Unit { range, states, .. }: Unit<'_, P::State, P::Sent>| {
            env.check_cancelled()?;
            let mut worker = Worker::new(env.memory(), program, num_keys, culprit);
            worker.begin_unit(range.end);
            for (key, state) in range.zip(states) {
                if program.is_active(key) && worker.receive(key, state, &[]) {
                    worker.count(push.map_or(0, |push| push.degree(key)));
                    worker.list(key)?;
                }
            }
            worker.finish()
        })
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
            self.next.sent(self.states.len(), filler)?;
        }
        let mut mail = None;
        if !self.letters.is_empty() {
            let sorting = Sorting::new::<P::Message>(memory, &self.units, self.num_letters())?;
            let letters = sorting.letters(std::mem::take(&mut self.letters));
            let mut letters = sorting.finish(letters);
            letters.sort();
            mail = Some(letters);
        }
        let parts = if is_full {
            self.sweep::<true>(mail, culprit)?
        } else {
            self.sweep::<false>(mail, culprit)?
        };
        std::mem::swap(&mut self.columns.flags, &mut self.next.flags);
        if !P::SCATTERS {
            std::mem::swap(&mut self.columns.sent, &mut self.next.sent);
        }
        self.senders = Senders::Dense;
        Ok(parts)
    }

    /// One sweep. `FULL`: no flag needs to be looked at.
    fn sweep<const FULL: bool>(
        &mut self,
        mail: Option<Mail<P::Message>>,
        culprit: &Culprit,
    ) -> Result<Parts<P, I::Value>> {
        let Self { env, program, units, states, pull, push, columns, next, .. } = self;
        let (program, num_keys, push) = (&*program, states.len(), *push);
        let senders =
            Row::<I, P> { index: pull, program, flags: &columns.flags, sent: &columns.sent };
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
            for (at, key) in range.clone().enumerate() {
                let own = take_letters(&mut letters, key);
                let state = &mut states[at];
                let is_active = if P::Combiner::COMBINES {
                    match senders.combined::<FULL>(key, own) {
                        Some(message) => worker.receive(key, state, std::slice::from_ref(&message)),
                        None => false,
                    }
                } else {
                    senders.all::<FULL>(key, own, &mut scratch)?;
                    !scratch.is_empty() && worker.receive(key, state, &scratch)
                };
                flags[at] = u8::from(is_active);
                if is_active {
                    worker.count(push.map_or(0, |push| push.degree(key)));
                    if let Some(put_out) = worker.out.sent.take() {
                        sent[at] = put_out;
                    }
                }
            }
            worker.finish()
        })
    }
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
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> Row<'_, I, P> {
    /// The messages to a key, combined.
    #[inline(always)]
    fn combined<const FULL: bool>(
        &self,
        key: u32,
        own: &[Letter<P::Message>],
    ) -> Option<P::Message> {
        let (program, combiner) = (self.program, self.program.combiner());
        let mut combined = if FULL {
            combiner.fold_row(self.index, key, |column, value| {
                program.along(&self.sent[column as usize], value)
            })
        } else {
            combiner.fold_flagged(self.index, key, self.flags, |column, value| {
                program.along(&self.sent[column as usize], value)
            })
        };
        for (_, letter) in own {
            let letter = letter.clone();
            combined = Some(match combined.take() {
                Some(before) => combiner.combine(before, letter),
                None => letter,
            });
        }
        combined
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
