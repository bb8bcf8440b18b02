//! Iterations.
mod report;
pub use report::{Direction, IterationReport, StopReason, SuperstepReport};
