//! Aggregates of an iteration: one value a superstep, folded from a data set of the body.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::columnar::{Batch, ReadRecord, Record, batch_of, reader_of, records};
use crate::dataset::{DataSet, NodeRef, Run};
use crate::error::Result;
use crate::executor;
use crate::memory::MemoryManager;
use crate::pipeline::Breaker;
use crate::report::AggregateValue;
use crate::snapshot::{SnapshotReader, SnapshotWriter};

/// The value that the last superstep gave an aggregate; functions in the body may keep a clone.
///
/// The values are folded in row order inside a morsel, and morsel by morsel: sums of floats have
/// the same bits at any number of threads.
#[derive(Clone)]
pub struct Aggregate<V> {
    name: Arc<str>,
    value: Arc<Mutex<Value<V>>>,
}

/// A value on its way: what a superstep computes is not seen before it ends.
#[derive(Debug)]
struct Value<V> {
    computed: Option<V>,
    published: Option<V>,
}

impl<V> fmt::Debug for Aggregate<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Aggregate").field(&self.name).finish()
    }
}

impl<V: Record + Into<AggregateValue>> Aggregate<V> {
    pub(super) fn new(
        name: &str,
        values: &DataSet<V>,
        function: impl Fn(V, V) -> V + Send + Sync + 'static,
    ) -> (Self, Arc<dyn Computed>) {
        let value = Arc::new(Mutex::new(Value { computed: None, published: None }));
        let aggregate = Self { name: name.into(), value };
        let folded = Folded { aggregate: aggregate.clone(), node: values.node().clone(), function };
        (aggregate, Arc::new(folded))
    }
}

impl<V: Clone> Aggregate<V> {
    /// The value that the superstep before gave it; `None` in the first superstep, and when there
    /// was nothing to fold.
    pub fn previous(&self) -> Option<V> {
        self.lock().published.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Value<V>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An aggregate whose type is forgotten.
pub(super) trait Computed: Send + Sync {
    fn name(&self) -> &str;

    /// The plan of the values that are folded.
    fn node(&self) -> &NodeRef;

    /// Folds the values of this superstep.
    fn compute(&self, run: &Run<'_>) -> Result<Option<AggregateValue>>;

    /// The superstep is over: its value is the previous one from now on.
    fn publish(&self);

    /// Forgets all values.
    fn reset(&self);

    /// Hands out the previous value.
    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()>;

    /// Takes it back.
    fn restore(&self, snapshot: &mut SnapshotReader) -> Result<()>;
}

struct Folded<V, F> {
    aggregate: Aggregate<V>,
    node: NodeRef,
    function: F,
}

impl<V, F> Computed for Folded<V, F>
where
    V: Record + Into<AggregateValue>,
    F: Fn(V, V) -> V + Send + Sync,
{
    fn name(&self) -> &str {
        &self.aggregate.name
    }

    fn node(&self) -> &NodeRef {
        &self.node
    }

    fn compute(&self, run: &Run<'_>) -> Result<Option<AggregateValue>> {
        let pipeline = run.open(&self.node)?;
        let fold = Fold::<V, F> { function: &self.function, value: std::marker::PhantomData };
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &fold)?;
        let value = parts.into_iter().flatten().reduce(&self.function);
        self.aggregate.lock().computed = value.clone();
        Ok(value.map(Into::into))
    }

    fn publish(&self) {
        let mut value = self.aggregate.lock();
        value.published = value.computed.take();
    }

    fn reset(&self) {
        *self.aggregate.lock() = Value { computed: None, published: None };
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        Ok(snapshot.batch(batch_of(self.aggregate.previous()))?)
    }

    fn restore(&self, snapshot: &mut SnapshotReader) -> Result<()> {
        // A value: nobody pays for it.
        let batch = snapshot.batch(&MemoryManager::new(u64::MAX), "aggregate")?;
        let published = records::<V>(&batch)?.pop();
        *self.aggregate.lock() = Value { computed: None, published };
        Ok(())
    }
}

/// Folds the rows of each morsel.
struct Fold<'a, V, F> {
    function: &'a F,
    value: std::marker::PhantomData<fn() -> V>,
}

impl<V: Record, F: Fn(V, V) -> V + Sync> Breaker for Fold<'_, V, F> {
    type Part = Option<V>;

    fn part(&self) -> Option<V> {
        None
    }

    fn take(&self, part: &mut Option<V>, batch: Batch) -> Result<()> {
        let reader = reader_of::<V>(&batch)?;
        let rows = (0..batch.num_rows()).map(|row| reader.get(row));
        *part = part.take().into_iter().chain(rows).reduce(self.function);
        Ok(())
    }
}
