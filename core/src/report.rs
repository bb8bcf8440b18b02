//! What an iteration did, superstep by superstep.

use serde::Serialize;

/// One superstep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SuperstepReport {
    /// Its number, from 1.
    pub superstep: u64,
    /// How long it took.
    pub seconds: f64,
    /// How many keys were active when it began.
    pub workset: u64,
    /// How many keys changed.
    pub changes: u64,
    /// The value that the convergence criterion looks at, if the iteration has one.
    pub convergence: Option<f64>,
    /// How messages crossed the index.
    pub direction: Direction,
}

/// How the messages of a superstep cross the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// Each key gathers along its row.
    Pull,
    /// Each active key scatters along its row.
    Push,
    /// No messages: the rewrite of the plan works on rows directly.
    Fold,
}

/// Why an iteration stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// The convergence value is at or below its threshold.
    Converged,
    /// The last allowed superstep is done.
    MaximumSupersteps,
    /// No key is active.
    EmptyWorkset,
}

/// A whole iteration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IterationReport {
    /// The iteration's name.
    pub name: String,
    /// Seconds from the first superstep's start to the last one's end.
    pub seconds: f64,
    /// The supersteps in order.
    pub supersteps: Vec<SuperstepReport>,
    /// Why it stopped.
    pub stopped: StopReason,
}

impl IterationReport {
    /// The number of supersteps.
    pub fn num_supersteps(&self) -> u64 {
        self.supersteps.len() as u64
    }
}
