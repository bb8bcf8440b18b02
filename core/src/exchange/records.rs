//! Records of kept rows, read as they are asked for.

use std::sync::{Arc, Mutex, PoisonError};

use super::{BlockStore, Piece};
use crate::columnar::{Record, records};
use crate::error::{Error, Result};

/// Records that are read at a time.
const READ_AHEAD: usize = 1 << 10;

/// The records of a partition or group, in order; they are read from memory or from the spill file
/// as they are asked for, so there may be more of them than memory holds.
#[derive(Debug)]
pub struct RecordIter<T> {
    store: Arc<BlockStore>,
    pieces: std::vec::IntoIter<Piece>,
    /// The piece that is being read, and how many of its rows were.
    current: Option<(Piece, usize)>,
    read: std::vec::IntoIter<T>,
    /// Records that were not read yet.
    left: usize,
    failure: Failure,
}

impl<T: Record> RecordIter<T> {
    /// The records in the rows of `pieces`. If they cannot be read they end, and `failure` knows.
    pub fn new(store: Arc<BlockStore>, pieces: Vec<Piece>, failure: Failure) -> Self {
        let left = pieces.iter().map(Piece::num_rows).sum();
        let (pieces, read) = (pieces.into_iter(), Vec::new().into_iter());
        Self { store, pieces, current: None, read, left, failure }
    }

    /// Reads on; `None` at the end.
    fn read_on(&mut self) -> Result<Option<Vec<T>>> {
        let Some((piece, begin)) = self.current.take().or_else(|| Some((self.pieces.next()?, 0)))
        else {
            return Ok(None);
        };
        let end = piece.num_rows().min(begin + READ_AHEAD);
        let read = records(&piece.read(&self.store, begin..end)?)?;
        self.left -= read.len();
        if end < piece.num_rows() {
            self.current = Some((piece, end));
        }
        Ok(Some(read))
    }
}

impl<T: Record> Iterator for RecordIter<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(record) = self.read.next() {
                return Some(record);
            }
            match self.read_on() {
                Ok(read) => self.read = read?.into_iter(),
                Err(error) => {
                    self.failure.set(error);
                    (self.pieces, self.left) = (Vec::new().into_iter(), 0);
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.left + self.read.len();
        (left, Some(left))
    }
}

/// Why records ended early, told to whom the iterator could not tell it.
#[derive(Clone, Debug, Default)]
pub struct Failure(Arc<Mutex<Option<Error>>>);

impl Failure {
    fn set(&self, error: Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// The error, if there was one.
    pub fn check(&self) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}
