//! Writes each entry to its partition.

use rayon::prelude::*;

use super::partition::Partitions;
use super::{IndexOptions, Layout};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::index::pairs::{EntryValue, PairChunk};
use crate::memory::{Segment, SharedSlice};

/// The entries on their way to the final arrays, partition by partition.
pub(super) struct Entries<W: EntryValue> {
    /// The column of each entry; above it, if the layout packs, the low bits of its row.
    pub(super) columns: Segment<u32>,
    pub(super) values: Segment<W::Word>,
    /// The low 16 bits of each entry's row; empty if the layout packs.
    pub(super) rows: Segment<u16>,
}

/// Columns of a cache line.
const LINE: usize = 16;

/// Writes the entries of all chunks, in their order; each chunk is given back once read.
pub(super) fn scatter<W: EntryValue>(
    env: &Environment,
    chunks: Vec<PairChunk<W>>,
    options: IndexOptions,
    layout: Layout,
    partitions: &Partitions,
    offsets: &[u64],
) -> Result<Entries<W>> {
    if layout.packs() {
        scatter_in::<W, true>(env, chunks, options, layout, partitions, offsets)
    } else {
        scatter_in::<W, false>(env, chunks, options, layout, partitions, offsets)
    }
}

fn scatter_in<W: EntryValue, const PACKS: bool>(
    env: &Environment,
    chunks: Vec<PairChunk<W>>,
    options: IndexOptions,
    layout: Layout,
    partitions: &Partitions,
    offsets: &[u64],
) -> Result<Entries<W>> {
    let num_entries = offsets[offsets.len() - 1] as usize;
    let cursors = partitions.cursors(&chunks, options, offsets);
    let memory = env.memory();
    let mut entries = Entries {
        columns: memory.allocate("index", num_entries)?,
        values: memory.allocate("index", if W::STORED { num_entries } else { 0 })?,
        rows: memory.allocate("index build", if PACKS { 0 } else { num_entries })?,
    };
    let columns = SharedSlice::new(&mut entries.columns);
    let values = SharedSlice::new(&mut entries.values);
    let rows = SharedSlice::new(&mut entries.rows);
    chunks.into_par_iter().zip(cursors).try_for_each(|(chunk, mut cursors)| {
        env.check_cancelled()?;
        options.for_each_entry(&chunk, |row, column, value| {
            let place = &mut cursors[partitions.of(row)];
            columns.prefetch(*place + LINE);
            if PACKS {
                columns.store(*place, layout.pack(row, column));
            } else {
                columns.store(*place, column);
                rows.store(*place, row as u16);
            }
            if W::STORED {
                values.store(*place, value.to_word());
            }
            *place += 1;
        });
        Ok::<_, Error>(())
    })?;
    Ok(entries)
}
