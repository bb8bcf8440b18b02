//! Taking a snapshot: the state is gathered, and written behind the next superstep's back.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use bytemuck::Pod;
use rayon::prelude::*;

use super::batch::{Parts, plain};
use super::codec::Encoder;
use super::file::SnapshotFile;
use super::{Header, NAME, Result, SnapshotError};
use crate::columnar::Batch;
use crate::memory::{MemoryError, MemoryManager, Reservation, Segment};

/// Rows that are read when they are written.
type ReadRows = Box<dyn FnOnce() -> Result<Batch, MemoryError> + Send>;

/// Takes the state of an iteration, section by section, between two supersteps.
///
/// It keeps copies (paid for) and shares of what does not change any more, so that
/// [`finish`](Self::finish) can leave the writing to a thread. As soon as the budget refuses a copy
/// it writes what it has, and all that follows at once.
#[derive(Debug)]
pub struct SnapshotWriter {
    memory: MemoryManager,
    path: PathBuf,
    header: Header,
    abandoned: Arc<AtomicBool>,
    gathered: Vec<Section>,
    /// The file, once it is written at once.
    file: Option<SnapshotFile>,
    /// Memory of the snapshot before.
    spare: Copies,
    /// Memory of copies that are written.
    used: Copies,
}

/// The memory of a snapshot's copies, for the next one: pages that are there already are filled
/// several times as fast as new ones.
#[derive(Debug, Default)]
pub struct Copies(Vec<Segment<u8>>);

enum Section {
    Bytes(Vec<u8>),
    Copy(Segment<u8>),
    Rows { read: ReadRows, _paid: Option<Reservation> },
}

impl std::fmt::Debug for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "Bytes",
            Self::Copy(_) => "Copy",
            Self::Rows { .. } => "Rows",
        })
    }
}

/// Bytes that a worker copies at a time.
const COPY_AT_ONCE: usize = 1 << 18;

impl SnapshotWriter {
    /// A snapshot that will be the file `path`; copies are paid for by `memory`.
    pub fn new(memory: &MemoryManager, path: PathBuf, header: Header) -> Self {
        Self {
            memory: memory.clone(),
            path,
            header,
            abandoned: Arc::default(),
            gathered: Vec::new(),
            file: None,
            spare: Copies::default(),
            used: Copies::default(),
        }
    }

    /// Copies into the memory of the snapshot before, as far as it fits.
    pub fn reusing(mut self, copies: Copies) -> Self {
        self.spare = copies;
        self
    }

    /// Adds a few numbers.
    pub fn numbers(&mut self, numbers: &[u64]) -> Result<()> {
        let mut bytes = Encoder::default();
        numbers.iter().for_each(|&number| bytes.number(number));
        self.section(Section::Bytes(bytes.0))
    }

    /// Adds a short text.
    pub fn text(&mut self, text: &str) -> Result<()> {
        self.section(Section::Bytes(text.as_bytes().to_vec()))
    }

    /// Adds a column that the next superstep will change. To be called inside the pool.
    pub fn column<T: Pod>(&mut self, values: &[T]) -> Result<()> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        if self.file.is_none()
            && let Some(mut copy) = self.copy_of(bytes.len())?
        {
            let pieces = copy.par_chunks_mut(COPY_AT_ONCE).zip(bytes.par_chunks(COPY_AT_ONCE));
            pieces.for_each(|(to, from)| to.copy_from_slice(from));
            self.gathered.push(Section::Copy(copy));
            return Ok(());
        }
        self.write_at_once()?.section(&[bytes])
    }

    /// Adds rows that nobody has paid for.
    pub fn batch(&mut self, batch: Batch) -> Result<()> {
        let paid = self.memory.reserve_spillable(NAME, batch.num_bytes() as u64);
        if paid.is_none() {
            self.write_at_once()?;
        }
        self.section(Section::Rows { read: Box::new(|| Ok(batch)), _paid: paid })
    }

    /// Adds rows that never change, to be read when they are written.
    pub fn shared(
        &mut self,
        read: impl FnOnce() -> Result<Batch, MemoryError> + Send + 'static,
    ) -> Result<()> {
        self.section(Section::Rows { read: Box::new(read), _paid: None })
    }

    /// Memory for a copy. None if less than half of the budget would be left to the supersteps.
    fn copy_of(&mut self, len: usize) -> Result<Option<Segment<u8>>> {
        if let Some(at) = self.spare.0.iter().position(|spare| spare.len() == len) {
            return Ok(Some(self.spare.0.swap_remove(at)));
        }
        if self.memory.reserve_spillable(NAME, len as u64).is_none() {
            return Ok(None);
        }
        match self.memory.allocate(NAME, len) {
            Err(MemoryError::OutOfBudget { .. }) => Ok(None),
            copy => Ok(Some(copy?)),
        }
    }

    fn section(&mut self, section: Section) -> Result<()> {
        match &mut self.file {
            Some(file) => write(file, section, &mut self.used),
            None => {
                self.gathered.push(section);
                Ok(())
            }
        }
    }

    /// From now on sections are written as they come.
    fn write_at_once(&mut self) -> Result<&mut SnapshotFile> {
        if self.file.is_none() {
            let abandoned = self.abandoned.clone();
            let mut file = SnapshotFile::create(self.path.clone(), &self.header, abandoned)?;
            let used = &mut self.used;
            self.gathered.drain(..).try_for_each(|section| write(&mut file, section, used))?;
            self.file = Some(file);
        }
        Ok(self.file.as_mut().expect("it is there now"))
    }

    /// Writes what was gathered on a thread of its own, unless it is written already.
    pub fn finish(mut self) -> Result<Pending> {
        let start = Instant::now();
        let superstep = self.header.superstep();
        let path = self.path.clone();
        let abandoned = self.abandoned.clone();
        self.spare = Copies::default();
        let write = move || {
            self.write_at_once()?;
            let file = self.file.take().expect("it is written at once");
            let (bytes, path) = (file.finish()?, self.path);
            let seconds = start.elapsed().as_secs_f64();
            Ok((Written { path, superstep, bytes, seconds }, self.used))
        };
        let thread = thread::Builder::new().name("quince-snapshot".to_owned()).spawn(write);
        let thread = thread.map_err(|source| SnapshotError::File {
            action: "start a thread for",
            path,
            source,
        })?;
        Ok(Pending { thread: Some(thread), abandoned })
    }
}

fn write(file: &mut SnapshotFile, section: Section, used: &mut Copies) -> Result<()> {
    match section {
        Section::Bytes(bytes) => file.section(&[&bytes]),
        Section::Copy(copy) => {
            file.section(&[&copy])?;
            used.0.push(copy);
            Ok(())
        }
        Section::Rows { read, _paid } => {
            let batch = plain(&read()?);
            file.section(&Parts::of(&batch).slices())
        }
    }
}

/// A snapshot that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// The superstep.
    pub superstep: u64,
    /// The size of the file.
    pub bytes: u64,
    /// How long the writing took.
    pub seconds: f64,
}

/// A snapshot that is being written. Dropped, it is abandoned.
#[derive(Debug)]
pub struct Pending {
    thread: Option<JoinHandle<Result<(Written, Copies)>>>,
    abandoned: Arc<AtomicBool>,
}

impl Pending {
    /// Waits until it is written; gives the memory of its copies back to be used again. The thread that is waited for never enters the pool.
    pub fn wait(mut self) -> Result<(Written, Copies)> {
        let thread = self.thread.take().expect("waited for once");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.abandoned.store(true, Ordering::Relaxed);
            // The run ends for a reason of its own; the thread only gives its memory back.
            let _ = thread.join();
        }
    }
}
