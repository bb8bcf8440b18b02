//! Nodes of which the program knows more than they do themselves.

use super::{Facts, Node, NodeRef, Run};
use crate::error::Result;
use crate::pipeline::Pipeline;
use crate::plan::PlanNode;

/// A node with other facts.
pub(super) struct Annotated {
    pub(super) node: NodeRef,
    pub(super) facts: Facts,
}

impl Node for Annotated {
    fn plan(&self) -> PlanNode {
        self.node.plan()
    }

    fn inputs(&self) -> Vec<NodeRef> {
        self.node.inputs()
    }

    fn facts(&self) -> Facts {
        self.facts.clone()
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        self.node.open(run)
    }

    fn inner(&self) -> Option<&NodeRef> {
        Some(&self.node)
    }

    fn is_stored(&self) -> bool {
        self.node.is_stored()
    }
}
