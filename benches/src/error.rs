//! Why a benchmark ended without its report.

use std::io;
use std::path::PathBuf;

use quince_algorithms::cli::CliError;
use quince_datasets::DatasetError;
use quince_datasets::sinks::SinkError;

/// The result of a part of the suite.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a benchmark ended without its report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine failed, or was cancelled.
    #[error(transparent)]
    Core(#[from] quince_core::Error),
    /// A graph or an algorithm failed.
    #[error(transparent)]
    Graph(#[from] quince_gelly::Error),
    /// A graph's file cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A report cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// A file or folder cannot be used.
    #[error("{}: cannot be {action}: {source}", path.display())]
    File {
        /// What was tried: `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is no report of this suite.
    #[error("{}: this is no report of `quince bench`: {source}", path.display())]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A report has the form of another version.
    #[error("{}: a report of version {found}; this program reads version {known}", path.display())]
    ReportVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// That of this program.
        known: u64,
    },
    /// There are no drivers where they should be.
    #[error("{}: no drivers here; --peers takes a driver or a folder of them, as benches/peers", path.display())]
    NoDrivers {
        /// The folder.
        path: PathBuf,
    },
    /// A program to compare with failed.
    #[error("{peer}: {fault}")]
    Peer {
        /// The program.
        peer: String,
        /// What it did.
        fault: PeerFault,
    },
    /// Quince's answer is not that of its reference.
    #[error("{kernel} on {graph}: Quince's answer is wrong: {difference}")]
    Wrong {
        /// The kernel.
        kernel: String,
        /// The graph.
        graph: String,
        /// The first difference.
        difference: Difference,
    },
    /// A peer and Quince do not agree.
    #[error("{kernel} on {graph}: {peer} and Quince do not agree: {difference}; no times are told")]
    Disagreement {
        /// The kernel.
        kernel: String,
        /// The graph.
        graph: String,
        /// The other program.
        peer: String,
        /// The first difference.
        difference: Difference,
    },
    /// Figures are worse than in the report before.
    #[error(
        "{slower} of {compared} figures are slower than in {} by more than {:.0} %",
        old.display(), tolerance * 100.0
    )]
    Slower {
        /// How many.
        slower: usize,
        /// Of how many.
        compared: usize,
        /// The report before.
        old: PathBuf,
        /// What was allowed.
        tolerance: f64,
    },
    /// A chart cannot be drawn.
    #[error("the chart {chart} cannot be drawn: {reason}")]
    Chart {
        /// What it shows.
        chart: &'static str,
        /// What the drawing library said.
        reason: String,
    },
}

/// What a program to compare with did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeerFault {
    /// It did not start.
    #[error("cannot be started: {0}")]
    Start(#[source] io::Error),
    /// Its output could not be read, or its end not be waited for.
    #[error("was lost: {0}")]
    Lost(#[source] io::Error),
    /// It ended with a failure.
    #[error("`{command}` failed; the last line of its output: {last_line}")]
    Failed {
        /// The command line.
        command: String,
        /// The last it said.
        last_line: String,
    },
    /// Its output does not hold what was asked for.
    #[error("printed no {wanted}")]
    Missing {
        /// What was looked for.
        wanted: String,
    },
    /// A line of its output is not what the protocol says.
    #[error("printed {line:?}: {source}")]
    Line {
        /// The line.
        line: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The run was cancelled meanwhile.
    #[error("was stopped")]
    Cancelled,
}

/// Two answers that are not the same.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{figure} {index}: {found} instead of {expected}")]
pub struct Difference {
    /// What differs: `levels`.
    pub figure: String,
    /// Of which vertex or trial.
    pub index: usize,
    /// What was found.
    pub found: f64,
    /// What was expected.
    pub expected: f64,
}

impl Error {
    /// A fault of a file.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        match error {
            Error::Core(error) => error.into(),
            Error::Graph(error) => error.into(),
            Error::Dataset(error) => error.into(),
            Error::Sink(error) => error.into(),
            Error::Peer { fault: PeerFault::Cancelled, .. } => Self::Cancelled,
            other => Self::External(Box::new(other)),
        }
    }
}
