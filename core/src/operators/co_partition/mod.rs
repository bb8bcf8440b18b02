//! Two inputs partitioned alike, and what joins and co-groups do with their partitions.
//!
//! ```text
//! left  ─► exchange by hash ─┐  a pair of        in hash order ─┐
//!                            ├─► partitions ─►                  ├─► groups of one key ─► task
//! right ─► exchange by hash ─┘  (a morsel)       in hash order ─┘
//! ```
//!
//! A pair whose rows do not fit into memory is split by the next bits of the hash, both sides
//! alike. The groups come by the hash of their key (then by the key), the rows of a group in the
//! order of their input: this order depends on the rows alone, not on the strategy, the side that
//! the table is built on, the splits, or the threads.

mod input;
mod ordered_rows;
mod source;

pub(super) use input::{Exchanged, Input};
pub(super) use ordered_rows::{OrderedRows, Padding, distinct_keys};
pub(super) use source::{CoPartitions, GroupTask, Groups, Strategy, Unmatched};
