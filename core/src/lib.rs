//! The engine of Quince: managed memory, columns, operators, indexes and iterations.

// So that what derives `Record` in here finds the crate under the name that others use.
#[allow(unused_extern_crates)] // Only tests derive so far.
extern crate self as quince_core;

pub mod accumulators;
pub mod algebra;
pub mod columnar;
pub mod dataset;
pub mod environment;
pub mod error;
pub mod events;
pub mod exchange;
pub mod executor;
pub mod index;
pub mod iteration;
pub mod memory;
pub mod operators;
pub mod pipeline;
pub mod plan;
pub mod report;
pub mod snapshot;
mod team;

pub use environment::Environment;
pub use error::{BoxError, Error, Result};
