//! Pipelines: what happens to records between a source and a breaker or sink.
//!
//! An operator has two halves. The **plan half** ([`Operator`]) is a description: it can be
//! cloned, explained, and opened any number of times. The **running half** ([`Task`]) is made
//! when a morsel's chain is opened, belongs to one worker, and sees [`TaskEvent`]s: batches, then
//! the end of the input. A bounded input is a stream that ends.
//!
//! ```text
//! Source ─ morsel ─► Task ─► Task ─► Breaker (exchange, index, dictionary, collect)
//!                                 └► Sink    (file)
//! ```
//!
//! [`executor`](crate::executor) drives them. A breaker is the [`Source`] of the pipeline after
//! it.

mod breaker;
mod counted;
mod numbered;
mod sink;
mod source;
mod task;

use std::sync::Arc;

use counted::{CountedOperator, CountedSource};

pub use breaker::{Breaker, Collect};
pub use numbered::{Numbered, ReadNumber};
pub use sink::{Encoded, Sink};
pub use source::{BatchSource, Morsel, Morsels, Source};
pub use task::{Operator, Output, Task, TaskEvent};

/// Rows of a batch that an operator makes: few enough for the batch to stay in a core's cache.
pub const BATCH_ROWS: usize = 1 << 13;

/// Rows of a morsel of what is in memory.
pub const MORSEL_ROWS: usize = 1 << 17;

/// A source and the operators that its batches pass.
#[derive(Clone)]
#[must_use = "a pipeline does nothing until it is executed"]
pub struct Pipeline {
    source: Arc<dyn Source>,
    chain: Vec<Arc<dyn Operator>>,
}

impl std::fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let chain: Vec<_> = self.chain.iter().map(|operator| operator.name()).collect();
        f.debug_struct("Pipeline")
            .field("source", &self.source.name())
            .field("chain", &chain)
            .finish()
    }
}

impl Pipeline {
    /// The batches of `source` as they are.
    pub fn new(source: impl Source + 'static) -> Self {
        Self::from_shared(Arc::new(source))
    }

    /// As [`new`](Self::new), for a source that others read too.
    pub fn from_shared(source: Arc<dyn Source>) -> Self {
        Self { source, chain: Vec::new() }
    }

    /// Adds an operator at the end.
    pub fn then(mut self, operator: Arc<dyn Operator>) -> Self {
        self.chain.push(operator);
        self
    }

    /// Tells `count` the number of rows of every batch that comes out.
    pub fn counted(mut self, count: Arc<dyn Fn(u64) + Send + Sync>) -> Self {
        match self.chain.pop() {
            Some(last) => self.chain.push(Arc::new(CountedOperator { operator: last, count })),
            None => self.source = Arc::new(CountedSource { source: self.source, count }),
        }
        self
    }

    /// The pipeline without its last operator, and that operator, if there is one.
    pub fn pop(mut self) -> (Self, Option<Arc<dyn Operator>>) {
        let last = self.chain.pop();
        (self, last)
    }

    /// The source, without the operators.
    pub fn into_source(self) -> Arc<dyn Source> {
        self.source
    }

    /// Where its batches come from.
    pub fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// What they pass, in order.
    pub fn chain(&self) -> Vec<&dyn Operator> {
        self.chain.iter().map(|operator| &**operator).collect()
    }
}
