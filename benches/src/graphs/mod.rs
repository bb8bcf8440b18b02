//! The graphs of the suite: named, made from seeds, and the same for all who run on them.
//!
//! | name | generator | like |
//! |---|---|---|
//! | `kronecker` | Graph500's, 16 edges a vertex, ids permuted | social networks: hubs anywhere |
//! | `uniform` | 16 edges a vertex, both ends drawn evenly | no locality at all |
//! | `grid` | two dimensions | a diameter of thousands |
//! | `road` | a grid without every fifth edge; most lengths short, some long | roads |
//! | `web` | directed R-MAT; every other link stays within 64 ids | links within a site and to hubs |
//! | `small-world` | Watts and Strogatz: 16 neighbours on a ring, a tenth rewired | short paths, many triangles |
//!
//! [`Recipe`] is a graph to be made; [`PreparedGraph`] is one on disk, as edge lists.

mod prepared;
mod shape;
mod weights;

use std::path::Path;

use clap::ValueEnum;
use quince_core::pipeline::Source;
use quince_core::{Environment, Result};
use quince_datasets::EdgeList;
use quince_datasets::generators::{Grid, Kronecker, RMatGraph, Uniform, WattsStrogatz};

use shape::Shaped;

pub use prepared::PreparedGraph;
pub use weights::{Lengths, weighted};

/// Edges of a vertex, before self-loops and duplicates are dropped.
pub const EDGE_FACTOR: u64 = 16;

/// The seed of graphs, weights and sources.
pub const SEED: u64 = 27;

/// A graph by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum NamedGraph {
    /// Hubs anywhere.
    Kronecker,
    /// Even degrees, no locality.
    Uniform,
    /// A long diameter.
    Grid,
    /// A grid with gaps, and long edges.
    Road,
    /// Directed, with links that stay near and links to hubs.
    Web,
    /// Short paths and many triangles.
    SmallWorld,
}

/// How large graphs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Size {
    /// For tests: 2^8 vertices
    Xs,
    /// Seconds: 2^14 vertices
    S,
    /// Minutes: 2^18 vertices
    M,
    /// As the GAP figures of the documentation: 2^20 vertices, a grid of 1000 x 1000
    L,
    /// Beyond the caches: 2^22 vertices
    Xl,
}

impl Size {
    /// The binary logarithm of the number of vertices.
    pub fn scale(self) -> u32 {
        match self {
            Self::Xs => 8,
            Self::S => 14,
            Self::M => 18,
            Self::L => 20,
            Self::Xl => 22,
        }
    }
}

/// A graph to be made.
#[derive(Debug)]
pub struct Recipe {
    /// Its name and size: `kronecker-18`.
    pub name: String,
    /// How it is made.
    pub description: String,
    /// Whether edges go one way.
    pub directed: bool,
    /// How long its edges are.
    pub lengths: Lengths,
    edges: Edges,
}

enum Edges {
    Plain(Box<dyn Source>),
    Shaped(Shaped),
}

impl std::fmt::Debug for Edges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(source) => f.debug_tuple("Plain").field(&source.name()).finish(),
            Self::Shaped(shaped) => f.debug_tuple("Shaped").field(shaped).finish(),
        }
    }
}

impl NamedGraph {
    /// Those of the GAP protocol.
    pub const GAP: &[Self] = &[Self::Kronecker, Self::Uniform, Self::Grid];

    /// All.
    pub const ALL: &[Self] =
        &[Self::Kronecker, Self::Uniform, Self::Grid, Self::Road, Self::Web, Self::SmallWorld];

    /// Its name, without a size.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kronecker => "kronecker",
            Self::Uniform => "uniform",
            Self::Grid => "grid",
            Self::Road => "road",
            Self::Web => "web",
            Self::SmallWorld => "small-world",
        }
    }

    /// The graph of about `2^scale` vertices.
    pub fn recipe(self, scale: u32) -> Recipe {
        let vertices = 1u64 << scale;
        // The grid of the published figures has a thousand rows; others are powers of two.
        let side = if scale == 20 { 1000 } else { 1 << (scale / 2) };
        let edges = match self {
            Self::Kronecker => plain(Kronecker::new(scale).edge_factor(EDGE_FACTOR).seed(SEED)),
            Self::Uniform => plain(Uniform::new(vertices, EDGE_FACTOR * vertices).seed(SEED)),
            Self::Grid => plain(Grid::new(side, side)),
            Self::Road => Edges::Shaped(Shaped::road(Grid::new(side, side))),
            Self::Web => Edges::Shaped(Shaped::web(RMatGraph::new(scale).seed(SEED), vertices)),
            Self::SmallWorld => plain(WattsStrogatz::new(vertices, EDGE_FACTOR, 0.1).seed(SEED)),
        };
        let size = match self {
            Self::Grid | Self::Road => side.to_string(),
            _ => scale.to_string(),
        };
        Recipe {
            name: format!("{}-{size}", self.name()),
            description: edges.description(),
            directed: self == Self::Web,
            lengths: if self == Self::Road { Lengths::LongTailed } else { Lengths::Even },
            edges,
        }
    }
}

fn plain(source: impl Source + 'static) -> Edges {
    Edges::Plain(Box::new(source))
}

impl Edges {
    fn description(&self) -> String {
        match self {
            Self::Plain(source) => source.name(),
            Self::Shaped(shaped) => shaped.to_string(),
        }
    }
}

impl Recipe {
    /// The undirected graph in a file of edges, with seeded weights.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_file(path: &Path) -> Result<Self, quince_datasets::DatasetError> {
        let edges = EdgeList::open(path)?.weighted(false);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let description = format!("{} bytes of edges, read as undirected", edges.bytes());
        let (lengths, edges) = (Lengths::Even, plain(edges));
        Ok(Self { name, description, directed: false, lengths, edges })
    }

    /// A source of its edges, as the generator gives them.
    ///
    /// # Errors
    /// If they cannot be made.
    pub fn source(self, env: &Environment) -> Result<Box<dyn Source>> {
        match self.edges {
            Edges::Plain(source) => Ok(source),
            Edges::Shaped(shaped) => Ok(Box::new(shaped.source(env)?)),
        }
    }
}

/// Well mixed bits: the finalizer of SplitMix64.
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
