//! The GAP Benchmark Suite (GAPBS) by its binaries: how they are called, and what they print.
//!
//! A search is given one source per process, so each trial is one, of two runs of which the better
//! counts, as of Quince's. Other kernels run all trials in one process. PageRank is
//! the better of `pr` and `pr_spmv`, shortest paths the best of four deltas.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Finished, run};
use super::{PeerRun, Reply, Task};
use crate::error::{Error, PeerFault, Result};
use crate::kernel::{Answer, Kernel, PAGE_RANK_ITERATIONS, relative};
use crate::statistics::median;

/// The widths of buckets that shortest paths are tried with.
const DELTAS: [&str; 4] = ["1", "2", "8", "32"];

/// Runs from each source of a search, of which the better counts.
pub const RUNS_OF_SOURCE: usize = 2;

/// Figures of one GAPBS process.
#[derive(Debug)]
pub struct GapbsRun {
    /// Read Time + Build Time.
    pub load: f64,
    /// From process start until the graph was ready, deduplicated.
    pub ready: f64,
    /// Its Trial Times.
    pub trials: Vec<f64>,
    /// Ids from 0 to the largest.
    pub nodes: u64,
    /// All that it said, and its peak memory.
    pub finished: Finished,
}

impl GapbsRun {
    /// Reads the figures out of what a kernel printed.
    ///
    /// # Errors
    /// If one is missing.
    pub fn new(finished: Finished) -> Result<Self, PeerFault> {
        let lines = &finished.lines;
        let load = labelled(lines, "Read Time:")? + labelled(lines, "Build Time:")?;
        let trials: Vec<f64> = lines.iter().filter_map(|(_, l)| after(l, "Trial Time:")).collect();
        if trials.is_empty() {
            return Err(missing("Trial Time:"));
        }
        let nodes = whole_number(lines, "Graph has ")?;
        let shown = lines.iter().find(|(_, line)| line.starts_with("Graph has "));
        let ready = shown.map_or(f64::NAN, |(seconds, _)| *seconds);
        Ok(Self { load, ready, trials, nodes, finished })
    }
}

/// A kernel of GAPBS on a file, to be started; `trials` in one process.
pub fn command(folder: &Path, kernel: &str, file: &Path, trials: usize, threads: usize) -> Command {
    let mut command = Command::new(folder.join(kernel));
    command.arg("-f").arg(file).args(["-n", &trials.to_string()]);
    command.env("OMP_NUM_THREADS", threads.to_string());
    command
}

/// The binaries in a folder.
#[derive(Clone, Debug)]
pub struct Gapbs {
    folder: PathBuf,
}

impl Gapbs {
    /// Those of this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Runs a kernel.
    ///
    /// # Errors
    /// If a binary fails, or prints something else.
    pub fn run(&self, task: &Task<'_>, is_cancelled: &dyn Fn() -> bool) -> Result<Reply> {
        let iterations = PAGE_RANK_ITERATIONS.to_string();
        let fixed = ["-i", &iterations, "-t", "0"];
        match task.kernel {
            Kernel::Bfs => self.search(task, "bfs", &[&[]], is_cancelled),
            Kernel::Bc => self.search(task, "bc", &[&["-i", "1"]], is_cancelled),
            Kernel::Sssp => {
                let deltas: Vec<[&str; 2]> = DELTAS.iter().map(|&delta| ["-d", delta]).collect();
                let deltas: Vec<&[&str]> = deltas.iter().map(|delta| &delta[..]).collect();
                self.search(task, "sssp", &deltas, is_cancelled)
            }
            Kernel::Pr if task.graph.is_directed() => Ok(Reply::Skipped {
                name: "GAPBS".to_owned(),
                reason: "its PageRank drops the mass of vertices without out-edges, so ranks on \
                         directed graphs are not comparable"
                    .to_owned(),
            }),
            Kernel::Pr => self.whole(task, &["pr", "pr_spmv"], &fixed, is_cancelled),
            Kernel::Cc => self.whole(task, &["cc"], &[], is_cancelled),
            Kernel::Tc => self.whole(task, &["tc"], &[], is_cancelled),
            Kernel::Cdlp | Kernel::Lcc => Ok(Reply::Lacks),
        }
    }

