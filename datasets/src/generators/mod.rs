//! Generators: graphs from a seed instead of a file.
//!
//! Each is a [`GraphGenerator`]: a description that is a
//! [`Source`](quince_core::pipeline::Source) of batches with the columns `source` and `target`:
//! `UInt32` while all ids fit, else `Int64`. The edges are cut into blocks whose size and seed
//! depend on the description only, one block to a morsel, so the same description gives the same
//! edges in the same order at any number of threads.
//!
//! | graph | generator | an edge between two vertices |
//! |---|---|---|
//! | those of Gelly | [`CirculantGraph`], [`RMatGraph`] | goes one way |
//! | | [`CompleteGraph`], [`CycleGraph`], [`EchoGraph`], [`EmptyGraph`], [`GridGraph`], [`HypercubeGraph`], [`PathGraph`], [`SingletonEdgeGraph`], [`StarGraph`] | occurs in both directions |
//! | random | [`ErdosRenyi`], [`BarabasiAlbert`], [`WattsStrogatz`], [`StochasticBlockModel`], [`Kronecker`] (Graph500), [`Uniform`] (GAP) | occurs once |
//! | two dimensions | [`Grid`] | occurs once |
//!
//! A source reports [`Progress`](quince_core::events::Event::Progress) in edges, once per morsel;
//! whoever runs it begins and ends the phase, with `num_edges` as its total. What is wrong with a
//! description is said when it is opened, or earlier by `validate`.
//!
//! ```
//! use quince_core::Environment;
//! use quince_core::executor::collect;
//! use quince_datasets::generators::RMatGraph;
//! let env = Environment::builder().threads(2).memory("64 MiB").build()?;
//! let batches = collect(&env, &RMatGraph::new(10).edge_factor(4), &[])?;
//! assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 4096);
//! # Ok::<(), quince_core::Error>(())
//! ```

mod barabasi_albert;
mod blocks;
mod cells;
mod circulant_graph;
mod complete_graph;
mod cycle_graph;
mod echo_graph;
mod empty_graph;
mod erdos_renyi;
mod error;
mod generator;
mod grid;
mod grid_graph;
mod hypercube_graph;
mod kronecker;
mod path_graph;
mod r_mat;
mod random;
mod rule;
mod singleton_edge_graph;
mod star_graph;
mod stochastic_block_model;
#[cfg(test)]
mod test_support;
mod uniform;
mod vertex_range;
mod watts_strogatz;

pub use barabasi_albert::BarabasiAlbert;
pub use circulant_graph::CirculantGraph;
pub use complete_graph::CompleteGraph;
pub use cycle_graph::CycleGraph;
pub use echo_graph::EchoGraph;
pub use empty_graph::EmptyGraph;
pub use erdos_renyi::ErdosRenyi;
pub use error::GeneratorError;
pub use generator::GraphGenerator;
pub use grid::Grid;
pub use grid_graph::GridGraph;
pub use hypercube_graph::HypercubeGraph;
pub use kronecker::Kronecker;
pub use path_graph::PathGraph;
pub use r_mat::RMatGraph;
pub use singleton_edge_graph::SingletonEdgeGraph;
pub use star_graph::StarGraph;
pub use stochastic_block_model::StochasticBlockModel;
pub use uniform::Uniform;
pub use vertex_range::VertexRange;
pub use watts_strogatz::WattsStrogatz;
