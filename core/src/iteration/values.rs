//! Columns of values: set in parallel, merged in place.

use rayon::prelude::*;

use crate::algebra::{Monoid, Semilattice};
use crate::memory::SharedSlice;

/// The values of a lattice.
pub(super) type Value<L> = <L as Monoid>::Value;

/// Sets every value from its key, in parallel.
pub(super) fn fill<V: Send>(values: &mut [V], value: impl Fn(u32) -> V + Sync) {
    values
        .par_iter_mut()
        .with_min_len(1 << 13)
        .enumerate()
        .for_each(|(key, slot)| *slot = value(key as u32));
}

/// Merges `new` into a key's value in place; says whether that changed it.
#[inline(always)]
pub(super) fn merge<L: Semilattice>(
    values: SharedSlice<'_, Value<L>>,
    key: u32,
    new: Value<L>,
) -> bool {
    let mut old = values.load(key as usize);
    while L::improves(new, old) {
        match values.compare_exchange(key as usize, old, L::combine(old, new)) {
            Ok(_) => return true,
            Err(seen) => old = seen,
        }
    }
    false
}
