//! Writes each entry to its partition.
//!
//! A worker has a small stage for every partition and writes to the final arrays only when a stage
//! is full: one write to far memory for [`STAGE`] entries, not for each. (A core translates the
//! addresses of few pages at a time; without stages the translations take most of the time.)

use rayon::prelude::*;

use super::{IndexOptions, Partitions};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::index::pairs::{EntryValue, PairChunk};
use crate::memory::{Segment, SharedSlice};

/// The entries on their way to the final arrays, partition by partition.
pub(super) struct Entries<W: EntryValue> {
    pub(super) columns: Segment<u32>,
    pub(super) values: Segment<W::Word>,
    /// The low 16 bits of each entry's row: enough inside a partition.
    pub(super) rows: Segment<u16>,
}

/// Entries of a stage: a cache line of columns.
const STAGE: usize = 16;

/// Writes the entries of all chunks, in their order; each chunk is given back once read.
pub(super) fn scatter<W: EntryValue>(
    env: &Environment,
    chunks: Vec<PairChunk<W>>,
    options: IndexOptions,
    partitions: &Partitions,
    offsets: &[u64],
) -> Result<Entries<W>> {
    let num_entries = offsets[offsets.len() - 1] as usize;
    let cursors = partitions.cursors(&chunks, options, offsets); 
    let memory = env.memory();
    let mut entries = Entries {
        columns: memory.allocate("index", num_entries)?,
        values: memory.allocate("index", if W::STORED { num_entries } else { 0 })?,
        rows: memory.allocate("index build", num_entries)?,
    };
    let target = Target::<W> {
        columns: SharedSlice::new(&mut entries.columns),
        values: SharedSlice::new(&mut entries.values),
        rows: SharedSlice::new(&mut entries.rows),
    };
    chunks.into_par_iter().zip(cursors).try_for_each(|(chunk, cursors)| {
        env.check_cancelled()?;
        let mut stages: Vec<Stage<W>> = cursors.into_iter().map(Stage::new).collect();
        options.for_each_entry(&chunk, |row, column, value| {
            stages[partitions.of(row)].add(&target, row, column, value);
        });
        stages.iter_mut().for_each(|stage| stage.flush(&target));
        Ok::<_, Error>(())
    })?;
    Ok(entries)
}

/// The final arrays, lent to all workers.
struct Target<'a, W: EntryValue> {
    columns: SharedSlice<'a, u32>,
    values: SharedSlice<'a, W::Word>,
    rows: SharedSlice<'a, u16>,
}

/// Entries of one chunk and partition that wait to be written.
struct Stage<W: EntryValue> {
    columns: [u32; STAGE],
    rows: [u16; STAGE],
    values: [W::Word; STAGE],
    len: usize,
    /// Where the first of them goes.
    place: usize,
}

impl<W: EntryValue> Stage<W> {
    fn new(place: usize) -> Self {
        let values = bytemuck::Zeroable::zeroed();
        Self { columns: [0; STAGE], rows: [0; STAGE], values, len: 0, place }
    }

    #[inline(always)]
    fn add(&mut self, target: &Target<'_, W>, row: u32, column: u32, value: W) {
        let at = self.len % STAGE;
        self.columns[at] = column;
        self.rows[at] = row as u16;
        if W::STORED {
            self.values[at] = value.to_word();
        }
        self.len += 1;
        if self.len == STAGE {
            self.flush(target);
        }
    }

    #[inline]
    fn flush(&mut self, target: &Target<'_, W>) {
        target.columns.store_all(self.place, &self.columns[..self.len]);
        target.rows.store_all(self.place, &self.rows[..self.len]);
        if W::STORED {
            target.values.store_all(self.place, &self.values[..self.len]);
        }
        self.place += self.len;
        self.len = 0;
    }
}
