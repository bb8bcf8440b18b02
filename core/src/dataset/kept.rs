//! Nodes over rows that an earlier run kept.

use std::sync::Arc;

use super::{Facts, Kind, Node, NodeRef, Rows, Run};
use crate::columnar::{Record, row_bytes};
use crate::error::Result;
use crate::exchange::BlockSource;
use crate::pipeline::{Pipeline, Source};
use crate::plan::PlanNode;

/// Kept rows.
pub(super) struct Kept {
    rows: Arc<BlockSource>,
    row_bytes: usize,
}

impl Kept {
    /// A node over `rows`, which are records of type `T`.
    pub(super) fn new<T: Record>(rows: BlockSource) -> Self {
        Self { rows: Arc::new(rows), row_bytes: row_bytes::<T>() }
    }
}

impl Node for Kept {
    fn plan(&self) -> PlanNode {
        let plan = PlanNode::new(format!("kept {}", self.rows.name()));
        plan.property("rows", self.rows.num_rows())
    }

    fn inputs(&self) -> Vec<NodeRef> {
        Vec::new()
    }

    fn facts(&self) -> Facts {
        let rows = Rows::Exactly(self.rows.num_rows());
        Facts { kind: Kind::Source, rows, row_bytes: Some(self.row_bytes), ..Facts::default() }
    }

    fn open(&self, _run: &Run<'_>) -> Result<Pipeline> {
        Ok(Pipeline::from_shared(self.rows.clone()))
    }

    fn is_stored(&self) -> bool {
        true
    }
}
