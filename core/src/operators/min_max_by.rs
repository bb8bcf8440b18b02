//! `min_by` and `max_by`: the record of each group, or of all, whose fields are least or greatest.
//!
//! Several fields are compared in their order. Numbers compare as in keys: -0 is 0, and NaN is
//! greater than all others. Of records whose fields are equal the first in the order of the input
//! is kept. Folded as [`fold_groups`](super::fold_groups) tells; a record is read only where it
//! is better than those before it.

use std::cmp::Ordering;
use std::mem;

use super::fold_groups::fold_groups;
use super::group_by::Grouped;
use super::group_states::{GroupStates, Records};
use crate::columnar::{Batch, IntoFields, Key, Keys, ReadRecord, Record, reader_of};
use crate::dataset::DataSet;
use crate::error::Result;

impl<T: Record> Grouped<T> {
    /// Keeps the record of each group whose `fields` are least; of several, the first.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let roads = DataSet::from_collection(&env, [("a".to_owned(), 9.0, 1u8), ("a".into(), 4.0, 2)]);
    /// assert_eq!(roads.group_by(0).min_by(1).collect()?, [("a".to_owned(), 4.0, 2)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn min_by(self, fields: impl IntoFields<T>) -> DataSet<T> {
        best(self, "min by", fields.into_fields(), Ordering::Less)
    }

    /// Keeps the record of each group whose `fields` are greatest; of several, the first.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let trips = DataSet::from_collection(&env, [(1u8, 5i32, 0u8), (1, 7, 3), (1, 7, 4)]);
    /// assert_eq!(trips.group_by(0).max_by([1, 2]).collect()?, [(1, 7, 4)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn max_by(self, fields: impl IntoFields<T>) -> DataSet<T> {
        best(self, "max by", fields.into_fields(), Ordering::Greater)
    }
}

impl<T: Record> DataSet<T> {
    /// The record whose `fields` are least; of several, the first. No record comes out of none.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let cities = DataSet::from_collection(&env, [("Bern".to_owned(), 133), ("Chur".into(), 38)]);
    /// assert_eq!(cities.min_by("f1").collect()?, [("Chur".to_owned(), 38)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn min_by(&self, fields: impl IntoFields<T>) -> Self {
        self.as_one_group().min_by(fields)
    }

    /// The record whose `fields` are greatest; of several, the first. No record comes out of none.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let cities = DataSet::from_collection(&env, [("Bern".to_owned(), 133), ("Chur".into(), 38)]);
    /// assert_eq!(cities.max_by(1).collect()?, [("Bern".to_owned(), 133)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn max_by(&self, fields: impl IntoFields<T>) -> Self {
        self.as_one_group().max_by(fields)
    }
}

fn best<T: Record>(grouped: Grouped<T>, name: &str, fields: Key, wanted: Ordering) -> DataSet<T> {
    fold_groups(format!("{name} {fields}"), &grouped.data, grouped.key, move || {
        fields.check::<T>()?;
        let best = BestKeys::default();
        Ok(Box::new(Best::<T> { fields: fields.clone(), wanted, best, records: Records::new() }))
    })
}

/// The best record of each group so far.
struct Best<T> {
    fields: Key,
    /// How the fields of a better record stand to those of the best so far.
    wanted: Ordering,
    best: BestKeys,
    records: Records<T>,
}

impl<T: Record> GroupStates for Best<T> {
    fn fold(&mut self, rows: &Batch, begin: usize, groups: &[u32]) -> Result<()> {
        let reader = reader_of::<T>(rows)?;
        let keys = self.fields.keys(rows)?;
        for (row, &group) in (begin..).zip(groups) {
            if group as usize == self.records.len() {
                self.records.push(reader.get(row));
                self.best.push(&keys, row);
            } else if self.best.compare(&keys, row, group) == self.wanted {
                self.records.update(group, |_| reader.get(row));
                self.best.replace(&keys, row, group);
            }
        }
        Ok(())
    }

    fn num_bytes(&self) -> usize {
        self.records.num_bytes() + self.best.num_bytes()
    }

    fn take(&mut self, groups: &[u32]) -> Result<Batch> {
        Ok(self.records.take(groups))
    }

    fn clear(&mut self) {
        self.records.clear();
        self.best.clear();
    }
}

