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

mod block;
mod group_index;
mod hash_order;
mod hash_partition;

pub use block::{Block, BlockSource, BlockStore, Keep};
pub use group_index::GroupIndex;
pub use hash_order::HashOrder;
pub use hash_partition::{HASH_BITS, HashExchange, HashPartitions, Hashed, Partition};
