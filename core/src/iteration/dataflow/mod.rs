//! General iterations: the body is any plan over data sets.
//!
//! [`DataSet::iterate_bulk`](crate::dataset::DataSet::iterate_bulk) and
//! [`DataSet::iterate_delta`](crate::dataset::DataSet::iterate_delta) call a function once, when
//! the plan is made, with data sets that stand for the partial solution or for solution set and
//! workset; it returns the data sets that the next superstep begins with. A superstep runs that
//! body with the rows of the moment in the place of the stand-ins. What the body reads and does
//! not depend on them is computed once, and so is what a join builds on it.
//!
//! The loop, its report and its criteria are those of the indexed iterations.

mod aggregate;
mod bulk;
mod delta;
mod dense;
mod identity;
mod join_solution;
mod placeholder;
mod rows;
mod solution_set;
mod step;

pub use aggregate::Aggregate;
pub use bulk::BulkStep;
pub use delta::DeltaStep;
pub use join_solution::SolutionJoin;
pub use step::Superstep;
