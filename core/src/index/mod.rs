//! Indexes over dense keys: the constant side of an iteration.
//!
//! A [`Dictionary`] numbers keys of any type 0..n once, at load. From then on a join on the key is
//! an array index and a grouped reduce is a write to a slot. [`Pairs`] is a binary relation over
//! dense keys; a [`StaticIndex`] is that relation sorted by one side, with the inner loop inside:
//! a program hands it a closure, and how the index is laid out is nobody else's business.
//!
//! ```text
//! batches ─► Dictionary::encode ─► Pairs ─► Csr::build ─► Csr (rows sorted by key, then column)
//!            key space, order,     dense    partition,      │
//!            relabel in place      keys     sort in cache    └─► transpose
//! ```

mod both_ways;
mod build;
mod csr;
mod dictionary;
mod distinct;
mod fold;
mod key_columns;
mod key_space;
mod lanes;
mod merged_ways;
mod offsets;
mod order;
mod oriented;
mod pairs;
mod quotient;
mod static_index;
mod tally;
mod tiles;
mod transpose;

pub use both_ways::BothWays;
pub use build::{Duplicates, IndexOptions, Rows, SelfPairs};
pub use csr::{Csr, Entries};
pub use dictionary::{Dictionary, Encoded};
pub use distinct::{DistinctRows, Sides};
pub(crate) use fold::RunFold;
pub use key_columns::KeyColumns;
pub use key_space::Key;
pub use merged_ways::{MergedEntries, MergedWays};
pub use offsets::Offsets;
pub use order::{KeyOrder, OrderChoice};
pub use oriented::{
    Oriented, RowSet, Triple, count_triples, for_each_triple_in_place, triples_in_place,
};
pub use pairs::{EntryValue, Pairs};
pub use static_index::{CHUNK_ENTRIES, StaticIndex};
pub use tally::Tally;
pub use tiles::Tiles;
