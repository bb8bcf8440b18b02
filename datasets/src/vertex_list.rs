//! Vertex lists: one vertex per line of text, for vertices that may have no edge.

use std::path::Path;

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Error};

use crate::edge_list::text_setters;
use crate::error::DatasetError;
use crate::text::{Columns, Comment, Delimiter, Format, Header, IdType, Kind, Settings, TextTable};

/// A text file with one vertex per line, as a source of batches with the one column `vertex`.
///
/// It reads the same kinds of files as [`EdgeList`](crate::EdgeList), and ids have the same types.
///
/// ```
/// use quince_core::{Environment, executor};
/// use quince_datasets::VertexList;
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("example.v");
/// std::fs::write(&path, "1 0.5\n2 0.25\n7 0\n")?;
/// let env = Environment::builder().threads(2).build()?;
/// let batches = executor::collect(&env, &VertexList::open(&path)?, &[])?;
/// assert_eq!(batches[0].num_rows(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a source does nothing until it is read"]
pub struct VertexList {
    table: TextTable,
}

impl VertexList {
    /// The vertex list in the file at `path`; looks at its first 64 KiB.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, is no text, or is broken in its first 64 KiB of text.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        Ok(Self { table: TextTable::open(path.as_ref(), Kind::Vertices)? })
    }

    /// Which column holds the vertex, by name or by position counted from 1; by default the first.
    pub fn column(self, column: impl Into<Columns>) -> Self {
        let column = column.into();
        self.with(|settings| settings.columns = Some(column))
    }

    text_setters!();
}

impl Source for VertexList {
    fn name(&self) -> String {
        self.table.name()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>, Error> {
        self.table.morsels(env)
    }
}
