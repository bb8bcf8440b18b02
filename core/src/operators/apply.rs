//! A function of many records: what `map_partition` and the operators on whole groups call.

use std::fmt;
use std::sync::Arc;

use crate::columnar::{Batch, Key, Keys, Record, RowBuilder};
use crate::error::Result;
use crate::exchange::{BlockStore, Failure, Piece, RecordIter};
use crate::pipeline::{BATCH_ROWS, Output};

/// A function from the records of a partition or group to any number of records.
pub(super) struct RowsFunction<T, U: Record>(Arc<Function<T, U>>);

type Function<T, U> = dyn Fn(RecordIter<T>, &mut Made<'_, U>) -> Result<()> + Send + Sync;

impl<T, U: Record> Clone for RowsFunction<T, U> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Record, U: Record> RowsFunction<T, U> {
    pub(super) fn new<I, F>(function: F) -> Self
    where
        I: IntoIterator<Item = U>,
        F: Fn(RecordIter<T>) -> I + Send + Sync + 'static,
    {
        Self(Arc::new(move |records, made| {
            function(records).into_iter().try_for_each(|record| made.push(record))
        }))
    }
}

/// Records that were made, on their way out.
pub(super) struct Made<'a, U: Record> {
    rows: RowBuilder<U>,
    output: &'a mut dyn Output,
}

impl<U: Record> Made<'_, U> {
    fn push(&mut self, record: U) -> Result<()> {
        self.rows.push(record);
        if self.rows.len() == BATCH_ROWS { self.output.emit(self.rows.finish()) } else { Ok(()) }
    }
}

/// Applies a function to one partition or group after the other.
pub(super) struct Apply<'a, T, U: Record> {
    function: &'a RowsFunction<T, U>,
    store: &'a Arc<BlockStore>,
    failure: Failure,
    made: Made<'a, U>,
}

impl<T, U: Record> fmt::Debug for Apply<'_, T, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply").finish_non_exhaustive()
    }
}

impl<'a, T: Record, U: Record> Apply<'a, T, U> {
    pub(super) fn new(
        function: &'a RowsFunction<T, U>,
        store: &'a Arc<BlockStore>,
        output: &'a mut dyn Output,
    ) -> Self {
        let made = Made { rows: RowBuilder::new(), output };
        Self { function, store, failure: Failure::default(), made }
    }

    /// Applies it to the records of `pieces`.
    pub(super) fn apply(&mut self, pieces: Vec<Piece>) -> Result<()> {
        let records = RecordIter::new(self.store.clone(), pieces, self.failure.clone());
        (self.function.0)(records, &mut self.made)?;
        self.failure.check()
    }

    /// Emits what is left.
    pub(super) fn finish(mut self) -> Result<()> {
        if self.made.rows.is_empty() {
            return Ok(());
        }
        self.made.output.emit(self.made.rows.finish())
    }
}

/// Cuts rows that come in the order of a key into groups, and applies a function to each.
///
/// A group may have more rows than memory holds: what came in earlier batches is kept, and is
/// spilled where that is needed.
pub(super) struct ApplyToGroups<'a, T, U: Record> {
    key: &'a Key,
    apply: Apply<'a, T, U>,
    /// The rows of the group that is not over yet, and its key.
    open: Vec<Piece>,
    open_key: Option<Keys>,
}

impl<'a, T: Record, U: Record> ApplyToGroups<'a, T, U> {
    pub(super) fn new(key: &'a Key, apply: Apply<'a, T, U>) -> Self {
        Self { key, apply, open: Vec::new(), open_key: None }
    }

    /// Applies the function to the last group, and emits what is left.
    pub(super) fn finish(mut self) -> Result<()> {
        self.close()?;
        self.apply.finish()
    }

    fn close(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.open);
        if rows.is_empty() { Ok(()) } else { self.apply.apply(rows) }
    }
}

impl<T: Record, U: Record> Output for ApplyToGroups<'_, T, U> {
    fn emit(&mut self, batch: Batch) -> Result<()> {
        let num_rows = batch.num_rows();
        if num_rows == 0 {
            return Ok(());
        }
        let keys = self.key.keys(&batch)?;
        if self.open_key.as_ref().is_some_and(|open| open.compare(0, &keys, 0).is_ne()) {
            self.close()?;
        }
        let mut begin = 0;
        for row in 1..num_rows {
            if keys.compare(row - 1, &keys, row).is_ne() {
                self.open.push(Piece::of(batch.slice(begin..row)));
                self.close()?;
                begin = row;
            }
        }
        let last = batch.slice(begin..num_rows);
        // Only what is left of one batch may stay without being paid for.
        self.open.push(if begin == 0 {
            self.apply.store.keep(last)?.into()
        } else {
            Piece::of(last)
        });
        self.open_key.get_or_insert_with(|| keys.empty_like());
        let mut key = keys.empty_like();
        key.extend_from(&keys, [num_rows - 1]);
        self.open_key = Some(key);
        Ok(())
    }
}
