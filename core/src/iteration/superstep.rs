//! The superstep loop.

use std::time::Instant;

use super::criterion::Criterion;
use super::resume::{Done, Snapshots, Stateful};
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

    /// To which superstep the work belonged that failed in this one.
    fn failed_in(&self, superstep: u64) -> u64 {
        superstep
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
    go_round(env, name, criterion, Done::default(), body, |_, _, _| Ok(()))
}

/// A body that can be saved and restored.
pub(super) trait Resumable: Body + Stateful {}

impl<B: Body + Stateful> Resumable for B {}

/// As [`run`]; takes snapshots and goes on from one, as the environment's policy says.
pub(super) fn run_resumable(
    env: &Environment,
    name: &str,
    criterion: &Criterion,
    body: &mut dyn Resumable,
) -> Result<IterationReport> {
    let Some(mut snapshots) = Snapshots::of(env, name, body)? else {
        return go_round(env, name, criterion, Done::default(), body, |_, _, _| Ok(()));
    };
    let done = snapshots.resume(criterion, body)?;
    let ended = go_round(env, name, criterion, done, body, |body, supersteps, seconds| {
        snapshots.after_superstep(body, supersteps, seconds)
    });
    match ended {
        Ok(report) => Ok(IterationReport { snapshots: Some(snapshots.finish()?), ..report }),
        // Whoever cancels does not want to wait.
        Err(error) if env.is_cancelled() => Err(error),
        Err(error) => {
            // The last snapshot before a superstep failed is worth having; the failure is told.
            let _ = snapshots.finish();
            Err(error)
        }
    }
}

/// The loop, from what is `done` on; `after` is called after every superstep with the reports so
/// far and the time that they took.
fn go_round<B: Body + ?Sized>(
    env: &Environment,
    name: &str,
    criterion: &Criterion,
    done: Done,
    body: &mut B,
    mut after: impl FnMut(&mut B, &[SuperstepReport], f64) -> Result<()>,
) -> Result<IterationReport> {
    let begin = Instant::now();
    let mut supersteps = done.supersteps;
    let seconds = || done.seconds + begin.elapsed().as_secs_f64();
    let stopped = loop {
        let workset = body.workset();
        if let Some(reason) = criterion.met(supersteps.last(), workset) {
            break reason;
        }
        env.check_cancelled()?;
        supersteps.push(one(env, name, body, supersteps.len() as u64 + 1)?);
        after(body, &supersteps, seconds())?;
    };
    let seconds = seconds();
    Ok(IterationReport { name: name.to_owned(), seconds, supersteps, stopped, snapshots: None })
}

/// One superstep, told to the listener.
fn one<B: Body + ?Sized>(
    env: &Environment,
    name: &str,
    body: &mut B,
    superstep: u64,
) -> Result<SuperstepReport> {
    let workset = body.workset();
    let start = Instant::now();
    let running = &mut *body;
    let step =
        env.run(name, move || running.superstep(superstep)).map_err(|error| match error {
            Error::Panic { operator, message } => {
                let superstep = body.failed_in(superstep);
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
    Ok(report)
}
