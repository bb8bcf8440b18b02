//! Partitions by the hash of a key.

use std::mem;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::block::BlockRows;
use super::{Block, BlockStore};
use crate::columnar::{Batch, Buffer, Column, Key, Schema, scatter};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{BATCH_ROWS, Breaker};

/// Bits of the hash that tell the partition, at first and in every split.
pub const HASH_BITS: u32 = 8;

/// Rows that a worker gathers before it scatters them.
const BLOCK_ROWS: usize = 1 << 17;

/// The name of the hash among the columns of a block; no record's leaf is called so.
const HASH: &str = "#hash";

/// A breaker that sends rows to partitions by the hash of a key.
#[derive(Debug)]
pub struct HashExchange<'a> {
    key: &'a Key,
    store: &'a BlockStore,
    /// What morsels that are over have left for those to come.
    scratch: Mutex<Vec<Scratch>>,
}

impl<'a> HashExchange<'a> {
    /// An exchange on `key` that keeps its blocks in `store`.
    pub fn new(key: &'a Key, store: &'a BlockStore) -> Self {
        Self { key, store, scratch: Mutex::default() }
    }

    fn scratch(&self) -> MutexGuard<'_, Vec<Scratch>> {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Breaker for HashExchange<'_> {
    type Part = Scatter;

    fn part(&self) -> Scatter {
        let scratch = self.scratch().pop().unwrap_or_default();
        Scatter { scratch, ..Scatter::new(64 - HASH_BITS, self.key.clone()) }
    }

    fn take(&self, part: &mut Scatter, batch: Batch) -> Result<()> {
        let hashes = self.key.hashes(&batch)?;
        part.take(self.store, Hashed { hashes: hashes.into(), rows: batch })
    }

    fn finish(&self, part: &mut Scatter) -> Result<()> {
        part.flush(self.store)?;
        self.scratch().push(mem::take(&mut part.scratch));
        Ok(())
    }
}

/// Rows and the hash of each row's key.
#[derive(Clone, Debug)]
pub struct Hashed {
    /// The hashes.
    pub hashes: Buffer<u64>,
    /// The rows.
    pub rows: Batch,
}

/// Gathers rows and scatters them, a block at a time, by some bits of their hash.
#[derive(Debug)]
pub struct Scatter {
    shift: u32,
    key: Key,
    /// Rows in the form in which they are kept.
    staged: Vec<Batch>,
    /// How their hashes are kept.
    hash: KeptHash,
    scratch: Scratch,
    blocks: Vec<PartitionedBlock>,
}

/// What is worked out for the rows that are staged.
#[derive(Debug, Default)]
struct Scratch {
    /// The partition of each row.
    partitions: Vec<u8>,
    /// Where each row goes.
    positions: Vec<u32>,
}

/// A block with its rows ordered by partition.
#[derive(Clone, Debug)]
struct PartitionedBlock {
    block: Block,
    key: Key,
    hash: KeptHash,
    /// Where each partition begins, and the end.
    begins: Vec<u32>,
}

/// Where the reader of a block gets the hashes from.
#[derive(Clone, Debug)]
enum KeptHash {
    /// From the rows: the key is a few columns of numbers, quicker to hash than to keep.
    Again,
    /// From the first column; this is the schema of the others.
    First(Schema),
}

impl KeptHash {
    fn of(key: &Key, rows: &Batch) -> Self {
        let width = |at: &usize| rows.columns()[*at].column_type().width();
        let width: Option<usize> = key.fields().and_then(|fields| fields.iter().map(width).sum());
        match width {
            Some(0..=16) => Self::Again,
            _ => Self::First(rows.schema().clone()),
        }
    }

    /// The rows as they are kept.
    fn keep(&self, rows: Hashed) -> Batch {
        let Self::First(schema) = self else { return rows.rows };
        let names = [HASH].into_iter().chain(schema.names().iter().map(String::as_str));
        let num_rows = rows.rows.num_rows();
        let mut columns = vec![Column::UInt64(rows.hashes)];
        columns.extend(rows.rows.into_columns());
        Batch::with_rows(Schema::new(names), columns, num_rows)
    }

