//! What can go wrong with a sink.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use quince_core::Error;

/// Where a sink writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, by the path that it gets in the end.
    File(PathBuf),
    /// Something that takes bytes, by a name for people.
    Stream(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Stream(name) => f.write_str(name),
        }
    }
}

/// Why a result was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The suffix of the path names no format.
    #[error("{}: no format has this suffix; use one of {known}", path.display())]
    UnknownFormat {
        /// The path.
        path: PathBuf,
        /// The suffixes that are known.
        known: &'static str,
    },
    /// There is no folder for the file.
    #[error("{}: there is no folder {}; create it first, or write elsewhere", path.display(), folder.display())]
    MissingFolder {
        /// The file's path.
        path: PathBuf,
        /// The folder that is missing.
        folder: PathBuf,
    },
    /// The path is a folder's.
    #[error("{} is a folder; add a file name to it", path.display())]
    IsFolder {
        /// The path.
        path: PathBuf,
    },
    /// The operating system does not allow it.
    #[error("{target}: no permission to write there ({source}); change it, or write elsewhere")]
    NotWritable {
        /// Where to.
        target: Target,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no space left.
    #[error("{target}: the disk is full ({source}); free some space, or write to another disk")]
    DiskFull {
        /// Where to.
        target: Target,
        /// What the operating system said.
        source: io::Error,
    },
    /// Whoever read the stream has closed it.
    #[error("{target}: closed by its reader before everything was written")]
    BrokenPipe {
        /// Where to.
        target: Target,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another error of the operating system.
    #[error("{target}: cannot write: {source}")]
    Io {
        /// Where to.
        target: Target,
        /// What the operating system said.
        source: io::Error,
    },
    /// A text would break the lines of a format without quotes.
    #[error("{target}: the text {text:?} cannot be written without quotes; write .csv or .tsv")]
    NeedsQuotes {
        /// Where to.
        target: Target,
        /// The text.
        text: String,
    },
    /// The Parquet encoder failed.
    #[cfg(feature = "parquet")]
    #[error("{target}: cannot encode as Parquet: {source}; write .csv or .tsv")]
    Parquet {
        /// Where to.
        target: Target,
        /// What the encoder said.
        source: parquet::errors::ParquetError,
    },
    /// A batch could not be seen as an Arrow record batch.
    #[cfg(feature = "parquet")]
    #[error("{target}: cannot encode as Parquet: {source}; write .csv or .tsv")]
    Arrow {
        /// Where to.
        target: Target,
        /// Why.
        source: quince_core::columnar::ArrowConversionError,
    },
}

impl SinkError {
    /// Sorts an error of the operating system by what can be done about it.
    pub fn from_io(target: &Target, source: io::Error) -> Self {
        let target = target.clone();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull { target, source }
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { target, source }
            }
            ErrorKind::BrokenPipe => Self::BrokenPipe { target, source },
            _ => Self::Io { target, source },
        }
    }

    /// As [`from_io`](Self::from_io), for the creation of a file at `path` in `folder`.
    pub(super) fn from_create(path: &Path, folder: &Path, source: io::Error) -> Self {
        match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                Self::MissingFolder { path: path.to_owned(), folder: folder.to_owned() }
            }
            // The library that makes the file adds its temporary name, which helps nobody.
            kind => Self::from_io(&Target::File(path.to_owned()), kind.into()),
        }
    }
}

impl From<SinkError> for Error {
    fn from(error: SinkError) -> Self {
        Error::sink(error)
    }
}

/// Whether `error` is only that the reader of a stream has closed it (`quince ... | head`): a
/// command then ends without a word.
pub fn is_broken_pipe(error: &Error) -> bool {
    match error {
        Error::Sink(inner) => {
            matches!(inner.downcast_ref::<SinkError>(), Some(SinkError::BrokenPipe { .. }))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: ErrorKind) -> String {
        let target = Target::File("out/ranks.csv".into());
        SinkError::from_io(&target, kind.into()).to_string()
    }

    #[test]
    fn errors_name_the_path_and_the_remedy() {
        let full = text(ErrorKind::StorageFull);
        assert!(full.starts_with("out/ranks.csv: the disk is full"), "{full}");
        assert!(full.contains("free some space"), "{full}");
        let denied = text(ErrorKind::PermissionDenied);
        assert!(denied.contains("out/ranks.csv: no permission to write"), "{denied}");
        assert!(text(ErrorKind::ReadOnlyFilesystem).contains("write elsewhere"));
    }

    #[test]
    fn only_a_closed_reader_is_a_broken_pipe() {
        let target = Target::Stream("standard output".to_owned());
        let error = |kind: ErrorKind| Error::from(SinkError::from_io(&target, kind.into()));
        assert!(is_broken_pipe(&error(ErrorKind::BrokenPipe)));
        assert!(!is_broken_pipe(&error(ErrorKind::StorageFull)));
        assert!(!is_broken_pipe(&Error::Cancelled));
    }
}
