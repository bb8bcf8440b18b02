//! Breadth-first search with a queue.

use std::collections::VecDeque;

use quince_core::index::{Csr, EntryValue, StaticIndex};

/// The level of a vertex that no path leads to.
pub const UNREACHED: u32 = u32::MAX;

/// The number of edges on a shortest path from `source` to each vertex, along the rows of `out`.
pub fn breadth_first_search<E: EntryValue>(out: &Csr<E>, source: u32) -> Vec<u32> {
    let mut levels = vec![UNREACHED; out.num_keys()];
    levels[source as usize] = 0;
    let mut queue = VecDeque::from([source]);
    while let Some(vertex) = queue.pop_front() {
        for &target in out.row(vertex) {
            if levels[target as usize] == UNREACHED {
                levels[target as usize] = levels[vertex as usize] + 1;
                queue.push_back(target);
            }
        }
    }
    levels
}