    /// All trials in one process, by the best of some programs.
    fn whole(
        &self,
        task: &Task<'_>,
        programs: &[&str],
        options: &[&str],
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Reply> {
        let mut best: Option<PeerRun> = None;
        for program in programs {
            if let Some(reply) = self.missing(program) {
                return Ok(reply);
            }
            let run = self.start(task, program, task.trials, options, is_cancelled)?;
            let answer = answer(task.kernel, &run.finished.lines).map_err(fault(program))?;
            let seconds = median(&run.trials);
            if best.as_ref().is_none_or(|best| seconds < median(&best.trial_seconds)) {
                best = Some(peer_run(task, run.load, run.trials, answer, program));
            }
        }
        Ok(best.map_or(Reply::Lacks, Reply::Ran))
    }

    /// A process for each source, by the best of some options.
    fn search(
        &self,
        task: &Task<'_>,
        program: &str,
        variants: &[&[&str]],
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Reply> {
        if let Some(reply) = self.missing(program) {
            return Ok(reply);
        }
        let mut best: Option<PeerRun> = None;
        for variant in variants {
            let (mut load, mut seconds, mut found) = (f64::INFINITY, Vec::new(), Answer::default());
            for source in task.sources {
                let source = source.to_string();
                let options = [&["-r", &source], *variant].concat();
                let run = self.start(task, program, RUNS_OF_SOURCE, &options, is_cancelled)?;
                load = load.min(run.load);
                seconds.push(run.trials.iter().copied().fold(f64::INFINITY, f64::min));
                found.append(answer(task.kernel, &run.finished.lines).map_err(fault(program))?);
            }
            if best.as_ref().is_none_or(|best| median(&seconds) < median(&best.trial_seconds)) {
                let form = [&[program], *variant].concat().join(" ");
                best = Some(peer_run(task, load, seconds, found, &form));
            }
        }
        Ok(best.map_or(Reply::Lacks, Reply::Ran))
    }

    fn start(
        &self,
        task: &Task<'_>,
        program: &str,
        trials: usize,
        options: &[&str],
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<GapbsRun> {
        let file = task.graph.path(task.kernel.is_weighted());
        let mut command = command(&self.folder, program, &file, trials, task.threads);
        // Its triangles are those of undirected graphs alone.
        if !task.graph.is_directed() || task.kernel == Kernel::Tc {
            command.arg("-s");
        }
        command.arg("-a").args(options);
        run(&mut command, is_cancelled).and_then(GapbsRun::new).map_err(fault(program))
    }

    /// A reply if a binary is not there.
    fn missing(&self, program: &str) -> Option<Reply> {
        let path = self.folder.join(program);
        (!path.is_file()).then(|| Reply::Skipped {
            name: "GAPBS".to_owned(),
            reason: format!("{} is not there: build it with make", path.display()),
        })
    }
}

fn fault(program: &str) -> impl FnOnce(PeerFault) -> Error {
    let peer = format!("GAPBS {program}");
    move |fault| Error::Peer { peer, fault }
}

fn peer_run(
    task: &Task<'_>,
    load: f64,
    trial_seconds: Vec<f64>,
    answer: Answer,
    form: &str,
) -> PeerRun {
    PeerRun {
        name: "GAPBS".to_owned(),
        version: None,
        threads: task.threads,
        load_seconds: Some(load),
        trial_seconds,
        answer,
        note: Some(form.to_owned()),
    }
}

/// What a kernel found, as far as it prints it.
fn answer(kernel: Kernel, lines: &[(f64, String)]) -> Result<Answer, PeerFault> {
    let number = |phrase: &str| Ok(vec![whole_number(lines, phrase)? as f64]);
    let scores = || ranked(lines).into_iter().map(|(_, score)| score).collect::<Vec<f64>>();
    Ok(match kernel {
        Kernel::Bfs => Answer::of([("reached", number("BFS Tree has ")?)]),
        Kernel::Sssp => Answer::of([("reached", number("SSSP Tree reaches ")?)]),
        Kernel::Cc => Answer::of([("components", number("There are ")?)]),
        Kernel::Pr => Answer::of([("highest_ranks", scores())]),
        // The first is the source, to which it counts all that it reaches; by definition a vertex
        // is not between itself and another.
        Kernel::Bc => {
            let others = scores().into_iter().skip(1).collect();
            Answer::of([("highest_scores", relative(others))])
        }
        Kernel::Tc => {
            let count = lines.iter().find_map(|(_, line)| line.strip_suffix(" triangles"));
            let count = count.and_then(|count| count.trim().parse().ok());
            Answer::of([("triangles", vec![count.ok_or_else(|| missing("triangles"))?])])
        }
        Kernel::Cdlp | Kernel::Lcc => Answer { figures: BTreeMap::new() },
    })
}

/// The number that follows a label at the start of a line.
fn after(line: &str, label: &str) -> Option<f64> {
    line.strip_prefix(label)?.trim().parse().ok()
}

/// The number behind the first line with this label.
///
/// # Errors
/// If there is none.
pub fn labelled(lines: &[(f64, String)], label: &str) -> Result<f64, PeerFault> {
    let found = lines.iter().find_map(|(_, line)| after(line, label));
    found.ok_or_else(|| missing(label))
}

/// The whole number that follows a phrase at the start of a line.
///
/// # Errors
/// If there is none.
pub fn whole_number(lines: &[(f64, String)], phrase: &str) -> Result<u64, PeerFault> {
    let found = lines
        .iter()
        .find_map(|(_, line)| line.strip_prefix(phrase)?.split_whitespace().next()?.parse().ok());
    found.ok_or_else(|| missing(phrase))
}

fn missing(label: &str) -> PeerFault {
    PeerFault::Missing { wanted: format!("`{}` with a number", label.trim()) }
}

/// The lines `vertex:score` that GAPBS prints for its top five.
pub fn ranked(lines: &[(f64, String)]) -> Vec<(u64, f64)> {
    let pairs = lines.iter().filter_map(|(_, line)| line.split_once(':'));
    pairs.filter_map(|(id, score)| Some((id.parse().ok()?, score.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(text: &str) -> Finished {
        let lines = text.lines().enumerate().map(|(i, line)| (i as f64, line.to_owned()));
        Finished { lines: lines.collect(), peak_bytes: 4096.0 }
    }

    const HEAD: &str = "Read Time:           1.5\nBuild Time:          0.25\n\
                        Graph has 10 nodes and 7 undirected edges for degree: 0\n\
                        Trial Time:          0.3\nTrial Time:          0.1\n";

    #[test]
    fn figures_are_read() {
        let run = GapbsRun::new(finished(HEAD)).unwrap();
        assert_eq!((run.load, run.ready, run.nodes), (1.75, 2.0, 10));
        assert_eq!(run.trials, [0.3, 0.1]);
        let error = GapbsRun::new(finished("Read Time: 1.0")).unwrap_err().to_string();
        assert_eq!(error, "printed no `Build Time:` with a number");
    }

    #[test]
    fn answers_are_read() {
        let of = |kernel, text| answer(kernel, &finished(&format!("{HEAD}{text}")).lines);
        let bfs = of(Kernel::Bfs, "BFS Tree has 9 nodes and 12 edges\n").unwrap();
        assert_eq!(bfs, Answer::of([("reached", vec![9.0])]));
        let tc = of(Kernel::Tc, "17 triangles\n").unwrap();
        assert_eq!(tc, Answer::of([("triangles", vec![17.0])]));
        let pr = of(Kernel::Pr, "4:0.2\n7:0.16\n").unwrap();
        assert_eq!(pr, Answer::of([("highest_ranks", vec![0.2, 0.16])]));
        let bc = of(Kernel::Bc, "9:1\n4:0.5\n7:0.125\n").unwrap();
        assert_eq!(bc, Answer::of([("highest_scores", vec![1.0, 0.25])]), "without the source");
        assert!(of(Kernel::Cc, "").is_err());
    }
}
