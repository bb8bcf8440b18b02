//! Analytics: results that are asked for now and computed later, several in one run.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use quince_core::columnar::{Record, records};
use quince_core::dataset::{DataSet, NodeRef, Run};
use quince_core::environment::Environment;
use quince_core::{Result as CoreResult, executor};

use super::Graph;
use crate::error::Result;

/// What is computed of a graph and is no graph: a number, a checksum, metrics.
///
/// Follows Gelly's `GraphAnalytic`; what has to be executed is the [`Pending`] result.
pub trait GraphAnalytic<K, VV, EV> {
    /// What it gives back.
    type Output;

    /// Describes what has to be computed of `graph`, and how the result follows.
    fn analyze(&self, graph: &Graph<K, VV, EV>) -> Result<Pending<Self::Output>>;
}

impl<K, VV, EV> Graph<K, VV, EV> {
    /// Asks for an analytic of this graph. Nothing runs until the result is
    /// [executed](Pending::execute); several together run what they share once.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{Edge, Graph, asm::{ChecksumHashCode, count}};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = [(1i64, 2i64, 12i64)].map(Edge::from);
    /// let graph = Graph::from_edges_with(&env, edges, |id| *id);
    /// let checksum = graph.analyze(&ChecksumHashCode)?;
    /// let (checksum, num_edges) = checksum.and(count(graph.edges())).execute()?;
    /// assert_eq!((checksum.count, num_edges), (3, 1));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the analytic cannot be described for this graph.
    pub fn analyze<A: GraphAnalytic<K, VV, EV>>(&self, analytic: &A) -> Result<Pending<A::Output>> {
        analytic.analyze(self)
    }
}

/// A result that is not computed yet.
#[must_use = "nothing is computed until it is executed"]
pub struct Pending<T> {
    env: Environment,
    parts: Vec<Part>,
    finish: Box<dyn FnOnce() -> T>,
}

/// A data set whose rows are wanted.
struct Part {
    node: NodeRef,
    gather: Box<Gather>,
}

/// Reads its rows in a run.
type Gather = dyn FnOnce(&Run<'_>) -> CoreResult<()>;

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plans: Vec<String> =
            self.parts.iter().map(|part| part.node.plan().to_string()).collect();
        f.debug_struct("Pending").field("parts", &plans).finish_non_exhaustive()
    }
}

impl<R: Record> Pending<Vec<R>> {
    /// All records of a data set.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::Pending;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let squares = DataSet::sequence(&env, 0..4).map(|x| x * x);
    /// assert_eq!(Pending::of(&squares).execute()?, [0, 1, 4, 9]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn of(data: &DataSet<R>) -> Self {
        let slot = Arc::new(Mutex::new(Vec::new()));
        let (filled, node) = (slot.clone(), data.node().clone());
        let gather = move |run: &Run<'_>| {
            let pipeline = run.open(&node)?;
            let batches = executor::collect(run.env(), pipeline.source(), &pipeline.chain())?;
            let mut rows = filled.lock().unwrap_or_else(PoisonError::into_inner);
            for batch in batches {
                rows.extend(records::<R>(&batch)?);
            }
            Ok(())
        };
        let part = Part { node: data.node().clone(), gather: Box::new(gather) };
        let finish =
            move || std::mem::take(&mut *slot.lock().unwrap_or_else(PoisonError::into_inner));
        Self { env: data.environment().clone(), parts: vec![part], finish: Box::new(finish) }
    }
}

impl<T: 'static> Pending<T> {
    /// What `function` makes of the result.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::asm::count;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let half = count(&DataSet::sequence(&env, 0..8)).map(|count| count / 2);
    /// assert_eq!(half.execute()?, 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn map<U>(self, function: impl FnOnce(T) -> U + 'static) -> Pending<U> {
        let Self { env, parts, finish } = self;
        Pending { env, parts, finish: Box::new(move || function(finish())) }
    }

    /// This result and another, computed in one run.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::asm::{collect, count};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let data = DataSet::sequence(&env, 0..3);
    /// assert_eq!(count(&data).and(collect(&data)).execute()?, (3, vec![0, 1, 2]));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn and<U: 'static>(mut self, other: Pending<U>) -> Pending<(T, U)> {
        self.parts.extend(other.parts);
        let (first, second) = (self.finish, other.finish);
        Pending { env: self.env, parts: self.parts, finish: Box::new(move || (first(), second())) }
    }

    /// Computes it: one run for all data sets that it needs.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_gelly::asm::count;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let (low, high) = (DataSet::sequence(&env, 0..2), DataSet::sequence(&env, 5..9));
    /// assert_eq!(count(&low).and(count(&high)).execute()?, (2, 4));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a plan fails.
    pub fn execute(self) -> Result<T> {
        let nodes: Vec<NodeRef> = self.parts.iter().map(|part| part.node.clone()).collect();
        let run = Run::new(&self.env, &nodes.iter().collect::<Vec<_>>());
        for part in self.parts {
            (part.gather)(&run)?;
        }
        Ok((self.finish)())
    }
}
