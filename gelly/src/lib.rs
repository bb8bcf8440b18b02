//! The graph of Quince: what a graph is, over core's data sets, dictionaries and indexes.
//!
//! ```
//! use quince_core::Environment;
//! use quince_gelly::{IndexedGraph, edges};
//!
//! let env = Environment::builder().threads(1).build()?;
//! let graph = IndexedGraph::from_source(&env, &edges([(17, 42), (42, 99)]))?;
//! assert_eq!((graph.num_vertices(), graph.num_edges()), (3, 2));
//! # Ok::<(), quince_gelly::Error>(())
//! ```

mod algorithm;
pub mod asm;
mod bipartite;
mod builder;
mod error;
mod graph;
mod graph_memory;
mod id;
mod indexed_graph;
pub mod java_hash;
pub mod models;
#[cfg(feature = "petgraph")]
mod petgraph_view;
mod summarization;
mod vertex_key;
mod vertex_table;
mod vertex_values;

pub use algorithm::{Estimate, GraphAlgorithm, GraphSize};
pub use bipartite::{BipartiteEdge, BipartiteGraph, Projection};
pub use builder::{AsIndex, GraphBuilder, edges, weighted_edges};
pub use error::{Error, Result};
pub use graph::{
    AsGraph, DenseValues, Edge, EdgeOrder, EdgeWeight, EdgesOf, Graph, GraphAnalytic,
    GraphValidator, InvalidVertexIds, Neighborhood, NeighborsOf, OnDataSets, OnIndex, Pending,
    RunOn, Triplet, Vertex,
};
pub use graph_memory::GraphMemory;
pub use id::Id;
pub use indexed_graph::{EdgeDirection, IndexedGraph};
#[cfg(feature = "petgraph")]
pub use petgraph_view::{AllEdges, EdgesAt, GraphView, PetgraphIndex, ViewedEdge, Visited};
pub use quince_core::index::{
    Csr, Duplicates, EntryValue as EdgeValue, Key as VertexId, KeyOrder as VertexOrder,
    SelfPairs as SelfLoops,
};
pub use summarization::{Summarization, Summarized};
pub use vertex_key::VertexKey;
pub use vertex_table::{VertexTable, id_column};
pub use vertex_values::VertexValues;
