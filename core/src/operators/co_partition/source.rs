//! The driver: pairs of partitions, brought into order, split where they do not fit.

use std::cmp::Ordering;
use std::sync::Arc;

use super::input::{fitting, is_refusal};
use super::{Exchanged, OrderedRows};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{HashPartitions, Partition};
use crate::pipeline::{Numbered, Output, Source};

/// Which keys of only one input are of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operators) struct Unmatched {
    /// Those that only the left input has.
    pub(in crate::operators) left: bool,
    /// Those that only the right input has.
    pub(in crate::operators) right: bool,
}

/// How the rows of two partitions are brought together. All come to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operators) enum Strategy {
    /// The side with fewer rows is the table.
    Smaller,
    /// A table of the left side drops rows of the right, where that pays.
    HashLeft,
    /// A table of the right side drops rows of the left, where that pays.
    HashRight,
    /// Both sides are sorted whole.
    Sort,
}

/// What is done with the rows of each key.
pub(in crate::operators) trait GroupTask: Send + Sync {
    /// The operator, in plans and errors.
    fn name(&self) -> &'static str;

    /// Which keys of one side it wants to see.
    fn unmatched(&self) -> Unmatched;

    /// Works on all groups of a pair of partitions.
    fn groups(&self, groups: Groups<'_>, env: &Environment, output: &mut dyn Output) -> Result<()>;

    /// Works on rows that share one hash and are too many to be held in memory.
    fn one_hash(
        &self,
        _sides: [(&Exchanged, Partition<'_>); 2],
        _env: &Environment,
        refused: Error,
        _output: &mut dyn Output,
    ) -> Result<()> {
        Err(refused)
    }
}

/// The groups of two partitions.
#[derive(Clone, Copy)]
pub(in crate::operators) struct Groups<'a> {
    /// The rows of the left side.
    pub(in crate::operators) left: &'a OrderedRows,
    /// The rows of the right side.
    pub(in crate::operators) right: &'a OrderedRows,
    unmatched: Unmatched,
}

impl Groups<'_> {
    /// Calls `visit` with the row numbers of each key: by hash, then by key.
    pub(in crate::operators) fn for_each(
        self,
        mut visit: impl FnMut(&[u32], &[u32]) -> Result<()>,
    ) -> Result<()> {
        let Self { left, right, unmatched } = self;
        let (mut l, mut r) = (0, 0);
        while l < left.len() && r < right.len() {
            let order = left.compare(l, right, r);
            let (left_end, right_end) = match order {
                Ordering::Equal => (left.group_end(l), right.group_end(r)),
                Ordering::Less if unmatched.left => (left.group_end(l), r),
                Ordering::Less => {
                    l = left.seek(l + 1, right, r);
                    continue;
                }
                Ordering::Greater if unmatched.right => (l, right.group_end(r)),
                Ordering::Greater => {
                    r = right.seek(r + 1, left, l);
                    continue;
                }
            };
            visit(left.rows_at(l..left_end), right.rows_at(r..right_end))?;
            (l, r) = (left_end, right_end);
        }
        while unmatched.left && l < left.len() {
            let end = left.group_end(l);
            visit(left.rows_at(l..end), &[])?;
            l = end;
        }
        while unmatched.right && r < right.len() {
            let end = right.group_end(r);
            visit(&[], right.rows_at(r..end))?;
            r = end;
        }
        Ok(())
    }
}

/// Two exchanged inputs and what is made of their groups: a source of 256 morsels.
pub(in crate::operators) struct CoPartitions {
    pub(in crate::operators) left: Arc<Exchanged>,
    pub(in crate::operators) right: Arc<Exchanged>,
    pub(in crate::operators) strategy: Strategy,
    pub(in crate::operators) task: Arc<dyn GroupTask>,
}

impl CoPartitions {
    pub(in crate::operators) fn into_source(self) -> impl Source + 'static {
        let name = self.task.name();
        Numbered::new(
            name,
            HashPartitions::LEN,
            move |at, env: &Environment, output: &mut dyn Output| self.partition(at, env, output),
        )
    }

    /// Works on partition `at` of both sides, with what is kept of a constant one.
    fn partition(&self, at: usize, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let [left, right] = [&self.left, &self.right].map(|side| side.partitions.partition(at));
        if self.has_none([left, right]) {
            return Ok(());
        }
        let wanted = self.task.unmatched();
        let met = if let Some(kept) = self.left.kept(env, at)? {
            let filter = (!wanted.right).then_some(&*kept);
            let rows = fitting(self.right.order(env, right, filter, is_free(right, None)))?;
            rows.map(|rows| self.groups(&kept, &rows, env, output))
        } else if let Some(kept) = self.right.kept(env, at)? {
            let filter = (!wanted.left).then_some(&*kept);
            let rows = fitting(self.left.order(env, left, filter, is_free(left, None)))?;
            rows.map(|rows| self.groups(&rows, &kept, env, output))
        } else {
            None
        };
        met.unwrap_or_else(|| self.pair([left, right], env, output))
    }

