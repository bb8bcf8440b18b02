//! A relation and its transpose, read as one symmetric index.

use std::ops::Range;

use super::csr::Csr;
use super::pairs::EntryValue;
use super::static_index::StaticIndex;
use crate::algebra::Monoid;

/// Each entry of a relation, both ways: a row is the row of the index, then that of its transpose.
///
/// ```text
/// row r of BothWays = row r of forward ++ row r of backward
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BothWays<'a, W: EntryValue> {
    pub(super) forward: &'a Csr<W>,
    pub(super) backward: &'a Csr<W>,
}

impl<'a, W: EntryValue> BothWays<'a, W> {
    /// Joins an index and its transpose.
    ///
    /// # Panics
    /// If they differ in the number of keys or entries: then one is not the other's transpose.
    pub fn new(forward: &'a Csr<W>, backward: &'a Csr<W>) -> Self {
        assert_eq!(forward.num_keys(), backward.num_keys(), "an index and its transpose");
        assert_eq!(forward.num_entries(), backward.num_entries(), "an index and its transpose");
        Self { forward, backward }
    }
}

impl<W: EntryValue> StaticIndex for BothWays<'_, W> {
    type Value = W;

    fn num_keys(&self) -> usize {
        self.forward.num_keys()
    }

    fn num_entries(&self) -> u64 {
        self.forward.num_entries() + self.backward.num_entries()
    }

    fn is_symmetric(&self) -> bool {
        true
    }

    #[inline(always)]
    fn degree(&self, row: u32) -> usize {
        self.forward.degree(row) + self.backward.degree(row)
    }

    fn chunks(&self) -> &[Range<u32>] {
        self.forward.chunks()
    }

    #[inline(always)]
    fn for_each(&self, row: u32, mut visit: impl FnMut(u32, W)) {
        self.forward.for_each(row, &mut visit);
        self.backward.for_each(row, visit);
    }

    #[inline(always)]
    fn for_each_from(
        &self,
        row: u32,
        first: u32,
        ahead: impl Fn(u32),
        mut visit: impl FnMut(u32, W),
    ) {
        self.forward.for_each_from(row, first, &ahead, &mut visit);
        self.backward.for_each_from(row, first, ahead, visit);
    }

    #[inline(always)]
    fn for_some(&self, row: u32, positions: Range<usize>, mut visit: impl FnMut(u32, W) -> bool) {
        let ahead = self.forward.degree(row);
        let mut goes_on = true;
        self.forward.for_some(row, positions.clone(), |column, value| {
            goes_on = visit(column, value);
            goes_on
        });
        if goes_on {
            let rest = positions.start.saturating_sub(ahead)..positions.end.saturating_sub(ahead);
            self.backward.for_some(row, rest, visit);
        }
    }

    #[inline(always)]
    fn fold_with<M: Monoid>(&self, row: u32, message: impl Fn(u32, W) -> M::Value) -> M::Value {
        let ahead = self.forward.fold_with::<M>(row, &message);
        M::combine(ahead, self.backward.fold_with::<M>(row, message))
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
    fn rows_are_those_of_both() {
        let env = Environment::builder().threads(1).build().unwrap();
        let columns =
            vec![Column::UInt32(vec![0, 0, 2].into()), Column::UInt32(vec![1, 2, 0].into())];
        let batch = Batch::new(Schema::new(["l", "r"]), columns);
        let encoded =
            Dictionary::encode::<()>(&env, vec![batch], vec![], KeyOrder::Ascending).unwrap();
        let options = IndexOptions {
            rows: Rows::Left,
            self_pairs: SelfPairs::Keep,
            duplicates: Duplicates::Keep,
        };
        let forward = Csr::build(&env, encoded.pairs, options).unwrap();
        let backward = forward.transpose(&env).unwrap();
        let both = BothWays::new(&forward, &backward);
        let row = |positions| {
            let mut row = Vec::new();
            both.for_some(0, positions, |column, ()| {
                row.push(column);
                true
            });
            row
        };
        assert_eq!(row(0..usize::MAX), [1, 2, 2]);
        assert_eq!(row(1..2), [2]);
        assert_eq!(row(2..9), [2]);
        assert_eq!((both.degree(0), both.num_entries()), (3, 6));
        assert_eq!(both.fold::<Sum<u32>, _>(0, &[1, 10, 100][..], |&p, ()| p), 210);
        let mut first = None;
        both.for_some(0, 0..9, |column, ()| first.replace(column).is_some());
        assert_eq!(first, Some(1), "stops when told");
    }
}
