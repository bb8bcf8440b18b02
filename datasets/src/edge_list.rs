//! Edge lists: one edge per line of text.

use std::path::Path;

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Error};

use crate::error::DatasetError;
use crate::text::{Columns, Comment, Delimiter, Format, Header, IdType, Kind, Settings, TextTable};

/// Makes a source whose text settings are set by consuming setters.
macro_rules! text_setters {
    () => {
        /// The format; by default it is found out from the suffix and the first lines.
        pub fn format(self, format: Format) -> Self {
            self.with(|settings| settings.format = format)
        }

        /// What stands between the fields, instead of what the format says.
        pub fn delimiter(self, delimiter: Delimiter) -> Self {
            self.with(|settings| settings.delimiter = Some(delimiter))
        }

        /// Whether there is a header line that is not marked as a comment; by default the first
        /// line is one if it does not read as the lines behind it do.
        pub fn header(self, header: Header) -> Self {
            self.with(|settings| settings.header = header)
        }

        /// What a line that is a comment begins with, or that none is. By default `#` (in CSV
        /// only at the top, in DIMACS `c`), and `%` in a block at the very top.
        pub fn comment(self, mark: Option<&str>) -> Self {
            let comment = match mark {
                Some(mark) if !mark.is_empty() => Comment::Mark(mark.to_owned()),
                _ => Comment::Never,
            };
            self.with(|settings| settings.comment = comment)
        }

        /// How many lines at the top are passed over unseen; none by default.
        pub fn skip_lines(self, lines: u64) -> Self {
            self.with(|settings| settings.skip_lines = lines)
        }

        /// The type of ids; by default integers if most of the first ones are.
        pub fn ids(self, ids: IdType) -> Self {
            self.with(|settings| settings.ids = ids)
        }

        fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
            self.table.change(change);
            self
        }

        /// The type of ids that batches hold: [`IdType::Integer`] or [`IdType::String`].
        pub fn id_type(&self) -> Result<IdType, DatasetError> {
            let integers = self.table.layout()?.integers();
            Ok(if integers { IdType::Integer } else { IdType::String })
        }

        /// The size of the file in bytes, compressed as it is: the total of its progress.
        pub fn bytes(&self) -> u64 {
            self.table.bytes()
        }

        /// The file.
        pub fn path(&self) -> &Path {
            self.table.path()
        }
    };
}

pub(crate) use text_setters;

/// A text file with one edge per line, as a source of batches.
///
/// Batches have the columns `source` and `target`, and `weight` if the list is
/// [weighted](Self::weighted). Ids are `UInt32` in both columns where all of a morsel fit, else
/// `Int64`; ids that are text are `CodedUtf8` in both columns, over the same values. Weights are
/// `Float64` and finite.
///
/// Files compressed with gzip or zstd are read as they are. Uncompressed ones are mapped and read
/// in parallel, in morsels of 4 MiB that are let go of when they are done.
///
/// ```
/// use quince_core::{Environment, executor};
/// use quince_datasets::{EdgeList, Header, IdType};
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("flights.csv");
/// std::fs::write(&path, "airline,from,to\n2B,AER,KZN\n2B,ASF,KZN\n")?;
/// let flights = EdgeList::open(&path)?.columns(["from", "to"]);
/// assert_eq!(flights.id_type()?, IdType::String);
///
/// let env = Environment::builder().threads(2).build()?;
/// let batches = executor::collect(&env, &flights, &[])?;
/// assert_eq!(batches[0].num_rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a source does nothing until it is read"]
pub struct EdgeList {
    table: TextTable,
}

impl EdgeList {
    /// The edge list in the file at `path`; looks at its first 64 KiB.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, is no text, or is broken in its first 64 KiB of text.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        Ok(Self { table: TextTable::open(path.as_ref(), Kind::Edges)? })
    }

    /// Which columns are source, target and weight, by name or by position counted from 1; by
    /// default the first two, and the third if the list is weighted. Other columns are ignored.
    pub fn columns(self, columns: impl Into<Columns>) -> Self {
        let columns = columns.into();
        self.with(|settings| settings.columns = Some(columns))
    }

    /// Whether weights are read. By default they are if [`columns`](Self::columns) names three;
    /// without `columns`, if the format always has them (`.wel`, DIMACS).
    pub fn weighted(self, weighted: bool) -> Self {
        self.with(|settings| settings.weighted = Some(weighted))
    }

    /// Whether batches have a column `weight`.
    pub fn is_weighted(&self) -> bool {
        self.table.is_weighted()
    }

    text_setters!();
}

impl Source for EdgeList {
    fn name(&self) -> String {
        self.table.name()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>, Error> {
        self.table.morsels(env)
    }
}
