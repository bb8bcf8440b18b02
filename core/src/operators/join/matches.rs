//! What a join makes of the rows that share a key.

use std::sync::Arc;

use crate::columnar::{Batch, Keys, concatenate, select};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::Partition;
use crate::memory::MemoryManager;
use crate::operators::co_partition::{Exchanged, GroupTask, Groups, Unmatched, distinct_keys};
use crate::operators::pairs::{MISSING, PairFunction, Pairs};
use crate::pipeline::{BATCH_ROWS, Output};

/// Which pairs a key gives, and what is made of them.
#[derive(Clone)]
pub(super) struct Matches {
    pub(super) name: &'static str,
    pub(super) which: Which,
    pub(super) unmatched: Unmatched,
    pub(super) function: Arc<dyn PairFunction>,
}

/// Which rows of a key come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Every left row with every right row.
    Pairs,
    /// Every left row once if there is a right row (a semi join).
    LeftWithMatch,
    /// Every left row once if there is no right row (an anti join).
    LeftWithout,
}

impl Matches {
    /// Adds the pairs that the rows of one key give.
    #[inline]
    pub(super) fn group(&self, lefts: &[u32], rights: &[u32], pairs: &mut Pairs<'_>) -> Result<()> {
        let missing = &[MISSING][..];
        match (self.which, lefts.is_empty(), rights.is_empty()) {
            (Which::Pairs, false, false) => pairs.cross(lefts, rights),
            (Which::Pairs, false, true) if self.unmatched.left => pairs.cross(lefts, missing),
            (Which::Pairs, true, false) if self.unmatched.right => pairs.cross(missing, rights),
            (Which::LeftWithMatch, _, false) | (Which::LeftWithout, _, true) => {
                pairs.cross(lefts, missing)
            }
            _ => Ok(()),
        }
    }

    /// The pairs of some rows of two batches that share one key.
    fn meet(&self, left: Rows<'_>, right: Rows<'_>, output: &mut dyn Output) -> Result<()> {
        let mut pairs = Pairs::new(&*self.function, left.0, right.0, output);
        self.group(left.1, right.1, &mut pairs)?;
        pairs.flush()
    }
}

/// Rows of a batch.
type Rows<'a> = (&'a Batch, &'a [u32]);

fn numbers(batch: &Batch) -> Vec<u32> {
    (0..batch.num_rows() as u32).collect()
}

impl GroupTask for Matches {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unmatched(&self) -> Unmatched {
        self.unmatched
    }

    fn groups(
        &self,
        groups: Groups<'_>,
        _env: &Environment,
        output: &mut dyn Output,
    ) -> Result<()> {
        let mut pairs = Pairs::new(&*self.function, &groups.left.rows, &groups.right.rows, output);
        groups.for_each(|lefts, rights| self.group(lefts, rights, &mut pairs))?;
        pairs.flush()
    }

    /// Streams the rows of both sides by each other, a piece at a time: as many rows are read as
    /// there are pairs.
    fn one_hash(
        &self,
        [left, right]: [(&Exchanged, Partition<'_>); 2],
        env: &Environment,
        _refused: Error,
        output: &mut dyn Output,
    ) -> Result<()> {
        for key in distinct_keys(env, [(left.1, &left.0.key), (right.1, &right.0.key)])? {
            let left = RowsOfKey { side: left.0, partition: left.1, key: &key, env };
            let right = RowsOfKey { side: right.0, partition: right.1, key: &key, env };
            self.one_key(left, right, output)?;
        }
        Ok(())
    }
}

impl Matches {
    fn one_key(
        &self,
        left: RowsOfKey<'_>,
        right: RowsOfKey<'_>,
        output: &mut dyn Output,
    ) -> Result<()> {
        let few = right.few(self.which)?;
        let mut has_left = false;
        for piece in left.pieces() {
            let piece = piece?;
            has_left = true;
            let rows = numbers(&piece);
            if let Some((batch, few)) = &few {
                self.meet((&piece, &rows), (batch, few), output)?;
                continue;
            }
            for row in &rows {
                for rights in right.pieces() {
                    let rights = rights?;
                    let row = std::slice::from_ref(row);
                    self.meet((&piece, row), (&rights, &numbers(&rights)), output)?;
                }
            }
        }
        if has_left {
            return Ok(());
        }
        let none = left.side.padding.batch();
        right.pieces().try_for_each(|rights| {
            let rights = rights?;
            self.meet((none, &[]), (&rights, &numbers(&rights)), output)
        })
    }
}

/// The rows of one key in a partition.
#[derive(Clone, Copy)]
struct RowsOfKey<'a> {
    side: &'a Exchanged,
    partition: Partition<'a>,
    key: &'a Keys,
    env: &'a Environment,
}

impl<'a> RowsOfKey<'a> {
    /// The rows, some at a time; no piece is empty.
    fn pieces(self) -> impl Iterator<Item = Result<Batch>> + 'a {
        self.partition
            .read(self.env, "join")
            .filter_map(move |piece| self.select(piece.map(|piece| piece.rows)).transpose())
    }

    fn select(self, rows: Result<Batch>) -> Result<Option<Batch>> {
        let rows = rows?;
        let keys = self.side.key.keys(&rows)?;
        let keep: Vec<bool> =
            (0..keys.len()).map(|row| keys.compare(row, self.key, 0).is_eq()).collect();
        Ok(match keep.iter().filter(|&&keep| keep).count() {
            0 => None,
            kept if kept == rows.num_rows() => Some(rows),
            kept => Some(select(&MemoryManager::new(u64::MAX), &rows, &keep, kept)?),
        })
    }

    /// All rows as one batch, if they are few; or some of them, where it only matters whether there
    /// are any.
    fn few(self, which: Which) -> Result<Option<(Batch, Vec<u32>)>> {
        let mut pieces = Vec::new();
        let mut num_rows = 0;
        for piece in self.pieces() {
            let piece = piece?;
            num_rows += piece.num_rows();
            pieces.push(piece);
            if which != Which::Pairs {
                break;
            }
            if num_rows > BATCH_ROWS {
                return Ok(None);
            }
        }
        if pieces.is_empty() {
            return Ok(Some((self.side.padding.batch().clone(), Vec::new())));
        }
        let rows = concatenate(&MemoryManager::new(u64::MAX), "join", &pieces)?;
        let numbers = numbers(&rows);
        Ok(Some((rows, numbers)))
    }
}
