//! When snapshots are taken, where they are, and how many are kept.

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Result, SnapshotError};

/// When the iterations of an environment take snapshots, and whether they begin with one.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::snapshot::SnapshotPolicy;
/// # let dir = std::env::temp_dir();
/// let policy = SnapshotPolicy::new(dir).every_supersteps(5).keep(3).resume(true);
/// assert_eq!(policy.to_string(), "every 5 supersteps, the last 3 kept");
/// let env = Environment::builder().snapshots(policy).build()?;
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until an environment has it"]
pub struct SnapshotPolicy {
    dir: PathBuf,
    supersteps: Option<u64>,
    interval: Option<Duration>,
    keep: usize,
    resume: bool,
}

impl SnapshotPolicy {
    /// The time between snapshots if neither supersteps nor a time are set.
    pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

    /// How many snapshots of an iteration are kept unless set otherwise: the newest, and one to
    /// fall back on.
    pub const DEFAULT_KEEP: usize = 2;

    /// Snapshots in `dir`, which is created if it is not there.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            supersteps: None,
            interval: None,
            keep: Self::DEFAULT_KEEP,
            resume: false,
        }
    }

    /// A snapshot after each of this many supersteps; at least 1.
    pub fn every_supersteps(mut self, supersteps: u64) -> Self {
        self.supersteps = Some(supersteps);
        self
    }

    /// A snapshot after the first superstep that ends this long after the snapshot before.
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Keep the last `snapshots` of each iteration; at least 1.
    pub fn keep(mut self, snapshots: usize) -> Self {
        self.keep = snapshots;
        self
    }

    /// Whether iterations go on from their newest snapshot, if there is one.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How many snapshots of an iteration are kept.
    pub fn num_kept(&self) -> usize {
        self.keep
    }

    /// Whether iterations begin with their newest snapshot.
    pub fn resumes(&self) -> bool {
        self.resume
    }

    /// Makes the folder if it is not there; an error if nothing can be written there.
    pub fn check(&self) -> Result<()> {
        let fault =
            |action| move |source| SnapshotError::File { action, path: self.dir.clone(), source };
        fs::create_dir_all(&self.dir).map_err(fault("create the folder for snapshots"))?;
        tempfile::tempfile_in(&self.dir).map_err(fault("write to the folder for snapshots"))?;
        Ok(())
    }

    /// Whether a snapshot is due after `superstep`, this long after the one before.
    pub fn is_due(&self, superstep: u64, since: Duration) -> bool {
        let by_count = self.supersteps.is_some_and(|every| superstep.is_multiple_of(every));
        by_count || self.interval().is_some_and(|interval| since >= interval)
    }

    fn interval(&self) -> Option<Duration> {
        match self.supersteps {
            None => Some(self.interval.unwrap_or(Self::DEFAULT_INTERVAL)),
            Some(_) => self.interval,
        }
    }

    /// What is wrong with it, and what to do.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.supersteps.is_some_and(|every| NonZeroU64::new(every).is_none()) {
            return Some("a snapshot every 0 supersteps; give at least 1");
        }
        if NonZeroUsize::new(self.keep).is_none() {
            return Some("0 snapshots are to be kept; keep at least 1");
        }
        None
    }
}

impl std::fmt::Display for SnapshotPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.supersteps, self.interval()) {
            (Some(1), None) => f.write_str("every superstep")?,
            (Some(every), None) => write!(f, "every {every} supersteps")?,
            (None, Some(interval)) => write!(f, "every {} s", interval.as_secs_f64())?,
            (Some(every), Some(interval)) => {
                write!(f, "every {every} supersteps and {} s", interval.as_secs_f64())?;
            }
            (None, None) => f.write_str("never")?,
        }
        write!(f, ", the last {} kept", self.keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_a_file_is_an_error_that_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = SnapshotPolicy::new(file.path()).check().unwrap_err().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }

    #[test]
    fn due_by_count_by_time_or_by_either() {
        let (none, some) = (Duration::ZERO, Duration::from_secs(9));
        let count = SnapshotPolicy::new("x").every_supersteps(3);
        assert!(count.is_due(6, none) && !count.is_due(7, some));
        let time = SnapshotPolicy::new("x").every(some);
        assert!(time.is_due(7, some) && !time.is_due(6, none));
        let either = count.every(some);
        assert!(either.is_due(6, none) && either.is_due(7, some) && !either.is_due(7, none));
        let default = SnapshotPolicy::new("x");
        assert!(default.is_due(1, SnapshotPolicy::DEFAULT_INTERVAL) && !default.is_due(1, some));
    }
}
