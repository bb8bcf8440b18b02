//! The supersteps of a run, few enough to be drawn.

use quince_core::iteration::IterationReport;
use serde::{Deserialize, Serialize};

/// More supersteps than this are drawn together.
const MOST_STEPS: usize = 240;

/// Supersteps in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// How many there were.
    pub supersteps: u64,
    /// One by one, or if there were too many, so many neighbours together.
    pub steps: Vec<TraceStep>,
}

/// A superstep, or some that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceStep {
    /// The first of them.
    pub superstep: u64,
    /// How long they took together.
    pub seconds: f64,
    /// The most keys that were active.
    pub workset: u64,
    /// How many keys changed, together.
    pub changes: u64,
    /// How messages crossed the index, in the slowest of them: `pull`.
    pub direction: String,
}

impl Trace {
    /// Of an iteration.
    pub(crate) fn of(report: &IterationReport) -> Self {
        let together = report.supersteps.len().div_ceil(MOST_STEPS).max(1);
        let steps = report.supersteps.chunks(together).map(|steps| {
            let slowest = steps.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
            let direction = slowest.and_then(|step| serde_json::to_value(step.direction).ok());
            TraceStep {
                superstep: steps[0].superstep,
                seconds: steps.iter().map(|step| step.seconds).sum(),
                workset: steps.iter().map(|step| step.workset).max().unwrap_or(0),
                changes: steps.iter().map(|step| step.changes).sum(),
                direction: direction
                    .and_then(|d| d.as_str().map(str::to_owned))
                    .unwrap_or_default(),
            }
        });
        Self { supersteps: report.supersteps.len() as u64, steps: steps.collect() }
    }
}
