//! A small file that appears under its name when it is whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that is written beside its final path, and renamed into place by
/// [`finish`](Self::finish). Dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct NewFile {
    file: File,
    path: PathBuf,
    /// Where it is until it is finished.
    beside: PathBuf,
}

impl NewFile {
    /// Begins the file that will be at `path`.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let name = match path.file_name() {
            Some(name) if !path.is_dir() => name.to_string_lossy(),
            _ => return Err(io::ErrorKind::IsADirectory.into()),
        };
        let beside = path.with_file_name(format!(".quince-{}-{name}.part", std::process::id()));
        let file = File::options().write(true).create_new(true).open(&beside)?;
        Ok(Self { file, path: path.to_owned(), beside })
    }

    /// Makes it visible, with `bytes` in it.
    pub(super) fn finish(mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()?;
        fs::rename(&self.beside, &self.path)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After the rename there is nothing to remove, and that is as well.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appears_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("quince-new-file-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("report.json");
        drop(NewFile::create(&path).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        NewFile::create(&path).unwrap().finish(b"{}").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"{}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert_eq!(NewFile::create(&folder).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        let missing = NewFile::create(&folder.join("no/report.json")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        fs::remove_dir_all(&folder).unwrap();
    }
}
