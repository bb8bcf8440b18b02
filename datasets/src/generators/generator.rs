//! What every generator offers.

use std::fmt::Debug;

use quince_core::pipeline::Source;

use super::{GeneratorError, VertexRange};

/// A description of a graph that is a source of its edges.
///
/// The vertices are `0..num_vertices`. Those without an edge show only in the source that
/// [`vertices`](Self::vertices) gives.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::executor::count;
/// use quince_datasets::generators::{GraphGenerator, StarGraph};
/// let env = Environment::builder().threads(2).memory("64 MiB").build()?;
/// let star = StarGraph::new(5);
/// assert_eq!((star.num_vertices(), star.expected_edges()), (5, 8));
/// assert_eq!(count(&env, &star, &[])?, 8);
/// assert_eq!(count(&env, &star.vertices(), &[])?, 5);
/// # Ok::<(), quince_core::Error>(())
/// ```
pub trait GraphGenerator: Source + Debug {
    /// The number of vertices; those without an edge count.
    fn num_vertices(&self) -> u64;

    /// The number of edges that the source gives; where chance decides, about so many.
    fn expected_edges(&self) -> u64;

    /// Says what is wrong with the description, if anything is.
    fn validate(&self) -> Result<(), GeneratorError>;

    /// All vertices: a source of one column of ids.
    fn vertices(&self) -> VertexRange {
        VertexRange::new(self.num_vertices())
    }
}

/// Implements the trait by the methods of the same names that the type itself has.
macro_rules! generator_by_methods {
    ($generator:ty) => {
        impl $crate::generators::GraphGenerator for $generator {
            fn num_vertices(&self) -> u64 {
                self.num_vertices()
            }

            fn expected_edges(&self) -> u64 {
                self.num_edges()
            }

            fn validate(&self) -> Result<(), GeneratorError> {
                self.validate()
            }
        }
    };
}
pub(super) use generator_by_methods;
