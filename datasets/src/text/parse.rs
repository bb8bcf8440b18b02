//! From the text of a morsel to a batch.

use quince_core::columnar::{Batch, Schema};
use quince_core::memory::MemoryManager;

use super::digits::WINDOW;
use super::fault::{Fault, Flaw};
use super::ids::{RowFault, Rows};
use super::kernel::Kernel;
use super::layout::Layout;
use super::row::{read_row, without_line_end};

/// How much text is read line by line, at most, before the kernel is tried again.
const MAX_STRETCH: usize = 64 << 10;

/// What the morsels of one file share.
#[derive(Clone, Debug)]
pub(super) struct Parser {
    pub(super) layout: Layout,
    pub(super) schema: Schema,
    pub(super) max_line_bytes: usize,
}

impl Parser {
    /// Reads the lines of `text`, which begins and ends at line ends (the last may be missing).
    pub(super) fn parse(&self, memory: &MemoryManager, text: &[u8]) -> Result<Batch, Fault> {
        let expected = text.len() / self.layout.row_bytes;
        let mut rows = Rows::new(memory, &self.layout, expected + expected / 16 + 1)?;
        let Some(mut kernel) = Kernel::new(&self.layout) else {
            self.read_lines(text, 0, text.len(), &mut rows)?;
            return Ok(rows.finish(self.schema.clone())?);
        };
        let mut at = 0;
        let mut stretch = WINDOW;
        while at < text.len() {
            let read = kernel.read(text, at, &mut rows)?;
            // Where nothing is plain, ask less and less often.
            stretch = if read > at { WINDOW } else { (2 * stretch).min(MAX_STRETCH) };
            at = self.read_lines(text, read, text.len().min(read + stretch), &mut rows)?;
        }
        Ok(rows.finish(self.schema.clone())?)
    }

    /// Reads line by line from `at` until a line ends at or behind `until`; returns where.
    fn read_lines(
        &self,
        text: &[u8],
        mut at: usize,
        until: usize,
        rows: &mut Rows,
    ) -> Result<usize, Fault> {
        while at < until {
            let end =
                memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline + 1);
            self.read_line(&text[at..end], rows).map_err(|fault| fault.at(at))?;
            at = end;
        }
        Ok(at)
    }

    fn read_line(&self, line: &[u8], rows: &mut Rows) -> Result<(), RowFault> {
        if line.len() > self.max_line_bytes {
            return Err(Flaw::LineTooLong { limit: self.max_line_bytes }.into());
        }
        match read_row(without_line_end(line), &self.layout)? {
            Some(row) => rows.push(row, &self.layout),
            None => Ok(()),
        }
    }
}
