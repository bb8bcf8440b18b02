//! The task that `map`, `flat_map` and their kind share: record in, records out.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::columnar::{ReadRecord, Record, RowBuilder, reader_of};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{BATCH_ROWS, Operator, Output, Task, TaskEvent};

/// An operator that hands each record to a function, which adds records to what comes out.
pub(super) struct RowWise<T, U, F> {
    name: &'static str,
    function: Arc<F>,
    records: PhantomData<fn(T) -> U>,
}

impl<T: Record, U: Record, F: Fn(T, &mut RowBuilder<U>)> RowWise<T, U, F> {
    pub(super) fn new(name: &'static str, function: F) -> Self {
        Self { name, function: Arc::new(function), records: PhantomData }
    }
}

impl<T, U, F> Operator for RowWise<T, U, F>
where
    T: Record,
    U: Record,
    F: Fn(T, &mut RowBuilder<U>) + Send + Sync + 'static,
{
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
        let rows = RowBuilder::with_capacity(BATCH_ROWS);
        Ok(Box::new(RowTask { function: self.function.clone(), rows, records: PhantomData::<T> }))
    }
}

struct RowTask<T, U: Record, F> {
    function: Arc<F>,
    rows: RowBuilder<U>,
    records: PhantomData<T>,
}

impl<T, U, F> Task for RowTask<T, U, F>
where
    T: Record,
    U: Record,
    F: Fn(T, &mut RowBuilder<U>) + Send + Sync,
{
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        if let TaskEvent::Batch(batch) = event {
            let reader = reader_of::<T>(&batch)?;
            for row in 0..batch.num_rows() {
                (self.function)(reader.get(row), &mut self.rows);
                if self.rows.len() >= BATCH_ROWS {
                    output.emit(self.rows.finish())?;
                }
            }
        } else if !self.rows.is_empty() {
            output.emit(self.rows.finish())?;
        }
        Ok(())
    }
}
