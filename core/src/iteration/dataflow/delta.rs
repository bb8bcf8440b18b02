//! `iterate_delta`: every superstep changes the solution set where the workset says.

use std::fmt::Display;
use std::sync::Arc;

use super::aggregate::Aggregate;
use super::dense::{self, Spread};
use super::identity::identity;
use super::join_solution::{SOLUTION, SolutionJoin};
use super::placeholder::Placeholder;
use super::rows;
use super::solution_set::HashedSolution;
use super::step::{Closed, Frame, Superstep};
use crate::columnar::{IntoKey, Key, Record, row_bytes, types_of};
use crate::dataset::{
    Algebra, DataSet, Extreme, Facts, Kind, Node, NodeId, NodeRef, Rows, Run, keep,
};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockSource, BlockStore, HashExchange, HashPartitions};
use crate::executor;
use crate::iteration::Criterion;
use crate::iteration::resume::Stateful;
use crate::iteration::superstep::{self, Body, Step};
use crate::operators::Aggregation;
use crate::pipeline::{Numbered, Pipeline, Source};
use crate::plan::PlanNode;
use crate::report::{AggregateValue, Direction};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

impl<S: Record> DataSet<S> {
    /// Iterates with a solution set, which this data set is at first, until the workset is empty
    /// or `criterion` is met; a number is the number of supersteps.
    ///
    /// The solution set holds one record for each value of `key` (the last one, where the initial
    /// rows repeat a key). `body` is called once. It returns the delta, whose records replace
    /// those of the same key or are added, and the workset of the next superstep. The result is
    /// the solution set, in the order of the hashes of its keys.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// // The fewest steps from 1 to each number, doubling or adding one.
    /// let known = DataSet::from_collection(&env, [(1u64, 0u32)]);
    /// let fewest = known.iterate_delta(&known, 0, 100, |step| {
    ///     let tried = step
    ///         .workset()
    ///         .flat_map(|(at, steps)| [(2 * at, steps + 1), (at + 1, steps + 1)])
    ///         .filter(|&(at, _)| at <= 10);
    ///     let delta = step.join_solution(&tried, 0).with(|(at, steps), known| {
    ///         known.is_none().then_some((at, steps))
    ///     });
    ///     let delta = delta.group_by(0).reduce(|a, _| a);
    ///     (delta.clone(), delta)
    /// });
    /// let mut rows = fewest.collect()?;
    /// rows.sort();
    /// assert_eq!(rows[6..], [(7, 4), (8, 3), (9, 4), (10, 4)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn iterate_delta<W: Record, M>(
        &self,
        workset: &DataSet<W>,
        key: impl IntoKey<S, M>,
        criterion: impl Into<Criterion>,
        body: impl FnOnce(&mut DeltaStep<S, W>) -> (DataSet<S>, DataSet<W>),
    ) -> DataSet<S> {
        let env = self.environment();
        let mut step = DeltaStep {
            solution: DataSet::from_node(env, Placeholder::new(SOLUTION)),
            workset: DataSet::from_node(env, Placeholder::new("workset")),
            frame: Frame::new("delta iteration"),
        };
        let (delta, next) = body(&mut step);
        let node: DeltaNode<S> = DeltaNode {
            initial: [self.node().clone(), workset.node().clone()],
            solution: step.solution,
            workset: step.workset.node().clone(),
            delta: delta.node().clone(),
            next: next.node().clone(),
            key: key.into_key(),
            frame: step.frame,
            criterion: match criterion.into() {
                Criterion::EmptyWorkset => Criterion::EmptyWorkset,
                other => Criterion::EmptyWorkset.or(other),
            },
        };
        DataSet::from_node(env, node)
    }
}

/// What the body of a delta iteration works with.
pub struct DeltaStep<S, W> {
    solution: DataSet<S>,
    workset: DataSet<W>,
    frame: Frame,
}

impl<S, W> std::fmt::Debug for DeltaStep<S, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeltaStep").field("name", &self.frame.name).finish_non_exhaustive()
    }
}

impl<S: Record, W: Record> DeltaStep<S, W> {
    /// The whole solution set, in the order of the hashes of its keys. To look records up by key,
    /// [`join_solution`](Self::join_solution) does not read all of it.
    pub fn solution(&self) -> DataSet<S> {
        self.solution.clone()
    }

