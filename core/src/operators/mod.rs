//! Operators: what a program does with data sets, one file each.
//!
//! A file has, in this order: what the operator does, its method on
//! [`DataSet`](crate::dataset::DataSet), its node in the plan, its running task, its tests.

mod collection;
mod combine;
mod filter;
mod flat_map;
mod fold_groups;
mod group_by;
mod group_states;
mod map;
mod reduce;
mod row_wise;
#[cfg(test)]
pub(crate) mod test_support;

pub use filter::Filter;
pub use group_by::Grouped;
pub use map::Map;
