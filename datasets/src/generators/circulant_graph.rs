//! Circulant graphs.

use std::ops::Range;

use super::rule::{EdgeRule, check_size, refused, source_by_rule};
use super::{GeneratorError, GraphGenerator};

/// A circulant graph: every vertex `v` has an edge to `(v + o) mod n` for each of some offsets.
///
/// The offsets are given as ranges, which must not overlap. Edges go one way; with offsets `o`
/// and `n - o` they go both. Gelly's `CirculantGraph`.
///
/// ```
/// use quince_datasets::generators::{CirculantGraph, GraphGenerator};
/// let graph = CirculantGraph::new(10).add_range(1, 2).add_range(5, 1);
/// assert_eq!((graph.num_vertices(), graph.expected_edges()), (10, 30));
/// let error = graph.add_range(2, 4).validate().unwrap_err();
/// assert!(error.to_string().contains("must not overlap"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct CirculantGraph {
    vertex_count: u64,
    /// Offsets as they were given: first and length.
    ranges: Vec<(u64, u64)>,
}

const NAME: &str = "circulant graph";

impl CirculantGraph {
    /// The fewest vertices allowed.
    pub const MIN_VERTICES: u64 = 2;

    /// A graph of `vertex_count` vertices, without offsets yet.
    pub fn new(vertex_count: u64) -> Self {
        Self { vertex_count, ranges: Vec::new() }
    }

    /// Adds the offsets from `offset` up to `offset + length`.
    pub fn add_range(mut self, offset: u64, length: u64) -> Self {
        self.ranges.push((offset, length));
        self
    }

    /// The number of offsets.
    fn degree(&self) -> u64 {
        self.ranges.iter().map(|&(_, length)| length).sum()
    }

    fn check_ranges(&self) -> Result<(), GeneratorError> {
        let refused = |offset, length, expected: String| {
            Err(refused(NAME, "range", format!("{offset}:{length}"), expected))
        };
        let mut taken: Vec<Range<u64>> = Vec::new();
        for &(offset, length) in &self.ranges {
            let end = offset.saturating_add(length);
            if offset == 0 || length == 0 || end > self.vertex_count {
                let last = self.vertex_count - 1;
                let expected = format!(
                    "it is an offset of at least 1 and a length of at least 1, and the last \
                     offset is at most {last}"
                );
                return refused(offset, length, expected);
            }
            if let Some(other) = taken.iter().find(|it| it.start < end && offset < it.end) {
                let other = format!("{}:{}", other.start, other.end - other.start);
                let expected = format!("ranges must not overlap, and there is {other} already");
                return refused(offset, length, expected);
            }
            taken.push(offset..end);
        }
        Ok(())
    }
}

impl GraphGenerator for CirculantGraph {
    fn num_vertices(&self) -> u64 {
        self.vertex_count
    }

    fn expected_edges(&self) -> u64 {
        self.vertex_count.saturating_mul(self.degree())
    }

    fn validate(&self) -> Result<(), GeneratorError> {
        check_size(NAME, Self::MIN_VERTICES, self.vertex_count.into(), 0)?;
        self.check_ranges()?;
        let edges = u128::from(self.vertex_count) * u128::from(self.degree());
        check_size(NAME, Self::MIN_VERTICES, self.vertex_count.into(), edges)
    }
}

impl EdgeRule for CirculantGraph {
    fn describe(&self) -> String {
        let ranges = self.ranges.iter().map(|(offset, length)| format!(", {offset}:{length}"));
        format!("{NAME} ({} vertices{})", self.vertex_count, ranges.collect::<String>())
    }

    fn edge(&self, number: u64) -> (u64, u64) {
        let degree = self.degree();
        let (vertex, mut at) = (number / degree, number % degree);
        for &(offset, length) in &self.ranges {
            if at < length {
                let target = vertex + offset + at;
                let beyond = target >= self.vertex_count;
                return (vertex, if beyond { target - self.vertex_count } else { target });
            }
            at -= length;
        }
        unreachable!("ranges have {degree} offsets")
    }
}

source_by_rule!(CirculantGraph);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::test_support::{edges, same_at_any_number_of_threads};

    #[test]
    fn a_small_one_has_these_edges() {
        let graph = CirculantGraph::new(4).add_range(1, 1).add_range(3, 1);
        let expected = [(0, 1), (0, 3), (1, 2), (1, 0), (2, 3), (2, 1), (3, 0), (3, 2)];
        assert_eq!(edges(&graph), expected);
        assert_eq!(edges(&CirculantGraph::new(3)), []);
    }

    #[test]
    fn is_the_same_at_any_number_of_threads() {
        let graph = CirculantGraph::new(100_003).add_range(7, 5).add_range(1000, 3);
        let edges = same_at_any_number_of_threads(&graph);
        assert_eq!(edges.len(), 8 * 100_003);
        assert!(edges.iter().all(|(s, t)| {
            let offset = (t + 100_003 - s) % 100_003;
            (7..12).contains(&offset) || (1000..1003).contains(&offset)
        }));
    }

    #[test]
    fn bad_ranges_are_refused() {
        let text = |graph: CirculantGraph| graph.validate().unwrap_err().to_string();
        assert!(text(CirculantGraph::new(1)).contains("at least 2"));
        for (offset, length) in [(0, 1), (1, 0), (1, 10), (10, 1), (u64::MAX, 2)] {
            let text = text(CirculantGraph::new(10).add_range(offset, length));
            assert!(text.ends_with("the last offset is at most 9"), "{text}");
        }
        let text = text(CirculantGraph::new(10).add_range(3, 3).add_range(1, 3));
        assert_eq!(
            text,
            "circulant graph: range is 1:3; ranges must not overlap, and there is 3:3 already"
        );
        assert!(CirculantGraph::new(10).add_range(3, 3).add_range(6, 1).validate().is_ok());
    }
}
