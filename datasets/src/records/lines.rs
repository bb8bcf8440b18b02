//! Text files as data sets of lines.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use quince_core::columnar::RowBuilder;
use quince_core::dataset::DataSet;
use quince_core::events::Event;
use quince_core::pipeline::{BATCH_ROWS, Morsel, Morsels, Output, Source};
use quince_core::{Environment, Error, Result};

use super::file_name;
use super::pieces::{Cut, Piece, Pieces, Sizes};
use crate::error::{DatasetError, RecordsError};
use crate::text::{FileInfo, inspect_any, shorten};

/// A text file as a source of lines: records of type `String`, without their line ends.
///
/// Lines end with a line feed, or carriage return and line feed; the last one may do without. An
/// empty line is a row, an empty file has none. Files compressed with gzip or zstd are read as
/// they are; plain ones are mapped and read in parallel. Rows come in the order of the lines.
///
/// ```
/// use quince_core::Environment;
/// use quince_datasets::TextFile;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("hamlet.txt");
/// std::fs::write(&path, "to be\nor not\nto be\n")?;
/// let env = Environment::builder().threads(2).build()?;
/// let words = TextFile::open(&path)?
///     .read(&env)
///     .flat_map(|line| line.split(' ').map(String::from).collect::<Vec<_>>());
/// assert_eq!(words.count()?, 6);
/// assert_eq!(words.collect()?[4..], ["to", "be"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a source does nothing until it is read"]
pub struct TextFile {
    path: PathBuf,
    file: FileInfo,
    skip_lines: u64,
    sizes: Sizes,
}

impl TextFile {
    /// The lines of the file at `path`.
    ///
    /// # Errors
    /// If there is no such file, it is no file or may not be read, or it is compressed in a way
    /// that is not known.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let path = path.as_ref().to_owned();
        let file = inspect_any(&path)?;
        Ok(Self { path, file, skip_lines: 0, sizes: Sizes::default() })
    }

    /// How many lines at the top are passed over; none by default.
    pub fn skip_lines(mut self, lines: u64) -> Self {
        self.skip_lines = lines;
        self
    }

    /// The lines as a data set.
    pub fn read(&self, env: &Environment) -> DataSet<String> {
        DataSet::from_source(env, self.clone())
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The size of the file in bytes, compressed as it is: the total of its progress.
    pub fn bytes(&self) -> u64 {
        self.file.bytes
    }
}

impl Source for TextFile {
    fn name(&self) -> String {
        format!("text {}", file_name(&self.path))
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        let sizes = self.sizes.clone();
        let pieces = Pieces::open(&self.path, self.file, Lines, sizes, self.skip_lines);
        Ok(Box::new(LineMorsels {
            pieces: pieces.map_err(Error::source)?,
            path: self.path.as_path().into(),
        }))
    }
}

/// Cuts behind any line.
pub(super) struct Lines;

impl Cut for Lines {
    fn last_end(&self, text: &[u8]) -> Option<usize> {
        memchr::memrchr(b'\n', text).map(|at| at + 1)
    }

    fn line_end(&self) -> &[u8] {
        b"\n"
    }
}

struct LineMorsels {
    pieces: Pieces<Lines>,
    path: Arc<Path>,
}

impl Morsels for LineMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let piece = self.pieces.next()?;
        Ok(piece.map(|piece| {
            Box::new(LineMorsel { piece, path: self.path.clone() }) as Box<dyn Morsel>
        }))
    }

    fn is_costly(&self) -> bool {
        self.pieces.is_decoded()
    }
}

struct LineMorsel {
    piece: Piece,
    path: Arc<Path>,
}

impl Morsel for LineMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let text = self.piece.text();
        let mut rows = RowBuilder::with_capacity(BATCH_ROWS);
        let mut begin = 0;
        while begin < text.len() {
            let rest = &text[begin..];
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            let line = str::from_utf8(line).map_err(|_| self.not_text(begin, line))?;
            rows.push(line.to_owned());
            if rows.len() == BATCH_ROWS {
                output.emit(rows.finish())?;
            }
            begin += end + 1;
        }
        if !rows.is_empty() {
            output.emit(rows.finish())?;
        }
        self.piece.release();
        env.emit(Event::Progress { amount: self.piece.file_bytes });
        Ok(())
    }
}

