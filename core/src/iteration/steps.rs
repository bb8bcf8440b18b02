//! An iteration whose superstep is a function: for what is made of iterations itself.

use std::fmt;

use super::criterion::Criterion;
use super::superstep::{self, Body, Step};
use crate::environment::Environment;
use crate::error::Result;
use crate::report::{Direction, IterationReport};

/// What a step says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepOutcome {
    /// How much changed.
    pub changes: u64,
    /// The value that the convergence criterion looks at.
    pub convergence: Option<f64>,
    /// How many keys the next step has to do with; none ends the iteration.
    pub workset: u64,
}

/// An iteration of a function, of which each call is a superstep.
///
/// A step may run iterations of its own, as the levels of a multilevel method do. Such an iteration
/// takes no snapshots.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::iteration::{StepIteration, StepOutcome};
///
/// let env = Environment::builder().threads(1).build()?;
/// let mut left = 20u64;
/// let report = StepIteration::new("halve", 20).maximum_supersteps(100).run(&env, |_| {
///     left /= 2;
///     Ok(StepOutcome { changes: left, convergence: None, workset: left })
/// })?;
/// assert_eq!((left, report.num_supersteps()), (0, 5));
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct StepIteration<'a> {
    name: &'a str,
    workset: u64,
    criterion: Criterion,
}

impl<'a> StepIteration<'a> {
    /// An iteration whose first step has to do with `workset` keys, until a step leaves none.
    pub fn new(name: &'a str, workset: u64) -> Self {
        Self { name, workset, criterion: Criterion::EmptyWorkset }
    }

    /// Ends also after `supersteps`.
    pub fn maximum_supersteps(mut self, supersteps: u64) -> Self {
        self.criterion = Criterion::EmptyWorkset.or(Criterion::MaximumSupersteps(supersteps));
        self
    }

    /// Runs it: `step` is given the number of each superstep, from 1.
    pub fn run(
        self,
        env: &Environment,
        step: impl FnMut(u64) -> Result<StepOutcome> + Send,
    ) -> Result<IterationReport> {
        let Self { name, workset, criterion } = self;
        env.install(|| superstep::run(env, name, &criterion, &mut StepBody { workset, step }))
    }
}

struct StepBody<F> {
    workset: u64,
    step: F,
}

impl<F> fmt::Debug for StepBody<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepBody").field("workset", &self.workset).finish_non_exhaustive()
    }
}

impl<F: FnMut(u64) -> Result<StepOutcome> + Send> Body for StepBody<F> {
    fn workset(&self) -> u64 {
        self.workset
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let StepOutcome { changes, convergence, workset } = (self.step)(superstep)?;
        self.workset = workset;
        Ok(Step { changes, convergence, direction: Direction::Pull })
    }
}
