//! The memory that a graph holds.

use serde::Serialize;

/// Bytes of the budget that a graph holds.
///
/// An index takes 4 bytes an entry, the weight of the entry, and 4 bytes a vertex. Edges are
/// entries of one index in each direction that was asked for; an edge of an undirected graph is
/// two entries of the one index that there is. The dictionary takes nothing where ids are 0..n and
/// stay in their order, 8 bytes a vertex where they are numbered anew, and what the ids take where
/// they are no range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GraphMemory {
    /// What leads from ids to dense numbers and back.
    pub dictionary_bytes: u64,
    /// The indexes that were made so far.
    pub index_bytes: u64,
    /// Edges as they came, until there is an index.
    pub edge_bytes: u64,
}

impl GraphMemory {
    /// All of it.
    ///
    /// ```
    /// # use quince_core::Environment;
    /// use quince_gelly::{EdgeDirection, IndexedGraph, edges};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let graph = IndexedGraph::from_source(&env, &edges([(0, 1), (1, 2), (2, 0), (0, 2)]))?;
    /// graph.index(EdgeDirection::Out)?;
    /// // 4 columns of 4 bytes, and 4 offsets of 4.
    /// assert_eq!(graph.memory().num_bytes(), 32);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_bytes(&self) -> u64 {
        self.dictionary_bytes + self.index_bytes + self.edge_bytes
    }
}
