//! What can go wrong with a graph.

/// The result of everything that is done with a graph.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation on a graph failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine failed: memory, input, cancellation, a panic in a function.
    #[error(transparent)]
    Core(#[from] quince_core::Error),
    /// A parameter of an algorithm is out of its range.
    #[error("{algorithm}: {parameter} is {value}; it must be {expected}")]
    Parameter {
        /// The algorithm.
        algorithm: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// The algorithm is defined for undirected graphs.
    #[error(
        "{algorithm} needs an undirected graph, and this one is directed; read it with \
         --undirected (in a program: directed(false))"
    )]
    NeedsUndirected {
        /// The algorithm.
        algorithm: &'static str,
    },
    /// An edge weighs what an algorithm cannot work with.
    #[error(
        "{algorithm}: the edge from {source_id} to {target_id} weighs {weight}; weights must be {expected}; \
         leave the weights out, or change them before the graph is built"
    )]
    Weight {
        /// The algorithm.
        algorithm: &'static str,
        /// Where the edge comes from.
        source_id: String,
        /// Where it goes to.
        target_id: String,
        /// What it weighs.
        weight: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// Vertices and what the edges say of them do not agree.
    #[error(
        "the graph has {found} vertices with values, and {expected} ids among vertices and ends of \
         edges; an id stands twice, or an edge ends at no vertex (see `InvalidVertexIds`)"
    )]
    Vertices {
        /// Vertices with values.
        found: u64,
        /// Distinct ids.
        expected: u64,
    },
    /// An algorithm on undirected graphs was given a directed one.
    #[error(
        "{algorithm}: the graph is directed and the algorithm is about undirected ones; read the \
         edges both ways (--undirected, or GraphBuilder::directed(false))"
    )]
    Directed {
        /// The algorithm.
        algorithm: &'static str,
    },
    /// An algorithm needs edges that go one way.
    #[error(
        "{algorithm} needs a directed graph, and this one is undirected; read it with --directed \
         (in a program: directed(true))"
    )]
    NeedsDirected {
        /// The algorithm.
        algorithm: &'static str,
    },
    /// There is no order because edges lead back.
    #[error("{algorithm}: {id} is on a cycle; an order exists only where no path leads back")]
    Cycle {
        /// The algorithm.
        algorithm: &'static str,
        /// A vertex on a cycle.
        id: String,
    },
    /// A program of a model sent a message to a vertex that the graph does not have.
    #[error(
        "{iteration}, superstep {superstep}: {sender} sent a message to {recipient}, which the graph \
         does not have; add it to the graph before, or ask for it with `find` before sending"
    )]
    UnknownRecipient {
        /// The name of the iteration.
        iteration: String,
        /// When it was sent.
        superstep: u64,
        /// Who sent it; the first of them, if there are several.
        sender: String,
        /// To whom.
        recipient: String,
    },
    /// The graph has no vertex of that id.
    #[error("the graph has no vertex {id}; ids are as they stand in the input")]
    UnknownVertex {
        /// The id.
        id: String,
    },
}

impl From<quince_core::memory::MemoryError> for Error {
    fn from(error: quince_core::memory::MemoryError) -> Self {
        Self::Core(error.into())
    }
}
