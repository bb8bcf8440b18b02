//! Files, plain or compressed, as bytes of text.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::DatasetError;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Plain,
    Gzip,
    Zstd,
}

impl Codec {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The codec of a file that begins with `bytes`, or what else it is.
    fn of(bytes: &[u8]) -> Result<Self, &'static str> {
        match bytes {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Self::Zstd),
            // A skippable frame may come first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Err("compressed with bzip2"),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err("compressed with xz"),
            [b'P', b'K', 3, 4, ..] => Err("a zip archive"),
            [0x1f, 0x9d, ..] => Err("compressed with compress"),
            _ => Ok(Self::Plain),
        }
    }
}

/// A regular file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileInfo {
    pub(crate) bytes: u64,
    pub(crate) codec: Codec,
}

/// Looks at `path`: that it is a file with bytes, how large, and how it is compressed.
pub(crate) fn inspect(path: &Path) -> Result<FileInfo, DatasetError> {
    match inspect_any(path)? {
        FileInfo { bytes: 0, .. } => Err(DatasetError::Empty { path: path.to_owned() }),
        file => Ok(file),
    }
}

/// As [`inspect`], for a file that may be empty.
pub(crate) fn inspect_any(path: &Path) -> Result<FileInfo, DatasetError> {
    let metadata = std::fs::metadata(path).map_err(|error| DatasetError::io(path, error))?;
    if metadata.is_dir() {
        return Err(DatasetError::directory(path.to_owned()));
    }
    if !metadata.is_file() {
        let found = "a pipe or a device";
        let remedy = "write its contents to a file first";
        return Err(DatasetError::NotAFile { path: path.to_owned(), found, remedy });
    }
    let mut magic = Vec::new();
    File::open(path)
        .and_then(|file| file.take(8).read_to_end(&mut magic))
        .map_err(|error| DatasetError::io(path, error))?;
    let codec = Codec::of(&magic)
        .map_err(|found| DatasetError::UnsupportedCompression { path: path.to_owned(), found })?;
    let bytes = metadata.len().max(magic.len() as u64);
    Ok(FileInfo { bytes, codec })
}

/// The text of a file, from its beginning.
pub(crate) struct Decoder {
    reader: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
}

impl Decoder {
    pub(crate) fn open(path: &Path, codec: Codec) -> io::Result<Self> {
        const BUFFER: usize = 256 << 10;
        let consumed = Arc::new(AtomicU64::new(0));
        let file = Counting { file: File::open(path)?, consumed: consumed.clone() };
        let file = BufReader::with_capacity(BUFFER, file);
        let reader: Box<dyn Read + Send> = match codec {
            Codec::Plain => Box::new(file),
            Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
            Codec::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(file)?),
        };
        Ok(Self { reader, consumed })
    }

    /// Bytes of the file that were taken in so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Fills `buffer` as far as the text goes. Returns how much of it was filled, and the error
    /// that ended it early.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> (usize, io::Result<()>) {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (filled, Err(error)),
            }
        }
        (filled, Ok(()))
    }
}

struct Counting {
    file: File,
    consumed: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The error for a stream of `path` that broke off on `line`, `offset` bytes into the file.
pub(crate) fn broken(
    path: &Path,
    codec: Codec,
    offset: u64,
    line: u64,
    source: io::Error,
) -> DatasetError {
    match codec {
        Codec::Plain => DatasetError::io(path, source),
        _ => DatasetError::Compression {
            path: path.to_owned(),
            codec: codec.name(),
            offset,
            line,
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_go_by_their_magic_bytes() {
        assert_eq!(Codec::of(b"\x1f\x8b\x08"), Ok(Codec::Gzip));
        assert_eq!(Codec::of(b"\x28\xb5\x2f\xfd\x00"), Ok(Codec::Zstd));
        assert_eq!(Codec::of(b"BZh9"), Err("compressed with bzip2"));
        assert_eq!(Codec::of(b"1 2\n"), Ok(Codec::Plain));
        assert_eq!(Codec::of(b"PK"), Ok(Codec::Plain));
    }
}
