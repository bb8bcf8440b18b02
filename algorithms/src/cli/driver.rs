//! How every algorithm runs from the command line.
//!
//! ```text
//! check outputs ─► open ─► build ─► prepare ─► explain ─► run ─► --output ─► --report ─► stdout
//!                  └──── load ────────────┘              └ iterate
//! ```
//!
//! What is wrong with outputs is said before the work, and standard output comes last: a command
//! that fails has printed nothing.

use std::io::{self, Write};
use std::time::Instant;

use quince_core::iteration::StopReason;
use quince_core::plan::PlanNode;
use quince_core::{Environment, executor};
use quince_datasets::sinks::{TableOptions, table_sink};
use quince_gelly::{GraphAlgorithm, IndexedGraph};

use super::args::{CheckpointArgs, GraphArgs, InputArgs, ReportArgs, RunArgs, TableArgs};
use super::error::Result;
use super::interrupt::Interrupt;
use super::load::{EdgeKind, Sources};
use super::progress::{Unit, phase};
use super::report::{Input, Iterate, Memory, Phase, Program, Report, check_json, write_json};
use crate::outcome::Outcome;

/// A command that runs an algorithm on a graph.
pub(super) trait AlgorithmCommand {
    /// The algorithm, on edges without and with weights.
    type Algorithm: GraphAlgorithm<(), Output = Self::Outcome>
        + GraphAlgorithm<f64, Output = Self::Outcome>;
    /// What it gives.
    type Outcome: Outcome;

    /// The options that all such commands share.
    fn common(&self) -> Common<'_>;

    /// The algorithm with its settings.
    fn algorithm(&self) -> &Self::Algorithm;

    /// Prints what is asked for on standard output.
    fn print(&self, outcome: &Self::Outcome, out: &mut dyn Write) -> Result<()> {
        Ok(outcome.print(self.common().table.map_or(usize::MAX, TableArgs::top), out)?)
    }
}

/// The options that commands with an algorithm share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common<'a> {
    pub(super) input: &'a InputArgs,
    pub(super) graph: &'a GraphArgs,
    pub(super) run: &'a RunArgs,
    pub(super) report: &'a ReportArgs,
    /// Where the algorithm iterates.
    pub(super) checkpoints: Option<&'a CheckpointArgs>,
    /// Where results are a table.
    pub(super) table: Option<&'a TableArgs>,
}

/// Runs `command`; `interrupt` cancels it, and `out` is standard output.
pub(super) fn run<C: AlgorithmCommand>(
    command: &C,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let common = command.common();
    common.table.map_or(Ok(()), TableArgs::check)?;
    common.report.report.as_deref().map_or(Ok(()), check_json)?;
    let policy = common.checkpoints.and_then(CheckpointArgs::policy);
    let env = common.run.environment(interrupt, Unit::Bytes, policy)?;
    let start = Instant::now();
    let sources = Sources::open(common.input, common.graph)?;
    let (outcome, note) = if sources.is_weighted() {
        run_on::<f64, C>(command, &env, &sources, start)?
    } else {
        run_on::<(), C>(command, &env, &sources, start)?
    };
    // All files are whole. Printing may wait for a reader, which nobody has to wait for.
    interrupt.exit_at_once();
    env.check_cancelled()?;
    command.print(&outcome, out)?;
    out.flush()?;
    if !common.run.quiet {
        tell(&note);
    }
    Ok(())
}

/// All but the printing, with edges of one kind; loading began at `start`. Gives the result, and
/// a note on what happened.
fn run_on<E: EdgeKind, C: AlgorithmCommand>(
    command: &C,
    env: &Environment,
    sources: &Sources<'_>,
    start: Instant,
) -> Result<(C::Outcome, String)>
where
    C::Algorithm: GraphAlgorithm<E, Output = C::Outcome>,
{
    let common = command.common();
    let algorithm = command.algorithm();
    let graph = sources.build::<E>(env)?;
    phase(env, "indexing", None, || graph.prepare(algorithm))?;
    let load = Phase { seconds: start.elapsed().as_secs_f64() };
    let plan = graph.explain(algorithm)?;
    if common.report.explain {
        explain(&plan);
    }
    let input = input(common, sources, &graph);
    let start = Instant::now();
    let outcome = phase(env, algorithm.name(), None, || algorithm.run(&graph))?;
    env.check_cancelled()?;
    let iterate = Iterate::new(start.elapsed().as_secs_f64(), outcome.iteration());
    // Its indexes are of no use any more, and writing wants memory too.
    drop(graph);
    let output = write_table(common, env, &outcome)?;
    let note = note(&input, load, &iterate, outcome.iteration().map(|report| report.stopped));
    if let Some(path) = &common.report.report {
        let quince = Program { version: env!("CARGO_PKG_VERSION") };
        let (memory, threads, result) = (Memory::of(env), env.num_threads(), outcome.summary()?);
        let checkpoints = outcome.iteration().and_then(|report| report.snapshots);
        let report = Report {
            quince,
            input,
            load,
            iterate,
            checkpoints,
            output,
            memory,
            threads,
            plan,
            result,
        };
        write_json(path, &report)?;
    }
    Ok((outcome, note))
}

fn input<E: EdgeKind>(common: Common<'_>, sources: &Sources<'_>, graph: &IndexedGraph<E>) -> Input {
    Input {
        path: common.input.path().display().to_string(),
        bytes: sources.bytes(),
        vertices: graph.num_vertices(),
        edges: graph.num_edges(),
        directed: graph.is_directed(),
        weighted: sources.is_weighted(),
    }
}

/// Writes the table of `outcome` to the file that was asked for.
fn write_table(common: Common<'_>, env: &Environment, outcome: &impl Outcome) -> Result<Phase> {
    let path = common.table.and_then(|table| table.output.as_deref());
    let (Some(path), Some(table)) = (path, outcome.table()) else {
        return Ok(Phase { seconds: 0.0 });
    };
    let start = Instant::now();
    let sink = table_sink(path, TableOptions::default())?;
    let name = format!("writing {}", path.display());
    phase(env, &name, None, || executor::write(env, &*table, &[], sink))?;
    Ok(Phase { seconds: start.elapsed().as_secs_f64() })
}

fn explain(plan: &PlanNode) {
    // As with all notes: who has closed standard error does not want them.
    let _ = write!(io::stderr().lock(), "{plan}");
}

/// Writes a note for people on standard error.
pub fn tell(note: &str) {
    let _ = writeln!(io::stderr().lock(), "{note}");
}

/// What happened, in one line.
fn note(input: &Input, load: Phase, iterate: &Iterate, stopped: Option<StopReason>) -> String {
    let Input { vertices, edges, .. } = input;
    let loaded = format!("{vertices} vertices, {edges} edges loaded in {:.2} s", load.seconds);
    let why = match stopped {
        None => return format!("{loaded}; one pass in {:.2} s", iterate.seconds),
        Some(StopReason::Converged) => "converged",
        Some(StopReason::MaximumSupersteps) => "limit reached",
        Some(StopReason::EmptyWorkset) => "nothing left to change",
        Some(_) => "done",
    };
    let count = iterate.supersteps.len();
    let plural = if count == 1 { "" } else { "s" };
    format!("{loaded}; {count} superstep{plural} in {:.2} s ({why})", iterate.seconds)
}
