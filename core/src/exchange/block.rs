//! Blocks: batches that are kept, in memory or in a spill file.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::columnar::{
    Batch, BufferMut, Column, ColumnParts, Native, Schema, Strings, concatenate_parts, match_column,
};
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{MemoryError, MemoryManager, Reservation, SpillFile};
use crate::pipeline::{BATCH_ROWS, Breaker, Morsel, Morsels, Output, Source};

/// Keeps batches: in memory while the budget has room, in one spill file after that.
#[derive(Debug)]
pub struct BlockStore {
    name: String,
    memory: MemoryManager,
    /// Pays for nothing: a block is built before it is known where it stays.
    scratch: MemoryManager,
    file: Mutex<Option<Arc<SpillFile>>>,
}

/// Rows that are kept.
#[derive(Clone, Debug)]
pub struct Block {
    num_rows: usize,
    num_bytes: u64,
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    /// Nothing pays for a batch on its way through a chain.
    Memory {
        batch: Batch,
        paid: Option<Arc<Reservation>>,
    },
    Spilled {
        file: Arc<SpillFile>,
        schema: Schema,
        columns: Arc<[Spilled]>,
    },
}

/// Some rows of a block.
pub(super) struct BlockRows<'a> {
    batch: Cow<'a, Batch>,
    range: Range<usize>,
}

impl BlockRows<'_> {
    /// All rows of `parts`, which must not be none, as one batch that nobody pays for.
    pub(super) fn join(parts: &[Self]) -> Batch {
        match parts {
            [only] => only.batch.slice(only.range.clone()),
            parts => {
                let parts: Vec<_> =
                    parts.iter().map(|part| (&*part.batch, part.range.clone())).collect();
                concatenate_parts(&parts)
            }
        }
    }
}

/// Where a column stands in a spill file.
#[derive(Clone, Debug)]
enum Spilled {
    /// Values from `begin` on; the empty column tells their type.
    Values { begin: u64, empty: Column },
    /// One offset more than there are rows, and the bytes that they cut.
    Texts { offsets: u64, bytes: u64 },
}

impl BlockStore {
    /// A store that pays for its blocks under `name`.
    pub fn new(env: &Environment, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            memory: env.memory().clone(),
            scratch: MemoryManager::new(u64::MAX),
            file: Mutex::new(None),
        }
    }

    /// Memory for one block that is being built, to be handed to [`keep`](Self::keep).
    pub fn scratch(&self) -> &MemoryManager {
        &self.scratch
    }

    /// What it pays under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Keeps a batch that nobody has paid for.
    pub fn keep(&self, batch: Batch) -> Result<Block> {
        let (num_rows, num_bytes) = (batch.num_rows(), batch.num_bytes() as u64);
        let held = match self.memory.reserve_spillable(&self.name, num_bytes) {
            Some(paid) => Held::Memory { batch, paid: Some(Arc::new(paid)) },
            None => self.spill(&batch)?,
        };
        Ok(Block { num_rows, num_bytes, held })
    }

    fn spill(&self, batch: &Batch) -> Result<Held> {
        let file = {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            match &*file {
                Some(file) => file.clone(),
                None => file.insert(Arc::new(SpillFile::create(&self.memory)?)).clone(),
            }
        };
        let columns = batch
            .columns()
            .iter()
            .map(|column| spill_column(&file, column))
            .collect::<Result<_, MemoryError>>()?;
        Ok(Held::Spilled { file, schema: batch.schema().clone(), columns })
    }
}

fn spill_column(file: &SpillFile, column: &Column) -> Result<Spilled, MemoryError> {
    let column = column.to_plain().expect("a block holds less than 2 GiB of text");
    Ok(match column.parts() {
        ColumnParts::Values(values) => {
            Spilled::Values { begin: file.append(values)?, empty: column.emptied() }
        }
        ColumnParts::Texts { offsets, bytes } => Spilled::Texts {
            offsets: file.append(bytemuck::cast_slice(&offsets))?,
            bytes: file.append(bytes)?,
        },
    })
}

impl Block {
    /// The rows of a batch that somebody else pays for, or that is on its way through a chain.
    pub fn of(batch: Batch) -> Self {
        let (num_rows, num_bytes) = (batch.num_rows(), batch.num_bytes() as u64);
        Self { num_rows, num_bytes, held: Held::Memory { batch, paid: None } }
    }

    /// The number of rows.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// The bytes of its rows, wherever they are.
    pub fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    /// Whether it is in a spill file.
    pub fn is_spilled(&self) -> bool {
        matches!(self.held, Held::Spilled { .. })
    }

    /// The rows in `range`; panics out of bounds. Rows that were spilled are read into memory
    /// from the budget under `name`.
    pub fn read(&self, memory: &MemoryManager, name: &str, range: Range<usize>) -> Result<Batch> {
        assert!(range.end <= self.num_rows, "rows of the block");
        Ok(match &self.held {
            Held::Memory { batch, .. } => batch.slice(range),
            Held::Spilled { file, schema, columns } => {
                let columns = columns
                    .iter()
                    .map(|column| read_column(memory, name, file, column, range.clone()))
                    .collect::<Result<_, MemoryError>>()?;
                Batch::with_rows(schema.clone(), columns, range.len())
            }
        })
    }

