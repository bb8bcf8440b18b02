//! The same relation with rows and columns exchanged.

use rayon::prelude::*;

use super::csr::Csr;
use super::pairs::EntryValue;
use super::static_index::StaticIndex;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{Segment, SharedSlice};

impl<W: EntryValue> Csr<W> {
    /// The index with rows and columns exchanged. O(entries + keys) time; beside the result it
    /// takes 8 bytes a key for each lane of work.
    ///
    /// Each lane owns a run of rows with about the same number of entries. Lanes count, then
    /// write, in the order of their rows: the new rows come out sorted, at any number of lanes.
    pub fn transpose(&self, env: &Environment) -> Result<Self> {
        env.run("transpose", || {
            let lanes = self.lanes(env);
            let num_keys = self.num_keys();
            let memory = env.memory();
            let mut cursors = lanes
                .iter()
                .map(|_| memory.allocate::<u64>("transpose", num_keys))
                .collect::<Result<Vec<_>, _>>()?;
            cursors.par_iter_mut().zip(&lanes).for_each(|(counts, rows)| {
                for row in rows.clone() {
                    self.row(row).iter().for_each(|&column| counts[column as usize] += 1);
                }
            });
            let mut offsets = memory.allocate::<u64>("index", num_keys + 1)?;
            let mut end = 0;
            for key in 0..num_keys {
                offsets[key] = end;
                for lane in &mut cursors {
                    (lane[key], end) = (end, end + lane[key]);
                }
            }
            offsets[num_keys] = end;
            let num_entries = end as usize;
            let mut columns = memory.allocate::<u32>("index", num_entries)?;
            let mut values = memory.allocate::<W::Word>("index", self.words().len())?;
            self.write_lanes(&lanes, &mut cursors, &mut columns, &mut values);
            Self::new(env, offsets, columns, values, self.is_symmetric())
        })
    }

    /// The same index, known as symmetric, if every entry has its counterpart. O(entries + keys)
    /// time; takes the memory of a second index while it looks.
    pub fn into_symmetric(mut self, env: &Environment) -> Result<Option<Self>> {
        let other = self.transpose(env)?;
        let same = self.offsets() == other.offsets() && self.columns() == other.columns();
        self.symmetric |= same;
        Ok(same.then_some(self))
    }

    fn write_lanes(
        &self,
        lanes: &[std::ops::Range<u32>],
        cursors: &mut [Segment<u64>],
        columns: &mut [u32],
        values: &mut [W::Word],
    ) {
        let (columns, values) = (SharedSlice::new(columns), SharedSlice::new(values));
        cursors.par_iter_mut().zip(lanes).for_each(|(cursors, rows)| {
            for row in rows.clone() {
                self.for_each(row, |column, value| {
                    let place = &mut cursors[column as usize];
                    columns.store(*place as usize, row);
                    if W::STORED {
                        values.store(*place as usize, value.to_word());
                    }
                    *place += 1;
                });
            }
        });
    }

    /// Runs of whole chunks, one per thread at most.
    fn lanes(&self, env: &Environment) -> Vec<std::ops::Range<u32>> {
        let chunks = self.chunks();
        let per_lane = chunks.len().div_ceil(env.num_threads()).max(1);
        chunks.chunks(per_lane).map(|run| run[0].start..run[run.len() - 1].end).collect()
    }
}
