//! Operators: what a program does with data sets, one file each.
//!
//! A file has, in this order: what the operator does, its method on
//! [`DataSet`](crate::dataset::DataSet), its node in the plan, its running task, its tests.

mod apply;
mod collection;
mod combine_group;
mod filter;
mod first_n;
mod flat_map;
mod group_by;
mod group_reduce;
mod map;
mod map_partition;
mod partition_by_hash;
mod partition_by_range;
mod partition_custom;
mod rebalance;
mod reduce;
mod row_wise;
mod sort_by;
mod sort_group;
mod sort_partition;
mod sorted;
#[cfg(test)]
pub(crate) mod test_support;

pub use filter::Filter;
pub use group_by::Grouped;
pub use map::Map;
pub use sort_group::SortedGroups;
pub use sorted::Sorted;
