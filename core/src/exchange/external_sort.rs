//! Rows sorted within the budget.
//!
//! Rows whose sort the budget has room for are sorted in memory. More are sent to ranges of their
//! keys first, and each range is sorted in the same way, one after the other; a range of a single
//! key is in order already, however large it is. What comes out is the same either way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ranges::{Ranges, scatter};
use super::sort_rows::{Needs, sort_rows};
use super::{Assign, BlockStore, Partitions, Piece, Pieces, emit_pieces};
use crate::columnar::SortKey;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::memory::{MemoryError, Reservation, Segment};
use crate::pipeline::{BATCH_ROWS, Output};

/// Most bytes that are sorted at once: columns of text and keys count their bytes in 32 bits.
const MOST_BYTES: u64 = 1 << 30;

/// Most rows that are sorted at once: row numbers have 32 bits.
const MOST_ROWS: usize = u32::MAX as usize;

/// Bytes of a huge page: words move all over what they are sorted in.
const HUGE_PAGE: usize = 2 << 20;

/// Spare scratch is at most this part of the budget.
const SPARE_SHARE: u64 = 16;

/// Ranges that rows are sent to that cannot be sorted at once: at least, and at most.
const SPLIT_RANGES: (usize, usize) = (4, 1 << 8);

/// Sorts rows by a key; rows of one key stay in their order.
#[derive(Clone, Debug)]
pub struct Sorter {
    store: Arc<BlockStore>,
    key: SortKey,
    /// Scratch that nobody uses right now: memory that is warm already.
    spare: Arc<Mutex<Vec<Segment<u128>>>>,
}

impl Sorter {
    /// A sorter by `key` for blocks in `store`.
    pub fn new(store: Arc<BlockStore>, key: SortKey) -> Self {
        Self { store, key, spare: Arc::default() }
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
        if pieces.iter().all(|piece| piece.num_rows() == 0) {
            return Ok(());
        }
        match self.pay(env, &pieces)? {
            Some(mut paid) => {
                sort_rows(&self.store, &self.key, &pieces, &mut paid.scratch, output)?;
                self.put_back(env, paid.scratch);
                Ok(())
            }
            None => self.sort_ranges(env, pieces, output),
        }
    }

    /// Pays for a sort in memory; `None` if the budget has no room. The rows of one batch are a
    /// worker's own scratch, which is not paid for.
    fn pay(&self, env: &Environment, pieces: &[Piece]) -> Result<Option<Paid>> {
        let needs = Needs::of(&self.store, &self.key, pieces)?;
        let num_rows: usize = pieces.iter().map(Piece::num_rows).sum();
        if num_rows <= BATCH_ROWS {
            let scratch = self.store.scratch().allocate(self.store.name(), needs.scratch)?;
            return Ok(Some(Paid { bytes: None, scratch }));
        }
        if needs.bytes > MOST_BYTES || num_rows > MOST_ROWS {
            return Ok(None);
        }
        let paid = || {
            let bytes = Some(env.memory().reserve(self.store.name(), needs.bytes)?);
            Ok(Paid { bytes, scratch: self.scratch(env, needs.scratch)? })
        };
        match paid() {
            Ok(paid) => Ok(Some(paid)),
            Err(MemoryError::OutOfBudget { .. }) => Ok(None),
            Err(error) => Err(Error::Memory(error)),
        }
    }

    /// Scratch of at least `len` words, in huge pages.
    fn scratch(&self, env: &Environment, len: usize) -> Result<Segment<u128>, MemoryError> {
        let spare = lock(&self.spare).pop();
        match spare.filter(|spare| spare.len() >= len) {
            Some(spare) => Ok(spare),
            None => {
                let page = HUGE_PAGE / size_of::<u128>();
                let len = if len < page / 2 { len } else { len.next_multiple_of(page) };
                env.memory().allocate(self.store.name(), len)
            }
        }
    }

    /// Keeps scratch for the next range, unless that is much of the budget.
    fn put_back(&self, env: &Environment, scratch: Segment<u128>) {
        let most = env.memory().budget() / SPARE_SHARE / env.num_threads() as u64;
        if scratch.len() > BATCH_ROWS && scratch.num_bytes() as u64 <= most {
            lock(&self.spare).push(scratch);
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

/// What a sort in memory works with.
struct Paid {
    #[expect(dead_code, reason = "held until the rows are out")]
    bytes: Option<Reservation>,
    scratch: Segment<u128>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
