//! Operators: what a program does with data sets, one file each.
//!
//! A file has, in this order: what the operator does, its method on
//! [`DataSet`](crate::dataset::DataSet), its node in the plan, its running task, its tests.

mod aggregate;
mod apply;
mod arrow;
mod broadcast;
mod by_morsel;
mod co_group;
mod co_partition;
mod collection;
mod combine;
mod combine_group;
mod cross;
mod distinct;
mod filter;
mod first_n;
mod flat_map;
mod fold_groups;
mod group_by;
mod group_reduce;
mod group_states;
mod inspect;
mod join;
mod map;
mod map_partition;
mod min_max_by;
mod name;
mod pairs;
mod partition_by_hash;
mod partition_by_range;
mod partition_custom;
mod project;
mod rebalance;
mod reduce;
mod row_wise;
mod running_reduce;
mod sample;
mod sample_with_size;
mod scan;
mod sort_by;
mod sort_group;
mod sort_partition;
mod sorted;
#[cfg(test)]
pub(crate) mod test_support;
mod union;
mod zip;

pub use aggregate::{Aggregate, Aggregation};
pub use arrow::{ArrowBatches, ReadArrow};
pub use broadcast::{BroadcastSets, HeldRecords, WithBroadcast};
pub use co_group::{CoGroup, CoGroupInputs};
pub use cross::Cross;
pub use filter::Filter;
pub use group_by::Grouped;
pub use join::{
    FullOuter, Inner, Join, JoinField, JoinHint, JoinInputs, JoinKind, LeftOuter, RightOuter,
    SemiJoin,
};
pub use map::Map;
pub use running_reduce::RunningReduce;
pub use sort_group::SortedGroups;
pub use sorted::Sorted;
