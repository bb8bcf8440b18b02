//! `quince estimate ALGORITHM INPUT`: the memory that a run will need, before it runs.

use std::io::{self, Write};

use clap::{ArgMatches, Args, FromArgMatches};
use quince_core::Environment;
use quince_core::memory::format_bytes;
use quince_gelly::{Estimate, GraphAlgorithm};
use serde::Serialize;

use super::args::{GraphArgs, InputArgs, RunArgs};
use super::driver::tell;
use super::error::Result;
use super::interrupt::Interrupt;
use super::load::{EdgeKind, Sources};
use super::progress::{Unit, phase};
use crate::command::Command;

/// The command that estimates a run of an algorithm.
pub(super) fn command<C: Command>() -> clap::Command {
    EstimateArgs::<C>::augment_args(clap::Command::new(C::NAME))
        .about(format!("The memory that {} will need", C::NAME))
        .long_about(format!(
            "The memory that {0} will need\n\nLoads the graph, so that its size and its indexes \
             are known, and does not run the algorithm. Takes the settings of `quince {0}`.",
            C::NAME
        ))
}

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
struct EstimateArgs<A: Args> {
    #[command(flatten, next_help_heading = "Input")]
    input: InputArgs,

    #[command(flatten, next_help_heading = "Algorithm")]
    settings: A,

    #[command(flatten, next_help_heading = "Graph")]
    graph: GraphArgs,

    #[command(flatten, next_help_heading = "Run")]
    run: RunArgs,

    /// Print one JSON object instead of lines
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Told {
    algorithm: &'static str,
    vertices: u64,
    edges: u64,
    #[serde(flatten)]
    estimate: Estimate,
    budget_bytes: u64,
}

/// Estimates a run of an algorithm, with the arguments of [`command`].
pub(super) fn run<C: Command>(
    matches: &ArgMatches,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let args = EstimateArgs::<C>::from_arg_matches(matches)?;
    let env = args.run.environment(interrupt, Unit::Bytes, None)?;
    let sources = Sources::open(&args.input, &args.graph)?;
    let told = if sources.is_weighted() {
        estimate::<f64, C>(&env, &sources, &args.settings)?
    } else {
        estimate::<(), C>(&env, &sources, &args.settings)?
    };
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &told).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let Estimate { load_bytes, graph_bytes, algorithm_bytes, peak_bytes } = told.estimate;
        let rows = [
            ("loading", load_bytes),
            ("graph", graph_bytes),
            ("algorithm", algorithm_bytes),
            ("peak", peak_bytes),
        ];
        for (what, bytes) in rows {
            writeln!(out, "{what}\t{bytes}\t{}", format_bytes(bytes))?;
        }
    }
    out.flush()?;
    if !args.run.quiet && told.estimate.peak_bytes > told.budget_bytes {
        tell(&format!("more than the budget of {}", format_bytes(told.budget_bytes)));
    }
    Ok(())
}

fn estimate<E: EdgeKind, C: Command + GraphAlgorithm<E>>(
    env: &Environment,
    sources: &Sources<'_>,
    algorithm: &C,
) -> Result<Told> {
    let graph = sources.build::<E>(env)?;
    let estimate = phase(env, "indexing", None, || graph.estimate(algorithm))?;
    Ok(Told {
        algorithm: C::NAME,
        vertices: graph.num_vertices(),
        edges: graph.num_edges(),
        estimate,
        budget_bytes: env.memory().counters().budget_bytes,
    })
}
