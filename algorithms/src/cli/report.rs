//! The JSON report that `--report` writes: figures for scripts, in a form that only grows.
//!
//! ```json
//! {
//!   "quince": { "version": "0.1.0" },
//!   "input": { "path": "p2p-31.e.gz", "bytes": 592184, "vertices": 62586, "edges": 147892,
//!              "directed": true, "weighted": false },
//!   "load": { "seconds": 0.04 },
//!   "iterate": { "seconds": 0.05, "supersteps": [
//!     { "superstep": 1, "seconds": 0.001, "workset": 62586, "changes": 62586,
//!       "convergence": 0.9, "direction": "pull" } ] },
//!   "checkpoints": { "written": 1, "bytes": 501180, "seconds": 0.001, "resumed_from": null },
//!   "output": { "seconds": 0.01 },
//!   "memory": { "budget_bytes": 4294967296, "peak_bytes": 3145728, "spilled_bytes": 0 },
//!   "threads": 2,
//!   "plan": { "operator": "bulk iteration PageRank", "properties": [], "inputs": [] },
//!   "result": { "iterations": 1, "stopped": "converged", "sum_of_ranks": 1.0,
//!               "precision": "f64" }
//! }
//! ```

use std::io::{self, BufWriter, Write};
use std::path::Path;

use quince_core::Environment;
use quince_core::iteration::{IterationReport, SnapshotReport, SuperstepReport};
use quince_core::plan::PlanNode;
use quince_datasets::sinks::{NewFile, SinkError};
use serde::Serialize;

use super::error::Result;

/// Everything about one run of a command.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which program ran.
    pub quince: Program,
    /// What was read.
    pub input: Input,
    /// From the opening of the input to the graph with its indexes.
    pub load: Phase,
    /// The algorithm, from the graph to its result.
    pub iterate: Iterate,
    /// Snapshots, with `--checkpoint-dir`: how many were written, their bytes, how long the
    /// supersteps waited for them, and after which superstep `--resume` went on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<SnapshotReport>,
    /// Writing the file of `--output`; 0 without one.
    pub output: Phase,
    /// What the memory manager counted.
    pub memory: Memory,
    /// Worker threads.
    pub threads: usize,
    /// The plan, as `--explain` shows it.
    pub plan: PlanNode,
    /// What came out, by algorithm.
    pub result: serde_json::Value,
}

/// The program.
#[derive(Clone, Debug, Serialize)]
pub struct Program {
    /// Its version.
    pub version: &'static str,
}

/// The input and the graph that was made of it.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    /// The file as it was given.
    pub path: String,
    /// Its size in bytes, compressed as it is, with that of the vertex list if there is one.
    pub bytes: u64,
    /// Vertices.
    pub vertices: u64,
    /// Edges, after self-loops and duplicates were treated as asked.
    pub edges: u64,
    /// Whether edges go one way.
    pub directed: bool,
    /// Whether weights were read.
    pub weighted: bool,
}

/// A phase.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Phase {
    /// How long it took.
    pub seconds: f64,
}

/// The algorithm.
#[derive(Clone, Debug, Serialize)]
pub struct Iterate {
    /// How long it took in all.
    pub seconds: f64,
    /// Superstep by superstep; none if it does not iterate.
    pub supersteps: Vec<SuperstepReport>,
}

/// Bytes by the count of the memory manager.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Memory {
    /// The budget.
    pub budget_bytes: u64,
    /// The most that was granted at a time.
    pub peak_bytes: u64,
    /// Written to spill files.
    pub spilled_bytes: u64,
}

impl Iterate {
    /// From what an algorithm tells, if it iterates.
    pub(super) fn new(seconds: f64, report: Option<&IterationReport>) -> Self {
        Self {
            seconds,
            supersteps: report.map_or_else(Vec::new, |report| report.supersteps.clone()),
        }
    }
}

impl Memory {
    /// What was counted in `env` so far.
    pub(super) fn of(env: &Environment) -> Self {
        let counters = env.memory().counters();
        Self {
            budget_bytes: counters.budget_bytes,
            peak_bytes: counters.peak_bytes,
            spilled_bytes: counters.spilled_bytes,
        }
    }
}

/// Whether figures can be written to `path`, as far as that can be known before.
pub(super) fn check_json(path: &Path) -> Result<()> {
    Ok(NewFile::create(path).map(drop)?)
}

/// Writes figures to `path` as JSON, whole or not at all.
pub(super) fn write_json(path: &Path, figures: &impl Serialize) -> Result<()> {
    let mut file = BufWriter::new(NewFile::create(path)?);
    let written = serde_json::to_writer_pretty(&mut file, figures)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(file))
        .and_then(|()| file.flush());
    let file = file.into_parts().0;
    written.map_err(|source| SinkError::from_io(file.target(), source))?;
    Ok(file.finish()?)
}
