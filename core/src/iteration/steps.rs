//! An iteration whose superstep is a program's own: around other iterations, or over state that is
//! neither a bulk nor a delta iteration's.

use super::criterion::Criterion;
use super::superstep::{self, Body, Step};
use crate::environment::Environment;
use crate::error::Result;
use crate::report::{Direction, IterationReport};

/// What goes round. Each step runs inside the pool; in it parallel loops are rayon's, by the
/// chunks of an index, and iterations that run in it are nested ones.
pub trait StepProgram: Send {
    /// How much is active now: keys, or whatever is worked off. The iteration ends at 0.
    fn workset(&self) -> u64;

    /// Does step `step`, counted from 1.
    ///
    /// # Errors
    /// Whatever ends the iteration.
    fn step(&mut self, step: u64) -> Result<StepOutcome>;
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepOutcome {
    /// How much changed.
    pub changes: u64,
    /// How messages crossed the index.
    pub direction: Direction,
}

/// Runs `program` until its workset is empty, or for `maximum_steps` if they are limited.
///
/// ```
/// use quince_core::Environment;
/// use quince_core::iteration::{Direction, StepOutcome, StepProgram, run_steps};
///
/// struct Halve(u64);
/// impl StepProgram for Halve {
///     fn workset(&self) -> u64 {
///         self.0
///     }
///     fn step(&mut self, _step: u64) -> quince_core::Result<StepOutcome> {
///         let before = self.0;
///         self.0 /= 2;
///         Ok(StepOutcome { changes: before - self.0, direction: Direction::Fold })
///     }
/// }
/// let env = Environment::builder().threads(1).build()?;
/// let report = run_steps(&env, "halve", None, &mut Halve(8))?;
/// assert_eq!(report.num_supersteps(), 4);
/// # Ok::<(), quince_core::Error>(())
/// ```
///
/// # Errors
/// Those of the steps, a panic in one of them, cancellation.
pub fn run_steps(
    env: &Environment,
    name: &str,
    maximum_steps: Option<u64>,
    program: &mut impl StepProgram,
) -> Result<IterationReport> {
    let empty = Criterion::EmptyWorkset;
    let criterion = match maximum_steps {
        Some(most) => empty.or(Criterion::MaximumSupersteps(most)),
        None => empty,
    };
    env.install(|| superstep::run(env, name, &criterion, &mut Steps(program)))
}

struct Steps<'a, P>(&'a mut P);

impl<P: StepProgram> Body for Steps<'_, P> {
    fn workset(&self) -> u64 {
        self.0.workset()
    }

    fn superstep(&mut self, superstep: u64) -> Result<Step> {
        let StepOutcome { changes, direction } = self.0.step(superstep)?;
        Ok(Step { changes, convergence: None, direction })
    }
}