    /// Kept rows and their hashes.
    fn read(&self, key: &Key, kept: Batch) -> Result<Hashed> {
        let Self::First(schema) = self else {
            return Ok(Hashed { hashes: key.hashes(&kept)?.into(), rows: kept });
        };
        let num_rows = kept.num_rows();
        let mut columns = kept.into_columns();
        let Column::UInt64(hashes) = columns.remove(0) else {
            unreachable!("the first column is the hash")
        };
        Ok(Hashed { hashes, rows: Batch::with_rows(schema.clone(), columns, num_rows) })
    }
}

impl Scatter {
    fn new(shift: u32, key: Key) -> Self {
        Self {
            shift,
            key,
            staged: Vec::new(),
            hash: KeptHash::Again,
            scratch: Scratch::default(),
            blocks: Vec::new(),
        }
    }

    fn take(&mut self, store: &BlockStore, rows: Hashed) -> Result<()> {
        if self.scratch.partitions.len() + rows.rows.num_rows() > BLOCK_ROWS {
            self.flush(store)?;
        }
        let shift = self.shift;
        // As many partitions as a byte has values: its low bits are the partition.
        const { assert!(HashPartitions::LEN == 1 << u8::BITS) };
        self.scratch.partitions.extend(rows.hashes.iter().map(|hash| (hash >> shift) as u8));
        self.hash = KeptHash::of(&self.key, &rows.rows);
        self.staged.push(self.hash.keep(rows));
        Ok(())
    }

    fn flush(&mut self, store: &BlockStore) -> Result<()> {
        let staged = mem::take(&mut self.staged);
        let begins = self.scratch.place();
        if self.scratch.positions.is_empty() {
            return Ok(());
        }
        let batch = scatter(store.scratch(), store.name(), &staged, &self.scratch.positions)?;
        drop(staged);
        let (block, key, hash) = (store.keep(batch)?, self.key.clone(), self.hash.clone());
        self.blocks.push(PartitionedBlock { block, key, hash, begins });
        Ok(())
    }
}

impl Scratch {
    /// Finds out where each row goes, and where each partition begins; the partitions of the rows
    /// are forgotten.
    fn place(&mut self) -> Vec<u32> {
        let mut next = [0u32; HashPartitions::LEN];
        self.partitions.iter().for_each(|&partition| next[partition as usize] += 1);
        let mut begins = Vec::with_capacity(HashPartitions::LEN + 1);
        let mut end = 0;
        for next in &mut next {
            begins.push(end);
            end += mem::replace(next, end);
        }
        begins.push(end);
        self.positions.clear();
        self.positions.extend(self.partitions.iter().map(|&partition| {
            let next = &mut next[partition as usize];
            *next += 1;
            *next - 1
        }));
        self.partitions.clear();
        begins
    }
}

/// Rows in partitions by the hash of their key.
#[derive(Clone, Debug, Default)]
pub struct HashPartitions {
    blocks: Vec<PartitionedBlock>,
    /// The bits of the hash that the partitions were told by begin here.
    shift: u32,
}

impl HashPartitions {
    /// The partitions that the parts of an exchange make together.
    pub fn new(parts: impl IntoIterator<Item = Scatter>) -> Self {
        let blocks = parts.into_iter().flat_map(|part| part.blocks).collect();
        Self { blocks, shift: 64 - HASH_BITS }
    }

    /// The number of partitions.
    pub const LEN: usize = 1 << HASH_BITS;

    /// The number of rows in all.
    pub fn num_rows(&self) -> usize {
        self.blocks.iter().map(|block| block.block.num_rows()).sum()
    }

    /// The partition `at`; panics out of bounds.
    pub fn partition(&self, at: usize) -> Partition<'_> {
        assert!(at < Self::LEN, "a partition");
        Partition { all: self, at }
    }
}

/// One partition.
#[derive(Clone, Copy, Debug)]
pub struct Partition<'a> {
    all: &'a HashPartitions,
    at: usize,
}

impl<'a> Partition<'a> {
    /// The number of rows.
    pub fn num_rows(&self) -> usize {
        let rows = |block: &PartitionedBlock| block.begins[self.at + 1] - block.begins[self.at];
        self.all.blocks.iter().map(|block| rows(block) as usize).sum()
    }