    /// The rows that the superstep begins with.
    pub fn workset(&self) -> DataSet<W> {
        self.workset.clone()
    }

    /// Looks up the solution's record for the key of each of `candidates`; `key` must have the
    /// type of the solution's key.
    pub fn join_solution<C: Record, M>(
        &self,
        candidates: &DataSet<C>,
        key: impl IntoKey<C, M>,
    ) -> SolutionJoin<C, S> {
        SolutionJoin::new(candidates, key.into_key(), &self.solution)
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

    /// Folds `values` into one value each superstep: see
    /// [`BulkStep::aggregate`](super::BulkStep::aggregate).
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
}

impl<K, V, W> DeltaStep<(K, V), W>
where
    K: Record,
    V: Record + PartialOrd,
    W: Record,
{
    /// The candidates, records of key and value, whose value is less (or greater) than that of the
    /// solution's record of their key. Candidates of unknown keys are left out.
    ///
    /// It says what [`join_solution`](Self::join_solution) leaves to a function. With a join that
    /// is projected and an aggregate, the whole body is in the open, and the optimizer can run it
    /// over a static index with a dense solution set:
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet, iteration::Criterion};
    /// use quince_core::operators::Aggregation::Min;
    /// use quince_core::operators::JoinField::{First, Second};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 1), (8, 9), (9, 8)]);
    /// let labels = DataSet::from_collection(&env, [(1u64, 1u64), (2, 2), (8, 8), (9, 9)]);
    /// let components = labels.iterate_delta(&labels, 0, Criterion::EmptyWorkset, |step| {
    ///     let sent = step.workset().join(&edges).on(0, 0);
    ///     let sent = sent.project::<(u64, u64)>([Second(1), First(1)]);
    ///     let delta = step.improve(Min, &sent.group_by(0).min(1));
    ///     (delta.clone(), delta)
    /// });
    /// assert!(components.explain().to_string().contains("rewrite dense delta: Min spreads"));
    /// let mut rows = components.collect()?;
    /// rows.sort();
    /// assert_eq!(rows, [(1, 1), (2, 1), (8, 8), (9, 8)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    ///
    /// # Panics
    /// For [`Aggregation::Sum`]: a sum is no improvement.
    pub fn improve(
        &self,
        aggregation: Aggregation,
        candidates: &DataSet<(K, V)>,
    ) -> DataSet<(K, V)> {
        let extreme = match aggregation {
            Aggregation::Min => Extreme::Min,
            Aggregation::Max => Extreme::Max,
            Aggregation::Sum => panic!("a sum is no improvement: take Min or Max"),
        };
        let key = IntoKey::<(K, V), _>::into_key(0);
        let join = SolutionJoin::new(candidates, key, &self.solution);
        join.improving(extreme, move |candidate, current| {
            current.is_some_and(|current| match extreme {
                Extreme::Min => candidate.1 < current.1,
                Extreme::Max => candidate.1 > current.1,
            })
        })
    }
}

struct DeltaNode<S> {
    /// The initial solution set and workset.
    initial: [NodeRef; 2],
    solution: DataSet<S>,
    workset: NodeRef,
    delta: NodeRef,
    next: NodeRef,
    key: Key,
    frame: Frame,
    criterion: Criterion,
}

impl<S: Record> DeltaNode<S> {
    /// The plans of the body.
    fn roots(&self) -> Vec<&NodeRef> {
        [&self.delta, &self.next].into_iter().chain(self.frame.roots()).collect()
    }

    /// The solution set by the dense path, if the optimizer chose it and the rows allow it.
    fn open_dense(&self, run: &Run<'_>) -> Result<Option<BlockSource>> {
        let dense = run.choices(self).dense.then(|| Spread::of(&self.delta)).flatten();
        let Some(spread) = dense else { return Ok(None) };
        let name = &self.frame.name;
        let found = dense::run::<S>(run, name, &self.criterion, &self.initial[0], &spread)?;
        Ok(found.map(|(solution, report)| {
            run.report_iteration(report);
            solution
        }))
    }

