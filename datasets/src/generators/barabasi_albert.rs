//! Graphs that grow by preferential attachment.

use super::random::{random_at, scale_below};
use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A Barabási–Albert graph: every new vertex is joined to so many older ones, each chosen with a
/// probability in proportion to its degree.
///
/// The first vertices are a star: vertex 0, joined to the vertices up to `edges_per_vertex`. Each
/// edge occurs once, from the newer vertex to the older; a new vertex may choose an older one
/// twice.
///
/// In the list of all ends of edges a vertex occurs as often as its degree is. So a target is the
/// end at a random place in the list so far; if that is itself a target, its own place is looked
/// up in the same way, which takes a constant number of steps on average and no memory.
///
/// Barabási, Albert: Emergence of scaling in random networks, 1999; Sanders, Schulz: Scalable
/// generation of scale-free graphs, 2016.
///
/// ```
/// use quince_datasets::generators::{BarabasiAlbert, GraphGenerator};
/// let graph = BarabasiAlbert::new(1000, 3).seed(7);
/// assert_eq!(graph.expected_edges(), 3 * (1000 - 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct BarabasiAlbert {
    vertex_count: u64,
    edges_per_vertex: u64,
    seed: u64,
}

const NAME: &str = "Barabási–Albert graph";

impl BarabasiAlbert {
    /// The seed, if nothing else is said.
    pub const DEFAULT_SEED: u64 = 42;

    /// A graph of `vertex_count` vertices, each joined to `edges_per_vertex` older ones.
    pub fn new(vertex_count: u64, edges_per_vertex: u64) -> Self {
        Self { vertex_count, edges_per_vertex, seed: Self::DEFAULT_SEED }
    }

    /// The seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The newer vertex of an edge. The first edges are those of the star.
    fn newer(&self, edge: u64) -> u64 {
        if edge < self.edges_per_vertex {
            edge + 1
        } else {
            edge / self.edges_per_vertex + self.edges_per_vertex
        }
    }

    /// The older vertex of an edge.
    fn older(&self, mut edge: u64) -> u64 {
        loop {
            if edge < self.edges_per_vertex {
                return 0;
            }
            // Ends of edges of older vertices: that of an edge's newer vertex, then the older's.
            let ends = 2 * (edge / self.edges_per_vertex * self.edges_per_vertex);
            let place = scale_below(ends, random_at(self.seed, edge));
            edge = place / 2;
            if place.is_multiple_of(2) {
                return self.newer(edge);
            }
        }
    }
}

impl GraphGenerator for BarabasiAlbert {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        let grown = self.vertex_count.saturating_sub(self.edges_per_vertex);
        grown.saturating_mul(self.edges_per_vertex)
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        let Self { vertex_count, edges_per_vertex, .. } = *self;
        // Twice, as both ends are counted.
        let ends = 2 * u128::from(vertex_count) * u128::from(edges_per_vertex);
        check_size(NAME, 2, vertex_count.into(), 0)?;
        if edges_per_vertex == 0 || edges_per_vertex >= vertex_count {
            let expected = format!("it must be at least 1 and below {vertex_count}, the vertices");
            return Err(refused(NAME, "number of edges per vertex", edges_per_vertex, expected));
        }
        check_size(NAME, 2, vertex_count.into(), ends)
    }
}

impl EdgeRule for BarabasiAlbert {
    fn describe(&self) -> String {
        let Self { vertex_count, edges_per_vertex, seed } = self;
        format!("{NAME} ({vertex_count} vertices, {edges_per_vertex} edges each, seed {seed})")
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        (self.newer(number), self.older(number))
    }
}

source_by_rule!(BarabasiAlbert);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn every_vertex_is_joined_to_older_ones() {
        let graph = BarabasiAlbert::new(100_000, 4);
        let edges = same_at_any_number_of_threads(&graph);
        assert_eq!(edges.len() as u64, graph.expected_edges());
        assert!(edges.iter().all(|(newer, older)| older < newer && *newer < 100_000));
        assert_eq!(edges[..5], [(1, 0), (2, 0), (3, 0), (4, 0), (5, edges[4].1)]);
        for vertex in 5..100 {
            assert_eq!(edges.iter().filter(|(newer, _)| *newer == vertex).count(), 4);
        }
    }

    #[test]
    fn targets_are_the_ends_at_random_places() {
        // The plain form: the list of ends is kept.
        let graph = BarabasiAlbert::new(500, 3).seed(9);
        let (mut expected, mut ends) = (Vec::new(), Vec::new());
        for edge in 0..graph.expected_edges() {
            let newer = graph.newer(edge);
            let older = match edge {
                0..3 => 0,
                _ => {
                    let limit = 2 * (edge / 3 * 3);
                    ends[scale_below(limit, random_at(9, edge)) as usize]
                }
            };
            expected.push((newer, older));
            ends.extend([newer, older]);
        }
        assert_eq!(edges(&graph), expected);
    }

    #[test]
    fn degrees_are_skewed_and_trees_are_trees() {
        let mut degrees = vec![0u32; 50_000];
        for (newer, older) in edges(&BarabasiAlbert::new(50_000, 1)) {
            degrees[newer as usize] += 1;
            degrees[older as usize] += 1;
        }
        // Two thirds of the vertices of such a tree are leaves.
        let leaves = degrees.iter().filter(|&&degree| degree == 1).count();
        assert!(leaves.abs_diff(33_333) < 700, "{leaves}");
        assert!(degrees.iter().max().is_some_and(|&max| max > 100));
    }

    #[test]
    fn bad_descriptions_are_refused() {
        let text = |vertices, edges| {
            BarabasiAlbert::new(vertices, edges).validate().unwrap_err().to_string()
        };
        assert!(text(10, 0).contains("at least 1") && text(10, 10).contains("below 10"));
        assert!(text(1, 1).contains("at least 2"));
        assert!(BarabasiAlbert::new(2, 1).validate().is_ok());
    }
}
