//! Generators: graphs from a seed instead of a file.
//!
//! Each generator is a description ([`RMat`], [`Uniform`], [`Grid`]) and a
//! [`Source`](quince_core::pipeline::Source) of batches with the columns `source` and `target`:
//! `UInt32` while all ids fit, else `Int64`. The edges are cut into blocks whose size and seed
//! depend on the description only, one block to a morsel, so the same description gives the same
//! edges in the same order at any number of threads.
//!
//! A source reports [`Progress`](quince_core::events::Event::Progress) in edges, once per morsel;
//! whoever runs it begins and ends the phase, with `num_edges` as its total. What is wrong with a
//! description is said when it is opened, or earlier by `validate`.
//!
//! ```
//! use quince_core::Environment;
//! use quince_core::executor::collect;
//! use quince_datasets::generators::RMat;
//! let env = Environment::builder().threads(2).memory("64 MiB").build()?;
//! let batches = collect(&env, &RMat::new(10).edge_factor(4), &[])?;
//! assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 4096);
//! # Ok::<(), quince_core::Error>(())
//! ```

mod blocks;
mod error;
mod grid;
mod r_mat;
#[cfg(test)]
mod test_support;
mod uniform;

pub use error::GeneratorError;
pub use grid::Grid;
pub use r_mat::RMat;
pub use uniform::Uniform;
