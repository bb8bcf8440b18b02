//! `co_group`: the rows of two inputs that share a key, group by group.
//!
//! ```text
//! left ─► exchange ─┐   pair of       both sides
//! right ─► exchange ┴─► partitions ─► in hash order ─► function of both groups ─► output
//! ```
//!
//! A key that only one side has comes with an empty group for the other. Groups come in the order
//! of the hashes of their keys, the records of a group in the order of their input. O(left + right)
//! for keys that are spread, and what the function takes. Partitions that do not fit into the
//! budget are split; the two groups of one key have to fit, as the function sees them whole.

use std::marker::PhantomData;
use std::sync::Arc;

use super::co_partition::{
    CoPartitions, GroupTask, Groups, Input, OrderedRows, Padding, Strategy, Unmatched,
};
use crate::columnar::{
    IntoKey, Key, ReadRecord, Record, RowBuilder, batch_of, reader_of, row_bytes,
};
use crate::dataset::{DataSet, Facts, Node, NodeRef, Rows, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::Reservation;
use crate::pipeline::{BATCH_ROWS, Output, Pipeline};
use crate::plan::PlanNode;

impl<L: Record> DataSet<L> {
    /// Groups this data set and `right` by keys that they share.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let bought = DataSet::from_collection(&env, [(1u64, 5i64), (1, 6), (2, 1)]);
    /// let sold = DataSet::from_collection(&env, [(2u64, 4i64), (3, 9)]);
    /// let stock = bought.co_group(&sold).on(0, 0).with(|bought, sold| {
    ///     let id = bought.iter().chain(sold).next().map(|row| row.0);
    ///     let sum = |rows: &[(u64, i64)]| rows.iter().map(|row| row.1).sum::<i64>();
    ///     id.map(|id| (id, sum(bought) - sum(sold)))
    /// });
    /// let mut stock = stock.collect()?;
    /// stock.sort();
    /// assert_eq!(stock, [(1, 11), (2, -3), (3, -9)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn co_group<R: Record>(&self, right: &DataSet<R>) -> CoGroupInputs<L, R> {
        CoGroupInputs { left: self.clone(), right: right.clone() }
    }
}

/// Two data sets on their way into a co-group: it needs to know their keys.
#[derive(Clone, Debug)]
#[must_use = "a co-group needs its keys: call `on`"]
pub struct CoGroupInputs<L, R> {
    left: DataSet<L>,
    right: DataSet<R>,
}

impl<L: Record, R: Record> CoGroupInputs<L, R> {
    /// The keys by which the records are grouped; both must have columns of the same types.
    pub fn on<A, B>(
        self,
        left_key: impl IntoKey<L, A>,
        right_key: impl IntoKey<R, B>,
    ) -> CoGroup<L, R> {
        let Self { left, right } = self;
        CoGroup { left, right, keys: [left_key.into_key(), right_key.into_key()] }
    }
}

/// Two data sets grouped by a key that they share.
#[derive(Clone, Debug)]
#[must_use = "groups do nothing until a function works on them"]
pub struct CoGroup<L, R> {
    left: DataSet<L>,
    right: DataSet<R>,
    keys: [Key; 2],
}

impl<L: Record, R: Record> CoGroup<L, R> {
    /// The records that `function` makes of the two groups of each key.
    pub fn with<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(&[L], &[R]) -> I + Send + Sync + 'static,
    {
        let [left_key, right_key] = self.keys;
        let left_padding = Padding { empty: batch_of::<L>([]), missing: None };
        let right_padding = Padding { empty: batch_of::<R>([]), missing: None };
        let node = CoGroupNode {
            left: Input::new(self.left.node(), left_key, left_padding, SHIP),
            right: Input::new(self.right.node(), right_key, right_padding, SHIP),
            task: Arc::new(CoGroupTask { function, records: PhantomData }),
            row_bytes: row_bytes::<U>(),
        };
        DataSet::from_node(self.left.environment(), node)
    }
}

const SHIP: &str = "partition by hash";

struct CoGroupNode<T> {
    left: Input,
    right: Input,
    task: Arc<T>,
    /// Bytes of a row that comes out.
    row_bytes: usize,
}

impl<T: GroupTask + 'static> Node for CoGroupNode<T> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.task.name())
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.left.node().clone(), self.right.node().clone()]
    }

    fn facts(&self) -> Facts {
        Facts { rows: Rows::Larger, row_bytes: Some(self.row_bytes), ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        self.left.key().check_matches(self.right.key())?;
        let left = self.left.exchange(run, self.task.name())?;
        let right = self.right.exchange(run, self.task.name())?;
        let task = self.task.clone();
        let inputs = CoPartitions { left, right, strategy: Strategy::Sort, task };
        Ok(Pipeline::new(inputs.into_source()))
    }
}

struct CoGroupTask<L, R, U, F> {
    function: F,
    records: PhantomData<fn(L, R) -> U>,
}

impl<L, R, U, I, F> GroupTask for CoGroupTask<L, R, U, F>
where
    L: Record,
    R: Record,
    U: Record,
    I: IntoIterator<Item = U>,
    F: Fn(&[L], &[R]) -> I + Send + Sync,
{
    fn name(&self) -> &'static str {
        "co-group"
    }

    fn unmatched(&self) -> Unmatched {
        Unmatched { left: true, right: true }
    }

    fn groups(&self, groups: Groups<'_>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let mut lefts = Members::<L>::new(groups.left, env)?;
        let mut rights = Members::<R>::new(groups.right, env)?;
        let mut rows = RowBuilder::new();
        groups.for_each(|left, right| {
            let made = (self.function)(lefts.get(left)?, rights.get(right)?);
            for row in made {
                rows.push(row);
                if rows.len() == BATCH_ROWS {
                    output.emit(rows.finish())?;
                }
            }
            Ok(())
        })?;
        if rows.is_empty() { Ok(()) } else { output.emit(rows.finish()) }
    }
}

