//! `iterate_bulk`: every superstep replaces the partial solution.

use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use super::aggregate::Aggregate;
use super::identity::identity;
use super::placeholder::Placeholder;
use super::rows;
use super::step::{Closed, Frame, Superstep};
use crate::columnar::{Record, row_bytes};
use crate::dataset::{DataSet, Facts, Kind, Node, NodeRef, Rows, Run, keep};
use crate::error::Result;
use crate::exchange::BlockSource;
use crate::iteration::Criterion;
use crate::iteration::resume::Stateful;
use crate::iteration::superstep::{self, Body, Step};
use crate::pipeline::Pipeline;
use crate::plan::PlanNode;
use crate::report::{AggregateValue, Direction};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

impl<T: Record> DataSet<T> {
    /// Iterates until `criterion` is met; a number is the number of supersteps.
    ///
    /// `body` is called once. It gets the partial solution, which is this data set in the first
    /// superstep, and returns the data set that the next superstep begins with; the last one is
    /// the result. What it reads besides and does not depend on the partial solution is computed
    /// once.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let pair = DataSet::from_collection(&env, [(0u64, 1u64)]);
    /// let fibonacci = pair.iterate_bulk(10, |step| step.partial().map(|(a, b)| (b, a + b)));
    /// assert_eq!(fibonacci.collect()?, [(55, 89)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn iterate_bulk(
        &self,
        criterion: impl Into<Criterion>,
        body: impl FnOnce(&mut BulkStep<T>) -> DataSet<T>,
    ) -> DataSet<T> {
        let env = self.environment();
        let mut step = BulkStep {
            partial: DataSet::from_node(env, Placeholder::new("partial solution")),
            frame: Frame::new("bulk iteration"),
        };
        let next = body(&mut step).node().clone();
        let BulkStep { partial, frame } = step;
        DataSet::from_node(
            env,
            BulkNode {
                initial: self.node().clone(),
                partial: partial.node().clone(),
                next,
                frame,
                criterion: criterion.into(),
                record: PhantomData::<fn() -> T>,
            },
        )
    }
}

/// What the body of a bulk iteration works with.
pub struct BulkStep<T> {
    partial: DataSet<T>,
    frame: Frame,
}

impl<T> std::fmt::Debug for BulkStep<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BulkStep").field("name", &self.frame.name).finish_non_exhaustive()
    }
}

impl<T: Record> BulkStep<T> {
    /// The partial solution: the rows that the superstep begins with.
    pub fn partial(&self) -> DataSet<T> {
        self.partial.clone()
    }

    /// Names the iteration in plans, reports and errors.
    pub fn name(&mut self, name: &str) {
        name.clone_into(&mut self.frame.name);
    }

    /// Says that functions of the body were made with this parameter: a snapshot that was taken with
    /// another value is refused.
    pub fn parameter(&mut self, name: &str, value: impl Display) {
        self.frame.parameters.add(name, value);
    }

    /// The number of the superstep, for functions of the body.
    pub fn superstep(&self) -> Superstep {
        self.frame.superstep.clone()
    }

    /// Folds `values` into one value each superstep, which the next one can read, criteria can
    /// look at, and the report lists.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet, iteration::Criterion};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let start = DataSet::from_collection(&env, [64.0f64, 8.0]);
    /// let halved = start.iterate_bulk(Criterion::ConvergedBelow(5.0), |step| {
    ///     let next = step.partial().map(|x| x / 2.0);
    ///     let sum = step.aggregate("sum", &next, |a, b| a + b);
    ///     step.converge_on(&sum);
    ///     next
    /// });
    /// assert_eq!(halved.collect()?, [4.0, 0.5]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn aggregate<V: Record + Into<AggregateValue>>(
        &mut self,
        name: &str,
        values: &DataSet<V>,
        function: impl Fn(V, V) -> V + Send + Sync + 'static,
    ) -> Aggregate<V> {
        self.frame.aggregate(name, values, function)
    }

    /// Makes `aggregate` the value that [`Criterion::ConvergedBelow`] looks at.
    pub fn converge_on(&mut self, aggregate: &Aggregate<f64>) {
        self.frame.converge_on(aggregate);
    }

    /// Makes `rows` the termination set: [`Criterion::EmptyWorkset`] is met when it is empty.
    pub fn terminate_when_empty<U: Record>(&mut self, rows: &DataSet<U>) {
        self.frame.terminate_when_empty(rows);
    }
}

