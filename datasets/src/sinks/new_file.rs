//! Files that appear under their name when they are whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{SinkError, Target};

/// A file that is written beside its final path, and renamed into place by
/// [`finish`](Self::finish). Dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
    target: Target,
}

impl NewFile {
    /// Begins the file that will be at `path`.
    ///
    /// # Errors
    /// If the folder is missing or not writable, or `path` is a folder.
    pub fn create(path: &Path) -> Result<Self, SinkError> {
        if path.is_dir() {
            return Err(SinkError::IsFolder { path: path.to_owned() });
        }
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let file =
            create_beside(folder).map_err(|source| SinkError::from_create(path, folder, source))?;
        Ok(Self { file, path: path.to_owned(), target: Target::File(path.to_owned()) })
    }

    /// What it will be, for errors.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Makes it visible under its path.
    ///
    /// # Errors
    /// If the disk is full or the path has become unwritable.
    pub fn finish(self) -> Result<(), SinkError> {
        let Self { file, path, target } = self;
        // The bytes are on the disk before the name is: no crash leaves half a file under it.
        let named = file.as_file().sync_all().and_then(|()| Ok(file.persist(&path)?));
        named.map(drop).map_err(|source| SinkError::from_io(&target, source))
    }
}

fn create_beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".quince-").suffix(".part");
    // Temporary files are private by default; this one becomes a file like any other.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn appears_when_it_is_finished_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ranks.csv");
        fs::write(&path, "old").unwrap();
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left behind");
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn has_the_permissions_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777
        };
        fs::write(folder.path().join("plain"), "").unwrap();
        NewFile::create(&folder.path().join("ours")).unwrap().finish().unwrap();
        assert_eq!(mode("ours"), mode("plain"));
    }

    #[test]
    fn bad_paths_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &str| NewFile::create(&folder.path().join(path)).unwrap_err();
        assert!(matches!(error(""), SinkError::IsFolder { .. }));
        let missing = error("no/where.csv");
        assert!(
            matches!(&missing, SinkError::MissingFolder { folder, .. } if folder.ends_with("no"))
        );
        assert!(missing.to_string().contains("create it first"), "{missing}");
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(error("file/ranks.csv"), SinkError::MissingFolder { .. }));
    }
}