    /// The rows in `range`, as [`read`](Self::read) gives them, without a batch of their own where
    /// they are in memory.
    pub(super) fn borrow(
        &self,
        memory: &MemoryManager,
        name: &str,
        range: Range<usize>,
    ) -> Result<BlockRows<'_>> {
        Ok(match &self.held {
            Held::Memory { batch, .. } => BlockRows { batch: Cow::Borrowed(batch), range },
            Held::Spilled { .. } => BlockRows {
                range: 0..range.len(),
                batch: Cow::Owned(self.read(memory, name, range)?),
            },
        })
    }

    /// All rows; those that were spilled are read into memory that nobody pays for: a block is
    /// bounded.
    pub fn read_whole(&self) -> Result<Batch, MemoryError> {
        let range = 0..self.num_rows;
        match &self.held {
            Held::Memory { batch, .. } => Ok(batch.clone()),
            Held::Spilled { file, schema, columns } => {
                let scratch = MemoryManager::new(u64::MAX);
                let columns = columns
                    .iter()
                    .map(|column| read_column(&scratch, "block", file, column, range.clone()))
                    .collect::<Result<_, MemoryError>>()?;
                Ok(Batch::with_rows(schema.clone(), columns, self.num_rows))
            }
        }
    }

    /// The bytes of memory that it holds.
    pub fn held_bytes(&self) -> u64 {
        match &self.held {
            Held::Memory { paid, .. } => paid.as_ref().map_or(0, |paid| paid.bytes()),
            Held::Spilled { .. } => 0,
        }
    }
}

fn read_column(
    memory: &MemoryManager,
    name: &str,
    file: &SpillFile,
    column: &Spilled,
    range: Range<usize>,
) -> Result<Column, MemoryError> {
    Ok(match column {
        Spilled::Values { begin, empty } => match_column!(empty,
            Native(values, same) => {
                let mut read = like(values, memory, name, range.len())?;
                let skipped = range.start * size_of_val(&read[..]) / range.len().max(1);
                file.read(begin + skipped as u64, bytemuck::cast_slice_mut(&mut read))?;
                same(read.freeze())
            },
            Column::Utf8(_) | Column::CodedUtf8 { .. } => unreachable!("text has its own form"),
        ),
        Spilled::Texts { offsets, bytes } => {
            let mut ends = BufferMut::<i32>::zeroed(memory, name, range.len() + 1)?;
            file.read(offsets + 4 * range.start as u64, bytemuck::cast_slice_mut(&mut ends))?;
            let first = ends[0];
            let mut read =
                BufferMut::<u8>::zeroed(memory, name, (ends[range.len()] - first) as usize)?;
            file.read(bytes + first as u64, &mut read)?;
            ends.iter_mut().for_each(|end| *end -= first);
            Column::Utf8(Strings::of_valid(ends.freeze(), read.freeze()))
        }
    })
}

/// Zeroes of the type of `_values`.
fn like<T: Native>(
    _values: &[T],
    memory: &MemoryManager,
    name: &str,
    len: usize,
) -> Result<BufferMut<T>, MemoryError> {
    BufferMut::zeroed(memory, name, len)
}

/// A breaker that keeps batches as they are.
#[derive(Debug)]
pub struct Keep<'a>(pub &'a BlockStore);

impl Breaker for Keep<'_> {
    type Part = Vec<Block>;

    fn part(&self) -> Vec<Block> {
        Vec::new()
    }

    fn take(&self, part: &mut Vec<Block>, batch: Batch) -> Result<()> {
        part.push(self.0.keep(batch)?);
        Ok(())
    }
}

/// The rows of some blocks, as a source.
#[derive(Clone, Debug)]
pub struct BlockSource {
    name: String,
    /// The blocks of each morsel.
    morsels: Arc<[Vec<Block>]>,
}

impl BlockSource {
    /// A source over `blocks`, each of them a morsel, called `name` in plans.
    pub fn new(name: impl Into<String>, blocks: impl IntoIterator<Item = Block>) -> Self {
        Self::of_morsels(name, blocks.into_iter().map(|block| vec![block]))
    }

    /// A source over morsels of some blocks each, called `name` in plans.
    pub fn of_morsels(
        name: impl Into<String>,
        morsels: impl IntoIterator<Item = Vec<Block>>,
    ) -> Self {
        Self { name: name.into(), morsels: morsels.into_iter().collect() }
    }

