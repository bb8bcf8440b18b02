//! What the body of a general iteration has at hand, bulk or delta.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::aggregate::{Aggregate, Computed};
use crate::columnar::Record;
use crate::dataset::{DataSet, NodeRef, Run};
use crate::error::Result;
use crate::executor;
use crate::iteration::identity::Parameters;
use crate::report::AggregateValue;
use crate::snapshot::{SnapshotReader, SnapshotWriter};

/// The number of the superstep that runs, from 1; functions in the body may keep a clone.
#[derive(Clone, Debug, Default)]
pub struct Superstep(Arc<AtomicU64>);

impl Superstep {
    /// The number.
    pub fn number(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }
}

/// What bulk and delta bodies share: a name, the superstep, aggregates.
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) superstep: Superstep,
    pub(super) parameters: Parameters,
    aggregates: Vec<Arc<dyn Computed>>,
    convergence: Option<Aggregate<f64>>,
    termination: Option<NodeRef>,
}

impl Frame {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            superstep: Superstep::default(),
            parameters: Parameters::default(),
            aggregates: Vec::new(),
            convergence: None,
            termination: None,
        }
    }

    pub(super) fn aggregate<V: Record + Into<AggregateValue>>(
        &mut self,
        name: &str,
        values: &DataSet<V>,
        function: impl Fn(V, V) -> V + Send + Sync + 'static,
    ) -> Aggregate<V> {
        let (aggregate, computed) = Aggregate::new(name, values, function);
        self.aggregates.push(computed);
        aggregate
    }

    pub(super) fn converge_on(&mut self, aggregate: &Aggregate<f64>) {
        self.convergence = Some(aggregate.clone());
    }

    pub(super) fn terminate_when_empty<T: Record>(&mut self, rows: &DataSet<T>) {
        self.termination = Some(rows.node().clone());
    }

    /// The plans of the body beside the ones that it returned.
    pub(super) fn roots(&self) -> impl Iterator<Item = &NodeRef> {
        self.aggregates.iter().map(|aggregate| aggregate.node()).chain(&self.termination)
    }

    /// Before the first superstep: what an earlier run left is forgotten.
    pub(super) fn reset(&self) {
        self.aggregates.iter().for_each(|aggregate| aggregate.reset());
    }

    /// Hands out the values of the aggregates.
    pub(super) fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        self.aggregates.iter().try_for_each(|aggregate| aggregate.save(snapshot))
    }

    /// Takes them back.
    pub(super) fn restore(&self, snapshot: &mut SnapshotReader) -> Result<()> {
        self.aggregates.iter().try_for_each(|aggregate| aggregate.restore(snapshot))
    }

    /// Computes the aggregates of the superstep, and the rows of the termination set.
    pub(super) fn close(&self, run: &Run<'_>) -> Result<Closed> {
        let values = self
            .aggregates
            .iter()
            .map(|aggregate| Ok((aggregate.name().to_owned(), aggregate.compute(run)?)))
            .collect::<Result<Vec<_>>>()?;
        self.aggregates.iter().for_each(|aggregate| aggregate.publish());
        let termination = match &self.termination {
            None => None,
            Some(node) => {
                let pipeline = run.open(node)?;
                Some(executor::count(run.env(), pipeline.source(), &pipeline.chain())?)
            }
        };
        let aggregates =
            values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let convergence = self.convergence.as_ref().and_then(Aggregate::previous);
        Ok(Closed { aggregates, convergence, termination })
    }
}

/// What the end of a superstep found.
pub(super) struct Closed {
    pub(super) aggregates: Vec<(String, AggregateValue)>,
    pub(super) convergence: Option<f64>,
    /// Rows of the termination set.
    pub(super) termination: Option<u64>,
}
