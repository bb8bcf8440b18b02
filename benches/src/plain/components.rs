//! Connected components by union-find with path halving.

use quince_core::index::{Csr, EntryValue, StaticIndex};

/// For each vertex the smallest `first_label` of its component, directions disregarded.
pub fn components<E: EntryValue>(index: &Csr<E>, first_label: impl Fn(u32) -> u32) -> Vec<u32> {
    let vertices = index.num_keys() as u32;
    let mut parents: Vec<u32> = (0..vertices).collect();
    for vertex in 0..vertices {
        for &other in index.row(vertex) {
            let (a, b) = (root(&mut parents, vertex), root(&mut parents, other));
            parents[a.max(b) as usize] = a.min(b);
        }
    }
    let mut labels = vec![u32::MAX; parents.len()];
    for vertex in 0..vertices {
        let root = root(&mut parents, vertex) as usize;
        labels[root] = labels[root].min(first_label(vertex));
    }
    (0..vertices).map(|vertex| labels[root(&mut parents, vertex) as usize]).collect()
}

fn root(parents: &mut [u32], mut vertex: u32) -> u32 {
    while parents[vertex as usize] != vertex {
        let above = parents[parents[vertex as usize] as usize];
        parents[vertex as usize] = above;
        vertex = above;
    }
    vertex
}
