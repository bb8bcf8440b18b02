//! The body of an iteration by messages: what is kept between supersteps, and how one goes.

use std::sync::Arc;

use rayon::prelude::*;

use super::combine::Combine;
use super::culprit::Culprit;
use super::letters::Sorting;
use super::outbox::Letter;
use super::program::MessageProgram;
use super::senders::{Columns, Senders};
use super::units::{Units, windows};
use super::worker::{Parts, Tally};
use super::{MessageIteration, Travel};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::index::StaticIndex;
use crate::iteration::superstep::{Body, Step};
use crate::memory::{MemoryError, PaidVec, Reservation};
use crate::report::{AggregateValue, Direction};

/// Pull while the senders have more than one in this many of all entries.
const PULL_SHARE: u64 = 20;

pub(super) struct MessageBody<'a, I: StaticIndex, P: MessageProgram<I::Value>> {
    pub(super) env: &'a Environment,
    name: &'a str,
    /// Rows are the keys that messages go to.
    pub(super) pull: &'a I,
    /// Rows are the keys that messages come from.
    pub(super) push: Option<&'a I>,
    travel: Travel,
    pub(super) program: P,
    pub(super) units: Units,
    pub(super) states: PaidVec<P::State>,
    /// What states own elsewhere.
    owned: Option<Reservation>,
    pub(super) senders: Senders<P::Sent>,
    num_senders: u64,
    /// Those that put out what is idle.
    pub(super) num_idle: u64,
    /// The entries over which they send; unknown without the index to push along.
    pub(super) num_entries: u64,
    pub(super) columns: Columns<P::Sent>,
    /// What a sweep writes while it reads the columns.
    pub(super) next: Columns<P::Sent>,
    /// Sent to keys by number; by piece of the work, in order.
    pub(super) letters: Vec<PaidVec<Letter<P::Message>>>,
    /// A message for each key while a bucket is delivered; empty until it is needed.
    pub(super) slots: PaidVec<Option<P::Message>>,
    /// Whether messages could be merged so far.
    pub(super) merges: bool,
    /// The idle message for each key, between supersteps in which messages merge; empty until then.
    pub(super) merged: PaidVec<P::Message>,
    partials: Vec<P::Partial>,
    aggregates: Vec<(String, AggregateValue)>,
    workset: u64,
    /// Whether what failed was work of the superstep to come.
    was_ahead: bool,
}

impl<'a, I: StaticIndex, P: MessageProgram<I::Value>> MessageBody<'a, I, P> {
    pub(super) fn new(
        env: &'a Environment,
        iteration: MessageIteration<'a, I, P>,
        states: PaidVec<P::State>,
    ) -> Result<Self> {
        let MessageIteration { name, pull, push, program, travel, shift, .. } = iteration;
        let memory = env.memory();
        let units = match shift {
            Some(shift) => Units::with_shift(pull.chunks(), shift),
            None => Units::new(pull.chunks()),
        };
        let none = || PaidVec::new(memory, "workset");
        let mut body = Self {
            env,
            name,
            pull,
            push,
            travel,
            program,
            units,
            states,
            owned: None,
            senders: Senders::Sparse { keys: none(), sent: PaidVec::new(memory, "workset") },
            num_senders: 0,
            num_idle: 0,
            num_entries: 0,
            columns: Columns::new(memory)?,
            next: Columns::new(memory)?,
            letters: Vec::new(),
            slots: PaidVec::new(memory, "messages"),
            merges: P::Combiner::MERGES,
            merged: PaidVec::new(memory, "messages"),
            partials: Vec::new(),
            aggregates: Vec::new(),
            workset: 0,
            was_ahead: false,
        };
        body.activate()?;
        Ok(body)
    }

    /// The keys that work in the first superstep, and what all states own.
    fn activate(&mut self) -> Result<()> {
        let memory = self.env.memory();
        if P::SCATTERS {
            self.columns.flags(memory, self.states.len())?;
            self.senders = Senders::Dense;
        }
        let Self { program, units, push, columns, .. } = self;
        let flags = windows(&units.ranges, &mut columns.flags);
        let active = units.ranges.par_iter().zip(flags).map(|(range, flags)| {
            let mut tally = Tally::default();
            for (at, key) in range.clone().enumerate() {
                if program.is_active(key) {
                    tally.keys += 1;
                    tally.entries += push.map_or(0, |push| push.degree(key) as u64);
                    if P::SCATTERS {
                        flags[at] = 1;
                    }
                }
            }
            tally
        });
        let tally = active.reduce(Tally::default, Tally::add);
        if std::mem::needs_drop::<P::State>() {
            let bytes = self.states.iter().map(|state| self.program.owned_bytes(state) as u64);
            self.owned = Some(memory.reserve("solution", bytes.sum())?);
        }
        self.workset = tally.keys;
        if P::SCATTERS {
            (self.num_senders, self.num_entries) = (tally.keys, tally.entries);
        }
        Ok(())
    }

    /// The states of all keys.
    pub(super) fn into_states(self) -> (PaidVec<P::State>, Option<Reservation>) {
        (self.states, self.owned)
    }

    /// Whether every key that has a row to send along sends.
    pub(super) fn is_full(&self) -> bool {
        match self.push {
            Some(push) => self.num_entries == push.num_entries(),
            None => self.num_senders == self.states.len() as u64,
        }
    }

