//! Solution sets: one record a key, looked up by key, changed between supersteps.
//!
//! | keys | held as | looked up |
//! |---|---|---|
//! | numbers of up to 64 bits, most of a range present | an array over the range (**dense**) | by position, where the record passes |
//! | any others | a hash table for each of 256 partitions | after an exchange to the key's partition |
//!
//! Which of the two depends on the keys of the initial rows alone. A partition of a hashed set is
//! in memory while the budget has room, and in blocks that are read when it is looked into
//! after that.

use rayon::prelude::*;

use super::rows;
use crate::columnar::{Batch, Key, Keys, ReadRecord, Record, RowBuilder, reader_of};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{Block, BlockStore, GroupIndex, HashPartitions, Hashed};
use crate::memory::{MemoryError, Reservation};
use crate::pipeline::{BATCH_ROWS, Output};
use crate::snapshot::{SnapshotReader, SnapshotWriter};

/// The name under which solution sets pay.
pub(super) const NAME: &str = "solution set";

/// Partitions of records by key.
pub(super) struct HashedSolution<S> {
    key: Key,
    store: BlockStore,
    parts: Vec<Part<S>>,
}

/// The records of one partition.
enum Part<S> {
    Memory(Records<S>),
    /// In blocks, in the order in which their keys first came.
    Kept(Vec<Block>),
}

/// Records by key, in memory.
pub(super) struct Records<S> {
    index: GroupIndex,
    records: Vec<S>,
    paid: Reservation,
}

impl<S: Record> Records<S> {
    fn new(env: &Environment) -> Result<Self, MemoryError> {
        let paid = env.memory().reserve(NAME, 0)?;
        Ok(Self { index: GroupIndex::paid(env, NAME)?, records: Vec::new(), paid })
    }

    /// Sets the records of a batch by their keys; a later row replaces an earlier one.
    fn set(&mut self, key: &Key, rows: &Hashed) -> Result<()> {
        let reader = reader_of::<S>(&rows.rows)?;
        let keys = key.keys(&rows.rows)?;
        for (row, &hash) in rows.hashes.iter().enumerate() {
            let at = self.index.find_or_add(hash, &keys, row)?;
            let record = reader.get(row);
            match self.records.get_mut(at) {
                Some(slot) => *slot = record,
                None => self.add(record)?,
            }
        }
        Ok(())
    }

    fn add(&mut self, record: S) -> Result<(), MemoryError> {
        let held = (self.records.len() + 1) * (size_of::<S>() + record.heap_bytes());
        if held as u64 > self.paid.bytes() {
            self.paid.resize((2 * held) as u64)?;
        }
        self.records.push(record);
        Ok(())
    }

    /// The record of a key.
    #[inline]
    pub(super) fn get(&self, hash: u64, keys: &Keys, row: usize) -> Option<&S> {
        self.index.find(hash, keys, row).map(|at| &self.records[at])
    }

    fn batches(&self, order: impl Iterator<Item = usize>) -> Vec<Batch> {
        let mut rows = RowBuilder::with_capacity(BATCH_ROWS.min(self.records.len()));
        let mut batches = Vec::new();
        for at in order {
            rows.push(self.records[at].clone());
            if rows.len() == BATCH_ROWS {
                batches.push(rows.finish());
            }
        }
        if !rows.is_empty() {
            batches.push(rows.finish());
        }
        batches
    }
}

impl<S: Record> HashedSolution<S> {
    /// The set of the rows in `rows`, which were partitioned by `key`.
    pub(super) fn new(env: &Environment, key: Key, rows: &HashPartitions) -> Result<Self> {
        let parts = (0..HashPartitions::LEN).map(|_| Part::Kept(Vec::new())).collect();
        let mut set = Self { key, store: BlockStore::new(env, NAME), parts };
        set.apply(env, rows)?;
        Ok(set)
    }

