//! Partitions by the hash of a key.

use std::mem;

use super::scatter::places;
use super::{Block, BlockStore};
use crate::columnar::{Batch, Buffer, Column, Key, Keys, Schema, scatter};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::Breaker;

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
}

impl<'a> HashExchange<'a> {
    /// An exchange on `key` that keeps its blocks in `store`.
    pub fn new(key: &'a Key, store: &'a BlockStore) -> Self {
        Self { key, store }
    }
}

impl Breaker for HashExchange<'_> {
    type Part = Scatter;

    fn part(&self) -> Scatter {
        Scatter::new(64 - HASH_BITS)
    }

    fn take(&self, part: &mut Scatter, batch: Batch) -> Result<()> {
        let keys = self.key.keys(&batch)?;
        part.take(self.store, Hashed::new(batch, &keys))
    }

    fn finish(&self, part: &mut Scatter) -> Result<()> {
        part.flush(self.store)
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

impl Hashed {
    /// `rows` with the hashes of their `keys`.
    pub fn new(rows: Batch, keys: &Keys) -> Self {
        Self { hashes: keys.hashes().into(), rows }
    }

    /// One batch with the hash as its first column.
    fn into_batch(self, schema: &Schema) -> Batch {
        let num_rows = self.rows.num_rows();
        let mut columns = vec![Column::UInt64(self.hashes)];
        columns.extend(self.rows.into_columns());
        Batch::with_rows(schema.clone(), columns, num_rows)
    }

    /// What [`into_batch`](Self::into_batch) made, taken apart; `schema` is that of the rows.
    fn from_batch(batch: Batch, schema: &Schema) -> Self {
        let num_rows = batch.num_rows();
        let mut columns = batch.into_columns();
        let Column::UInt64(hashes) = columns.remove(0) else {
            unreachable!("the first column is the hash")
        };
        Self { hashes, rows: Batch::with_rows(schema.clone(), columns, num_rows) }
    }
}

/// Gathers rows and scatters them, a block at a time, by some bits of their hash.
#[derive(Debug)]
pub struct Scatter {
    shift: u32,
    /// The schemas of the rows, and of the rows with their hash.
    schemas: Option<(Schema, Schema)>,
    staged: Vec<Batch>,
    staged_rows: usize,
    blocks: Vec<PartitionedBlock>,
}

/// A block with its rows ordered by partition.
#[derive(Clone, Debug)]
struct PartitionedBlock {
    block: Block,
    /// The schema of its rows without the hash.
    schema: Schema,
    /// Where each partition begins, and the end.
    begins: Vec<u32>,
}

impl Scatter {
    fn new(shift: u32) -> Self {
        Self { shift, schemas: None, staged: Vec::new(), staged_rows: 0, blocks: Vec::new() }
    }

    fn take(&mut self, store: &BlockStore, rows: Hashed) -> Result<()> {
        if self.staged_rows + rows.rows.num_rows() > BLOCK_ROWS {
            self.flush(store)?;
        }
        let (_, with_hash) = self.schemas.get_or_insert_with(|| {
            let schema = rows.rows.schema();
            let names = [HASH].into_iter().chain(schema.names().iter().map(String::as_str));
            (schema.clone(), Schema::new(names))
        });
        self.staged_rows += rows.rows.num_rows();
        self.staged.push(rows.into_batch(with_hash));
        Ok(())
    }

    fn flush(&mut self, store: &BlockStore) -> Result<()> {
        let staged = mem::take(&mut self.staged);
        if mem::take(&mut self.staged_rows) == 0 {
            return Ok(());
        }
        let Some((schema, _)) = self.schemas.clone() else { return Ok(()) };
        let (positions, begins) = self.positions(&staged);
        let batch = scatter(store.scratch(), store.name(), &staged, &positions)?;
        drop(staged);
        self.blocks.push(PartitionedBlock { block: store.keep(batch)?, schema, begins });
        Ok(())
    }

    /// Where each staged row goes, and where each partition begins.
    fn positions(&self, staged: &[Batch]) -> (Vec<u32>, Vec<u32>) {
        let partition = |hash: &u64| (hash >> self.shift) as usize & ((1 << HASH_BITS) - 1);
        let hashes = || {
            staged.iter().flat_map(|batch| match &batch.columns()[0] {
                Column::UInt64(hashes) => hashes.iter(),
                _ => unreachable!("the first column is the hash"),
            })
        };
        places(hashes().map(partition), 1 << HASH_BITS)
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

    /// Its rows in the order of their morsels, a piece of a block at a time.
    pub fn read(
        self,
        env: &'a Environment,
        name: &'a str,
    ) -> impl Iterator<Item = Result<Hashed>> + 'a {
        self.all.blocks.iter().filter_map(move |block| {
            let range = block.begins[self.at] as usize..block.begins[self.at + 1] as usize;
            let read = || block.block.read(env.memory(), name, range.clone());
            (!range.is_empty()).then(|| Ok(Hashed::from_batch(read()?, &block.schema)))
        })
    }

    /// The same rows in partitions by the next bits of the hash; `None` when no bit is left.
    pub fn split(self, env: &Environment, store: &BlockStore) -> Result<Option<HashPartitions>> {
        let Some(shift) = self.all.shift.checked_sub(HASH_BITS) else { return Ok(None) };
        let mut scatter = Scatter::new(shift);
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
