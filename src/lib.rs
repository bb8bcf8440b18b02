//! Quince: iterative graph analytics on native bulk and delta iterations, in managed memory.
//!
//! Three steps: an [`Environment`](core::Environment) says with what to run (threads, memory
//! budget), a [`Graph`](gelly::Graph) is loaded from a source, and algorithms run on it. Vertex
//! ids are integers or texts, as the input has them, and results come with the same ids.
//!
//! ```
//! use quince::prelude::*;
//!
//! fn main() -> quince::Result<()> {
//!     let env = Environment::builder().threads(2).memory("1 GiB").build()?;
//!     let graph = Graph::from_source(&env, &EdgeList::open("datasets/graphs/p2p-31.e.gz")?)?;
//!     let ranks = graph.run(PageRank::default())?;
//!     for (id, rank) in ranks.top(10) {
//!         println!("{id}\t{rank:.6}");
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Graphs
//! A graph is described step by step: directed or not, what becomes of self-loops and duplicates,
//! which vertices there are besides those with edges.
//!
//! ```
//! use quince::prelude::*;
//!
//! let env = Environment::builder().threads(1).build()?;
//! let friends = EdgeList::open("datasets/graphs/lesmis.tsv")?.weighted(true);
//! let graph = Graph::builder(&env)
//!     .directed(false)
//!     .self_loops(SelfLoops::Drop)
//!     .duplicates(Duplicates::Sum)
//!     .build_weighted(&friends)?;
//! let facts = graph.run(GraphStatistics)?;
//! assert_eq!((facts.vertices, facts.edges), (77, 254));
//! assert_eq!(facts.out_degree.vertex.as_deref(), Some("Valjean"));
//! # Ok::<(), quince::Error>(())
//! ```
//!
//! # Results
//! A result answers by id, lists itself in the order of ids or of values, tells how its iteration
//! went, and is a table that any sink writes.
//!
//! ```
//! use quince::prelude::*;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("components.csv");
//! let env = Environment::builder().threads(2).build()?;
//! let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3), (7, 8)]))?;
//! let components = graph.run(ConnectedComponents::default())?;
//! assert_eq!(components.num_components()?, 2);
//! assert_eq!(components.component(3), Some(VertexId::Integer(1)));
//!
//! executor::write(&env, &components.table(), &[], table_sink(&path, TableOptions::default())?)?;
//! assert_eq!(std::fs::read_to_string(&path)?, "vertex,component\n1,1\n2,1\n3,1\n7,7\n8,7\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Data sets
//! Under graphs and algorithms lie data sets of any record type, with the operators of Flink's
//! DataSet API: rows of tuples, numbers, texts or structs that derive
//! [`Record`](core::columnar::Record), read from CSV, Parquet, lines of text or Arrow.
//!
//! ```
//! use quince::prelude::*;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("hamlet.txt");
//! std::fs::write(&path, "to be or\nnot to be\n")?;
//! let env = Environment::builder().threads(2).build()?;
//! let words = TextFile::open(&path)?
//!     .read(&env)
//!     .flat_map(|line| line.split(' ').map(|word| (word.to_owned(), 1u64)).collect::<Vec<_>>());
//! let counts = words.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
//! let twice = counts.filter(|(_, count)| *count == 2).map(|(word, _)| word);
//! let mut twice = twice.collect()?;
//! twice.sort();
//! assert_eq!(twice, ["be", "to"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Plans
//! [`Graph::explain`](gelly::Graph::explain) shows how an algorithm would run: its operators,
//! their physical properties, and which rewrite was taken for what reason.
//!
//! ```
//! use quince::prelude::*;
//!
//! let env = Environment::builder().threads(1).build()?;
//! let graph = Graph::from_source(&env, &edges([(1, 2), (2, 3)]))?;
//! let plan = graph.explain(&ConnectedComponents::default())?.to_string();
//! assert!(plan.starts_with("delta iteration ConnectedComponents"));
//! # Ok::<(), quince::Error>(())
//! ```
//!
//! # Crates
//! | module | holds |
//! |---|---|
//! | [`core`] | the engine: memory, columns, operators, plans, indexes, iterations |
//! | [`datasets`] | readers, writers and generators |
//! | [`gelly`] | the graph |
//! | [`algorithms`] | the algorithm library and, with the feature `cli`, the command |
//!
//! The feature `cli` is on by default for the sake of the `quince` command; programs that use
//! only the library may switch it off.
#![forbid(unsafe_code)]

mod error;
mod graph_csv;
pub mod prelude;

pub use quince_algorithms as algorithms;
pub use quince_core as core;
pub use quince_datasets as datasets;
pub use quince_gelly as gelly;

pub use error::{Error, Result};
pub use graph_csv::{FromCsvReader, GraphCsvReader, IncludedFields};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;

#[cfg(doctest)]
#[doc = include_str!("../docs/from-gelly.md")]
struct FromGellyDoctests;
