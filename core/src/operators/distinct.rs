//! `distinct`: each record, or each key, once.
//!
//! The first record of each key in the order of the input is kept; records come out in the order
//! of their keys' hashes. Folded as [`fold_groups`](super::fold_groups) tells, with the cost told
//! there; a record that is not the first of its key is hashed but not read.

use super::fold_groups::fold_groups;
use super::group_states::First;
use crate::columnar::{IntoKey, Key, Record};
use crate::dataset::DataSet;

impl<T: Record> DataSet<T> {
    /// Keeps each record once. Records are equal if all their fields are, as in a key: every NaN
    /// is the same, and -0 is 0.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3), (1, 2)]);
    /// let mut distinct = edges.distinct().collect()?;
    /// distinct.sort();
    /// assert_eq!(distinct, [(1, 2), (2, 3)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn distinct(&self) -> Self {
        self.distinct_by(Key::whole::<T>())
    }

    /// Keeps the first record of each key.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 7u64), (2, 3), (1, 2)]);
    /// let mut first = edges.distinct_by(0).collect()?;
    /// first.sort();
    /// assert_eq!(first, [(1, 7), (2, 3)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn distinct_by<M>(&self, key: impl IntoKey<T, M>) -> Self {
        fold_groups("distinct", self, key.into_key(), || Ok(Box::new(First::<T>::new())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn agrees_with_sets(rows in prop::collection::vec((0u32..40, "[a-c]{0,3}"), 0..3000)) {
            let all = everywhere(|env| DataSet::from_collection(env, rows.clone()).distinct());
            let expected: BTreeSet<_> = rows.iter().cloned().collect();
            prop_assert_eq!(all.len(), expected.len());
            prop_assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), expected);

            let first = everywhere(|env| DataSet::from_collection(env, rows.clone()).distinct_by("f1"));
            let mut expected = BTreeMap::new();
            rows.iter().for_each(|row| { expected.entry(&row.1).or_insert(row.0); });
            prop_assert_eq!(first.len(), expected.len());
            prop_assert!(first.iter().all(|row| expected[&row.1] == row.0));
        }
    }

    #[test]
    fn many_wide_records_spill_and_split() {
        let rows = everywhere(|env| {
            DataSet::sequence(env, 0..300_000)
                .map(|x| (x * 2_654_435_761 % 50_000, x))
                .map(|(key, x)| (key, key.to_string(), x))
                .distinct_by([0, 1])
        });
        assert_eq!(rows.len(), 50_000);
        assert!(rows.iter().all(|row| row.2 < 50_000), "the first of each key");
    }

    #[test]
    fn zeros_are_equal_and_nans_too_and_nothing_stays_nothing() {
        let floats = [0.0, f64::NAN, -0.0, -f64::NAN, 1.0];
        let kept = everywhere(|env| DataSet::from_collection(env, floats).distinct());
        assert_eq!(kept.len(), 3);
        assert!(kept.iter().any(|x| x.to_bits() == 0), "the first zero");
        assert!(
            everywhere(|env| DataSet::<String>::from_collection(env, []).distinct()).is_empty()
        );
        assert_eq!(everywhere(|env| DataSet::from_collection(env, [(), ()]).distinct()), [()]);
    }
}
