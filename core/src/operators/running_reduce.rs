//! A running reduce by key: the fold of all rows so far, told again whenever time goes on.
//!
//! The keyed state of a stream. Rows fold into the state of their key as they come; at a
//! watermark, a barrier and the end, the state of each key that changed since the last one is
//! emitted, in the order in which the keys first changed. One record a key is held, and paid for.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::columnar::{Batch, Key, ReadRecord, Record, RowBuilder, reader_of};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::GroupIndex;
use crate::memory::{MemoryError, Reservation};
use crate::pipeline::{BATCH_ROWS, Operator, Output, Task, TaskEvent};

/// Folds the records of each key over a stream by an associative function.
pub struct RunningReduce<T, F> {
    key: Key,
    function: Arc<F>,
    record: PhantomData<fn() -> T>,
}

impl<T, F> std::fmt::Debug for RunningReduce<T, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningReduce").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> RunningReduce<T, F> {
    /// Folds by `function` what has the same `key`.
    pub fn new(key: Key, function: F) -> Self {
        Self { key, function: Arc::new(function), record: PhantomData }
    }
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync + 'static> Operator for RunningReduce<T, F> {
    fn name(&self) -> String {
        format!("running reduce by {}", self.key)
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(RunningTask::<T, F> {
            key: self.key.clone(),
            function: self.function.clone(),
            index: GroupIndex::paid(env, "keyed state")?,
            states: Vec::new(),
            changed: Vec::new(),
            is_changed: Vec::new(),
            paid: env.memory().reserve("keyed state", 0)?,
        }))
    }
}

struct RunningTask<T, F> {
    key: Key,
    function: Arc<F>,
    index: GroupIndex,
    /// By the key's number; empty only while its function runs.
    states: Vec<Option<T>>,
    /// The keys that changed since the last emission.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    paid: Reservation,
}

impl<T: Record, F: Fn(T, T) -> T> RunningTask<T, F> {
    fn fold(&mut self, batch: &Batch) -> Result<()> {
        let reader = reader_of::<T>(batch)?;
        let keys = self.key.keys(batch)?;
        for (row, hash) in keys.hashes().into_iter().enumerate() {
            let at = self.index.find_or_add(hash, &keys, row)?;
            let record = reader.get(row);
            match self.states.get_mut(at).map(Option::take) {
                Some(before) => {
                    let before = before.expect("a state is put back at once");
                    self.states[at] = Some((self.function)(before, record));
                }
                None => self.add(record)?,
            }
            if !std::mem::replace(&mut self.is_changed[at], true) {
                self.changed.push(at as u32);
            }
        }
        Ok(())
    }

    fn add(&mut self, record: T) -> Result<(), MemoryError> {
        let held = (self.states.len() + 1) * (size_of::<Option<T>>() + 8 + record.heap_bytes());
        if held as u64 > self.paid.bytes() {
            self.paid.resize(2 * held as u64)?;
        }
        self.states.push(Some(record));
        self.is_changed.push(false);
        Ok(())
    }

    fn emit_changed(&mut self, output: &mut dyn Output) -> Result<()> {
        let mut rows = RowBuilder::with_capacity(BATCH_ROWS.min(self.changed.len()));
        for at in std::mem::take(&mut self.changed) {
            let at = at as usize;
            self.is_changed[at] = false;
            rows.push(self.states[at].clone().expect("a state is put back at once"));
            if rows.len() == BATCH_ROWS {
                output.emit(rows.finish())?;
            }
        }
        if rows.is_empty() { Ok(()) } else { output.emit(rows.finish()) }
    }
}

impl<T: Record, F: Fn(T, T) -> T + Send + Sync> Task for RunningTask<T, F> {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        match event {
            TaskEvent::Batch(batch) => self.fold(&batch),
            _ => self.emit_changed(output),
        }
    }
}
