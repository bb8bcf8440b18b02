//! A file on its way: sections with their checksums, under a name of its own until it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::{Header, Result, SnapshotError};

/// The first bytes of every snapshot.
pub(super) const MAGIC: [u8; 8] = *b"QUINCESN";

/// The format that this version writes, and the only one that it reads.
pub(super) const VERSION: u32 = 1;

/// In the place of a length: there is no section any more.
pub(super) const END: u64 = u64::MAX;

/// Bytes that are hashed and handed to the system at a time.
const PIECE: usize = 1 << 20;

/// The seed of the checksum of section `at`.
pub(super) fn seed(header: u64, at: u64) -> u64 {
    header ^ xxh3_64(&at.to_le_bytes())
}

/// How the name of a snapshot ends that is being written.
pub(super) const UNFINISHED: &str = "unfinished";

/// A snapshot that is being written. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub(super) struct SnapshotFile {
    file: BufWriter<File>,
    path: PathBuf,
    own: PathBuf,
    /// The checksum of the header.
    header: u64,
    sections: u64,
    bytes: u64,
    abandoned: Arc<AtomicBool>,
    finished: bool,
}

impl SnapshotFile {
    /// Begins the snapshot that will be `path`; given up as soon as `abandoned` is set.
    pub(super) fn create(
        path: PathBuf,
        header: &Header,
        abandoned: Arc<AtomicBool>,
    ) -> Result<Self> {
        let own = path.with_extension(UNFINISHED);
        let file = File::create(&own).map_err(|source| fault("create", &own, source))?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        let encoded = header.encode();
        let len = u32::try_from(encoded.len()).expect("reports of less than 4 GiB");
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.extend_from_slice(&encoded);
        let mut file = Self {
            file: BufWriter::with_capacity(PIECE, file),
            path,
            own,
            header: xxh3_64(&bytes),
            sections: 0,
            bytes: 0,
            abandoned,
            finished: false,
        };
        file.write(&bytes)?;
        file.write(&file.header.to_le_bytes())?;
        Ok(file)
    }

    /// Adds a section of these bytes.
    pub(super) fn section(&mut self, parts: &[&[u8]]) -> Result<()> {
        let mut checksum = Xxh3::with_seed(seed(self.header, self.sections));
        let len: usize = parts.iter().map(|part| part.len()).sum();
        self.write(&(len as u64).to_le_bytes())?;
        for piece in parts.iter().flat_map(|part| part.chunks(PIECE)) {
            if self.abandoned.load(Ordering::Relaxed) {
                return Err(SnapshotError::Abandoned);
            }
            checksum.update(piece);
            self.write(piece)?;
        }
        self.sections += 1;
        self.write(&checksum.digest().to_le_bytes())
    }

    /// Ends it, and gives it its name; says how many bytes it has.
    pub(super) fn finish(mut self) -> Result<u64> {
        let sections = self.sections.to_le_bytes();
        self.write(&END.to_le_bytes())?;
        self.write(&sections)?;
        self.write(&xxh3_64_with_seed(&sections, seed(self.header, END)).to_le_bytes())?;
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|source| fault("write", &self.own, source))?;
        fs::rename(&self.own, &self.path).map_err(|source| fault("rename", &self.own, source))?;
        self.finished = true;
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = dir.unwrap_or(Path::new("."));
        sync_dir(dir).map_err(|source| fault("write the folder of", &self.path, source))?;
        Ok(self.bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|source| fault("write", &self.own, source))
    }
}

impl Drop for SnapshotFile {
    fn drop(&mut self) {
        if !self.finished {
            // What failed is being told already.
            let _ = fs::remove_file(&self.own);
        }
    }
}

fn fault(action: &'static str, path: &Path, source: io::Error) -> SnapshotError {
    SnapshotError::File { action, path: path.to_owned(), source }
}

/// Forces the names in a folder to disk.
#[cfg(unix)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// A folder cannot be opened as a file here; the system writes its names when it likes.
#[cfg(not(unix))]
fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}
