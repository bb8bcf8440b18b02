//! What most programs need: `use quince::prelude::*`.

pub use quince_algorithms::{
    ConnectedComponents, ConnectedComponentsResult, GraphStatistics, GraphStatisticsResult,
    PageRank, PageRankResult, Precision,
};
pub use quince_core::{Environment, executor};
pub use quince_datasets::generators::{Grid, RMat, Uniform};
pub use quince_datasets::sinks::{TableOptions, edge_list_sink, table_sink};
pub use quince_datasets::{EdgeList, Format, Header, IdType, VertexList};
pub use quince_gelly::{
    Duplicates, EdgeDirection, Graph, GraphAlgorithm, SelfLoops, VertexId, VertexOrder, edges,
    weighted_edges,
};
