//! Rows that are partitioned by the key already are not sent again.

use super::note;
use crate::dataset::facts::Kind;
use crate::dataset::optimizer::PhysicalPlan;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let node = &plan.nodes[at];
    let Kind::Keyed { key, .. } = &node.facts.kind else { return };
    let Some(input) = node.inputs.first().map(|&input| &plan.nodes[input]) else { return };
    let reused =
        key.fields().is_some() && input.properties.partitioned_by.as_deref() == key.fields();
    if reused {
        let reason = format!("the input is partitioned by {key} already: no row moves");
        plan.nodes[at].choices.skip_combine = true;
        note(plan, at, "reuse partitions", true, reason);
    }
}