    /// The same rows in fewer morsels, where adjacent ones have few rows: up to a batch in each.
    #[must_use]
    pub fn in_full_morsels(&self) -> Self {
        let rows_of = |blocks: &[Block]| blocks.iter().map(Block::num_rows).sum::<usize>();
        let mut morsels: Vec<Vec<Block>> = Vec::new();
        let mut room = 0;
        for blocks in self.morsels.iter() {
            let rows = rows_of(blocks);
            match morsels.last_mut() {
                Some(last) if rows <= room => {
                    last.extend(blocks.iter().cloned());
                    room -= rows;
                }
                _ => {
                    morsels.push(blocks.clone());
                    room = BATCH_ROWS.saturating_sub(rows);
                }
            }
        }
        Self { name: self.name.clone(), morsels: morsels.into() }
    }

    /// The blocks of all morsels, in order.
    pub fn blocks(&self) -> Arc<[Block]> {
        self.morsels.iter().flatten().cloned().collect()
    }

    /// The blocks of each morsel.
    pub fn morsels(&self) -> &[Vec<Block>] {
        &self.morsels
    }

    /// The number of rows in all.
    pub fn num_rows(&self) -> u64 {
        self.morsels.iter().flatten().map(|block| block.num_rows as u64).sum()
    }
}

impl Source for BlockSource {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(BlockMorsels { source: self.clone(), next: 0 }))
    }
}

struct BlockMorsels {
    source: BlockSource,
    next: usize,
}

impl Morsels for BlockMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let Some(blocks) = self.source.morsels.get(self.next) else { return Ok(None) };
        self.next += 1;
        let morsel = BlockMorsel { name: self.source.name.clone(), blocks: blocks.clone() };
        Ok(Some(Box::new(morsel)))
    }
}

#[derive(Clone)]
struct BlockMorsel {
    name: String,
    blocks: Vec<Block>,
}

impl Morsel for BlockMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        for block in &self.blocks {
            for begin in (0..block.num_rows).step_by(BATCH_ROWS) {
                let end = (begin + BATCH_ROWS).min(block.num_rows);
                output.emit(block.read(env.memory(), &self.name, begin..end)?)?;
            }
        }
        Ok(())
    }

    fn again(&self) -> Option<Box<dyn Morsel>> {
        Some(Box::new(self.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{batch_of, records};

    type Row = (u32, String, Option<f64>);

    fn rows(range: Range<u32>) -> Vec<Row> {
        let text = |at: u32| "ü".repeat(at as usize % 5);
        range.map(|at| (at, text(at), (at % 3 == 0).then_some(f64::from(at)))).collect()
    }

    #[test]
    fn small_morsels_are_read_together_in_their_order() {
        let block = |rows: Range<u32>| vec![Block::of(batch_of(rows))];
        let all = BATCH_ROWS as u32;
        let source = BlockSource::of_morsels(
            "rows",
            [block(0..3), Vec::new(), block(3..5), block(5..all + 1), block(all + 1..all + 9)],
        );
        let full = source.in_full_morsels();
        let rows: Vec<usize> =
            full.morsels().iter().map(|blocks| blocks.iter().map(Block::num_rows).sum()).collect();
        assert_eq!(rows, [5, BATCH_ROWS - 4, 8]);
        let env = Environment::builder().threads(2).build().unwrap();
        let read = |source: &BlockSource| -> Vec<u32> {
            let batches = crate::executor::collect(&env, source, &[]).unwrap();
            batches.iter().flat_map(|batch| records::<u32>(batch).unwrap()).collect()
        };
        assert_eq!(read(&full), (0..all + 9).collect::<Vec<u32>>());
        assert_eq!(read(&full), read(&source));
    }

    #[test]
    fn a_spilled_block_keeps_no_memory() {
        let env = Environment::builder().threads(1).memory(0).build().unwrap();
        let store = BlockStore::new(&env, "rows");
        let mut values = store.scratch().allocate::<u64>("rows", 100).unwrap();
        values[7] = 7;
        let column = Column::UInt64(values.into());
        let block = store.keep(Batch::new(Schema::new(["value"]), vec![column])).unwrap();
        assert_eq!(store.scratch().counters().granted_bytes, 0);
        let read = block.read(store.scratch(), "rows", 7..8).unwrap();
        assert_eq!(records::<u64>(&read).unwrap(), [7]);
    }

    #[test]
    fn a_spilled_block_reads_like_one_in_memory() {
        for (budget, spilled) in [("1 MiB", false), ("1 KiB", true)] {
            let env = Environment::builder().threads(1).memory(budget).build().unwrap();
            let store = BlockStore::new(&env, "rows");
            let batch = batch_of(rows(0..100)).slice(10..90);
            let block = store.keep(batch).unwrap();
            assert_eq!(block.is_spilled(), spilled);
            assert_eq!(env.memory().counters().spilled_bytes > 0, spilled);
            let read = block.read(env.memory(), "rows", 5..70).unwrap();
            assert_eq!(records::<Row>(&read).unwrap(), rows(15..80));
            let none = block.read(env.memory(), "rows", 80..80).unwrap();
            assert_eq!(none.num_rows(), 0);
            drop((block, read));
            assert_eq!(env.memory().counters().granted_bytes, 0);
        }
    }
}
