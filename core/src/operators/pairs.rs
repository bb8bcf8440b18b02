//! Pairs of rows of two batches: what joins and cross products are made of.
//!
//! Matches are lists of row numbers, a batch of pairs at a time. The default result of a join
//! gathers columns by them and decodes no record; only a function of the user sees records.

use std::marker::PhantomData;

use crate::columnar::{
    Batch, Column, ReadRecord, Record, RowBuilder, Schema, gather, reader_of, schema_of,
};
use crate::error::Result;
use crate::memory::MemoryManager;
use crate::pipeline::{BATCH_ROWS, Output};

/// The row number that stands for a row that is missing.
pub(super) const MISSING: u32 = u32::MAX;

/// Makes rows of pairs of rows.
pub(super) trait PairFunction: Send + Sync {
    /// Whether it can be run, before anything is.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The input and the column of each column that comes out, if it only picks columns.
    fn columns(&self) -> Option<Vec<(usize, usize)>> {
        None
    }

    /// Emits what becomes of the pairs `lefts[i]`, `rights[i]` of rows of two batches.
    fn emit(
        &self,
        left: (&Batch, &[u32]),
        right: (&Batch, &[u32]),
        output: &mut dyn Output,
    ) -> Result<()>;
}

/// What one side gives to the columns of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Its columns.
    Always,
    /// Whether it is there, and its columns; the last row of the batch stands for a missing one.
    Optional,
    /// Nothing.
    Dropped,
}

/// Gathers the columns of both sides.
pub(super) struct PairColumns {
    schema: Schema,
    left: Side,
    right: Side,
    /// Pays for nothing: one batch is made at a time.
    scratch: MemoryManager,
}

impl PairColumns {
    /// Pairs that are records of type `T`.
    pub(super) fn new<T: Record>(left: Side, right: Side) -> Self {
        Self { schema: schema_of::<T>(), left, right, scratch: MemoryManager::new(u64::MAX) }
    }

    fn gather(&self, side: Side, batch: &Batch, rows: &[u32], to: &mut Vec<Column>) -> Result<()> {
        match side {
            Side::Dropped => {}
            Side::Always => to.extend(gather(&self.scratch, "pairs", batch, rows)?.into_columns()),
            Side::Optional => {
                let there: Vec<u8> = rows.iter().map(|&row| u8::from(row != MISSING)).collect();
                let last = batch.num_rows() as u32 - 1;
                let rows: Vec<u32> = rows.iter().map(|&row| row.min(last)).collect();
                to.push(Column::Bool(there.into()));
                to.extend(gather(&self.scratch, "pairs", batch, &rows)?.into_columns());
            }
        }
        Ok(())
    }
}

impl PairFunction for PairColumns {
    fn emit(
        &self,
        (left, lefts): (&Batch, &[u32]),
        (right, rights): (&Batch, &[u32]),
        output: &mut dyn Output,
    ) -> Result<()> {
        let mut columns = Vec::new();
        self.gather(self.left, left, lefts, &mut columns)?;
        self.gather(self.right, right, rights, &mut columns)?;
        output.emit(Batch::with_rows(self.schema.clone(), columns, lefts.len()))
    }
}

/// Hands the records of both sides to a function, which adds records to what comes out.
pub(super) struct PairRows<L, R, U, F> {
    function: F,
    records: PhantomData<fn(L, R) -> U>,
}

impl<L, R, U, F> PairRows<L, R, U, F>
where
    L: Record,
    R: Record,
    U: Record,
    F: Fn(Option<L>, Option<R>, &mut RowBuilder<U>) + Send + Sync,
{
    pub(super) fn new(function: F) -> Self {
        Self { function, records: PhantomData }
    }
}

impl<L, R, U, F> PairFunction for PairRows<L, R, U, F>
where
    L: Record,
    R: Record,
    U: Record,
    F: Fn(Option<L>, Option<R>, &mut RowBuilder<U>) + Send + Sync,
{
    fn emit(
        &self,
        (left, lefts): (&Batch, &[u32]),
        (right, rights): (&Batch, &[u32]),
        output: &mut dyn Output,
    ) -> Result<()> {
        let (left, right) = (reader_of::<L>(left)?, reader_of::<R>(right)?);
        let mut rows = RowBuilder::with_capacity(lefts.len());
        for (&l, &r) in lefts.iter().zip(rights) {
            let l = (l != MISSING).then(|| left.get(l as usize));
            let r = (r != MISSING).then(|| right.get(r as usize));
            (self.function)(l, r, &mut rows);
            if rows.len() >= BATCH_ROWS {
                output.emit(rows.finish())?;
            }
        }
        if rows.is_empty() { Ok(()) } else { output.emit(rows.finish()) }
    }
}

/// Collects pairs of the rows of two batches and hands them on, a batch of pairs at a time.
pub(super) struct Pairs<'a> {
    function: &'a dyn PairFunction,
    left: (&'a Batch, Vec<u32>),
    right: (&'a Batch, Vec<u32>),
    output: &'a mut dyn Output,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(
        function: &'a dyn PairFunction,
        left: &'a Batch,
        right: &'a Batch,
        output: &'a mut dyn Output,
    ) -> Self {
        Self { function, left: (left, Vec::new()), right: (right, Vec::new()), output }
    }

    /// Each of `lefts` with each of `rights`, in order.
    #[inline]
    pub(super) fn cross(&mut self, lefts: &[u32], rights: &[u32]) -> Result<()> {
        if let &[right] = rights {
            return self.in_batches(lefts, |pairs, some| {
                pairs.left.1.extend_from_slice(some);
                pairs.right.1.resize(pairs.left.1.len(), right);
            });
        }
        lefts.iter().try_for_each(|&left| {
            self.in_batches(rights, |pairs, some| {
                pairs.right.1.extend_from_slice(some);
                pairs.left.1.resize(pairs.right.1.len(), left);
            })
        })
    }

    /// Calls `add` with as many of `rows` at a time as there is room for.
    #[inline(always)]
    fn in_batches(&mut self, mut rows: &[u32], add: impl Fn(&mut Self, &[u32])) -> Result<()> {
        while !rows.is_empty() {
            let room = BATCH_ROWS - self.left.1.len();
            let (some, rest) = rows.split_at(rows.len().min(room));
            add(self, some);
            rows = rest;
            if self.left.1.len() == BATCH_ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Hands on what is left.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.left.1.is_empty() {
            return Ok(());
        }
        let (left, right) = ((self.left.0, &self.left.1[..]), (self.right.0, &self.right.1[..]));
        self.function.emit(left, right, self.output)?;
        self.left.1.clear();
        self.right.1.clear();
        Ok(())
    }
}
