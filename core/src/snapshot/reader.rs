//! Reading a snapshot.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bytemuck::Pod;
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::batch;
use super::file::{END, MAGIC, VERSION, seed};
use super::{Header, Result, SnapshotError};
use crate::columnar::Batch;
use crate::memory::{MemoryManager, Segment};

/// Bytes before the header.
const FRONT: usize = MAGIC.len() + 8;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// A snapshot that is whole, to be read section by section.
#[derive(Debug)]
pub struct SnapshotReader {
    file: BufReader<File>,
    path: PathBuf,
    header: Header,
    /// The checksum of the header.
    checksum: u64,
    next: u64,
    /// Bytes of the file that were not read yet.
    rest: u64,
}

impl SnapshotReader {
    /// Opens the snapshot `path` and reads all of it: it is as it was written, or refused.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let mut reader = Self::open_header(path.into())?;
        let (begin, rest) = (reader.file.stream_position(), reader.rest);
        let begin = begin.map_err(|source| reader.fault(source))?;
        reader.verify()?;
        let rewound = reader.file.seek(SeekFrom::Start(begin));
        rewound.map_err(|source| reader.fault(source))?;
        (reader.next, reader.rest) = (0, rest);
        Ok(reader)
    }

    fn open_header(path: PathBuf) -> Result<Self> {
        let fault = |source| SnapshotError::File { action: "read", path: path.clone(), source };
        let damaged = |what| SnapshotError::Damaged { path: path.clone(), what };
        let file = File::open(&path).map_err(fault)?;
        let len = file.metadata().map_err(fault)?.len();
        let mut file = BufReader::with_capacity(PIECE, file);
        if len < FRONT as u64 {
            return Err(damaged("it ends before its header"));
        }
        let mut bytes = vec![0; FRONT];
        file.read_exact(&mut bytes).map_err(fault)?;
        let number = |at: usize| {
            u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes were asked for"))
        };
        if bytes[..MAGIC.len()] != MAGIC {
            return Err(damaged("it does not begin like a snapshot"));
        }
        let (found, header_len) = (number(MAGIC.len()), number(MAGIC.len() + 4));
        if found != VERSION {
            return Err(SnapshotError::Version { path, found, expected: VERSION });
        }
        let end = FRONT as u64 + u64::from(header_len) + 8;
        if len < end {
            return Err(damaged("it ends inside its header"));
        }
        bytes.resize(FRONT + header_len as usize, 0);
        file.read_exact(&mut bytes[FRONT..]).map_err(fault)?;
        let mut checksum = [0; 8];
        file.read_exact(&mut checksum).map_err(fault)?;
        let checksum = u64::from_le_bytes(checksum);
        if xxh3_64(&bytes) != checksum {
            return Err(damaged("its header has another checksum"));
        }
        let header = Header::decode(&bytes[FRONT..]).ok_or(damaged("its header makes no sense"))?;
        Ok(Self { file, path, header, checksum, next: 0, rest: len - end })
    }

    /// Reads all sections, to the end of the file.
    fn verify(&mut self) -> Result<()> {
        let mut piece = vec![0; PIECE];
        while let Some(len) = self.begin()? {
            let mut checksum = self.section_checksum();
            let mut left = len;
            while left > 0 {
                let piece = &mut piece[..left.min(PIECE as u64) as usize];
                self.read(piece)?;
                checksum.update(piece);
                left -= piece.len() as u64;
            }
            self.end(&checksum)?;
        }
        if self.rest > 0 {
            return Err(self.damaged("there is more behind its end"));
        }
        Ok(())
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next section, which is `N` numbers.
    pub fn numbers<const N: usize>(&mut self) -> Result<[u64; N]> {
        let mut bytes = vec![0u8; 8 * N];
        self.column_into(&mut bytes)?;
        let mut numbers = bytes.chunks_exact(8);
        Ok(std::array::from_fn(|_| {
            let bytes = numbers.next().expect("N of them were read");
            u64::from_le_bytes(bytes.try_into().expect("8 bytes"))
        }))
    }

    /// The next section, which is a text.
    pub fn text(&mut self) -> Result<String> {
        let bytes = self.bytes()?;
        String::from_utf8(bytes).map_err(|_| self.damaged("a text is no text"))
    }

    /// The next section, which is a column of as many values.
    pub fn column_into<T: Pod>(&mut self, values: &mut [T]) -> Result<()> {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(values);
        let len = self.section()?;
        self.fill(len, bytes)
    }

    /// The next section, which is a column of any length.
    pub fn column<T: Pod>(&mut self, memory: &MemoryManager, name: &str) -> Result<Segment<T>> {
        let len = self.section()?;
        let mut values = memory.allocate::<T>(name, len as usize / size_of::<T>().max(1))?;
        self.fill(len, bytemuck::cast_slice_mut(&mut values))?;
        Ok(values)
    }

    /// The next section, which is rows; in memory paid for under `name`.
    pub fn batch(&mut self, memory: &MemoryManager, name: &str) -> Result<Batch> {
        let bytes = self.bytes()?;
        let batch = batch::decode(&bytes, memory, name)?;
        batch.ok_or_else(|| self.damaged("rows make no sense"))
    }

    /// The next section, which is small: a block of rows at most.
    fn bytes(&mut self) -> Result<Vec<u8>> {
        let len = self.section()?;
        let mut bytes = vec![0; len as usize];
        self.fill(len, &mut bytes)?;
        Ok(bytes)
    }

    /// The length of the next section, which must be there.
    fn section(&mut self) -> Result<u64> {
        self.begin()?.ok_or_else(|| self.damaged("a section is missing"))
    }

    /// Reads the next section, of `len` bytes, into as many.
    fn fill(&mut self, len: u64, bytes: &mut [u8]) -> Result<()> {
        if len != bytes.len() as u64 {
            return Err(self.damaged("a section has another length"));
        }
        self.read(bytes)?;
        let mut checksum = self.section_checksum();
        checksum.update(bytes);
        self.end(&checksum)
    }

    /// The length of the next section; `None` behind the last.
    fn begin(&mut self) -> Result<Option<u64>> {
        let len = self.read_number()?;
        if len == END {
            let sections = self.read_number()?;
            let checksum = self.read_number()?;
            let expected = xxh3_64_with_seed(&sections.to_le_bytes(), seed(self.checksum, END));
            if checksum != expected || sections != self.next {
                return Err(self.damaged("its end has another checksum"));
            }
            return Ok(None);
        }
        if len > self.rest {
            return Err(self.damaged("it ends inside a section"));
        }
        Ok(Some(len))
    }

    fn section_checksum(&self) -> Xxh3 {
        Xxh3::with_seed(seed(self.checksum, self.next))
    }

    fn end(&mut self, checksum: &Xxh3) -> Result<()> {
        if self.read_number()? != checksum.digest() {
            return Err(self.damaged("a section has another checksum"));
        }
        self.next += 1;
        Ok(())
    }

    fn read_number(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.read(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.rest = self
            .rest
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| self.damaged("it ends too early"))?;
        self.file.read_exact(bytes).map_err(|source| self.fault(source))
    }

    fn damaged(&self, what: &'static str) -> SnapshotError {
        SnapshotError::Damaged { path: self.path.clone(), what }
    }

    fn fault(&self, source: io::Error) -> SnapshotError {
        SnapshotError::File { action: "read", path: self.path.clone(), source }
    }
}
