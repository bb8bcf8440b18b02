//! The running tasks of one chain, and the way of events through them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::pipeline::{Operator, Output, Task, TaskEvent};

/// What takes the batches that come out of a chain.
pub(super) type Take<'a> = &'a mut dyn FnMut(Batch) -> Result<()>;

/// The tasks of a chain.
pub(super) struct Tasks<'a>(Vec<Link<'a>>);

impl<'a> Tasks<'a> {
    /// Opens every operator of `chain`.
    pub(super) fn open(env: &Environment, chain: &[&'a dyn Operator]) -> Result<Self> {
        let open = |operator: &&'a dyn Operator| {
            Ok(Link { operator: *operator, task: operator.open(env)? })
        };
        Ok(Self(chain.iter().map(open).collect::<Result<_>>()?))
    }

    /// Where batches enter.
    pub(super) fn output<'t>(&'t mut self, take: Take<'t>) -> Chain<'t, 'a> {
        Chain { links: &mut self.0, take }
    }

    /// Sends a batch through all tasks.
    pub(super) fn emit(&mut self, batch: Batch, take: Take<'_>) -> Result<()> {
        Chain { links: &mut self.0, take }.emit(batch)
    }

    /// Tells every task of something that is not a batch. What a task emits when it is told
    /// reaches the tasks after it before they are told themselves.
    pub(super) fn on_control(&mut self, event: &TaskEvent, take: Take<'_>) -> Result<()> {
        for at in 0..self.0.len() {
            let (link, links) = self.0[at..].split_first_mut().expect("at is in bounds");
            link.on_event(event.clone(), &mut Chain { links, take })?;
        }
        Ok(())
    }
}

/// A running task and the operator that it runs.
struct Link<'a> {
    operator: &'a dyn Operator,
    task: Box<dyn Task>,
}

impl Link<'_> {
    /// Hands the event to the task; a panic in it becomes an error that names the operator.
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let task = AssertUnwindSafe(|| self.task.on_event(event, output));
        catch_unwind(task)
            .unwrap_or_else(|payload| Err(Error::panic(self.operator.name(), &*payload)))
    }
}

/// The tasks still ahead of a batch, and what takes it at their end.
pub(super) struct Chain<'a, 'b> {
    links: &'a mut [Link<'b>],
    take: &'a mut dyn FnMut(Batch) -> Result<()>,
}

impl Output for Chain<'_, '_> {
    fn emit(&mut self, batch: Batch) -> Result<()> {
        match self.links.split_first_mut() {
            None => (self.take)(batch),
            Some((link, rest)) => {
                let mut rest = Chain { links: rest, take: self.take };
                link.on_event(TaskEvent::Batch(batch), &mut rest)
            }
        }
    }
}
