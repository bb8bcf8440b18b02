//! Operators: what a program does with data sets, one file each.
//!
//! A file has, in this order: what the operator does, its method on
//! [`DataSet`](crate::dataset::DataSet), its node in the plan, its running task, its tests.

mod co_partition;
mod collection;
mod filter;
mod flat_map;
mod group_by;
mod join;
mod map;
mod pairs;
mod reduce;
mod row_wise;
mod running_reduce;
#[cfg(test)]
pub(crate) mod test_support;

pub use filter::Filter;
pub use group_by::Grouped;
pub use join::{
    FullOuter, Inner, Join, JoinHint, JoinInputs, JoinKind, LeftOuter, RightOuter, SemiJoin,
};
pub use map::Map;
pub use running_reduce::RunningReduce;
