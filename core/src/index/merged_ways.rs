//! A relation and its transpose, each row in one order.

use std::iter::Peekable;
use std::ops::Range;

use super::both_ways::BothWays;
use super::csr::{Csr, Entries};
use super::fold::RunFold;
use super::pairs::EntryValue;
use super::static_index::StaticIndex;
use crate::algebra::Monoid;

/// Each entry of a relation, both ways, as [`BothWays`](super::BothWays) has them, but merged: the
/// columns of a row ascend, and of equal columns those of `forward` come first.
///
/// For whom the order of a row matters: what arrives along `MergedWays::new(a, b)` arrives in the
/// order in which it is sent along `MergedWays::new(b, a)`.
#[derive(Clone, Copy, Debug)]
pub struct MergedWays<'a, W: EntryValue> {
    ways: BothWays<'a, W>,
}

impl<'a, W: EntryValue> MergedWays<'a, W> {
    /// Joins an index and its transpose.
    ///
    /// # Panics
    /// If they differ in the number of keys or entries: then one is not the other's transpose.
    pub fn new(forward: &'a Csr<W>, backward: &'a Csr<W>) -> Self {
        Self { ways: BothWays::new(forward, backward) }
    }

    /// The entries of one row: columns and values, in order.
    #[inline(always)]
    pub fn entries_of(&self, row: u32) -> MergedEntries<'a, W> {
        let BothWays { forward, backward } = self.ways;
        MergedEntries {
            forward: forward.entries_of(row).peekable(),
            backward: backward.entries_of(row).peekable(),
        }
    }
}

/// The entries of two rows in one order.
#[derive(Clone, Debug)]
pub struct MergedEntries<'a, W: EntryValue> {
    forward: Peekable<Entries<'a, W>>,
    backward: Peekable<Entries<'a, W>>,
}

impl<W: EntryValue> Iterator for MergedEntries<'_, W> {
    type Item = (u32, W);

    #[inline(always)]
    fn next(&mut self) -> Option<(u32, W)> {
        let Some((other, _)) = self.backward.peek() else { return self.forward.next() };
        let (forward, other) = (&mut self.forward, *other);
        forward.next_if(|(column, _)| *column <= other).or_else(|| self.backward.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.forward.len() + self.backward.len();
        (len, Some(len))
    }
}

impl<W: EntryValue> ExactSizeIterator for MergedEntries<'_, W> {}

impl<W: EntryValue> StaticIndex for MergedWays<'_, W> {
    type Value = W;

    fn num_keys(&self) -> usize {
        self.ways.num_keys()
    }

    fn num_entries(&self) -> u64 {
        self.ways.num_entries()
    }

    fn is_symmetric(&self) -> bool {
        true
    }

    #[inline(always)]
    fn degree(&self, row: u32) -> usize {
        self.ways.degree(row)
    }

    fn chunks(&self) -> &[Range<u32>] {
        self.ways.chunks()
    }

    #[inline(always)]
    fn for_each(&self, row: u32, mut visit: impl FnMut(u32, W)) {
        self.entries_of(row).for_each(|(column, value)| visit(column, value));
    }

    #[inline(always)]
    fn for_some(&self, row: u32, positions: Range<usize>, mut visit: impl FnMut(u32, W) -> bool) {
        let entries = self.entries_of(row).take(positions.end).skip(positions.start);
        for (column, value) in entries {
            if !visit(column, value) {
                return;
            }
        }
    }

    #[inline(always)]
    fn fold_with<M: Monoid>(&self, row: u32, message: impl Fn(u32, W) -> M::Value) -> M::Value {
        let mut fold = RunFold::<M>::new(self.degree(row));
        self.for_each(row, |column, value| fold.add(message(column, value)));
        fold.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;
    use crate::algebra::Sum;
    use crate::columnar::{Batch, Column, Schema};
    use crate::index::{Dictionary, Duplicates, IndexOptions, KeyOrder, Rows, SelfPairs};

    #[test]
    fn rows_of_both_are_merged() {
        let env = Environment::builder().threads(1).build().unwrap();
        let columns = vec![
            Column::UInt32(vec![0, 0, 2, 0].into()),
            Column::UInt32(vec![3, 2, 0, 0].into()),
            Column::Float64(vec![1.0, 2.0, 3.0, 4.0].into()),
        ];
        let batch = Batch::new(Schema::new(["l", "r", "value"]), columns);
        let keys = Column::UInt32(vec![0, 1, 2, 3].into());
        let declared = vec![Batch::new(Schema::new(["key"]), vec![keys])];
        let encoded =
            Dictionary::encode::<f64>(&env, vec![batch], declared, KeyOrder::Ascending).unwrap();
        let options = IndexOptions {
            rows: Rows::Left,
            self_pairs: SelfPairs::Keep,
            duplicates: Duplicates::Keep,
        };
        let forward = Csr::build(&env, encoded.pairs, options).unwrap();
        let backward = forward.transpose(&env).unwrap();
        let both = MergedWays::new(&forward, &backward);
        let row: Vec<_> = both.entries_of(0).collect();
        assert_eq!(row, [(0, 4.0), (0, 4.0), (2, 2.0), (2, 3.0), (3, 1.0)]);
        let back: Vec<_> = MergedWays::new(&backward, &forward).entries_of(0).collect();
        assert_eq!(back, [(0, 4.0), (0, 4.0), (2, 3.0), (2, 2.0), (3, 1.0)]);
        assert_eq!((both.degree(0), both.degree(1), both.num_entries()), (5, 0, 8));
        assert_eq!(both.fold_with::<Sum<f64>>(0, |_, value| value), 14.0);
        let mut seen = Vec::new();
        both.for_some(0, 1..9, |column, _| {
            seen.push(column);
            column < 2
        });
        assert_eq!(seen, [0, 2]);
    }
}
