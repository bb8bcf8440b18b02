//! Kronecker graphs.

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Result};
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

use super::blocks::{BATCH_ROWS, EdgeBlock, VertexId, morsels};
use super::random::Permutation;
use super::{GeneratorError, GraphGenerator};

/// A Kronecker graph as the Graph500 benchmark defines it: R-MAT with fixed quadrants, and ids
/// that tell nothing.
///
/// `2^scale` vertices and `edge_factor` edges for each, drawn bit by bit with the probabilities
/// 0.57, 0.19, 0.19 and 0.05, self-loops and parallel edges included; the ids are permuted, so
/// that hubs are anywhere. Graph500 reads the edges as undirected.
///
/// This is what the benchmark's text describes, with random numbers of xoshiro256++ and a
/// permutation of our own: a graph of the same distribution, not its very edges. For ids with
/// hubs first, and edges that Gelly has too, see [`RMatGraph`](super::RMatGraph).
///
/// Graph500 Benchmark Specification 2.0, kernel 0; Leskovec et al.: Kronecker graphs, 2010.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, Kronecker};
/// let graph = Kronecker::new(20).edge_factor(16).seed(7);
/// assert_eq!((graph.num_vertices(), graph.expected_edges()), (1 << 20, 16 << 20));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Kronecker {
    scale: u32,
    edge_factor: u64,
    seed: u64,
}

impl Kronecker {
    /// The highest scale allowed.
    pub const MAX_SCALE: u32 = 40;
    /// Edges for each vertex, if nothing else is said.
    pub const DEFAULT_EDGE_FACTOR: u64 = 16;
    /// The seed, if nothing else is said.
    pub const DEFAULT_SEED: u64 = 42;

    /// A graph of `2^scale` vertices with 16 edges for each.
    pub fn new(scale: u32) -> Self {
        Self { scale, edge_factor: Self::DEFAULT_EDGE_FACTOR, seed: Self::DEFAULT_SEED }
    }

    /// Edges for each vertex.
    pub fn edge_factor(mut self, edge_factor: u64) -> Self {
        self.edge_factor = edge_factor;
        self
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn blocks(&self) -> impl Iterator<Item = Block> + Send + use<> {
        let (scale, num_edges) = (self.scale, self.expected_edges());
        let mut seeds = SplitMix64::seed_from_u64(self.seed);
        let labels = Permutation::new(self.num_vertices(), seeds.next_u64());
        let size = 4 * BATCH_ROWS as u64;
        (0..num_edges.div_ceil(size)).map(move |at| Block {
            random: Xoshiro256PlusPlus::seed_from_u64(seeds.next_u64()),
            scale,
            labels,
            num_edges: size.min(num_edges - at * size),
        })
    }
}

impl GraphGenerator for Kronecker {
    fn num_vertices(&self) -> u64 {
        1u64.checked_shl(self.scale).unwrap_or(u64::MAX)
    }

    fn expected_edges(&self) -> u64 {
        self.num_vertices().saturating_mul(self.edge_factor)
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let (scale, limit) = (self.scale, Self::MAX_SCALE);
        if scale > limit {
            return Err(GeneratorError::Scale { scale, limit });
        }
        let vertices = u128::from(self.num_vertices());
        let edges = vertices * u128::from(self.edge_factor);
        super::rule::check_size("Kronecker graph", 1, vertices, edges)
    }
}

impl Source for Kronecker {
    fn name(&self) -> String {
        let Self { scale, edge_factor, seed } = self;
        format!("Kronecker graph (scale {scale}, edge factor {edge_factor}, seed {seed})")
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        self.validate()?;
        Ok(morsels(self.blocks(), self.num_vertices()))
    }
}

struct Block {
    random: Xoshiro256PlusPlus,
    scale: u32,
    labels: Permutation,
    num_edges: u64,
}

/// The probability of the upper quadrants, and of the left one in the upper and in the lower
/// half, as shares of 2^32.
const UPPER: u32 = share(0.57 + 0.19);
const LEFT_OF_UPPER: u32 = share(0.57 / (0.57 + 0.19));
const LEFT_OF_LOWER: u32 = share(0.19 / (0.19 + 0.05));

const fn share(probability: f64) -> u32 {
    (probability * (1u64 << 32) as f64) as u32
}

impl Block {
    /// One edge: a bit of either id with each random number, whose halves decide.
    #[inline(always)]
    fn draw(&mut self) -> (u64, u64) {
        let (mut source, mut target) = (0, 0);
        for _ in 0..self.scale {
            let bits = self.random.next_u64();
            let lower = (bits >> 32) as u32 >= UPPER;
            let left = if lower { LEFT_OF_LOWER } else { LEFT_OF_UPPER };
            source = source << 1 | u64::from(lower);
            target = target << 1 | u64::from(bits as u32 >= left);
        }
        (self.labels.apply(source), self.labels.apply(target))
    }
}

impl EdgeBlock for Block {
    fn num_edges(&self) -> u64 {
        self.num_edges
    }

    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize {
        for (source, target) in sources.iter_mut().zip(&mut *targets) {
            let edge = self.draw();
            (*source, *target) = (V::from_u64(edge.0), V::from_u64(edge.1));
        }
        sources.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        let edges = same_at_any_number_of_threads(&Kronecker::new(16));
        assert_eq!(edges.len(), 16 << 16);
        assert!(edges.iter().all(|&(s, t)| s < 1 << 16 && t < 1 << 16));
    }

    #[test]
    fn quadrants_have_their_shares_and_ids_are_permuted() {
        let graph = Kronecker::new(1).edge_factor(100_000);
        let mut counts = edges(&graph).into_iter().fold([0u64; 4], |mut counts, (s, t)| {
            counts[(s * 2 + t) as usize] += 1;
            counts
        });
        counts.sort_unstable();
        for (count, expected) in counts.into_iter().zip([10_000, 38_000, 38_000, 114_000]) {
            assert!(count.abs_diff(expected) < 900, "{counts:?}");
        }
        // The hub would be vertex 0.
        let mut degrees = vec![0; 1 << 12];
        for (source, target) in edges(&Kronecker::new(12)) {
            degrees[source as usize] += 1;
            degrees[target as usize] += 1;
        }
        let hub = (0..degrees.len()).max_by_key(|&vertex| degrees[vertex]).unwrap();
        assert!(hub != 0 && degrees[hub] > 1000, "{hub}: {}", degrees[hub]);
    }

    #[test]
    fn bad_scales_are_refused() {
        assert!(Kronecker::new(41).validate().unwrap_err().to_string().contains("at most 40"));
        assert!(Kronecker::new(40).edge_factor(1 << 30).validate().is_err());
        assert_eq!(edges(&Kronecker::new(0).edge_factor(3)), [(0, 0); 3]);
    }
}
