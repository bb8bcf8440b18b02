//! What the suite found: the JSON that is written, read again by `--compare`, and drawn as HTML.
//!
//! Version 1. All times are seconds, all sizes bytes; fields are only ever added within a version.
//!
//! ```json
//! {
//!   "schema": "quince-bench", "version": 1, "quince": "0.1.0", "unix_seconds": 1790000000,
//!   "settings": { "size": "m", "trials": 5, "threads": [1, 2], "seed": 27 },
//!   "machine": { "processor": "...", "cores": 2, "rates": [ { "threads": 2,
//!     "stream_bytes_per_second": 4.9e10,
//!     "gathers": [ { "table_bytes": 4194304, "per_second": 1.1e9 } ] } ] },
//!   "graphs": [ { "name": "kronecker-18", "vertices": 170000, "edges": 3800000, "directed": false } ],
//!   "loads": [ { "graph": "kronecker-18", "threads": 2, "weighted": false, "seconds": 0.05,
//!     "index_seconds": 0.03, "graph_bytes": 16000000, "peak_bytes": 48000000 } ],
//!   "measurements": [ { "suite": "gap", "graph": "kronecker-18", "kernel": "bfs",
//!     "engine": "quince", "threads": 2,
//!     "seconds": { "trials": [0.002, 0.001], "first": 0.002, "median": 0.0015,
//!                  "min": 0.001, "max": 0.002 },
//!     "verification": { "trials": 2 } } ],
//!   "skipped": [ { "engine": "networkit.py", "reason": "networkit is not installed: ..." } ],
//!   "scaling": []
//! }
//! ```

mod trace;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use quince_datasets::sinks::{NewFile, SinkError};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kernel::{Kernel, Suite};
use crate::machine::Machine;
use crate::roofline::Roofline;
use crate::statistics::Spread;
use crate::verification::Verification;

pub use trace::{Trace, TraceStep};

/// What the file calls itself.
const SCHEMA: &str = "quince-bench";

/// The version of its form.
const VERSION: u64 = 1;

/// The engine of Quince's own figures.
pub const QUINCE: &str = "quince";

/// The engine of the plain references.
pub const PLAIN: &str = "plain, one thread";

/// All that a run of the suite found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What the file is.
    pub schema: String,
    /// The version of its form.
    pub version: u64,
    /// The version of Quince.
    pub quince: String,
    /// When it was begun, since 1970.
    pub unix_seconds: u64,
    /// What was asked for.
    pub settings: Settings,
    /// Where it ran.
    pub machine: Machine,
    /// On which graphs.
    pub graphs: Vec<GraphFacts>,
    /// From files to graphs with indexes.
    pub loads: Vec<Load>,
    /// From graphs to results.
    pub measurements: Vec<Measurement>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// Cost against size, if that was asked for.
    pub scaling: Vec<ScalePoint>,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The size of the named graphs.
    pub size: String,
    /// Trials of each kernel.
    pub trials: usize,
    /// Numbers of threads.
    pub threads: Vec<usize>,
    /// The seed of graphs, weights and sources.
    pub seed: u64,
}

/// A graph.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GraphFacts {
    /// Its name and size.
    pub name: String,
    /// How it is made.
    pub description: String,
    /// Vertices; each has an edge.
    pub vertices: u64,
    /// Edges; each counts once.
    pub edges: u64,
    /// Whether edges go one way.
    pub directed: bool,
}

/// From the file to the graph with the indexes that kernels read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// The graph.
    pub graph: String,
    /// Threads.
    pub threads: usize,
    /// Whether weights were read.
    pub weighted: bool,
    /// The file: text.
    pub file_bytes: u64,
    /// From the file to the dictionary and the edges.
    pub seconds: f64,
    /// From there to the indexes.
    pub index_seconds: f64,
    /// What the graph and its indexes hold.
    pub graph_bytes: u64,
    /// The most that was held meanwhile.
    pub peak_bytes: u64,
}

/// A kernel on a graph by one engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The protocol.
    pub suite: Suite,
    /// The graph.
    pub graph: String,
    /// The kernel.
    pub kernel: Kernel,
    /// Who ran it: [`QUINCE`], [`PLAIN`] or the name of a peer.
    pub engine: String,
    /// The version of a peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// Threads.
    pub threads: usize,
    /// The trials.
    pub seconds: Spread,
    /// From the file to the graph, by a peer's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_seconds: Option<f64>,
    /// Graphalytics: load and first run together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makespan_seconds: Option<f64>,
    /// Graphalytics: edges and vertices a second of processing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evps: Option<f64>,
    /// The most that the memory manager granted beside the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// How the answer was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// What binds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roofline: Option<Roofline>,
    /// The supersteps of the last trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// What a peer says of its form of the kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// Whose figures are missing.
    pub engine: String,
    /// Why, and what to do.
    pub reason: String,
}

