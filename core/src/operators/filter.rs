//! `filter`: the rows that a predicate keeps.

use std::fmt;
use std::sync::Arc;

use crate::columnar::{Batch, ReadRecord, Record, reader_of, select};
use crate::dataset::{DataSet, Forwards, Rows};
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::MemoryManager;
use crate::pipeline::{Operator, Output, Task, TaskEvent};

impl<T: Record> DataSet<T> {
    /// Keeps the records that `predicate` is true for.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 1u64), (1, 2)]);
    /// let no_loops = edges.filter(|(source, target)| source != target);
    /// assert_eq!(no_loops.collect()?, [(1, 2)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn filter(&self, predicate: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        let filter = Filter::of_batches("filter", move |batch, keep| {
            let reader = reader_of::<T>(batch)?;
            let rows = keep.iter_mut().enumerate();
            rows.for_each(|(row, keep)| *keep = predicate(&reader.get(row)));
            Ok(())
        });
        self.then_with(filter, |node| node.rows(Rows::OneIn(2)).forwards(Forwards::Everything))
    }
}

/// Keeps the rows for which a predicate over the batch says so.
///
/// The predicate sees a whole batch and sets `keep[row]`, all `true` at first: its loop is over
/// plain columns. A batch of which all rows are kept passes without a copy.
///
/// ```
/// use quince_core::columnar::{Batch, Column, Schema};
/// use quince_core::executor::collect;
/// use quince_core::operators::Filter;
/// use quince_core::pipeline::BatchSource;
/// # use quince_core::Environment;
/// # let env = Environment::builder().threads(1).build()?;
/// let batch = Batch::new(Schema::new(["x"]), vec![Column::Int64(vec![5, 6, 7].into())]);
/// let even = Filter::new("even", |batch, keep| {
///     let Column::Int64(values) = &batch.columns()[0] else { unreachable!("built above") };
///     keep.iter_mut().zip(&values[..]).for_each(|(keep, x)| *keep = x % 2 == 0);
/// });
/// let out = collect(&env, &BatchSource::new("numbers", vec![batch]), &[&even])?;
/// assert!(matches!(&out[0].columns()[0], Column::Int64(values) if values[..] == [6]));
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Filter {
    name: String,
    predicate: Arc<Predicate>,
}

type Predicate = dyn Fn(&Batch, &mut [bool]) -> Result<()> + Send + Sync;

impl Filter {
    /// A filter called `name` in plans.
    pub fn new(
        name: impl Into<String>,
        predicate: impl Fn(&Batch, &mut [bool]) + Send + Sync + 'static,
    ) -> Self {
        let predicate = move |batch: &Batch, keep: &mut [bool]| {
            predicate(batch, keep);
            Ok(())
        };
        Self::of_batches(format!("filter ({})", name.into()), predicate)
    }

    pub(super) fn of_batches(
        name: impl Into<String>,
        predicate: impl Fn(&Batch, &mut [bool]) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), predicate: Arc::new(predicate) }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Operator for Filter {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        let memory = env.memory().clone();
        Ok(Box::new(FilterTask { predicate: self.predicate.clone(), keep: Vec::new(), memory }))
    }
}

struct FilterTask {
    predicate: Arc<Predicate>,
    /// One flag per row of a batch, reused from batch to batch.
    keep: Vec<bool>,
    memory: MemoryManager,
}

impl Task for FilterTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return Ok(()) };
        self.keep.clear();
        self.keep.resize(batch.num_rows(), true);
        (self.predicate)(&batch, &mut self.keep)?;
        match self.keep.iter().filter(|&&keep| keep).count() {
            kept if kept == batch.num_rows() => output.emit(batch),
            0 => Ok(()),
            kept => output.emit(select(&self.memory, &batch, &self.keep, kept)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{Column, Schema, Strings};
    use crate::executor::collect;
    use crate::pipeline::BatchSource;

    #[test]
    fn every_type_of_column_is_filtered_alike() {
        let env = Environment::builder().threads(1).build().unwrap();
        let columns = vec![
            Column::UInt32(vec![0, 1, 2].into()),
            Column::Utf8(Strings::from_iter(["a", "bb", "ccc"])),
            Column::CodedUtf8 {
                codes: vec![1, 1, 0].into(),
                values: Strings::from_iter(["p", "q"]),
            },
            Column::Float64(vec![0.0, 1.0, 2.0].into()),
        ];
        let batch = Batch::new(Schema::new(["a", "b", "c", "d"]), columns);
        let odd_out = Filter::new("all but the middle", |_, keep| keep[1] = false);
        let out = collect(&env, &BatchSource::new("rows", vec![batch]), &[&odd_out]).unwrap();
        let columns = out[0].columns();
        assert!(matches!(&columns[0], Column::UInt32(values) if values[..] == [0, 2]));
        let Column::Utf8(texts) = &columns[1] else { panic!("type changed") };
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "ccc"]);
        assert!(matches!(&columns[2], Column::CodedUtf8 { codes, .. } if codes[..] == [1, 0]));
        assert!(matches!(&columns[3], Column::Float64(values) if values[..] == [0.0, 2.0]));
    }

    #[test]
    fn a_batch_without_kept_rows_goes_no_further() {
        let env = Environment::builder().threads(1).build().unwrap();
        let batch = Batch::new(Schema::new(["x"]), vec![Column::Int64(vec![1].into())]);
        let none = Filter::new("none", |_, keep| keep.fill(false));
        let out = collect(&env, &BatchSource::new("row", vec![batch]), &[&none]).unwrap();
        assert!(out.is_empty());
    }
}
