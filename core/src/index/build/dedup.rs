//! Makes one entry of those with the same row and column.

use rayon::prelude::*;

use super::Duplicates;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::pairs::EntryValue;
use crate::memory::{Segment, SharedSlice};

/// Combines equal columns inside each (sorted) row, closes the gaps, and gives back what is free.
pub(super) fn dedup<W: EntryValue>(
    env: &Environment,
    offsets: &mut Segment<u64>,
    columns: &mut Segment<u32>,
    values: &mut Segment<W::Word>,
    rule: Duplicates,
) -> Result<()> {
    let num_rows = offsets.len() - 1;
    let mut kept = env.memory().allocate::<u32>("index build", num_rows)?;
    combine_rows::<W>(offsets, columns, values, &mut kept, rule);
    let mut end = 0usize;
    for (row, &kept) in kept.iter().enumerate() {
        let start = offsets[row] as usize;
        offsets[row] = end as u64;
        if start != end {
            columns.copy_within(start..start + kept as usize, end);
            if W::STORED {
                values.copy_within(start..start + kept as usize, end);
            }
        }
        end += kept as usize;
    }
    offsets[num_rows] = end as u64;
    columns.resize(end)?;
    if W::STORED {
        values.resize(end)?;
    }
    Ok(())
}

/// Combines each row at its own start and says how many entries it keeps.
fn combine_rows<W: EntryValue>(
    offsets: &[u64],
    columns: &mut [u32],
    values: &mut [W::Word],
    kept: &mut [u32],
    rule: Duplicates,
) {
    let columns = SharedSlice::new(columns);
    let values = SharedSlice::new(values);
    kept.par_iter_mut().with_min_len(1 << 10).enumerate().for_each(|(row, kept)| {
        let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
        let mut last = start;
        for at in start..end {
            if at > start && columns.load(at) == columns.load(last) {
                if W::STORED {
                    let both = combine::<W>(rule, values.load(last), values.load(at));
                    values.store(last, both);
                }
                continue;
            }
            if at > start {
                last += 1;
            }
            columns.store(last, columns.load(at));
            if W::STORED {
                values.store(last, values.load(at));
            }
        }
        *kept = if start == end { 0 } else { (last + 1 - start) as u32 };
    });
}

fn combine<W: EntryValue>(rule: Duplicates, first: W::Word, next: W::Word) -> W::Word {
    let (a, b) = (W::from_word(first).to_weight(), W::from_word(next).to_weight());
    let combined = match rule {
        Duplicates::Keep | Duplicates::Drop => a,
        Duplicates::Sum => a + b,
        Duplicates::Min => a.min(b),
        Duplicates::Max => a.max(b),
    };
    W::from_weight(combined).to_word()
}
