//! `reduce`: the records of each group, or of a whole data set, folded into one.
//!
//! Folded in two steps (see [`fold_groups`](super::fold_groups)): sums of floats have the same
//! bits at any number of threads and within any budget.

use std::sync::Arc;

use super::fold_groups::fold_groups;
use super::group_by::Grouped;
use super::group_states::Reducing;
use crate::columnar::{IntoKey, Key, Record};
use crate::dataset::DataSet;

impl<T: Record> Grouped<T> {
    /// Folds the records of each group into one by `function`, which must be associative. One
    /// record a group comes out; groups are in the order of their keys' hashes.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let sales = DataSet::from_collection(&env, [(7u32, 2i64), (5, 1), (7, 5)]);
    /// let mut sums = sales.group_by(0).reduce(|a, b| (a.0, a.1 + b.1)).collect()?;
    /// sums.sort();
    /// assert_eq!(sums, [(5, 1), (7, 7)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn reduce(self, function: impl Fn(T, T) -> T + Send + Sync + 'static) -> DataSet<T> {
        let function = Arc::new(function);
        fold_groups("reduce", &self.data, self.key, move || {
            Ok(Box::new(Reducing::new(function.clone())))
        })
    }
}

impl<T: Record> DataSet<T> {
    /// Folds all records into one by `function`, which must be associative: those of each morsel
    /// in their order, then what the morsels became. No record comes out of none.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let words = DataSet::from_collection(&env, ["a", "b", "c"].map(String::from));
    /// assert_eq!(words.reduce(|a, b| a + &b).collect()?, ["abc"]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn reduce(&self, function: impl Fn(T, T) -> T + Send + Sync + 'static) -> Self {
        self.as_one_group().reduce(function)
    }

    /// All records in one group.
    pub(super) fn as_one_group(&self) -> Grouped<T> {
        let no_field: [usize; 0] = [];
        let key: Key = IntoKey::<T, _>::into_key(no_field);
        Grouped { data: self.clone(), key }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn agrees_with_a_map(
            rows in prop::collection::vec((0u64..5000, -1000i64..1000), 0..20_000),
            texts in prop::collection::vec(("[a-c]{0,4}", 0u32..9), 0..2000),
        ) {
            let sums = everywhere(|env| {
                let data = DataSet::from_collection(env, rows.clone());
                data.group_by(0).reduce(|a, b| (a.0, a.1 + b.1))
            });
            let mut expected = BTreeMap::new();
            rows.iter().for_each(|&(key, value)| *expected.entry(key).or_insert(0) += value);
            prop_assert_eq!(sums.len(), expected.len());
            prop_assert_eq!(sums.into_iter().collect::<BTreeMap<_, _>>(), expected);

            let most = everywhere(|env| {
                let data = DataSet::from_collection(env, texts.clone());
                data.group_by(|row: &(String, u32)| (row.0.clone(), row.1 % 2)).reduce(|a, b| a.max(b))
            });
            let mut expected = BTreeMap::new();
            for (text, number) in &texts {
                let most = expected.entry((text.clone(), number % 2)).or_insert(*number);
                *most = (*most).max(*number);
            }
            prop_assert_eq!(most.len(), expected.len());
            prop_assert!(most.iter().all(|(t, n)| expected[&(t.clone(), n % 2)] == *n));
        }
    }

    #[test]
    fn sums_of_floats_have_the_same_bits_spilled_and_split() {
        let sums = everywhere(|env| {
            let data = DataSet::sequence(env, 0..300_000);
            data.map(|x| (x * 2_654_435_761 % 40_000, 1.0 / (x + 1) as f64, x.to_string()))
                .group_by(0)
                .reduce(|a, b| (a.0, a.1 + b.1, a.2.max(b.2)))
        });
        assert_eq!(sums.len(), 40_000);
    }

    #[test]
    fn the_first_record_leads_and_morsels_keep_their_order() {
        let chains = everywhere(|env| {
            let data = DataSet::sequence(env, 0..40_000).map(|x| (x % 3, x.to_string()));
            data.group_by("f0").reduce(|a, b| (a.0, a.1 + "," + &b.1))
        });
        for (key, chain) in chains {
            let expected: Vec<String> =
                (0..40_000).filter(|x| x % 3 == key).map(|x: u64| x.to_string()).collect();
            assert_eq!(chain, expected.join(","));
        }
    }

    #[test]
    fn a_panic_in_the_function_names_the_operator() {
        let env = Environment::builder().threads(2).build().unwrap();
        let data = DataSet::from_collection(&env, [1u64, 1]);
        let error = data.group_by(0).reduce(|_, _| panic!("no")).collect().unwrap_err();
        assert_eq!(error.to_string(), "combine panicked: no");
        let error = data.group_by(7).reduce(|a, _| a).collect().unwrap_err().to_string();
        assert!(error.contains("field 7"), "{error}");
    }

    #[test]
    fn a_whole_data_set_becomes_one_record_in_its_order() {
        let text = everywhere(|env| {
            let some = DataSet::sequence(env, 0..300_000).filter(|x| x % 777 == 0);
            some.map(|x| x.to_string()).reduce(|a, b| a + &b)
        });
        let some = (0..300_000).filter(|x| x % 777 == 0);
        let expected: String = some.map(|x: u64| x.to_string()).collect();
        assert!(text == [expected]);
        assert!(everywhere(|env| DataSet::sequence(env, 0..0).reduce(|a, b| a + b)).is_empty());
        assert_eq!(everywhere(|env| DataSet::sequence(env, 7..8).reduce(|a, b| a + b)), [7]);
    }
}