    /// How many of the low bits of the hash may differ between its rows.
    pub fn free_bits(&self) -> u32 {
        self.all.shift
    }

    /// Its rows in the order of their morsels, in pieces of at most a batch; what blocks have few
    /// rows of is put together.
    pub fn read(
        self,
        env: &'a Environment,
        name: &'a str,
    ) -> impl Iterator<Item = Result<Hashed>> + 'a {
        let mut pieces = self.pieces().peekable();
        std::iter::from_fn(move || {
            let (first, rows) = pieces.next()?;
            let mut num_rows = rows.len();
            let mut together = vec![first.block.borrow(env.memory(), name, rows)];
            while let Some((block, rows)) =
                pieces.next_if(|(_, rows)| num_rows + rows.len() <= BATCH_ROWS)
            {
                num_rows += rows.len();
                together.push(block.block.borrow(env.memory(), name, rows));
            }
            let together: Result<Vec<BlockRows<'_>>> = together.into_iter().collect();
            Some(
                together
                    .and_then(|together| first.hash.read(&first.key, BlockRows::join(&together))),
            )
        })
    }

    /// Where its rows stand: blocks in order, at most a batch of rows of each at a time.
    fn pieces(self) -> impl Iterator<Item = (&'a PartitionedBlock, Range<usize>)> {
        self.all.blocks.iter().flat_map(move |block| {
            let range = block.begins[self.at] as usize..block.begins[self.at + 1] as usize;
            range
                .clone()
                .step_by(BATCH_ROWS)
                .map(move |begin| (block, begin..range.end.min(begin + BATCH_ROWS)))
        })
    }

    /// The same rows in partitions by the next bits of the hash; `None` when no bit is left.
    pub fn split(self, env: &Environment, store: &BlockStore) -> Result<Option<HashPartitions>> {
        let Some(shift) = self.all.shift.checked_sub(HASH_BITS) else { return Ok(None) };
        let Some(first) = self.all.blocks.first() else {
            return Ok(Some(HashPartitions { blocks: Vec::new(), shift }));
        };
        let mut scatter = Scatter::new(shift, first.key.clone());
        for rows in self.read(env, store.name()) {
            scatter.take(store, rows?)?;
        }
        scatter.flush(store)?;
        Ok(Some(HashPartitions { blocks: scatter.blocks, shift }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{IntoKey, batch_of, records};
    use crate::executor;
    use crate::pipeline::BatchSource;

    fn exchange(env: &Environment, store: &BlockStore) -> HashPartitions {
        let batches = (0..50u64)
            .map(|part| {
                batch_of((0..100u64).map(|row| (row % 7 + part % 3, part, row.to_string())))
            })
            .collect();
        let key = IntoKey::<(u64, u64, String), _>::into_key(0);
        let exchange = HashExchange::new(&key, store);
        let source = BatchSource::new("rows", batches);
        HashPartitions::new(executor::execute(env, &source, &[], &exchange).unwrap())
    }

    #[test]
    fn a_key_is_in_one_partition_and_in_order_whatever_threads_and_budget() {
        let mut seen = Vec::new();
        for (threads, budget) in [(1, "64 MiB"), (2, "64 MiB"), (8, "2 KiB")] {
            let env = Environment::builder().threads(threads).memory(budget).build().unwrap();
            let store = BlockStore::new(&env, "exchange");
            let partitions = exchange(&env, &store);
            assert_eq!(partitions.num_rows(), 5000);
            let mut rows: Vec<(u64, u64, String)> = Vec::new();
            for at in 0..HashPartitions::LEN {
                let partition = partitions.partition(at);
                let split = partition.split(&env, &store).unwrap().unwrap();
                assert_eq!(split.num_rows(), partition.num_rows());
                for piece in partition.read(&env, "test") {
                    rows.extend(records::<(u64, u64, String)>(&piece.unwrap().rows).unwrap());
                }
            }
            let mut keys: Vec<u64> = rows.iter().map(|row| row.0).collect();
            keys.dedup();
            assert_eq!(keys.len(), 9, "every key is in one place");
            assert!(rows.is_sorted_by(|a, b| a.0 != b.0 || a.1 <= b.1), "morsels in order");
            seen.push(rows);
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
