//! PageRank by hand: damping 0.85, dangling mass spread evenly, in 32 bits.

use quince_core::Environment;
use quince_core::index::{Csr, StaticIndex};
use quince_core::memory::Segment;
use rayon::prelude::*;

use super::{fold_row, split};

const DAMPING: f64 = 0.85;

/// In parallel: one sweep over the rows of `index` per iteration, which pulls, ranks, and divides
/// by the degree for the next. The same sums in the same order as the dataflow form.
pub fn parallel(env: &Environment, index: &Csr<()>, iterations: u64) -> Segment<f32> {
    let (offsets, columns, chunks) = (index.offsets(), index.columns(), index.chunks());
    let vertices = index.num_keys();
    let column = || env.memory().allocate::<f32>("hand-written", vertices).expect("memory");
    let (mut ranks, mut shares, mut read, mut write) = (column(), column(), column(), column());
    let start = 1.0 / vertices as f64;
    let mut dangling = 0.0;
    for vertex in 0..vertices {
        let degree = index.degree(vertex as u32);
        ranks[vertex] = start as f32;
        shares[vertex] = if degree == 0 { 0.0 } else { (1.0 / degree as f64) as f32 };
        read[vertex] = ranks[vertex] * shares[vertex];
        dangling += if degree == 0 { f64::from(ranks[vertex]) } else { 0.0 };
    }
    for _ in 0..iterations {
        let base = ((1.0 - DAMPING + DAMPING * dangling) * start) as f32;
        let (shares, contributions) = (&shares[..], &read[..]);
        let parts = split(chunks, &mut ranks).into_par_iter().zip(split(chunks, &mut write));
        let sums: Vec<(f64, f64)> = parts
            .zip(chunks)
            .map(|((ranks, write), rows)| {
                let (mut change, mut dangling) = (0.0, 0.0);
                for ((row, rank), write) in rows.clone().zip(ranks).zip(write) {
                    let row = row as usize;
                    let columns = &columns[offsets.row(row as u32)];
                    // SAFETY: an index has no column beyond its keys, and there is a value for
                    // each key. The bounds check costs a tenth of the whole.
                    let value = |column| unsafe { *contributions.get_unchecked(column as usize) };
                    let sum = fold_row(columns, 0.0, value, |a, b| a + b);
                    let new = base + DAMPING as f32 * sum;
                    change += (f64::from(new) - f64::from(*rank)).abs();
                    dangling += if shares[row] == 0.0 { f64::from(new) } else { 0.0 };
                    *write = new * shares[row];
                    *rank = new;
                }
                (change, dangling)
            })
            .collect();
        dangling = sums.iter().map(|(_, dangling)| dangling).sum();
        std::hint::black_box(sums.iter().map(|(change, _)| change).sum::<f64>());
        std::mem::swap(&mut read, &mut write);
    }
    ranks
}

/// As [`parallel`], but without the mass of dangling vertices, and nobody looks whether it
/// converges. A vertex without entries keeps the rank that it began with.
pub fn plain(env: &Environment, index: &Csr<()>, iterations: u64) -> Segment<f32> {
    let (offsets, columns, chunks) = (index.offsets(), index.columns(), index.chunks());
    let vertices = index.num_keys();
    let column = || env.memory().allocate::<f32>("hand-written", vertices).expect("memory");
    let (mut ranks, mut shares, mut read, mut write) = (column(), column(), column(), column());
    let start = (1.0 / vertices as f64) as f32;
    for vertex in 0..vertices {
        let degree = index.degree(vertex as u32);
        ranks[vertex] = start;
        shares[vertex] = if degree == 0 { 0.0 } else { 1.0 / degree as f32 };
        read[vertex] = ranks[vertex] * shares[vertex];
    }
    let base = (1.0 - DAMPING) as f32 / vertices as f32;
    for _ in 0..iterations {
        let (shares, contributions) = (&shares[..], &read[..]);
        let parts = split(chunks, &mut ranks).into_par_iter().zip(split(chunks, &mut write));
        parts.zip(chunks).for_each(|((ranks, write), rows)| {
            for ((row, rank), write) in rows.clone().zip(ranks).zip(write) {
                let row = row as usize;
                let columns = &columns[offsets.row(row as u32)];
                if columns.is_empty() {
                    continue;
                }
                // SAFETY: an index has no column beyond its keys, and there is a value for each
                // key.
                let value = |column| unsafe { *contributions.get_unchecked(column as usize) };
                let sum = fold_row(columns, 0.0, value, |a, b| a + b);
                *rank = base + DAMPING as f32 * sum;
                *write = *rank * shares[row];
            }
        });
        std::mem::swap(&mut read, &mut write);
    }
    ranks
}
