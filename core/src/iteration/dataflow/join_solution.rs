//! `join_solution`: records of a superstep meet the solution set.

use std::marker::PhantomData;
use std::sync::Arc;

use super::solution_set::HashedSolution;
use crate::columnar::{Key, ReadRecord, Record, RowBuilder, reader_of, row_bytes};
use crate::dataset::{Algebra, DataSet, Extreme, Facts, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockStore, HashExchange, HashPartitions, Hashed};
use crate::executor;
use crate::pipeline::{BATCH_ROWS, Numbered, Output, Pipeline};
use crate::plan::PlanNode;

/// What a run keeps the solution set under.
pub(super) const SOLUTION: &str = "solution set";

/// Candidates on their way to the solution set.
#[must_use = "a join does nothing until it is told what to make of the pairs"]
pub struct SolutionJoin<C, S> {
    candidates: DataSet<C>,
    key: Key,
    solution: NodeRef,
    record: PhantomData<fn() -> S>,
}

impl<C, S> std::fmt::Debug for SolutionJoin<C, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SolutionJoin").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<C: Record, S: Record> SolutionJoin<C, S> {
    pub(super) fn new(candidates: &DataSet<C>, key: Key, solution: &DataSet<S>) -> Self {
        Self {
            candidates: candidates.clone(),
            key,
            solution: solution.node().clone(),
            record: PhantomData,
        }
    }

    /// The records that `function` makes of each candidate and the solution's record of its key,
    /// if there is one.
    ///
    /// Rows come in the order of the candidates inside each partition of their keys' hashes.
    pub fn with<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(C, Option<&S>) -> I + Send + Sync + 'static,
    {
        self.with_algebra(None, function)
    }

    /// The candidates for which `improves` is true; the optimizer sees in which sense.
    pub(super) fn improving(
        self,
        extreme: Extreme,
        improves: impl Fn(&C, Option<&S>) -> bool + Send + Sync + 'static,
    ) -> DataSet<C> {
        self.with_algebra(Some(Algebra::Improve(extreme)), move |candidate, current| {
            improves(&candidate, current).then_some(candidate)
        })
    }

    fn with_algebra<U, I, F>(self, algebra: Option<Algebra>, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(C, Option<&S>) -> I + Send + Sync + 'static,
    {
        let Self { candidates, key, solution, .. } = self;
        let node = JoinSolution {
            input: candidates.node().clone(),
            key,
            solution,
            function: Arc::new(function),
            algebra,
            records: PhantomData::<fn(C, S) -> U>,
        };
        DataSet::from_node(candidates.environment(), node)
    }
}

struct JoinSolution<C, S, U, F> {
    input: NodeRef,
    key: Key,
    solution: NodeRef,
    function: Arc<F>,
    algebra: Option<Algebra>,
    records: PhantomData<fn(C, S) -> U>,
}

impl<C, S, U, I, F> Node for JoinSolution<C, S, U, F>
where
    C: Record,
    S: Record,
    U: Record,
    I: IntoIterator<Item = U>,
    F: Fn(C, Option<&S>) -> I + Send + Sync + 'static,
{
    fn plan(&self) -> PlanNode {
        PlanNode::new("join solution").property("key", &self.key)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone(), self.solution.clone()]
    }

    fn facts(&self) -> Facts {
        let row_bytes = Some(row_bytes::<U>());
        Facts { row_bytes, algebra: self.algebra.clone(), ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let solution = run.built(&self.solution, SOLUTION, |_| {
            Err::<HashedSolution<S>, _>(Error::OutsideIteration { name: SOLUTION })
        })?;
        let pipeline = run.open(&self.input)?;
        let store = BlockStore::new(run.env(), "join solution");
        let exchange = HashExchange::new(&self.key, &store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
        let exchanged = Exchanged {
            key: self.key.clone(),
            solution,
            function: self.function.clone(),
            candidates: HashPartitions::new(parts),
            records: PhantomData::<fn(C) -> U>,
        };
        let join =
            move |at, env: &Environment, output: &mut dyn Output| exchanged.join(at, env, output);
        Ok(Pipeline::new(Numbered::new("join solution", HashPartitions::LEN, join)))
    }
}

/// The candidates by partition: a partition is a morsel.
struct Exchanged<C, S, U, F> {
    key: Key,
    solution: Arc<HashedSolution<S>>,
    function: Arc<F>,
    candidates: HashPartitions,
    records: PhantomData<fn(C) -> U>,
}

impl<C, S, U, I, F> Exchanged<C, S, U, F>
where
    C: Record,
    S: Record,
    U: Record,
    I: IntoIterator<Item = U>,
    F: Fn(C, Option<&S>) -> I,
{
    fn join(&self, at: usize, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let candidates = self.candidates.partition(at);
        if candidates.num_rows() == 0 {
            return Ok(());
        }
        self.solution.with_partition(env, at, |records| {
            let mut made = RowBuilder::with_capacity(BATCH_ROWS.min(candidates.num_rows()));
            for piece in candidates.read(env, SOLUTION) {
                let Hashed { hashes, rows } = piece?;
                let keys = self.key.keys(&rows)?;
                let reader = reader_of::<C>(&rows)?;
                for (row, &hash) in hashes.iter().enumerate() {
                    let pair = (reader.get(row), records.get(hash, &keys, row));
                    (self.function)(pair.0, pair.1).into_iter().for_each(|row| made.push(row));
                    if made.len() >= BATCH_ROWS {
                        output.emit(made.finish())?;
                    }
                }
            }
            if made.is_empty() { Ok(()) } else { output.emit(made.finish()) }
        })
    }
}
