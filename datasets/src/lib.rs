//! Files and seeds: readers, writers and generators of graphs.
//!
//! Readers implement [`quince_core::pipeline::Source`] and fill batches directly: see
//! [`EdgeList`] and [`VertexList`].
#![forbid(unsafe_code)]

mod edge_list;
mod error;
pub mod generators;
pub mod sinks;
mod text;
mod vertex_list;

pub use edge_list::EdgeList;
pub use error::{ColumnRef, DatasetError, Role};
pub use text::{Columns, Delimiter, Format, Header, IdType};
pub use vertex_list::VertexList;
