//! The dense path: a delta iteration over data sets that runs as an indexed one.
//!
//! The optimizer says when (see its rule `dense delta`). The relation becomes a static index and the
//! solution set a column by dense key, and the iteration is a [`ForwardProgram`]: the superstep
//! loop, and the fold of components where nothing limits the supersteps. If the rows turn out
//! not to allow that (the relation goes one way only, a key repeats, or an end of the relation has
//! no record) nothing is lost: the iteration runs as it was written.

use std::marker::PhantomData;

use super::solution_set::NAME as SOLUTION;

use crate::algebra::{Max, Min, Semilattice};
use crate::columnar::{
    Batch, Buffer, BufferMut, Column, ColumnType, Keys, Native, Record, Schema, gather, schema_of,
    types_of,
};
use crate::dataset::{Algebra, Extreme, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockSource, BlockStore, HASH_BITS, HashPartitions};
use crate::executor;
use crate::index::{
    Csr, Dictionary, Duplicates, Encoded, IndexOptions, Key, KeyOrder, Rows, SelfPairs,
};
use crate::iteration::values::Value;
use crate::iteration::{Criterion, DeltaIteration, ForwardProgram, IterationReport, Rewrites};
use crate::memory::{MemoryError, Segment};

/// What an iteration spreads, and along which relation.
pub(super) struct Spread {
    relation: NodeRef,
    /// The columns of the relation that messages go from and to.
    ends: [usize; 2],
    extreme: Extreme,
}

impl Spread {
    /// What the plan below `delta` spreads; the optimizer knows that it has this shape.
    pub(super) fn of(delta: &NodeRef) -> Option<Self> {
        let Algebra::Improve(extreme) = delta.facts().algebra? else { return None };
        let folded = delta.inputs().into_iter().next()?;
        let joined = folded.inputs().into_iter().next()?;
        let Algebra::Join { keys: [_, from], columns } = joined.facts().algebra? else {
            return None;
        };
        let to = columns.first()?.1;
        let relation = joined.inputs().get(1)?.inputs().into_iter().next()?;
        Some(Self { relation, ends: [from, to], extreme })
    }
}

/// The solution set and how it came about, or nothing if the rows or the budget do not allow the
/// dense path.
pub(super) fn run<S: Record>(
    run: &Run<'_>,
    name: &str,
    criterion: &Criterion,
    initial: &NodeRef,
    spread: &Spread,
) -> Result<Option<(BlockSource, IterationReport)>> {
    match run_dense::<S>(run, name, criterion, initial, spread) {
        Err(Error::Memory(MemoryError::OutOfBudget { .. })) => Ok(None),
        other => other,
    }
}

fn run_dense<S: Record>(
    run: &Run<'_>,
    name: &str,
    criterion: &Criterion,
    initial: &NodeRef,
    spread: &Spread,
) -> Result<Option<(BlockSource, IterationReport)>> {
    let env = run.env();
    let [key, value] = types_of::<S>()[..] else { return Ok(None) };
    let Some(pairs) = keys(env, collect(run, &spread.relation)?, &spread.ends) else {
        return Ok(None);
    };
    let solution = collect(run, initial)?;
    let Some(declared) = keys(env, solution.clone(), &[0]) else { return Ok(None) };
    let num_records: usize = solution.iter().map(Batch::num_rows).sum();
    let Encoded { dictionary, pairs } =
        Dictionary::encode::<()>(env, pairs, declared.clone(), KeyOrder::Auto)?;
    if dictionary.len() != num_records {
        return Ok(None);
    }
    let options = IndexOptions {
        rows: Rows::Left,
        self_pairs: SelfPairs::Keep,
        duplicates: Duplicates::Keep,
    };
    let Some(index) = Csr::build(env, pairs, options)?.into_symmetric(env)? else {
        return Ok(None);
    };
    let is_nested = run.is_body();
    let dense =
        Dense { env, is_nested, name, criterion, dictionary, index, declared, solution, key };
    macro_rules! by_type {
        ($($column:ident: $native:ty),*) => {
            match (value, spread.extreme) {
                $(
                    (ColumnType::$column, Extreme::Min) => dense.run::<Min<$native>, S>(|column| {
                        if let Column::$column(values) = column { Some(values) } else { None }
                    }, Column::$column),
                    (ColumnType::$column, Extreme::Max) => dense.run::<Max<$native>, S>(|column| {
                        if let Column::$column(values) = column { Some(values) } else { None }
                    }, Column::$column),
                )*
                _ => Ok(None),
            }
        };
    }
    by_type!(UInt32: u32, UInt64: u64, Int32: i32, Int64: i64, Float32: f32, Float64: f64)
}

/// All rows of a node.
fn collect(run: &Run<'_>, node: &NodeRef) -> Result<Vec<Batch>> {
    let pipeline = run.open(node)?;
    executor::collect(run.env(), pipeline.source(), &pipeline.chain())
}

