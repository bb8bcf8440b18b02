//! The superstep loop.

use std::time::Instant;

use super::criterion::Criterion;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::report::{AggregateValue, Direction, IterationReport, SuperstepReport};

/// The body of an iteration: what one superstep does.
pub(super) trait Body: Send {
    /// How many keys are active now.
    fn workset(&self) -> u64;

    /// The aggregates of the superstep that is over, by name.
    fn take_aggregates(&mut self) -> Vec<(String, AggregateValue)> {
        Vec::new()
    }

    /// Does superstep `superstep`, counted from 1.
    fn superstep(&mut self, superstep: u64) -> Result<Step>;
}

/// What a superstep did.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) changes: u64,
    pub(super) convergence: Option<f64>,
    pub(super) direction: Direction,
}

/// Runs supersteps until the criterion is met. Bulk and delta iterations, indexed or general, all
/// go round here.
pub(super) fn run(
    env: &Environment,
    name: &str,
    criterion: &Criterion,
    body: &mut dyn Body,
) -> Result<IterationReport> {
    let begin = Instant::now();
    let mut supersteps: Vec<SuperstepReport> = Vec::new();
    let stopped = loop {
        let workset = body.workset();
        if let Some(reason) = criterion.met(supersteps.last(), workset) {
            break reason;
        }
        env.check_cancelled()?;
        let superstep = supersteps.len() as u64 + 1;
        let start = Instant::now();
        let step = env.run(name, || body.superstep(superstep)).map_err(|error| match error {
            Error::Panic { operator, message } => {
                Error::Panic { operator: format!("{operator}, superstep {superstep},"), message }
            }
            other => other,
        })?;
        let report = SuperstepReport {
            superstep,
            seconds: start.elapsed().as_secs_f64(),
            workset,
            changes: step.changes,
            convergence: step.convergence,
            direction: step.direction,
            aggregates: body.take_aggregates().into_iter().collect(),
        };
        env.emit(Event::Superstep { iteration: name, report: &report });
        supersteps.push(report);
    };
    let seconds = begin.elapsed().as_secs_f64();
    Ok(IterationReport { name: name.to_owned(), seconds, supersteps, stopped })
}
