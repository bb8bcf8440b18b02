//! What can be wrong with a dataset.

mod records;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use records::RecordsError;

/// What a column of a text file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The id of the vertex that an edge leaves.
    Source,
    /// The id of the vertex that an edge enters.
    Target,
    /// The weight of an edge.
    Weight,
    /// The id of a declared vertex.
    Vertex,
}

impl Role {
    /// The name of the column in batches: `source`, `target`, `weight`, `vertex`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Weight => "weight",
            Self::Vertex => "vertex",
        }
    }
}

/// A column of a text file, for messages: `column 2 (target)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRef {
    /// The position, counted from 1; in DIMACS files from the field after the tag.
    pub position: usize,
    /// What it is read as.
    pub role: Role,
    /// Its name, if it was chosen by name.
    pub name: Option<String>,
}

impl fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {} ({}", self.position, self.role.name())?;
        match &self.name {
            Some(name) if name != self.role.name() => write!(f, ", {name:?})"),
            _ => f.write_str(")"),
        }
    }
}

/// Why a dataset cannot be read.
///
/// Messages begin with the path and, where there is one, the line (counted from 1 in the
/// decompressed file), and end with a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// There is no such file.
    #[error("{}: no such file; check the path", path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The path names a folder, a pipe or a device.
    #[error("{}: is {found}, not a regular file; {remedy}", path.display())]
    NotAFile {
        /// The path as it was given.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The user may not read the file.
    #[error("{}: permission denied; make it readable for this user", path.display())]
    PermissionDenied {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Reading failed for another reason.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The path as it was given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file has no bytes.
    #[error("{}: the file is empty; expected one record per line", path.display())]
    Empty {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The file has lines, but no data rows.
    #[error(
        "{}: no data rows in {lines} lines, only comments, headers or blank lines; if they are \
         data, use --header no or --comment none",
        path.display()
    )]
    NoData {
        /// The path as it was given.
        path: PathBuf,
        /// How many lines there are.
        lines: u64,
    },
    /// There is a NUL byte: this is not text.
    #[error(
        "{}:{line}: found a NUL byte, so this is not a text file; expected lines of text in \
         UTF-8, plain or compressed with gzip or zstd",
        path.display()
    )]
    Binary {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
    },
    /// The file is compressed in a way that is not read.
    #[error("{}: is {found}; unpack it first, or compress it with gzip or zstd", path.display())]
    UnsupportedCompression {
        /// The path as it was given.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// The file has a format that is not read.
    #[error(
        "{}: looks like {found}, which is not read yet; convert it to an edge list, or name the \
         format with --format if it is one",
        path.display()
    )]
    UnsupportedFormat {
        /// The path as it was given.
        path: PathBuf,
        /// The format.
        found: &'static str,
    },
    /// A compressed stream is truncated or corrupt.
    #[error(
        "{}:{line}: the {codec} stream is broken behind byte {offset} of the file: {source}; \
         fetch or compress the file again",
        path.display()
    )]
    Compression {
        /// The path as it was given.
        path: PathBuf,
        /// `gzip` or `zstd`.
        codec: &'static str,
        /// How many bytes of the file had been consumed.
        offset: u64,
        /// The line that was cut off, counted from 1.
        line: u64,
        /// What the decoder said.
        source: io::Error,
    },
    /// A line is longer than is sane.
    #[error(
        "{}:{line}: the line is longer than {limit} bytes; is this a text file with a record \
         per line?",
        path.display()
    )]
    LineTooLong {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The longest line that is read, in bytes.
        limit: usize,
    },
    /// A quoted field does not end on its line.
    #[error(
        "{}:{line}: column {column}: the quote is not closed on this line; close it, or use \
         --format tsv or --delimiter where quotes are plain characters",
        path.display()
    )]
    UnclosedQuote {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The field, counted from 1.
        column: usize,
    },
    /// A row ends before a column that is needed.
    #[error(
        "{}:{line}: {column}: expected at least {} columns, found {found}; check --columns and \
         --delimiter",
        path.display(), column.position
    )]
    TooFewColumns {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column that is missing.
        column: ColumnRef,
        /// How many columns the row has.
        found: usize,
    },
    /// An id is empty.
    #[error(
        "{}:{line}: {column}: expected an id, found nothing; remove the row, or check --columns \
         and --delimiter",
        path.display()
    )]
    EmptyId {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: ColumnRef,
    },
    /// An id is not an integer where integers are expected.
    #[error(
        "{}:{line}: {column}: expected an integer id, found {found:?}; if ids are text, use \
         --ids string",
        path.display()
    )]
    IdNotInteger {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: ColumnRef,
        /// What stands there, shortened.
        found: String,
    },
    /// An integer id does not fit 64 bits.
    #[error(
        "{}:{line}: {column}: expected an integer id between -2^63 and 2^63 - 1, found {found}; \
         if ids are text, use --ids string",
        path.display()
    )]
    IdOverflow {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: ColumnRef,
        /// What stands there, shortened.
        found: String,
    },
    /// An id is not UTF-8.
    #[error(
        "{}:{line}: {column}: expected text in UTF-8, found {found:?}; convert the file, for \
         example with iconv -f latin1 -t utf-8",
        path.display()
    )]
    InvalidUtf8 {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: ColumnRef,
        /// What stands there, shortened, with replacement characters.
        found: String,
    },
    /// A weight is not a number.
    #[error(
        "{}:{line}: {column}: expected a number, found {found:?}; check --columns, or read the \
         graph without weights",
        path.display()
    )]
    WeightNotNumber {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: ColumnRef,
        /// What stands there, shortened.
        found: String,
    },
    /// A weight is NaN or infinite.
    #[error(
        "{}:{line}: {column}: expected a finite number, found {found:?}; remove the row or give \
         it a finite weight",
        path.display()
    )]
    WeightNotFinite {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: ColumnRef,
        /// What stands there, shortened.
        found: String,
    },
    /// A DIMACS line has a tag that is not known.
    #[error(
        "{}:{line}: expected a DIMACS line that begins with \"c\", \"p\" or \"a\", found \
         {found:?}; if this is another format, use --format",
        path.display()
    )]
    UnknownRecord {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The line, shortened.
        found: String,
    },
    /// A column name is not in the header.
    #[error(
        "{}:{line}: no column is called {name:?}; the header has {}{}",
        path.display(), list(existing), did_you_mean(suggestion.as_deref())
    )]
    UnknownColumn {
        /// The path as it was given.
        path: PathBuf,
        /// The line of the header, counted from 1.
        line: u64,
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        existing: Vec<String>,
        /// The name that may have been meant.
        suggestion: Option<String>,
    },
    /// Columns are chosen by name, but there is no header.
    #[error(
        "{}:{line}: column {name:?} is chosen by name, but there is no header line; choose \
         columns by position, for example --columns 1,2",
        path.display()
    )]
    NoHeader {
        /// The path as it was given.
        path: PathBuf,
        /// The line of the first data row, counted from 1.
        line: u64,
        /// The first name that was asked for.
        name: String,
    },
    /// Weights are asked for, but the columns do not name one.
    #[error(
        "{}: weights are asked for, but --columns names only the ids; add the weight's column, \
         for example --columns {example}",
        path.display()
    )]
    NoWeightColumn {
        /// The path as it was given.
        path: PathBuf,
        /// A list of columns that would do.
        example: String,
    },
    /// A setting has a name that is not known.
    #[error("unknown {setting} {found:?}; expected one of {}", valid.join(", "))]
    UnknownSetting {
        /// The setting: `format`, `ids`, `header`.
        setting: &'static str,
        /// What was asked for.
        found: String,
        /// The names that there are.
        valid: &'static [&'static str],
    },
    /// A list of columns cannot be read.
    #[error(
        "columns {found:?}: {reason}; write two or three names or positions counted from 1, for \
         example source,target,weight or 2,3,4"
    )]
    BadColumns {
        /// What was asked for.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file cannot be read as records of a type.
    #[error(transparent)]
    Records(Box<RecordsError>),
    /// A delimiter cannot be used.
    #[error(
        "delimiter {found:?}: expected one ASCII character other than a letter, a digit, a sign, \
         a dot, a quote or a line end, or one of tab, comma, semicolon, pipe, space"
    )]
    BadDelimiter {
        /// What was asked for.
        found: String,
    },
}