/// The fields of the best records, as keys. A key that is replaced stays behind as garbage until
/// there is more of that than of keys in use.
#[derive(Default)]
struct BestKeys {
    keys: Option<Keys>,
    /// Where the key of each group is.
    at: Vec<u32>,
}

/// Garbage that is not worth the while.
const SMALL_GARBAGE: usize = 1 << 10;

impl BestKeys {
    fn push(&mut self, from: &Keys, row: usize) {
        let keys = self.keys.get_or_insert_with(|| from.empty_like());
        self.at.push(keys.len() as u32);
        keys.extend_from(from, [row]);
    }

    fn replace(&mut self, from: &Keys, row: usize, group: u32) {
        let keys = self.keys.as_mut().expect("a key to replace");
        self.at[group as usize] = keys.len() as u32;
        keys.extend_from(from, [row]);
        if keys.len() > 2 * self.at.len() + SMALL_GARBAGE {
            let all = mem::replace(keys, keys.empty_like());
            keys.extend_from(&all, self.at.iter().map(|&at| at as usize));
            self.at = (0..keys.len() as u32).collect();
        }
    }

    /// How the key in `row` of `from` stands to the best of `group`.
    fn compare(&self, from: &Keys, row: usize, group: u32) -> Ordering {
        let keys = self.keys.as_ref().expect("the group has a key");
        from.compare(row, keys, self.at[group as usize] as usize)
    }

    fn num_bytes(&self) -> usize {
        self.keys.as_ref().map_or(0, Keys::num_bytes) + size_of_val(&self.at[..])
    }

    fn clear(&mut self) {
        self.keys = None;
        self.at.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    type Row = (u8, i32, String);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn agrees_with_a_map(rows in prop::collection::vec((0u8..9, -5i32..5, "[ab]{0,2}"), 0..3000)) {
            let least = everywhere(|env| {
                DataSet::from_collection(env, rows.clone()).group_by(0).min_by(["f2", "f1"])
            });
            let greatest = everywhere(|env| {
                DataSet::from_collection(env, rows.clone()).group_by(0).max_by(1)
            });
            let (mut low, mut high) = (BTreeMap::<u8, Row>::new(), BTreeMap::<u8, Row>::new());
            for row in &rows {
                let best = low.entry(row.0).or_insert_with(|| row.clone());
                if (&row.2, row.1) < (&best.2, best.1) { *best = row.clone(); }
                let best = high.entry(row.0).or_insert_with(|| row.clone());
                if row.1 > best.1 { *best = row.clone(); }
            }
            let by_key = |rows: Vec<Row>| rows.into_iter().map(|row| (row.0, row)).collect::<BTreeMap<_, _>>();
            prop_assert_eq!(by_key(least), low);
            prop_assert_eq!(by_key(greatest), high);
        }
    }

    #[test]
    fn records_that_get_better_and_better_leave_no_heap_of_garbage() {
        let best = everywhere(|env| {
            DataSet::sequence(env, 0..400_000).map(|x| (x % 3, x, x.to_string())).max_by([1, 2])
        });
        assert_eq!(best, [(0, 399_999, "399999".to_owned())]);
        let many = everywhere(|env| {
            let rows = DataSet::sequence(env, 0..300_000);
            rows.map(|x| (x % 30_000, x, x.to_string())).group_by(0).max_by(1)
        });
        assert_eq!(many.len(), 30_000);
        assert!(many.iter().all(|row| row.1 >= 270_000));
    }

    #[test]
    fn the_first_of_equals_wins_nan_is_greatest_and_nothing_stays_nothing() {
        let rows = [(1.0, 'a' as u32), (f64::NAN, 1), (1.0, 2), (-f64::NAN, 3)];
        let best = |max: bool| {
            everywhere(|env| {
                let data = DataSet::from_collection(env, rows);
                if max { data.max_by(0) } else { data.min_by(0) }
            })
        };
        assert_eq!((best(true)[0].1, best(false)[0].1), (1, 'a' as u32));
        assert!(everywhere(|env| DataSet::<u8>::from_collection(env, []).min_by(0)).is_empty());
    }

    #[test]
    fn unknown_fields_are_named_even_without_rows() {
        let env = Environment::builder().threads(1).build().unwrap();
        let none = DataSet::<(u8, u8)>::from_collection(&env, []);
        let error = none.min_by("weight").collect().unwrap_err().to_string();
        assert!(error.contains("\"weight\"") && error.contains("f0, f1"), "{error}");
    }
}