/// The Kronecker graph of one scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScalePoint {
    /// The binary logarithm of the number of vertices, before those without edges go.
    pub scale: u32,
    /// Vertices.
    pub vertices: u64,
    /// Edges.
    pub edges: u64,
    /// From the file to the graph with its index.
    pub load_seconds: f64,
    /// What the graph and its index hold.
    pub graph_bytes: u64,
    /// Medians by kernel.
    pub kernel_seconds: Vec<(Kernel, f64)>,
}

impl Report {
    /// An empty one.
    pub fn new(settings: Settings, machine: Machine) -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self {
            schema: SCHEMA.to_owned(),
            version: VERSION,
            quince: env!("CARGO_PKG_VERSION").to_owned(),
            unix_seconds: now.map_or(0, |since| since.as_secs()),
            settings,
            machine,
            graphs: Vec::new(),
            loads: Vec::new(),
            measurements: Vec::new(),
            skipped: Vec::new(),
            scaling: Vec::new(),
        }
    }

    /// Reads one that was written.
    ///
    /// # Errors
    /// If it cannot be read, is none, or of another version.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::file("read", path))?;
        let value: serde_json::Value =
            serde_json::from_reader(BufReader::new(file)).map_err(not_a_report(path))?;
        match (value["schema"].as_str(), value["version"].as_u64()) {
            (Some(SCHEMA), Some(found)) if found != VERSION => {
                Err(Error::ReportVersion { path: path.to_owned(), found, known: VERSION })
            }
            _ => serde_json::from_value(value).map_err(not_a_report(path)),
        }
    }

    /// Writes it as JSON, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(not_a_report(path))?;
        write_whole(path, &json)
    }

    /// Quince's figures.
    pub fn quince(&self) -> impl Iterator<Item = &Measurement> {
        self.measurements.iter().filter(|measured| measured.engine == QUINCE)
    }

    /// The protocols that ran.
    pub fn suites(&self) -> impl Iterator<Item = Suite> + '_ {
        let ran = |suite: &Suite| self.measurements.iter().any(|m| m.suite == *suite);
        [Suite::Gap, Suite::Graphalytics].into_iter().filter(ran)
    }

    /// All figures by protocol, graph, kernel and engine: Quince first, then the references.
    pub fn in_order(&self) -> Vec<&Measurement> {
        let graph = |name: &str| self.graphs.iter().position(|graph| graph.name == name);
        let engine = |name: &str| [QUINCE, PLAIN].iter().position(|&n| n == name).unwrap_or(2);
        let kernel = |m: &Measurement| m.suite.kernels().iter().position(|&k| k == m.kernel);
        let mut all: Vec<&Measurement> = self.measurements.iter().collect();
        all.sort_by_key(|m| {
            (m.suite, graph(&m.graph), kernel(m), engine(&m.engine), &m.engine, m.threads)
        });
        all
    }

    /// The most threads that Quince had.
    pub fn most_threads(&self) -> usize {
        self.settings.threads.iter().copied().max().unwrap_or(1)
    }

    /// The figures of others for the same kernel on the same graph by the same rules, and of
    /// Quince with other numbers of threads.
    pub fn beside<'a>(&'a self, of: &'a Measurement) -> impl Iterator<Item = &'a Measurement> {
        self.measurements.iter().filter(|other| other.pair() == of.pair())
    }
}

impl Measurement {
    /// What it measures: protocol, graph, kernel.
    pub fn pair(&self) -> (Suite, &str, Kernel) {
        (self.suite, &self.graph, self.kernel)
    }

    /// The engine with its threads: what a bar is called.
    pub fn label(&self) -> String {
        match (self.engine.as_str(), self.threads) {
            (PLAIN, _) => PLAIN.to_owned(),
            (engine, 1) => format!("{engine}, 1 thread"),
            (engine, threads) => format!("{engine}, {threads} threads"),
        }
    }
}

fn not_a_report(path: &Path) -> impl FnOnce(serde_json::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::NotAReport { path, source }
}

/// Writes a file beside its final name and renames it into place.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = BufWriter::new(NewFile::create(path)?);
    let written: io::Result<()> = file.write_all(bytes).and_then(|()| file.flush());
    let file = file.into_parts().0;
    written.map_err(|source| SinkError::from_io(file.target(), source))?;
    Ok(file.finish()?)
}
