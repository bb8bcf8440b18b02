//! Pieces of text files: whole records, each piece to be read by any worker.
//!
//! A plain file is mapped; a compressed one is decoded by one worker at a time. Where a piece ends
//! depends on the text alone. A piece of a compressed file is about a megabyte that is not paid
//! for: the executor holds a few for each worker.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quince_core::memory::FileMap;
use quince_core::{Error, Result};

use crate::error::DatasetError;
use crate::text::{Codec, Decoder, FileInfo, broken};

/// Where the text of a file may be cut.
pub(super) trait Cut: Send {
    /// The end of the last whole record in `text`, which begins with a record.
    fn last_end(&self, text: &[u8]) -> Option<usize>;

    /// What ends a line.
    fn line_end(&self) -> &[u8];
}

/// How a file becomes pieces.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Bytes of a mapped piece; tests make it small.
    pub(super) mapped: usize,
    /// Bytes of a decoded piece; tests make it small.
    pub(super) decoded: usize,
    /// The longest record that is read.
    pub(super) longest: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { mapped: 4 << 20, decoded: 1 << 20, longest: 64 << 20 }
    }
}

/// A piece of a file: whole records.
pub(super) struct Piece {
    text: Text,
    /// Bytes of the file that it took.
    pub(super) file_bytes: u64,
}

enum Text {
    Mapped { map: Arc<FileMap>, range: Range<usize> },
    Decoded { text: Vec<u8>, lines_before: u64 },
}

impl Piece {
    pub(super) fn text(&self) -> &[u8] {
        match &self.text {
            Text::Mapped { map, range } => &map[range.clone()],
            Text::Decoded { text, .. } => text,
        }
    }

    /// The line, counted from 1, that byte `at` of the text is on.
    pub(super) fn line_of(&self, at: usize, line_end: &[u8]) -> u64 {
        match &self.text {
            Text::Mapped { map, range } => 1 + count(&map[..range.start + at], line_end),
            Text::Decoded { text, lines_before } => 1 + lines_before + count(&text[..at], line_end),
        }
    }

    /// The text was read: its memory may go.
    pub(super) fn release(&self) {
        if let Text::Mapped { map, range } = &self.text {
            map.release(range.clone());
        }
    }
}

fn count(text: &[u8], line_end: &[u8]) -> u64 {
    memchr::memmem::find_iter(text, line_end).count() as u64
}

/// The pieces of an opened file, in order.
pub(super) struct Pieces<C> {
    path: PathBuf,
    cut: C,
    sizes: Sizes,
    input: Input,
}

enum Input {
    Mapped { map: Arc<FileMap>, next: usize },
    Decoded(Box<Decoded>),
}

/// A stream that is being decoded.
struct Decoded {
    codec: Codec,
    decoder: Decoder,
    /// Text behind the last piece.
    rest: Vec<u8>,
    /// Lines that are still to be passed over.
    to_skip: u64,
    lines: u64,
    consumed: u64,
    began: bool,
    ended: bool,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<C: Cut> Pieces<C> {
    /// Begins to read `path` behind its first `skip_lines` lines.
    pub(super) fn open(
        path: &Path,
        file: FileInfo,
        cut: C,
        sizes: Sizes,
        skip_lines: u64,
    ) -> Result<Self, DatasetError> {
        let io = |error| DatasetError::io(path, error);
        let input = match file.codec {
            Codec::Plain => {
                let map = FileMap::open(path).map_err(io)?;
                let mark = if map.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
                let next = mark + behind_lines(&map[mark..], cut.line_end(), skip_lines).0;
                Input::Mapped { map: Arc::new(map), next }
            }
            codec => Input::Decoded(Box::new(Decoded {
                codec,
                decoder: Decoder::open(path, codec).map_err(io)?,
                rest: Vec::new(),
                to_skip: skip_lines,
                lines: 0,
                consumed: 0,
                began: false,
                ended: false,
            })),
        };
        Ok(Self { path: path.to_owned(), cut, sizes, input })
    }

    /// Whether a piece is worked for, and not only a place in a map.
    pub(super) fn is_decoded(&self) -> bool {
        matches!(self.input, Input::Decoded(_))
    }

    /// The next piece that has text.
    pub(super) fn next(&mut self) -> Result<Option<Piece>> {
        let Self { path, cut, sizes, input } = self;
        let piece = match input {
            Input::Mapped { map, next } => next_mapped(path, cut, sizes, map, next),
            Input::Decoded(stream) => stream.next(path, cut, sizes),
        };
        piece.map_err(Error::source)
    }
}

/// Where the text behind the first `lines` lines begins, and how many lines there were.
fn behind_lines(text: &[u8], line_end: &[u8], lines: u64) -> (usize, u64) {
    let (mut at, mut passed) = (0, 0);
    while passed < lines {
        let Some(found) = memchr::memmem::find(&text[at..], line_end) else { break };
        at += found + line_end.len();
        passed += 1;
    }
    if passed < lines { (text.len(), passed) } else { (at, passed) }
}

fn next_mapped(
    path: &Path,
    cut: &impl Cut,
    sizes: &Sizes,
    map: &Arc<FileMap>,
    next: &mut usize,
) -> Result<Option<Piece>, DatasetError> {
    let begin = *next;
    let mut size = sizes.mapped;
    while begin < map.len() {
        let end = map.len().min(begin + size);
        let cut_at = cut.last_end(&map[begin..end]).map(|cut_at| begin + cut_at);
        let cut_at = if end == map.len() { Some(end) } else { cut_at };
        if let Some(end) = cut_at {
            *next = end;
            let text = Text::Mapped { map: map.clone(), range: begin..end };
            return Ok(Some(Piece { text, file_bytes: (end - begin) as u64 }));
        }
        if size > sizes.longest {
            let line = 1 + count(&map[..begin], cut.line_end());
            return Err(too_long(path, line, sizes));
        }
        size *= 2;
    }
    Ok(None)
}

fn too_long(path: &Path, line: u64, sizes: &Sizes) -> DatasetError {
    DatasetError::LineTooLong { path: path.to_owned(), line, limit: sizes.longest }
}

impl Decoded {
    fn next(
        &mut self,
        path: &Path,
        cut: &impl Cut,
        sizes: &Sizes,
    ) -> Result<Option<Piece>, DatasetError> {
        let mut text = std::mem::take(&mut self.rest);
        let mut size = sizes.decoded;
        loop {
            self.fill(&mut text, size, path, cut)?;
            if text.is_empty() && self.ended {
                return Ok(None);
            }
            let cut_at = if self.ended { Some(text.len()) } else { cut.last_end(&text) };
            if let Some(cut_at) = cut_at {
                self.rest = text.split_off(cut_at);
                return Ok(Some(self.piece(text, cut)));
            }
            if size > sizes.longest {
                return Err(too_long(path, self.lines + 1, sizes));
            }
            size *= 2;
        }
    }

