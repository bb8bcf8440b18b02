//! Rows are folded before the exchange, where the operator can.

use super::note;
use crate::dataset::facts::Kind;
use crate::dataset::optimizer::PhysicalPlan;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let node = &plan.nodes[at];
    let Kind::Keyed { combines, .. } = node.facts.kind else { return };
    let (taken, reason) = match (combines, node.choices.skip_combine) {
        (false, _) => (false, "the operator needs all rows of a group"),
        (true, true) => (false, "rows are in their partitions already"),
        (true, false) => {
            (true, "associative: each morsel folds its rows first, until that does not halve them")
        }
    };
    note(plan, at, "combine", taken, reason);
}
