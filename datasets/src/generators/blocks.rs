//! Blocks of edges as morsels, and the batches that they fill.

use quince_core::columnar::{Batch, Column, Native, Schema};
use quince_core::events::Event;
use quince_core::memory::Segment;
use quince_core::pipeline::{Morsel, Morsels, Output};
use quince_core::{Environment, Result};

/// The most rows in one batch: both columns stay in a core's cache.
pub(super) const BATCH_ROWS: usize = 1 << 16;

/// From this number of vertices on ids take 64 bits.
const WIDE_FROM: u64 = (1 << 32) + 1;

/// Whether ids below `num_vertices` take 64 bits.
pub(super) fn has_wide_ids(num_vertices: u64) -> bool {
    num_vertices >= WIDE_FROM
}

/// A column type for ids.
pub(super) trait VertexId: Native {
    /// The id as a value of this type; the caller has chosen a type that it fits.
    fn from_u64(id: u64) -> Self;

    /// The column over `ids`.
    fn column(ids: Segment<Self>) -> Column;
}

impl VertexId for u32 {
    #[inline(always)]
    fn from_u64(id: u64) -> Self {
        id as u32
    }

    fn column(ids: Segment<Self>) -> Column {
        Column::UInt32(ids.into())
    }
}

impl VertexId for i64 {
    #[inline(always)]
    fn from_u64(id: u64) -> Self {
        id as i64
    }

    fn column(ids: Segment<Self>) -> Column {
        Column::Int64(ids.into())
    }
}

/// A run of edges that does not depend on any other: one worker generates it.
pub(super) trait EdgeBlock: Send + 'static {
    /// The number of edges in the whole block, or more than that.
    fn num_edges(&self) -> u64;

    /// Writes the next `sources.len()` edges, or fewer if the block ends before; called until it
    /// has ended. How many there are.
    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize;
}

/// One morsel for each of `blocks`, with ids below `num_vertices`. A graph without edges gives one
/// empty batch, so that its columns are known.
pub(super) fn morsels<I>(blocks: I, num_vertices: u64) -> Box<dyn Morsels>
where
    I: Iterator<Item: EdgeBlock> + Send + 'static,
{
    Box::new(BlockMorsels { blocks: blocks.fuse(), wide: has_wide_ids(num_vertices), begun: false })
}

struct BlockMorsels<I> {
    blocks: I,
    wide: bool,
    begun: bool,
}

impl<I: Iterator<Item: EdgeBlock> + Send> Morsels for BlockMorsels<I> {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let first = !std::mem::replace(&mut self.begun, true);
        Ok(match self.blocks.next() {
            Some(block) => Some(Box::new(BlockMorsel { block, wide: self.wide })),
            None if first => Some(Box::new(BlockMorsel { block: NoEdges, wide: self.wide })),
            None => None,
        })
    }
}

struct BlockMorsel<B> {
    block: B,
    wide: bool,
}

impl<B: EdgeBlock> Morsel for BlockMorsel<B> {
    fn read(mut self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        if self.wide {
            emit_edges::<i64>(&mut self.block, env, output)
        } else {
            emit_edges::<u32>(&mut self.block, env, output)
        }
    }
}

fn emit_edges<V: VertexId>(
    block: &mut impl EdgeBlock,
    env: &Environment,
    output: &mut dyn Output,
) -> Result<()> {
    let schema = Schema::new(["source", "target"]);
    let mut left = block.num_edges();
    let mut amount = 0;
    loop {
        env.check_cancelled()?;
        let rows = left.min(BATCH_ROWS as u64) as usize;
        let mut sources = env.memory().allocate::<V>("generated edges", rows)?;
        let mut targets = env.memory().allocate::<V>("generated edges", rows)?;
        let filled = block.fill::<V>(&mut sources, &mut targets);
        sources.resize(filled)?;
        targets.resize(filled)?;
        output.emit(Batch::new(schema.clone(), vec![V::column(sources), V::column(targets)]))?;
        amount += filled as u64;
        left -= rows as u64;
        if left == 0 || filled < rows {
            break;
        }
    }
    env.emit(Event::Progress { amount });
    Ok(())
}

struct NoEdges;

impl EdgeBlock for NoEdges {
    fn num_edges(&self) -> u64 {
        0
    }

    fn fill<V: VertexId>(&mut self, _sources: &mut [V], _targets: &mut [V]) -> usize {
        0
    }
}
