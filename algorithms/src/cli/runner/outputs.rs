//! The outputs of `quince run`: a file of text, a checksum, or lines.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quince_core::columnar::Batch;
use quince_core::memory::{MemoryManager, Segment};
use quince_core::pipeline::{Breaker, Encoded, Sink};
use quince_core::{Environment, Error, executor};
use quince_datasets::sinks::{NewFile, SinkError};
use quince_gelly::java_hash::Checksum;

use super::parameters::{Parameter, Parameters, unknown};
use super::rows::{Layout, Rows};
use crate::cli::error::Result;
use crate::cli::runner_error::RunnerError;

/// An output that can be named.
pub(super) struct OutputKind {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) parameters: &'static [Parameter],
    open: fn(&Parameters) -> Result<Output>,
}

const FILENAME: Parameter = Parameter::required("output_filename", "FILE", "the file");
const LINE: Parameter =
    Parameter::default("output_line_delimiter", "TEXT", "\\n", "what ends a line");
const FIELD: Parameter =
    Parameter::default("output_field_delimiter", "TEXT", ",", "what stands between fields");

/// The outputs, in the order in which they are listed.
pub(super) const OUTPUTS: &[OutputKind] = &[
    OutputKind {
        name: "csv",
        about: "the fields of each row as a line of a file",
        parameters: &[FILENAME, LINE, FIELD],
        open: open_csv,
    },
    OutputKind {
        name: "hash",
        about: "the number of rows and the sum of their hash codes in Java",
        parameters: &[],
        open: |_| Ok(Output::Hash),
    },
    OutputKind {
        name: "print",
        about: "each row as a line on standard output",
        parameters: &[],
        open: |_| Ok(Output::Print),
    },
];

/// The output of this name.
pub(super) fn find(name: &str) -> Result<&'static OutputKind, RunnerError> {
    let names: Vec<&str> = OUTPUTS.iter().map(|output| output.name).collect();
    let found = OUTPUTS.iter().find(|output| output.name == name);
    found.ok_or_else(|| unknown("output", name, &names))
}

/// An output whose parameters are understood.
pub(super) enum Output {
    Csv { path: PathBuf, line: String, field: String },
    Hash,
    Print,
}

fn open_csv(parameters: &Parameters) -> Result<Output> {
    let text = |parameter| parameters.get::<String>("csv", parameter, "");
    let path = PathBuf::from(text(&FILENAME)?);
    let (line, field) = (unescaped(&text(&LINE)?), unescaped(&text(&FIELD)?));
    Ok(Output::Csv { path, line, field })
}

/// `\n`, `\r` and `\t` as what they stand for.
fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
}

/// What an output gives to standard output, and what is known of the rows.
#[derive(Default)]
pub(super) struct Written {
    pub(super) text: Vec<Segment<u8>>,
    pub(super) rows: u64,
    pub(super) checksum: Option<Checksum>,
}

impl OutputKind {
    /// Whether it has a place for figures without rows.
    pub(super) fn is_for_figures(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Reads its parameters.
    pub(super) fn open(&self, parameters: &Parameters) -> Result<Output> {
        (self.open)(parameters)
    }
}

impl Output {
    /// Takes the rows of a result.
    pub(super) fn take(&self, env: &Environment, rows: Rows) -> Result<Written> {
        let Rows { source, layout } = rows;
        match self {
            Self::Hash => {
                let parts = executor::execute(env, &*source, &[], &Hashing(&layout))?;
                let checksum: Checksum = parts.into_iter().sum();
                Ok(Written { rows: checksum.count, checksum: Some(checksum), ..Written::default() })
            }
            Self::Print => {
                let printing = Printing { layout: &layout, memory: env.memory() };
                let parts = executor::execute(env, &*source, &[], &printing)?;
                let rows = parts.iter().map(|part| part.rows).sum();
                let text = parts.into_iter().flat_map(|part| part.text).collect();
                Ok(Written { text, rows, checksum: None })
            }
            Self::Csv { path, line, field } => {
                let rows = Arc::new(AtomicU64::new(0));
                let (line, field, file) = (line.clone(), field.clone(), NewFile::create(path)?);
                let sink = CsvSink { file, layout, line, field, rows: rows.clone() };
                executor::write(env, &*source, &[], Box::new(sink))?;
                Ok(Written { rows: rows.load(Ordering::Relaxed), ..Written::default() })
            }
        }
    }
}

impl Written {
    /// Writes what belongs on standard output.
    pub(super) fn print(&self, out: &mut dyn Write) -> Result<()> {
        for text in &self.text {
            out.write_all(text)?;
        }
        if let Some(checksum) = self.checksum {
            writeln!(out, "{checksum}")?;
        }
        Ok(())
    }
}

/// Sums hash codes.
struct Hashing<'a>(&'a Layout);

impl Breaker for Hashing<'_> {
    type Part = Checksum;

    fn part(&self) -> Checksum {
        Checksum::default()
    }

    fn take(&self, part: &mut Checksum, batch: Batch) -> quince_core::Result<()> {
        self.0.for_each(&batch, |row| part.add_hash(self.0.hash(row)));
        Ok(())
    }
}

/// Prints rows into memory that is paid for: nothing is on standard output until all went well.
struct Printing<'a> {
    layout: &'a Layout,
    memory: &'a MemoryManager,
}

/// What a morsel prints.
#[derive(Default)]
struct Printed {
    text: Vec<Segment<u8>>,
    rows: u64,
}

impl Breaker for Printing<'_> {
    type Part = Printed;

    fn part(&self) -> Printed {
        Printed::default()
    }

    fn take(&self, part: &mut Printed, batch: Batch) -> quince_core::Result<()> {
        // Bounded by the batch.
        let mut lines = String::new();
        self.layout.for_each(&batch, |row| {
            self.layout.print(row, &mut lines);
            lines.push('\n');
        });
        let mut text = self.memory.allocate::<u8>("printed rows", lines.len())?;
        text.copy_from_slice(lines.as_bytes());
        part.text.push(text);
        part.rows += batch.num_rows() as u64;
        Ok(())
    }
}

/// Writes the fields of rows as lines.
struct CsvSink {
    file: NewFile,
    layout: Layout,
    line: String,
    field: String,
    rows: Arc<AtomicU64>,
}

impl Sink for CsvSink {
    fn name(&self) -> String {
        format!("csv {}", self.file.target())
    }

    fn encode(&self, batch: Batch) -> quince_core::Result<Encoded> {
        self.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        let mut lines = String::new();
        self.layout.for_each(&batch, |row| {
            self.layout.write_fields(row, &self.field, &mut lines);
            lines.push_str(&self.line);
        });
        Ok(Encoded::Bytes(lines.into_bytes()))
    }

    fn write(&mut self, encoded: Encoded) -> quince_core::Result<()> {
        let Encoded::Bytes(bytes) = encoded else { unreachable!("rows are encoded as bytes") };
        let written = self.file.write_all(&bytes);
        written.map_err(|source| Error::sink(SinkError::from_io(self.file.target(), source)))
    }

    fn finish(self: Box<Self>) -> quince_core::Result<()> {
        self.file.finish().map_err(Error::sink)
    }
}