    fn step(&mut self, superstep: u64, culprit: &Arc<Culprit>) -> Result<Step> {
        self.program.begin_superstep(superstep);
        let (direction, parts) = if !P::SCATTERS && superstep == 1 {
            (Direction::Local, self.start(culprit)?)
        } else {
            if P::SCATTERS && (superstep == 1 || !self.program.sends_on_receipt()) {
                self.scatter(culprit)?;
            }
            self.cross(culprit)?
        };
        let changes = self.take(parts, direction == Direction::Push)?;
        self.workset = if P::SCATTERS { changes } else { self.num_messages() };
        let partials = std::mem::take(&mut self.partials);
        self.aggregates = self.program.end_superstep(superstep, partials);
        Ok(Step { changes, convergence: None, direction })
    }

    /// Messages that are on their way; senders instead of messages where entries are unknown.
    fn num_messages(&self) -> u64 {
        let along = if self.push.is_some() { self.num_entries } else { self.num_senders };
        along + self.num_letters()
    }

    pub(super) fn num_letters(&self) -> u64 {
        self.letters.iter().map(|letters| letters.len() as u64).sum()
    }

    /// Messages cross the index: pulled while many keys send, pushed while few do.
    fn cross(&mut self, culprit: &Arc<Culprit>) -> Result<(Direction, Parts<P, I::Value>)> {
        let most = self.pull.num_entries() / PULL_SHARE;
        let pulls = match (self.travel, self.push) {
            _ if self.num_senders == 0 => false,
            (Travel::Pull, _) | (_, None) => true,
            (Travel::Push, _) => false,
            (Travel::Automatic, _) => self.num_entries > most,
        };
        if pulls {
            return Ok((Direction::Pull, self.pull(culprit)?));
        }
        let count = self.num_entries + self.num_letters();
        match Sorting::new::<P::Message>(self.env.memory(), &self.units, count).map(drop) {
            // What is pulled along rows is not stored.
            Err(Error::Memory(MemoryError::OutOfBudget { .. }))
                if self.travel == Travel::Automatic && self.num_senders > 0 =>
            {
                Ok((Direction::Pull, self.pull(culprit)?))
            }
            Err(error) => Err(error),
            Ok(()) => Ok((Direction::Push, self.push(culprit)?)),
        }
    }

    /// Takes what the pieces of work left: the keys that are active now, as lists or as flags, and
    /// what they sent. Gives how many states changed.
    pub(super) fn take(&mut self, parts: Parts<P, I::Value>, lists: bool) -> Result<u64> {
        let memory = self.env.memory();
        let mut tally = Tally::default();
        let mut keys = PaidVec::new(memory, "workset");
        let mut sent = PaidVec::new(memory, "workset");
        if parts.len() > 1 {
            keys.reserve(parts.iter().map(|part| part.keys.len()).sum())?;
            sent.reserve(parts.iter().map(|part| part.sent.len()).sum())?;
        }
        for mut part in parts {
            tally = tally.add(part.tally);
            keys.append(&mut part.keys)?;
            sent.append(&mut part.sent)?;
            if !part.letters.is_empty() {
                self.letters.push(part.letters);
            }
            self.partials.extend(part.partials);
        }
        if lists {
            self.senders = Senders::Sparse { keys, sent };
        }
        if let Some(owned) = &mut self.owned {
            owned.resize(owned.bytes().saturating_add_signed(tally.owned))?;
        }
        (self.num_senders, self.num_entries) = (tally.keys, tally.entries);
        self.num_idle = tally.idle;
        Ok(tally.changes)
    }

    /// The senders as flags and a column.
    pub(super) fn make_dense(&mut self) -> Result<()> {
        if let Senders::Sparse { keys, sent } = std::mem::replace(&mut self.senders, Senders::Dense)
        {
            let (memory, num_keys) = (self.env.memory(), self.states.len());
            self.columns.store(memory, num_keys, keys, sent, self.program.idle())?;
        }
        Ok(())
    }

    /// The senders as lists.
    pub(super) fn take_lists(&mut self) -> Result<(PaidVec<u32>, PaidVec<P::Sent>)> {
        match std::mem::replace(&mut self.senders, Senders::Dense) {
            Senders::Sparse { keys, sent } => Ok((keys, sent)),
            Senders::Dense => self.columns.list(self.env.memory()),
        }
    }
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> Body for MessageBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.workset
    }

    fn failed_in(&self, superstep: u64) -> u64 {
        superstep + u64::from(self.was_ahead)
    }

    fn take_aggregates(&mut self) -> Vec<(String, AggregateValue)> {
        std::mem::take(&mut self.aggregates)
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let (env, name, culprit) = (self.env, self.name, Culprit::new());
        let running = &mut *self;
        let step = env.run(name, || running.step(superstep, &culprit));
        let step = step.map_err(|error| match (error, culprit.panicked()) {
            (Error::Panic { operator, message }, Some(work)) => {
                self.was_ahead = work.is_ahead;
                let key = self.program.describe(work.key);
                Error::Panic { operator: format!("{operator}, {key}"), message }
            }
            (other, _) => other,
        })?;
        let Some((work, recipient)) = culprit.take_lost() else { return Ok(step) };
        let superstep = superstep + u64::from(work.is_ahead);
        let (iteration, sender) = (name.to_owned(), self.program.describe(work.key));
        Err(Error::Undeliverable { iteration, superstep, sender, recipient })
    }
}
