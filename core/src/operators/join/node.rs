//! The node of a join in a plan: which way it goes.

use std::sync::Arc;

use super::broadcast::BroadcastJoin;
use super::hint::JoinHint;
use super::matches::{Matches, Which};
use crate::dataset::{Algebra, Facts, Kind, Node, NodeRef, Rows, Run};
use crate::error::Result;
use crate::operators::co_partition::{CoPartitions, Exchanged, Input};
use crate::pipeline::{BATCH_ROWS, Pipeline};
use crate::plan::{PlanNode, Rewrite};

/// A join of two inputs.
pub(super) struct JoinNode {
    pub(super) left: Input,
    pub(super) right: Input,
    pub(super) hint: JoinHint,
    pub(super) matches: Matches,
    /// Bytes of a row that comes out.
    pub(super) row_bytes: usize,
}

impl Node for JoinNode {
    fn plan(&self) -> PlanNode {
        let plan = PlanNode::new(self.matches.name).property("hint", format!("{:?}", self.hint));
        let refused = match self.hint {
            JoinHint::BroadcastHashFirst if !self.may_broadcast_left() => "first",
            JoinHint::BroadcastHashSecond if !self.may_broadcast_right() => "second",
            _ => return plan,
        };
        plan.rewrite(Rewrite {
            name: format!("broadcast of the {refused} side"),
            taken: false,
            reason: format!(
                "whether a row of the {refused} side comes out depends on all of the other"
            ),
        })
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.left.node().clone(), self.right.node().clone()]
    }

    fn facts(&self) -> Facts {
        let kind = Kind::Join {
            hint: self.hint.strategy(),
            may_broadcast: [self.may_broadcast_left(), self.may_broadcast_right()],
        };
        let (row_bytes, algebra) = (Some(self.row_bytes), self.algebra());
        Facts { kind, rows: Rows::Larger, row_bytes, algebra, ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        self.left.key().check_matches(self.right.key())?;
        self.matches.function.check()?;
        let hint = run.choices(self).join.map_or(self.hint, JoinHint::from);
        match hint {
            JoinHint::BroadcastHashFirst if self.may_broadcast_left() => {
                let table = self.left.exchange(run, self.matches.name)?;
                self.broadcast_left(run, &table)
            }
            JoinHint::BroadcastHashSecond if self.may_broadcast_right() => {
                let table = self.right.exchange(run, self.matches.name)?;
                self.broadcast_right(run, &table)
            }
            _ => self.exchange(run, hint),
        }
    }
}

impl JoinNode {
    /// What the join does with columns, if it is an inner join on one column of each input.
    fn algebra(&self) -> Option<Algebra> {
        let is_inner = self.may_broadcast_left() && self.may_broadcast_right();
        let columns = self.matches.function.columns()?;
        match (self.left.key().fields()?, self.right.key().fields()?) {
            (&[left], &[right]) if is_inner => Some(Algebra::Join { keys: [left, right], columns }),
            _ => None,
        }
    }

    /// Whether what comes of a left row does not depend on all right rows.
    fn may_broadcast_left(&self) -> bool {
        !self.matches.unmatched.left && self.matches.which == Which::Pairs
    }

    /// Whether what comes of a right row does not depend on all left rows.
    fn may_broadcast_right(&self) -> bool {
        !self.matches.unmatched.right
    }

    fn broadcast_left(&self, run: &Run<'_>, left: &Exchanged) -> Result<Pipeline> {
        Ok(self.right.stream(run)?.then(Arc::new(BroadcastJoin {
            table: self.left.table(run, left)?,
            key: self.right.key().clone(),
            streams_left: false,
            matches: self.matches.clone(),
        })))
    }

    fn broadcast_right(&self, run: &Run<'_>, right: &Exchanged) -> Result<Pipeline> {
        Ok(self.left.stream(run)?.then(Arc::new(BroadcastJoin {
            table: self.right.table(run, right)?,
            key: self.left.key().clone(),
            streams_left: true,
            matches: self.matches.clone(),
        })))
    }

    /// Sends both sides to partitions, unless the second turns out to be small.
    fn exchange(&self, run: &Run<'_>, hint: JoinHint) -> Result<Pipeline> {
        let right = self.right.exchange(run, self.matches.name)?;
        // A first side that stays the same is better kept in order and looked up than streamed by
        // in every superstep.
        let may_broadcast = hint == JoinHint::OptimizerChooses
            && self.may_broadcast_right()
            && (run.is_constant(self.right.node()) || !run.is_constant(self.left.node()));
        if may_broadcast && right.num_rows() <= BATCH_ROWS {
            return self.broadcast_right(run, &right);
        }
        let left = self.left.exchange(run, self.matches.name)?;
        let strategy = hint.tables();
        let task = Arc::new(self.matches.clone());
        Ok(Pipeline::new(CoPartitions { left, right, strategy, task }.into_source()))
    }
}
