//! Uncompressed files: mapped, and cut at line ends by whoever reads a piece.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use quince_core::events::Event;
use quince_core::memory::{FileMap, MemoryManager};
use quince_core::pipeline::{Morsel, Morsels, Output};
use quince_core::{Environment, Error};

use super::fault::{Fault, Flaw};
use super::parse::Parser;
use crate::error::DatasetError;

/// An opened file.
#[derive(Debug)]
struct Mapped {
    path: PathBuf,
    map: FileMap,
    parser: Parser,
    morsel_bytes: usize,
    /// Which morsels were read without an error.
    done: Vec<AtomicBool>,
}

impl Mapped {
    /// Where the lines of morsel `at` lie: those that begin in the `at`th stretch of
    /// `morsel_bytes`.
    fn lines(&self, at: usize) -> Result<Range<usize>, Fault> {
        let start = at * self.morsel_bytes;
        Ok(self.line_start(start)?..self.line_start(start + self.morsel_bytes)?)
    }

    /// The first line that begins at or behind `from`.
    fn line_start(&self, from: usize) -> Result<usize, Fault> {
        let from = from.min(self.map.len());
        let first = self.parser.layout.data_offset;
        if from <= first {
            return Ok(first);
        }
        // A line end right before `from` counts, so look from one byte before.
        let limit = self.parser.max_line_bytes;
        let text = &self.map[from - 1..];
        match memchr::memchr(b'\n', &text[..text.len().min(limit + 1)]) {
            Some(newline) => Ok(from + newline),
            None if text.len() <= limit => Ok(self.map.len()),
            None => Err(Fault::Row { at: from, flaw: Flaw::LineTooLong { limit } }),
        }
    }

    fn read(
        &self,
        memory: &MemoryManager,
        at: usize,
    ) -> Result<quince_core::columnar::Batch, Fault> {
        let lines = self.lines(at)?;
        let absolute = |fault| match fault {
            Fault::Row { at, flaw } => Fault::Row { at: lines.start + at, flaw },
            fault @ Fault::Engine(_) => fault,
        };
        let batch = self.parser.parse(memory, &self.map[lines.clone()]).map_err(absolute)?;
        self.map.release(lines);
        self.done[at].store(true, Ordering::Relaxed);
        Ok(batch)
    }

    /// The error to report when morsel `at` has `fault`: the earliest line's, at any number of
    /// threads. Earlier morsels that are not known to be good are read once more.
    fn first_error(&self, memory: &MemoryManager, at: usize, fault: Fault) -> Error {
        let suspects = (0..at).filter(|&earlier| !self.done[earlier].load(Ordering::Relaxed));
        let earliest = suspects.map(|earlier| self.read(memory, earlier)).find_map(Result::err);
        match earliest.unwrap_or(fault) {
            Fault::Engine(error) => error,
            Fault::Row { at, flaw } => {
                let before = memchr::memchr_iter(b'\n', &self.map[..at]).count() as u64;
                Error::source(flaw.into_error(&self.path, before + 1, &self.parser.layout))
            }
        }
    }
}

/// The morsels of a mapped file.
pub(super) struct MappedMorsels {
    file: Arc<Mapped>,
    next: usize,
}

impl MappedMorsels {
    pub(super) fn open(
        path: &Path,
        parser: Parser,
        morsel_bytes: usize,
    ) -> Result<Self, DatasetError> {
        let map = FileMap::open(path).map_err(|error| DatasetError::io(path, error))?;
        let num_morsels = map.len().div_ceil(morsel_bytes);
        let done = (0..num_morsels).map(|_| AtomicBool::new(false)).collect();
        let file = Mapped { path: path.to_owned(), map, parser, morsel_bytes, done };
        Ok(Self { file: Arc::new(file), next: 0 })
    }
}

impl Morsels for MappedMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>, Error> {
        if self.next == self.file.done.len() {
            return Ok(None);
        }
        let morsel = MappedMorsel { file: self.file.clone(), at: self.next };
        self.next += 1;
        Ok(Some(Box::new(morsel)))
    }
}

struct MappedMorsel {
    file: Arc<Mapped>,
    at: usize,
}

impl Morsel for MappedMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<(), Error> {
        let Self { file, at } = *self;
        let batch = file
            .read(env.memory(), at)
            .map_err(|fault| file.first_error(env.memory(), at, fault))?;
        let bytes = file.morsel_bytes.min(file.map.len() - at * file.morsel_bytes);
        env.emit(Event::Progress { amount: bytes as u64 });
        if batch.num_rows() == 0 { Ok(()) } else { output.emit(batch) }
    }
}
