//! The properties file of a Graphalytics graph: what its files are called, and what to run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::error::{CliError, Result};

/// The entries `graph.NAME.KEY = VALUE` of a properties file.
#[derive(Debug)]
pub(super) struct Properties {
    path: PathBuf,
    /// The name of the graph.
    pub(super) name: String,
    entries: BTreeMap<String, String>,
}

/// The parameters of the kernels that have any.
const PARAMETERS: &[&str] =
    &["source-vertex", "max-iterations", "damping-factor", "num-iterations"];

impl Properties {
    /// Reads the file at `path`; the graph is called like it.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let io = |source| CliError::Properties { path: path.to_owned(), source };
        let text = fs::read_to_string(path).map_err(io)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut properties = Self { path: path.to_owned(), name, entries: BTreeMap::new() };
        for (line, text) in (1..).zip(text.lines()) {
            properties.add(line, text.trim())?;
        }
        Ok(properties)
    }

    fn add(&mut self, line: u64, text: &str) -> Result<()> {
        if text.is_empty() || text.starts_with(['#', '!']) {
            return Ok(());
        }
        let Some((key, value)) = text.split_once(['=', ':']) else {
            let (path, found) = (self.path.clone(), text.to_owned());
            return Err(CliError::PropertyLine { path, line, found });
        };
        if let Some(key) = key.trim().strip_prefix(&format!("graph.{}.", self.name)) {
            self.entries.insert(key.to_owned(), value.trim().to_owned());
        }
        Ok(())
    }

    /// The value of a property, if it is there.
    fn find(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// The value of a property that must be there, as `read` reads it.
    pub(super) fn get<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        let value = self.find(key);
        value.and_then(read).ok_or_else(|| CliError::Property {
            path: self.path.clone(),
            key: format!("graph.{}.{key}", self.name),
            found: value.map_or("nothing".to_owned(), |value| format!("{value:?}")),
            expected,
        })
    }

    /// Whether edges go one way.
    pub(super) fn directed(&self) -> Result<bool> {
        self.get("directed", "true or false", |value| value.parse().ok())
    }

    /// The file of vertices.
    pub(super) fn vertex_file(&self) -> Result<PathBuf> {
        self.file("vertex-file", "v")
    }

    /// The file of edges. Where the properties name that of the vertices, as those of a published
    /// case do, it is the one called like the graph.
    pub(super) fn edge_file(&self) -> Result<PathBuf> {
        let file = self.file("edge-file", "e")?;
        let is_vertices = file == self.vertex_file()?;
        Ok(if is_vertices { self.beside(&format!("{}.e", self.name)) } else { file })
    }

    fn file(&self, key: &str, suffix: &str) -> Result<PathBuf> {
        let default = format!("{}.{suffix}", self.name);
        Ok(self.beside(self.find(key).unwrap_or(&default)))
    }

    /// A file in the folder of the properties, plain or compressed.
    pub(super) fn beside(&self, file: &str) -> PathBuf {
        let plain = self.path.with_file_name(file);
        let compressed =
            ["gz", "zst"].map(|suffix| self.path.with_file_name(format!("{file}.{suffix}")));
        if plain.exists() {
            return plain;
        }
        compressed.into_iter().find(|file| file.exists()).unwrap_or(plain)
    }

    /// Whether an edge has a weight.
    pub(super) fn is_weighted(&self) -> bool {
        self.find("edge-properties.names").is_some_and(|names| !names.is_empty())
            || self.find("sssp.weight-property").is_some()
    }

    /// The parameters of an algorithm, for people.
    pub(super) fn parameters(&self, algorithm: &str) -> BTreeMap<String, String> {
        let value = |name: &&str| {
            let value = self.find(&format!("{algorithm}.{name}"))?;
            Some(((*name).to_owned(), value.to_owned()))
        };
        PARAMETERS.iter().filter_map(value).collect()
    }
}
