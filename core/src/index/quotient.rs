//! The index over groups of keys: what becomes of a relation when keys are put together.

use std::ops::Range;

use rayon::prelude::*;

use super::csr::Csr;
use super::static_index::{CHUNK_ENTRIES, StaticIndex};
use super::tally::Tally;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::Segment;

impl Csr<f64> {
    /// The relation between groups: the value of an entry `(g, h)` is the sum of
    /// `weight(row, column, value)` over the entries of `index` from a key of `g` to one of `h`.
    ///
    /// `groups` has a group below `num_groups` for each key. The quotient of a symmetric index is
    /// symmetric if `weight` is. Sums run in the order of keys and their rows.
    ///
    /// O(entries + keys) time, and the sort of each new row. It takes 4 bytes a key and 16 a group,
    /// and at first room for as many entries as there may be: those of `index`, or fewer if there
    /// are few groups.
    ///
    /// # Panics
    /// If a key has no group, or one that is not below `num_groups`.
    pub fn quotient<I: StaticIndex>(
        env: &Environment,
        index: &I,
        groups: &[u32],
        num_groups: usize,
        weight: impl Fn(u32, u32, I::Value) -> f64 + Send + Sync,
    ) -> Result<Self> {
        env.run("quotient", || {
            let memory = env.memory();
            let members = Members::new(env, groups, num_groups)?;
            let mut offsets = memory.allocate::<u64>("index", num_groups + 1)?;
            let room = members.room(index, &mut offsets);
            let mut columns = memory.allocate::<u32>("index", room)?;
            let mut values = memory.allocate::<f64>("index", room)?;
            let mut counts = memory.allocate::<u32>("groups", num_groups)?;
            let rows = Rows { index, groups, members: &members, offsets: &offsets, weight };
            rows.make(env, &mut columns, &mut values, &mut counts)?;
            drop(members);
            let end = close_gaps(&mut offsets, &mut columns, &mut values, &counts);
            drop(counts);
            columns.resize(end)?;
            values.resize(end)?;
            Self::new(env, offsets, columns, values, index.is_symmetric())
        })
    }
}

/// The keys of each group, ascending.
struct Members {
    keys: Segment<u32>,
    /// Where the keys of each group begin, and the end of the last.
    starts: Segment<u32>,
}

impl Members {
    fn new(env: &Environment, groups: &[u32], num_groups: usize) -> Result<Self> {
        let memory = env.memory();
        let mut starts = memory.allocate::<u32>("groups", num_groups + 1)?;
        groups.iter().for_each(|&group| starts[group as usize] += 1);
        let mut end = 0;
        for start in starts.iter_mut() {
            end += *start;
            *start = end;
        }
        let mut keys = memory.allocate::<u32>("groups", groups.len())?;
        for (key, &group) in groups.iter().enumerate().rev() {
            let start = &mut starts[group as usize];
            *start -= 1;
            keys[*start as usize] = key as u32;
        }
        Ok(Self { keys, starts })
    }

    fn of(&self, group: u32) -> &[u32] {
        let at = group as usize;
        &self.keys[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Where the row of each group begins if it has as many entries as it may; their number.
    fn room<I: StaticIndex>(&self, index: &I, offsets: &mut [u64]) -> usize {
        let (end, begins) =
            offsets.split_last_mut().expect("there is one more than there are groups");
        let num_groups = begins.len();
        let mut next = 0;
        for (group, begin) in (0..).zip(begins) {
            *begin = next as u64;
            next += self.num_entries(index, group).min(num_groups);
        }
        *end = next as u64;
        next
    }

    /// The number of entries of a group's keys.
    fn num_entries<I: StaticIndex>(&self, index: &I, group: u32) -> usize {
        self.of(group).iter().map(|&key| index.degree(key)).sum()
    }
}

/// What new rows are made of.
struct Rows<'a, I, F> {
    index: &'a I,
    groups: &'a [u32],
    members: &'a Members,
    /// Where each row begins, with the room that it may need.
    offsets: &'a [u64],
    weight: F,
}

/// A run of groups, and the room for their rows.
struct Part<'a> {
    groups: Range<usize>,
    columns: &'a mut [u32],
    values: &'a mut [f64],
    counts: &'a mut [u32],
}

