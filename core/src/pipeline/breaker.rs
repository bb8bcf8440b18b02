//! Breakers: where a pipeline ends and its rows are gathered before anything goes on.

use crate::columnar::Batch;
use crate::error::Result;

/// Gathers the batches of all morsels.
///
/// Each morsel fills a part of its own, so that workers share nothing; parts come back in morsel
/// order, whatever worker filled them.
pub trait Breaker: Sync {
    /// What one morsel gathers.
    type Part: Send;

    /// An empty part.
    fn part(&self) -> Self::Part;

    /// Takes a batch into the part of its morsel.
    fn take(&self, part: &mut Self::Part, batch: Batch) -> Result<()>;

    /// The morsel is over: the last chance to work on its part in its worker.
    fn finish(&self, _part: &mut Self::Part) -> Result<()> {
        Ok(())
    }
}

/// Keeps the batches as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Collect;

impl Breaker for Collect {
    type Part = Vec<Batch>;

    fn part(&self) -> Vec<Batch> {
        Vec::new()
    }

    fn take(&self, part: &mut Vec<Batch>, batch: Batch) -> Result<()> {
        part.push(batch);
        Ok(())
    }
}
