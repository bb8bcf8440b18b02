//! Counting what comes out of a source or an operator.

use std::sync::Arc;

use super::{Morsel, Morsels, Operator, Output, Source, Task, TaskEvent};
use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::Result;

/// Is told the number of rows of every batch.
type Count = Arc<dyn Fn(u64) + Send + Sync>;

struct Counted<'a> {
    output: &'a mut dyn Output,
    count: &'a Count,
}

impl Output for Counted<'_> {
    fn emit(&mut self, batch: Batch) -> Result<()> {
        (self.count)(batch.num_rows() as u64);
        self.output.emit(batch)
    }
}

/// An operator whose rows are counted.
pub(super) struct CountedOperator {
    pub(super) operator: Arc<dyn Operator>,
    pub(super) count: Count,
}

impl Operator for CountedOperator {
    fn name(&self) -> String {
        self.operator.name()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(CountedTask { task: self.operator.open(env)?, count: self.count.clone() }))
    }
}

struct CountedTask {
    task: Box<dyn Task>,
    count: Count,
}

impl Task for CountedTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        self.task.on_event(event, &mut Counted { output, count: &self.count })
    }
}

/// A source whose rows are counted.
pub(super) struct CountedSource {
    pub(super) source: Arc<dyn Source>,
    pub(super) count: Count,
}

impl Source for CountedSource {
    fn name(&self) -> String {
        self.source.name()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(CountedMorsels { morsels: self.source.open(env)?, count: self.count.clone() }))
    }
}

struct CountedMorsels {
    morsels: Box<dyn Morsels>,
    count: Count,
}

impl Morsels for CountedMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let count = self.count.clone();
        let counted = |morsel| Box::new(CountedMorsel { morsel, count }) as Box<dyn Morsel>;
        Ok(self.morsels.next()?.map(counted))
    }

    fn is_costly(&self) -> bool {
        self.morsels.is_costly()
    }

    fn at_once(&self) -> usize {
        self.morsels.at_once()
    }
}

struct CountedMorsel {
    morsel: Box<dyn Morsel>,
    count: Count,
}

impl Morsel for CountedMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let Self { morsel, count } = *self;
        morsel.read(env, &mut Counted { output, count: &count })
    }

    fn again(&self) -> Option<Box<dyn Morsel>> {
        Some(Box::new(Self { morsel: self.morsel.again()?, count: self.count.clone() }))
    }
}
