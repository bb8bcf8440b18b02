//! The rules, one file each, in the order in which they are applied.

mod combine;
mod constant_path;
mod dense_delta;
mod fuse;
mod join;
mod reuse_partitions;
mod share;

use super::PhysicalPlan;
use crate::plan::Rewrite;

/// A rule: looks at the node at a place, and notes what it decided.
type Rule = fn(&mut PhysicalPlan, usize);

const RULES: [Rule; 7] = [
    fuse::apply,
    share::apply,
    constant_path::apply,
    reuse_partitions::apply,
    combine::apply,
    join::apply,
    dense_delta::apply,
];

/// Applies every rule to every node, inputs first.
pub(super) fn apply(plan: &mut PhysicalPlan) {
    for rule in RULES {
        (0..plan.nodes.len()).for_each(|at| rule(plan, at));
    }
}

/// Notes on the node at `at` what a rule did, or why it did not.
fn note(plan: &mut PhysicalPlan, at: usize, name: &str, taken: bool, reason: impl Into<String>) {
    let rewrite = Rewrite { name: name.to_owned(), taken, reason: reason.into() };
    plan.nodes[at].rewrites.push(rewrite);
}
