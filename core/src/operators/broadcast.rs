//! Broadcast sets: functions that see all records of other, small data sets.
//!
//! A broadcast set is computed once a run, and inside an iteration once a superstep if it depends
//! on the iteration. Its records are held in memory, paid for, as long as what reads them runs:
//! one that does not fit the budget is an error. Rows keep their order.

use std::fmt;
use std::sync::Arc;

use super::apply::RowsFunction;
use super::filter::Filter;
use super::map_partition::MapPartition;
use super::row_wise::RowWise;
use crate::columnar::{ReadRecord, Record, reader_of, records};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::error::Result;
use crate::exchange::RecordIter;
use crate::executor;
use crate::memory::Reservation;
use crate::pipeline::{Operator, Pipeline};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// Gives the next function all records of `others`: one data set (`&a`), two (`(&a, &b)`) or
    /// three.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let points = DataSet::from_collection(&env, [1.0, 7.0, 2.5]);
    /// let centers = DataSet::from_collection(&env, [0.0, 6.0]);
    /// let nearest = points.with_broadcast(&centers).map(|point: f64, centers: &[f64]| {
    ///     centers.iter().copied().min_by(|a, b| (a - point).abs().total_cmp(&(b - point).abs()))
    /// });
    /// assert_eq!(nearest.collect()?, [Some(0.0), Some(6.0), Some(0.0)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn with_broadcast<S: BroadcastSets>(&self, others: S) -> WithBroadcast<T, S> {
        WithBroadcast { data: self.clone(), nodes: others.nodes(), sets: std::marker::PhantomData }
    }
}

/// Records on their way to a function that sees broadcast sets.
#[must_use = "broadcast sets do nothing until an operator reads them"]
pub struct WithBroadcast<T, S> {
    data: DataSet<T>,
    nodes: Vec<NodeRef>,
    sets: std::marker::PhantomData<fn() -> S>,
}

impl<T, S> fmt::Debug for WithBroadcast<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithBroadcast").field("sets", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl<T: Record, S: BroadcastSets> WithBroadcast<T, S> {
    /// Replaces each record by what `function` makes of it and the broadcast sets.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (a, b) = (DataSet::sequence(&env, 1..4), DataSet::sequence(&env, 5..6));
    /// let sums = a.with_broadcast((&a, &b)).map(|x: u64, (a, b): (&[u64], &[u64])| {
    ///     x + a.iter().sum::<u64>() + b.iter().sum::<u64>()
    /// });
    /// assert_eq!(sums.collect()?, [12, 13, 14]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn map<U, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        F: for<'a> Fn(T, S::Slices<'a>) -> U + Send + Sync + 'static,
    {
        let function = Arc::new(function);
        self.then("map", move |sets| {
            let function = function.clone();
            Arc::new(RowWise::new("map", move |record, rows| {
                rows.push(function(record, S::slices(&sets)));
            }))
        })
    }

    /// Replaces each record by those that `function` makes of it and the broadcast sets, in order.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 1..3);
    /// let factors = DataSet::from_collection(&env, [10u64, 100]);
    /// let products = numbers.with_broadcast(&factors).flat_map(|x: u64, factors: &[u64]| {
    ///     factors.iter().map(|factor| x * factor).collect::<Vec<_>>()
    /// });
    /// assert_eq!(products.collect()?, [10, 100, 20, 200]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn flat_map<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: for<'a> Fn(T, S::Slices<'a>) -> I + Send + Sync + 'static,
    {
        let function = Arc::new(function);
        self.then("flat map", move |sets| {
            let function = function.clone();
            Arc::new(RowWise::new("flat map", move |record, rows| {
                function(record, S::slices(&sets)).into_iter().for_each(|made| rows.push(made));
            }))
        })
    }

    /// Keeps the records that `predicate` is true for, seeing the broadcast sets.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..9);
    /// let good = DataSet::from_collection(&env, [2u64, 5, 77]);
    /// let kept = numbers.with_broadcast(&good).filter(|x: &u64, good: &[u64]| good.contains(x));
    /// assert_eq!(kept.collect()?, [2, 5]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn filter<F>(self, predicate: F) -> DataSet<T>
    where
        F: for<'a> Fn(&T, S::Slices<'a>) -> bool + Send + Sync + 'static,
    {
        let predicate = Arc::new(predicate);
        self.then("filter", move |sets| {
            let predicate = predicate.clone();
            Arc::new(Filter::of_batches("filter", move |batch, keep| {
                let (reader, sets) = (reader_of::<T>(batch)?, S::slices(&sets));
                let rows = keep.iter_mut().enumerate();
                rows.for_each(|(row, keep)| *keep = predicate(&reader.get(row), sets));
                Ok(())
            }))
        })
    }

    /// Replaces the records of each partition by those that `function` makes of them and the
    /// broadcast sets (see [`map_partition`](DataSet::map_partition)).
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::exchange::RecordIter;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..10);
    /// let limit = DataSet::from_collection(&env, [7u64]);
    /// let counts = numbers.with_broadcast(&limit).map_partition(
    ///     |rows: RecordIter<u64>, limit: &[u64]| [rows.filter(|x| *x < limit[0]).count() as u64],
    /// );
    /// assert_eq!(counts.collect()?, [7]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn map_partition<U, I, F>(self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: for<'a> Fn(RecordIter<T>, S::Slices<'a>) -> I + Send + Sync + 'static,
    {
        let function = Arc::new(function);
        self.then("map partition", move |sets| {
            let function = function.clone();
            let function = RowsFunction::new(move |rows| function(rows, S::slices(&sets)));
            Arc::new(MapPartition { function })
        })
    }

    fn then<U: Record>(
        self,
        name: &'static str,
        operator: impl Fn(S::Held) -> Arc<dyn Operator> + Send + Sync + 'static,
    ) -> DataSet<U> {
        let (input, others) = (self.data.node().clone(), self.nodes);
        let open = move |run: &Run<'_>, others: &[NodeRef]| Ok(operator(S::hold(run, others)?));
        let node = Broadcast { name, input, others, open: Box::new(open) };
        DataSet::from_node(self.data.environment(), node)
    }
}

