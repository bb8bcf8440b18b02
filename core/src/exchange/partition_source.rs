//! The source over partitions: each is a morsel of what comes next.

use std::sync::Arc;

use super::{BlockStore, Piece, emit_pieces};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{Morsel, Morsels, Output, Source};

/// Partitions that were gathered before.
pub trait ReadPartitions: Send + Sync + 'static {
    /// How many there are.
    fn num_partitions(&self) -> usize;

    /// Emits the rows of the partition `at`.
    fn read(&self, at: usize, env: &Environment, output: &mut dyn Output) -> Result<()>;
}

/// Pieces of kept blocks that make partitions.
pub trait Pieces: Send + Sync + 'static {
    /// How many partitions there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of the partition `at`; panics out of bounds.
    fn pieces(&self, at: usize) -> Vec<Piece>;
}

impl Pieces for Vec<Vec<Piece>> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn pieces(&self, at: usize) -> Vec<Piece> {
        self[at].clone()
    }
}

/// Pieces as they are, and where their blocks are kept.
impl<P: Pieces> ReadPartitions for (BlockStore, P) {
    fn num_partitions(&self) -> usize {
        self.1.len()
    }

    fn read(&self, at: usize, _env: &Environment, output: &mut dyn Output) -> Result<()> {
        emit_pieces(&self.0, &self.1.pieces(at), output)
    }
}

/// A source over partitions.
#[derive(Debug)]
pub struct PartitionSource<P> {
    name: String,
    partitions: Arc<P>,
}

impl<P> Clone for PartitionSource<P> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), partitions: self.partitions.clone() }
    }
}

impl<P: ReadPartitions> PartitionSource<P> {
    /// A source over `partitions`, called `name` in plans.
    pub fn new(name: impl Into<String>, partitions: P) -> Self {
        Self { name: name.into(), partitions: Arc::new(partitions) }
    }
}

impl<P: ReadPartitions> Source for PartitionSource<P> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(PartitionMorsels { partitions: self.partitions.clone(), next: 0 }))
    }
}

struct PartitionMorsels<P> {
    partitions: Arc<P>,
    next: usize,
}

impl<P: ReadPartitions> Morsels for PartitionMorsels<P> {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let at = self.next;
        self.next += 1;
        let morsel = || Box::new(PartitionMorsel { partitions: self.partitions.clone(), at });
        Ok((at < self.partitions.num_partitions()).then(|| morsel() as Box<dyn Morsel>))
    }
}

struct PartitionMorsel<P> {
    partitions: Arc<P>,
    at: usize,
}

impl<P: ReadPartitions> Morsel for PartitionMorsel<P> {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        self.partitions.read(self.at, env, output)
    }

    fn again(&self) -> Option<Box<dyn Morsel>> {
        Some(Box::new(Self { partitions: self.partitions.clone(), at: self.at }))
    }
}
