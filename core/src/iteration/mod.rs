//! Native iterations: the superstep loop, once, and the bodies that plug into it.
//!
//! | body | solution | what crosses the index | ends |
//! |---|---|---|---|
//! | [`BulkIteration`] | replaced whole, every superstep | a projection of every key's state | by its [`Criterion`] |
//! | [`DeltaIteration`] | changed where a message improves it | the values that changed last | when nothing changes, or by its criterion |
//! | [`OrderedIteration`] | as in a delta iteration | the values of one bucket | when nothing is pending |
//! | [`FrontierTraversal`] | levels and parents | the keys of one level | when nothing is new |
//!
//! Bulk and delta iterations are synchronous: a superstep sees what the one before left, never what it writes itself.
//! Together with sums in the order of the index that makes every value and every count of the
//! report the same at any number of threads.
//!
//! A [`ForwardProgram`] (a delta iteration whose messages are the values themselves) over edges
//! that go both ways has a closed form, the fold of each component; [`DeltaIteration::forward`]
//! takes it as a rewrite that can be switched off.

mod bitmap;
mod bulk;
mod component_fold;
mod criterion;
mod dataflow;
mod delta;
mod forward;
mod identity;
mod level_sweep;
mod multi_traversal;
mod ordered;
mod resume;
mod steps;
mod superstep;
mod tiled;
mod traversal;
mod values;
mod workset;

pub use crate::report::{Direction, IterationReport, SnapshotReport, StopReason, SuperstepReport};
pub use bulk::{BulkContext, BulkIteration, BulkProgram, BulkResult};
pub use component_fold::ForwardProgram;
pub use criterion::{Condition, Criterion};
pub use dataflow::{Aggregate, BulkStep, DeltaStep, SolutionJoin, Superstep};
pub use delta::{DeltaIteration, DeltaProgram, DeltaResult};
pub use forward::{COMPONENT_FOLD, Rewrites};
pub use level_sweep::{LevelProgram, LevelSweep};
pub use multi_traversal::MultiTraversal;
pub use ordered::{BucketWidth, OrderedIteration, OrderedProgram, OrderedResult, bucket_width};
pub use steps::{StepOutcome, StepProgram, run_steps};
pub use tiled::{COLUMN_TILES, column_tiles};
pub use traversal::{FrontierTraversal, UNREACHED};