/// Columns of keys as the dictionary takes them; `None` if they are no integers that it can hold.
fn keys(env: &Environment, batches: Vec<Batch>, columns: &[usize]) -> Option<Vec<Batch>> {
    let schema = Schema::new(columns.iter().map(|at| at.to_string()));
    let keys = |batch: Batch| {
        let columns: Option<Vec<_>> =
            columns.iter().map(|&at| signed(env, &batch.columns()[at])).collect();
        columns.map(|columns| Batch::new(schema.clone(), columns))
    };
    batches.into_iter().map(keys).collect()
}

fn signed(env: &Environment, column: &Column) -> Option<Column> {
    fn of<T: Native + TryInto<i64>>(env: &Environment, values: &[T]) -> Option<Column> {
        let mut signed = BufferMut::<i64>::zeroed(env.memory(), "keys", values.len()).ok()?;
        for (slot, &value) in signed.iter_mut().zip(values) {
            *slot = value.try_into().ok()?;
        }
        Some(Column::Int64(signed.freeze()))
    }
    match column {
        Column::Int64(_) => Some(column.clone()),
        Column::UInt64(values) => of(env, values),
        Column::UInt32(values) => of(env, values),
        Column::Int32(values) => of(env, values),
        _ => None,
    }
}

/// An iteration whose rows allow the dense path.
struct Dense<'a> {
    env: &'a Environment,
    /// Whether it is in the body of another one.
    is_nested: bool,
    name: &'a str,
    criterion: &'a Criterion,
    dictionary: Dictionary,
    index: Csr<()>,
    /// The keys of the solution set's records.
    declared: Vec<Batch>,
    solution: Vec<Batch>,
    /// The type of its keys.
    key: ColumnType,
}

/// The values that keys start with.
struct Initial<L, V> {
    values: Segment<V>,
    lattice: PhantomData<L>,
}

impl<L: Semilattice> ForwardProgram for Initial<L, Value<L>> {
    type Lattice = L;

    #[inline(always)]
    fn initial(&self, key: u32) -> Value<L> {
        self.values[key as usize]
    }
}

impl Dense<'_> {
    fn run<L, S>(
        self,
        values: impl Fn(&Column) -> Option<&Buffer<Value<L>>>,
        column: impl Fn(Buffer<Value<L>>) -> Column,
    ) -> Result<Option<(BlockSource, IterationReport)>>
    where
        L: Semilattice<Value: Native>,
        S: Record,
    {
        let Some(initial) = self.initial::<L>(values)? else { return Ok(None) };
        let mut iteration = DeltaIteration::new(self.name, &self.index, &initial);
        iteration.criterion = self.criterion.clone();
        iteration.is_nested = self.is_nested;
        let result = iteration.forward(self.env, Rewrites::On)?;
        let rows = self.rows::<L, S>(&result.solution, column)?;
        Ok(Some((rows, result.report)))
    }

    /// The initial values by dense key.
    fn initial<L: Semilattice<Value: Native>>(
        &self,
        values: impl Fn(&Column) -> Option<&Buffer<Value<L>>>,
    ) -> Result<Option<Initial<L, Value<L>>>> {
        let mut initial = self.env.memory().allocate("solution", self.dictionary.len())?;
        for (keys, rows) in self.declared.iter().zip(&self.solution) {
            let (Column::Int64(keys), Some(values)) =
                (&keys.columns()[0], values(&rows.columns()[1]))
            else {
                return Ok(None);
            };
            for (&key, &value) in keys.iter().zip(&values[..]) {
                let dense = self.dictionary.get(key).expect("the key was declared");
                initial[dense as usize] = value;
            }
        }
        Ok(Some(Initial { values: initial, lattice: PhantomData }))
    }

    /// The solution as rows, in the order and the partitions of a hashed solution set: nobody can
    /// tell which way the iteration went.
    fn rows<L: Semilattice<Value: Native>, S: Record>(
        &self,
        solution: &[Value<L>],
        column: impl Fn(Buffer<Value<L>>) -> Column,
    ) -> Result<BlockSource> {
        let keys = (0..solution.len() as u32).map(|dense| match self.dictionary.key(dense) {
            Key::Integer(key) => key,
            Key::Text(_) => unreachable!("keys are integers"),
        });
        let keys = key_column(self.key, keys);
        let values = column(Buffer::copy_of(self.env.memory(), "solution", solution)?);
        let all = Batch::new(schema_of::<S>(), vec![keys, values]);
        let hashes = Keys::of(&all.columns()[..1], all.num_rows()).into_hashes();
        let mut order: Vec<u32> = (0..hashes.len() as u32).collect();
        order.sort_unstable_by_key(|&dense| hashes[dense as usize]);
        let store = BlockStore::new(self.env, SOLUTION);
        let mut rest = &order[..];
        let blocks = (0..HashPartitions::LEN as u64).map(|at| {
            let partition = |dense: &u32| hashes[*dense as usize] >> (u64::BITS - HASH_BITS);
            let (part, behind) =
                rest.split_at(rest.partition_point(|dense| partition(dense) <= at));
            rest = behind;
            store.keep(gather(store.scratch(), store.name(), &all, part)?)
        });
        Ok(BlockSource::new(SOLUTION, blocks.collect::<Result<Vec<_>>>()?))
    }
}