/// The node: an operator that is made when the broadcast sets are there.
struct Broadcast {
    name: &'static str,
    input: NodeRef,
    others: Vec<NodeRef>,
    open: Box<OpenWith>,
}

type OpenWith = dyn Fn(&Run<'_>, &[NodeRef]) -> Result<Arc<dyn Operator>> + Send + Sync;

impl Node for Broadcast {
    fn plan(&self) -> PlanNode {
        let names: Vec<_> = self.others.iter().map(|other| other.plan().operator).collect();
        PlanNode::new(self.name).property("broadcast", names.join(", "))
    }

    fn inputs(&self) -> Vec<NodeRef> {
        [&self.input].into_iter().chain(&self.others).cloned().collect()
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let operator = (self.open)(run, &self.others)?;
        Ok(run.open(&self.input)?.then(operator))
    }
}

/// All records of a data set, in memory.
#[derive(Debug)]
pub struct HeldRecords<B> {
    records: Vec<B>,
    _paid: Reservation,
}

impl<B: Record> HeldRecords<B> {
    fn of(run: &Run<'_>, node: &NodeRef) -> Result<Arc<Self>> {
        run.built(node, "broadcast", |home| {
            let (env, pipeline) = (home.env(), home.open(node)?);
            let batches = executor::collect(env, pipeline.source(), &pipeline.chain())?;
            let num_rows: usize = batches.iter().map(|batch| batch.num_rows()).sum();
            let inline = num_rows * size_of::<B>();
            let mut paid = env.memory().reserve("broadcast", inline as u64)?;
            let mut all = Vec::with_capacity(num_rows);
            for batch in batches {
                all.extend(records::<B>(&batch)?);
            }
            let heap: usize = all.iter().map(Record::heap_bytes).sum();
            paid.resize((inline + heap) as u64)?;
            Ok(Self { records: all, _paid: paid })
        })
    }
}

/// What can be broadcast: a data set, or a tuple of them.
pub trait BroadcastSets: Copy {
    /// The records, shared.
    type Held: Send + Sync + 'static;

    /// What a function sees of them.
    type Slices<'a>: Copy;

    /// The nodes of the data sets.
    fn nodes(&self) -> Vec<NodeRef>;

    /// The records of the data sets that `nodes` compute.
    fn hold(run: &Run<'_>, nodes: &[NodeRef]) -> Result<Self::Held>;

    /// The records as slices.
    fn slices(held: &Self::Held) -> Self::Slices<'_>;
}

impl<B: Record> BroadcastSets for &DataSet<B> {
    type Held = Arc<HeldRecords<B>>;
    type Slices<'a> = &'a [B];

    fn nodes(&self) -> Vec<NodeRef> {
        vec![self.node().clone()]
    }

    fn hold(run: &Run<'_>, nodes: &[NodeRef]) -> Result<Self::Held> {
        HeldRecords::of(run, &nodes[0])
    }

    fn slices(held: &Self::Held) -> &[B] {
        &held.records
    }
}

macro_rules! broadcast_tuples {
    ($($set:ident $at:tt),+) => {
        impl<$($set: Record),+> BroadcastSets for ($(&DataSet<$set>,)+) {
            type Held = ($(Arc<HeldRecords<$set>>,)+);
            type Slices<'a> = ($(&'a [$set],)+);

            fn nodes(&self) -> Vec<NodeRef> {
                vec![$(self.$at.node().clone()),+]
            }

            fn hold(run: &Run<'_>, nodes: &[NodeRef]) -> Result<Self::Held> {
                Ok(($(HeldRecords::of(run, &nodes[$at])?,)+))
            }

            fn slices(held: &Self::Held) -> Self::Slices<'_> {
                ($(&held.$at.records[..],)+)
            }
        }
    };
}