impl From<RecordsError> for DatasetError {
    fn from(error: RecordsError) -> Self {
        Self::Records(error.into())
    }
}

impl DatasetError {
    /// The error for `source`, which came up when `path` was opened or read.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { path },
            io::ErrorKind::IsADirectory => Self::directory(path),
            _ => Self::Io { path, source },
        }
    }

    /// The error for a folder where a file is expected.
    pub(crate) fn directory(path: PathBuf) -> Self {
        Self::NotAFile { path, found: "a folder", remedy: "name a file in it" }
    }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    quoted.join(", ")
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_path_line_column_and_remedy() {
        let column = ColumnRef { position: 2, role: Role::Target, name: None };
        let error = DatasetError::IdNotInteger {
            path: "graph.tsv".into(),
            line: 17,
            column,
            found: "x12".into(),
        };
        let expected = "graph.tsv:17: column 2 (target): expected an integer id, found \"x12\"; \
                        if ids are text, use --ids string";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn columns_chosen_by_name_are_named() {
        let named =
            |name: &str| ColumnRef { position: 3, role: Role::Weight, name: Some(name.into()) };
        assert_eq!(named("km").to_string(), "column 3 (weight, \"km\")");
        assert_eq!(named("weight").to_string(), "column 3 (weight)");
    }

    #[test]
    fn unknown_names_list_those_that_there_are() {
        let error = DatasetError::UnknownColumn {
            path: "a.csv".into(),
            line: 1,
            name: "form".into(),
            existing: vec!["from".into(), "to".into()],
            suggestion: Some("from".into()),
        };
        let text = error.to_string();
        assert!(
            text.ends_with("the header has \"from\", \"to\"; did you mean \"from\"?"),
            "{text}"
        );
    }
}
