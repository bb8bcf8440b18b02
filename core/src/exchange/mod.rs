//! Exchanges: rows kept, sent to partitions, and read again, within the budget.
//!
//! Every breaker that works by key goes through here. Rows are hashed on their key and scattered,
//! a block at a time, to partitions by the high bits of the hash. A [`Block`] stays in memory
//! while what can be spilled takes less than half of the budget, and goes to the spill file
//! after that; the reader of a partition does not see the difference.
//!
//! What a partition holds, and in which order, depends on the rows and on the morsels that they
//! came in, never on threads or budget: rows are in the order of their morsels. A partition of
//! many rows is split by the next bits of the hash, by a rule that looks at the number of rows
//! alone.
//!
//! Rows that are placed by anything else ([`Assign`]: ranges of a key, a function) take the same
//! way without their hash, and [`Sorter`] brings the rows of a partition into order.

mod block;
mod external_sort;
mod gather;
mod group_index;
mod hash_order;
mod hash_partition;
mod partition_source;
mod piece;
mod radix;
mod ranges;
mod records;
mod scatter;
mod sort_rows;

pub use block::{Block, BlockSource, BlockStore, Keep};
pub use external_sort::Sorter;
pub use gather::{Gather, Gathering};
pub use group_index::GroupIndex;
pub use hash_order::HashOrder;
pub use hash_partition::{HASH_BITS, HashExchange, HashPartitions, Hashed, Partition};
pub use partition_source::{PartitionSource, Pieces, ReadPartitions};
pub use piece::{Piece, emit_pieces};
pub use ranges::{Ranges, range_partitions};
pub use records::{Failure, RecordIter};
pub use scatter::{Assign, ByHash, Partitions, ScatterExchange, Scattering};
