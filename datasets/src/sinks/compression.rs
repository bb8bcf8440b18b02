//! Compression of pieces of a file.

use std::io::{self, Write};

use flate2::write::GzEncoder;

/// How the bytes of a file are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// As gzip members, one after another (RFC 1952).
    Gzip,
    /// As Zstandard frames, one after another (RFC 8878).
    Zstd,
}

impl Compression {
    /// `bytes` as a gzip member or zstd frame of its own: the pieces of a file can be compressed
    /// by different workers, and readers see them as one stream.
    pub(super) fn compress(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::None => Ok(bytes),
            Self::Gzip => {
                let piece = Vec::with_capacity(bytes.len() / 3);
                let mut encoder = GzEncoder::new(piece, flate2::Compression::default());
                encoder.write_all(&bytes)?;
                encoder.finish()
            }
            Self::Zstd => zstd::bulk::compress(&bytes, zstd::DEFAULT_COMPRESSION_LEVEL),
        }
    }

    /// What a file without content holds.
    pub(super) fn nothing(self) -> io::Result<Vec<u8>> {
        self.compress(Vec::new())
    }
}