/// The records of a group on one side.
struct Members<'a, T: Record> {
    reader: T::Reader<'a>,
    records: Vec<T>,
    paid: Reservation,
}

/// Records of a group that are so few that nobody has to pay for them.
const FREE_RECORDS: usize = 1 << 10;

impl<'a, T: Record> Members<'a, T> {
    fn new(rows: &'a OrderedRows, env: &Environment) -> Result<Self> {
        let paid = env.memory().reserve("co-group", 0)?;
        Ok(Self { reader: reader_of::<T>(&rows.rows)?, records: Vec::new(), paid })
    }

    /// The records in `rows`.
    fn get(&mut self, rows: &[u32]) -> Result<&[T]> {
        self.records.clear();
        if rows.len() > FREE_RECORDS {
            let first = self.reader.get(rows[0] as usize);
            let each = size_of::<T>() + first.heap_bytes();
            let bytes = (rows.len() * each) as u64;
            if bytes > self.paid.bytes() {
                self.paid.resize(bytes)?;
            }
        }
        self.records.extend(rows.iter().map(|&row| self.reader.get(row as usize)));
        Ok(&self.records)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn agrees_with_maps(
            left in prop::collection::vec(("[ab]{0,2}", 0u64..100), 0..300),
            right in prop::collection::vec((0u64..100, "[ab]{0,2}"), 0..300),
        ) {
            let groups = everywhere(|env| {
                let left = DataSet::from_collection(env, left.clone());
                let right = DataSet::from_collection(env, right.clone());
                left.co_group(&right).on(0, 1).with(|lefts, rights| {
                    let key = lefts.first().map(|l| &l.0).or(rights.first().map(|r| &r.1));
                    let left: Vec<_> = lefts.iter().map(|l| l.1).collect();
                    let right: Vec<_> = rights.iter().map(|r| r.0).collect();
                    [(key.unwrap().clone(), format!("{left:?} {right:?}"))]
                })
            });
            let mut expected = BTreeMap::<String, (Vec<u64>, Vec<u64>)>::new();
            left.iter().for_each(|l| expected.entry(l.0.clone()).or_default().0.push(l.1));
            right.iter().for_each(|r| expected.entry(r.1.clone()).or_default().1.push(r.0));
            let expected: BTreeMap<_, _> = expected
                .into_iter()
                .map(|(key, (left, right))| (key, format!("{left:?} {right:?}")))
                .collect();
            prop_assert_eq!(groups.len(), expected.len());
            prop_assert_eq!(groups.into_iter().collect::<BTreeMap<_, _>>(), expected);
        }
    }

    #[test]
    fn groups_spilled_and_split_are_the_same() {
        let groups = everywhere(|env| {
            let left = DataSet::sequence(env, 0..300_000).map(|x| (x * 31 % 70_001, x.to_string()));
            let right = DataSet::sequence(env, 0..100_000).map(|x| (x * 17 % 90_001, x));
            left.co_group(&right).on(0, 0).with(|lefts, rights| {
                let left = lefts.iter().map(|l| l.1.len()).sum::<usize>() as u64;
                (0..2).map(move |_| left).chain([rights.iter().map(|r| r.1).sum()]).skip(1)
            })
        });
        assert!(groups.len() > 2 * 90_000);
    }

    #[test]
    fn a_group_too_large_to_be_held_says_what_it_needs() {
        let env = Environment::builder().threads(1).memory("192 KiB").build().unwrap();
        let rows = DataSet::sequence(&env, 0..100_000).map(|x| (1u8, x));
        let groups = rows.co_group(&rows).on(0, 0).with(|lefts, _| [lefts.len() as u64]);
        let error = groups.collect().unwrap_err().to_string();
        assert!(error.contains("co-group wanted"), "{error}");
        drop(groups);
        assert_eq!(env.memory().counters().granted_bytes, 0);
    }

    #[test]
    fn empty_inputs_panics_and_keys_that_do_not_match() {
        let env = Environment::builder().threads(2).build().unwrap();
        let none = DataSet::<(u64, u32)>::from_collection(&env, []);
        let some = DataSet::from_collection(&env, [(1u64, 1u32)]);
        let sizes = |l: &DataSet<(u64, u32)>, r: &DataSet<(u64, u32)>| {
            let groups = l.co_group(r).on(0, 0).with(|l, r| [(l.len() as u64, r.len() as u64)]);
            groups.collect().unwrap()
        };
        assert_eq!(sizes(&none, &none), []);
        assert_eq!(sizes(&some, &none), [(1, 0)]);
        assert_eq!(sizes(&none, &some), [(0, 1)]);
        let panics = some.co_group(&none).on(0, 0).with(|_, _| -> [u8; 1] { panic!("no") });
        assert_eq!(panics.collect().unwrap_err().to_string(), "co-group panicked: no");
        let differ = some.co_group(&none).on(0, 1).with(|_, _| [0u8]);
        assert!(differ.collect().unwrap_err().to_string().contains("keys do not match"));
    }
}
