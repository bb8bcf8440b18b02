//! The node of all operators that fold groups.
//!
//! ```text
//! input ─► combine (a morsel at a time) ─► exchange by hash ─► fold each partition ─► output
//! ```
//!
//! Before the exchange each morsel folds what it can in a small table; where that does not halve
//! its rows it stops trying, and the rest of the morsel goes on as it is. After the exchange a
//! partition folds what arrives, in the order of the morsels. So the order in which the rows of a
//! group are folded depends on the input and on nothing else.
//!
//! Time O(rows); memory for the groups of the partitions that are being folded (one a worker), and
//! for what the exchange keeps, which spills. A partition whose groups do not fit is split by the
//! next bits of the hash.

use std::sync::Arc;

use super::combine::Combine;
use super::group_states::{GroupStates, Groups, NewStates};
use crate::columnar::{Batch, Key, Record, concatenate, row_bytes};
use crate::dataset::{Algebra, DataSet, Facts, Kind, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockStore, HashExchange, HashPartitions, Partition};
use crate::executor;
use crate::memory::MemoryError;
use crate::pipeline::{BATCH_ROWS, Numbered, Output, Pipeline};
use crate::plan::PlanNode;

/// The rows that the groups of `data` by `key` become in `states`, in the order of their hashes.
pub(super) fn fold_groups<T: Record>(
    name: impl Into<String>,
    data: &DataSet<T>,
    key: Key,
    states: impl Fn() -> Result<Box<dyn GroupStates>> + Send + Sync + 'static,
) -> DataSet<T> {
    fold_groups_by(name, data, key, None, states)
}

/// As [`fold_groups`], where `algebra` says what is done.
pub(super) fn fold_groups_by<T: Record>(
    name: impl Into<String>,
    data: &DataSet<T>,
    key: Key,
    algebra: Option<Algebra>,
    states: impl Fn() -> Result<Box<dyn GroupStates>> + Send + Sync + 'static,
) -> DataSet<T> {
    let (name, input) = (name.into(), data.node().clone());
    let (row_bytes, states) = (row_bytes::<T>(), Arc::new(states));
    let node = FoldGroups { name, input, key, states, row_bytes, algebra };
    DataSet::from_node(data.environment(), node)
}

/// The node.
struct FoldGroups {
    name: String,
    input: NodeRef,
    key: Key,
    states: Arc<NewStates>,
    row_bytes: usize,
    algebra: Option<Algebra>,
}

impl Node for FoldGroups {
    fn plan(&self) -> PlanNode {
        let plan = PlanNode::new(&self.name);
        let whole = self.key.fields().is_some_and(<[usize]>::is_empty);
        if whole { plan } else { plan.property("key", &self.key) }
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn facts(&self) -> Facts {
        let kind = Kind::Keyed { key: self.key.clone(), combines: true };
        let (row_bytes, algebra) = (Some(self.row_bytes), self.algebra.clone());
        Facts { kind, row_bytes, algebra, ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        // What cannot be folded is found out before anything runs.
        (self.states)()?;
        let mut pipeline = run.open(&self.input)?;
        if !run.choices(self).skip_combine {
            let (key, states) = (self.key.clone(), self.states.clone());
            pipeline = pipeline.then(Arc::new(Combine { key, states }));
        }
        let store = BlockStore::new(run.env(), &self.name);
        let exchange = HashExchange::new(&self.key, &store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
        let exchanged = Exchanged {
            name: self.name.clone(),
            key: self.key.clone(),
            states: self.states.clone(),
            partitions: HashPartitions::new(parts),
            store,
        };
        let fold = move |at, env: &Environment, output: &mut dyn Output| {
            exchanged.fold_all(at, env, output)
        };
        Ok(Pipeline::new(Numbered::new(&self.name, HashPartitions::LEN, fold)))
    }
}

/// What the exchange gathered: a partition is a morsel of what comes next.
struct Exchanged {
    name: String,
    key: Key,
    states: Arc<NewStates>,
    partitions: HashPartitions,
    store: BlockStore,
}

/// Rows of a partition from which on it is split when its groups do not fit.
const SPLIT_ROWS: usize = 1 << 10;

impl Exchanged {
    /// Folds the partition `at`.
    fn fold_all(&self, at: usize, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let mut rows = FullBatches { exchanged: self, part: Vec::new(), output };
        self.fold(env, self.partitions.partition(at), &mut rows)?;
        rows.finish()
    }

    /// Folds a partition; one whose groups do not fit into memory is split first. The order of
    /// hashes is the same either way.
    fn fold(
        &self,
        env: &Environment,
        partition: Partition<'_>,
        rows: &mut FullBatches<'_>,
    ) -> Result<()> {
        let num_rows = partition.num_rows();
        if num_rows == 0 {
            return Ok(());
        }
        env.check_cancelled()?;
        match self.fold_at_once(env, partition) {
            Err(Error::Memory(MemoryError::OutOfBudget { .. })) if num_rows > SPLIT_ROWS => {}
            Err(error) => return Err(error),
            Ok(groups) => return rows.take(groups),
        }
        let Some(split) = partition.split(env, &self.store)? else {
            return self.fold_at_once(env, partition).and_then(|groups| rows.take(groups));
        };
        (0..HashPartitions::LEN).try_for_each(|at| self.fold(env, split.partition(at), rows))
    }

    fn fold_at_once(&self, env: &Environment, partition: Partition<'_>) -> Result<Groups> {
        let mut groups = Groups::paid(env, &*self.states)?;
        for piece in partition.read(env, &self.name) {
            let piece = piece?;
            let keys = self.key.keys(&piece.rows)?;
            groups.fold(&piece.hashes, &keys, &piece.rows, 0, usize::MAX)?;
        }
        Ok(groups)
    }
}

/// Emits rows in batches of [`BATCH_ROWS`], however the partition was split.
struct FullBatches<'a> {
    exchanged: &'a Exchanged,
    /// What does not fill a batch yet.
    part: Vec<Batch>,
    output: &'a mut dyn Output,
}

impl FullBatches<'_> {
    /// Emits the rows of groups in the order of their hashes.
    fn take(&mut self, mut groups: Groups) -> Result<()> {
        let order = groups.by_hash();
        let mut order = &order[..];
        while !order.is_empty() {
            let held: usize = self.part.iter().map(Batch::num_rows).sum();
            let (next, rest) = order.split_at((BATCH_ROWS - held).min(order.len()));
            self.part.push(groups.take(next)?);
            if held + next.len() == BATCH_ROWS {
                self.finish()?;
            }
            order = rest;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let store = &self.exchanged.store;
        let batch = concatenate(store.scratch(), store.name(), &self.part)?;
        self.part.clear();
        self.output.emit(batch)
    }
}