impl LineMorsel {
    fn not_text(&self, at: usize, line: &[u8]) -> Error {
        let line_number = self.piece.line_of(at, b"\n");
        let error = RecordsError::Line {
            path: self.path.to_path_buf(),
            line: line_number,
            found: shorten(line),
        };
        Error::source(DatasetError::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WriteFile;
    use std::collections::BTreeMap;

    fn file(folder: &Path, name: &str, bytes: &[u8]) -> TextFile {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        TextFile::open(path).unwrap()
    }

    fn environment(threads: usize) -> Environment {
        Environment::builder().threads(threads).memory(3u64 << 16).build().unwrap()
    }

    fn everywhere(file: &TextFile) -> Vec<String> {
        let read = |threads, size| {
            let sizes = Sizes { mapped: size, decoded: size, longest: 1 << 20 };
            let file = TextFile { sizes, ..file.clone() };
            file.read(&environment(threads)).collect().unwrap()
        };
        let first = read(1, 1 << 20);
        for (threads, size) in [(1, 3), (2, 10), (8, 64)] {
            assert_eq!(read(threads, size), first);
        }
        first
    }

    #[test]
    fn lines_come_in_order_without_their_ends() {
        let folder = tempfile::tempdir().unwrap();
        let text = "\u{feff}a\r\n\n \"b, \nü\0\nlast";
        let expected = ["a", "", " \"b, ", "ü\0", "last"];
        assert_eq!(everywhere(&file(folder.path(), "a.txt", text.as_bytes())), expected);
        let packed = zstd::bulk::compress(text.as_bytes(), 1).unwrap();
        let zstd = file(folder.path(), "a.zst", &packed);
        assert_eq!(everywhere(&zstd), expected);
        assert_eq!(everywhere(&zstd.skip_lines(3)), expected[3..]);
        assert!(everywhere(&file(folder.path(), "none.txt", b"")).is_empty());
        assert_eq!(everywhere(&file(folder.path(), "one.txt", b"\n")), [""]);
    }

    #[test]
    fn words_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let text: String = (0..5000).map(|at| format!("w{} w{}\n", at % 7, at % 11)).collect();
        let lines = file(folder.path(), "words.txt", text.as_bytes());
        let mut expected = BTreeMap::new();
        text.split_whitespace().for_each(|word| *expected.entry(word).or_insert(0u64) += 1);
        let env = environment(2);
        let words = lines.read(&env).flat_map(|line| {
            line.split(' ').map(|word| (word.to_owned(), 1u64)).collect::<Vec<_>>()
        });
        let counts = words.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
        let path = folder.path().join("counts.csv");
        counts.write_csv(&path).unwrap();
        let counts = crate::CsvFile::<(String, u64)>::open(&path).unwrap().read(&env);
        let found: BTreeMap<String, u64> = counts.collect().unwrap().into_iter().collect();
        assert!(found.iter().map(|(word, count)| (word.as_str(), *count)).eq(expected));
    }

    #[test]
    fn errors_name_path_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let bad = file(folder.path(), "latin.txt", b"a\nM\xfcller\n\xff\n");
        for threads in [1, 8] {
            let error = bad.read(&environment(threads)).count().unwrap_err().to_string();
            let expected = "latin.txt:2: expected text in UTF-8, found \"M\u{fffd}ller\"";
            assert!(error.contains(expected), "{error}");
        }
        let error = TextFile::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is a folder, not a regular file; name a file in it"), "{error}");
        let error = TextFile::open(folder.path().join("none")).unwrap_err().to_string();
        assert!(error.ends_with("none: no such file; check the path"), "{error}");
        let sizes = Sizes { mapped: 2, decoded: 2, longest: 4 };
        let long = TextFile { sizes, ..file(folder.path(), "long.txt", b"a\n12345678901234567\n") };
        let error = long.read(&environment(1)).count().unwrap_err().to_string();
        assert!(error.contains("long.txt:2: the line is longer than 4 bytes"), "{error}");
    }
}
