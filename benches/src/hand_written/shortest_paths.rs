//! Shortest paths by hand: Bellman-Ford, superstep by superstep.

use quince_core::Environment;
use quince_core::index::{Csr, StaticIndex};
use quince_core::memory::{Segment, SharedSlice};
use rayon::prelude::*;

use super::{PULL_SHARE, PUSH_CHUNK, flag, lower, split, take_flagged};

/// In parallel: distances spread synchronously, pulled while many change and pushed while few do.
pub fn parallel(env: &Environment, index: &Csr<f64>, source: u32) -> Segment<f64> {
    let vertices = index.num_keys();
    let column = || env.memory().allocate::<f64>("hand-written", vertices).expect("memory");
    let (mut distances, mut next) = (column(), column());
    let mut changed = env.memory().allocate::<u8>("hand-written", vertices).expect("memory");
    distances.fill(f64::INFINITY);
    distances[source as usize] = 0.0;
    let mut active = Some(vec![source]);
    let mut entries = index.degree(source) as u64;
    while entries > 0 {
        if entries > index.num_entries() / PULL_SHARE {
            entries = pull(index, &distances, &mut next, &mut changed);
            std::mem::swap(&mut distances, &mut next);
            active = None;
        } else {
            let list = active.take().unwrap_or_else(|| take_flagged(&mut changed));
            let pushed = push(index, &list, &mut distances, &mut changed);
            entries = pushed.iter().map(|&vertex| index.degree(vertex) as u64).sum();
            pushed.iter().for_each(|&vertex| changed[vertex as usize] = 0);
            active = Some(pushed);
        }
    }
    distances
}

/// Every vertex takes the shortest way over its neighbours; the entries of those that changed.
fn pull(index: &Csr<f64>, distances: &[f64], next: &mut [f64], changed: &mut [u8]) -> u64 {
    let chunks = index.chunks();
    let parts = split(chunks, next).into_par_iter().zip(split(chunks, changed)).zip(chunks);
    parts
        .map(|((next, changed), rows)| {
            let mut entries = 0;
            for ((row, next), changed) in rows.clone().zip(next).zip(changed) {
                let mut least = f64::INFINITY;
                for (column, weight) in index.entries_of(row) {
                    // SAFETY: an index has no column beyond its keys, and each key has a distance.
                    let distance = unsafe { *distances.get_unchecked(column as usize) };
                    least = least.min(distance + weight);
                }
                let improves = least < distances[row as usize];
                *next = least.min(distances[row as usize]);
                *changed = u8::from(improves);
                entries += if improves { index.degree(row) as u64 } else { 0 };
            }
            entries
        })
        .sum()
}

/// Every active vertex offers all around it a way over itself; those that changed, flagged.
fn push(index: &Csr<f64>, active: &[u32], distances: &mut [f64], changed: &mut [u8]) -> Vec<u32> {
    let sent: Vec<f64> = active.iter().map(|&vertex| distances[vertex as usize]).collect();
    let (distances, changed) = (SharedSlice::new(distances), SharedSlice::new(changed));
    let chunks = active.par_chunks(PUSH_CHUNK).zip(sent.par_chunks(PUSH_CHUNK));
    let pushed = chunks.fold(Vec::new, |mut pushed, (vertices, sent)| {
        for (&vertex, &distance) in vertices.iter().zip(sent) {
            for (other, weight) in index.entries_of(vertex) {
                if lower(distances, other, distance + weight) && flag(changed, other) {
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
