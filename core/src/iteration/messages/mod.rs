//! The indexed iteration by messages: keys that hold values of any type, and send.
//!
//! In plain form, with `S` the states, `D` the keys that send with what they put out, and `E` the
//! entries of the index:
//!
//! ```text
//! repeat
//!     M = E.join(D on key).map(along).union(letters).group_by(other key).reduce(Combiner)
//!     S = S.join(M on key).receive()
//!     D = what they sent, or the keys of S that changed
//! until nobody sends or the limit is reached
//! ```
//!
//! What it needs of a program is less than [`DeltaIteration`](super::DeltaIteration) does: messages
//! are combined by any associative function, or not at all, states are of any type, and a key may
//! send to any other. It keeps more for that: of every key whether it sends, and what.
//!
//! The engine chooses, superstep by superstep, how messages cross the index. **Pull**: every key
//! folds along its row over the keys that send; for when many send. A message that does not depend on
//! the entry may be made once for a sender before, with one that says nothing for the others.
//! **Push**: those that send store their messages, which are brought to their targets by bucket; for
//! when few do, in time that depends on the messages alone. There the messages to a key are combined
//! in one order, as they are along a row: those along entries by sender, parallel entries as they stand
//! in the index, then letters by sender. Where order makes no difference to any bit, as mostly under a
//! minimum, and messages are enough, they **merge** at their targets at once. So states have the same
//! bits whichever was chosen.
//!
//! It takes no snapshots: states need not be plain bytes.

mod along;
mod body;
mod combine;
mod culprit;
mod letters;
mod outbox;
mod program;
mod pull;
mod push;
mod scatter;
mod senders;
mod units;
mod worker;

pub use combine::{Combine, Combiner, MessageSource, Uncombined};
pub use outbox::Outbox;
pub use program::MessageProgram;

use body::MessageBody;

use super::criterion::Criterion;
use super::superstep;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::StaticIndex;
use crate::memory::{PaidVec, Reservation};
use crate::report::IterationReport;

/// How messages cross the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Travel {
    /// As the engine finds best, superstep by superstep.
    #[default]
    Automatic,
    /// Always gathered by those who receive.
    Pull,
    /// Always stored by those who send.
    Push,
}

/// An iteration by messages to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct MessageIteration<'a, I, P> {
    name: &'a str,
    pull: &'a I,
    push: Option<&'a I>,
    program: P,
    criterion: Criterion,
    travel: Travel,
    /// The logarithm of the number of keys of a bucket, for tests.
    shift: Option<u32>,
}

/// The states that an iteration by messages ended with, by dense key, and how it went.
#[derive(Debug)]
pub struct MessageResult<S> {
    /// By dense key.
    pub states: PaidVec<S>,
    /// What the states own outside of themselves is paid for by this.
    pub owned: Option<Reservation>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, I: StaticIndex, P> MessageIteration<'a, I, P> {
    /// An iteration of `program` along `index`, whose rows are the keys that messages go to, until
    /// nobody sends.
    pub fn new(name: &'a str, index: &'a I, program: P) -> Self {
        let push = index.is_symmetric().then_some(index);
        let criterion = Criterion::EmptyWorkset;
        Self { name, pull: index, push, program, criterion, travel: Travel::Automatic, shift: None }
    }

    /// The index with the same entries whose rows are the keys that messages come from; without it,
    /// and unless the index is symmetric, messages along entries are always pulled.
    pub fn senders(self, transpose: &'a I) -> Self {
        Self { push: Some(transpose), ..self }
    }

    /// Ends also after `supersteps`, with what they reached.
    pub fn maximum_supersteps(self, supersteps: u64) -> Self {
        let criterion = self.criterion.or(Criterion::MaximumSupersteps(supersteps));
        Self { criterion, ..self }
    }

    /// Ends also when `criterion` is met.
    pub fn or_until(self, criterion: Criterion) -> Self {
        Self { criterion: self.criterion.or(criterion), ..self }
    }

    /// How messages cross the index; by default as the engine finds best.
    pub fn travel(self, travel: Travel) -> Self {
        Self { travel, ..self }
    }
}

impl<I: StaticIndex, P: MessageProgram<I::Value>> MessageIteration<'_, I, P> {
    /// Runs it from the states of all keys.
    ///
    /// Takes from the budget, beside the states: a flag and what is put out for each key (twice
    /// where keys send as they receive), and the messages that are stored, or one for each key.
    ///
    /// # Panics
    /// If there is not a state for each key, or the transpose is of another size.
    pub fn run(
        self,
        env: &Environment,
        states: PaidVec<P::State>,
    ) -> Result<MessageResult<P::State>> {
        assert_eq!(states.len(), self.pull.num_keys(), "a state for each key");
        if let Some(push) = self.push {
            assert_eq!(push.num_keys(), self.pull.num_keys(), "an index and its transpose");
            assert_eq!(push.num_entries(), self.pull.num_entries(), "an index and its transpose");
        }
        // One way into the pool and back, not one for each superstep.
        env.install(|| {
            let (name, criterion) = (self.name, self.criterion.clone());
            let mut body = env.run(name, || MessageBody::new(env, self, states))?;
            let report = superstep::run(env, name, &criterion, &mut body)?;
            let (states, owned) = body.into_states();
            Ok(MessageResult { states, owned, report })
        })
    }
}

#[cfg(test)]
mod tests;
