//! What most programs need: `use quince::prelude::*`.
//!
//! ```
//! use quince::prelude::*;
//!
//! // Where the engine is, for a program that depends on `quince` alone.
//! #[derive(Clone, Debug, PartialEq, Record)]
//! #[record(crate = "quince::core")]
//! struct Painter {
//!     name: String,
//!     born: u16,
//! }
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("painters.csv");
//! std::fs::write(&path, "born,name\n1577,Rubens\n1599,Velázquez\n")?;
//! let env = Environment::builder().threads(2).build()?;
//! let painters: DataSet<Painter> = CsvFile::open(&path)?.read(&env);
//! let names = painters.filter(|painter| painter.born < 1580).map(|painter| painter.name);
//! assert_eq!(names.collect()?, ["Rubens"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use crate::graph_csv::{FromCsvReader, GraphCsvReader};
// The settings of every algorithm; results are named in `quince::algorithms`.
pub use quince_algorithms::{
    AdamicAdar, AverageClusteringCoefficient, Betweenness, BreadthFirstSearch, Closeness,
    CommunityDetection, CommunityDetectionLabelPropagation, ConnectedComponents,
    ConnectedComponentsResult, CoreDecomposition, EdgeMetrics, GlobalClusteringCoefficient,
    GraphStatistics, GraphStatisticsResult, HarmonicCentrality, Hits, JaccardIndex,
    LabelPropagation, Leiden, LocalClusteringCoefficient, Louvain, MinimumSpanningForest,
    Modularity, PageRank, PageRankResult, PersonalizedPageRank, Precision,
    SingleSourceShortestPaths, StronglyConnectedComponents, TopologicalOrder, TriadicCensus,
    TriangleCount, TriangleEnumerator, TriangleListing, VertexMetrics,
};
// Data sets, and what their operators take beside records.
pub use quince_core::columnar::{Order, Record};
pub use quince_core::dataset::DataSet;
pub use quince_core::iteration::{Criterion, StopReason};
pub use quince_core::operators::{Aggregation, JoinHint};
pub use quince_core::report::RunReport;
pub use quince_core::{Environment, executor};
pub use quince_datasets::generators::{GraphGenerator, Grid, Kronecker, RMatGraph, Uniform};
pub use quince_datasets::sinks::{TableOptions, edge_list_sink, record_sink, table_sink};
pub use quince_datasets::{CsvFile, ParquetFile, TextFile, WriteFile};
pub use quince_datasets::{EdgeList, Format, Header, IdType, VertexList};
pub use quince_gelly::{
    Duplicates, Edge, EdgeDirection, Graph, GraphAlgorithm, GraphAnalytic, Id, IndexedGraph,
    Neighborhood, SelfLoops, Triplet, Vertex, VertexId, VertexKey, VertexOrder, edges,
    weighted_edges,
};
