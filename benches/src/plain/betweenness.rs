//! Betweenness by Brandes's algorithm, from one source.

use quince_core::index::{Csr, EntryValue, StaticIndex};

use super::UNREACHED;

/// How much each vertex is between `source` and the others: the dependencies of Brandes, 2001.
pub fn betweenness<E: EntryValue>(out: &Csr<E>, source: u32) -> Vec<f64> {
    let vertices = out.num_keys();
    let (mut levels, mut paths) = (vec![UNREACHED; vertices], vec![0.0; vertices]);
    levels[source as usize] = 0;
    paths[source as usize] = 1.0;
    let mut order = vec![source];
    let mut next = 0;
    while let Some(&vertex) = order.get(next) {
        next += 1;
        let level = levels[vertex as usize] + 1;
        for &target in out.row(vertex) {
            if levels[target as usize] == UNREACHED {
                levels[target as usize] = level;
                order.push(target);
            }
            if levels[target as usize] == level {
                paths[target as usize] += paths[vertex as usize];
            }
        }
    }
    let mut scores = vec![0.0; vertices];
    for &vertex in order.iter().rev() {
        let level = levels[vertex as usize] + 1;
        let below = out.row(vertex).iter().filter(|&&target| levels[target as usize] == level);
        let share = below.map(|&target| (1.0 + scores[target as usize]) / paths[target as usize]);
        scores[vertex as usize] = share.sum::<f64>() * paths[vertex as usize];
    }
    scores[source as usize] = 0.0;
    scores
}
