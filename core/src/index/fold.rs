//! The fold of a run of entries, in its fixed grouping.

use super::pairs::EntryValue;
use crate::algebra::Monoid;

/// Runs of at least this many entries are folded through [`LANES`] accumulators.
const LONG_RUN: usize = 32;

/// Accumulators of a long run.
const LANES: usize = 4;

/// Combines `message(column, value)` over a run of entries. `words` are the entries' values,
/// or empty if `W` stores none. The grouping depends on the number of entries alone.
#[inline(always)]
pub(super) fn fold_run<M: Monoid, W: EntryValue>(
    columns: &[u32],
    words: &[W::Word],
    message: impl Fn(u32, W) -> M::Value,
) -> M::Value {
    let get = |at: usize, column: u32| {
        let word = if W::STORED { words[at] } else { bytemuck::Zeroable::zeroed() };
        message(column, W::from_word(word))
    };
    let fold_from = |start: usize, columns: &[u32]| {
        let mut sum = M::IDENTITY;
        align_loop();
        for (at, &column) in columns.iter().enumerate() {
            stay_rolled();
            sum = M::combine(sum, get(start + at, column));
        }
        sum
    };
    if !M::REASSOCIATES || columns.len() < LONG_RUN {
        return fold_from(0, columns);
    }
    let (blocks, rest) = columns.as_chunks::<LANES>();
    let mut lanes = [M::IDENTITY; LANES];
    for (at, block) in blocks.iter().enumerate() {
        stay_rolled();
        for (lane, &column) in block.iter().enumerate() {
            lanes[lane] = M::combine(lanes[lane], get(at * LANES + lane, column));
        }
    }
    let rest = fold_from(columns.len() - rest.len(), rest);
    lanes.into_iter().fold(rest, M::combine)
}

/// Keeps the loop that it stands in from being unrolled.
///
/// An unrolled loop over a row has a second loop for what is left, and the processor guesses the
/// ends of both wrong where rows are of all lengths: that costs more than the steps in between.
#[inline(always)]
fn stay_rolled() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}

/// The fold of values that come one by one, in the grouping of a run of as many entries.
pub(crate) struct RunFold<M: Monoid> {
    lanes: [M::Value; LANES],
    rest: M::Value,
    at: usize,
    /// Values that go to the lanes.
    in_lanes: usize,
}

impl<M: Monoid> RunFold<M> {
    /// For this many values.
    pub(crate) fn new(len: usize) -> Self {
        let is_long = M::REASSOCIATES && len >= LONG_RUN;
        let in_lanes = if is_long { len - len % LANES } else { 0 };
        Self { lanes: [M::IDENTITY; LANES], rest: M::IDENTITY, at: 0, in_lanes }
    }

    /// The next value.
    #[inline(always)]
    pub(crate) fn add(&mut self, value: M::Value) {
        let into =
            if self.at < self.in_lanes { &mut self.lanes[self.at % LANES] } else { &mut self.rest };
        *into = M::combine(*into, value);
        self.at += 1;
    }

    /// What all of them give.
    pub(crate) fn finish(self) -> M::Value {
        if self.in_lanes == 0 {
            self.rest
        } else {
            self.lanes.into_iter().fold(self.rest, M::combine)
        }
    }
}

/// Puts the short loop that comes next where it does not reach over the end of a line of 64 bytes
/// of code, wherever the linker puts the function.
///
/// Over short rows, a loop that is fetched as two lines takes a third longer.
#[inline(always)]
fn align_loop() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: instructions that do nothing.
    unsafe {
        std::arch::asm!(".p2align 6", options(nomem, nostack, preserves_flags));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::Sum;

    #[test]
    fn values_one_by_one_are_grouped_as_a_run() {
        for len in [0u32, 1, 5, 31, 32, 33, 35, 64, 101] {
            let columns: Vec<u32> = (0..len).collect();
            let value = |column: u32| 1.0 / f64::from(column * column % 17 + 1);
            let run = fold_run::<Sum<f64>, ()>(&columns, &[], |column, ()| value(column));
            let mut fold = RunFold::<Sum<f64>>::new(columns.len());
            columns.iter().for_each(|&column| fold.add(value(column)));
            assert_eq!(fold.finish().to_bits(), run.to_bits(), "{len} values");
        }
    }
}
