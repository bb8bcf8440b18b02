//! `quince generate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Subcommand};
use quince_core::executor;
use quince_core::pipeline::Source;
use quince_datasets::generators::{Grid, RMatGraph, Uniform};
use quince_datasets::sinks::edge_list_sink;

use super::args::RunArgs;
use super::driver::tell;
use super::error::Result;
use super::interrupt::Interrupt;
use super::progress::{Unit, phase};

/// Make a graph from a seed
///
/// The same options give the same file, at any number of threads.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = EXAMPLES, arg_required_else_help = true)]
pub(super) struct GenerateCommand {
    #[command(subcommand)]
    generator: Generator,
}

const EXAMPLES: &str = "\
Examples:
  A million vertices with the skewed degrees of a social network, 16 edges for each:
    quince generate rmat --scale 20 --output social.el

  The same with random edges, compressed:
    quince generate uniform --vertices 1048576 --edges 16777216 --output random.el.zst

  A torus of 300 by 200 vertices:
    quince generate grid --rows 300 --columns 200 --wrap --output torus.parquet";

#[derive(Clone, Debug, Subcommand)]
enum Generator {
    /// R-MAT: skewed degrees, like social networks (Graph500's Kronecker graphs are of this kind)
    Rmat(RMatArgs),
    /// Uniform: both ends of every edge at random, self-loops and parallel edges included
    Uniform(UniformArgs),
    /// Grid: rows and columns, every vertex joined to its neighbours right and below
    Grid(GridArgs),
}

#[derive(Clone, Debug, Args)]
struct RMatArgs {
    /// The logarithm of the number of vertices, to base 2
    #[arg(long, value_name = "N", default_value_t = RMatGraph::DEFAULT_SCALE)]
    scale: u32,

    /// Edges for each vertex
    #[arg(long, value_name = "N", default_value_t = RMatGraph::DEFAULT_EDGE_FACTOR)]
    edge_factor: u64,

    /// The probability of an edge from low to low ids
    #[arg(long, value_name = "P", default_value_t = RMatGraph::DEFAULT_CONSTANTS[0],
          allow_hyphen_values = true)]
    a: f32,

    /// The probability of an edge from low to high ids
    #[arg(long, value_name = "P", default_value_t = RMatGraph::DEFAULT_CONSTANTS[1],
          allow_hyphen_values = true)]
    b: f32,

    /// The probability of an edge from high to low ids; the rest is for high to high
    #[arg(long, value_name = "P", default_value_t = RMatGraph::DEFAULT_CONSTANTS[2],
          allow_hyphen_values = true)]
    c: f32,

    /// By how much probabilities waver from bit to bit, such as 0.1 [default: not at all]
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    noise: Option<f32>,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = RMatGraph::DEFAULT_SEED)]
    seed: u64,

    #[command(flatten)]
    target: Target,
}

#[derive(Clone, Debug, Args)]
struct UniformArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// The number of edges
    #[arg(long, value_name = "N")]
    edges: u64,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = Uniform::DEFAULT_SEED)]
    seed: u64,

    #[command(flatten)]
    target: Target,
}

#[derive(Clone, Debug, Args)]
struct GridArgs {
    /// The number of rows
    #[arg(long, value_name = "N")]
    rows: u64,

    /// The number of columns
    #[arg(long, value_name = "N")]
    columns: u64,

    /// Join opposite sides (a torus)
    #[arg(long)]
    wrap: bool,

    #[command(flatten)]
    target: Target,
}

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
struct Target {
    /// The file: .el, .txt, .tsv, .csv (also with .gz or .zst) or .parquet
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,

    #[command(flatten, next_help_heading = "Run")]
    run: RunArgs,
}

impl RMatArgs {
    fn source(&self) -> Result<RMatGraph> {
        let mut graph = RMatGraph::new(self.scale)
            .edge_factor(self.edge_factor)
            .constants(self.a, self.b, self.c)
            .seed(self.seed);
        if let Some(noise) = self.noise {
            graph = graph.noise(noise);
        }
        graph.validate()?;
        Ok(graph)
    }
}

impl UniformArgs {
    fn source(&self) -> Result<Uniform> {
        let graph = Uniform::new(self.vertices, self.edges).seed(self.seed);
        graph.validate()?;
        Ok(graph)
    }
}

impl GridArgs {
    fn source(&self) -> Result<Grid> {
        let graph = Grid::new(self.rows, self.columns).wrap(self.wrap);
        graph.validate()?;
        Ok(graph)
    }
}

/// Makes the graph and writes it; `interrupt` cancels that.
pub(super) fn run(command: &GenerateCommand, interrupt: &Interrupt) -> Result<()> {
    match &command.generator {
        Generator::Rmat(args) => {
            let source = args.source()?;
            args.target.write(&source, source.num_edges(), interrupt)
        }
        Generator::Uniform(args) => {
            let source = args.source()?;
            args.target.write(&source, source.num_edges(), interrupt)
        }
        Generator::Grid(args) => {
            let source = args.source()?;
            args.target.write(&source, source.num_edges(), interrupt)
        }
    }
}

impl Target {
    fn write(&self, source: &dyn Source, num_edges: u64, interrupt: &Interrupt) -> Result<()> {
        let env = self.run.environment(interrupt, Unit::Edges, None)?;
        let start = Instant::now();
        let sink = edge_list_sink(&self.output)?;
        let name = source.name();
        phase(&env, "generating", Some(num_edges), || executor::write(&env, source, &[], sink))?;
        if !self.run.quiet {
            let seconds = start.elapsed().as_secs_f64();
            tell(&format!("{name} written to {} in {seconds:.2} s", self.output.display()));
        }
        Ok(())
    }
}
