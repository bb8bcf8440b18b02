//! A text file as a table: opened, settled, and read as a source.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use quince_core::columnar::Schema;
use quince_core::pipeline::Morsels;
use quince_core::{Environment, Error};

use super::Settings;
use super::compression::{Codec, FileInfo, inspect};
use super::kind::Kind;
use super::layout::Layout;
use super::mapped::MappedMorsels;
use super::parse::Parser;
use super::sample::Sample;
use super::sniff::{Settled, settle};
use super::stream::StreamMorsels;
use crate::error::DatasetError;

/// A text file and what is known about it.
#[derive(Clone, Debug)]
pub(crate) struct TextTable {
    path: PathBuf,
    file: FileInfo,
    sample: Sample,
    kind: Kind,
    settings: Settings,
    /// Settled at the first question; forgotten when a setting changes.
    layout: OnceLock<Layout>,
}

impl TextTable {
    pub(crate) fn open(path: &Path, kind: Kind) -> Result<Self, DatasetError> {
        let file = inspect(path)?;
        let sample = Sample::read(path, file.codec, Sample::FIRST_BYTES)?;
        let settings = Settings::default();
        let layout = OnceLock::new();
        Ok(Self { path: path.to_owned(), file, sample, kind, settings, layout })
    }

    /// Changes the settings.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.layout = OnceLock::new();
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The size of the file, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.file.bytes
    }

    /// How the file is laid out under the settings.
    pub(crate) fn layout(&self) -> Result<&Layout, DatasetError> {
        if let Some(layout) = self.layout.get() {
            return Ok(layout);
        }
        let layout = self.settle()?;
        Ok(self.layout.get_or_init(|| layout))
    }

    fn settle(&self) -> Result<Layout, DatasetError> {
        let settle = |sample: &Sample| settle(&self.path, sample, &self.settings, self.kind);
        if let Settled::Layout(layout) = settle(&self.sample)? {
            return Ok(*layout);
        }
        let mut bytes = self.sample.len();
        loop {
            bytes *= 4;
            let sample = Sample::read(&self.path, self.file.codec, bytes)?;
            if let Settled::Layout(layout) = settle(&sample)? {
                return Ok(*layout);
            }
        }
    }

    /// The name in a plan.
    pub(crate) fn name(&self) -> String {
        let what = match self.kind {
            Kind::Edges => "edge list",
            Kind::Vertices => "vertex list",
        };
        let file = self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy();
        let Ok(layout) = self.layout() else { return format!("{what} {file}") };
        let packed = match self.file.codec {
            Codec::Plain => String::new(),
            codec => format!("{}, ", codec.name()),
        };
        let format = if layout.dimacs { "dimacs".to_owned() } else { layout.delimiter.to_string() };
        let header =
            layout.header_line.map_or_else(String::new, |line| format!("header on line {line}, "));
        let ids = if layout.integers { "integer" } else { "string" };
        let columns: Vec<String> =
            layout.columns().iter().map(|column| column.position.to_string()).collect();
        let columns = columns.join(",");
        format!("{what} {file} ({packed}{format}, {header}ids {ids}, columns {columns})")
    }

    /// Begins to read.
    pub(crate) fn morsels(&self, env: &Environment) -> Result<Box<dyn Morsels>, Error> {
        let layout = self.layout().map_err(Error::source)?.clone();
        let schema = Schema::new(layout.columns().iter().map(|column| column.role.name()));
        let max_line_bytes = self.settings.max_line_bytes;
        let parser = Parser { layout, schema, max_line_bytes };
        let morsel_bytes = self.settings.morsel_bytes;
        Ok(match self.file.codec {
            Codec::Plain => Box::new(
                MappedMorsels::open(&self.path, parser, morsel_bytes).map_err(Error::source)?,
            ),
            codec => Box::new(
                StreamMorsels::open(&self.path, codec, parser, morsel_bytes, env.memory())
                    .map_err(Error::source)?,
            ),
        })
    }

    /// Whether rows have a weight; if the file cannot be settled, whether they should have one.
    pub(crate) fn is_weighted(&self) -> bool {
        self.layout().map_or_else(
            |_| self.kind.is_weighted(&self.settings, self.settings.format),
            |layout| layout.weight.is_some(),
        )
    }
}
