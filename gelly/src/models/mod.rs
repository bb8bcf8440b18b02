//! Gelly's three iteration models, over an indexed graph.
//!
//! | model | functions | messages are received | active |
//! |---|---|---|---|
//! | [`vertex_centric`] (Pregel) | compute, combine | in the next superstep | who got a message; at first all |
//! | [`scatter_gather`] (Spargel) | scatter, gather | in the same superstep | whose value changed; at first all |
//! | [`gather_sum_apply`] | gather, sum, apply | in the same superstep | whose value changed; at first all |
//!
//! Functions are closures, or types that implement the model's traits and so can have hooks before
//! and after supersteps. They see vertices by dense numbers, which go into arrays of your own, and
//! by their ids. All three lower to core's iteration by messages, which chooses in every superstep
//! how messages cross the edges, and says so in the report.
//!
//! # Speed
//! The engine does less where a program says what it knows: a combiner by its name
//! ([`Combiner::min`](quince_core::iteration::Combiner::min) instead of a closure), a function that
//! leaves infinity as it is ([`KeepsIdle`]), a narrower value to gather
//! ([`reading`](gather_sum_apply::GatherSumApply::reading)), or that values only improve
//! ([`improving`](gather_sum_apply::GatherSumApply::improving)).
//!
//! # Order
//! The messages to a vertex come in one order, whatever is chosen and however many threads there
//! are: first those that were sent to all neighbours, by dense number of the sender, along parallel
//! edges in the order of the input; then those that were sent one by one, by sender, in the order
//! of sending. Aggregates are combined in a fixed order too. So results have the same bits.

mod aggregators;
mod along;
mod configuration;
pub mod gather_sum_apply;
mod improve;
mod on_graph;
mod post;
mod result;
mod run;
pub mod scatter_gather;
pub mod vertex_centric;
mod ways;

pub use aggregators::{Aggregable, DOUBLE_SUM, LONG_SUM};
pub use along::{AlongEdges, KeepsIdle, Unchanged};
pub use configuration::{IterationConfiguration, SuperstepContext};
pub use improve::{Improvement, ImprovementResult, Improves};
pub use on_graph::IterationResult;
pub use result::ModelResult;
pub use ways::{Edges, IncidentEdge};
