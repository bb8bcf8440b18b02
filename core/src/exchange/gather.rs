//! Gathering: rows kept in their order, in blocks that are worth keeping.

use std::mem;

use super::{BlockStore, Piece};
use crate::columnar::{Batch, concatenate};
use crate::error::Result;
use crate::pipeline::Breaker;

/// Rows of a block, at most: a column of words is then as large as a huge page.
pub(super) const BLOCK_ROWS: usize = 1 << 18;

/// Bytes of a block, about, where rows are wide: what a worker has in hand stays small.
const BLOCK_BYTES: usize = 16 << 20;

/// Batches that a worker has in hand until they are a block.
#[derive(Debug, Default)]
pub(super) struct Staged {
    batches: Vec<Batch>,
    num_rows: usize,
    num_bytes: usize,
}

impl Staged {
    /// Whether `batch` is to begin another block.
    pub(super) fn is_full_with(&self, batch: &Batch) -> bool {
        self.num_rows > 0
            && (self.num_rows + batch.num_rows() > BLOCK_ROWS || self.num_bytes >= BLOCK_BYTES)
    }

    pub(super) fn push(&mut self, batch: Batch) {
        self.num_rows += batch.num_rows();
        self.num_bytes += batch.num_bytes();
        self.batches.push(batch);
    }

    pub(super) fn batches(&self) -> &[Batch] {
        &self.batches
    }
}

/// Rows of one morsel on their way into blocks. Small batches are put together; one that is a
/// block by itself is kept without a copy.
#[derive(Debug, Default)]
pub struct Gathering {
    staged: Staged,
    pieces: Vec<Piece>,
}

impl Gathering {
    /// Takes a batch.
    pub fn take(&mut self, store: &BlockStore, batch: Batch) -> Result<()> {
        if self.staged.is_full_with(&batch) {
            self.flush(store)?;
        }
        self.staged.push(batch);
        Ok(())
    }

    /// Keeps what is staged. Called once all batches have come.
    pub fn flush(&mut self, store: &BlockStore) -> Result<()> {
        let staged = mem::take(&mut self.staged);
        if staged.num_rows > 0 {
            let batch = concatenate(store.scratch(), store.name(), &staged.batches)?;
            drop(staged);
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
