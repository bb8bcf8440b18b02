//! Rows of a general iteration in a snapshot: block by block, as they are kept.

use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{Block, BlockSource, BlockStore};
use crate::pipeline::Source;
use crate::snapshot::{SnapshotReader, SnapshotWriter};

/// Hands out rows, which are shared and not copied.
pub(super) fn save(rows: &BlockSource, snapshot: &mut SnapshotWriter) -> Result<()> {
    snapshot.text(&rows.name())?;
    snapshot.numbers(&[rows.morsels().len() as u64])?;
    rows.morsels().iter().try_for_each(|blocks| save_blocks(blocks, snapshot))
}

/// The same rows in the same morsels and blocks.
pub(super) fn restore(env: &Environment, snapshot: &mut SnapshotReader) -> Result<BlockSource> {
    let name = snapshot.text()?;
    let [count] = snapshot.numbers()?;
    let store = BlockStore::new(env, &name);
    let morsels = (0..count).map(|_| restore_blocks(&store, snapshot));
    Ok(BlockSource::of_morsels(name, morsels.collect::<Result<Vec<_>>>()?))
}

pub(super) fn save_blocks(blocks: &[Block], snapshot: &mut SnapshotWriter) -> Result<()> {
    snapshot.numbers(&[blocks.len() as u64])?;
    for block in blocks {
        let block = block.clone();
        snapshot.shared(move || block.read_whole())?;
    }
    Ok(())
}

fn restore_blocks(store: &BlockStore, snapshot: &mut SnapshotReader) -> Result<Vec<Block>> {
    let [count] = snapshot.numbers()?;
    let block = |_| store.keep(snapshot.batch(store.scratch(), store.name())?);
    (0..count).map(block).collect()
}