impl<I: StaticIndex, F: Fn(u32, u32, I::Value) -> f64 + Sync> Rows<'_, I, F> {
    /// Makes all rows, in parallel; `counts` tells the number of entries of each.
    fn make(
        &self,
        env: &Environment,
        columns: &mut [u32],
        values: &mut [f64],
        counts: &mut [u32],
    ) -> Result<()> {
        self.parts(columns, values, counts).into_par_iter().try_for_each_init(
            || Tally::new(env.memory()),
            |tally, part| {
                env.check_cancelled()?;
                self.fill(tally, part)
            },
        )
    }

    /// Runs of groups with room for about [`CHUNK_ENTRIES`] entries.
    fn parts<'c>(
        &self,
        mut columns: &'c mut [u32],
        mut values: &'c mut [f64],
        mut counts: &'c mut [u32],
    ) -> Vec<Part<'c>> {
        let mut parts = Vec::new();
        let (mut start, num_groups) = (0, counts.len());
        while start < num_groups {
            let limit = self.offsets[start] + CHUNK_ENTRIES as u64;
            let fits = self.offsets[start + 1..].partition_point(|&offset| offset <= limit);
            let end = (start + fits.max(1)).min(num_groups);
            let room = (self.offsets[end] - self.offsets[start]) as usize;
            let take = "the room of all rows";
            parts.push(Part {
                groups: start..end,
                columns: columns.split_off_mut(..room).expect(take),
                values: values.split_off_mut(..room).expect(take),
                counts: counts.split_off_mut(..end - start).expect(take),
            });
            start = end;
        }
        parts
    }

    fn fill(&self, tally: &mut Tally<f64>, part: Part<'_>) -> Result<()> {
        let Part { groups, columns, values, counts } = part;
        let first = self.offsets[groups.start];
        for (group, count) in groups.zip(counts) {
            let row = self.row(group as u32, tally)?;
            let start = (self.offsets[group] - first) as usize;
            for (at, &(column, value)) in (start..).zip(row) {
                (columns[at], values[at]) = (column, value);
            }
            *count = row.len() as u32;
        }
        Ok(())
    }

    /// The entries of a group, ascending by column.
    fn row<'t>(&self, group: u32, tally: &'t mut Tally<f64>) -> Result<&'t [(u32, f64)]> {
        tally.begin(self.members.num_entries(self.index, group));
        for &key in self.members.of(group) {
            self.index.for_each(key, |column, value| {
                let value = (self.weight)(key, column, value);
                tally.add(self.groups[column as usize], value, |a, b| a + b);
            });
        }
        Ok(tally.sorted()?)
    }
}

/// Moves rows of `counts` entries together and makes the offsets theirs; the number of entries.
fn close_gaps(
    offsets: &mut [u64],
    columns: &mut [u32],
    values: &mut [f64],
    counts: &[u32],
) -> usize {
    let mut end = 0;
    for (group, &count) in counts.iter().enumerate() {
        let row = offsets[group] as usize..offsets[group] as usize + count as usize;
        offsets[group] = end as u64;
        if row.start != end {
            columns.copy_within(row.clone(), end);
            values.copy_within(row, end);
        }
        end += count as usize;
    }
    offsets[counts.len()] = end as u64;
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Batch, Column, Schema};
    use crate::index::{Dictionary, Duplicates, IndexOptions, KeyOrder, SelfPairs};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// The symmetric index of pairs over `0..num_keys`.
    fn index(env: &Environment, num_keys: u32, pairs: &[(u32, u32, f64)]) -> Csr<f64> {
        let side = |f: fn(&(u32, u32, f64)) -> u32| -> Vec<u32> { pairs.iter().map(f).collect() };
        let columns = vec![
            Column::UInt32(side(|pair| pair.0).into()),
            Column::UInt32(side(|pair| pair.1).into()),
            Column::Float64(pairs.iter().map(|pair| pair.2).collect::<Vec<_>>().into()),
        ];
        let batch = Batch::new(Schema::new(["l", "r", "value"]), columns);
        let keys = Column::UInt32((0..num_keys).collect::<Vec<_>>().into());
        let declared = vec![Batch::new(Schema::new(["key"]), vec![keys])];
        let encoded = Dictionary::encode(env, vec![batch], declared, KeyOrder::Ascending).unwrap();
        let (rows, self_pairs) = (crate::index::Rows::Both, SelfPairs::Keep);
        let options = IndexOptions { rows, self_pairs, duplicates: Duplicates::Keep };
        Csr::build(env, encoded.pairs, options).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn entries_are_sums_over_pairs_of_groups(
            pairs in prop::collection::vec((0u32..30, 0u32..30, 1u32..5), 0..120),
            groups in prop::collection::vec(0u32..8, 30), threads in 1usize..4,
        ) {
            let env = Environment::builder().threads(threads).memory("16 MiB").build().unwrap();
            let pairs: Vec<_> = pairs.into_iter().map(|(l, r, v)| (l, r, f64::from(v))).collect();
            let index = index(&env, 30, &pairs);
            let mut expected = BTreeMap::<(u32, u32), f64>::new();
            for key in 0..30u32 {
                index.for_each(key, |column, value| {
                    let pair = (groups[key as usize], groups[column as usize]);
                    *expected.entry(pair).or_default() += value + f64::from(key == column);
                });
            }
            let weight = |row, column, value| value + f64::from(row == column);
            let quotient = Csr::quotient(&env, &index, &groups, 8, weight).unwrap();
            let mut found = Vec::new();
            (0..8).for_each(|g| quotient.for_each(g, |h, value| found.push(((g, h), value))));
            prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
            prop_assert!(quotient.is_symmetric());
        }
    }
}