    /// Whether the partitions have no group of interest.
    fn has_none(&self, [left, right]: [Partition<'_>; 2]) -> bool {
        let wanted = self.task.unmatched();
        match (left.num_rows(), right.num_rows()) {
            (0, 0) => true,
            (0, _) => !wanted.right,
            (_, 0) => !wanted.left,
            _ => false,
        }
    }

    /// Works on a pair of partitions; one that does not fit into memory is split first.
    fn pair(
        &self,
        sides: [Partition<'_>; 2],
        env: &Environment,
        output: &mut dyn Output,
    ) -> Result<()> {
        if self.has_none(sides) {
            return Ok(());
        }
        env.check_cancelled()?;
        let refused = match self.order(sides, env) {
            Ok([left, right]) => return self.groups(&left, &right, env, output),
            Err(error) if is_refusal(&error) => error,
            Err(error) => return Err(error),
        };
        if self.share_hash(sides, env)? {
            let [left, right] = sides;
            let sides = [(&*self.left, left), (&*self.right, right)];
            return self.task.one_hash(sides, env, refused, output);
        }
        let [left, right] = sides;
        let (Some(left), Some(right)) =
            (self.left.split(env, left)?, self.right.split(env, right)?)
        else {
            return Err(refused);
        };
        (0..HashPartitions::LEN)
            .try_for_each(|at| self.pair([left.partition(at), right.partition(at)], env, output))
    }

    fn groups(
        &self,
        left: &OrderedRows,
        right: &OrderedRows,
        env: &Environment,
        output: &mut dyn Output,
    ) -> Result<()> {
        self.task.groups(Groups { left, right, unmatched: self.task.unmatched() }, env, output)
    }

    /// Both partitions in order.
    fn order(
        &self,
        [left, right]: [Partition<'_>; 2],
        env: &Environment,
    ) -> Result<[OrderedRows; 2]> {
        let is_free = is_free(left, Some(right));
        let left_is_table = match self.strategy {
            Strategy::HashLeft => true,
            Strategy::HashRight | Strategy::Sort => false,
            Strategy::Smaller => left.num_rows() < right.num_rows(),
        };
        let (left, right) = ((&*self.left, left), (&*self.right, right));
        let wanted = self.task.unmatched();
        if left_is_table {
            let (left, right) = self.table_and_rows(left, right, !wanted.right, is_free, env)?;
            Ok([left, right])
        } else {
            let (right, left) = self.table_and_rows(right, left, !wanted.left, is_free, env)?;
            Ok([left, right])
        }
    }

    /// One side in order, and the other without the rows whose hash the first does not have, where
    /// they may be dropped and that saves more than it costs.
    fn table_and_rows(
        &self,
        (table_side, table): (&Exchanged, Partition<'_>),
        (side, rows): (&Exchanged, Partition<'_>),
        may_drop: bool,
        is_free: bool,
        env: &Environment,
    ) -> Result<(OrderedRows, OrderedRows)> {
        let free_bits = table.free_bits();
        let mut table = table_side.order(env, table, None, is_free)?;
        let mut drops = may_drop && self.strategy != Strategy::Sort;
        if drops {
            table = table.with_directory(free_bits);
            drops = side.share_in(&table, rows, env)? < WORTH_DROPPING;
        }
        let rows = side.order(env, rows, drops.then_some(&table), is_free)?;
        Ok((table, rows))
    }

    /// Whether all rows of both partitions share one hash.
    fn share_hash(&self, [left, right]: [Partition<'_>; 2], env: &Environment) -> Result<bool> {
        let left = self.left.hashes(env, left);
        let right = self.right.hashes(env, right);
        let mut first = None;
        for hashes in left.chain(right) {
            let hashes = hashes?;
            let first = *first.get_or_insert(hashes[0]);
            if hashes.iter().any(|&hash| hash != first) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Rows of a pair of partitions that are so few that they are neither paid for nor split.
const SPLIT_ROWS: usize = 1 << 10;

/// Rows are dropped before they are sorted if fewer of 256 stay than this.
const WORTH_DROPPING: usize = 128;

fn is_free(rows: Partition<'_>, others: Option<Partition<'_>>) -> bool {
    rows.num_rows() + others.map_or(0, |rows| rows.num_rows()) <= SPLIT_ROWS
}
