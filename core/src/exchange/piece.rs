//! Pieces: some rows of a kept block.

use std::ops::Range;

use super::{Block, BlockStore};
use crate::columnar::{Batch, concatenate};
use crate::error::Result;
use crate::pipeline::{BATCH_ROWS, Output};

/// Some rows of a block.
#[derive(Clone, Debug)]
pub struct Piece {
    block: Block,
    rows: Range<usize>,
}

impl From<Block> for Piece {
    fn from(block: Block) -> Self {
        let rows = 0..block.num_rows();
        Self { block, rows }
    }
}

impl Piece {
    /// The rows of a batch that somebody else pays for, or that is on its way through a chain.
    pub fn of(batch: Batch) -> Self {
        Block::of(batch).into()
    }

    /// Its first `n` rows, or all if there are fewer.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        let end = self.rows.start + n.min(self.num_rows());
        Self { block: self.block.clone(), rows: self.rows.start..end }
    }

    /// Its rows without the first `n`, of which there are so many.
    #[must_use]
    pub fn skip(mut self, n: usize) -> Self {
        self.rows.start += n;
        self
    }

    /// The rows in `rows` of `block`; panics out of bounds.
    pub fn new(block: Block, rows: Range<usize>) -> Self {
        assert!(rows.end <= block.num_rows(), "rows of the block");
        Self { block, rows }
    }

    /// The number of rows.
    pub fn num_rows(&self) -> usize {
        self.rows.len()
    }

    /// About how many bytes its rows have: the rows of a block are taken to be of one size.
    pub fn num_bytes(&self) -> u64 {
        let share = u128::from(self.block.num_bytes()) * self.rows.len() as u128;
        share.div_ceil(self.block.num_rows().max(1) as u128) as u64
    }

    /// Whether its rows are in a spill file.
    pub fn is_spilled(&self) -> bool {
        self.block.is_spilled()
    }

    /// The rows in `rows` of this piece. What is read is few rows, or was paid for before.
    pub fn read(&self, store: &BlockStore, rows: Range<usize>) -> Result<Batch> {
        let begin = self.rows.start;
        self.block.read(store.scratch(), store.name(), begin + rows.start..begin + rows.end)
    }

    /// Its rows, a batch at a time.
    pub fn batches<'a>(
        &'a self,
        store: &'a BlockStore,
    ) -> impl Iterator<Item = Result<Batch>> + 'a {
        let end = self.num_rows();
        (0..end)
            .step_by(BATCH_ROWS)
            .map(move |begin| self.read(store, begin..end.min(begin + BATCH_ROWS)))
    }
}

/// Emits the rows of `pieces`, in order, in batches of up to [`BATCH_ROWS`] rows.
pub fn emit_pieces(store: &BlockStore, pieces: &[Piece], output: &mut dyn Output) -> Result<()> {
    let (mut staged, mut num_rows) = (Vec::new(), 0);
    for piece in pieces {
        for batch in piece.batches(store) {
            let batch = batch?;
            if num_rows + batch.num_rows() > BATCH_ROWS && num_rows > 0 {
                output.emit(concatenate(store.scratch(), store.name(), &staged)?)?;
                staged.clear();
                num_rows = 0;
            }
            num_rows += batch.num_rows();
            staged.push(batch);
        }
    }
    if num_rows == 0 {
        return Ok(());
    }
    output.emit(concatenate(store.scratch(), store.name(), &staged)?)
}
