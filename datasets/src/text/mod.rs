//! Tables of text, read in parallel: the machinery under [`EdgeList`](crate::EdgeList) and
//! [`VertexList`](crate::VertexList).
//!
//! ```text
//! Sample ── settle(Settings) ─► Layout        where the data begins, delimiter, columns, id type
//!                                 │
//! file ─► mapped | stream ─► morsel of whole lines ─► parse ─► kernel (plain digits, in blocks)
//!                                                          └─► row    (everything else)
//!                                                                │
//!                                              IdColumns, weights ┴─► Batch
//! ```
//!
//! Whatever holds only at the top of a file (byte order mark, skipped lines, header, `%` block) is
//! settled once from the sample, and the morsels begin behind it. So no morsel needs to know what
//! stands before it, and lines are counted only when an error wants a number.

mod columns;
mod compression;
mod digits;
mod fault;
mod guess;
mod ids;
mod interner;
mod kernel;
mod kind;
mod layout;
mod mapped;
mod number;
mod options;
mod parse;
mod row;
mod sample;
mod separators;
mod sniff;
mod stream;
mod suggest;
mod table;

pub(crate) use columns::ColumnChoice;
pub use columns::Columns;
pub(crate) use compression::{Codec, Decoder, FileInfo, broken, inspect_any};
pub(crate) use fault::shorten;
pub(crate) use kind::Kind;
pub(crate) use options::{Comment, Settings};
pub use options::{Delimiter, Format, Header, IdType};
pub use suggest::suggest;
pub(crate) use table::TextTable;

#[cfg(test)]
mod tests;
