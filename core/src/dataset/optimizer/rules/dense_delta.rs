//! A delta iteration that spreads extreme values along a constant relation runs over a static index
//! with a dense solution set.
//!
//! ```text
//! delta = improve(solution, extreme of value by key(join(workset, relation)))
//! next workset = delta; all keys are in the first workset
//! ```
//!
//! What remains open is whether the relation goes both ways and the solution has every key once:
//! the iteration finds out from the rows, and runs as it was written if not.

use super::constant_path::changes;
use super::note;
use crate::dataset::facts::{Algebra, Extreme};
use crate::dataset::optimizer::PhysicalPlan;

const NAME: &str = "dense delta";

pub(super) fn apply(plan: &mut PhysicalPlan, at: usize) {
    let Some(Algebra::Delta { workset }) = plan.nodes[at].facts.algebra else { return };
    let (taken, reason) = match spreads(plan, at, workset) {
        Ok(extreme) => {
            let reason = format!(
                "{extreme:?} spreads unchanged along a constant relation: a static index and a \
                 dense solution set, if the relation goes both ways"
            );
            (true, reason)
        }
        Err(reason) => (false, reason.to_owned()),
    };
    plan.nodes[at].choices.dense = taken;
    note(plan, at, NAME, taken, reason);
}

/// Which extreme the iteration at `at` spreads, or why it is of another shape.
fn spreads(plan: &PhysicalPlan, at: usize, workset: usize) -> Result<Extreme, &'static str> {
    let &[solution, first, delta, next] = &plan.nodes[at].inputs[..] else {
        return Err("the body computes more than the delta");
    };
    if solution != first || delta != next {
        return Err("the workset is not what changed last, from all records on");
    }
    let input = |at: usize| plan.nodes[at].inputs.first().copied().ok_or("no input");
    let Some(Algebra::Improve(improves)) = plan.nodes[delta].facts.algebra else {
        return Err("the delta is made by a function; say improve to show what it does");
    };
    let folded = input(delta)?;
    let Some(Algebra::Extreme { extreme, key: 0, value: 1 }) = plan.nodes[folded].facts.algebra
    else {
        return Err("candidates are made by a function; say min or max to show what it does");
    };
    let joined = input(folded)?;
    let Some(Algebra::Join { keys: [0, _], columns }) = &plan.nodes[joined].facts.algebra else {
        return Err("messages are made by a function; project the join to show what it does");
    };
    if extreme != improves || !matches!(columns[..], [(1, _), (0, 1)]) {
        return Err("messages are not unchanged values for the other key of the relation");
    }
    let &[left, right] = &plan.nodes[joined].inputs[..] else { return Err("not a join") };
    if plan.nodes[input(left)?].id != workset || changes(plan, input(right)?) {
        return Err("the workset is not joined with a constant relation");
    }
    Ok(extreme)
}
