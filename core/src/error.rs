//! What can go wrong in the engine.

use std::any::Any;

use crate::columnar::{ArrowConversionError, ConformError, KeyError, RecordMismatch};
use crate::memory::MemoryError;
use crate::snapshot::SnapshotError;

/// An error from outside the engine: a reader's, a writer's, a user function's.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of everything that runs.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run ended without its result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The memory budget, or the operating system, refused memory.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Columns are not those of the record type that an operator reads.
    #[error(transparent)]
    Record(#[from] RecordMismatch),
    /// Rows have no such key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The columns of a source are not those of the records that are to be read from it.
    #[error("{name}: {source}")]
    Columns {
        /// The source.
        name: String,
        /// What differs.
        source: Box<ConformError>,
    },
    /// A batch did not cross to or from Arrow.
    #[error(transparent)]
    Arrow(#[from] ArrowConversionError),
    /// A source that can be read once was to be read again.
    #[error(
        "{name} was read already, and can be read only once; give a function that opens it, or keep its rows"
    )]
    ReadTwice {
        /// The source.
        name: String,
    },
    /// A snapshot cannot be written, or none that there is can be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A source failed; the message is the source's own and says what and where.
    #[error(transparent)]
    Source(BoxError),
    /// A sink failed; the message is the sink's own and says what and where.
    #[error(transparent)]
    Sink(BoxError),
    /// The run was cancelled through its environment.
    #[error("cancelled")]
    Cancelled,
    /// A function panicked inside an operator.
    #[error("{operator} panicked: {message}")]
    Panic {
        /// The operator, and the superstep where it ran in an iteration.
        operator: String,
        /// What the panic said.
        message: String,
    },
    /// A key of an iteration sent a message to one that there is not.
    #[error(
        "{iteration}, superstep {superstep}: {sender} sent a message to {recipient}, which is not \
         there; add it before the iteration, or send only to keys that are"
    )]
    Undeliverable {
        /// The iteration.
        iteration: String,
        /// When it was sent.
        superstep: u64,
        /// Who sent it; the first of them, if there are several.
        sender: String,
        /// To whom.
        recipient: String,
    },
    /// A stand-in of an iteration's body was used outside of it.
    #[error(
        "the {name} of an iteration was used outside of its body; return what is needed from the body instead"
    )]
    OutsideIteration {
        /// Which stand-in.
        name: &'static str,
    },
    /// An environment cannot be built as asked.
    #[error("cannot build the environment: {reason}")]
    Environment {
        /// What is wrong and what to do.
        reason: String,
    },
    /// The input is too large for this build.
    #[error("{what}: {count} is more than the {limit} that this version can hold")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many fit.
        limit: u64,
    },
    /// A function named a partition that does not exist.
    #[error("{operator}: there is no partition {partition}; {num_partitions} were asked for")]
    Partition {
        /// The operator.
        operator: &'static str,
        /// What the function said.
        partition: usize,
        /// How many there are, numbered from 0.
        num_partitions: usize,
    },
    /// An accumulator was asked for as another type than it has.
    #[error("the accumulator {name:?} is a {is}, not a {asked}")]
    AccumulatorType {
        /// Its name.
        name: String,
        /// The type that was asked for.
        asked: &'static str,
        /// The type that it has.
        is: &'static str,
    },
    /// A batch has another shape than the operator expects.
    #[error("{operator} expects {expected}; it got {got}")]
    Shape {
        /// The operator.
        operator: &'static str,
        /// What it expects.
        expected: String,
        /// What came.
        got: String,
    },
}

impl Error {
    /// The panic of a function in `operator`, from what it carried.
    pub fn panic(operator: impl Into<String>, payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Self::Panic { operator: operator.into(), message: message.to_owned() }
    }

    /// Wraps the error of a source.
    pub fn source(error: impl Into<BoxError>) -> Self {
        Self::Source(error.into())
    }

    /// Wraps the error of a sink.
    pub fn sink(error: impl Into<BoxError>) -> Self {
        Self::Sink(error.into())
    }
}