struct BulkNode<T> {
    initial: NodeRef,
    partial: NodeRef,
    next: NodeRef,
    frame: Frame,
    criterion: Criterion,
    record: PhantomData<fn() -> T>,
}

impl<T> BulkNode<T> {
    /// The plans of the body.
    fn roots(&self) -> Vec<&NodeRef> {
        [&self.next].into_iter().chain(self.frame.roots()).collect()
    }
}

impl<T: Record> Node for BulkNode<T> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(&self.frame.name).property("until", &self.criterion)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        [&self.initial].into_iter().chain(self.roots()).cloned().collect()
    }

    fn facts(&self) -> Facts {
        let kind = Kind::Iteration { body: 1 };
        let row_bytes = Some(row_bytes::<T>());
        Facts { kind, rows: Rows::Like(0), row_bytes, ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        self.frame.reset();
        let current = Arc::new(keep(run.env(), &run.open(&self.initial)?)?);
        let workset = current.num_rows();
        let mut body = BulkBody { node: self, run, current, workset, aggregates: Vec::new() };
        let (name, criterion) = (&self.frame.name, &self.criterion);
        let report = if run.is_body() {
            // The iteration around takes snapshots, of whole supersteps of its own.
            superstep::run(run.env(), name, criterion, &mut body)?
        } else {
            superstep::run_resumable(run.env(), name, criterion, &mut body)?
        };
        run.report_iteration(report);
        Ok(Pipeline::from_shared(body.current))
    }
}

struct BulkBody<'a, T> {
    node: &'a BulkNode<T>,
    run: &'a Run<'a>,
    current: Arc<BlockSource>,
    workset: u64,
    aggregates: Vec<(String, AggregateValue)>,
}

impl<'a, T: Record> BulkBody<'a, T> {
    /// The run of the superstep that comes.
    fn body_run(&self) -> Run<'a> {
        let node = self.node;
        // What the superstep before left in many small partitions is read in larger morsels.
        let partial = Arc::new(self.current.in_full_morsels());
        self.run.body(&node.roots(), [(&node.partial, partial as _)])
    }
}

impl<T: Record> Stateful for BulkBody<'_, T> {
    fn identity(&self) -> Result<Identity> {
        identity(&self.body_run(), &self.node.frame, &self.node.roots(), &[&*self.current])
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        snapshot.numbers(&[self.workset])?;
        rows::save(&self.current, snapshot)?;
        self.node.frame.save(snapshot)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        [self.workset] = snapshot.numbers()?;
        self.current = Arc::new(rows::restore(self.run.env(), snapshot)?);
        self.node.frame.restore(snapshot)
    }
}

