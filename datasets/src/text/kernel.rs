//! The fast path: many lines at once, as long as they are plain.
//!
//! ```text
//! for each window of 1 KiB that begins at a line:
//!     mark the separators of each 64 bytes as bits, and list where the next field begins
//!     let k = fields of the first line
//!     for each group of k fields:              no branch depends on the bytes
//!         bad |= the group does not end at a line feed
//!         for each column: (value, flaw) = eight digits at once; bad |= flaw
//!     if bad: the window is left to `row`, line by line
//! ```
//!
//! A window is plain when all its lines have the same number of fields, ids are 1 to 8 digits, and
//! nothing is blank, quoted, padded or commented. Line ends may be LF or CRLF.

use std::ops::Range;

use quince_core::columnar::Native;
use quince_core::memory::{MemoryError, Segment};

use super::digits::{DIGITS, Flaws, WINDOW, Window, digits, long_digits};
use super::ids::{IdColumns, Rows};
use super::layout::Layout;
use super::number::parse_short_decimal;
use super::separators::{BLOCK, find};

/// Fields per line at most.
const MAX_FIELDS: usize = 64;
/// Entries of the list of fields; a power of two, for indexes without a check. A window has at
/// most `WINDOW` separators, and a block writes up to `AT_ONCE` entries more than it has.
const STARTS: usize = 2 * WINDOW;
/// Entries written per block without asking how many are needed.
const AT_ONCE: usize = 12;

/// Reads plain windows.
#[derive(Debug)]
pub(super) struct Kernel {
    delimiters: (u8, u8),
    /// Whether empty fields before the last that is read shift the others.
    runs: bool,
    quotes: bool,
    dimacs: bool,
    /// The first byte of a comment, or a byte that no text has.
    comment: u8,
    ids: Vec<usize>,
    weight: Option<usize>,
    /// Where fields begin, from the window's beginning; entry 0 is 0.
    starts: Box<[u16; STARTS]>,
}

/// The shape of a window's lines.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// Fields per line.
    fields: usize,
    /// Bytes before the line feed that belong to the line end.
    returns: usize,
    /// Whole lines in the window.
    lines: usize,
}

/// An integer column that digits can be stored in; those that do not fit are cut off.
trait FromDigits: Native {
    fn from_digits(value: u64) -> Self;
}

impl FromDigits for u32 {
    #[inline(always)]
    fn from_digits(value: u64) -> Self {
        value as Self
    }
}

impl FromDigits for i64 {
    #[inline(always)]
    fn from_digits(value: u64) -> Self {
        value as Self
    }
}

impl Kernel {
    /// A kernel for `layout`, if it can be read this way.
    pub(super) fn new(layout: &Layout) -> Option<Self> {
        let tag = usize::from(layout.dimacs);
        let comment = layout.comment.as_ref().and_then(|mark| mark.first().copied()).unwrap_or(0);
        if !layout.integers || comment.is_ascii_digit() || layout.num_fields() + tag > MAX_FIELDS {
            return None;
        }
        let mut ids: Vec<usize> = layout.positions().iter().map(|at| at + tag).collect();
        let weight = layout.weight.and_then(|_| ids.pop());
        let delimiters = layout.delimiter.byte().map_or((b' ', b'\t'), |byte| (byte, byte));
        Some(Self {
            delimiters,
            runs: layout.delimiter.byte().is_none(),
            quotes: layout.quotes,
            dimacs: layout.dimacs,
            comment,
            ids,
            weight,
            starts: Box::new([0; STARTS]),
        })
    }

    /// Reads plain windows from `at` on, which is the beginning of a line. Returns where it
    /// stopped: at the beginning of a line that it leaves, or at the end.
    pub(super) fn read(
        &mut self,
        text: &[u8],
        mut at: usize,
        rows: &mut Rows,
    ) -> Result<usize, MemoryError> {
        while at < text.len() {
            touch(&text[(at + WINDOW).min(text.len())..(at + 2 * WINDOW + DIGITS).min(text.len())]);
            let read = match text[at..].first_chunk::<{ WINDOW + DIGITS }>() {
                Some(window) => self.read_window(window, rows)?,
                None => self.read_tail(&text[at..], rows)?,
            };
            if read == 0 {
                break;
            }
            at += read;
        }
        Ok(at)
    }

    /// The last window, copied so that there is something to read behind it: zeros, which are
    /// neither separators nor digits.
    fn read_tail(&mut self, text: &[u8], rows: &mut Rows) -> Result<usize, MemoryError> {
        let mut tail = [0; WINDOW + DIGITS];
        let len = text.len().min(WINDOW);
        tail[..len].copy_from_slice(&text[..len]);
        self.read_window(&tail, rows)
    }

