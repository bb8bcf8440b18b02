//! Generators whose edges are computed from their numbers, one by one.

use quince_core::pipeline::Morsels;

use super::GeneratorError;
use super::blocks::{BATCH_ROWS, EdgeBlock, VertexId, morsels};

/// Edges in one block: a few batches.
const BLOCK_EDGES: u64 = 4 * BATCH_ROWS as u64;

/// The most vertices or edges: ids and counts are signed 64-bit integers.
const LIMIT: u64 = i64::MAX as u64;

/// A graph that knows its edges by number.
pub(super) trait EdgeRule: Clone + Send + Sync + 'static {
    /// What it is called in plans, with its parameters.
    fn describe(&self) -> String;

    /// The edge of this number, below the number of edges.
    fn edge(&self, number: u64) -> (u64, u64);
}

/// The `num_edges` edges of a rule as morsels.
pub(super) fn rule_morsels<R: EdgeRule>(
    rule: &R,
    num_vertices: u64,
    num_edges: u64,
) -> Box<dyn Morsels> {
    let rule = rule.clone();
    let blocks = (0..num_edges.div_ceil(BLOCK_EDGES)).map(move |at| {
        let next = at * BLOCK_EDGES;
        RuleBlock { rule: rule.clone(), next, end: num_edges.min(next + BLOCK_EDGES) }
    });
    morsels(blocks, num_vertices)
}

struct RuleBlock<R> {
    rule: R,
    next: u64,
    end: u64,
}

impl<R: EdgeRule> EdgeBlock for RuleBlock<R> {
    fn num_edges(&self) -> u64 {
        self.end - self.next
    }

    fn fill<V: VertexId>(&mut self, sources: &mut [V], targets: &mut [V]) -> usize {
        for (number, (source, target)) in (self.next..).zip(sources.iter_mut().zip(targets)) {
            let (from, to) = self.rule.edge(number);
            (*source, *target) = (V::from_u64(from), V::from_u64(to));
        }
        self.next += sources.len() as u64;
        sources.len()
    }
}

/// Makes a source of a type that is an [`EdgeRule`] and a
/// [`GraphGenerator`](super::GraphGenerator).
macro_rules! source_by_rule {
    ($generator:ty) => {
        impl quince_core::pipeline::Source for $generator {
            fn name(&self) -> String {
                $crate::generators::rule::EdgeRule::describe(self)
            }

            fn open(
                &self,
                _env: &quince_core::Environment,
            ) -> quince_core::Result<Box<dyn quince_core::pipeline::Morsels>> {
                use $crate::generators::GraphGenerator;
                self.validate()?;
                let (vertices, edges) = (self.num_vertices(), self.expected_edges());
                Ok($crate::generators::rule::rule_morsels(self, vertices, edges))
            }
        }
    };
}
pub(super) use source_by_rule;

/// An error if there are fewer than `least` vertices, or more vertices or edges than can be.
pub(super) fn check_size(
    generator: &'static str,
    least: u64,
    vertices: u128,
    edges: u128,
) -> Result<(), GeneratorError> {
    if vertices < u128::from(least) {
        let vertices = vertices as u64;
        return Err(GeneratorError::TooFewVertices { generator, vertices, least });
    }
    let limit = LIMIT;
    if vertices > u128::from(limit) {
        return Err(GeneratorError::TooManyVertices { generator, vertices, limit });
    }
    if edges > u128::from(limit) {
        return Err(GeneratorError::TooManyEdges { generator, limit });
    }
    Ok(())
}

/// An error that says what a parameter must be.
pub(super) fn refused(
    generator: &'static str,
    parameter: &'static str,
    value: impl ToString,
    expected: impl Into<String>,
) -> GeneratorError {
    let (value, expected) = (value.to_string(), expected.into());
    GeneratorError::Parameter { generator, parameter, value, expected }
}
