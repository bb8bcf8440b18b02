//! The benchmark suite: graphs, protocols, references, peers and reports.
//!
//! `quince bench` is its command ([`COMMAND`]); `docs/performance.md` says how to read what it
//! writes. The criterion benchmarks in `benches/benches` look at single parts, on the same graphs.
//!
//! | module | holds |
//! |---|---|
//! | [`graphs`] | named graphs from seeds, and graphs on disk that all programs read |
//! | [`kernel`] | what is measured, and what an answer is |
//! | [`plain`] | every kernel on one thread, as anybody would write it |
//! | [`hand_written`] | three kernels in parallel, without the engine |
//! | [`general`] | algorithms written with general operators alone |
//! | [`verification`] | whether answers are right |
//! | [`machine`], [`roofline`] | what the memory can do, and what that allows |
//! | [`peers`] | other programs |
//! | [`session`] | one run of it all |
//! | [`report`], [`compare`], [`table`], [`html`] | what it found |

mod command;
pub mod compare;
mod error;
pub mod general;
pub mod graphs;
pub mod hand_written;
pub mod html;
pub mod kernel;
pub mod machine;
pub mod peers;
pub mod plain;
pub mod report;
pub mod roofline;
pub mod session;
pub mod statistics;
pub mod table;
pub mod verification;

pub use command::COMMAND;
pub use error::{Difference, Error, PeerFault, Result};
