//! Small worlds.

use super::erdos_renyi::check_probability;
use super::random::{random_at, scale_below, unit_interval};
use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A Watts–Strogatz graph: a ring whose vertices are joined to their nearest neighbours, where
/// some edges go elsewhere.
///
/// Every vertex is joined to the `degree / 2` vertices after it; with probability `rewiring` an
/// edge keeps its source and gets another target, any vertex but the source. Each edge occurs
/// once. Two edges may come to join the same vertices.
///
/// Watts, Strogatz: Collective dynamics of 'small-world' networks, 1998.
///
/// ```
/// use quince_datasets::generators::{GraphGenerator, WattsStrogatz};
/// let world = WattsStrogatz::new(1000, 6, 0.1).seed(7);
/// assert_eq!(world.expected_edges(), 3000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct WattsStrogatz {
    vertex_count: u64,
    degree: u64,
    rewiring: f64,
    seed: u64,
}

const NAME: &str = "Watts–Strogatz graph";

impl WattsStrogatz {
    /// The seed, if nothing else is said.
    pub const DEFAULT_SEED: u64 = 42;

    /// A ring of `vertex_count` vertices with `degree` neighbours each, an even number, where
    /// edges go elsewhere with probability `rewiring`.
    pub fn new(vertex_count: u64, degree: u64, rewiring: f64) -> Self {
        Self { vertex_count, degree, rewiring, seed: Self::DEFAULT_SEED }
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl GraphGenerator for WattsStrogatz {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        self.vertex_count.saturating_mul(self.degree / 2)
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let Self { vertex_count, degree, rewiring, .. } = *self;
        // Each edge takes two random numbers.
        let numbers = u128::from(vertex_count) * u128::from(degree);
        check_size(NAME, 3, vertex_count.into(), 0)?;
        if degree < 2 || degree >= vertex_count || degree % 2 == 1 {
            let expected = format!("it must be even, at least 2 and below {vertex_count}");
            return Err(refused(NAME, "degree", degree, expected));
        }
        check_probability(NAME, "rewiring", rewiring)?;
        check_size(NAME, 3, vertex_count.into(), numbers)
    }
}

impl EdgeRule for WattsStrogatz {
    fn describe(&self) -> String {
        let Self { vertex_count, degree, rewiring, seed } = self;
        format!(
            "{NAME} ({vertex_count} vertices, degree {degree}, rewiring {rewiring}, seed {seed})"
        )
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let per_vertex = self.degree / 2;
        let (source, at) = (number / per_vertex, number % per_vertex);
        let is_rewired = unit_interval(random_at(self.seed, 2 * number)) < self.rewiring;
        // How far after the source the target comes on the ring.
        let distance = if is_rewired {
            scale_below(self.vertex_count - 1, random_at(self.seed, 2 * number + 1)) + 1
        } else {
            at + 1
        };
        let target = source + distance;
        let beyond = target >= self.vertex_count;
        (source, if beyond { target - self.vertex_count } else { target })
    }
}

source_by_rule!(WattsStrogatz);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn without_rewiring_it_is_a_ring() {
        let expected =
            [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (3, 0), (4, 0), (4, 1)];
        assert_eq!(edges(&WattsStrogatz::new(5, 4, 0.0)), expected);
    }

    #[test]
    fn some_edges_go_elsewhere() {
        let edges = same_at_any_number_of_threads(&WattsStrogatz::new(100_000, 6, 0.25));
        assert_eq!(edges.len(), 300_000);
        let far = edges.iter().filter(|(s, t)| !(1..=3).contains(&((t + 100_000 - s) % 100_000)));
        // The standard deviation is 237.
        assert!(far.count().abs_diff(75_000) < 1200);
        assert!(edges.iter().all(|(s, t)| s != t && *t < 100_000));
    }

    #[test]
    fn targets_of_rewired_edges_are_spread() {
        let mut counts = [0i64; 10];
        for (_, target) in edges(&WattsStrogatz::new(10_000, 10, 1.0)) {
            counts[target as usize / 1000] += 1;
        }
        assert!(counts.iter().all(|count| (count - 5000).abs() < 350), "{counts:?}");
    }

    #[test]
    fn bad_descriptions_are_refused() {
        let text = |graph: WattsStrogatz| graph.validate().unwrap_err().to_string();
        assert!(text(WattsStrogatz::new(10, 3, 0.1)).contains("must be even"));
        assert!(text(WattsStrogatz::new(10, 10, 0.1)).contains("below 10"));
        assert!(text(WattsStrogatz::new(10, 4, -0.1)).contains("rewiring is -0.1"));
        assert!(text(WattsStrogatz::new(2, 2, 0.1)).contains("at least 3"));
    }
}
