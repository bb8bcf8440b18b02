//! Operators: what happens to records between a source and a breaker or sink.
//!
//! An operator has two halves. The **plan half** ([`Operator`]) is a description: it can be
//! cloned, explained, and opened any number of times. The **running half** ([`Task`]) is made
//! when a morsel's chain is opened, belongs to one worker, and sees [`TaskEvent`]s: batches, then
//! the end of the input. A bounded input is a stream that ends.
//!
//! ```text
//! Source ─ morsel ─► Task ─► Task ─► Breaker (index, dictionary, collect)
//!                                 └► Sink    (file)
//! ```
//!
//! [`executor`](crate::executor) drives them.

mod breaker;
mod filter;
mod map;
mod sink;
mod source;
mod task;

pub use breaker::{Breaker, Collect};
pub use filter::Filter;
pub use map::Map;
pub use sink::{Encoded, Sink};
pub use source::{BatchSource, Morsel, Morsels, Source};
pub use task::{Operator, Output, Task, TaskEvent};
