//! Simple random graphs.

use quince_core::pipeline::{Morsels, Source};
use quince_core::{Environment, Result};

use super::blocks::morsels;
use super::cells::{Region, Shape, blocks};
use super::random::Permutation;
use super::rule::{EdgeRule, check_size, refused, rule_morsels};
use super::{GeneratorError, GraphGenerator};

/// An Erdős–Rényi graph: each pair of vertices is as likely to be joined as any other.
///
/// No self-loops and no parallel edges. [`gnm`](Self::gnm) has a given number of edges,
/// [`gnp`](Self::gnp) each edge with a given probability. Edges go one way by default; of an
/// [undirected](Self::undirected) graph each occurs once, from the lower id to the higher.
/// [`Uniform`](super::Uniform) draws edges with replacement instead.
///
/// In G(n, m) the edges are the first m of a pseudorandom permutation of all pairs; in G(n, p)
/// pairs are passed over by geometric skips (Batagelj, Brandes: Efficient generation of large
/// random networks, 2005), so both take time in the number of edges.
///
/// Erdős, Rényi: On random graphs I, 1959; Gilbert: Random graphs, 1959.
///
/// ```
/// use quince_datasets::generators::{ErdosRenyi, GraphGenerator};
/// let graph = ErdosRenyi::gnm(1000, 5000).undirected().seed(7);
/// assert_eq!(graph.expected_edges(), 5000);
/// assert_eq!(ErdosRenyi::gnp(1001, 0.01).expected_edges(), 10_010);
/// let error = ErdosRenyi::gnm(3, 7).validate().unwrap_err();
/// assert!(error.to_string().contains("at most 6"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct ErdosRenyi {
    vertex_count: u64,
    edges: Edges,
    directed: bool,
    seed: u64,
}

/// Which edges there are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edges {
    /// So many.
    Count(u64),
    /// Each with this probability.
    Probability(f64),
}

const NAME: &str = "Erdős–Rényi graph";

impl ErdosRenyi {
    /// The seed, if nothing else is said.
    pub const DEFAULT_SEED: u64 = 42;
    /// The most vertices allowed: pairs are counted.
    pub const MAX_VERTICES: u64 = 1 << 30;

    /// G(n, m): `edge_count` edges between `vertex_count` vertices.
    pub fn gnm(vertex_count: u64, edge_count: u64) -> Self {
        Self::new(vertex_count, Edges::Count(edge_count))
    }

    /// G(n, p): every edge between `vertex_count` vertices with probability `probability`.
    pub fn gnp(vertex_count: u64, probability: f64) -> Self {
        Self::new(vertex_count, Edges::Probability(probability))
    }

    fn new(vertex_count: u64, edges: Edges) -> Self {
        Self { vertex_count, edges, directed: true, seed: Self::DEFAULT_SEED }
    }

    /// Each pair of vertices once, as an edge that goes both ways.
    pub fn undirected(mut self) -> Self {
        self.directed = false;
        self
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The cells of the adjacency matrix that may be edges.
    fn shape(&self) -> Shape {
        let size = self.vertex_count;
        if self.directed { Shape::Square { size } } else { Shape::Triangle { size } }
    }
}

impl GraphGenerator for ErdosRenyi {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        match self.edges {
            Edges::Count(count) => count,
            Edges::Probability(probability) => {
                (self.shape().num_cells() as f64 * probability).round() as u64
            }
        }
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        check_size(NAME, 1, self.vertex_count.into(), 0)?;
        let (generator, limit) = (NAME, Self::MAX_VERTICES);
        if self.vertex_count > limit {
            let vertices = self.vertex_count.into();
            return Err(GeneratorError::TooManyVertices { generator, vertices, limit });
        }
        let pairs = self.shape().num_cells();
        match self.edges {
            Edges::Count(count) if u128::from(count) > pairs => {
                let expected =
                    format!("between {} vertices are at most {pairs}", self.vertex_count);
                Err(refused(NAME, "number of edges", count, expected))
            }
            Edges::Probability(probability) => check_probability(NAME, "probability", probability),
            Edges::Count(_) => Ok(()),
        }
    }
}

/// An error if `value` is no probability.
pub(super) fn check_probability(
    generator: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), GeneratorError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(refused(generator, parameter, value, "a number from 0 to 1 is allowed"))
}

