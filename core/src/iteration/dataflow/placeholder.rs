//! The data sets that stand for the rows of the superstep that runs.

use crate::dataset::{Facts, Kind, Node, NodeRef, Run};
use crate::error::{Error, Result};
use crate::pipeline::Pipeline;
use crate::plan::PlanNode;

/// A node whose rows an iteration puts in its place.
pub(super) struct Placeholder {
    name: &'static str,
}

impl Placeholder {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name }
    }
}

impl Node for Placeholder {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.name)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        Vec::new()
    }

    fn facts(&self) -> Facts {
        Facts { kind: Kind::Placeholder, ..Facts::default() }
    }

    /// Only reached where nothing was put in its place.
    fn open(&self, _run: &Run<'_>) -> Result<Pipeline> {
        Err(Error::OutsideIteration { name: self.name })
    }
}
