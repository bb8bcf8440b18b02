//! A record-wise operator whose tasks know which morsel they work on.
//!
//! It stands in a source around the pipeline of its input: the morsels are those of the input, and
//! each is pushed through the chain of the input and then through the task made for its number.

use std::sync::Arc;

use crate::dataset::{Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::executor;
use crate::pipeline::{Morsel, Morsels, Operator, Output, Pipeline, Source, Task};
use crate::plan::PlanNode;

/// Makes the task for a morsel from its number.
pub(super) type TaskOfMorsel = dyn Fn(u64, &Environment) -> Result<Box<dyn Task>> + Send + Sync;

/// The node.
pub(super) struct ByMorsel {
    input: NodeRef,
    name: String,
    task: Arc<TaskOfMorsel>,
}

impl ByMorsel {
    pub(super) fn new(
        input: &NodeRef,
        name: impl Into<String>,
        task: impl Fn(u64, &Environment) -> Result<Box<dyn Task>> + Send + Sync + 'static,
    ) -> Self {
        Self { input: input.clone(), name: name.into(), task: Arc::new(task) }
    }
}

impl Node for ByMorsel {
    fn plan(&self) -> PlanNode {
        PlanNode::new(&self.name)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let input = run.open(&self.input)?;
        let (name, task) = (self.name.clone(), self.task.clone());
        Ok(Pipeline::new(NumberedSource { input, name, task }))
    }
}

#[derive(Clone)]
struct NumberedSource {
    input: Pipeline,
    name: String,
    task: Arc<TaskOfMorsel>,
}

impl Source for NumberedSource {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        let morsels = self.input.source().open(env)?;
        Ok(Box::new(NumberedMorsels { source: self.clone(), morsels, next: 0 }))
    }
}

struct NumberedMorsels {
    source: NumberedSource,
    morsels: Box<dyn Morsels>,
    next: u64,
}

impl Morsels for NumberedMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let Some(morsel) = self.morsels.next()? else { return Ok(None) };
        let at = self.next;
        self.next += 1;
        Ok(Some(Box::new(NumberedMorsel { source: self.source.clone(), morsel, at })))
    }

    fn is_costly(&self) -> bool {
        self.morsels.is_costly()
    }

    fn at_once(&self) -> usize {
        self.morsels.at_once()
    }
}

struct NumberedMorsel {
    source: NumberedSource,
    morsel: Box<dyn Morsel>,
    at: u64,
}

impl Morsel for NumberedMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let last = Numbered { source: &self.source, at: self.at };
        let mut chain = self.source.input.chain();
        chain.push(&last);
        executor::push_through(env, self.morsel, &chain, &mut |batch| output.emit(batch))
    }
}

/// The operator as it is for one morsel.
struct Numbered<'a> {
    source: &'a NumberedSource,
    at: u64,
}

impl Operator for Numbered<'_> {
    fn name(&self) -> String {
        self.source.name.clone()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        (self.source.task)(self.at, env)
    }
}
