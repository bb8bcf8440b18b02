//! Sources: where batches come from.

use std::collections::VecDeque;

use super::Output;
use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::Result;

/// Where records come from: a file, a generator, a collection.
///
/// A source is a description and can be opened any number of times.
pub trait Source: Send + Sync {
    /// The name and settings in a plan: `edge list karate.tsv (tab, 2 columns)`.
    fn name(&self) -> String;

    /// Begins to read.
    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>>;
}

/// The morsels of an opened source, in order.
///
/// How an input is cut must not depend on the number of threads: results are put together in
/// morsel order, and that is what makes them the same at any number of threads.
pub trait Morsels: Send {
    /// The next morsel, or `None` at the end. Called by one worker at a time; work that can be
    /// done in parallel (parsing) belongs into the morsel.
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>>;

    /// Whether [`next`](Self::next) does real work (decompression), so that it is worth running
    /// beside the morsels before it. Cheap by default.
    fn is_costly(&self) -> bool {
        false
    }

    /// How many morsels may be read at once; fewer than there are workers where each needs much
    /// memory.
    fn at_once(&self) -> usize {
        usize::MAX
    }
}

/// A piece of input that one worker reads.
pub trait Morsel: Send {
    /// Reads the piece and emits its rows.
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()>;

    /// The same piece once more, if it can be read twice.
    fn again(&self) -> Option<Box<dyn Morsel>> {
        None
    }
}

/// A source over batches that are in memory.
#[derive(Clone, Debug)]
pub struct BatchSource {
    name: String,
    batches: Vec<Batch>,
}

impl BatchSource {
    /// A source that emits `batches`, one per morsel.
    pub fn new(name: impl Into<String>, batches: Vec<Batch>) -> Self {
        Self { name: name.into(), batches }
    }
}

impl Source for BatchSource {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(BatchMorsels(self.batches.clone().into())))
    }
}

struct BatchMorsels(VecDeque<Batch>);

impl Morsels for BatchMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        Ok(self.0.pop_front().map(|batch| Box::new(BatchMorsel(batch)) as Box<dyn Morsel>))
    }
}

struct BatchMorsel(Batch);

impl Morsel for BatchMorsel {
    fn read(self: Box<Self>, _env: &Environment, output: &mut dyn Output) -> Result<()> {
        output.emit(self.0)
    }
}
