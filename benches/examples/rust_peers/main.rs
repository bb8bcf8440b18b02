//! Libraries of graph algorithms in Rust, and timely dataflow, as a driver for `quince bench`.
//!
//! ```text
//! cargo build --release -p quince-benches --example rust_peers
//! quince bench --suite gap --peers target/release/examples/rust_peers
//! ```
//!
//! Speaks the protocol of `quince_benches::peers::driver`. A library without the kernel says
//! nothing.
#![allow(clippy::print_stdout, reason = "a driver answers on standard output")]

mod graph_crate;
mod rustworkx;
mod timely_dataflow;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use quince_benches::kernel::{Answer, Kernel};
use serde_json::json;

/// A driver for Rust libraries.
#[derive(Debug, Parser)]
struct Task {
    #[arg(long)]
    kernel: Kernel,
    #[arg(long)]
    graph: PathBuf,
    #[arg(long)]
    directed: bool,
    #[arg(long, value_delimiter = ',')]
    sources: Vec<u32>,
    #[arg(long)]
    trials: usize,
    #[arg(long)]
    threads: usize,
    #[arg(long)]
    iterations: u64,
}

/// An edge and its weight; 1 where there are none.
type Edge = (u32, u32, f32);

/// What a library did.
#[derive(Debug)]
struct Done {
    seconds: Vec<f64>,
    answer: Answer,
    threads: usize,
    note: &'static str,
}

fn main() -> ExitCode {
    let task = Task::parse();
    let edges = match read(&task) {
        Ok(edges) => edges,
        Err(error) => {
            println!("{}: {error}", task.graph.display());
            return ExitCode::FAILURE;
        }
    };
    say("graph", "0.3", graph_crate::run(&task, &edges));
    say("rustworkx-core", "0.18", rustworkx::run(&task, &edges));
    say("timely", "0.32", timely_dataflow::run(&task, &edges));
    ExitCode::SUCCESS
}

fn say(name: &str, version: &str, done: Option<Done>) {
    let Some(Done { seconds, answer, threads, note }) = done else { return };
    let line = json!({
        "name": name, "version": version, "threads": threads,
        "trial_seconds": seconds, "answer": answer, "note": note,
    });
    println!("{line}");
}

/// The edges of the file, each once.
fn read(task: &Task) -> std::io::Result<Vec<Edge>> {
    let text = std::fs::read_to_string(&task.graph)?;
    let wrong = |line: &str| std::io::Error::other(format!("no edge: {line}"));
    let edge = |line: &str| {
        let mut fields = line.split(' ');
        let mut id = || fields.next()?.parse::<u32>().ok();
        let (source, target) = (id()?, id()?);
        let weight = fields.next().map_or(Some(1.0), |weight| weight.parse().ok())?;
        Some((source, target, weight))
    };
    text.lines().map(|line| edge(line).ok_or_else(|| wrong(line))).collect()
}

impl Task {
    /// The edges as they are crossed: both ways unless the graph is directed.
    fn arcs<'e>(&self, edges: &'e [Edge]) -> impl Iterator<Item = Edge> + 'e {
        let both = !self.directed;
        edges.iter().flat_map(move |&(a, b, weight)| {
            [Some((a, b, weight)), both.then_some((b, a, weight))].into_iter().flatten()
        })
    }

    /// Runs once for each source and appends the answers.
    fn search(&self, mut run: impl FnMut(u32) -> Answer) -> (Vec<f64>, Answer) {
        let mut answer = Answer::default();
        let seconds = self.sources.iter().map(|&source| {
            let (seconds, found) = timed(|| run(source));
            answer.append(found);
            seconds
        });
        (seconds.collect(), answer)
    }

    /// Runs so many trials.
    fn repeat(&self, mut run: impl FnMut() -> Answer) -> (Vec<f64>, Answer) {
        let mut runs: Vec<(f64, Answer)> = (0..self.trials).map(|_| timed(&mut run)).collect();
        let answer = runs.pop().map(|last| {
            runs.push((last.0, Answer::default()));
            last.1
        });
        (runs.into_iter().map(|(seconds, _)| seconds).collect(), answer.unwrap_or_default())
    }
}

fn num_vertices(edges: &[Edge]) -> usize {
    edges.iter().map(|&(a, b, _)| a.max(b) as usize + 1).max().unwrap_or(0)
}

fn timed<R>(run: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = run();
    (start.elapsed().as_secs_f64(), result)
}

/// The figures of ranks.
fn ranks(mut ranks: Vec<f64>) -> Answer {
    let sum = ranks.iter().sum();
    ranks.sort_by(|a, b| b.total_cmp(a));
    ranks.truncate(5);
    Answer::of([("sum_of_ranks", vec![sum]), ("highest_ranks", ranks)])
}

/// The figures of distances.
fn distances(distances: impl Iterator<Item = f64>) -> Answer {
    let (count, sum) = distances.fold((0.0, 0.0), |(count, sum), d| (count + 1.0, sum + d));
    Answer::of([("reached", vec![count]), ("sum_of_distances", vec![sum])])
}

/// The number of different labels.
fn components(labels: impl Iterator<Item = u32>) -> Answer {
    let mut labels: Vec<u32> = labels.collect();
    labels.sort_unstable();
    labels.dedup();
    Answer::of([("components", vec![labels.len() as f64])])
}
