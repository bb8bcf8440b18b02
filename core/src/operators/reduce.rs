//! `reduce`: the records of each group folded into one.
//!
//! ```text
//! input ─► combine (a morsel at a time) ─► exchange by hash ─► fold each partition ─► output
//! ```
//!
//! Before the exchange each morsel folds what it can in a small table; where that does not halve
//! its rows it stops trying, and the rest of the morsel goes on as it is. After the exchange a
//! partition folds what arrives, in the order of the morsels. So the order in which the values of
//! a group are combined depends on the input and on nothing else, and sums of floats have the same
//! bits at any number of threads and within any budget.

use std::marker::PhantomData;
use std::sync::Arc;

use super::group_by::Grouped;
use crate::columnar::{Batch, Key, Keys, ReadRecord, Record, RowBuilder, reader_of, row_bytes};
use crate::dataset::{DataSet, Facts, Kind, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockStore, GroupIndex, HashExchange, HashPartitions, Hashed, Partition};
use crate::executor;
use crate::memory::{MemoryError, Reservation};
use crate::pipeline::{
    BATCH_ROWS, Morsel, Morsels, Operator, Output, Pipeline, Source, Task, TaskEvent,
};
use crate::plan::PlanNode;

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
        let Self { data, key } = self;
        let function = Arc::new(function);
        let node = Reduce { input: data.node().clone(), key, function, record: PhantomData };
        DataSet::from_node(data.environment(), node)
    }
}