    /// Reads the whole lines of `window`, if they are plain, and returns how long they are.
    fn read_window(&mut self, window: &Window, rows: &mut Rows) -> Result<usize, MemoryError> {
        let (separators, line_feeds) = self.list_fields(window);
        let Some(shape) = self.shape(window, separators) else { return Ok(0) };
        if line_feeds != shape.lines || (self.quotes && memchr::memchr(b'"', window).is_some()) {
            return Ok(0);
        }
        rows.reserve(shape.lines)?;
        let plain = self.are_lines_plain(window, shape) && self.read_ids(window, shape, rows)?;
        if !(plain && self.read_weights(window, shape, rows)) {
            return Ok(0);
        }
        rows.num_rows += shape.lines;
        Ok(self.start(shape.lines * shape.fields))
    }

    /// Lists where fields begin. Returns how many separators and line feeds there are.
    fn list_fields(&mut self, window: &Window) -> (usize, usize) {
        let (first, second) = self.delimiters;
        let mut separators = 0;
        let mut line_feeds = 0;
        for (at, block) in window[..WINDOW].as_chunks::<BLOCK>().0.iter().enumerate() {
            let marks = find(block, first, second);
            let base = (at * BLOCK) as u16 + 1;
            let mut bits = marks.separators;
            let count = bits.count_ones() as usize;
            let free = &mut self.starts[separators + 1..];
            let at_once: &mut [u16; AT_ONCE] =
                free.first_chunk_mut().expect("room for a block more");
            for start in at_once {
                // The high bit is there so that there is a bit to find.
                *start = base + (bits | 1 << 63).trailing_zeros() as u16;
                bits &= bits.wrapping_sub(1);
            }
            let mut more = AT_ONCE;
            while bits != 0 {
                free[more] = base + bits.trailing_zeros() as u16;
                bits &= bits - 1;
                more += 1;
            }
            separators += count;
            line_feeds += marks.line_feeds;
        }
        (separators, line_feeds)
    }

    /// The shape that the first line gives the window.
    fn shape(&self, window: &Window, separators: usize) -> Option<Shape> {
        let ends_line = |&at: &usize| window[usize::from(self.starts[at]) - 1] == b'\n';
        let fields = (1..=separators.min(MAX_FIELDS)).find(ends_line)?;
        let needed = self.ids.iter().chain(&self.weight).max()? + 1;
        if fields < needed {
            return None;
        }
        let line_feed = usize::from(self.starts[fields]) - 1;
        let returns = usize::from(line_feed > 0 && window[line_feed - 1] == b'\r');
        Some(Shape { fields, returns, lines: separators / fields })
    }

    /// Whether each line ends where the shape says and has nothing special in front of the fields
    /// that are read.
    fn are_lines_plain(&self, window: &Window, shape: Shape) -> bool {
        let first = self.ids.iter().chain(&self.weight).min().copied().unwrap_or(0);
        let last = self.ids.iter().chain(&self.weight).max().copied().unwrap_or(0);
        (shape.returns == 0 || self.have_returns(window, shape))
            && (first == 0 || !self.has_comment(window, shape))
            && (first == 0 || !self.runs || !self.has_empty_field(shape, last))
            && (!self.dimacs || self.are_arcs(window, shape))
    }

    fn have_returns(&self, window: &Window, shape: Shape) -> bool {
        let mut bad = 0;
        for line in 1..=shape.lines {
            let end = self.start(line * shape.fields);
            bad |= window[end.wrapping_sub(2) & (WINDOW - 1)] ^ b'\r';
        }
        bad == 0
    }

    fn has_comment(&self, window: &Window, shape: Shape) -> bool {
        (0..shape.lines)
            .any(|line| window[self.start(line * shape.fields) & (WINDOW - 1)] == self.comment)
    }

    fn has_empty_field(&self, shape: Shape, last: usize) -> bool {
        let mut empty = false;
        for line in 0..shape.lines {
            let first = line * shape.fields;
            for field in first..first + last {
                empty |= self.start(field + 1) - self.start(field) == 1;
            }
        }
        empty
    }

    fn are_arcs(&self, window: &Window, shape: Shape) -> bool {
        (0..shape.lines).map(|line| line * shape.fields).all(|field| {
            let start = self.start(field);
            window[start & (WINDOW - 1)] == b'a' && self.start(field + 1) == start + 2
        })
    }

    #[inline(always)]
    fn start(&self, field: usize) -> usize {
        usize::from(self.starts[field & (STARTS - 1)])
    }

    /// Where field `field` of `line` lies in the window.
    #[inline(always)]
    fn field(&self, shape: Shape, line: usize, field: usize) -> Range<usize> {
        let gap = if field + 1 == shape.fields { 1 + shape.returns } else { 1 };
        let at = line * shape.fields + field;
        self.start(at)..self.start(at + 1).wrapping_sub(gap)
    }

