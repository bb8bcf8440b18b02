//! The protocol of drivers: programs that run a kernel with somebody else's library.
//!
//! A driver is started once for each kernel on each graph:
//!
//! ```text
//! DRIVER --kernel bfs --graph graph.el --sources 17,42,99 --trials 3 --threads 2 --iterations 20
//! ```
//!
//! The file has a line `source target` for each edge, or `source target weight` where the kernel
//! reads weights; vertices are 0..n, and each has an edge. Without `--directed` edges go both ways
//! and stand once. Searches run one trial from each source.
//!
//! It prints a JSON object on a line of its own for each library that it runs:
//!
//! ```json
//! {"name": "networkit", "version": "11.2", "threads": 2, "load_seconds": 0.5,
//!  "trial_seconds": [0.1, 0.1, 0.1], "answer": {"reached": [9, 9, 9], "sum_of_levels": [20, 19, 25]},
//!  "note": "what is to be known of its form of the kernel"}
//! ```
//!
//! or `{"name": "networkit", "skip": "networkit is not installed: pip install networkit"}`. Lines
//! that do not begin with `{` are passed over; without any object it does not have the kernel.
//!
//! | kernel | figures of its answer, as many as it can tell |
//! |---|---|
//! | bfs | for each source `reached` and `sum_of_levels` |
//! | sssp | for each source `reached` and `sum_of_distances` |
//! | pr | `sum_of_ranks`, and the five `highest_ranks`, falling |
//! | cc | `components` |
//! | bc | for each source, the four `highest_scores` (not its own), falling, divided by the first |
//! | tc | `triangles` |
//! | cdlp | `labels`: how many there are |
//! | lcc | `average_coefficient` |

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::process::run;
use super::{PeerRun, Reply, Task};
use crate::error::{Error, PeerFault, Result};
use crate::kernel::{Answer, PAGE_RANK_ITERATIONS};

/// The drivers that are asked.
#[derive(Clone, Debug, Default)]
pub struct Drivers {
    programs: Vec<PathBuf>,
    python: PathBuf,
}

/// A line of a driver.
#[derive(Debug, Deserialize)]
struct Line {
    name: Option<String>,
    version: Option<String>,
    threads: Option<usize>,
    load_seconds: Option<f64>,
    #[serde(default)]
    trial_seconds: Vec<f64>,
    #[serde(default)]
    answer: Answer,
    note: Option<String>,
    skip: Option<String>,
}

impl Drivers {
    /// The drivers among these paths: programs, and folders of programs. Names that begin with `_`
    /// or `.` are none; `.py` is run by `python`.
    ///
    /// # Errors
    /// If a path is not there, or no driver is at all.
    pub fn find(paths: &[PathBuf], python: &Path) -> Result<Self> {
        let mut programs = Vec::new();
        for path in paths {
            if path.is_file() {
                programs.push(path.clone());
                continue;
            }
            let before = programs.len();
            for entry in fs::read_dir(path).map_err(Error::file("read", path))? {
                let entry = entry.map_err(Error::file("read", path))?.path();
                if is_driver(&entry) {
                    programs.push(entry);
                }
            }
            if programs.len() == before {
                return Err(Error::NoDrivers { path: path.clone() });
            }
        }
        programs.sort();
        Ok(Self { programs, python: python.to_owned() })
    }

    /// Asks every driver.
    ///
    /// # Errors
    /// If one fails, or breaks the protocol.
    pub fn run(&self, task: &Task<'_>, is_cancelled: &dyn Fn() -> bool) -> Result<Vec<Reply>> {
        let mut replies = Vec::new();
        for program in &self.programs {
            let name = name_of(program);
            let fault = |fault| Error::Peer { peer: name.clone(), fault };
            let finished = run(&mut self.command(program, task), is_cancelled).map_err(fault)?;
            for (_, text) in finished.lines.iter().filter(|(_, line)| line.starts_with('{')) {
                replies.push(reply(&name, text, task).map_err(fault)?);
            }
        }
        Ok(replies)
    }

    fn command(&self, program: &Path, task: &Task<'_>) -> Command {
        let mut command = if program.extension().is_some_and(|suffix| suffix == "py") {
            let mut command = Command::new(&self.python);
            command.arg(program);
            command
        } else {
            Command::new(program)
        };
        let sources: Vec<String> = task.sources.iter().map(u32::to_string).collect();
        command.args(["--kernel", task.kernel.name(), "--graph"]);
        command.arg(task.graph.path(task.kernel.is_weighted()));
        command.args(["--sources", &sources.join(",")]);
        command.args(["--trials", &task.trials.to_string()]);
        command.args(["--threads", &task.threads.to_string()]);
        command.args(["--iterations", &PAGE_RANK_ITERATIONS.to_string()]);
        if task.graph.is_directed() {
            command.arg("--directed");
        }
        command
    }
}

fn name_of(program: &Path) -> String {
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

fn is_driver(path: &Path) -> bool {
    let name = name_of(path);
    path.is_file() && !name.starts_with(['_', '.']) && !name.ends_with(".md")
}

fn reply(program: &str, text: &str, task: &Task<'_>) -> Result<Reply, PeerFault> {
    let line: Line = serde_json::from_str(text)
        .map_err(|source| PeerFault::Line { line: text.to_owned(), source })?;
    let name = line.name.unwrap_or_else(|| program.to_owned());
    if let Some(reason) = line.skip {
        return Ok(Reply::Skipped { name, reason });
    }
    if line.trial_seconds.is_empty() {
        return Err(PeerFault::Missing { wanted: "trial_seconds".to_owned() });
    }
    Ok(Reply::Ran(PeerRun {
        name,
        version: line.version,
        threads: line.threads.unwrap_or(task.threads),
        load_seconds: line.load_seconds,
        trial_seconds: line.trial_seconds,
        answer: line.answer,
        note: line.note,
    }))
}
