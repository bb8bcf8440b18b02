//! Every kernel on one thread, as anybody would write it: what its answer must be, and the COST of
//! running it in parallel (McSherry, Isard and Murray: *Scalability! But at what COST?*, 2015).
//!
//! All read the index that Quince reads and number vertices as it does, so that neither order nor
//! layout makes the difference.

mod betweenness;
mod breadth_first_search;
mod components;
mod dijkstra;
mod directed_clustering;
mod label_propagation;
mod page_rank;
mod triangles;

pub use betweenness::betweenness;
pub use breadth_first_search::{UNREACHED, breadth_first_search};
pub use components::components;
pub use dijkstra::dijkstra;
pub use directed_clustering::directed_clustering;
pub use label_propagation::label_propagation;
pub use page_rank::{page_rank, page_rank_change};
pub use triangles::Oriented;
