//! Local clustering coefficients of a directed graph.

use quince_core::index::{Csr, EntryValue, StaticIndex};

/// How many of the edges that could lead from neighbour to neighbour of each vertex are there;
/// neighbours are those either way. 0 with fewer than two of them.
pub fn directed_clustering<E: EntryValue>(out: &Csr<E>, into: &Csr<E>) -> Vec<f64> {
    let vertices = out.num_keys() as u32;
    // The vertex that has each as its neighbour, of those looked at so far.
    let mut marks = vec![u32::MAX; vertices as usize];
    let coefficient = |vertex: u32| {
        let mut neighbors = [out.row(vertex), into.row(vertex)].concat();
        neighbors.sort_unstable();
        neighbors.dedup();
        neighbors.iter().for_each(|&neighbor| marks[neighbor as usize] = vertex);
        let closed = |&neighbor: &u32| {
            out.row(neighbor).iter().filter(|&&v| marks[v as usize] == vertex).count()
        };
        let edges: usize = neighbors.iter().map(closed).sum();
        let pairs = neighbors.len() as f64 * (neighbors.len() as f64 - 1.0);
        if neighbors.len() < 2 { 0.0 } else { edges as f64 / pairs }
    };
    (0..vertices).map(coefficient).collect()
}
