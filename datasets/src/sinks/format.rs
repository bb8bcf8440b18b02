//! Formats by suffix.

use std::path::Path;

use super::{Compression, SinkError, TextFormat};

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Text(TextFormat, Compression),
    #[cfg(feature = "parquet")]
    Parquet,
}

#[cfg(feature = "parquet")]
const TABLES: &str = ".csv, .tsv (each also with .gz or .zst) or .parquet";
#[cfg(not(feature = "parquet"))]
const TABLES: &str = ".csv or .tsv (each also with .gz or .zst)";

#[cfg(feature = "parquet")]
const EDGE_LISTS: &str = ".el, .wel, .txt, .tsv, .csv (each also with .gz or .zst) or .parquet";
#[cfg(not(feature = "parquet"))]
const EDGE_LISTS: &str = ".el, .wel, .txt, .tsv or .csv (each also with .gz or .zst)";

impl FileFormat {
    /// The format of a table at `path`.
    pub(super) fn of_table(path: &Path) -> Result<Self, SinkError> {
        Self::by_suffix(path, &[("csv", TextFormat::CSV), ("tsv", TextFormat::TSV)], TABLES)
    }

    /// The format of an edge list at `path`.
    pub(super) fn of_edge_list(path: &Path) -> Result<Self, SinkError> {
        let formats = [
            ("csv", TextFormat::CSV),
            ("tsv", TextFormat::TSV),
            ("el", TextFormat::EDGE_LIST),
            ("wel", TextFormat::EDGE_LIST),
            ("txt", TextFormat::EDGE_LIST),
        ];
        Self::by_suffix(path, &formats, EDGE_LISTS)
    }

    fn by_suffix(
        path: &Path,
        formats: &[(&str, TextFormat)],
        known: &'static str,
    ) -> Result<Self, SinkError> {
        let (name, compression) = split_compression(path);
        let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix);
        #[cfg(feature = "parquet")]
        if suffix == Some("parquet") && compression == Compression::None {
            return Ok(Self::Parquet);
        }
        formats
            .iter()
            .find(|(known, _)| suffix == Some(*known))
            .map(|(_, format)| Self::Text(*format, compression))
            .ok_or_else(|| SinkError::UnknownFormat { path: path.to_owned(), known })
    }

    /// CSV at `path`, compressed as its suffix says.
    pub(crate) fn csv(path: &Path) -> Self {
        Self::Text(TextFormat::CSV, split_compression(path).1)
    }

    /// The same, with or without a header line if it is text.
    pub(super) fn with_header(self, header: bool) -> Self {
        match self {
            Self::Text(format, compression) => Self::Text(format.header(header), compression),
            #[cfg(feature = "parquet")]
            Self::Parquet => self,
        }
    }
}

/// The file's name in lower case without the suffix of its compression.
fn split_compression(path: &Path) -> (String, Compression) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    for (suffix, compression) in [(".gz", Compression::Gzip), (".zst", Compression::Zstd)] {
        if let Some(inner) = name.strip_suffix(suffix) {
            return (inner.to_owned(), compression);
        }
    }
    (name, Compression::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_choose_the_format() {
        let table = |path: &str| FileFormat::of_table(Path::new(path)).ok();
        let text = |format, compression| Some(FileFormat::Text(format, compression));
        assert_eq!(table("a/ranks.csv"), text(TextFormat::CSV, Compression::None));
        assert_eq!(table("RANKS.TSV.GZ"), text(TextFormat::TSV, Compression::Gzip));
        assert_eq!(table("ranks.v2.csv.zst"), text(TextFormat::CSV, Compression::Zstd));
        #[cfg(feature = "parquet")]
        assert_eq!(table("ranks.parquet"), Some(FileFormat::Parquet));
        for unknown in ["ranks", "csv", "ranks.parquet.gz", "ranks.gz", "ranks.el", "a.csv/", ""] {
            let expected = if unknown == "a.csv/" { table("a.csv") } else { None };
            assert_eq!(table(unknown), expected, "{unknown}");
        }
        let edges = |path: &str| FileFormat::of_edge_list(Path::new(path)).ok();
        assert_eq!(edges("g.el.zst"), text(TextFormat::EDGE_LIST, Compression::Zstd));
        assert_eq!(edges("g.txt"), text(TextFormat::EDGE_LIST, Compression::None));
        assert_eq!(edges("g.tsv"), text(TextFormat::TSV, Compression::None));
    }

    #[test]
    fn unknown_suffixes_get_the_list() {
        let error = FileFormat::of_table(Path::new("ranks.xls")).unwrap_err().to_string();
        assert!(error.starts_with("ranks.xls: no format has this suffix; use one of .csv"));
        let error = FileFormat::of_edge_list(Path::new("graph.bin")).unwrap_err().to_string();
        assert!(error.contains(".el, .wel, .txt"), "{error}");
    }
}