    /// The rows of `node` by partition of the solution's key.
    fn exchange(&self, run: &Run<'_>, node: &NodeRef) -> Result<(HashPartitions, BlockStore)> {
        let pipeline = run.open(node)?;
        let store = BlockStore::new(run.env(), SOLUTION);
        let exchange = HashExchange::new(&self.key, &store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
        Ok((HashPartitions::new(parts), store))
    }
}

impl<S: Record> Node for DeltaNode<S> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(&self.frame.name)
            .property("key", &self.key)
            .property("until", &self.criterion)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        self.initial.iter().chain(self.roots()).cloned().collect()
    }

    fn facts(&self) -> Facts {
        let kind = Kind::Iteration { body: self.initial.len() };
        let row_bytes = Some(row_bytes::<S>());
        let is_key_and_value = types_of::<S>().len() == 2 && matches!(self.key.fields(), Some([0]));
        let workset = std::sync::Arc::as_ptr(&self.workset).cast::<()>() as NodeId;
        let algebra = is_key_and_value.then_some(Algebra::Delta { workset });
        Facts { kind, rows: Rows::Like(0), row_bytes, algebra, ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        self.frame.reset();
        if let Some(solution) = self.open_dense(run)? {
            return Ok(Pipeline::new(solution));
        }
        let (initial, _store) = self.exchange(run, &self.initial[0])?;
        let solution = HashedSolution::new(run.env(), self.key.clone(), &initial)?;
        drop(initial);
        let workset = keep(run.env(), &run.open(&self.initial[1])?)?;
        let mut body = DeltaBody {
            node: self,
            run,
            solution: Arc::new(solution),
            workset: Arc::new(workset),
            aggregates: Vec::new(),
        };
        let (name, criterion) = (&self.frame.name, &self.criterion);
        let report = if run.is_body() {
            // The iteration around takes snapshots, of whole supersteps of its own.
            superstep::run(run.env(), name, criterion, &mut body)?
        } else {
            superstep::run_resumable(run.env(), name, criterion, &mut body)?
        };
        run.report_iteration(report);
        Ok(Pipeline::new(source(body.solution)))
    }
}

struct DeltaBody<'a, S> {
    node: &'a DeltaNode<S>,
    run: &'a Run<'a>,
    solution: Arc<HashedSolution<S>>,
    workset: Arc<BlockSource>,
    aggregates: Vec<(String, AggregateValue)>,
}

impl<'a, S: Record> DeltaBody<'a, S> {
    /// The run of the superstep that comes.
    fn body_run(&self) -> Run<'a> {
        let node = self.node;
        let solution = node.solution.node();
        let whole = Arc::new(source(self.solution.clone()));
        let run = self.run.body(
            &node.roots(),
            [
                (&node.workset, Arc::new(self.workset.in_full_morsels()) as _),
                (solution, whole as _),
            ],
        );
        run.put(solution, SOLUTION, self.solution.clone());
        run
    }
}

impl<S: Record> Stateful for DeltaBody<'_, S> {
    fn identity(&self) -> Result<Identity> {
        let initial: [&dyn Source; 2] = [&source(self.solution.clone()), &*self.workset];
        let mut identity =
            identity(&self.body_run(), &self.node.frame, &self.node.roots(), &initial)?;
        identity.program.push(("key".to_owned(), self.node.key.to_string()));
        Ok(identity)
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        self.solution.save(snapshot)?;
        rows::save(&self.workset, snapshot)?;
        self.node.frame.save(snapshot)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        let env = self.run.env();
        let key = || self.node.key.clone();
        // The first one goes before the other comes: they need not both find room.
        let none = HashedSolution::new(env, key(), &HashPartitions::default())?;
        self.solution = Arc::new(none);
        self.solution = Arc::new(HashedSolution::restore(env, key(), snapshot)?);
        self.workset = Arc::new(rows::restore(env, snapshot)?);
        self.node.frame.restore(snapshot)
    }
}

impl<S: Record> Body for DeltaBody<'_, S> {
    fn workset(&self) -> u64 {
        self.workset.num_rows()
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let node = self.node;
        node.frame.superstep.set(superstep);
        let run = self.body_run();
        let (delta, _store) = node.exchange(&run, &node.delta)?;
        let next = keep(run.env(), &run.open(&node.next)?)?;
        let Closed { aggregates, convergence, .. } = node.frame.close(&run)?;
        drop(run);
        Arc::get_mut(&mut self.solution)
            .expect("the tasks of the superstep are gone, and what they held")
            .apply(self.run.env(), &delta)?;
        self.workset = Arc::new(next);
        self.aggregates = aggregates;
        let changes = delta.num_rows() as u64;
        Ok(Step { changes, convergence, direction: Direction::Dataflow })
    }

    fn take_aggregates(&mut self) -> Vec<(String, AggregateValue)> {
        std::mem::take(&mut self.aggregates)
    }
}

