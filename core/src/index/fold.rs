//! The fold of a run of entries, in its fixed grouping.

use super::pairs::EntryValue;
use crate::algebra::Monoid;

/// Runs of at least this many entries are folded through [`LANES`] accumulators.
const LONG_RUN: usize = 32;

/// Accumulators of a long run.
const LANES: usize = 4;

/// Combines `message(values[column], value)` over a run of entries. `words` are the entries' values,
/// or empty if `W` stores none. The grouping depends on the number of entries alone.
#[inline(always)]
pub(super) fn fold_run<M: Monoid, W: EntryValue, P: Copy>(
    columns: &[u32],
    words: &[W::Word],
    values: &[P],
    message: impl Fn(P, W) -> M::Value,
) -> M::Value {
    let get = |at: usize, column: u32| {
        let value = values[column as usize];
        let word = if W::STORED { words[at] } else { bytemuck::Zeroable::zeroed() };
        message(value, W::from_word(word))
    };
    let fold_from = |start: usize, columns: &[u32]| {
        let all = columns.iter().enumerate();
        all.fold(M::IDENTITY, |sum, (at, &column)| M::combine(sum, get(start + at, column)))
    };
    if !M::REASSOCIATES || columns.len() < LONG_RUN {
        return fold_from(0, columns);
    }
    let (blocks, rest) = columns.as_chunks::<LANES>();
    let mut lanes = [M::IDENTITY; LANES];
    for (at, block) in blocks.iter().enumerate() {
        for (lane, &column) in block.iter().enumerate() {
            lanes[lane] = M::combine(lanes[lane], get(at * LANES + lane, column));
        }
    }
    let rest = fold_from(columns.len() - rest.len(), rest);
    lanes.into_iter().fold(rest, M::combine)
}
