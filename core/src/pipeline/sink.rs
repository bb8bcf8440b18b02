//! Sinks: where batches leave.

use crate::columnar::Batch;
use crate::error::Result;

/// Takes the batches of a result, in order.
///
/// A sink works in two steps, so that the costly one runs in parallel: [`encode`](Self::encode)
/// turns a batch into what is written, on any worker; [`write`](Self::write) gets the encoded
/// batches one after another, in morsel order. Nothing is visible under the sink's final name
/// until [`finish`](Self::finish).
pub trait Sink: Send + Sync {
    /// The name and settings in a plan: `csv ranks.csv`.
    fn name(&self) -> String;

    /// Turns a batch into what is written.
    fn encode(&self, batch: Batch) -> Result<Encoded>;

    /// Writes what [`encode`](Self::encode) made.
    fn write(&mut self, encoded: Encoded) -> Result<()>;

    /// Makes the result visible under its final name.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// A batch in the form in which a sink writes it.
#[derive(Debug)]
pub enum Encoded {
    /// As bytes.
    Bytes(Vec<u8>),
    /// As it is.
    Batch(Batch),
}
