//! Gathering: rows kept in their order, in blocks that are worth keeping.

use std::mem;

use super::{BlockStore, Piece};
use crate::columnar::{Batch, concatenate};
use crate::error::Result;
use crate::pipeline::{BATCH_ROWS, Breaker};

/// Rows of one morsel on their way into blocks. Small batches are put together, so that a block
/// has [`BATCH_ROWS`] rows or about that; a batch that is large enough is kept without a copy.
#[derive(Debug, Default)]
pub struct Gathering {
    staged: Vec<Batch>,
    staged_rows: usize,
    pieces: Vec<Piece>,
}

impl Gathering {
    /// Takes a batch.
    pub fn take(&mut self, store: &BlockStore, batch: Batch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if self.staged_rows + batch.num_rows() > BATCH_ROWS {
            self.flush(store)?;
        }
        self.staged_rows += batch.num_rows();
        self.staged.push(batch);
        if self.staged_rows >= BATCH_ROWS { self.flush(store) } else { Ok(()) }
    }

    /// Keeps what is staged. Called once all batches have come.
    pub fn flush(&mut self, store: &BlockStore) -> Result<()> {
        if mem::take(&mut self.staged_rows) > 0 {
            let batch = concatenate(store.scratch(), store.name(), &self.staged)?;
            self.staged.clear();
            self.pieces.push(store.keep(batch)?.into());
        }
        Ok(())
    }

    /// All that was kept.
    pub fn into_pieces(self) -> Vec<Piece> {
        self.pieces
    }
}

/// A breaker that gathers the rows of each morsel.
#[derive(Debug)]
pub struct Gather<'a>(pub &'a BlockStore);

impl Breaker for Gather<'_> {
    type Part = Gathering;

    fn part(&self) -> Gathering {
        Gathering::default()
    }

    fn take(&self, part: &mut Gathering, batch: Batch) -> Result<()> {
        part.take(self.0, batch)
    }

    fn finish(&self, part: &mut Gathering) -> Result<()> {
        part.flush(self.0)
    }
}
