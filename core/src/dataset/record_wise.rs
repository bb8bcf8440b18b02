//! Record-wise nodes: one operator more on the pipeline of the input.

use std::sync::Arc;

use super::{Node, NodeRef, Run};
use crate::error::Result;
use crate::pipeline::{Operator, Pipeline};
use crate::plan::PlanNode;

/// A record-wise operator at the end of the pipeline of its input.
pub struct RecordWise {
    input: NodeRef,
    operator: Arc<dyn Operator>,
}

impl std::fmt::Debug for RecordWise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordWise")
            .field("operator", &self.operator.name())
            .finish_non_exhaustive()
    }
}

impl RecordWise {
    /// Passes the rows of `input` through `operator`.
    pub fn new(input: NodeRef, operator: Arc<dyn Operator>) -> Self {
        Self { input, operator }
    }
}

impl Node for RecordWise {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.operator.name())
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        Ok(run.open(&self.input)?.then(self.operator.clone()))
    }
}
