//! How a join runs, and which side it builds on.

use super::note;
use crate::dataset::facts::{JoinStrategy, Kind};
use crate::dataset::optimizer::PhysicalPlan;
use crate::memory::format_bytes;

/// A side of at most so many bytes is broadcast: its table stays in a core's cache.
const BROADCAST_BYTES: u64 = 1 << 20;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let node = &plan.nodes[at];
    let Kind::Join { hint, outer, .. } = node.facts.kind else { return };
    let bytes = [0, 1]
        .map(|side| node.inputs.get(side).and_then(|&input| plan.nodes[input].estimate.bytes));
    let (strategy, reason) = match hint {
        Some(strategy) => (strategy, "the program asked for it".to_owned()),
        None => choose(bytes, outer),
    };
    plan.nodes[at].choices.join = Some(strategy);
    note(plan, at, &format!("{strategy:?}"), true, reason);
}

fn choose(bytes: [Option<u64>; 2], outer: [bool; 2]) -> (JoinStrategy, String) {
    let [Some(first), Some(second)] = bytes else {
        return (
            JoinStrategy::RepartitionHashSecond,
            "sizes are not known: each partition builds on its smaller side".to_owned(),
        );
    };
    let text = format!("{} against {}", format_bytes(first), format_bytes(second));
    // What is broadcast cannot be outer: no worker sees all that passes.
    let strategy = match first < second {
        true if first <= BROADCAST_BYTES && !outer[0] => JoinStrategy::BroadcastHashFirst,
        false if second <= BROADCAST_BYTES && !outer[1] => JoinStrategy::BroadcastHashSecond,
        true => JoinStrategy::RepartitionHashFirst,
        false => JoinStrategy::RepartitionHashSecond,
    };
    (strategy, text)
}
