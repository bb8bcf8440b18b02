//! `quince graphalytics`: runs what the properties of a graph name, and compares the results with
//! the reference outputs.

mod kernel;
mod properties;
mod validate;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use quince_core::Environment;
use quince_datasets::{EdgeList, VertexList};
use quince_gelly::IndexedGraph;
use serde::Serialize;

use super::args::RunArgs;
use super::error::{CliError, Result};
use super::interrupt::Interrupt;
use super::load::EdgeKind;
use super::progress::{Unit, phase};
use super::report::{Memory, check_json, write_json};
use kernel::Kernel;
use properties::Properties;
use validate::Verdict;

/// Run the benchmark of a Graphalytics graph and validate its results
///
/// Reads GRAPH.properties and the vertex and edge files that it names, runs the algorithms that
/// it names with their parameters, and compares each result with the reference output
/// GRAPH-ALGORITHM beside it by the rules of LDBC Graphalytics: the same values for bfs and cdlp,
/// the same partition for wcc, values within 0.01 % for pr, lcc and sssp. Files may be compressed
/// with gzip or zstd.
///
/// Prints a line for each algorithm: its processing time, edges and vertices per second, the
/// rule and the verdict. Ends with exit code 1 if a result is wrong.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct GraphalyticsCommand {
    /// The properties file of the graph
    #[arg(value_name = "GRAPH.properties")]
    properties: PathBuf,

    /// Run these alone, such as bfs,pr [default: all that the properties name]
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Benchmark",
          value_parser = ["bfs", "cdlp", "lcc", "pr", "sssp", "wcc"])]
    algorithms: Vec<String>,

    /// How often each algorithm runs
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Benchmark",
          value_parser = clap::value_parser!(u64).range(1..))]
    repetitions: u64,

    #[command(flatten, next_help_heading = "Run")]
    run: RunArgs,

    /// Write figures as JSON: times, EVPS, verdicts, memory
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    report: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  Everything that the graph is for, three times each, with the figures in a file:
    quince graphalytics graph500-22.properties --repetitions 3 --report graph500-22.json

  Two of the algorithms:
    quince graphalytics example-directed.properties --algorithms pr,wcc";

/// The figures of a benchmark.
#[derive(Debug, Serialize)]
struct Report {
    graph: String,
    vertices: u64,
    edges: u64,
    directed: bool,
    threads: usize,
    /// From the files to the graph with its indexes.
    load_seconds: f64,
    /// From the start to the last verdict.
    makespan_seconds: f64,
    algorithms: Vec<Measured>,
    memory: Memory,
}

/// One algorithm.
#[derive(Debug, Serialize)]
struct Measured {
    algorithm: &'static str,
    parameters: BTreeMap<String, String>,
    /// Of each repetition.
    processing_seconds: Vec<f64>,
    /// Edges and vertices per second, of the median repetition.
    evps: f64,
    /// The reference output.
    reference: String,
    validation: Verdict,
}

