//! Gelly's `asm`: what algorithms are assembled of.
//!
//! Degrees of vertices and edges, simple graphs, and the filter of high degrees are in
//! [`directed`] and [`undirected`], functions that translate ids and values in [`translate`].

mod checksum;
mod degrees;
pub mod directed;
mod hash_code;
pub mod translate;
pub mod undirected;

pub use checksum::{ChecksumHashCode, checksum_hash_code, collect, count};
pub use hash_code::JavaHash;
