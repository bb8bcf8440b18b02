//! Betweenness by Brandes's algorithm, from one source.

use quince_core::index::{Csr, EntryValue, StaticIndex};

use super::UNREACHED;

/// How much each vertex is between `source` and the others: the dependencies of Brandes, 2001.
pub fn betweenness<E: EntryValue>(out: &Csr<E>, source: u32) -> Vec<f64> {
    let vertices = out.num_keys();
    let (mut levels, mut paths) = (vec![UNREACHED; vertices], vec![0.0f64; vertices]);
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
    let overflown = order.iter().any(|&vertex| paths[vertex as usize].is_infinite());
    let logs = if overflown { logs_of_paths(out, &levels, &order) } else { Vec::new() };
    for &vertex in order.iter().rev() {
        let level = levels[vertex as usize] + 1;
        let below = out.row(vertex).iter().filter(|&&target| levels[target as usize] == level);
        let share = |target: usize| {
            if overflown {
                return (logs[vertex as usize] - logs[target]).exp();
            }
            paths[vertex as usize] / paths[target]
        };
        let below = below.map(|&target| (1.0 + scores[target as usize]) * share(target as usize));
        scores[vertex as usize] = below.sum();
    }
    scores[source as usize] = 0.0;
    scores
}

/// The natural logarithms of the numbers of paths, where those are beyond what floats hold.
fn logs_of_paths<E: EntryValue>(out: &Csr<E>, levels: &[u32], order: &[u32]) -> Vec<f64> {
    let mut logs = vec![f64::NEG_INFINITY; levels.len()];
    logs[order[0] as usize] = 0.0;
    for &vertex in order {
        let (level, log) = (levels[vertex as usize] + 1, logs[vertex as usize]);
        for &target in out.row(vertex).iter().filter(|&&target| levels[target as usize] == level) {
            let sum = &mut logs[target as usize];
            *sum = sum.max(log) + (-(*sum - log).abs()).exp().ln_1p();
        }
    }
    logs
}
