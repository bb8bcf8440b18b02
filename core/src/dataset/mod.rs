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

mod annotated;
mod facts;
mod kept;
mod optimizer;
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

use annotated::Annotated;
use kept::Kept;

pub use facts::{Algebra, Choices, Extreme, Facts, Forwards, JoinStrategy, Kind, NodeId, Rows};
pub use optimizer::{Actual, Description, Estimate, PhysicalPlan, Properties};
pub use record_wise::RecordWise;
pub(crate) use run::explain;
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

    /// The identity of that node.
    pub fn id(&self) -> NodeId {
        run::id(&self.node)
    }

    /// The environment that it runs in.
    pub fn environment(&self) -> &Environment {
        &self.env
    }

    /// Passes the rows through a record-wise operator that makes records of type `U`.
    pub fn then<U: Record>(&self, operator: impl Operator + 'static) -> DataSet<U> {
        self.then_with(operator, |node| node)
    }

    /// As [`then`](Self::then), where `tell` tells the optimizer more.
    pub fn then_with<U: Record>(
        &self,
        operator: impl Operator + 'static,
        tell: impl FnOnce(RecordWise) -> RecordWise,
    ) -> DataSet<U> {
        let node = RecordWise::new::<U>(self.node.clone(), Arc::new(operator));
        DataSet::from_node(&self.env, tell(node))
    }

    /// Tells the optimizer how many rows there will be, about.
    pub fn estimated_rows(&self, rows: u64) -> Self {
        self.annotated(|facts| facts.rows = Rows::Exactly(rows))
    }

    /// Tells the optimizer that column `.0` of the operator's input comes out unchanged as column
    /// `.1`, for each pair. Columns are counted as in the schema: a nested field may have several.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let sums = DataSet::from_collection(&env, [(1u64, 2.0), (1, 3.0)])
    ///     .group_by(0)
    ///     .reduce(|a, b| (a.0, a.1 + b.1));
    /// let halves = sums.map(|(key, sum)| (key, sum / 2.0)).forwarded_columns([(0, 0)]);
    /// let plan = halves.group_by(0).reduce(|a, _| a).explain().to_string();
    /// assert!(plan.contains("rewrite reuse partitions"), "{plan}");
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn forwarded_columns(&self, columns: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let columns = columns.into_iter().collect();
        self.annotated(|facts| facts.forwards = Forwards::Columns(columns))
    }

    fn annotated(&self, change: impl FnOnce(&mut Facts)) -> Self {
        let mut facts = self.node.facts();
        change(&mut facts);
        Self::from_node(&self.env, Annotated { node: self.node.clone(), facts })
    }

    /// The plan as it was written.
    pub fn explain_written(&self) -> PlanNode {
        run::explain(&self.node)
    }

    /// The plan as it will run: estimates, and what the optimizer decided and why. After a run,
    /// [`collect_with_report`](Self::collect_with_report) has it with what really came out.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let rows = DataSet::from_collection(&env, [(1u64, 1u64)]).map(|(a, b)| (b, a));
    /// let plan = rows.group_by(0).reduce(|a, _| a).explain().to_string();
    /// assert!(plan.contains("rewrite combine: associative"), "{plan}");
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn explain(&self) -> PlanNode {
        Run::new(&self.env, &[&self.node]).explain(&self.node)
    }

    /// Runs the plan: all records, in order.
    pub fn collect(&self) -> Result<Vec<T>> {
        Ok(self.collect_with_report()?.0)
    }

    /// Runs the plan: all records, in order, and what its iterations did.
    pub fn collect_with_report(&self) -> Result<(Vec<T>, RunReport)> {
        let run = Run::new(&self.env, &[&self.node]);
        let pipeline = run.open(&self.node)?;
        let batches = executor::collect(&self.env, pipeline.source(), &pipeline.chain())?;
        let mut all = Vec::with_capacity(batches.iter().map(|batch| batch.num_rows()).sum());
        for batch in batches {
            all.extend(records::<T>(&batch)?);
        }
        Ok((all, run.report(&self.node)))
    }

    /// Runs the plan: the number of records.
    pub fn count(&self) -> Result<u64> {
        let pipeline = Run::new(&self.env, &[&self.node]).open(&self.node)?;
        executor::count(&self.env, pipeline.source(), &pipeline.chain())
    }

    /// Runs the plan and keeps its rows, in memory while the budget has room and in a spill file
    /// after that: the data set of what was computed. It is given back when the last data set that
    /// reads it is dropped.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let squares = DataSet::sequence(&env, 0..1000).map(|x| x * x).persist()?;
    /// assert_eq!(squares.filter(|x| x % 2 == 0).count()?, 500);
    /// assert_eq!(squares.explain().to_string(), "kept map [rows: 1000, estimated rows: 1000, \
    ///     estimated bytes: 7.8 KiB]\n");
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn persist(&self) -> Result<Self> {
        let run = Run::new(&self.env, &[&self.node]);
        let rows = keep(&self.env, &run.open(&self.node)?)?;
        Ok(Self::from_node(&self.env, Kept::new::<T>(rows)))
    }

    /// Runs the plan: all records, in order, into `sink`.
    pub fn write(&self, sink: Box<dyn Sink>) -> Result<()> {
        let pipeline = Run::new(&self.env, &[&self.node]).open(&self.node)?;
        executor::write(&self.env, pipeline.source(), &pipeline.chain(), sink)
    }
}
