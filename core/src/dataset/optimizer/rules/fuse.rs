//! Record-wise operators run in the pipeline of their input: a batch passes all of them while it
//! is in a core's cache.

use super::note;
use crate::dataset::facts::Kind;
use crate::dataset::optimizer::PhysicalPlan;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let node = &plan.nodes[at];
    if !matches!(node.facts.kind, Kind::RecordWise) {
        return;
    }
    let Some(input) = node.inputs.first().map(|&input| &plan.nodes[input]) else { return };
    if input.uses > 1 && !input.is_stored {
        let reason = format!("{} nodes read the input, which is kept for them", input.uses);
        note(plan, at, "fuse", false, reason);
    } else {
        note(plan, at, "fuse", true, "record by record: runs in the pipeline of its input");
    }
}