/// Keys in the type that they came in.
fn key_column(key: ColumnType, keys: impl Iterator<Item = i64>) -> Column {
    match key {
        ColumnType::UInt64 => Column::UInt64(keys.map(|key| key as u64).collect::<Vec<_>>().into()),
        ColumnType::UInt32 => Column::UInt32(keys.map(|key| key as u32).collect::<Vec<_>>().into()),
        ColumnType::Int32 => Column::Int32(keys.map(|key| key as i32).collect::<Vec<_>>().into()),
        _ => Column::Int64(keys.collect::<Vec<_>>().into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use crate::dataset::DataSet;
    use crate::environment::Environment;
    use crate::iteration::{Criterion, Direction};
    use crate::operators::Aggregation::{self, Max, Min};
    use crate::operators::JoinField::{First, Second};
    use crate::operators::test_support::everywhere;

    type Labels = DataSet<(i64, u32)>;

    /// Pairs of the relation, and the labels that keys start with.
    type Input<'a> = (&'a [(i64, i64)], &'a [(i64, u32)]);

    /// What spreads along `pairs`: in the open, or hidden in functions.
    fn spread(
        env: &Environment,
        (pairs, labels): Input<'_>,
        aggregation: Aggregation,
        open: bool,
        criterion: Criterion,
    ) -> Labels {
        let relation = DataSet::from_collection(env, pairs.iter().map(|&(a, b)| (0.5, a, b)));
        let labels = DataSet::from_collection(env, labels.to_vec());
        labels.iterate_delta(&labels, 0, criterion, |step| {
            let sent = step.workset().join(&relation).on(0, 1);
            let delta = if open {
                let sent = sent.project::<(i64, u32)>([Second(2), First(1)]);
                step.improve(aggregation, &sent.group_by(0).aggregate(aggregation, 1))
            } else {
                let sent = sent.with(|label, pair| (pair.2, label.1));
                let is_min = aggregation == Min;
                let better = move |a: u32, b: u32| if is_min { a < b } else { a > b };
                let best =
                    sent.group_by(0).reduce(move |a, b| if better(b.1, a.1) { b } else { a });
                step.join_solution(&best, 0).with(move |new, known| {
                    known.is_some_and(|known| better(new.1, known.1)).then_some(new)
                })
            };
            (delta.clone(), delta)
        })
    }

    fn sorted(rows: Vec<(i64, u32)>) -> BTreeMap<i64, u32> {
        rows.into_iter().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn in_the_open_or_hidden_the_answer_is_the_same(
            some in prop::collection::vec((-30i64..30, -30i64..30), 0..60),
            both_ways: bool,
            limit in prop::option::of(0u64..4),
            is_min: bool,
            salt: u32,
        ) {
            let mut pairs = some.clone();
            if both_ways {
                pairs.extend(some.iter().map(|&(a, b)| (b, a)));
            }
            let label = |key: i64| (key as u32 ^ salt).wrapping_mul(0x9e37_79b9) >> 3;
            let labels: Vec<(i64, u32)> = (-30..30).map(|key| (key, label(key))).collect();
            let aggregation = if is_min { Min } else { Max };
            let criterion =
                || limit.map_or(Criterion::EmptyWorkset, Criterion::MaximumSupersteps);
            let run = |open| {
                let input = (&pairs[..], &labels[..]);
                everywhere(|env| spread(env, input, aggregation, open, criterion()))
            };
            prop_assert_eq!(run(true), run(false));
        }
    }

    #[test]
    fn the_dense_path_is_taken_where_the_rows_allow_it() {
        let env = Environment::builder().threads(2).build().unwrap();
        let labels = [(1, 1), (2, 2), (3, 3)];
        let direction = |pairs: &[(i64, i64)], labels: &[(i64, u32)]| {
            let data = spread(&env, (pairs, labels), Min, true, Criterion::EmptyWorkset);
            let (rows, report) = data.collect_with_report().unwrap();
            (sorted(rows), report.iterations[0].supersteps[0].direction)
        };
        let all_ones = sorted(vec![(1, 1), (2, 1), (3, 1)]);
        let both_ways = [(1, 2), (2, 1), (2, 3), (3, 2)];
        assert_eq!(direction(&both_ways, &labels), (all_ones.clone(), Direction::Fold));
        let (rows, direction_of_one_way) = direction(&[(1, 2), (2, 3)], &labels);
        assert_eq!((rows, direction_of_one_way), (all_ones, Direction::Dataflow));
        let (_, unknown_end) = direction(&both_ways, &labels[..2]);
        assert_eq!(unknown_end, Direction::Dataflow, "an end of the relation has no record");
        let repeated = [(1, 9), (1, 1), (2, 2), (3, 3)];
        assert_eq!(direction(&both_ways, &repeated).1, Direction::Dataflow, "a key repeats");
    }

    #[test]
    fn the_plan_says_why_not() {
        let env = Environment::builder().threads(1).build().unwrap();
        let input = (&[(1, 2)][..], &[(1, 1), (2, 2)][..]);
        let plan = spread(&env, input, Min, false, 9.into()).explain().to_string();
        assert!(plan.contains("no rewrite dense delta: the delta is made by a function"), "{plan}");
    }
}
