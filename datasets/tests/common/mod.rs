//! What the tests of the readers share.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use std::io::Write;
use std::path::PathBuf;

use quince_core::columnar::{Batch, Column};
use quince_core::pipeline::Source;
use quince_core::{Environment, executor};
use quince_datasets::{DatasetError, EdgeList, VertexList};

/// A folder for the files of one test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    pub fn edges(&self, name: &str, bytes: impl AsRef<[u8]>) -> EdgeList {
        EdgeList::open(self.write(name, bytes)).unwrap()
    }

    pub fn vertices(&self, name: &str, bytes: impl AsRef<[u8]>) -> VertexList {
        VertexList::open(self.write(name, bytes)).unwrap()
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

fn texts(column: &Column) -> Vec<String> {
    match column {
        Column::UInt32(values) => values.iter().map(ToString::to_string).collect(),
        Column::Int64(values) => values.iter().map(ToString::to_string).collect(),
        Column::Float64(values) => values.iter().map(ToString::to_string).collect(),
        Column::CodedUtf8 { codes, values } => {
            codes.iter().map(|&code| values.get(code as usize).to_owned()).collect()
        }
        other => panic!("no such column is read: {other:?}"),
    }
}

/// The rows, their fields between slashes.
pub fn rows(source: &dyn Source) -> Vec<String> {
    let env = Environment::builder().threads(2).build().unwrap();
    let batches = executor::collect(&env, source, &[]).unwrap();
    let rows_of = |batch: &Batch| {
        let columns: Vec<Vec<String>> = batch.columns().iter().map(texts).collect();
        (0..batch.num_rows())
            .map(|row| columns.iter().map(|c| c[row].as_str()).collect::<Vec<_>>().join("/"))
            .collect::<Vec<_>>()
    };
    batches.iter().flat_map(rows_of).collect()
}

/// The error that reading ends with; the path in it is cut down to the file's name.
pub fn error(source: &dyn Source) -> String {
    let env = Environment::builder().threads(2).build().unwrap();
    cut(&executor::collect(&env, source, &[]).unwrap_err())
}

/// The error that opening ends with.
pub fn open_error(path: PathBuf) -> (DatasetError, String) {
    let error = EdgeList::open(path).unwrap_err();
    let text = cut(&error);
    (error, text)
}

fn cut(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let message = text.find(": ").unwrap_or(text.len());
    let name = text[..message].rfind('/').map_or(0, |slash| slash + 1);
    text[name..].to_owned()
}
