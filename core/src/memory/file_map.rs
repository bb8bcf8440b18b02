//! A file mapped for reading.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};
use std::path::Path;

use memmap2::Mmap;

/// A read-only map of a whole file. Its pages belong to the page cache, not to the budget;
/// [`release`](Self::release) lets go of those that were read.
#[derive(Debug)]
pub struct FileMap {
    map: Option<Mmap>,
}

impl FileMap {
    /// Maps `path`.
    ///
    /// The file must not be truncated while it is mapped: the operating system then ends the
    /// process. Quince never maps a file that it writes.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Ok(Self { map: None });
        }
        // SAFETY: the map is read-only and private to this process; that other processes leave
        // the file alone is the documented contract of this function.
        let map = unsafe { Mmap::map(&file) }?;
        #[cfg(unix)]
        let _ = map.advise(memmap2::Advice::Sequential);
        Ok(Self { map: Some(map) })
    }

    /// Lets go of the pages wholly inside `range`: they leave the resident set and are read again
    /// from the page cache when touched.
    pub fn release(&self, range: Range<usize>) {
        const PAGE: usize = 4096;
        let start = range.start.next_multiple_of(PAGE);
        let end = range.end.min(self.len()) / PAGE * PAGE;
        #[cfg(unix)]
        if let Some(map) = self.map.as_ref().filter(|_| start < end) {
            // SAFETY: on a read-only map of a file, `DontNeed` drops page table entries only; a
            // later read faults the same bytes in again.
            let _ = unsafe {
                map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, end - start)
            };
        }
    }
}

impl Deref for FileMap {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn released_pages_read_the_same() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..20_000u32).map(|x| (x % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        let map = FileMap::open(file.path()).unwrap();
        assert_eq!(&map[..], &bytes[..]);
        map.release(0..map.len());
        map.release(9..10);
        assert_eq!(&map[..], &bytes[..]);
    }

    #[test]
    fn an_empty_file_is_an_empty_slice() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let map = FileMap::open(file.path()).unwrap();
        assert!(map.is_empty());
        map.release(0..0);
    }
}
