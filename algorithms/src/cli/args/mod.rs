//! The options that commands share, in groups.

mod checkpoint;
mod graph;
mod input;
mod output;
mod parse;
mod run;

pub(super) use checkpoint::CheckpointArgs;
pub(super) use graph::GraphArgs;
pub(super) use input::InputArgs;
pub(super) use output::TableArgs;
pub(super) use run::{ReportArgs, RunArgs};

/// How the values of options are read.
pub mod values {
    pub use super::parse::{memory_size, threads};
}
