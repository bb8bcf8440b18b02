//! What several nodes read is computed once and kept.

use super::note;
use crate::dataset::facts::Kind;
use crate::dataset::optimizer::PhysicalPlan;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let node = &plan.nodes[at];
    if node.uses < 2 || node.is_stored || matches!(node.facts.kind, Kind::Placeholder) {
        return;
    }
    let reason = format!("{} nodes read it: computed once, its rows are kept", node.uses);
    note(plan, at, "share", true, reason);
}
