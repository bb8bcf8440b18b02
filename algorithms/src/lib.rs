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
//! | [`Louvain`], [`Leiden`] | steps, each of iterations by rounds | `louvain.rs`, `leiden.rs`, `multilevel` |
//! | [`Modularity`] | none: one pass over the indexes | `modularity.rs` |
//! | [`ConnectedComponents`] | delta, rewritten to a fold of each component | `connected_components.rs` |
//! | [`BreadthFirstSearch`] | frontier traversal | `breadth_first_search.rs` |
//! | [`Betweenness`] | steps of traversals and level sweeps | `betweenness.rs` |
//! | [`Closeness`] | steps of 64 traversals at once | `closeness.rs` |
//! | [`HarmonicCentrality`] | steps of 64 traversals at once | `harmonic_centrality.rs` |
//! | [`StronglyConnectedComponents`] | steps of ordered deltas, forwards and backwards | `strongly_connected_components.rs` |
//! | [`TopologicalOrder`] | steps, one a level | `topological_order.rs` |
//! | [`MinimumSpanningForest`] | steps, one a round | `minimum_spanning_forest.rs` |
//! | [`SingleSourceShortestPaths`] | ordered delta | `single_source_shortest_paths.rs` |
//! | [`IncrementalSingleSourceShortestPaths`] | steps, then ordered delta | `incremental_single_source_shortest_paths.rs` |
//! | [`TriangleCount`], [`TriangleListing`], [`TriangleEnumerator`] | none: intersections of rows | `triangle_count.rs`, `triangle_listing.rs`, `triangle_enumerator.rs` |
//! | [`LocalClusteringCoefficient`], [`GlobalClusteringCoefficient`], [`AverageClusteringCoefficient`] | none: triangles | `local_clustering_coefficient.rs`, ... |
//! | [`CoreDecomposition`] | peeling | `core_decomposition.rs` |
//! | [`JaccardIndex`], [`AdamicAdar`] | none: paths of two edges | `jaccard_index.rs`, `adamic_adar.rs` |
//! | [`VertexMetrics`], [`EdgeMetrics`] | none: one pass over the indexes | `vertex_metrics.rs`, `edge_metrics.rs` |
//! | [`TriadicCensus`] | none: triangles | `triadic_census.rs` |
//! | [`GraphStatistics`] | none: one pass over the indexes | `graph_statistics.rs` |

mod adamic_adar;
mod average_clustering_coefficient;
mod batches;
mod betweenness;
mod breadth_first_search;
mod centrality;
#[cfg(feature = "cli")]
pub mod cli;
mod closeness;
#[cfg(feature = "cli")]
mod command;
mod communities;
mod community_detection;
mod community_detection_label_propagation;
mod connected_components;
mod core_decomposition;
mod edge_metrics;
mod global_clustering_coefficient;
mod graph_statistics;
mod harmonic_centrality;
mod hits;
mod incremental_single_source_shortest_paths;
mod jaccard_index;
mod label_propagation;
mod leiden;
mod local_clustering_coefficient;
mod louvain;
mod minimum_spanning_forest;
mod modularity;
mod multilevel;
mod neighborhood;
mod outcome;
mod page_rank;
mod personalized_page_rank;
mod shared_neighbors;
mod single_source_shortest_paths;
mod sources;
mod stopping;
mod strongly_connected_components;
#[cfg(test)]
mod test_graphs;
#[cfg(test)]
mod test_support;
mod topological_order;
mod triadic_census;
mod triangle_count;
mod triangle_enumerator;
mod triangle_listing;
mod vertex_labels;
mod vertex_metrics;
mod weights;

pub use adamic_adar::{AdamicAdar, AdamicAdarPair, AdamicAdarResult};
pub use average_clustering_coefficient::{
    AverageClusteringCoefficient, AverageClusteringCoefficientResult,
};
pub use betweenness::{Betweenness, Normalization};
pub use breadth_first_search::{BreadthFirstSearch, BreadthFirstSearchResult};
pub use centrality::CentralityResult;
pub use closeness::Closeness;
pub use communities::CommunitiesResult;
pub use community_detection::{CommunityDetection, CommunityDetectionResult};
pub use community_detection_label_propagation::{
    CommunityDetectionLabelPropagation, CommunityDetectionLabelPropagationResult,
};
pub use connected_components::{ConnectedComponents, ConnectedComponentsResult};
pub use core_decomposition::{CoreDecomposition, CoreDecompositionResult};
pub use edge_metrics::{EdgeMetrics, EdgeMetricsResult};
pub use global_clustering_coefficient::{
    GlobalClusteringCoefficient, GlobalClusteringCoefficientResult,
};
pub use graph_statistics::{
    DegreeStatistics, GraphStatistics, GraphStatisticsResult, WeightStatistics,
};
pub use harmonic_centrality::HarmonicCentrality;
pub use hits::{Hits, HitsResult, HitsScores};
pub use incremental_single_source_shortest_paths::{
    IncrementalSingleSourceShortestPaths, IncrementalSingleSourceShortestPathsResult,
};
pub use jaccard_index::{Fraction, InvalidFraction, JaccardIndex, JaccardIndexResult, JaccardPair};
pub use label_propagation::{LabelPropagation, LabelPropagationResult};
pub use leiden::Leiden;
pub use local_clustering_coefficient::{
    LocalClusteringCoefficient, LocalClusteringCoefficientResult,
};
pub use louvain::Louvain;
pub use minimum_spanning_forest::{MinimumSpanningForest, MinimumSpanningForestResult};
pub use modularity::{Modularity, ModularityResult};
pub use multilevel::CommunityLevel;
pub use outcome::Outcome;
pub use page_rank::{PageRank, PageRankResult, Precision, Ranks};
pub use personalized_page_rank::{PersonalizedPageRank, PersonalizedPageRankResult, Ranking};
pub use single_source_shortest_paths::{
    SingleSourceShortestPaths, SingleSourceShortestPathsResult,
};
pub use sources::Sources;
pub use strongly_connected_components::StronglyConnectedComponents;
pub use topological_order::{TopologicalOrder, TopologicalOrderResult};
pub use triadic_census::{TriadicCensus, TriadicCensusResult};
pub use triangle_count::{TriangleCount, TriangleCountResult};
pub use triangle_enumerator::TriangleEnumerator;
pub use triangle_listing::{Triangle, TriangleListing, TriangleListingResult};
pub use vertex_labels::VertexLabels;
pub use vertex_metrics::{VertexMetrics, VertexMetricsResult};
