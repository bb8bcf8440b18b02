//! Uniform random graphs.

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Result};
use rand_xoshiro::rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

use super::GeneratorError;
use super::blocks::{BATCH_ROWS, EdgeBlock, VertexId, morsels};
use super::generator::generator_by_methods;
use super::random::draw_below;

/// A uniform random graph: the Erdős–Rényi model G(n, m), with replacement.
///
/// Both ends of every edge are drawn uniformly from all vertices, so that self-loops and parallel
/// edges occur; this is what the GAP Benchmark Suite calls a uniform graph. Random numbers are
/// those of xoshiro256++, each block of 65,536 edges with a seed of its own from SplitMix64.
///
/// Erdős, Rényi: On random graphs I, 1959.
///
/// ```
/// use quince_datasets::generators::Uniform;
/// let graph = Uniform::new(1 << 20, 16 << 20).seed(7);
/// assert_eq!(graph.num_edges(), 16_777_216);
/// assert!(Uniform::new(0, 5).validate().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Uniform {
    num_vertices: u64,
    num_edges: u64,
    seed: u64,
}

impl Uniform {
    /// The seed, if nothing else is said: that of the GAP Benchmark Suite.
    pub const DEFAULT_SEED: u64 = 27_491_095;
    /// The most vertices allowed: ids are signed 64-bit integers.
    pub const MAX_VERTICES: u64 = i64::MAX as u64;

    /// A graph of `num_edges` edges between `num_vertices` vertices.
    pub fn new(num_vertices: u64, num_edges: u64) -> Self {
        Self { num_vertices, num_edges, seed: Self::DEFAULT_SEED }
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The number of vertices; those without an edge count.
    pub fn num_vertices(&self) -> u64 {
        self.num_vertices
    }

    /// The number of edges.
    pub fn num_edges(&self) -> u64 {
        self.num_edges
    }

    /// Says what is wrong with the description, if anything is.
    pub fn validate(&self) -> Result<(), GeneratorError> {
        let (generator, limit) = ("uniform graph", Self::MAX_VERTICES);
        match self.num_vertices {
            0 => Err(GeneratorError::NoVertices { generator }),
            vertices if vertices > limit => {
                let vertices = vertices.into();
                Err(GeneratorError::TooManyVertices { generator, vertices, limit })
            }
            _ => Ok(()),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = Block> + Send + use<> {
        let Self { num_vertices, num_edges, seed } = *self;
        let mut seeds = SplitMix64::seed_from_u64(seed);
        let size = BATCH_ROWS as u64;
        (0..num_edges.div_ceil(size)).map(move |at| Block {
            random: Xoshiro256PlusPlus::seed_from_u64(seeds.next_u64()),
            num_vertices,
            num_edges: size.min(num_edges - at * size),
        })
    }
}

generator_by_methods!(Uniform);

impl Source for Uniform {
    fn name(&self) -> String {
        let Self { num_vertices, num_edges, seed } = self;
        format!("uniform graph ({num_vertices} vertices, {num_edges} edges, seed {seed})")
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        self.validate()?;
        Ok(morsels(self.blocks(), self.num_vertices))
    }
}

struct Block {
    random: Xoshiro256PlusPlus,
    num_vertices: u64,
    num_edges: u64,
}

impl EdgeBlock for Block {
    fn num_edges(&self) -> u64 {
        self.num_edges
    }

    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize {
        // The same number of draws whatever the caller's batches are: source, then target.
        let num_vertices = self.num_vertices;
        let random = &mut self.random;
        for (source, target) in sources.iter_mut().zip(targets) {
            *source = V::from_u64(draw_below(num_vertices, random));
            *target = V::from_u64(draw_below(num_vertices, random));
        }
        sources.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};
    use quince_core::columnar::ColumnType;

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        let graph = Uniform::new(1000, 200_000).seed(3);
        let edges = same_at_any_number_of_threads(&graph);
        assert_eq!(edges.len(), 200_000);
        assert!(edges.iter().all(|&(source, target)| source < 1000 && target < 1000));
    }

    #[test]
    fn does_not_change_from_version_to_version() {
        let edges = edges(&Uniform::new(1 << 20, 100_000));
        assert_eq!(edges[..2], [(951_638, 599_840), (707_118, 867_493)]);
        assert_eq!(edges[65_536], (413_864, 603_576), "the second block");
    }

    #[test]
    fn draws_every_vertex_equally_often() {
        let mut counts = [0i64; 10];
        for (source, target) in edges(&Uniform::new(10, 100_000)) {
            counts[source as usize] += 1;
            counts[target as usize] += 1;
        }
        // The standard deviation of each count is 134.
        assert!(counts.iter().all(|count| (count - 20_000).abs() < 600), "{counts:?}");
    }

    #[test]
    fn seeds_give_different_graphs() {
        let graph = Uniform::new(1000, 100);
        assert_ne!(edges(&graph), edges(&graph.clone().seed(1)));
    }

    #[test]
    fn large_ids_take_64_bits() {
        let type_of = |vertices| {
            let batches = crate::generators::test_support::batches(&Uniform::new(vertices, 100), 1);
            batches[0].columns()[0].column_type()
        };
        assert_eq!(type_of(1 << 32), ColumnType::UInt32);
        assert_eq!(type_of((1 << 32) + 1), ColumnType::Int64);
        assert!(edges(&Uniform::new(i64::MAX as u64, 100)).iter().any(|edge| edge.0 > 1 << 60));
    }

    #[test]
    fn a_graph_without_edges_is_one_empty_batch() {
        let batches = crate::generators::test_support::batches(&Uniform::new(5, 0), 2);
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].num_rows(), 0);
        assert_eq!(batches[0].schema().names(), ["source", "target"]);
    }

    #[test]
    fn bad_descriptions_are_refused() {
        assert!(matches!(Uniform::new(0, 1).validate(), Err(GeneratorError::NoVertices { .. })));
        let error = Uniform::new(u64::MAX, 1).validate().unwrap_err();
        assert!(error.to_string().contains("at most 9223372036854775807"), "{error}");
    }
}
