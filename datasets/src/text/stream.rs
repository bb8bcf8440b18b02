//! Compressed files: decoded by one worker at a time, parsed by all.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use quince_core::events::Event;
use quince_core::memory::{MemoryManager, Segment};
use quince_core::pipeline::{Morsel, Morsels, Output};
use quince_core::{Environment, Error};

use super::compression::{Codec, Decoder, broken};
use super::fault::{Fault, Flaw};
use super::parse::Parser;
use crate::error::DatasetError;

/// What the morsels of a stream share.
struct Stream {
    path: PathBuf,
    codec: Codec,
    parser: Parser,
    /// The chunks so far, in order. Those that were read without an error are gone.
    chunks: Mutex<Vec<Link>>,
}

struct Link {
    chunk: Weak<Chunk>,
    /// Keeps a chunk with an error, for the morsels that fail behind it.
    failed: Option<Arc<Chunk>>,
}

/// Whole lines of text.
struct Chunk {
    text: Segment<u8>,
    len: usize,
    lines_before: u64,
    /// Bytes of the file that were taken in for it.
    consumed: u64,
}

impl Stream {
    fn error(&self, flaw: Flaw, line: u64) -> Error {
        Error::source(flaw.into_error(&self.path, line, &self.parser.layout))
    }

    /// As [`Mapped::first_error`](super::mapped): an earlier chunk's error if there is one.
    fn first_error(
        &self,
        memory: &MemoryManager,
        chunk: &Arc<Chunk>,
        at: usize,
        fault: Fault,
    ) -> Error {
        let earlier: Vec<Arc<Chunk>> = {
            let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
            chunks[at].failed = Some(chunk.clone());
            chunks[..at].iter().filter_map(|link| link.chunk.upgrade()).collect()
        };
        let read = |chunk: Arc<Chunk>| {
            let fault = self.parser.parse(memory, &chunk.text[..chunk.len]).err()?;
            Some((fault, chunk))
        };
        let earliest = earlier.into_iter().find_map(read);
        match earliest.unwrap_or_else(|| (fault, chunk.clone())) {
            (Fault::Engine(error), _) => error,
            (Fault::Row { at, flaw }, chunk) => {
                let before = memchr::memchr_iter(b'\n', &chunk.text[..at]).count() as u64;
                self.error(flaw, chunk.lines_before + before + 1)
            }
        }
    }
}

/// The morsels of a compressed file.
pub(super) struct StreamMorsels {
    stream: Arc<Stream>,
    decoder: Decoder,
    memory: MemoryManager,
    morsel_bytes: usize,
    /// Text in front of the data that is still to be passed over.
    to_skip: usize,
    /// The beginning of a line whose end is still to come; shorter than the longest line.
    partial: Vec<u8>,
    lines: u64,
    consumed: u64,
    ended: bool,
}

impl StreamMorsels {
    pub(super) fn open(
        path: &Path,
        codec: Codec,
        parser: Parser,
        morsel_bytes: usize,
        memory: &MemoryManager,
    ) -> Result<Self, DatasetError> {
        let decoder = Decoder::open(path, codec).map_err(|error| DatasetError::io(path, error))?;
        let to_skip = parser.layout.data_offset;
        let lines = parser.layout.lines_before;
        let chunks = Mutex::new(Vec::new());
        let stream = Arc::new(Stream { path: path.to_owned(), codec, parser, chunks });
        Ok(Self {
            stream,
            decoder,
            memory: memory.clone(),
            morsel_bytes,
            to_skip,
            partial: Vec::new(),
            lines,
            consumed: 0,
            ended: false,
        })
    }

    /// Fills `text` from `filled` on; less means that the text is over.
    fn fill(&mut self, text: &mut [u8], filled: usize) -> Result<usize, Error> {
        let (more, outcome) = self.decoder.fill(&mut text[filled..]);
        outcome.map_err(|error| {
            let whole = memchr::memchr_iter(b'\n', &text[..filled + more]).count() as u64;
            let (path, codec) = (&self.stream.path, self.stream.codec);
            let offset = self.decoder.consumed();
            Error::source(broken(path, codec, offset, self.lines + whole + 1, error))
        })?;
        Ok(filled + more)
    }

    /// Passes over what stands in front of the data.
    fn skip(&mut self) -> Result<(), Error> {
        let mut buffer = vec![0; self.to_skip.min(64 << 10)];
        while self.to_skip > 0 {
            let len = buffer.len().min(self.to_skip);
            if self.fill(&mut buffer[..len], 0)? < len {
                self.ended = true;
                return Ok(());
            }
            self.to_skip -= len;
        }
        Ok(())
    }

    /// The next chunk of at least `morsel_bytes`, or what is left.
    fn next_chunk(&mut self) -> Result<Chunk, Error> {
        let limit = self.stream.parser.max_line_bytes;
        let mut filled = self.partial.len();
        let mut size = self.morsel_bytes.max(filled + 1);
        // Small files should not take a whole morsel's memory.
        let first = size.min(filled + 1 + FIRST_BYTES);
        let mut text: Segment<u8> = self.memory.allocate("text", first)?;
        text[..filled].copy_from_slice(&self.partial);
        loop {
            let target = text.len();
            filled = self.fill(&mut text, filled)?;
            self.ended = filled < target;
            let cut = memchr::memrchr(b'\n', &text[..filled]).map(|newline| newline + 1);
            let cut = if self.ended { Some(filled) } else { cut };
            if let Some(cut) = cut.filter(|_| self.ended || target >= size) {
                self.partial.clear();
                self.partial.extend_from_slice(&text[cut..filled]);
                return Ok(self.chunk(text, cut));
            }
            if cut.is_none() && target > limit {
                return Err(self.stream.error(Flaw::LineTooLong { limit }, self.lines + 1));
            }
            if target >= size {
                size *= 2;
            }
            text.resize((4 * target).min(size))?;
        }
    }

    fn chunk(&mut self, text: Segment<u8>, len: usize) -> Chunk {
        let lines_before = self.lines;
        self.lines += memchr::memchr_iter(b'\n', &text[..len]).count() as u64;
        let before = std::mem::replace(&mut self.consumed, self.decoder.consumed());
        Chunk { text, len, lines_before, consumed: self.consumed - before }
    }
}

/// The memory that the first part of a chunk takes.
const FIRST_BYTES: usize = 256 << 10;

impl Morsels for StreamMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>, Error> {
        self.skip()?;
        if self.ended {
            return Ok(None);
        }
        let chunk = Arc::new(self.next_chunk()?);
        let mut chunks = self.stream.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let at = chunks.len();
        chunks.push(Link { chunk: Arc::downgrade(&chunk), failed: None });
        Ok(Some(Box::new(StreamMorsel { stream: self.stream.clone(), chunk, at })))
    }

    fn is_costly(&self) -> bool {
        true
    }
}

struct StreamMorsel {
    stream: Arc<Stream>,
    chunk: Arc<Chunk>,
    at: usize,
}

impl Morsel for StreamMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<(), Error> {
        let Self { stream, chunk, at } = *self;
        let batch = stream
            .parser
            .parse(env.memory(), &chunk.text[..chunk.len])
            .map_err(|fault| stream.first_error(env.memory(), &chunk, at, fault))?;
        let amount = chunk.consumed;
        drop(chunk);
        env.emit(Event::Progress { amount });
        if batch.num_rows() == 0 { Ok(()) } else { output.emit(batch) }
    }
}