    fn piece(&mut self, text: Vec<u8>, cut: &impl Cut) -> Piece {
        let lines_before = self.lines;
        self.lines += count(&text, cut.line_end());
        let before = std::mem::replace(&mut self.consumed, self.decoder.consumed());
        let text = Text::Decoded { text, lines_before };
        Piece { text, file_bytes: self.consumed - before }
    }

    /// Decodes until `text` has `size` bytes or the stream ends.
    fn fill(
        &mut self,
        text: &mut Vec<u8>,
        size: usize,
        path: &Path,
        cut: &impl Cut,
    ) -> Result<(), DatasetError> {
        while text.len() < size && !self.ended {
            let before = text.len();
            // In steps: a small file should not take the memory of a whole piece.
            text.resize(size.min(before + STEP), 0);
            let (filled, outcome) = self.decoder.fill(&mut text[before..]);
            self.ended = before + filled < text.len();
            text.truncate(before + filled);
            outcome.map_err(|error| {
                let line = self.lines + count(text, cut.line_end()) + 1;
                broken(path, self.codec, self.decoder.consumed(), line, error)
            })?;
            self.skip(text, cut.line_end());
        }
        Ok(())
    }

    /// Drops what is in front of the records.
    fn skip(&mut self, text: &mut Vec<u8>, line_end: &[u8]) {
        if !std::mem::replace(&mut self.began, true) && text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        if self.to_skip > 0 {
            let (at, passed) = behind_lines(text, line_end, self.to_skip);
            self.to_skip -= passed;
            self.lines += passed;
            // A line end may be cut in two: the last bytes stay until more is there.
            let stay = if self.to_skip > 0 && !self.ended { line_end.len() - 1 } else { 0 };
            text.drain(..at.saturating_sub(stay));
        }
    }
}

/// Bytes that are decoded at once.
const STEP: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::lines::Lines;
    use crate::text::inspect_any;
    use std::io::Write;

    fn pieces(path: &Path, size: usize, skip: u64) -> Vec<(String, u64)> {
        let sizes = Sizes { mapped: size, decoded: size, longest: 64 };
        let file = inspect_any(path).unwrap();
        let mut pieces = Pieces::open(path, file, Lines, sizes, skip).unwrap();
        let mut all = Vec::new();
        while let Some(piece) = pieces.next().unwrap() {
            let text = String::from_utf8(piece.text().to_vec()).unwrap();
            all.push((text, piece.line_of(0, b"\n")));
            piece.release();
        }
        all
    }

    #[test]
    fn pieces_are_whole_lines_and_know_their_number() {
        let folder = tempfile::tempdir().unwrap();
        let text = "\u{feff}skip\nab\n\ncdef\n\u{fc}\nlast";
        let plain = folder.path().join("a.txt");
        std::fs::write(&plain, text).unwrap();
        let packed = folder.path().join("a.gz");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        std::fs::write(&packed, gzip.finish().unwrap()).unwrap();
        for path in [&plain, &packed] {
            for size in [1, 2, 4, 5, 9, 100] {
                let found = pieces(path, size, 1);
                let all: String = found.iter().map(|(text, _)| text.as_str()).collect();
                assert_eq!(all, "ab\n\ncdef\n\u{fc}\nlast", "{path:?} {size}");
                for (at, (_, line)) in found.iter().enumerate() {
                    let before: String =
                        found[..at].iter().map(|(text, _)| text.as_str()).collect();
                    assert_eq!(*line, 2 + before.matches('\n').count() as u64, "{path:?} {size}");
                }
            }
            assert!(pieces(path, 9, 99).is_empty());
        }
    }
}
