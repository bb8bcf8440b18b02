//! What can go wrong with a snapshot.

use std::io;
use std::path::PathBuf;

use crate::memory::MemoryError;

/// Why a snapshot was not written, or is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The operating system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried: `write the snapshot`.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not what was once written.
    #[error("the snapshot {} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file has another format.
    #[error(
        "the snapshot {} has format {found}, and this version reads format {expected}: go on with \
         the version that wrote it, or start again in another folder",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format of this version.
        expected: u32,
    },
    /// It was made by another program, or with other parameters.
    #[error(
        "the snapshot {} is of another program: {what} was {}, and is {} now",
        path.display(), quoted(found), quoted(expected)
    )]
    OtherProgram {
        /// The file.
        path: PathBuf,
        /// The property of the program that differs.
        what: String,
        /// What it was in the snapshot, if it was there.
        found: Option<String>,
        /// What it is now, if it is there.
        expected: Option<String>,
    },
    /// It was made from other input.
    #[error(
        "the snapshot {} is of other input: its fingerprint was {found:016x}, and is \
         {expected:016x} now",
        path.display()
    )]
    OtherInput {
        /// The file.
        path: PathBuf,
        /// The fingerprint of the input of the snapshot.
        found: u64,
        /// The fingerprint of the input now.
        expected: u64,
    },
    /// The criterion now ends the iteration before the snapshot's superstep.
    #[error(
        "the snapshot {} is of superstep {superstep}, and the iteration now ends after superstep \
         {end}",
        path.display()
    )]
    BeyondEnd {
        /// The file.
        path: PathBuf,
        /// Its superstep.
        superstep: u64,
        /// The last superstep by the criterion.
        end: u64,
    },
    /// There are snapshots of the iteration, and none can be used.
    #[error(
        "none of the {count} snapshots of {iteration} in {} can be resumed; to start from the \
         beginning, do not resume, or name another folder. The newest: {source}",
        dir.display()
    )]
    NoneLeft {
        /// The folder.
        dir: PathBuf,
        /// The iteration.
        iteration: String,
        /// How many there are.
        count: usize,
        /// Why the newest cannot be used.
        source: Box<SnapshotError>,
    },
    /// The state cannot be read or copied.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The run ended while it was being written.
    #[error("the snapshot was abandoned")]
    Abandoned,
}

fn quoted(value: &Option<String>) -> String {
    value.as_ref().map_or_else(|| "missing".to_owned(), |value| format!("{value:?}"))
}
