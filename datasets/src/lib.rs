//! Files and seeds: readers, writers and generators.
//!
//! Readers implement [`quince_core::pipeline::Source`] and fill batches directly.
//!
//! | for | read with | written with |
//! |---|---|---|
//! | graphs | [`EdgeList`], [`VertexList`] | [`sinks::edge_list_sink`] |
//! | records of any type | [`CsvFile`], [`ParquetFile`] | [`WriteFile`] |
//! | lines of text | [`TextFile`] | [`WriteFile`] |
#![forbid(unsafe_code)]

mod edge_list;
mod error;
pub mod generators;
mod records;
pub mod sinks;
mod text;
mod vertex_list;

pub use edge_list::EdgeList;
pub use error::{ColumnRef, DatasetError, RecordsError, Role};
#[cfg(feature = "parquet")]
pub use records::ParquetFile;
pub use records::{CsvFile, TextFile, WriteFile};
pub use text::{Columns, Delimiter, Format, Header, IdType, suggest};
pub use vertex_list::VertexList;
