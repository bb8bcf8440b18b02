//! The algorithm library of Quince: one paper per file, each a high-level program on the core's
//! iterations.
//!
//! | algorithm | iteration | file |
//! |---|---|---|
//! | [`PageRank`] | bulk | `page_rank.rs` |
//! | [`PersonalizedPageRank`] | bulk | `personalized_page_rank.rs` |
//! | [`Hits`] | alternating | `hits.rs` |
//! | [`LabelPropagation`] | row | `label_propagation.rs` |
//! | [`CommunityDetectionLabelPropagation`] | row | `community_detection_label_propagation.rs` |
//! | [`CommunityDetection`] | row | `community_detection.rs` |
//! | [`ConnectedComponents`] | delta, rewritten to a fold of each component | `connected_components.rs` |
//! | [`GraphStatistics`] | none: one pass over the indexes | `graph_statistics.rs` |

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
mod command;
mod community_detection;
mod community_detection_label_propagation;
mod connected_components;
mod graph_statistics;
mod hits;
mod label_propagation;
mod outcome;
mod page_rank;
mod personalized_page_rank;
mod stopping;
#[cfg(test)]
mod test_graphs;
mod vertex_labels;

pub use community_detection::{CommunityDetection, CommunityDetectionResult};
pub use community_detection_label_propagation::{
    CommunityDetectionLabelPropagation, CommunityDetectionLabelPropagationResult,
};
pub use connected_components::{ConnectedComponents, ConnectedComponentsResult};
pub use graph_statistics::{
    DegreeStatistics, GraphStatistics, GraphStatisticsResult, WeightStatistics,
};
pub use hits::{Hits, HitsResult, HitsScores};
pub use label_propagation::{LabelPropagation, LabelPropagationResult};
pub use outcome::Outcome;
pub use page_rank::{PageRank, PageRankResult, Precision, Ranks};
pub use personalized_page_rank::{PersonalizedPageRank, PersonalizedPageRankResult, Ranking};
pub use vertex_labels::VertexLabels;
