//! `quince generate`.

mod random;
mod regular;
mod target;

use clap::{Args, Subcommand};
use quince_datasets::generators::GraphGenerator;

use super::error::Result;
use super::interrupt::Interrupt;
use random::{
    BarabasiAlbertArgs, ErdosRenyiArgs, KroneckerArgs, RMatArgs, StochasticBlockModelArgs,
    UniformArgs, WattsStrogatzArgs,
};
use regular::{
    CirculantArgs, CompleteArgs, CycleArgs, EchoArgs, EmptyArgs, GridArgs, GridGraphArgs,
    HypercubeArgs, PathArgs, SingletonEdgesArgs, StarArgs,
};
use target::Target;

/// Make a graph from a seed
///
/// The same options give the same file, at any number of threads. Random graphs and `grid` have
/// each edge once; the regular graphs of Gelly have both directions of an edge between two
/// vertices, if nothing else is said.
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

  Four communities, and the vertices that have no edge too:
    quince generate stochastic-block-model --blocks 100,100,50,50 --within 0.2 --between 0.01 \\
      --output communities.csv --vertex-list members.csv

  A torus of 300 by 200 vertices:
    quince generate grid --rows 300 --columns 200 --wrap --output torus.parquet";

#[derive(Clone, Debug, Subcommand)]
enum Generator {
    /// R-MAT: skewed degrees, like social networks; hubs have low ids (Gelly's RMatGraph)
    Rmat(Made<RMatArgs>),
    /// Kronecker: as rmat, with ids that tell nothing (Graph500)
    Kronecker(Made<KroneckerArgs>),
    /// Uniform: both ends of every edge at random, self-loops and parallel edges included
    Uniform(Made<UniformArgs>),
    /// Erdős–Rényi: a number of random edges, or each with a probability; none twice
    ErdosRenyi(Made<ErdosRenyiArgs>),
    /// Barabási–Albert: new vertices are joined to older ones, rather to those of high degree
    BarabasiAlbert(Made<BarabasiAlbertArgs>),
    /// Watts–Strogatz: a ring of neighbours with some shortcuts (a small world)
    WattsStrogatz(Made<WattsStrogatzArgs>),
    /// Stochastic block model: communities with edges within and between them
    StochasticBlockModel(Made<StochasticBlockModelArgs>),
    /// Grid: rows and columns, every vertex joined to its neighbours right and below
    Grid(Made<GridArgs>),
    /// Grid of any number of dimensions, both directions of an edge (Gelly's GridGraph)
    GridGraph(Made<GridGraphArgs>),
    /// Circulant graph: every vertex has an edge to those at some distances after it
    Circulant(Made<CirculantArgs>),
    /// Complete graph: every vertex is joined to every other
    Complete(Made<CompleteArgs>),
    /// Cycle: every vertex is joined to the next, the last to the first
    Cycle(Made<CycleArgs>),
    /// Echo graph: a circulant graph around the opposite side
    Echo(Made<EchoArgs>),
    /// Vertices without edges: --vertex-list writes them
    Empty(Made<EmptyArgs>),
    /// Hypercube: vertices are joined where their ids differ in one bit
    Hypercube(Made<HypercubeArgs>),
    /// Path: every vertex is joined to the next
    Path(Made<PathArgs>),
    /// Pairs of vertices, each joined by an edge and to nothing else
    SingletonEdges(Made<SingletonEdgesArgs>),
    /// Star: one vertex is joined to all others
    Star(Made<StarArgs>),
}

// Plain comments: see `InputArgs`.
#[derive(Clone, Debug, Args)]
struct Made<A: Describe> {
    #[command(flatten)]
    graph: A,

    #[command(flatten)]
    target: Target,
}

/// Options that describe a graph.
trait Describe: Args {
    /// The graph that they describe.
    fn generator(&self) -> impl GraphGenerator + 'static;
}

impl<A: Describe> Made<A> {
    fn make(&self, interrupt: &Interrupt) -> Result<()> {
        let graph = self.graph.generator();
        graph.validate()?;
        self.target.write(&graph, interrupt)
    }
}

/// Makes the graph and writes it; `interrupt` cancels that.
pub(super) fn run(command: &GenerateCommand, interrupt: &Interrupt) -> Result<()> {
    match &command.generator {
        Generator::Rmat(made) => made.make(interrupt),
        Generator::Kronecker(made) => made.make(interrupt),
        Generator::Uniform(made) => made.make(interrupt),
        Generator::ErdosRenyi(made) => made.make(interrupt),
        Generator::BarabasiAlbert(made) => made.make(interrupt),
        Generator::WattsStrogatz(made) => made.make(interrupt),
        Generator::StochasticBlockModel(made) => made.make(interrupt),
        Generator::Grid(made) => made.make(interrupt),
        Generator::GridGraph(made) => made.make(interrupt),
        Generator::Circulant(made) => made.make(interrupt),
        Generator::Complete(made) => made.make(interrupt),
        Generator::Cycle(made) => made.make(interrupt),
        Generator::Echo(made) => made.make(interrupt),
        Generator::Empty(made) => made.make(interrupt),
        Generator::Hypercube(made) => made.make(interrupt),
        Generator::Path(made) => made.make(interrupt),
        Generator::SingletonEdges(made) => made.make(interrupt),
        Generator::Star(made) => made.make(interrupt),
    }
}
