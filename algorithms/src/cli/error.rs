//! What can go wrong with a command, how it is told, and the exit code that it gives.

use std::error::Error as _;
use std::io::{self, Write};
use std::path::PathBuf;

use quince_core::memory::{MemoryError, format_bytes};
use quince_datasets::DatasetError;
use quince_datasets::generators::GeneratorError;
use quince_datasets::sinks::{SinkError, Target, is_broken_pipe};

use super::runner_error::RunnerError;

/// The result of a command.
pub type Result<T, E = CliError> = std::result::Result<T, E>;

/// Why a command ended without its result.
///
/// Messages say what is wrong, where, and which option helps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// The command line cannot be read, or asks for help.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// Duplicates are to be combined by weights that are not there.
    #[error(
        "--duplicates {rule} combines weights, but none are read; add --weighted, or use \
         --duplicates drop"
    )]
    NoWeights {
        /// What was asked for.
        rule: &'static str,
    },
    /// The folder for spill files is not there.
    #[error(
        "{}: no such folder for spill files; create it first, or name another with --spill-dir",
        path.display()
    )]
    NoSpillFolder {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The input cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The graph to be generated is not described well.
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    /// The parameters of `quince run` are wrong.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// The output cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The properties of a Graphalytics graph cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Properties {
        /// The path as it was given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A line of properties is none.
    #[error("{}:{line}: expected KEY = VALUE, found {found:?}", path.display())]
    PropertyLine {
        /// The path as it was given.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The line.
        found: String,
    },
    /// A property is missing, or has no such value.
    #[error("{}: {key} is {found}; it must be {expected}", path.display())]
    Property {
        /// The path as it was given.
        path: PathBuf,
        /// The whole key.
        key: String,
        /// What is there.
        found: String,
        /// What must be.
        expected: &'static str,
    },
    /// Results are not those of the reference.
    #[error("not the reference output: {algorithms}; the lines above tell the first difference")]
    Invalid {
        /// The algorithms.
        algorithms: String,
    },
    /// The budget does not suffice.
    #[error("{source}; raise --memory, which is now {}", format_bytes(*budget))]
    Budget {
        /// The budget in bytes.
        budget: u64,
        /// Who wanted how much.
        source: MemoryError,
    },
    /// Somebody pressed Ctrl-C, or sent a signal to the same end.
    #[error("cancelled")]
    Cancelled,
    /// A panic: nothing that a user does may cause one.
    #[error("{source}; this is a bug in quince, please report it")]
    Bug {
        /// What panicked.
        source: quince_core::Error,
    },
    /// The engine failed in another way.
    #[error(transparent)]
    Engine(quince_core::Error),
    /// The graph or the algorithm failed.
    #[error(transparent)]
    Graph(quince_gelly::Error),
    /// A command of another crate failed in its own way.
    #[error(transparent)]
    External(Box<dyn std::error::Error + Send + Sync>),
}

/// Commands do input and output of their own on standard output alone.
impl From<io::Error> for CliError {
    fn from(source: io::Error) -> Self {
        Self::Sink(SinkError::from_io(&Target::Stream("standard output".to_owned()), source))
    }
}

impl From<quince_core::Error> for CliError {
    fn from(error: quince_core::Error) -> Self {
        use quince_core::Error as Core;
        match error {
            Core::Cancelled => Self::Cancelled,
            Core::Memory(source @ MemoryError::OutOfBudget { budget, .. }) => {
                Self::Budget { budget, source }
            }
            source @ Core::Panic { .. } => Self::Bug { source },
            other => Self::Engine(other),
        }
    }
}

impl From<quince_gelly::Error> for CliError {
    fn from(error: quince_gelly::Error) -> Self {
        match error {
            quince_gelly::Error::Core(error) => error.into(),
            other => Self::Graph(other),
        }
    }
}

impl CliError {
    /// The exit code of a command that ends with this error: 2 if the command line alone is
    /// wrong, 130 if the run was cancelled, 0 if only the reader of the output had enough, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Arguments(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::Cancelled => 130,
            Self::NoWeights { .. }
            | Self::Generator(_)
            | Self::Runner(_)
            | Self::Sink(SinkError::UnknownFormat { .. })
            | Self::Graph(quince_gelly::Error::Parameter { .. })
            | Self::Dataset(
                DatasetError::NoWeightColumn { .. }
                | DatasetError::BadColumns { .. }
                | DatasetError::BadDelimiter { .. }
                | DatasetError::UnknownSetting { .. },
            ) => 2,
            _ if self.is_broken_pipe() => 0,
            _ => 1,
        }
    }

    /// Whether the reader of standard output closed it, as `head` does.
    fn is_broken_pipe(&self) -> bool {
        match self {
            Self::Sink(error) => matches!(error, SinkError::BrokenPipe { .. }),
            Self::Engine(error) => is_broken_pipe(error),
            _ => false,
        }
    }

    /// Tells people, on `out`: one line, and one for each cause that says something new.
    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.is_broken_pipe() {
            return Ok(());
        }
        let mut said = self.to_string();
        writeln!(out, "error: {said}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !said.contains(&text) {
                writeln!(out, "caused by: {text}")?;
                said.push_str(&text);
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    fn printed(error: &CliError) -> String {
        let mut out = Vec::new();
        error.print(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_budget_error_names_the_option_and_its_value() {
        let memory = quince_core::memory::MemoryManager::new(1 << 20);
        let refused = memory.reserve("index", 1 << 21).unwrap_err();
        let error = CliError::from(quince_core::Error::from(refused));
        let text = printed(&error);
        assert!(text.contains("index wanted 2.0 MiB"), "{text}");
        assert!(text.ends_with("; raise --memory, which is now 1.0 MiB\n"), "{text}");
        assert_eq!((text.lines().count(), error.exit_code()), (1, 1));
    }

    #[test]
    fn causes_are_told_if_they_say_something_new() {
        #[derive(Debug, thiserror::Error)]
        #[error("reading failed")]
        struct Outer(#[source] io::Error);
        let error = CliError::from(quince_core::Error::source(Outer(io::Error::other("bad disk"))));
        assert_eq!(printed(&error), "error: reading failed\ncaused by: bad disk\n");
        let source = io::Error::from(ErrorKind::StorageFull);
        assert_eq!(printed(&CliError::from(source)).lines().count(), 1);
    }

    #[test]
    fn a_closed_reader_is_no_failure() {
        let error = CliError::from(io::Error::from(ErrorKind::BrokenPipe));
        assert_eq!((printed(&error).as_str(), error.exit_code()), ("", 0));
    }
}
