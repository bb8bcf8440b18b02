//! Graphs with planted communities.

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Result};

use super::blocks::morsels;
use super::cells::{Region, Shape, blocks};
use super::erdos_renyi::check_probability;
use super::rule::{check_size, refused};
use super::{ErdosRenyi, GeneratorError, GraphGenerator};

/// A stochastic block model: vertices in blocks, each pair joined with a probability that depends
/// on the two blocks alone.
///
/// Vertices are numbered block by block. No self-loops and no parallel edges. Each pair occurs
/// once, from the lower id to the higher; edges of a [directed](Self::directed) graph go one way,
/// and the probabilities are those from the row's block to the column's.
///
/// Holland, Laskey, Leinhardt: Stochastic blockmodels: First steps, 1983. Time is in the number
/// of edges and of pairs of blocks, as in [`ErdosRenyi::gnp`].
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, StochasticBlockModel};
/// let communities = StochasticBlockModel::planted([250; 4], 0.1, 0.01).seed(7);
/// assert_eq!(communities.num_vertices(), 1000);
/// let two = StochasticBlockModel::new([10, 20], [vec![0.5, 0.1], vec![0.1, 0.9]]);
/// assert_eq!(two.expected_edges(), (45.0 * 0.5 + 200.0 * 0.1 + 190.0 * 0.9f64).round() as u64);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct StochasticBlockModel {
    block_sizes: Vec<u64>,
    probabilities: Vec<Vec<f64>>,
    directed: bool,
    seed: u64,
}

const NAME: &str = "stochastic block model";

impl StochasticBlockModel {
    /// The seed, if nothing else is said.
    pub const DEFAULT_SEED: u64 = 42;
    /// The most vertices allowed: pairs are counted.
    pub const MAX_VERTICES: u64 = ErdosRenyi::MAX_VERTICES;

    /// Blocks of these sizes; row and column of `probabilities` are the blocks of an edge's ends.
    pub fn new(block_sizes: impl Into<Vec<u64>>, probabilities: impl Into<Vec<Vec<f64>>>) -> Self {
        Self {
            block_sizes: block_sizes.into(),
            probabilities: probabilities.into(),
            directed: false,
            seed: Self::DEFAULT_SEED,
        }
    }

    /// The planted partition: edges have one probability `within` blocks and another `between`
    /// them.
    pub fn planted(block_sizes: impl Into<Vec<u64>>, within: f64, between: f64) -> Self {
        let block_sizes = block_sizes.into();
        let num_blocks = block_sizes.len();
        let row = |at: usize| {
            (0..num_blocks).map(|other| if other == at { within } else { between }).collect()
        };
        let rows: Vec<Vec<f64>> = (0..num_blocks).map(row).collect();
        Self::new(block_sizes, rows)
    }

    /// Edges that go one way.
    pub fn directed(mut self) -> Self {
        self.directed = true;
        self
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The block of each vertex, as ranges of ids.
    pub fn blocks(&self) -> impl Iterator<Item = std::ops::Range<u64>> {
        self.block_sizes.iter().scan(0, |start, &size| {
            let block = *start..*start + size;
            *start = block.end;
            Some(block)
        })
    }

    fn vertices(&self) -> u128 {
        self.block_sizes.iter().map(|&size| u128::from(size)).sum()
    }

    /// The cells of each pair of blocks.
    fn regions(&self) -> impl Iterator<Item = Region> + Send + use<> {
        let starts: Vec<u64> = self.blocks().map(|block| block.start).collect();
        let Self { block_sizes, probabilities, directed, .. } = self.clone();
        let blocks = block_sizes.len();
        (0..blocks).flat_map(move |row| {
            let first = if directed { 0 } else { row };
            let region = |column: usize| {
                let (size, columns) = (block_sizes[row], block_sizes[column]);
                let shape = match row == column {
                    true if directed => Shape::Square { size },
                    true => Shape::Triangle { size },
                    false => Shape::Rectangle { rows: size, columns },
                };
                let corner = (starts[row], starts[column]);
                Region { shape, corner, probability: probabilities[row][column] }
            };
            (first..blocks).map(region).collect::<Vec<_>>()
        })
    }

    fn check_probabilities(&self) -> Result<(), GeneratorError> {
        let blocks = self.block_sizes.len();
        let rows = &self.probabilities;
        if rows.len() != blocks || rows.iter().any(|row| row.len() != blocks) {
            let expected = format!("give {blocks} rows of {blocks}, one for each block");
            return Err(refused(NAME, "number of rows of probabilities", rows.len(), expected));
        }
        for (at, row) in rows.iter().enumerate() {
            for (other, &probability) in row.iter().enumerate() {
                check_probability(NAME, "probability", probability)?;
                if !self.directed && probability != rows[other][at] {
                    let value = format!("{probability} one way and {} the other", rows[other][at]);
                    let expected = "edges that go both ways have one probability";
                    return Err(refused(NAME, "probability between two blocks", value, expected));
                }
            }
        }
        Ok(())
    }
}

impl GraphGenerator for StochasticBlockModel {
    fn num_vertices(&self) -> u64 {
        u64::try_from(self.vertices()).unwrap_or(u64::MAX)
    }

