//! The algorithm library of Quince: one paper per file, each a high-level program on the core's
//! iterations.
//!
//! | algorithm | iteration | file |
//! |---|---|---|
//! | [`PageRank`] | bulk | `page_rank.rs` |
//! | [`ConnectedComponents`] | delta, rewritten to a fold of each component | `connected_components.rs` |
//! | [`BreadthFirstSearch`] | frontier traversal | `breadth_first_search.rs` |
//! | [`Betweenness`] | steps of traversals and level sweeps | `betweenness.rs` |
//! | [`Closeness`] | steps of 64 traversals at once | `closeness.rs` |
//! | [`HarmonicCentrality`] | steps of 64 traversals at once | `harmonic_centrality.rs` |
//! | [`SingleSourceShortestPaths`] | ordered delta | `single_source_shortest_paths.rs` |
//! | [`GraphStatistics`] | none: one pass over the indexes | `graph_statistics.rs` |

mod batches;
mod betweenness;
mod breadth_first_search;
mod centrality;
#[cfg(feature = "cli")]
pub mod cli;
mod closeness;
#[cfg(feature = "cli")]
mod command;
mod connected_components;
mod graph_statistics;
mod harmonic_centrality;
mod outcome;
mod page_rank;
mod single_source_shortest_paths;
mod sources;
#[cfg(test)]
mod test_support;

pub use betweenness::{Betweenness, Normalization};
pub use breadth_first_search::{BreadthFirstSearch, BreadthFirstSearchResult};
pub use centrality::CentralityResult;
pub use closeness::Closeness;
pub use connected_components::{ConnectedComponents, ConnectedComponentsResult};
pub use graph_statistics::{
    DegreeStatistics, GraphStatistics, GraphStatisticsResult, WeightStatistics,
};
pub use harmonic_centrality::HarmonicCentrality;
pub use outcome::Outcome;
pub use page_rank::{PageRank, PageRankResult, Precision, Ranks};
pub use single_source_shortest_paths::{
    SingleSourceShortestPaths, SingleSourceShortestPathsResult,
};
pub use sources::Sources;
