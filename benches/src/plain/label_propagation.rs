//! Community detection by label propagation, as LDBC Graphalytics defines it.

use quince_core::index::{Csr, EntryValue, StaticIndex};

/// The label of each vertex after so many iterations: that which most neighbours have, the
/// smallest of those; who is a neighbour both ways counts twice. `into` is left out where edges go
/// both ways.
pub fn label_propagation<E: EntryValue>(
    out: &Csr<E>,
    into: Option<&Csr<E>>,
    first_label: impl Fn(u32) -> u32,
    iterations: u64,
) -> Vec<u32> {
    let vertices = out.num_keys() as u32;
    let mut labels: Vec<u32> = (0..vertices).map(first_label).collect();
    let mut around = Vec::new();
    for _ in 0..iterations {
        let next = (0..vertices).map(|vertex| {
            let others = into.map_or(&[][..], |into| into.row(vertex));
            around.clear();
            around.extend(out.row(vertex).iter().chain(others).map(|&v| labels[v as usize]));
            around.sort_unstable();
            let groups = around.chunk_by(|a, b| a == b);
            // Of equal counts the first, and labels ascend.
            let most = groups.rev().max_by_key(|group| group.len());
            most.map_or(labels[vertex as usize], |group| group[0])
        });
        labels = next.collect();
    }
    labels
}
