//! Scattering: rows sent to partitions by a rule, each partition in the order of its input.

use std::mem;

use super::gather::Staged;
use super::{Block, BlockStore, Piece, Pieces};
use crate::columnar::{Batch, Key, scatter};
use crate::error::Result;
use crate::pipeline::Breaker;

/// Tells the partition of each row.
pub trait Assign: Sync {
    /// How many partitions there are.
    fn num_partitions(&self) -> usize;

    /// Adds the partition of each row of `batch` to `partitions`.
    fn assign(&self, batch: &Batch, partitions: &mut Vec<u32>) -> Result<()>;
}

/// By the high bits of the hash of a key.
#[derive(Clone, Debug)]
pub struct ByHash(pub Key);

/// Bits of the hash that tell the partition.
const HASH_BITS: u32 = 8;

impl Assign for ByHash {
    fn num_partitions(&self) -> usize {
        1 << HASH_BITS
    }

    fn assign(&self, batch: &Batch, partitions: &mut Vec<u32>) -> Result<()> {
        let hashes = self.0.keys(batch)?.hashes();
        partitions.extend(hashes.iter().map(|hash| (hash >> (u64::BITS - HASH_BITS)) as u32));
        Ok(())
    }
}

/// Where each row goes when rows are ordered by partition, and where each partition begins.
pub(super) fn places(
    partitions: impl Iterator<Item = usize> + Clone,
    num_partitions: usize,
) -> (Vec<u32>, Vec<u32>) {
    let mut begins = vec![0u32; num_partitions + 1];
    partitions.clone().for_each(|partition| begins[partition + 1] += 1);
    for at in 1..begins.len() {
        begins[at] += begins[at - 1];
    }
    let mut next = begins.clone();
    let place = |partition: usize| {
        let next = &mut next[partition];
        *next += 1;
        *next - 1
    };
    (partitions.map(place).collect(), begins)
}

/// A block with its rows ordered by partition.
#[derive(Clone, Debug)]
struct Scattered {
    block: Block,
    /// Where each partition begins, and the end.
    begins: Vec<u32>,
}

/// Rows of one morsel on their way to partitions: gathered, and scattered a block at a time.
#[derive(Debug, Default)]
pub struct Scattering {
    staged: Staged,
    /// The partition of each staged row.
    partitions: Vec<u32>,
    blocks: Vec<Scattered>,
}

impl Scattering {
    /// Takes a batch.
    pub fn take(&mut self, store: &BlockStore, by: &dyn Assign, batch: Batch) -> Result<()> {
        if self.staged.is_full_with(&batch) {
            self.flush(store, by)?;
        }
        by.assign(&batch, &mut self.partitions)?;
        self.staged.push(batch);
        Ok(())
    }

    /// Scatters what is staged. Called once all batches have come.
    pub fn flush(&mut self, store: &BlockStore, by: &dyn Assign) -> Result<()> {
        let staged = mem::take(&mut self.staged);
        // Taken, not cleared: parts wait for each other, and none is to hold memory meanwhile.
        let partitions = mem::take(&mut self.partitions);
        if partitions.is_empty() {
            return Ok(());
        }
        let rows = partitions.iter().map(|&partition| partition as usize);
        let (positions, begins) = places(rows, by.num_partitions());
        drop(partitions);
        let batch = scatter(store.scratch(), store.name(), staged.batches(), &positions)?;
        drop(staged);
        self.blocks.push(Scattered { block: store.keep(batch)?, begins });
        Ok(())
    }
}

/// A breaker that scatters rows by a rule.
pub struct ScatterExchange<'a> {
    store: &'a BlockStore,
    by: &'a dyn Assign,
}

impl std::fmt::Debug for ScatterExchange<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScatterExchange").field("store", self.store).finish_non_exhaustive()
    }
}

impl<'a> ScatterExchange<'a> {
    /// An exchange that sends rows where `by` says and keeps its blocks in `store`.
    pub fn new(store: &'a BlockStore, by: &'a dyn Assign) -> Self {
        Self { store, by }
    }
}

impl Breaker for ScatterExchange<'_> {
    type Part = Scattering;

    fn part(&self) -> Scattering {
        Scattering::default()
    }

    fn take(&self, part: &mut Scattering, batch: Batch) -> Result<()> {
        part.take(self.store, self.by, batch)
    }

    fn finish(&self, part: &mut Scattering) -> Result<()> {
        part.flush(self.store, self.by)
    }
}

/// Rows in partitions; those of a partition are in the order of their input.
#[derive(Debug)]
pub struct Partitions {
    blocks: Vec<Scattered>,
    len: usize,
}

impl Partitions {
    /// The `len` partitions that the parts of an exchange make together.
    pub fn new(parts: impl IntoIterator<Item = Scattering>, len: usize) -> Self {
        Self { blocks: parts.into_iter().flat_map(|part| part.blocks).collect(), len }
    }
}

impl Pieces for Partitions {
    fn len(&self) -> usize {
        self.len
    }

    fn pieces(&self, at: usize) -> Vec<Piece> {
        let range = |block: &Scattered| block.begins[at] as usize..block.begins[at + 1] as usize;
        self.blocks
            .iter()
            .filter(|block| !range(block).is_empty())
            .map(|block| Piece::new(block.block.clone(), range(block)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{IntoKey, batch_of};
    use crate::environment::Environment;

    #[test]
    fn a_part_that_was_flushed_holds_no_scratch() {
        let env = Environment::builder().threads(1).memory(0).build().unwrap();
        let store = BlockStore::new(&env, "rows");
        let by = ByHash(IntoKey::<u64, _>::into_key(0));
        let mut part = Scattering::default();
        part.take(&store, &by, batch_of(0..1000u64)).unwrap();
        part.flush(&store, &by).unwrap();
        assert_eq!(part.partitions.capacity(), 0);
        let partitions = Partitions::new([part], by.num_partitions());
        let rows = (0..partitions.len()).flat_map(|at| partitions.pieces(at));
        assert_eq!(rows.map(|piece| piece.num_rows()).sum::<usize>(), 1000);
    }
}
