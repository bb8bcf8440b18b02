//! The engine of Quince: managed memory, columns, operators, indexes and iterations.

pub mod columnar;
pub mod environment;
mod error;
pub mod events;
pub mod executor;
pub mod iteration;
pub mod memory;
pub mod operators;

pub use environment::Environment;
pub use error::{BoxError, Error, Result};
