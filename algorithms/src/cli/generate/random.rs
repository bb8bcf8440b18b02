//! The options of random graphs.

use clap::Args;
use quince_datasets::generators::{
    BarabasiAlbert, ErdosRenyi, GraphGenerator, Kronecker, RMatGraph, StochasticBlockModel,
    Uniform, WattsStrogatz,
};

use super::Describe;

#[derive(Clone, Debug, Args)]
pub(super) struct RMatArgs {
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
}

impl Describe for RMatArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        let graph = RMatGraph::new(self.scale)
            .edge_factor(self.edge_factor)
            .constants(self.a, self.b, self.c)
            .seed(self.seed);
        match self.noise {
            Some(noise) => graph.noise(noise),
            None => graph,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct KroneckerArgs {
    /// The logarithm of the number of vertices, to base 2
    #[arg(long, value_name = "N")]
    scale: u32,

    /// Edges for each vertex
    #[arg(long, value_name = "N", default_value_t = Kronecker::DEFAULT_EDGE_FACTOR)]
    edge_factor: u64,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = Kronecker::DEFAULT_SEED)]
    seed: u64,
}

impl Describe for KroneckerArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        Kronecker::new(self.scale).edge_factor(self.edge_factor).seed(self.seed)
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct UniformArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// The number of edges
    #[arg(long, value_name = "N")]
    edges: u64,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = Uniform::DEFAULT_SEED)]
    seed: u64,
}

impl Describe for UniformArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        Uniform::new(self.vertices, self.edges).seed(self.seed)
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct ErdosRenyiArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// The number of edges: G(n, m)
    #[arg(
        long,
        value_name = "N",
        required_unless_present = "probability",
        conflicts_with = "probability"
    )]
    edges: Option<u64>,

    /// The probability of each edge: G(n, p)
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    probability: Option<f64>,

    /// Each pair of vertices once, from the lower id to the higher
    #[arg(long)]
    undirected: bool,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = ErdosRenyi::DEFAULT_SEED)]
    seed: u64,
}

impl Describe for ErdosRenyiArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        let graph = match self.probability {
            Some(probability) => ErdosRenyi::gnp(self.vertices, probability),
            None => ErdosRenyi::gnm(self.vertices, self.edges.unwrap_or_default()),
        };
        let graph = graph.seed(self.seed);
        if self.undirected { graph.undirected() } else { graph }
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct BarabasiAlbertArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// To how many older vertices a new one is joined
    #[arg(long, value_name = "N")]
    edges_per_vertex: u64,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = BarabasiAlbert::DEFAULT_SEED)]
    seed: u64,
}

impl Describe for BarabasiAlbertArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        BarabasiAlbert::new(self.vertices, self.edges_per_vertex).seed(self.seed)
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct WattsStrogatzArgs {
    /// The number of vertices
    #[arg(long, value_name = "N")]
    vertices: u64,

    /// How many neighbours each has on the ring: an even number
    #[arg(long, value_name = "N")]
    degree: u64,

    /// The probability that an edge goes elsewhere
    #[arg(long, value_name = "P", default_value_t = 0.1, allow_hyphen_values = true)]
    rewiring: f64,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = WattsStrogatz::DEFAULT_SEED)]
    seed: u64,
}

impl Describe for WattsStrogatzArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        WattsStrogatz::new(self.vertices, self.degree, self.rewiring).seed(self.seed)
    }
}

#[derive(Clone, Debug, Args)]
pub(super) struct StochasticBlockModelArgs {
    /// The sizes of the blocks, such as 100,100,50
    #[arg(long, value_name = "LIST", required = true, value_delimiter = ',')]
    blocks: Vec<u64>,

    /// The probability of an edge within a block
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    within: f64,

    /// The probability of an edge between two blocks
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    between: f64,

    /// Edges go one way: both (a, b) and (b, a) may occur
    #[arg(long)]
    directed: bool,

    /// The seed
    #[arg(long, value_name = "N", default_value_t = StochasticBlockModel::DEFAULT_SEED)]
    seed: u64,
}

impl Describe for StochasticBlockModelArgs {
    fn generator(&self) -> impl GraphGenerator + 'static {
        let Self { within, between, .. } = *self;
        let model = StochasticBlockModel::planted(self.blocks.clone(), within, between);
        let model = model.seed(self.seed);
        if self.directed { model.directed() } else { model }
    }
}
