//! The distinct columns of a row, whichever way entries go.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::csr::Csr;
use super::pairs::EntryValue;
use super::static_index::StaticIndex;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{Segment, SharedSlice};

/// On which sides of a key another one stands.
///
/// The bits are those of Gelly's `EdgeOrder`: 2 for an entry (row, column), 1 for (column, row).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides(u8);

impl Sides {
    /// The entry (row, column) alone.
    pub const FORWARD: Self = Self(2);
    /// The entry (column, row) alone.
    pub const BACKWARD: Self = Self(1);
    /// Both entries.
    pub const BOTH: Self = Self(3);

    /// The two bits: 2 forward, 1 backward, 3 both.
    #[inline(always)]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// How many entries there are: 1 or 2.
    #[inline(always)]
    pub fn count(self) -> u64 {
        1 + u64::from(self.0 == Self::BOTH.0)
    }

    /// As seen from the other key.
    #[inline(always)]
    #[must_use]
    pub fn flipped(self) -> Self {
        Self(self.0 >> 1 | (self.0 & 1) << 1)
    }

    #[inline(always)]
    pub(super) fn from_bits(bits: u8) -> Self {
        Self(bits)
    }
}

/// A relation without direction, repeats and pairs of a key with itself: the simple graph under
/// it. Rows are made of those of the index (and of its transpose) as they are read.
///
/// ```text
/// row r = { c != r : (r, c) or (c, r) is an entry }, ascending, each with its sides
/// ```
#[derive(Clone, Debug)]
pub struct DistinctRows<W: EntryValue> {
    forward: Arc<Csr<W>>,
    /// The transpose; `None` if the index is its own.
    backward: Option<Arc<Csr<W>>>,
    /// Whether the rows of `forward` are what is looked for, as they are.
    plain: bool,
}

impl<W: EntryValue> DistinctRows<W> {
    /// The distinct rows of a symmetric index. One pass over the entries sees whether they are
    /// distinct already.
    ///
    /// # Panics
    /// If the index is not symmetric.
    pub fn symmetric(env: &Environment, index: Arc<Csr<W>>) -> Result<Self> {
        assert!(index.is_symmetric(), "an index that is its own transpose");
        let plain = env.run("distinct rows", || {
            let plain_row = |row: u32| {
                let columns = index.row(row);
                columns.is_sorted_by(|a, b| a < b) && columns.binary_search(&row).is_err()
            };
            let plain = |rows: &Range<u32>| rows.clone().all(plain_row);
            Ok(index.par_chunks().all(plain))
        })?;
        Ok(Self { forward: index, backward: None, plain })
    }

    /// The distinct rows of an index and its transpose.
    ///
    /// # Panics
    /// If they differ in the number of keys or entries: then one is not the other's transpose.
    pub fn both_ways(forward: Arc<Csr<W>>, backward: Arc<Csr<W>>) -> Self {
        assert_eq!(forward.num_keys(), backward.num_keys(), "an index and its transpose");
        assert_eq!(forward.num_entries(), backward.num_entries(), "an index and its transpose");
        Self { forward, backward: Some(backward), plain: false }
    }

    /// The number of keys.
    pub fn num_keys(&self) -> usize {
        self.forward.num_keys()
    }

    /// Whether the relation is its own transpose, so that all sides are both.
    pub fn is_symmetric(&self) -> bool {
        self.backward.is_none()
    }

    /// Rows in pieces of about equal work; together all rows, in order.
    pub fn chunks(&self) -> &[Range<u32>] {
        self.forward.chunks()
    }

    /// The index that it is made of, which decides all.
    pub fn index(&self) -> &Csr<W> {
        &self.forward
    }

    /// The index, if its rows are the distinct rows as they are.
    pub(super) fn plain(&self) -> Option<&Arc<Csr<W>>> {
        self.plain.then_some(&self.forward)
    }

    /// Calls `visit(column, sides)` for the distinct columns of a row, ascending.
    #[inline(always)]
    pub fn for_each(&self, row: u32, visit: impl FnMut(u32, Sides)) {
        self.distinct(row, |columns| columns, visit);
    }

    /// As [`for_each`](Self::for_each), for the columns above `key`.
    #[inline(always)]
    pub fn for_each_above(&self, row: u32, key: u32, visit: impl FnMut(u32, Sides)) {
        self.distinct(row, |columns| &columns[columns.partition_point(|&c| c <= key)..], visit);
    }

    /// The distinct columns of what `part` leaves of a row.
    #[inline(always)]
    fn distinct(
        &self,
        row: u32,
        part: impl Fn(&[u32]) -> &[u32],
        mut visit: impl FnMut(u32, Sides),
    ) {
        let forward = part(self.forward.row(row));
        if self.plain {
            forward.iter().for_each(|&column| visit(column, Sides::BOTH));
            return;
        }
        match &self.backward {
            None => forward
                .chunk_by(|a, b| a == b)
                .filter(|run| run[0] != row)
                .for_each(|run| visit(run[0], Sides::BOTH)),
            Some(backward) => merge(row, forward, part(backward.row(row)), visit),
        }
    }

