//! R-MAT graphs.

mod block;
mod java_random;

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Result};

use super::GeneratorError;
use super::blocks::morsels;
use super::generator::generator_by_methods;
use block::{Block, Recursion, draws_per_bit};
use java_random::JavaRandom;

/// Draws that a block takes at least, where there are as many.
const CYCLES_PER_BLOCK: f32 = (1 << 20) as f32;
/// The most blocks that a graph is cut into.
const MAX_BLOCKS: u64 = 1 << 15;

/// R-MAT: a graph with the skewed degrees of social networks, by recursive quadrants.
///
/// The adjacency matrix of `2^scale` vertices is cut into four quadrants again and again; each
/// edge falls into one of them with the probabilities `a`, `b`, `c` and `1 - a - b - c`, until one
/// cell is left. The result is a directed multigraph with self-loops; vertices of high degree
/// have low ids, and some vertices have no edge at all.
///
/// The edges are those of Gelly's `RMatGraph`, bit for bit, for the same parameters and seed: random numbers of
/// `java.util.Random`, blocks of about 2^20 draws with a seed of their own, probabilities in single
/// precision. (Flink's tests pin checksums of graphs of one block, and these agree; larger ones
/// follow the same definition.) With [`RMatGraph::noise`] the probabilities waver from bit to
/// bit, which smooths the steps in the distribution of degrees.
///
/// Edges with an end at or beyond the number of vertices (where that is no power of two) are
/// drawn again.
///
/// Chakrabarti, Zhan, Faloutsos: R-MAT: A Recursive Model for Graph Mining, SDM 2004.
/// Cost: `scale` draws for each edge, five times as many with noise.
///
/// ```
/// use quince_datasets::generators::RMatGraph;
/// let kronecker = RMatGraph::new(20).edge_factor(16).seed(27);
/// assert_eq!((kronecker.num_vertices(), kronecker.num_edges()), (1 << 20, 16 << 20));
/// assert!(RMatGraph::new(10).constants(0.6, 0.3, 0.2).validate().is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct RMatGraph {
    scale: u32,
    edge_factor: u64,
    vertex_count: Option<u64>,
    edge_count: Option<u64>,
    constants: [f32; 3],
    noise: Option<f32>,
    seed: u64,
}

impl RMatGraph {
    /// The scale of [`RMatGraph::default`]: 1024 vertices.
    pub const DEFAULT_SCALE: u32 = 10;
    /// The highest scale allowed.
    pub const MAX_SCALE: u32 = 31;
    /// Edges for each vertex, if nothing else is said.
    pub const DEFAULT_EDGE_FACTOR: u64 = 16;
    /// `a`, `b` and `c`, if nothing else is said: those of the Graph500 benchmark.
    pub const DEFAULT_CONSTANTS: [f32; 3] = [0.57, 0.19, 0.19];
    /// A common choice for [`noise`](Self::noise).
    pub const DEFAULT_NOISE: f32 = 0.1;
    /// The most noise allowed.
    pub const MAX_NOISE: f32 = 2.0;
    /// The seed, if nothing else is said: Gelly's.
    pub const DEFAULT_SEED: u64 = 0x4b6f_7e18_198d_e7a4;

    /// A graph of `2^scale` vertices with 16 edges for each.
    pub fn new(scale: u32) -> Self {
        Self {
            scale,
            edge_factor: Self::DEFAULT_EDGE_FACTOR,
            vertex_count: None,
            edge_count: None,
            constants: Self::DEFAULT_CONSTANTS,
            noise: None,
            seed: Self::DEFAULT_SEED,
        }
    }

    /// Edges for each vertex.
    pub fn edge_factor(mut self, edge_factor: u64) -> Self {
        self.edge_factor = edge_factor;
        self
    }

    /// The number of vertices, in place of `2^scale`.
    pub fn vertex_count(mut self, vertices: u64) -> Self {
        self.vertex_count = Some(vertices);
        self
    }

    /// The number of edges, in place of an edge factor.
    pub fn edge_count(mut self, edges: u64) -> Self {
        self.edge_count = Some(edges);
        self
    }

    /// The probabilities of the quadrants: `a` for low to low ids, `b` for low to high, `c` for
    /// high to low; the rest is for high to high.
    pub fn constants(mut self, a: f32, b: f32, c: f32) -> Self {
        self.constants = [a, b, c];
        self
    }

