//! The beginning of a file's text.

use std::path::Path;

use super::compression::{Codec, Decoder, broken};
use super::row::without_line_end;
use crate::error::DatasetError;

/// The first bytes of a file's text.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    text: Vec<u8>,
    /// Whether that is all there is.
    pub(super) whole: bool,
}

/// A line of the sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Without its line end and, on the first line, without a byte order mark.
    pub(super) text: &'t [u8],
    /// Where the text begins, in bytes from the beginning of the file's text.
    pub(super) start: usize,
    /// Where the next line begins.
    pub(super) end: usize,
    /// Counted from 1.
    pub(super) number: u64,
}

impl Sample {
    /// How much is looked at first.
    pub(super) const FIRST_BYTES: usize = 64 << 10;

    /// Reads the first `bytes` of the text of `path`.
    pub(super) fn read(path: &Path, codec: Codec, bytes: usize) -> Result<Self, DatasetError> {
        let io = |error| DatasetError::io(path, error);
        let mut decoder = Decoder::open(path, codec).map_err(io)?;
        // One byte more tells whether the text goes on.
        let mut text = vec![0; bytes + 1];
        let (filled, outcome) = decoder.fill(&mut text);
        text.truncate(filled);
        let line = 1 + memchr::memchr_iter(b'\n', &text).count() as u64;
        outcome.map_err(|error| broken(path, codec, decoder.consumed(), line, error))?;
        if text.is_empty() {
            return Err(DatasetError::Empty { path: path.to_owned() });
        }
        if let Some(nul) = memchr::memchr(0, &text) {
            let line = 1 + memchr::memchr_iter(b'\n', &text[..nul]).count() as u64;
            return Err(DatasetError::Binary { path: path.to_owned(), line });
        }
        let whole = filled <= bytes;
        text.truncate(bytes);
        Ok(Self { text, whole })
    }

    /// How many bytes it holds.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The lines that are there in full.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mark = if self.text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let mut start = mark;
        let mut number = 0;
        std::iter::from_fn(move || {
            let rest = &self.text[start..];
            let end = match memchr::memchr(b'\n', rest) {
                Some(newline) => start + newline + 1,
                None if self.whole && !rest.is_empty() => self.text.len(),
                None => return None,
            };
            number += 1;
            let text = without_line_end(&self.text[start..end]);
            let line = Line { text, start, end, number };
            start = end;
            Some(line)
        })
    }
}

#[cfg(test)]
impl Sample {
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.as_bytes().to_vec(), whole: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_where_they_are() {
        let sample = Sample::of("\u{feff}a b\r\n\nc");
        let lines: Vec<_> =
            sample.lines().map(|line| (line.text, line.start, line.end, line.number)).collect();
        assert_eq!(lines, [(&b"a b"[..], 3, 8, 1), (b"", 8, 9, 2), (b"c", 9, 10, 3)]);
    }

    #[test]
    fn a_line_that_is_cut_off_does_not_count() {
        let sample = Sample { text: b"1 2\n3".to_vec(), whole: false };
        assert_eq!(sample.lines().count(), 1);
    }
}