/// Runs the benchmark.
pub(super) fn run(
    command: &GraphalyticsCommand,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<()> {
    let start = Instant::now();
    command.report.as_deref().map_or(Ok(()), check_json)?;
    let env = command.run.environment(interrupt, Unit::Bytes, None)?;
    let properties = Properties::read(&command.properties)?;
    let kernels = command.kernels(&properties)?;
    let mut report = if properties.is_weighted() {
        measure::<f64>(command, &env, &properties, &kernels)?
    } else {
        measure::<()>(command, &env, &properties, &kernels)?
    };
    report.makespan_seconds = start.elapsed().as_secs_f64();
    if let Some(path) = &command.report {
        write_json(path, &report)?;
    }
    let mut wrong = Vec::new();
    for measured in &report.algorithms {
        writeln!(out, "{}", line(measured))?;
        if measured.validation.wrong > 0 {
            wrong.push(measured.algorithm);
        }
    }
    out.flush()?;
    if wrong.is_empty() { Ok(()) } else { Err(CliError::Invalid { algorithms: wrong.join(", ") }) }
}

impl GraphalyticsCommand {
    /// What is to be run: what the properties name, of that what is asked for.
    fn kernels(&self, properties: &Properties) -> Result<Vec<Kernel>> {
        let mut kernels = Kernel::of(properties)?;
        if !self.algorithms.is_empty() {
            kernels.retain(|kernel| self.algorithms.iter().any(|name| name == kernel.name()));
        }
        Ok(kernels)
    }
}

/// Loads the graph, runs each kernel and validates it.
fn measure<E: EdgeKind>(
    command: &GraphalyticsCommand,
    env: &Environment,
    properties: &Properties,
    kernels: &[Kernel],
) -> Result<Report> {
    let start = Instant::now();
    let graph = load::<E>(env, properties)?;
    phase(env, "indexing", None, || {
        kernels.iter().try_for_each(|kernel| kernel.prepare(&graph, properties))
    })?;
    let load_seconds = start.elapsed().as_secs_f64();
    let mut algorithms = Vec::new();
    for &kernel in kernels {
        algorithms.push(measure_kernel(command, &graph, properties, kernel)?);
    }
    Ok(Report {
        graph: properties.name.clone(),
        vertices: graph.num_vertices(),
        edges: graph.num_edges(),
        directed: graph.is_directed(),
        threads: env.num_threads(),
        load_seconds,
        makespan_seconds: 0.0,
        algorithms,
        memory: Memory::of(env),
    })
}

fn load<E: EdgeKind>(env: &Environment, properties: &Properties) -> Result<IndexedGraph<E>> {
    let edges = EdgeList::open(properties.edge_file()?)?.weighted(E::STORED);
    let vertices = VertexList::open(properties.vertex_file()?)?.ids(edges.id_type()?);
    let bytes = edges.bytes() + vertices.bytes();
    let directed = properties.directed()?;
    let builder = IndexedGraph::builder(env).directed(directed).vertices(&vertices);
    Ok(phase(env, "loading", Some(bytes), || E::build(builder, &edges))?)
}

fn measure_kernel<E: EdgeKind>(
    command: &GraphalyticsCommand,
    graph: &IndexedGraph<E>,
    properties: &Properties,
    kernel: Kernel,
) -> Result<Measured> {
    let env = graph.environment();
    let mut processing_seconds = Vec::new();
    let mut computed = None;
    for _ in 0..command.repetitions {
        // The result of the one before is of no use any more.
        drop(computed.take());
        let start = Instant::now();
        computed = Some(phase(env, kernel.name(), None, || kernel.run(graph, properties))?);
        processing_seconds.push(start.elapsed().as_secs_f64());
    }
    let computed = computed.expect("there is at least one repetition");
    let file = properties.beside(&format!("{}-{}", properties.name, kernel.name().to_uppercase()));
    let validation = phase(env, "validating", None, || kernel.validate(env, &*computed, &file))?;
    let mut sorted = processing_seconds.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    Ok(Measured {
        algorithm: kernel.name(),
        parameters: properties.parameters(kernel.name()),
        processing_seconds,
        evps: (graph.num_vertices() + graph.num_edges()) as f64 / median,
        reference: file.display().to_string(),
        validation,
    })
}

/// An algorithm in a line: name, seconds, EVPS, rule, verdict.
fn line(measured: &Measured) -> String {
    let Verdict { rule, vertices, wrong, first_wrong } = &measured.validation;
    let verdict = match first_wrong {
        _ if *wrong == 0 => format!("{vertices} vertices agree"),
        Some(first) => format!("WRONG: {wrong} of {vertices}; {first}"),
        None => format!("WRONG: {wrong} of {vertices}"),
    };
    let mut seconds = measured.processing_seconds.clone();
    seconds.sort_by(f64::total_cmp);
    let median = seconds[seconds.len() / 2];
    format!("{}\t{median:.6} s\t{:.3e} EVPS\t{rule}\t{verdict}", measured.algorithm, measured.evps)
}
