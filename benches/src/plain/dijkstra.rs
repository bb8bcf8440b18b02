//! Shortest paths by Dijkstra's algorithm with a binary heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use quince_core::index::{Csr, EntryValue, StaticIndex};

/// The distance of each vertex from `source` along the rows of `out`; infinity where no path leads.
pub fn dijkstra<E: EntryValue>(out: &Csr<E>, source: u32) -> Vec<f64> {
    let mut distances = vec![f64::INFINITY; out.num_keys()];
    distances[source as usize] = 0.0;
    // Distances are not negative, so their bits are in their order.
    let mut heap = BinaryHeap::from([Reverse((0u64, source))]);
    while let Some(Reverse((bits, vertex))) = heap.pop() {
        let distance = f64::from_bits(bits);
        if distance > distances[vertex as usize] {
            continue;
        }
        for (target, weight) in out.entries_of(vertex) {
            let offer = distance + weight.to_weight();
            if offer < distances[target as usize] {
                distances[target as usize] = offer;
                heap.push(Reverse((offer.to_bits(), target)));
            }
        }
    }
    distances
}