impl Source for ErdosRenyi {
    fn name(&self) -> String {
        let edges = match self.edges {
            Edges::Count(count) => format!("{count} edges"),
            Edges::Probability(probability) => format!("probability {probability}"),
        };
        let direction = if self.directed { "directed" } else { "undirected" };
        let Self { vertex_count, seed, .. } = self;
        format!("{NAME} ({vertex_count} vertices, {edges}, {direction}, seed {seed})")
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        self.validate()?;
        let shape = self.shape();
        Ok(match self.edges {
            Edges::Count(count) => {
                let pairs = Permutation::new(shape.num_cells() as u64, self.seed);
                rule_morsels(&FirstPairs { shape, pairs }, self.vertex_count, count)
            }
            Edges::Probability(probability) => {
                let region = Region { shape, corner: (0, 0), probability };
                morsels(blocks(std::iter::once(region), self.seed), self.vertex_count)
            }
        })
    }
}

/// The first pairs of a permutation of all.
#[derive(Clone, Copy, Debug)]
struct FirstPairs {
    shape: Shape,
    pairs: Permutation,
}

impl EdgeRule for FirstPairs {
    fn describe(&self) -> String {
        NAME.to_owned()
    }

    #[inline]
    fn edge(&self, number: u64) -> (u64, u64) {
        self.shape.cell(self.pairs.apply(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};
    use std::collections::HashSet;

    fn check_simple(edges: &[(u64, u64)], vertices: u64, undirected: bool) {
        let distinct: HashSet<_> = edges.iter().collect();
        assert_eq!(distinct.len(), edges.len());
        assert!(
            edges.iter().all(|&(s, t)| s != t && s.max(t) < vertices && (!undirected || s < t))
        );
    }

    #[test]
    fn a_number_of_edges_is_met_without_duplicates() {
        for graph in [ErdosRenyi::gnm(1000, 300_000), ErdosRenyi::gnm(1000, 300_000).undirected()] {
            let edges = same_at_any_number_of_threads(&graph);
            assert_eq!(edges.len(), 300_000);
            check_simple(&edges, 1000, !graph.directed);
        }
        assert_eq!(edges(&ErdosRenyi::gnm(50, 50 * 49)).len(), 50 * 49, "all pairs");
        assert_eq!(edges(&ErdosRenyi::gnm(50, 25 * 49).undirected()).len(), 25 * 49);
        assert_eq!(edges(&ErdosRenyi::gnm(1, 0)), []);
    }

    #[test]
    fn a_probability_is_met_on_average() {
        for graph in [ErdosRenyi::gnp(2000, 0.05), ErdosRenyi::gnp(2000, 0.05).undirected()] {
            let edges = same_at_any_number_of_threads(&graph);
            check_simple(&edges, 2000, !graph.directed);
            // The standard deviation is 436 and 308.
            assert!(
                edges.len().abs_diff(graph.expected_edges() as usize) < 2000,
                "{}",
                edges.len()
            );
        }
        assert_eq!(edges(&ErdosRenyi::gnp(300, 1.0)).len(), 300 * 299);
        assert_eq!(edges(&ErdosRenyi::gnp(300, 0.0)), []);
        assert!(edges(&ErdosRenyi::gnp(1 << 30, 1e-15)).len() < 5000);
    }

    #[test]
    fn every_vertex_has_its_share() {
        for graph in [ErdosRenyi::gnm(10, 45), ErdosRenyi::gnp(10, 0.5)] {
            let mut counts = [0i64; 10];
            for seed in 0..1000 {
                for (source, target) in edges(&graph.seed(seed)) {
                    counts[source as usize] += 1;
                    counts[target as usize] += 1;
                }
            }
            // 9000 on average; the standard deviation of each count is 67 at most.
            assert!(counts.iter().all(|count| (count - 9000).abs() < 350), "{counts:?}");
        }
    }

    #[test]
    fn bad_descriptions_are_refused() {
        let text = |graph: ErdosRenyi| graph.validate().unwrap_err().to_string();
        assert!(text(ErdosRenyi::gnm(0, 0)).contains("at least 1"));
        assert!(text(ErdosRenyi::gnm(3, 4).undirected()).contains("at most 3"));
        assert!(text(ErdosRenyi::gnp(3, 1.5)).contains("probability is 1.5"));
        assert!(text(ErdosRenyi::gnp(3, f64::NAN)).contains("from 0 to 1"));
        assert!(text(ErdosRenyi::gnm(1 << 31, 4)).contains("at most 1073741824"));
    }
}
