//! Rows sorted within the budget.
//!
//! Rows whose sort the budget has room for are sorted in memory. More are sent to ranges of their
//! keys first, and each range is sorted in the same way, one after the other; a range of a single
//! key is in order already, however large it is. What comes out is the same either way.

use std::sync::Arc;

use super::ranges::{Ranges, scatter};
use super::sort_rows::{bytes_to_sort, sort_rows};
use super::{Assign, BlockStore, Partitions, Piece, Pieces, emit_pieces};
use crate::columnar::SortKey;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::memory::{MemoryError, Reservation};
use crate::pipeline::{BATCH_ROWS, Output};

/// Most bytes that are sorted at once: columns of text and keys count their bytes in 32 bits.
const MOST_BYTES: u64 = 1 << 30;

/// Ranges that rows are sent to that cannot be sorted at once: at least, and at most.
const SPLIT_RANGES: (usize, usize) = (4, 1 << 8);

/// Sorts rows by a key; rows of one key stay in their order.
#[derive(Clone, Debug)]
pub struct Sorter {
    store: Arc<BlockStore>,
    key: SortKey,
}

impl Sorter {
    /// A sorter by `key` for blocks in `store`.
    pub fn new(store: Arc<BlockStore>, key: SortKey) -> Self {
        Self { store, key }
    }

    /// Where its blocks are kept.
    pub fn store(&self) -> &Arc<BlockStore> {
        &self.store
    }

    /// What it sorts by.
    pub fn key(&self) -> &SortKey {
        &self.key
    }

    /// Emits the rows of `pieces` in order.
    pub fn sort(
        &self,
        env: &Environment,
        pieces: Vec<Piece>,
        output: &mut dyn Output,
    ) -> Result<()> {
        env.check_cancelled()?;
        if pieces.is_empty() {
            return Ok(());
        }
        match self.pay(env, &pieces)? {
            Some(_paid) => sort_rows(&self.store, &self.key, &pieces, output),
            None => self.sort_ranges(env, pieces, output),
        }
    }

    /// Pays for a sort in memory; `None` if the budget has no room. The rows of one batch are a
    /// worker's scratch, which is not paid for.
    fn pay(&self, env: &Environment, pieces: &[Piece]) -> Result<Option<Paid>> {
        let num_rows: usize = pieces.iter().map(Piece::num_rows).sum();
        if num_rows <= BATCH_ROWS {
            return Ok(Some(Paid(None)));
        }
        let bytes = bytes_to_sort(&self.store, &self.key, pieces)?;
        if bytes > MOST_BYTES {
            return Ok(None);
        }
        match env.memory().reserve(self.store.name(), bytes) {
            Ok(paid) => Ok(Some(Paid(Some(paid)))),
            Err(MemoryError::OutOfBudget { .. }) => Ok(None),
            Err(error) => Err(Error::Memory(error)),
        }
    }

    fn sort_ranges(
        &self,
        env: &Environment,
        pieces: Vec<Piece>,
        output: &mut dyn Output,
    ) -> Result<()> {
        let num_rows: usize = pieces.iter().map(Piece::num_rows).sum();
        let (least, most) = SPLIT_RANGES;
        let wanted = (2 * num_rows / BATCH_ROWS).clamp(least, most);
        let ranges = Ranges::of(&self.store, &self.key, &pieces, wanted)?;
        let len = ranges.num_partitions();
        let partitions = Partitions::new([scatter(&self.store, &ranges, pieces)?], len);
        (0..len).try_for_each(|at| self.sort_range(env, &ranges, &partitions, at, output))
    }

    /// Emits the rows of the range `at` in order.
    pub fn sort_range(
        &self,
        env: &Environment,
        ranges: &Ranges,
        partitions: &Partitions,
        at: usize,
        output: &mut dyn Output,
    ) -> Result<()> {
        let pieces = partitions.pieces(at);
        if ranges.is_single(at) {
            return emit_pieces(&self.store, &pieces, output);
        }
        self.sort(env, pieces, output)
    }
}

/// Keeps what was paid until the rows are out.
struct Paid(#[expect(dead_code, reason = "held, not read")] Option<Reservation>);
