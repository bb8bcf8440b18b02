//! One error for everything.

/// The result of everything that Quince does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something failed: the error of the crate that it came from.
///
/// ```
/// use quince::prelude::*;
///
/// fn edges_of(path: &str) -> quince::Result<u64> {
///     let env = Environment::builder().threads(1).build()?;
///     Ok(Graph::from_source(&env, &EdgeList::open(path)?)?.num_edges()?)
/// }
///
/// assert_eq!(edges_of("datasets/graphs/painters.tsv")?, 50);
/// let error = edges_of("no-such-file.tsv").unwrap_err();
/// assert!(matches!(error, quince::Error::Dataset(_)));
/// assert_eq!(error.to_string(), "no-such-file.tsv: no such file; check the path");
/// # Ok::<(), quince::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine: memory, cancellation, a panic in a function; and what a source or sink said
    /// while it ran.
    #[error(transparent)]
    Core(quince_core::Error),
    /// The graph or an algorithm: a parameter out of range, an unknown vertex.
    #[error(transparent)]
    Graph(quince_gelly::Error),
    /// Values of vertices were asked for, and there is no file of vertices.
    #[error(
        "values of vertices need a file of vertices: name it by `vertices`, or make values of ids \
         by `edge_types_with`"
    )]
    NoVertexFile,
    /// A reader.
    #[error(transparent)]
    Dataset(#[from] quince_datasets::DatasetError),
    /// A generator.
    #[error(transparent)]
    Generator(#[from] quince_datasets::generators::GeneratorError),
    /// A writer.
    #[error(transparent)]
    Sink(#[from] quince_datasets::sinks::SinkError),
}

impl From<quince_core::Error> for Error {
    fn from(error: quince_core::Error) -> Self {
        Self::Core(error)
    }
}

impl From<quince_core::memory::MemoryError> for Error {
    fn from(error: quince_core::memory::MemoryError) -> Self {
        Self::Core(error.into())
    }
}

impl From<quince_gelly::Error> for Error {
    /// An error of the engine is the same whether it came through a graph or not.
    fn from(error: quince_gelly::Error) -> Self {
        match error {
            quince_gelly::Error::Core(error) => Self::Core(error),
            other => Self::Graph(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_engine_are_not_wrapped_twice() {
        let through_graph = quince_gelly::Error::Core(quince_core::Error::Cancelled);
        assert!(matches!(Error::from(through_graph), Error::Core(quince_core::Error::Cancelled)));
    }
}