    /// Lets the probabilities waver: at each bit each is multiplied by a number drawn from
    /// `1 - noise / 2` to `1 + noise / 2`.
    pub fn noise(mut self, noise: f32) -> Self {
        self.noise = Some(noise);
        self
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The number of vertices; those without an edge count.
    pub fn num_vertices(&self) -> u64 {
        self.vertex_count.unwrap_or_else(|| 1u64.checked_shl(self.scale).unwrap_or(u64::MAX))
    }

    /// The number of edges.
    pub fn num_edges(&self) -> u64 {
        self.edge_count.unwrap_or_else(|| self.num_vertices().saturating_mul(self.edge_factor))
    }

    /// Says what is wrong with the description, if anything is.
    pub fn validate(&self) -> Result<(), GeneratorError> {
        if self.vertex_count.is_none() && self.scale > Self::MAX_SCALE {
            return Err(GeneratorError::Scale { scale: self.scale, limit: Self::MAX_SCALE });
        }
        let (vertices, limit) = (self.num_vertices(), 1 << Self::MAX_SCALE);
        if vertices == 0 {
            return Err(GeneratorError::NoVertices { generator: "R-MAT" });
        }
        if vertices > limit {
            let (generator, vertices) = ("R-MAT", vertices.into());
            return Err(GeneratorError::TooManyVertices { generator, vertices, limit });
        }
        self.validate_constants()
    }

    fn validate_constants(&self) -> Result<(), GeneratorError> {
        for (name, value) in ["a", "b", "c"].into_iter().zip(self.constants) {
            if !(0.0..=1.0).contains(&value) {
                return Err(GeneratorError::Probability { name, value });
            }
        }
        // Decimal fractions that add up to 1 may pass it by some rounding in single precision.
        let sum = self.constants.into_iter().map(f64::from).sum::<f64>();
        if sum > 1.0 + 3.0 * f64::from(f32::EPSILON) {
            return Err(GeneratorError::ProbabilitySum { sum });
        }
        if let Some(value) = self.noise.filter(|value| !(0.0..=Self::MAX_NOISE).contains(value)) {
            return Err(GeneratorError::Noise { value, limit: Self::MAX_NOISE });
        }
        let vertices = self.num_vertices();
        if self.constants[0] == 0.0 && !vertices.is_power_of_two() {
            return Err(GeneratorError::NeverInside { vertices });
        }
        Ok(())
    }

    /// Bits in the highest id.
    fn bits(&self) -> u32 {
        u64::BITS - (self.num_vertices() - 1).leading_zeros()
    }

    fn num_blocks(&self) -> u64 {
        let per_edge = self.bits() * draws_per_bit(self.noise);
        let cycles = u128::from(self.num_edges()) * u128::from(per_edge);
        let blocks = (cycles as f32 / CYCLES_PER_BLOCK).ceil() as u64;
        blocks.clamp(1, MAX_BLOCKS).min(self.num_edges())
    }

    /// The blocks: of one size, the last few with one edge more.
    fn blocks(&self) -> impl Iterator<Item = Block> + Send + use<> {
        let count = self.num_blocks();
        let size = self.num_edges().checked_div(count).unwrap_or(0);
        let larger_from = count - self.num_edges().checked_rem(count).unwrap_or(0);
        let recursion =
            Recursion::new(self.num_vertices(), self.bits(), self.constants, self.noise);
        let mut seeds = JavaRandom::new(self.seed);
        (0..count).map(move |at| {
            let num_edges = size + u64::from(at >= larger_from);
            Block::new(recursion.clone(), seeds.next_long(), num_edges)
        })
    }
}

impl Default for RMatGraph {
    fn default() -> Self {
        Self::new(Self::DEFAULT_SCALE)
    }
}

generator_by_methods!(RMatGraph);

impl Source for RMatGraph {
    fn name(&self) -> String {
        let noise = self.noise.map(|noise| format!(", noise {noise}")).unwrap_or_default();
        let [a, b, c] = self.constants;
        let (vertices, edges, seed) = (self.num_vertices(), self.num_edges(), self.seed);
        format!(
            "R-MAT ({vertices} vertices, {edges} edges, a {a}, b {b}, c {c}{noise}, seed {seed})"
        )
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        self.validate()?;
        Ok(morsels(self.blocks(), self.num_vertices()))
    }
}

#[cfg(test)]
mod tests;
