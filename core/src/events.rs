//! What a run tells while it runs.

use std::path::Path;

use crate::report::SuperstepReport;
use crate::snapshot::{SnapshotError, Written};

/// Is told of progress. Called from worker threads, at most once per morsel or superstep: it
/// should return at once.
pub trait Listener: Send + Sync {
    /// Something happened.
    fn on_event(&self, event: Event<'_>);
}

/// Something that happened in a run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A phase begins.
    PhaseStarted {
        /// What it does, for people: `reading soc-Epinions1.txt`.
        name: &'a str,
        /// How much there is to do, in the unit that progress comes in, if that is known.
        total: Option<u64>,
    },
    /// The phase that runs went on by `amount`.
    Progress {
        /// In the unit of the phase's total.
        amount: u64,
    },
    /// The phase that runs is over.
    PhaseFinished,
    /// A superstep is over.
    Superstep {
        /// The iteration.
        iteration: &'a str,
        /// What the superstep did.
        report: &'a SuperstepReport,
    },
    /// Something about the snapshots of an iteration.
    Snapshot {
        /// The iteration.
        iteration: &'a str,
        /// What happened.
        news: SnapshotNews<'a>,
    },
}

/// What there is to say about snapshots.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SnapshotNews<'a> {
    /// One was written.
    Written(&'a Written),
    /// One was not used; the next older one is tried.
    Refused(&'a SnapshotError),
    /// The iteration goes on from one.
    Resumed {
        /// The superstep that it was taken after.
        superstep: u64,
        /// The file.
        path: &'a Path,
    },
    /// There is none: the iteration starts from the beginning.
    None {
        /// The folder that was looked into.
        dir: &'a Path,
    },
}
