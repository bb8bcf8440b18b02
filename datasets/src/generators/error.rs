//! What can be wrong with the description of a generated graph.

use quince_core::Error;

/// Why a graph cannot be generated as described.
#[derive(Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GeneratorError {
    /// The graph has no vertex.
    #[error("{generator}: 0 vertices; give at least 1")]
    NoVertices {
        /// The generator.
        generator: &'static str,
    },
    /// The scale is beyond what ids can hold.
    #[error("R-MAT: a scale of {scale} asks for 2^{scale} vertices; at most {limit} is allowed")]
    Scale {
        /// The scale asked for.
        scale: u32,
        /// The highest scale allowed.
        limit: u32,
    },
    /// More vertices than ids can hold.
    #[error("{generator}: {vertices} vertices; at most {limit} are allowed")]
    TooManyVertices {
        /// The generator.
        generator: &'static str,
        /// The vertices asked for.
        vertices: u128,
        /// The most allowed.
        limit: u64,
    },
    /// Fewer vertices than the graph is defined for.
    #[error("{generator}: {vertices} vertices; give at least {least}")]
    TooFewVertices {
        /// The generator.
        generator: &'static str,
        /// The vertices asked for.
        vertices: u64,
        /// The fewest allowed.
        least: u64,
    },
    /// More edges than can be counted.
    #[error("{generator}: more than {limit} edges; make it smaller")]
    TooManyEdges {
        /// The generator.
        generator: &'static str,
        /// The most allowed.
        limit: u64,
    },
    /// A parameter does not go with the others.
    #[error("{generator}: {parameter} is {value}; {expected}")]
    Parameter {
        /// The generator.
        generator: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What is allowed, as a sentence.
        expected: String,
    },
    /// A probability is not one.
    #[error("R-MAT: {name} is {value}; a probability from 0 to 1 is allowed")]
    Probability {
        /// Which one: `a`, `b` or `c`.
        name: &'static str,
        /// Its value.
        value: f32,
    },
    /// The probabilities of three quadrants leave less than nothing for the fourth.
    #[error(
        "R-MAT: a + b + c is {sum}; at most 1 is allowed, as the rest is the fourth quadrant's"
    )]
    ProbabilitySum {
        /// Their sum.
        sum: f64,
    },
    /// The noise is out of range.
    #[error("R-MAT: a noise of {value}; from 0 to {limit} is allowed")]
    Noise {
        /// The noise asked for.
        value: f32,
        /// The most allowed.
        limit: f32,
    },
    /// Drawn edges might never lie between existing vertices.
    #[error(
        "R-MAT: a is 0 and {vertices} is no power of two, so edges might never fall between these \
         vertices; give an a above 0 or a power of two"
    )]
    NeverInside {
        /// The vertices asked for.
        vertices: u64,
    },
}

impl From<GeneratorError> for Error {
    fn from(error: GeneratorError) -> Self {
        Error::source(error)
    }
}
