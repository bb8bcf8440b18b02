//! Snapshots of a run, and going on from one.

use std::path::PathBuf;

use clap::Args;
use quince_core::snapshot::SnapshotPolicy;

use super::parse::{Every, checkpoint_every};

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct CheckpointArgs {
    /// Save the state of the run in this folder from time to time, for --resume
    ///
    /// The folder is created if it is not there. What is saved is checksummed and written while
    /// the run goes on; the two newest snapshots are kept, also when the run is done. An algorithm
    /// that takes a single superstep has nothing to save.
    #[arg(long, value_name = "FOLDER")]
    checkpoint_dir: Option<PathBuf>,

    /// How often: after every N supersteps, or after a time like 30s, 5m or 1h [default: 60s]
    ///
    /// May be given twice, once for each; then whichever comes first counts.
    #[arg(long, value_name = "N|TIME", requires = "checkpoint_dir",
          value_parser = checkpoint_every, allow_hyphen_values = true)]
    checkpoint_every: Vec<Every>,

    /// Go on from the newest snapshot in --checkpoint-dir
    ///
    /// Give the same input and settings as before: the result is the same, to the last bit, as
    /// that of a run that was never interrupted. Threads, memory and a higher limit on iterations
    /// make no difference. A snapshot that is damaged, or of another input or other settings, is
    /// passed over with the reason. Without any snapshot the run starts from the beginning.
    #[arg(long, requires = "checkpoint_dir")]
    resume: bool,
}

impl CheckpointArgs {
    /// When snapshots are taken, if they are.
    pub(in crate::cli) fn policy(&self) -> Option<SnapshotPolicy> {
        let policy = SnapshotPolicy::new(self.checkpoint_dir.clone()?).resume(self.resume);
        Some(self.checkpoint_every.iter().fold(policy, |policy, every| match *every {
            Every::Supersteps(supersteps) => policy.every_supersteps(supersteps),
            Every::Time(interval) => policy.every(interval),
        }))
    }
}
