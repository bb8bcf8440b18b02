//! How a join runs, and which side it builds on.

use super::note;
use crate::dataset::facts::{JoinStrategy, Kind};
use crate::dataset::optimizer::PhysicalPlan;
use crate::memory::format_bytes;

/// A side of at most so many bytes is broadcast: its table stays in a core's cache.
const BROADCAST_BYTES: u64 = 1 << 20;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let node = &plan.nodes[at];
    let Kind::Join { hint, may_broadcast } = node.facts.kind else { return };
    let bytes = [0, 1]
        .map(|side| node.inputs.get(side).and_then(|&input| plan.nodes[input].estimate.bytes));
    match (hint, bytes) {
        (Some(strategy), _) => {
            note(plan, at, &format!("{strategy:?}"), true, "the program asked for it");
        }
        (None, [Some(first), Some(second)]) => {
            let strategy = choose([first, second], may_broadcast);
            plan.nodes[at].choices.join = Some(strategy);
            let sizes = [first, second].map(format_bytes).join(" against ");
            note(plan, at, &format!("{strategy:?}"), true, sizes);
        }
        (None, _) => {
            let reason = "sizes are not known before: a small second side is broadcast, otherwise \
                          each partition builds on its smaller side";
            note(plan, at, "join by the sizes found", true, reason);
        }
    }
}

fn choose([first, second]: [u64; 2], may_broadcast: [bool; 2]) -> JoinStrategy {
    if first < second {
        if first <= BROADCAST_BYTES && may_broadcast[0] {
            JoinStrategy::BroadcastHashFirst
        } else {
            JoinStrategy::RepartitionHashFirst
        }
    } else if second <= BROADCAST_BYTES && may_broadcast[1] {
        JoinStrategy::BroadcastHashSecond
    } else {
        JoinStrategy::RepartitionHashSecond
    }
}
