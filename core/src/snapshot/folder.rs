//! The snapshots of one iteration in a folder: their names, the newest, the old ones.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::UNFINISHED;
use super::{Result, SnapshotError};

/// How the names of snapshots end.
const EXTENSION: &str = "snapshot";

/// The snapshots of one iteration.
///
/// ```text
/// ranks-1-0000000020.snapshot = superstep 20 of the second iteration of the run called "ranks"
/// ```
#[derive(Clone, Debug)]
pub struct SnapshotFolder {
    dir: PathBuf,
    prefix: String,
}

impl SnapshotFolder {
    /// Those of the `ordinal`th iteration called `name`, from 0, in `dir`.
    pub fn new(dir: impl Into<PathBuf>, name: &str, ordinal: u64) -> Self {
        Self { dir: dir.into(), prefix: format!("{}-{ordinal}-", file_name(name)) }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Removes what was left unfinished.
    pub fn clean(&self) -> Result<()> {
        for (_, path) in self.list(UNFINISHED)? {
            fs::remove_file(&path).map_err(|source| remove_fault(path, source))?;
        }
        Ok(())
    }

    /// The file of the snapshot after `superstep`.
    pub fn path(&self, superstep: u64) -> PathBuf {
        self.dir.join(format!("{}{superstep:010}.{EXTENSION}", self.prefix))
    }

    /// The snapshots that there are, the newest first; none if there is no folder.
    pub fn newest_first(&self) -> Result<Vec<(u64, PathBuf)>> {
        let mut found = self.list(EXTENSION)?;
        found.sort_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// The files whose names end in `extension`, with their supersteps.
    fn list(&self, extension: &str) -> Result<Vec<(u64, PathBuf)>> {
        let fault = |source| self.fault("read the folder for snapshots", source);
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(fault)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(fault)?.path();
            found.extend(self.superstep(&path, extension).map(|superstep| (superstep, path)));
        }
        Ok(found)
    }

    /// Removes all but the newest `keep` of those up to `superstep`. What is newer belongs to a
    /// run before, and is replaced when this one gets there.
    pub fn prune(&self, superstep: u64, keep: usize) -> Result<()> {
        let own = self.newest_first()?.into_iter().filter(|(of, _)| *of <= superstep);
        for (_, path) in own.skip(keep) {
            fs::remove_file(&path).map_err(|source| remove_fault(path, source))?;
        }
        Ok(())
    }

    fn superstep(&self, path: &Path, extension: &str) -> Option<u64> {
        let name = path.file_name()?.to_str()?.strip_suffix(extension)?.strip_suffix('.')?;
        let digits = name.strip_prefix(&self.prefix)?;
        let is_number = digits.len() >= 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number)
    }

    fn fault(&self, action: &'static str, source: io::Error) -> SnapshotError {
        SnapshotError::File { action, path: self.dir.clone(), source }
    }
}

fn remove_fault(path: PathBuf, source: io::Error) -> SnapshotError {
    SnapshotError::File { action: "remove the old file", path, source }
}

/// A name as a part of file names.
pub(crate) fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iterations_have_their_own_names_and_old_ones_go() {
        let dir = tempfile::tempdir().unwrap();
        let first = SnapshotFolder::new(dir.path(), "PageRank", 0);
        let second = SnapshotFolder::new(dir.path(), "PageRank", 1);
        for superstep in [8, 9, 10, 11, 40] {
            fs::write(first.path(superstep), "").unwrap();
        }
        fs::write(second.path(9), "").unwrap();
        fs::write(dir.path().join("PageRank-0-x.snapshot"), "").unwrap();
        let supersteps = |folder: &SnapshotFolder| {
            let found = folder.newest_first().unwrap();
            found.into_iter().map(|(superstep, _)| superstep).collect::<Vec<_>>()
        };
        assert_eq!(supersteps(&first), [40, 11, 10, 9, 8]);
        first.prune(11, 2).unwrap();
        assert_eq!(supersteps(&first), [40, 11, 10], "40 is of a run before");
        assert_eq!(supersteps(&second), [9]);
        fs::write(dir.path().join("PageRank-0-0000000012.unfinished"), "").unwrap();
        fs::write(dir.path().join("PageRank-1-0000000012.unfinished"), "").unwrap();
        first.clean().unwrap();
        let left = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, 3 + 1 + 1 + 1, "its own unfinished file is gone");
        let nowhere = SnapshotFolder::new(dir.path().join("none"), "PageRank", 0);
        assert!(supersteps(&nowhere).is_empty());
    }
}
