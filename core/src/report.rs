//! What an iteration did, superstep by superstep.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::PlanNode;

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
    /// The aggregates of a general iteration, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aggregates: BTreeMap<String, AggregateValue>,
}

/// The value of an aggregate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AggregateValue {
    /// Unsigned.
    Unsigned(u64),
    /// Signed.
    Signed(i64),
    /// A float.
    Float(f64),
    /// Anything else, as text.
    Text(String),
}

macro_rules! aggregate_values {
    ($($native:ty: $variant:ident;)*) => {$(
        impl From<$native> for AggregateValue {
            fn from(value: $native) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

aggregate_values! {
    u32: Unsigned;
    u64: Unsigned;
    i32: Signed;
    i64: Signed;
    f32: Float;
    f64: Float;
    String: Text;
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
    /// No index: operators over data sets.
    Dataflow,
    /// No messages: the rewrite of the plan works on rows directly.
    Fold,
    /// No messages yet: each key works on its own.
    Local,
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
    /// Seconds from the first superstep's start to the last one's end; where it was resumed, the
    /// time up to the snapshot counts too.
    pub seconds: f64,
    /// The supersteps in order.
    pub supersteps: Vec<SuperstepReport>,
    /// Why it stopped.
    pub stopped: StopReason,
    /// Its snapshots, if it took any or began with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<SnapshotReport>,
}

/// The snapshots of an iteration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SnapshotReport {
    /// How many were written in this run.
    pub written: u64,
    /// Their bytes in all.
    pub bytes: u64,
    /// How long the supersteps waited for them.
    pub seconds: f64,
    /// The superstep of the snapshot that it began with, if it did.
    pub resumed_from: Option<u64>,
}

/// What a run of a plan over data sets did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunReport {
    /// The plan as it ran: estimates, decisions and their reasons, and what really came out.
    pub plan: Option<PlanNode>,
    /// Its iterations, in the order in which they ended.
    pub iterations: Vec<IterationReport>,
}

impl IterationReport {
    /// The number of supersteps.
    pub fn num_supersteps(&self) -> u64 {
        self.supersteps.len() as u64
    }
}