    /// The number of distinct columns of each row. O(entries) time; 4 bytes a key.
    pub fn degrees(&self, env: &Environment) -> Result<Segment<u32>> {
        if let Some(index) = self.plain() {
            return index.row_counts(env);
        }
        let mut degrees = env.memory().allocate::<u32>("degrees", self.num_keys())?;
        let shared = SharedSlice::new(&mut degrees);
        self.map_chunks(env, "degrees", |rows| {
            for row in rows {
                let mut degree = 0;
                self.for_each(row, |_, _| degree += 1);
                shared.store(row as usize, degree);
            }
            Ok(())
        })?;
        Ok(degrees)
    }

    /// Calls `work` for every chunk of rows, in parallel; results come in the order of the chunks.
    ///
    /// # Errors
    /// If `work` fails or the environment is cancelled.
    pub fn map_chunks<R: Send>(
        &self,
        env: &Environment,
        name: &str,
        work: impl Fn(Range<u32>) -> Result<R> + Sync + Send,
    ) -> Result<Vec<R>> {
        let one = |rows: &Range<u32>| {
            env.check_cancelled()?;
            work(rows.clone())
        };
        env.run(name, || self.chunks().par_iter().with_max_len(1).map(one).collect())
    }
}

/// Two sorted runs as one, without repeats and without `row`.
#[inline(always)]
fn merge(row: u32, mut forward: &[u32], mut backward: &[u32], mut visit: impl FnMut(u32, Sides)) {
    loop {
        let column = match (forward.first(), backward.first()) {
            (None, None) => return,
            (Some(&one), None) | (None, Some(&one)) => one,
            (Some(&ahead), Some(&back)) => ahead.min(back),
        };
        let mut sides = 0;
        while let Some((_, rest)) = forward.split_first().filter(|(first, _)| **first == column) {
            (forward, sides) = (rest, sides | Sides::FORWARD.0);
        }
        while let Some((_, rest)) = backward.split_first().filter(|(first, _)| **first == column) {
            (backward, sides) = (rest, sides | Sides::BACKWARD.0);
        }
        if column != row {
            visit(column, Sides(sides));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Batch, Column, Schema};
    use crate::index::{Dictionary, Duplicates, IndexOptions, KeyOrder, Rows, SelfPairs};

    fn csr(env: &Environment, rows: Rows) -> Arc<Csr<()>> {
        let columns = vec![
            Column::UInt32(vec![0, 0, 0, 2, 1, 3].into()),
            Column::UInt32(vec![1, 1, 2, 0, 1, 0].into()),
        ];
        let batch = Batch::new(Schema::new(["l", "r"]), columns);
        let encoded =
            Dictionary::encode::<()>(env, vec![batch], vec![], KeyOrder::Ascending).unwrap();
        let options =
            IndexOptions { rows, self_pairs: SelfPairs::Keep, duplicates: Duplicates::Keep };
        Arc::new(Csr::build(env, encoded.pairs, options).unwrap())
    }

    fn rows(distinct: &DistinctRows<()>) -> Vec<Vec<(u32, u8)>> {
        let row = |row| {
            let mut columns = Vec::new();
            distinct.for_each(row, |column, sides| columns.push((column, sides.bits())));
            columns
        };
        (0..distinct.num_keys() as u32).map(row).collect()
    }

    #[test]
    fn repeats_and_self_pairs_are_gone_and_sides_are_known() {
        let env = Environment::builder().threads(2).build().unwrap();
        let forward = csr(&env, Rows::Left);
        let backward = Arc::new(forward.transpose(&env).unwrap());
        let distinct = DistinctRows::both_ways(forward, backward);
        assert_eq!(
            rows(&distinct),
            [vec![(1, 2), (2, 3), (3, 1)], vec![(0, 1)], vec![(0, 3)], vec![(0, 2)]]
        );
        assert_eq!(distinct.degrees(&env).unwrap()[..], [3, 1, 1, 1]);
        let symmetric = DistinctRows::symmetric(&env, csr(&env, Rows::Both)).unwrap();
        assert!(symmetric.plain().is_none(), "there are repeats");
        assert_eq!(rows(&symmetric)[0], [(1, 3), (2, 3), (3, 3)]);
        assert_eq!(symmetric.degrees(&env).unwrap()[..], [3, 1, 1, 1]);
    }

    #[test]
    fn sides_are_seen_from_either_key() {
        assert_eq!(Sides::FORWARD.flipped(), Sides::BACKWARD);
        assert_eq!(Sides::BACKWARD.flipped(), Sides::FORWARD);
        assert_eq!(Sides::BOTH.flipped(), Sides::BOTH);
        assert_eq!((Sides::BOTH.count(), Sides::FORWARD.count()), (2, 1));
    }
}
