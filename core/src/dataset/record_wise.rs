//! Record-wise nodes: one operator more on the pipeline of the input.

use std::sync::Arc;

use super::{Facts, Forwards, Kind, Node, NodeRef, Rows, Run};
use crate::columnar::{Record, row_bytes};
use crate::error::Result;
use crate::pipeline::{Operator, Pipeline};
use crate::plan::PlanNode;

/// A record-wise operator at the end of the pipeline of its input.
pub struct RecordWise {
    input: NodeRef,
    operator: Arc<dyn Operator>,
    facts: Facts,
}

impl std::fmt::Debug for RecordWise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordWise")
            .field("operator", &self.operator.name())
            .finish_non_exhaustive()
    }
}

impl RecordWise {
    /// Passes the rows of `input` through `operator`, which makes records of type `U`.
    pub fn new<U: Record>(input: NodeRef, operator: Arc<dyn Operator>) -> Self {
        let facts =
            Facts { kind: Kind::RecordWise, row_bytes: Some(row_bytes::<U>()), ..Facts::default() };
        Self { input, operator, facts }
    }

    /// Tells how many rows it makes.
    #[must_use]
    pub fn rows(mut self, rows: Rows) -> Self {
        self.facts.rows = rows;
        self
    }

    /// Tells which columns it hands on as they are.
    #[must_use]
    pub fn forwards(mut self, forwards: Forwards) -> Self {
        self.facts.forwards = forwards;
        self
    }
}

impl Node for RecordWise {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.operator.name())
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn facts(&self) -> Facts {
        self.facts.clone()
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        Ok(run.open(&self.input)?.then(self.operator.clone()))
    }
}
