//! Other programs on the same edges.
//!
//! | peers | where |
//! |---|---|
//! | petgraph | in this process ([`petgraph`]) |
//! | the GAP Benchmark Suite | its binaries ([`gapbs`]) |
//! | whatever speaks the protocol | a driver ([`driver`]): `benches/peers`, and the example `rust_peers` |
//!
//! All are asked for what Quince answered too, and an answer that differs ends the run.

pub mod driver;
pub mod gapbs;
pub mod petgraph;
pub mod process;

use crate::graphs::PreparedGraph;
use crate::kernel::{Answer, Kernel};

/// What a peer is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The kernel.
    pub kernel: Kernel,
    /// The graph.
    pub graph: &'a PreparedGraph,
    /// One source for each trial.
    pub sources: &'a [u32],
    /// Trials.
    pub trials: usize,
    /// Threads.
    pub threads: usize,
}

/// What a peer did.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It ran.
    Ran(PeerRun),
    /// It did not, for this reason.
    Skipped {
        /// Its name.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
    /// It does not have this kernel.
    Lacks,
}

/// The run of a peer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeerRun {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// The threads that it really had.
    pub threads: usize,
    /// From the file to its graph, by its own clock.
    pub load_seconds: Option<f64>,
    /// Each trial.
    pub trial_seconds: Vec<f64>,
    /// What it found.
    pub answer: Answer,
    /// What is to be known of its form of the kernel.
    pub note: Option<String>,
}