    /// Sets the rows of a delta, partition by partition, in parallel.
    pub(super) fn apply(&mut self, env: &Environment, delta: &HashPartitions) -> Result<()> {
        let Self { key, store, parts } = self;
        env.run(NAME, || {
            parts.par_iter_mut().enumerate().try_for_each(|(at, part)| {
                let rows = delta.partition(at);
                if rows.num_rows() == 0 {
                    return Ok(());
                }
                env.check_cancelled()?;
                let mut records = part.take(env, key)?;
                rows.read(env, NAME).try_for_each(|rows| records.set(key, &rows?))?;
                *part = Part::put(env, store, records)?;
                Ok(())
            })
        })
    }

    /// Calls `look` with the records of partition `at`.
    pub(super) fn with_partition<R>(
        &self,
        env: &Environment,
        at: usize,
        look: impl FnOnce(&Records<S>) -> Result<R>,
    ) -> Result<R> {
        match &self.parts[at] {
            Part::Memory(records) => look(records),
            Part::Kept(blocks) => look(&load(env, &self.key, blocks)?),
        }
    }

    /// Emits the records of partition `at` in the order of their keys' hashes.
    pub(super) fn emit(&self, env: &Environment, at: usize, output: &mut dyn Output) -> Result<()> {
        let batches = self.with_partition(env, at, |records| {
            let order = records.index.by_hash().into_iter().map(|at| at as usize);
            Ok(records.batches(order))
        })?;
        batches.into_iter().try_for_each(|batch| output.emit(batch))
    }
}

/// In a snapshot a partition is the number of its blocks, and its records in the order in which
/// their keys first came.
impl<S: Record> HashedSolution<S> {
    /// Hands out all records: copies of those in memory, and the blocks of the others.
    pub(super) fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        for part in &self.parts {
            match part {
                Part::Memory(records) => {
                    let batches = records.batches(0..records.records.len());
                    snapshot.numbers(&[batches.len() as u64])?;
                    batches.into_iter().try_for_each(|batch| snapshot.batch(batch))?;
                }
                Part::Kept(blocks) => rows::save_blocks(blocks, snapshot)?,
            }
        }
        Ok(())
    }

    /// The set of what [`save`](Self::save) handed out.
    pub(super) fn restore(
        env: &Environment,
        key: Key,
        snapshot: &mut SnapshotReader,
    ) -> Result<Self> {
        let store = BlockStore::new(env, NAME);
        let part = |_| {
            let mut records = Records::new(env)?;
            let [batches] = snapshot.numbers()?;
            for _ in 0..batches {
                let rows = snapshot.batch(store.scratch(), NAME)?;
                let keys = key.keys(&rows)?;
                records.set(&key, &Hashed { hashes: keys.hashes().into(), rows })?;
            }
            Part::put(env, &store, records)
        };
        let parts = (0..HashPartitions::LEN).map(part).collect::<Result<_>>()?;
        Ok(Self { key, store, parts })
    }
}

impl<S: Record> Part<S> {
    /// The records, to be changed and put back.
    fn take(&mut self, env: &Environment, key: &Key) -> Result<Records<S>> {
        match std::mem::replace(self, Self::Kept(Vec::new())) {
            Self::Memory(records) => Ok(records),
            Self::Kept(blocks) => load(env, key, &blocks),
        }
    }

    /// In memory if what can be spilled takes less than half of the budget.
    fn put(env: &Environment, store: &BlockStore, records: Records<S>) -> Result<Self> {
        if env.memory().reserve_spillable(NAME, 0).is_some() {
            return Ok(Self::Memory(records));
        }
        let batches = records.batches(0..records.records.len());
        drop(records);
        Ok(Self::Kept(batches.into_iter().map(|batch| store.keep(batch)).collect::<Result<_>>()?))
    }
}

fn load<S: Record>(env: &Environment, key: &Key, blocks: &[Block]) -> Result<Records<S>> {
    let mut records = Records::new(env)?;
    for block in blocks {
        let rows = block.read(env.memory(), NAME, 0..block.num_rows())?;
        let keys = key.keys(&rows)?;
        records.set(key, &Hashed { hashes: keys.hashes().into(), rows })?;
    }
    Ok(records)
}
