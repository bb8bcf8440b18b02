//! Data sets: what a program computes with, before anything is computed.
//!
//! A [`DataSet`] is a node of a plan with a record type. Its methods (one file each in
//! [`operators`](crate::operators)) add nodes; [`collect`](DataSet::collect),
//! [`count`](DataSet::count) and [`write`](DataSet::write) run the plan.
//!
//! ```text
//! DataSet<T> ─ Node ─ open(run) ─► Pipeline = source + chain of operators
//!                │
//!                └ a breaker runs the pipeline of its input first, and is the source of the next
//! ```

mod record_wise;
mod run;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::columnar::{Record, records};
use crate::environment::Environment;
use crate::error::Result;
use crate::executor;
use crate::pipeline::{Operator, Sink};
use crate::plan::PlanNode;
use crate::report::RunReport;

pub use record_wise::RecordWise;
pub use run::{Node, NodeRef, Run, keep};

/// A bounded collection of records, described by how it is computed.
///
/// Nothing runs until a result is asked for. A data set may be used any number of times; what it
/// stands for is then computed once a run. Rows have an order, which every operator documents, and
/// which is the same at any number of threads and within any budget.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::dataset::DataSet;
/// let env = Environment::builder().threads(2).build()?;
/// let numbers = DataSet::from_collection(&env, vec![1u64, 2, 3, 4]);
/// let squares = numbers.filter(|x| x % 2 == 0).map(|x| x * x);
/// assert_eq!(squares.collect()?, [4, 16]);
/// # Ok::<(), quince_core::Error>(())
/// ```
#[must_use = "a data set does nothing until a result is asked for"]
pub struct DataSet<T> {
    env: Environment,
    node: NodeRef,
    record: PhantomData<fn() -> T>,
}

impl<T> Clone for DataSet<T> {
    fn clone(&self) -> Self {
        Self { env: self.env.clone(), node: self.node.clone(), record: PhantomData }
    }
}

impl<T> fmt::Debug for DataSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = std::any::type_name::<T>();
        f.debug_struct("DataSet").field("record", &record).finish_non_exhaustive()
    }
}

impl<T: Record> DataSet<T> {
    /// The data set that `node` computes; its rows must be records of type `T`.
    pub fn from_node(env: &Environment, node: impl Node + 'static) -> Self {
        Self { env: env.clone(), node: Arc::new(node), record: PhantomData }
    }

    /// The node that computes it.
    pub fn node(&self) -> &NodeRef {
        &self.node
    }

    /// The environment that it runs in.
    pub fn environment(&self) -> &Environment {
        &self.env
    }

    /// Passes the rows through a record-wise operator that makes records of type `U`.
    pub fn then<U: Record>(&self, operator: impl Operator + 'static) -> DataSet<U> {
        DataSet::from_node(&self.env, RecordWise::new(self.node.clone(), Arc::new(operator)))
    }

    /// The plan as it was written.
    pub fn explain(&self) -> PlanNode {
        run::explain(&self.node)
    }

    /// Runs the plan: all records, in order.
    pub fn collect(&self) -> Result<Vec<T>> {
        Ok(self.collect_with_report()?.0)
    }

    /// Runs the plan: all records, in order, and what its iterations did.
    pub fn collect_with_report(&self) -> Result<(Vec<T>, RunReport)> {
        let run = Run::new(&self.env, [&self.node]);
        let pipeline = run.open(&self.node)?;
        let batches = executor::collect(&self.env, pipeline.source(), &pipeline.chain())?;
        let mut all = Vec::with_capacity(batches.iter().map(|batch| batch.num_rows()).sum());
        for batch in batches {
            all.extend(records::<T>(&batch)?);
        }
        Ok((all, run.report()))
    }

    /// Runs the plan: the number of records.
    pub fn count(&self) -> Result<u64> {
        let pipeline = Run::new(&self.env, [&self.node]).open(&self.node)?;
        executor::count(&self.env, pipeline.source(), &pipeline.chain())
    }

    /// Runs the plan: all records, in order, into `sink`.
    pub fn write(&self, sink: Box<dyn Sink>) -> Result<()> {
        let pipeline = Run::new(&self.env, [&self.node]).open(&self.node)?;
        executor::write(&self.env, pipeline.source(), &pipeline.chain(), sink)
    }
}