impl<T: Record> Body for BulkBody<'_, T> {
    fn workset(&self) -> u64 {
        self.workset
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let node = self.node;
        node.frame.superstep.set(superstep);
        let run = self.body_run();
        let next = keep(run.env(), &run.open(&node.next)?)?;
        let Closed { aggregates, convergence, termination } = node.frame.close(&run)?;
        drop(run);
        let changes = next.num_rows();
        self.workset = termination.unwrap_or(changes);
        self.aggregates = aggregates;
        self.current = Arc::new(next);
        Ok(Step { changes, convergence, direction: Direction::Dataflow })
    }

    fn take_aggregates(&mut self) -> Vec<(String, AggregateValue)> {
        std::mem::take(&mut self.aggregates)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::environment::Environment;
    use crate::error::Error;
    use crate::operators::test_support::everywhere;

    #[test]
    fn replaces_the_partial_solution_until_the_criterion_holds() {
        let rows = everywhere(|env| {
            let start = DataSet::sequence(env, 0..30_000).map(|x| (x % 100, x as f64));
            start.iterate_bulk(3, |step| {
                let superstep = step.superstep();
                step.partial()
                    .group_by(0)
                    .reduce(|a, b| (a.0, a.1 + b.1))
                    .map(move |(key, sum)| (key / 2, sum * superstep.number() as f64))
            })
        });
        assert_eq!(rows.len(), 25);
        let total: f64 = rows.iter().map(|row| row.1).sum();
        assert_eq!(total, 6.0 * (29_999.0 * 30_000.0 / 2.0));
    }

    #[test]
    fn aggregates_are_seen_one_superstep_later_and_reported() {
        let env = Environment::builder().threads(2).build().unwrap();
        let start = DataSet::from_collection(&env, [1u64, 2, 3]);
        let result = start.iterate_bulk(4, |step| {
            let sum = step.aggregate("sum", &step.partial(), |a, b| a + b);
            step.name("add the sum before");
            step.partial().map(move |x| x + sum.previous().unwrap_or(0))
        });
        let (rows, report) = result.collect_with_report().unwrap();
        // Sums: 6; then +0; 6 again after superstep 1: 7 8 9 -> 24; 31 ..
        assert_eq!(rows, [1 + 6 + 6 + 24, 2 + 6 + 6 + 24, 3 + 6 + 6 + 24]);
        let iteration = &report.iterations[0];
        assert_eq!(iteration.name, "add the sum before");
        let sums: Vec<_> =
            iteration.supersteps.iter().map(|step| step.aggregates["sum"].clone()).collect();
        assert_eq!(sums, [6u64, 6, 24, 42].map(AggregateValue::from));
    }

    #[test]
    fn the_constant_path_is_computed_once() {
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let env = Environment::builder().threads(2).build().unwrap();
        let constant = DataSet::sequence(&env, 0..10).map(|x| {
            CALLS.fetch_add(1, Ordering::Relaxed);
            (x, 1u64)
        });
        let sums = constant.group_by(0).reduce(|a, _| a);
        let start = DataSet::from_collection(&env, [0u64]);
        let result = start.iterate_bulk(5, |step| {
            let size = step.aggregate("size", &sums.map(|row| row.1), |a, b| a + b);
            step.partial().map(move |x| x + size.previous().unwrap_or(0))
        });
        assert_eq!(result.collect().unwrap(), [40]);
        assert_eq!(CALLS.load(Ordering::Relaxed), 10);
    }

    #[test]
    fn iterations_nest() {
        let rows = everywhere(|env| {
            DataSet::from_collection(env, [1u64, 10]).iterate_bulk(3, |outer| {
                let base = outer.partial();
                let inner = base.iterate_bulk(2, |inner| inner.partial().map(|x| x + 1));
                inner.map(|x| x * 2)
            })
        });
        assert_eq!(rows, [36, 108]);
    }

    #[test]
    fn an_empty_termination_set_ends_it_and_no_superstep_is_allowed() {
        let env = Environment::builder().threads(1).build().unwrap();
        let start = DataSet::from_collection(&env, [5u64]);
        let (rows, report) = start
            .iterate_bulk(Criterion::EmptyWorkset.or(100.into()), |step| {
                let next = step.partial().map(|x| x.saturating_sub(1));
                step.terminate_when_empty(&next.filter(|&x| x > 2));
                next
            })
            .collect_with_report()
            .unwrap();
        assert_eq!((rows, report.iterations[0].num_supersteps()), (vec![2], 3));
        let none = start.iterate_bulk(0, |step| step.partial().map(|x| x + 1));
        assert_eq!(none.collect().unwrap(), [5]);
    }

    #[test]
    fn a_stand_in_outside_of_its_iteration_is_refused() {
        let env = Environment::builder().threads(1).build().unwrap();
        let mut leaked = None;
        let _ = DataSet::from_collection(&env, [1u64]).iterate_bulk(1, |step| {
            leaked = Some(step.partial());
            step.partial()
        });
        let error = leaked.unwrap().collect().unwrap_err();
        assert!(matches!(error, Error::OutsideIteration { .. }), "{error}");
    }
}
