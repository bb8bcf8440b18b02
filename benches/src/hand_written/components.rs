//! Connected components by hand: the smallest label wins.

use quince_core::Environment;
use quince_core::index::{Csr, StaticIndex};
use quince_core::memory::{Segment, SharedSlice};
use rayon::prelude::*;

use super::{PULL_SHARE, PUSH_CHUNK, flag, fold_row, lower, split, take_flagged};

/// In parallel: labels spread synchronously, pulled while many change and pushed while few do.
pub fn parallel(
    env: &Environment,
    index: &Csr<()>,
    first_label: impl Fn(u32) -> u32 + Sync,
) -> Segment<u32> {
    let vertices = index.num_keys();
    let column = || env.memory().allocate::<u32>("hand-written", vertices).expect("memory");
    let (mut labels, mut next) = (column(), column());
    let mut changed = env.memory().allocate::<u8>("hand-written", vertices).expect("memory");
    labels.par_iter_mut().enumerate().for_each(|(v, label)| *label = first_label(v as u32));
    let mut entries = index.num_entries();
    // As a list while they are few; otherwise those whose flag is set.
    let mut active: Option<Vec<u32>> = None;
    while entries > 0 {
        if entries > index.num_entries() / PULL_SHARE {
            entries = pull(index, &labels, &mut next, &mut changed);
            std::mem::swap(&mut labels, &mut next);
            active = None;
        } else {
            let list = active.take().unwrap_or_else(|| take_flagged(&mut changed));
            let pushed = push(index, &list, &mut labels, &mut changed);
            entries = pushed.iter().map(|&vertex| index.degree(vertex) as u64).sum();
            pushed.iter().for_each(|&vertex| changed[vertex as usize] = 0);
            active = Some(pushed);
        }
    }
    labels
}

/// Every vertex takes the smallest label around it; the number of entries of those that changed.
fn pull(index: &Csr<()>, labels: &[u32], next: &mut [u32], changed: &mut [u8]) -> u64 {
    let (offsets, columns, chunks) = (index.offsets(), index.columns(), index.chunks());
    let parts = split(chunks, next).into_par_iter().zip(split(chunks, changed)).zip(chunks);
    parts
        .map(|((next, changed), rows)| {
            let mut entries = 0;
            for ((row, next), changed) in rows.clone().zip(next).zip(changed) {
                let row = row as usize;
                let columns = &columns[offsets.row(row as u32)];
                // SAFETY: an index has no column beyond its keys, and each key has a label.
                let value = |column| unsafe { *labels.get_unchecked(column as usize) };
                let least = fold_row(columns, u32::MAX, value, |a, b| a.min(b));
                let improves = least < labels[row];
                *next = least.min(labels[row]);
                *changed = u8::from(improves);
                entries += if improves { columns.len() as u64 } else { 0 };
            }
            entries
        })
        .sum()
}

/// Every active vertex sends the label that it had to all around it; those that changed, flagged.
fn push(index: &Csr<()>, active: &[u32], labels: &mut [u32], changed: &mut [u8]) -> Vec<u32> {
    let sent: Vec<u32> = active.iter().map(|&vertex| labels[vertex as usize]).collect();
    let (labels, changed) = (SharedSlice::new(labels), SharedSlice::new(changed));
    let chunks = active.par_chunks(PUSH_CHUNK).zip(sent.par_chunks(PUSH_CHUNK));
    let pushed = chunks.fold(Vec::new, |mut pushed, (vertices, sent)| {
        for (&vertex, &label) in vertices.iter().zip(sent) {
            for &other in index.row(vertex) {
                if lower(labels, other, label) && flag(changed, other) {
                    pushed.push(other);
                }
            }
        }
        pushed
    });
    pushed.reduce(Vec::new, |mut all, some| {
        all.extend(some);
        all
    })
}
