//! Operators: what a program does with data sets, one file each.
//!
//! A file has, in this order: what the operator does, its method on
//! [`DataSet`](crate::dataset::DataSet), its node in the plan, its running task, its tests.

mod aggregate;
mod broadcast;
mod by_morsel;
mod co_partition;
mod collection;
mod combine;
mod distinct;
mod filter;
mod flat_map;
mod fold_groups;
mod group_by;
mod group_states;
mod join;
mod map;
mod min_max_by;
mod name;
mod pairs;
mod project;
mod reduce;
mod row_wise;
mod running_reduce;
mod sample;
#[cfg(test)]
pub(crate) mod test_support;
mod zip;

pub use aggregate::{Aggregate, Aggregation};
pub use broadcast::{BroadcastSets, HeldRecords, WithBroadcast};
pub use filter::Filter;
pub use group_by::Grouped;
pub use join::{
    FullOuter, Inner, Join, JoinHint, JoinInputs, JoinKind, LeftOuter, RightOuter, SemiJoin,
};
pub use map::Map;
pub use running_reduce::RunningReduce;