    fn expected_edges(&self) -> u64 {
        if self.validate().is_err() {
            return 0;
        }
        self.regions().map(|region| region.expected_edges()).sum::<f64>().round() as u64
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        check_size(NAME, 1, self.vertices(), 0)?;
        let (vertices, limit) = (self.vertices(), Self::MAX_VERTICES);
        if vertices > u128::from(limit) {
            return Err(GeneratorError::TooManyVertices { generator: NAME, vertices, limit });
        }
        self.check_probabilities()
    }
}

impl Source for StochasticBlockModel {
    fn name(&self) -> String {
        let direction = if self.directed { "directed" } else { "undirected" };
        let (vertices, blocks, seed) = (self.vertices(), self.block_sizes.len(), self.seed);
        format!("{NAME} ({vertices} vertices, {blocks} blocks, {direction}, seed {seed})")
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        self.validate()?;
        Ok(morsels(blocks(self.regions(), self.seed), self.num_vertices()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};
    use std::collections::HashSet;

    #[test]
    fn pairs_of_blocks_have_their_probabilities() {
        let sizes = [500, 1500, 1000];
        let rows = [vec![0.2, 0.01, 0.0], vec![0.01, 0.05, 0.02], vec![0.0, 0.02, 1.0]];
        for model in [
            StochasticBlockModel::new(sizes, rows.clone()),
            StochasticBlockModel::new(sizes, rows).directed(),
        ] {
            let edges = same_at_any_number_of_threads(&model);
            let distinct: HashSet<_> = edges.iter().collect();
            assert_eq!(distinct.len(), edges.len());
            assert!(edges.iter().all(|(s, t)| s != t && (model.directed || s < t)));
            let block = |id: u64| model.blocks().position(|block| block.contains(&id)).unwrap();
            let mut counts = [[0.0f64; 3]; 3];
            edges.iter().for_each(|&(s, t)| counts[block(s)][block(t)] += 1.0);
            for region in model.regions() {
                let count = counts[block(region.corner.0)][block(region.corner.1)];
                let mean = region.expected_edges();
                let deviation = (mean * (1.0 - region.probability)).sqrt();
                assert!((count - mean).abs() <= 5.0 * deviation, "{count} {mean}");
            }
            assert!(edges.len().abs_diff(model.expected_edges() as usize) < 3000);
        }
    }

    #[test]
    fn a_planted_partition_is_as_described() {
        let edges = edges(&StochasticBlockModel::planted([20; 5], 1.0, 0.0));
        assert_eq!(edges.len(), 5 * 190);
        assert!(edges.iter().all(|(s, t)| s / 20 == t / 20));
    }

    #[test]
    fn bad_descriptions_are_refused() {
        let text = |model: StochasticBlockModel| model.validate().unwrap_err().to_string();
        let one = |probability| StochasticBlockModel::new([3], [vec![probability]]);
        assert!(text(one(2.0)).contains("probability is 2"));
        assert!(text(StochasticBlockModel::new([], [])).contains("at least 1"));
        assert!(text(StochasticBlockModel::new([3, 4], [vec![0.5]])).contains("2 rows of 2"));
        let skew = StochasticBlockModel::new([3, 4], [vec![0.5, 0.1], vec![0.2, 0.5]]);
        assert!(text(skew.clone()).contains("0.1 one way and 0.2 the other"));
        assert!(skew.directed().validate().is_ok());
    }
}
