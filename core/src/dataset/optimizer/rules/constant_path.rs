//! What the body of an iteration reads and no superstep changes is computed once.

use super::note;
use crate::dataset::facts::Kind;
use crate::dataset::optimizer::PhysicalPlan;

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let Kind::Iteration { body } = plan.nodes[at].facts.kind else { return };
    let mut places = Vec::new();
    for &root in &plan.nodes[at].inputs[body..] {
        collect(plan, root, &mut places);
    }
    // The borders: constant nodes that a changing node reads.
    let mut constant: Vec<usize> = places
        .iter()
        .filter(|&&(_, changes)| changes)
        .flat_map(|&(place, _)| plan.nodes[place].inputs.clone())
        .filter(|input| places.contains(&(*input, false)) && !plan.nodes[*input].is_stored)
        .collect();
    constant.sort_unstable();
    constant.dedup();
    for place in constant {
        note(plan, place, "constant path", true, "no superstep changes it: computed once");
    }
}

/// Notes the nodes below `at` and whether they change from superstep to superstep.
fn collect(plan: &PhysicalPlan, at: usize, places: &mut Vec<(usize, bool)>) -> bool {
    if let Some(&(_, changes)) = places.iter().find(|(place, _)| *place == at) {
        return changes;
    }
    let node = &plan.nodes[at];
    let mut changes = matches!(node.facts.kind, Kind::Placeholder);
    for &input in &node.inputs {
        changes |= collect(plan, input, places);
    }
    places.push((at, changes));
    changes
}

/// Whether the rows of the node at `at` change from superstep to superstep of some iteration.
pub(super) fn changes(plan: &PhysicalPlan, at: usize) -> bool {
    collect(plan, at, &mut Vec::new())
}
