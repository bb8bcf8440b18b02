//! What a program says of itself.

use super::combine::Combine;
use super::outbox::Outbox;
use crate::index::EntryValue;
use crate::report::AggregateValue;

/// What keys keep, send and receive in an iteration by messages.
pub trait MessageProgram<W: EntryValue>: Send + Sync {
    /// What is kept of a key: a value of any type.
    type State: Send + Sync;

    /// What a key puts out once for all entries of its row.
    type Sent: Clone + Send + Sync;

    /// What arrives.
    type Message: Clone + Send + Sync;

    /// How the messages to a key are combined before it receives them.
    type Combiner: Combine<Self::Message>;

    /// What is gathered over the keys of a piece of the work, for aggregates.
    type Partial: Send;

    /// Whether keys send by [`scatter`](Self::scatter) before anybody receives, what is received in the
    /// same superstep: all active keys in the first, afterwards those whose state changed in the one
    /// before. If not, they send by [`receive`](Self::receive), what is received in the next superstep.
    const SCATTERS: bool;

    /// Whether keys send by [`receive`](Self::receive): always the same. Those of a program that
    /// scatters may, too, if what they send is clear as soon as their state has changed: they scatter
    /// in the first superstep alone.
    fn sends_on_receipt(&self) -> bool {
        !Self::SCATTERS
    }

    /// How messages are combined.
    fn combiner(&self) -> &Self::Combiner;

    /// What a key may be thought to put out that puts out nothing, if there is such a thing: along
    /// every entry it becomes the combiner's [`idle`](Combine::idle) message. The engine then need not
    /// look, for every entry, whether anything was sent along it.
    fn idle(&self) -> Option<Self::Sent> {
        None
    }

    /// Whether this is [`idle`](Self::idle). A key may put that out, too.
    fn is_idle(&self, _sent: &Self::Sent) -> bool {
        false
    }

    /// What a piece of the work begins with.
    fn partial(&self) -> Self::Partial;

    /// A superstep begins.
    fn begin_superstep(&mut self, _superstep: u64) {}

    /// A superstep is over. `partials` are in a fixed order, cut in a fixed way; pieces in which
    /// nobody worked may be missing. Gives the aggregates for the report.
    fn end_superstep(
        &mut self,
        _superstep: u64,
        _partials: Vec<Self::Partial>,
    ) -> Vec<(String, AggregateValue)> {
        Vec::new()
    }

    /// Whether a key works in the first superstep; by default all do.
    fn is_active(&self, _key: u32) -> bool {
        true
    }

    /// An active key sends.
    fn scatter(
        &self,
        _key: u32,
        _state: &Self::State,
        _out: &mut Outbox<Self::Sent, Self::Message>,
        _partial: &mut Self::Partial,
    ) {
    }

    /// The message that an entry makes of what was put out for it. It may be asked for what a key
    /// put out earlier, too, and what it gives is thrown away then; and for what is
    /// [`idle`](Self::idle).
    fn along(&self, sent: &Self::Sent, value: W) -> Self::Message;

    /// A key receives: one message where they are combined, else all of them. First those that
    /// came along entries, by sender ascending and by the order of the index, then letters, by
    /// sender and in the order in which they were sent.
    ///
    /// Without messages it is called in the first superstep of a program that does not scatter.
    fn receive(
        &self,
        key: u32,
        state: &mut Self::State,
        messages: &[Self::Message],
        out: &mut Outbox<Self::Sent, Self::Message>,
        partial: &mut Self::Partial,
    );

    /// Bytes that a state owns outside itself; asked only where states own anything.
    fn owned_bytes(&self, _state: &Self::State) -> usize {
        0
    }

    /// A key as errors name it.
    fn describe(&self, key: u32) -> String {
        format!("key {key}")
    }
}