broadcast_tuples!(A 0, B 1);
broadcast_tuples!(A 0, B 1, C 2);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    #[test]
    fn functions_see_all_records_in_order() {
        let found = everywhere(|env| {
            let names = DataSet::sequence(env, 0..100).map(|x| x.to_string());
            let odd = DataSet::sequence(env, 0..1000).filter(|x| x % 2 == 1);
            let rows = DataSet::sequence(env, 0..200_000).with_broadcast((&odd, &names)).filter(
                |x: &u64, (odd, names): (&[u64], &[String])| {
                    odd.binary_search(x).is_ok() && names.contains(&x.to_string())
                },
            );
            rows.with_broadcast(&names).map(|x: u64, names: &[String]| names[x as usize].clone())
        });
        assert_eq!(found, (0..50).map(|x| (2 * x + 1).to_string()).collect::<Vec<_>>());
        let none = everywhere(|env| {
            let none = DataSet::sequence(env, 0..0);
            none.with_broadcast((&none, &none, &none)).map(|x: u64, _: (&[u64], &[u64], &[u64])| x)
        });
        assert!(none.is_empty());
    }

    #[test]
    fn a_set_is_computed_once_a_run_and_named_in_the_plan() {
        let env = Environment::builder().threads(2).build().unwrap();
        let computed = Arc::new(AtomicU64::new(0));
        let counter = computed.clone();
        let set = DataSet::sequence(&env, 0..1).map(move |x| {
            counter.fetch_add(1, Ordering::Relaxed);
            x
        });
        let rows = DataSet::sequence(&env, 0..300_000);
        let rows = rows.with_broadcast(&set).map(|x: u64, set: &[u64]| x + set[0]);
        let rows = rows.with_broadcast(&set).filter(|x: &u64, set: &[u64]| *x > set[0]);
        assert_eq!(rows.count().unwrap(), 299_999);
        assert_eq!(computed.load(Ordering::Relaxed), 1);
        assert!(rows.explain().to_string().starts_with("filter [broadcast: map]\n"));
    }

    #[test]
    fn a_set_beyond_the_budget_is_an_error() {
        let env = Environment::builder().threads(2).memory("1 MiB").build().unwrap();
        let large = DataSet::sequence(&env, 0..200_000);
        let rows = DataSet::sequence(&env, 0..2).with_broadcast(&large);
        let error = rows.map(|x: u64, _: &[u64]| x).count().unwrap_err().to_string();
        assert!(error.contains("broadcast wanted 1.5 MiB"), "{error}");
        assert_eq!(env.memory().counters().granted_bytes, 0);
    }
}