    /// Reads the ids of all lines into the rows behind the last, if they are plain digits.
    fn read_ids(
        &self,
        window: &Window,
        shape: Shape,
        rows: &mut Rows,
    ) -> Result<bool, MemoryError> {
        let range = rows.num_rows..rows.num_rows + shape.lines;
        if let IdColumns::Narrow(ids) = &mut rows.ids {
            if self.read_short_ids(window, shape, ids, &range) {
                return Ok(true);
            }
            match self.read_long_ids(window, shape, ids, &range) {
                None => return Ok(false),
                Some(largest) if largest <= u64::from(u32::MAX) => return Ok(true),
                Some(_) => rows.widen()?,
            }
        }
        let IdColumns::Wide(ids) = &mut rows.ids else { return Ok(false) };
        Ok(self.read_long_ids(window, shape, ids, &range).is_some())
    }

    fn read_short_ids(
        &self,
        window: &Window,
        shape: Shape,
        ids: &mut [Segment<u32>],
        range: &Range<usize>,
    ) -> bool {
        match (self.ids.as_slice(), ids) {
            ([0, 1], [firsts, seconds]) if shape.fields == 2 => {
                let (firsts, seconds) = (&mut firsts[range.clone()], &mut seconds[range.clone()]);
                match shape.returns {
                    0 => self.read_pairs::<1>(window, firsts, seconds),
                    _ => self.read_pairs::<2>(window, firsts, seconds),
                }
            }
            (fields, ids) => fields.iter().zip(ids).all(|(&field, ids)| {
                self.read_column(window, shape, field, &mut ids[range.clone()])
            }),
        }
    }

    /// As [`read_short_ids`](Self::read_short_ids) for up to 16 digits; returns a number that is
    /// not below the largest id and has no more bits.
    fn read_long_ids<T: FromDigits>(
        &self,
        window: &Window,
        shape: Shape,
        ids: &mut [Segment<T>],
        range: &Range<usize>,
    ) -> Option<u64> {
        let mut largest = 0;
        for (&field, ids) in self.ids.iter().zip(ids) {
            largest |= self.read_long_column(window, shape, field, &mut ids[range.clone()])?;
        }
        Some(largest)
    }

    /// Reads lines of two ids and `LINE_END` bytes: [`read_column`](Self::read_column) for the
    /// most usual shape, in one pass.
    #[inline(never)]
    fn read_pairs<const LINE_END: usize>(
        &self,
        window: &Window,
        firsts: &mut [u32],
        seconds: &mut [u32],
    ) -> bool {
        let mut flaws = Flaws::default();
        let mut start = 0;
        let starts = self.starts[1..].as_chunks::<2>().0;
        for ((first, second), &[middle, end]) in firsts.iter_mut().zip(seconds).zip(starts) {
            let (middle, end) = (usize::from(middle), usize::from(end));
            *first = digits(window, start, middle.wrapping_sub(1), &mut flaws);
            *second = digits(window, middle, end.wrapping_sub(LINE_END), &mut flaws);
            flaws.unless_line_feed(window, end);
            start = end;
        }
        flaws.are_none()
    }

    fn read_column(&self, window: &Window, shape: Shape, field: usize, ids: &mut [u32]) -> bool {
        let mut flaws = Flaws::default();
        for (line, id) in ids.iter_mut().enumerate() {
            let text = self.field(shape, line, field);
            *id = digits(window, text.start, text.end, &mut flaws);
            flaws.unless_line_feed(window, self.start((line + 1) * shape.fields));
        }
        flaws.are_none()
    }

    fn read_long_column<T: FromDigits>(
        &self,
        window: &Window,
        shape: Shape,
        field: usize,
        ids: &mut [T],
    ) -> Option<u64> {
        let mut flaws = Flaws::default();
        let mut bits = 0;
        for (line, id) in ids.iter_mut().enumerate() {
            let text = self.field(shape, line, field);
            let value = long_digits(window, text.start, text.end, &mut flaws);
            *id = T::from_digits(value);
            bits |= value;
            flaws.unless_line_feed(window, self.start((line + 1) * shape.fields));
        }
        flaws.are_none().then_some(bits)
    }

    fn read_weights(&self, window: &Window, shape: Shape, rows: &mut Rows) -> bool {
        let (Some(field), Some(weights)) = (self.weight, &mut rows.weights) else { return true };
        let range = rows.num_rows..rows.num_rows + shape.lines;
        for (line, weight) in weights[range].iter_mut().enumerate() {
            let text = self.field(shape, line, field);
            let mut flaws = Flaws::default();
            *weight = f64::from(digits(window, text.start, text.end, &mut flaws));
            if !flaws.are_none() {
                let Some(value) = window.get(text).and_then(parse_short_decimal) else {
                    return false;
                };
                *weight = value;
            }
        }
        true
    }
}

/// Brings `text` near: all its cache lines are asked for at once, while marking a window would ask
/// for one after the other.
#[inline(always)]
fn touch(text: &[u8]) {
    const CACHE_LINE: usize = 64;
    std::hint::black_box(text.iter().step_by(CACHE_LINE).fold(0, |seen, byte| seen ^ byte));
}
