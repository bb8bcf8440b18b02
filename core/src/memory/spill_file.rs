//! Spill files: what the budget has no room for, written out and read back piece by piece.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{MemoryError, MemoryManager};

/// An unlinked file in the spill folder: it has no name, and is gone when it is dropped, however
/// the process ends.
///
/// It is written and read by calls, not through a map: its pages are the system's cache and never
/// part of the process.
#[derive(Debug)]
pub struct SpillFile {
    file: File,
    end: AtomicU64,
    manager: MemoryManager,
}

impl SpillFile {
    /// An empty file in the spill folder of `manager`.
    pub fn create(manager: &MemoryManager) -> Result<Self, MemoryError> {
        let file =
            tempfile::tempfile_in(manager.spill_dir()).map_err(|e| fault(manager, "create", e))?;
        Ok(Self { file, end: AtomicU64::new(0), manager: manager.clone() })
    }

    /// Writes `bytes` behind all others and says where they begin. Any number of workers may.
    pub fn append(&self, bytes: &[u8]) -> Result<u64, MemoryError> {
        let begin = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        write_at(&self.file, bytes, begin).map_err(|e| fault(&self.manager, "write", e))?;
        self.manager.count_spilled(bytes.len() as u64);
        Ok(begin)
    }

    /// Fills `bytes` with what stands from `begin` on.
    pub fn read(&self, begin: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        read_at(&self.file, bytes, begin).map_err(|e| fault(&self.manager, "read", e))
    }
}

fn fault(manager: &MemoryManager, action: &'static str, source: io::Error) -> MemoryError {
    MemoryError::Spill { action, dir: manager.spill_dir().to_owned(), source }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], begin: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, begin)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], begin: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, begin)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut begin: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, begin)?;
        bytes = &bytes[written..];
        begin += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut begin: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, begin)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        begin += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let memory = MemoryManager::with_spill_dir(0, dir.path());
        let file = SpillFile::create(&memory).unwrap();
        assert_eq!(file.append(b"first").unwrap(), 0);
        let second = file.append(b"second").unwrap();
        let mut bytes = [0; 6];
        file.read(second, &mut bytes).unwrap();
        assert_eq!(&bytes, b"second");
        assert_eq!(memory.counters().spilled_bytes, 11);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let memory = MemoryManager::with_spill_dir(0, "/nowhere/at/all");
        let error = SpillFile::create(&memory).unwrap_err().to_string();
        assert!(error.contains("/nowhere/at/all"), "{error}");
    }
}