/// The node.
struct Reduce<T, F> {
    input: NodeRef,
    key: Key,
    function: Arc<F>,
    record: PhantomData<fn() -> T>,
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> Node for Reduce<T, F> {
    fn plan(&self) -> PlanNode {
        PlanNode::new("reduce").property("key", &self.key)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn facts(&self) -> Facts {
        let kind = Kind::Keyed { key: self.key.clone(), combines: true };
        Facts { kind, row_bytes: Some(row_bytes::<T>()), ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let mut pipeline = run.open(&self.input)?;
        if !run.choices(self).skip_combine {
            let (key, function) = (self.key.clone(), self.function.clone());
            pipeline = pipeline.then(Arc::new(Combine { key, function, record: PhantomData }));
        }
        let store = BlockStore::new(run.env(), "reduce");
        let exchange = HashExchange::new(&self.key, &store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
        Ok(Pipeline::new(ReduceSource(Arc::new(Exchanged {
            key: self.key.clone(),
            function: self.function.clone(),
            partitions: HashPartitions::new(parts),
            store,
            record: PhantomData,
        }))))
    }
}

/// The groups of a morsel, folded as far as they come.
struct Groups<T> {
    index: GroupIndex,
    states: Vec<Option<T>>,
    /// Pays for the states, where the index is paid for.
    paid: Option<Reservation>,
}

impl<T: Record> Groups<T> {
    fn bounded() -> Self {
        Self { index: GroupIndex::bounded(), states: Vec::new(), paid: None }
    }

    fn paid(env: &Environment) -> Result<Self, MemoryError> {
        let paid = env.memory().reserve("groups", 0)?;
        Ok(Self { index: GroupIndex::paid(env, "groups")?, states: Vec::new(), paid: Some(paid) })
    }

    /// Folds a record into the group of its key.
    #[inline(always)]
    fn fold(
        &mut self,
        hash: u64,
        keys: &Keys,
        row: usize,
        record: T,
        function: &impl Fn(T, T) -> T,
    ) -> Result<(), MemoryError> {
        let group = self.index.find_or_add(hash, keys, row)?;
        match self.states.get_mut(group) {
            Some(state) => {
                let before = state.take().expect("a state is put back at once");
                *state = Some(function(before, record));
            }
            None => self.add(record)?,
        }
        Ok(())
    }

    #[cold]
    fn add(&mut self, record: T) -> Result<(), MemoryError> {
        if let Some(paid) = &mut self.paid {
            let growth = size_of::<Option<T>>() + record.heap_bytes();
            // Asked for in steps: a reservation is not free.
            let held = (self.states.len() + 1) * growth;
            if held as u64 > paid.bytes() {
                paid.resize((2 * held) as u64)?;
            }
        }
        self.states.push(Some(record));
        Ok(())
    }

    fn clear(&mut self) {
        self.index.clear();
        self.states.clear();
    }
}

/// The part before the exchange.
struct Combine<T, F> {
    key: Key,
    function: Arc<F>,
    record: PhantomData<fn() -> T>,
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> Operator for Combine<T, F> {
    fn name(&self) -> String {
        "combine".to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(CombineTask {
            key: self.key.clone(),
            function: self.function.clone(),
            groups: Groups::<T>::bounded(),
            num_rows: 0,
            gave_up: false,
        }))
    }
}

/// Groups that a morsel folds at a time: their table stays in a core's cache.
const COMBINED_GROUPS: usize = 1 << 13;

struct CombineTask<T, F> {
    key: Key,
    function: Arc<F>,
    groups: Groups<T>,
    /// Rows that the groups were folded from.
    num_rows: usize,
    /// Folding did not halve the rows.
    gave_up: bool,
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync> CombineTask<T, F> {
    /// Folds the rows of a batch, and says how many it took before it gave up.
    fn take(&mut self, batch: &Batch, output: &mut dyn Output) -> Result<usize> {
        let reader = reader_of::<T>(batch)?;
        let keys = self.key.keys(batch)?;
        for (row, hash) in keys.hashes().into_iter().enumerate() {
            self.groups.fold(hash, &keys, row, reader.get(row), &*self.function)?;
            self.num_rows += 1;
            if self.groups.states.len() == COMBINED_GROUPS {
                self.gave_up = self.num_rows < 2 * COMBINED_GROUPS;
                self.flush(output)?;
                if self.gave_up {
                    return Ok(row + 1);
                }
            }
        }
        Ok(batch.num_rows())
    }

    /// Emits the groups in the order in which they first came.
    fn flush(&mut self, output: &mut dyn Output) -> Result<()> {
        self.num_rows = 0;
        if self.groups.states.is_empty() {
            return Ok(());
        }
        let mut rows = RowBuilder::with_capacity(self.groups.states.len());
        self.groups.states.drain(..).flatten().for_each(|state| rows.push(state));
        self.groups.clear();
        output.emit(rows.finish())
    }
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync> Task for CombineTask<T, F> {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return self.flush(output) };
        let taken = if self.gave_up { 0 } else { self.take(&batch, output)? };
        if taken < batch.num_rows() {
            output.emit(batch.slice(taken..batch.num_rows()))?;
        }
        Ok(())
    }
}

/// What the exchange gathered: a partition is a morsel of what comes next.
struct Exchanged<T, F> {
    key: Key,
    function: Arc<F>,
    partitions: HashPartitions,
    store: BlockStore,
    record: PhantomData<fn() -> T>,
}

struct ReduceSource<T, F>(Arc<Exchanged<T, F>>);

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> Source for ReduceSource<T, F> {
    fn name(&self) -> String {
        "reduce".to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(ReduceMorsels { exchanged: self.0.clone(), next: 0 }))
    }
}

struct ReduceMorsels<T, F> {
    exchanged: Arc<Exchanged<T, F>>,
    next: usize,
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> Morsels for ReduceMorsels<T, F> {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let at = self.next;
        self.next += 1;
        let exchanged = self.exchanged.clone();
        Ok((at < HashPartitions::LEN)
            .then(|| Box::new(ReduceMorsel { exchanged, at }) as Box<dyn Morsel>))
    }
}

struct ReduceMorsel<T, F> {
    exchanged: Arc<Exchanged<T, F>>,
    at: usize,
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync> Morsel for ReduceMorsel<T, F> {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let mut rows = RowBuilder::new();
        let partition = self.exchanged.partitions.partition(self.at);
        self.exchanged.fold(env, partition, &mut rows, output)?;
        if rows.is_empty() { Ok(()) } else { output.emit(rows.finish()) }
    }
}

/// Rows of a partition from which on it is split when its groups do not fit.
const SPLIT_ROWS: usize = 1 << 10;

impl<T: Record, F: Fn(T, T) -> T + Send + Sync> Exchanged<T, F> {
    /// Folds a partition; one whose groups do not fit into memory is split first. The order of
    /// hashes is the same either way.
    fn fold(
        &self,
        env: &Environment,
        partition: Partition<'_>,
        rows: &mut RowBuilder<T>,
        output: &mut dyn Output,
    ) -> Result<()> {
        let num_rows = partition.num_rows();
        if num_rows == 0 {
            return Ok(());
        }
        env.check_cancelled()?;
        match self.fold_at_once(env, partition) {
            Err(Error::Memory(MemoryError::OutOfBudget { .. })) if num_rows > SPLIT_ROWS => {}
            Err(error) => return Err(error),
            Ok(groups) => return emit(groups, rows, output),
        }
        let Some(split) = partition.split(env, &self.store)? else {
            return self.fold_at_once(env, partition).and_then(|all| emit(all, rows, output));
        };
        (0..HashPartitions::LEN)
            .try_for_each(|at| self.fold(env, split.partition(at), rows, output))
    }

    fn fold_at_once(&self, env: &Environment, partition: Partition<'_>) -> Result<Groups<T>> {
        let mut groups = Groups::paid(env)?;
        for piece in partition.read(env, "reduce") {
            let Hashed { hashes, rows } = piece?;
            let reader = reader_of::<T>(&rows)?;
            let keys = self.key.keys(&rows)?;
            for (row, &hash) in hashes.iter().enumerate() {
                groups.fold(hash, &keys, row, reader.get(row), &*self.function)?;
            }
        }
        Ok(groups)
    }
}

/// Emits groups in the order of their hashes.
fn emit<T: Record>(
    mut groups: Groups<T>,
    rows: &mut RowBuilder<T>,
    output: &mut dyn Output,
) -> Result<()> {
    for group in groups.index.by_hash() {
        rows.push(groups.states[group as usize].take().expect("every group once"));
        if rows.len() == BATCH_ROWS {
            output.emit(rows.finish())?;
        }
    }
    Ok(())
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
}
