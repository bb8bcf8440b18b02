//! The optimizer: from a plan as it was written to a plan as it will run.
//!
//! ```text
//! nodes ─► facts ─► estimates and properties, inputs first ─► rules, one after another ─► choices
//! ```
//!
//! A rule looks at a node and its inputs, may note a choice that the node reads when it is opened,
//! and says what it did or did not do, and why: that is what `explain` prints. No rule changes
//! what comes out, only how.

mod estimate;
mod physical;
mod properties;
mod rules;

pub use estimate::Estimate;
pub use physical::{Actual, Description, PhysicalPlan};
pub use properties::Properties;

use super::facts::NodeId;

/// The plan of the described nodes, inputs first, as it will run; `roots` are read from outside.
pub(super) fn optimize(nodes: Vec<Description>, roots: &[NodeId]) -> PhysicalPlan {
    let mut plan = PhysicalPlan::new(nodes, roots);
    rules::apply(&mut plan);
    plan
}

#[cfg(test)]
mod tests {
    use crate::dataset::DataSet;
    use crate::environment::Environment;
    use crate::iteration::Criterion;

    fn env() -> Environment {
        Environment::builder().threads(2).build().unwrap()
    }

    #[test]
    fn explains_estimates_decisions_and_what_really_came_out() {
        let rows = DataSet::sequence(&env(), 0..1000).map(|x| (x % 10, x)).filter(|row| row.1 > 99);
        let sums = rows.group_by(0).reduce(|a, b| (a.0, a.1 + b.1));
        let before = sums.explain().to_string();
        assert!(
            before.contains("filter [estimated rows: 500, estimated bytes: 7.8 KiB]"),
            "{before}"
        );
        assert!(!before.contains("actual"), "{before}");
        let (_, report) = sums.collect_with_report().unwrap();
        let after = report.plan.unwrap();
        assert!(after.to_string().contains("actual rows: 900"), "{after}");
        let json = serde_json::to_value(&after).unwrap();
        assert_eq!(json["operator"], "reduce");
        assert_eq!(json["rewrites"][0]["name"], "combine");
        assert_eq!(json["inputs"][0]["operator"], "filter");
        assert!(!sums.explain_written().to_string().contains("rewrite"));
    }

    #[test]
    fn what_two_nodes_read_is_shown_once_and_computed_once() {
        let rows = DataSet::sequence(&env(), 0..10).map(|x| x + 1);
        let twice = rows.iterate_bulk(1, |step| {
            let sum = step.aggregate("sum", &rows, |a, b| a + b);
            step.partial().map(move |x| x + sum.previous().unwrap_or(0))
        });
        let plan = twice.explain().to_string();
        assert!(plan.contains("rewrite share: 2 nodes read it"), "{plan}");
        assert!(plan.contains("map (#1, above)"), "{plan}");
    }

    #[test]
    fn rows_in_their_partitions_are_not_combined_again() {
        let counts = DataSet::sequence(&env(), 0..100)
            .map(|x| (x % 10, 1u64))
            .group_by(0)
            .reduce(|a, b| (a.0, a.1 + b.1));
        let again = counts.filter(|row| row.0 > 3).group_by(0).reduce(|a, _| a);
        let plan = again.explain().to_string();
        assert!(
            plan.contains("rewrite reuse partitions: the input is partitioned by f0"),
            "{plan}"
        );
        assert!(plan.contains("no rewrite combine: rows are in their partitions"), "{plan}");
        assert_eq!(again.count().unwrap(), 6);
        let moved = counts.map(|(key, count)| (key + 1, count)).group_by(0).reduce(|a, _| a);
        assert!(!moved.explain().to_string().contains("reuse"), "a map may change the key");
        let hinted = counts.map(|row| row).forwarded_columns([(0, 0)]);
        assert!(hinted.group_by(0).reduce(|a, _| a).explain().to_string().contains("reuse"));
    }

    #[test]
    fn the_constant_path_of_an_iteration_is_named() {
        let constant = DataSet::sequence(&env(), 0..10).map(|x| x * 2);
        let start = DataSet::from_collection(&env(), [0u64]);
        let sums = start.iterate_bulk(Criterion::MaximumSupersteps(3), |step| {
            let doubled = constant.map(|x| x + 1);
            let sum = step.aggregate("sum", &doubled, |a, b| a + b);
            step.partial().map(move |x| x + sum.previous().unwrap_or(0))
        });
        let (rows, report) = sums.collect_with_report().unwrap();
        assert_eq!(rows, [200]);
        let plan = report.plan.unwrap().to_string();
        assert!(plan.contains("actual rows: 10"), "computed once: {plan}");
    }
}
