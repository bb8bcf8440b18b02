//! The index over groups of keys: what becomes of a relation when keys are put together.

use std::ops::Range;

use rayon::prelude::*;

use super::csr::Csr;
use super::static_index::{CHUNK_ENTRIES, StaticIndex};
use super::tally::Tally;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{Segment, SharedSlice};

impl Csr<f64> {
    /// The relation between groups: the value of an entry `(g, h)` is the sum of
    /// `weight(row, column, value)` over the entries of `index` from a key of `g` to one of `h`.
    ///
    /// `groups` has a group below `num_groups` for each key. The quotient of a symmetric index is
    /// symmetric if `weight` is. Sums run in the order of keys and their rows.
    ///
    /// O(entries + keys) time, and the sort of each new row. Beside the result it takes 4 bytes a
    /// key, 4 a group, and 12 for each of its own entries while they are put together.
    ///
    /// # Panics
    /// If a key has no group, or one that is not below `num_groups`.
    pub fn quotient<I: StaticIndex>(
        env: &Environment,
        index: &I,
        groups: &[u32],
        num_groups: usize,
        weight: impl Fn(u32, u32, I::Value) -> f64 + Sync,
    ) -> Result<Self> {
        env.run("quotient", || {
            let members = Members::new(env, groups, num_groups)?;
            let chunks = members.chunks(index);
            let mut offsets = env.memory().allocate::<u64>("index", num_groups + 1)?;
            let counts = SharedSlice::new(&mut offsets[1..]);
            let parts = chunks
                .into_par_iter()
                .map_init(
                    || Tally::new(env.memory()),
                    |tally, chunk| {
                        env.check_cancelled()?;
                        let rows = Rows { index, groups, members: &members, weight: &weight };
                        rows.part(env, chunk, tally, counts)
                    },
                )
                .collect::<Result<Vec<_>>>()?;
            drop(members);
            assemble(env, parts, offsets, index.is_symmetric())
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

    /// Runs of groups with about [`CHUNK_ENTRIES`] entries.
    fn chunks<I: StaticIndex>(&self, index: &I) -> Vec<Range<u32>> {
        let mut chunks = Vec::new();
        let (mut start, mut entries) = (0, 0);
        let num_groups = self.starts.len() as u32 - 1;
        for group in 0..num_groups {
            entries += 1 + self.of(group).iter().map(|&key| index.degree(key)).sum::<usize>();
            if entries >= CHUNK_ENTRIES || group + 1 == num_groups {
                chunks.push(start..group + 1);
                (start, entries) = (group + 1, 0);
            }
        }
        chunks
    }
}

/// What new rows are made of.
struct Rows<'a, I, F> {
    index: &'a I,
    groups: &'a [u32],
    members: &'a Members,
    weight: &'a F,
}

/// The rows of a run of groups.
struct Part {
    columns: Segment<u32>,
    values: Segment<f64>,
}

impl<I: StaticIndex, F: Fn(u32, u32, I::Value) -> f64 + Sync> Rows<'_, I, F> {
    /// Makes the rows of the groups in `chunk`, and notes the number of entries of each.
    fn part(
        &self,
        env: &Environment,
        chunk: Range<u32>,
        tally: &mut Tally<f64>,
        counts: SharedSlice<'_, u64>,
    ) -> Result<Part> {
        let memory = env.memory();
        let mut columns = memory.allocate("index", 0)?;
        let mut values = memory.allocate("index", 0)?;
        let mut end = 0;
        for group in chunk {
            let row = self.row(group, tally)?;
            if end + row.len() > columns.len() {
                let room = (end + row.len()).next_power_of_two().max(1 << 10);
                columns.resize(room)?;
                values.resize(room)?;
            }
            for (at, &(column, value)) in (end..).zip(row) {
                (columns[at], values[at]) = (column, value);
            }
            end += row.len();
            counts.store(group as usize, row.len() as u64);
        }
        columns.resize(end)?;
        values.resize(end)?;
        Ok(Part { columns, values })
    }

    /// The entries of a group, ascending by column.
    fn row<'t>(&self, group: u32, tally: &'t mut Tally<f64>) -> Result<&'t [(u32, f64)]> {
        let keys = self.members.of(group);
        tally.begin(keys.iter().map(|&key| self.index.degree(key)).sum());
        for &key in keys {
            self.index.for_each(key, |column, value| {
                let value = (self.weight)(key, column, value);
                tally.add(self.groups[column as usize], value, |a, b| a + b);
            });
        }
        Ok(tally.sorted()?)
    }
}

/// One index of all parts, which follow each other; `offsets` are the numbers of entries of the
/// rows, after a 0.
fn assemble(
    env: &Environment,
    parts: Vec<Part>,
    mut offsets: Segment<u64>,
    symmetric: bool,
) -> Result<Csr<f64>> {
    let memory = env.memory();
    let num_entries = parts.iter().map(|part| part.columns.len()).sum();
    let mut columns = memory.allocate::<u32>("index", num_entries)?;
    let mut values = memory.allocate::<f64>("index", num_entries)?;
    let mut end = 0;
    for part in parts {
        let entries = end..end + part.columns.len();
        columns[entries.clone()].copy_from_slice(&part.columns);
        values[entries.clone()].copy_from_slice(&part.values);
        end = entries.end;
    }
    let mut sum = 0;
    for offset in offsets.iter_mut() {
        sum += *offset;
        *offset = sum;
    }
    Ok(Csr::new(offsets, columns, values, symmetric))
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
