//! The inputs of an operator on two inputs, and their exchange.

use std::sync::{Arc, OnceLock};

use super::ordered_rows::RowReader;
use super::{OrderedRows, Padding};
use crate::columnar::{Buffer, Key};
use crate::dataset::{Facts, Forwards, Node, NodeRef, Rows, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockStore, HashExchange, HashPartitions, Partition};
use crate::executor;
use crate::memory::MemoryError;
use crate::pipeline::{BATCH_ROWS, Pipeline};
use crate::plan::PlanNode;

/// One input of an operator on two inputs, with the key that it meets the other by.
pub(in crate::operators) struct Input {
    /// The step between the input and the operator; what is built from the input is kept under it,
    /// as another operator may read the same input by another key.
    node: NodeRef,
    input: NodeRef,
    key: Key,
    padding: Padding,
}

impl Input {
    /// `input` with its key, sent on as `ship` says in plans.
    pub(in crate::operators) fn new(
        input: &NodeRef,
        key: Key,
        padding: Padding,
        ship: &'static str,
    ) -> Self {
        let row_bytes = padding.empty.row_bytes();
        let node = Arc::new(Exchange { input: input.clone(), key: key.clone(), ship, row_bytes });
        Self { node, input: input.clone(), key, padding }
    }

    /// The step of the plan.
    pub(in crate::operators) fn node(&self) -> &NodeRef {
        &self.node
    }

    /// The key.
    pub(in crate::operators) fn key(&self) -> &Key {
        &self.key
    }

    /// The rows as they come, without an exchange.
    pub(in crate::operators) fn stream(&self, run: &Run<'_>) -> Result<Pipeline> {
        run.open(&self.input)
    }

    /// The rows in partitions by the hash of the key. An input that does not change from superstep
    /// to superstep is sent once, and keeps the orders that were made of its partitions.
    pub(in crate::operators) fn exchange(
        &self,
        run: &Run<'_>,
        name: &'static str,
    ) -> Result<Arc<Exchanged>> {
        let is_constant = run.is_constant(&self.node);
        let make = |home: &Run<'_>| {
            let pipeline = home.open(&self.input)?;
            let store = BlockStore::new(run.env(), name);
            let exchange = HashExchange::new(&self.key, &store);
            let parts =
                executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
            let slots = if is_constant { HashPartitions::LEN } else { 0 };
            Ok(Exchanged {
                key: self.key.clone(),
                padding: self.padding.clone(),
                partitions: HashPartitions::new(parts),
                store,
                kept: (0..slots).map(|_| OnceLock::new()).collect(),
            })
        };
        if is_constant { run.built(&self.node, "exchange", make) } else { make(run).map(Arc::new) }
    }

    /// What [`exchange`](Self::exchange) gave as one table that all workers share.
    pub(in crate::operators) fn table(
        &self,
        run: &Run<'_>,
        exchanged: &Exchanged,
    ) -> Result<Arc<OrderedRows>> {
        run.built(&self.node, "table", |_| exchanged.table(run.env()))
    }
}

/// The step before an operator on two inputs: rows on their way to where their key is.
struct Exchange {
    input: NodeRef,
    key: Key,
    ship: &'static str,
    row_bytes: usize,
}

impl Node for Exchange {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.ship).property("key", &self.key)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn facts(&self) -> Facts {
        let forwards = Forwards::Everything;
        Facts { rows: Rows::Like(0), row_bytes: Some(self.row_bytes), forwards, ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        run.open(&self.input)
    }
}

/// An input in partitions by the hash of its key.
#[derive(Debug)]
pub(in crate::operators) struct Exchanged {
    pub(in crate::operators) key: Key,
    pub(in crate::operators) padding: Padding,
    pub(super) partitions: HashPartitions,
    store: BlockStore,
    /// The orders of the partitions of a constant input, as far as there was room for them.
    kept: Vec<OnceLock<Option<Arc<OrderedRows>>>>,
}

impl Exchanged {
    /// The number of rows in all.
    pub(in crate::operators) fn num_rows(&self) -> usize {
        self.partitions.num_rows()
    }

    fn reader<'a>(&'a self, env: &'a Environment, is_free: bool) -> RowReader<'a> {
        RowReader {
            env,
            name: self.store.name(),
            key: &self.key,
            padding: &self.padding,
            scratch: self.store.scratch(),
            is_free,
        }
    }

    /// All rows in one order.
    fn table(&self, env: &Environment) -> Result<OrderedRows> {
        let partitions = (0..HashPartitions::LEN).map(|at| self.partitions.partition(at));
        let is_free = self.num_rows() <= BATCH_ROWS;
        let rows = self.reader(env, is_free).read(partitions, u64::BITS, None)?;
        Ok(rows.with_directory(u64::BITS))
    }

    /// The rows of `partition` in order, those that `filter` has.
    pub(super) fn order(
        &self,
        env: &Environment,
        partition: Partition<'_>,
        filter: Option<&OrderedRows>,
        is_free: bool,
    ) -> Result<OrderedRows> {
        self.reader(env, is_free).read([partition], partition.free_bits(), filter)
    }

    /// The order of partition `at` with a directory, made in the first superstep and kept, if the
    /// input is constant and half of the budget is still free.
    pub(super) fn kept(&self, env: &Environment, at: usize) -> Result<Option<Arc<OrderedRows>>> {
        let Some(slot) = self.kept.get(at) else { return Ok(None) };
        if let Some(kept) = slot.get() {
            return Ok(kept.clone());
        }
        let partition = self.partitions.partition(at);
        let rows = fitting(self.order(env, partition, None, false))?;
        let counters = env.memory().counters();
        let rows = rows
            .filter(|_| counters.granted_bytes <= counters.budget_bytes / 2)
            .map(|rows| rows.with_directory(partition.free_bits()).in_place(env, self.store.name()))
            .transpose()?
            .map(Arc::new);
        // Only one morsel is about this partition: nobody else has set it in between.
        Ok(slot.get_or_init(|| rows).clone())
    }

    /// The partition by the next bits of the hash.
    pub(super) fn split(
        &self,
        env: &Environment,
        partition: Partition<'_>,
    ) -> Result<Option<HashPartitions>> {
        partition.split(env, &self.store)
    }

    /// The hashes of the rows of `partition`, a piece at a time.
    pub(super) fn hashes<'a>(
        &'a self,
        env: &'a Environment,
        partition: Partition<'a>,
    ) -> impl Iterator<Item = Result<Buffer<u64>>> + 'a {
        partition.read(env, self.store.name()).map(|piece| Ok(piece?.hashes))
    }

    /// How many of 256 rows of `partition` have a hash that `table` has, as the first of them tell.
    pub(super) fn share_in(
        &self,
        table: &OrderedRows,
        partition: Partition<'_>,
        env: &Environment,
    ) -> Result<usize> {
        let Some(hashes) = self.hashes(env, partition).next().transpose()? else { return Ok(0) };
        let found = hashes.iter().filter(|&&hash| table.has_hash(hash)).count();
        Ok(256 * found / hashes.len())
    }
}

/// Whether the budget had no room for what was wanted.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Memory(MemoryError::OutOfBudget { .. }))
}

/// What was made, or nothing if the budget had no room for it.
pub(super) fn fitting<T>(made: Result<T>) -> Result<Option<T>> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(error) if is_refusal(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
