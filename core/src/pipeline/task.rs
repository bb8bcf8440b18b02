//! The two halves of an operator.

use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::Result;

/// What a task is told.
///
/// A bounded input has batches and an end. What need not end also has watermarks and barriers: see
/// [`executor::stream`](crate::executor::stream).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TaskEvent {
    /// Some more rows.
    Batch(Batch),
    /// No row that comes later is older than this: emit what waited for it.
    Watermark(i64),
    /// All rows before the barrier with this number belong to one snapshot, and none after it:
    /// emit what was held back.
    Barrier(u64),
    /// The input is over: emit what was held back. The last event that a task sees.
    End,
}

/// Takes the batches that a source or task emits.
pub trait Output {
    /// Hands `batch` to the next task of the chain, or to the breaker at its end.
    fn emit(&mut self, batch: Batch) -> Result<()>;
}

/// The plan half of a record-wise operator.
pub trait Operator: Send + Sync {
    /// The name and settings in a plan: `filter (no self-loops)`.
    fn name(&self) -> String;

    /// A running task for one morsel.
    fn open(&self, env: &Environment) -> Result<Box<dyn Task>>;
}

/// The running half: one per morsel and operator, owned by one worker.
pub trait Task: Send {
    /// Takes one event and emits what follows from it.
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()>;
}
