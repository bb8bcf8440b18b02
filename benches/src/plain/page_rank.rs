//! PageRank by power iteration.

use quince_core::index::{Csr, EntryValue, StaticIndex};

const DAMPING: f64 = 0.85;

/// The ranks after so many iterations: damping 0.85, the mass of vertices without out-edges spread
/// evenly. `into` has the edges by target, `out_degrees` those out of each vertex.
pub fn page_rank<E: EntryValue>(into: &Csr<E>, out_degrees: &[u32], iterations: u64) -> Vec<f32> {
    let vertices = into.num_keys();
    let mut ranks = vec![1.0 / vertices as f32; vertices];
    let mut contributions = vec![0.0; vertices];
    for _ in 0..iterations {
        let mut dangling = 0.0;
        for vertex in 0..vertices {
            contributions[vertex] = ranks[vertex] / out_degrees[vertex] as f32;
            dangling += if out_degrees[vertex] == 0 { f64::from(ranks[vertex]) } else { 0.0 };
        }
        let base = ((1.0 - DAMPING + DAMPING * dangling) / vertices as f64) as f32;
        for (vertex, rank) in ranks.iter_mut().enumerate() {
            let row = into.row(vertex as u32);
            let sum: f32 = row.iter().map(|&source| contributions[source as usize]).sum();
            *rank = base + DAMPING as f32 * sum;
        }
    }
    ranks
}

/// The sum of what one more iteration in 64 bits would change.
pub fn page_rank_change<E: EntryValue>(into: &Csr<E>, out_degrees: &[u32], ranks: &[f64]) -> f64 {
    let vertices = ranks.len() as f64;
    let of_dangling = ranks.iter().zip(out_degrees).filter(|&(_, &degree)| degree == 0);
    let dangling: f64 = of_dangling.map(|(rank, _)| rank).sum();
    let base = (1.0 - DAMPING + DAMPING * dangling) / vertices;
    let contribution =
        |&source: &u32| ranks[source as usize] / f64::from(out_degrees[source as usize]);
    let change = |(vertex, rank): (usize, &f64)| {
        let sum: f64 = into.row(vertex as u32).iter().map(contribution).sum();
        (base + DAMPING * sum - rank).abs()
    };
    ranks.iter().enumerate().map(change).sum()
}
