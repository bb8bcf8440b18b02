//! Native iterations: the superstep loop, once, and the bodies that plug into it.
//!
//! | body | solution | what crosses the index | ends |
//! |---|---|---|---|
//! | [`BulkIteration`] | replaced whole, every superstep | a projection of every key's state | by its [`Criterion`] |
//! | [`RowIteration`] | changed where a row says so, which its program sees whole | the states, of rows whose columns changed | when nothing changes, or by its criterion |
//! | [`RoundIteration`] | changed key after key in a drawn order, as its program takes changes over | the states, as the round before left them | when no key is active, or by its criterion |
//! | [`StepIteration`] | whatever a function does | | when a step leaves nothing to do, or by its criterion |
//! | [`AlternatingIteration`] | two columns, each replaced from the other | the other column | by its criterion |
//! | [`DeltaIteration`] | changed where a message improves it | the values that changed last | when nothing changes, or by its criterion |
//! | [`OrderedIteration`] | as in a delta iteration | the values of one bucket | when nothing is pending |
//! | [`PeelingIteration`] | what keys have left, and the level at which they left | one for each pair of a key that leaves | when no key is left |
//! | [`FrontierTraversal`] | levels and parents | the keys of one level | when nothing is new |
//! | [`MessageIteration`] | changed where messages arrive | what keys put out, and letters to any key | when nobody sends, or by its criterion |
//!
//! All but the ordered one, peeling and the rounds are synchronous: a superstep sees what the one before
//! left, never what it writes itself. Together with sums in the order of the index that makes
//! every value and every count of the report the same at any number of threads.
//!
//! A [`ForwardProgram`] (a delta iteration whose messages are the values themselves) over edges
//! that go both ways has a closed form, the fold of each component; [`DeltaIteration::forward`]
//! takes it as a rewrite that can be switched off.

mod alternating;
mod bitmap;
mod bulk;
mod component_fold;
mod criterion;
mod dataflow;
mod delta;
mod forward;
mod identity;
mod level_sweep;
mod messages;
mod multi_traversal;
mod ordered;
mod peeling;
mod resume;
mod rounds;
mod rows;
mod steps;
mod superstep;
mod tiled;
mod traversal;
mod values;
mod workset;

pub use crate::report::{Direction, IterationReport, SnapshotReport, StopReason, SuperstepReport};
pub use alternating::{Alternating, AlternatingIteration, AlternatingResult, Side};
pub use bulk::{BulkContext, BulkIteration, BulkKey, BulkProgram, BulkResult};
pub use component_fold::ForwardProgram;
pub use criterion::{Condition, Criterion};
pub use dataflow::{Aggregate, BulkStep, DeltaStep, SolutionJoin, Superstep};
pub use delta::{DeltaIteration, DeltaProgram, DeltaResult};
pub use forward::{COMPONENT_FOLD, Rewrites};
pub use level_sweep::{LevelProgram, LevelSweep};
pub use messages::{
    Combine, Combiner, MessageIteration, MessageProgram, MessageResult, MessageSource, Outbox,
    Travel, Uncombined,
};
pub use multi_traversal::MultiTraversal;
pub use ordered::{BucketWidth, OrderedIteration, OrderedProgram, OrderedResult, bucket_width};
pub use peeling::{PeelingIteration, PeelingResult};
pub use rounds::{RoundIteration, RoundProgram};
pub use rows::{Row, RowContext, RowIteration, RowProgram, RowResult};
pub use steps::{StepIteration, StepOutcome};
pub use tiled::{COLUMN_TILES, column_tiles};
pub use traversal::{FrontierTraversal, Visit};