/// The records of a solution set: a partition is a morsel.
fn source<S: Record>(solution: Arc<HashedSolution<S>>) -> impl Source {
    Numbered::new(SOLUTION, HashPartitions::LEN, move |at, env: &Environment, output: &mut _| {
        solution.emit(env, at, output)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::operators::test_support::everywhere;

    /// The least label that reaches each key over pairs, both ways, without joins.
    fn least_labels(env: &Environment, pairs: &[(u64, u64)]) -> DataSet<(u64, u64)> {
        let pairs: Vec<(u64, u64)> = pairs.to_vec();
        let keys: std::collections::BTreeSet<u64> =
            pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        let labels = DataSet::from_collection(env, keys.into_iter().map(|key| (key, key)));
        labels.iterate_delta(&labels, 0, 1000, move |step| {
            let messages = step.workset().flat_map(move |(key, label)| {
                let other = move |&(a, b): &(u64, u64)| match key {
                    _ if a == key => Some((b, label)),
                    _ if b == key => Some((a, label)),
                    _ => None,
                };
                pairs.iter().filter_map(other).collect::<Vec<_>>()
            });
            let least = messages.group_by(0).reduce(|a, b| a.min(b));
            let delta = step.join_solution(&least, 0).with(|(key, label), current| {
                current.is_some_and(|current| label < current.1).then_some((key, label))
            });
            (delta.clone(), delta)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn least_labels_are_those_of_the_components(
            pairs in prop::collection::vec((0u64..60, 0u64..60), 1..60),
        ) {
            let rows = everywhere(|env| least_labels(env, &pairs));
            let mut least: std::collections::BTreeMap<u64, u64> =
                pairs.iter().flat_map(|&(a, b)| [(a, a), (b, b)]).collect();
            for _ in 0..60 {
                for &(a, b) in &pairs {
                    let low = least[&a].min(least[&b]);
                    least.insert(a, low);
                    least.insert(b, low);
                }
            }
            prop_assert_eq!(rows.into_iter().collect::<std::collections::BTreeMap<_, _>>(), least);
        }
    }

    #[test]
    fn a_solution_set_over_the_budget_gives_the_same_rows() {
        let rows = everywhere(|env| {
            let start =
                DataSet::sequence(env, 0..20_000).map(|x| (format!("key {x}"), 0u32, x % 7));
            start.iterate_delta(&start, "f0", 3, |step| {
                let superstep = step.superstep();
                let delta = step.join_solution(&step.workset(), 0).with(move |row, current| {
                    let (key, count, left) = current.cloned().unwrap_or(row);
                    (left >= superstep.number()).then_some((key, count + 1, left))
                });
                (delta.clone(), delta)
            })
        });
        assert_eq!(rows.len(), 20_000);
        assert!(rows.iter().all(|(_, count, left)| u64::from(*count) == (*left).min(3)));
    }

    #[test]
    fn the_report_counts_workset_and_changes() {
        let env = Environment::builder().threads(2).build().unwrap();
        let (_, report) =
            least_labels(&env, &[(0, 1), (1, 2), (2, 3)]).collect_with_report().unwrap();
        let steps: Vec<_> = report.iterations[0]
            .supersteps
            .iter()
            .map(|step| (step.workset, step.changes))
            .collect();
        assert_eq!(steps, [(4, 3), (3, 2), (2, 1), (1, 0)]);
    }

    #[test]
    fn rows_of_new_keys_are_added() {
        let env = Environment::builder().threads(2).build().unwrap();
        let one = DataSet::from_collection(&env, [(1u64, 1u64)]);
        let powers = one.iterate_delta(&one, 0, 4, |step| {
            let delta = step.workset().map(|(key, value)| (key + 1, value * 2));
            (delta.clone(), delta)
        });
        let mut rows = powers.collect().unwrap();
        rows.sort_unstable();
        assert_eq!(rows, [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16)]);
    }
}
