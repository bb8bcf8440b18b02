//! The transitive closure of a relation, semi-naive: a delta iteration whose solution set is all
//! pairs known so far and whose workset is the pairs found last.
//!
//! ```text
//! cargo run --example transitive_closure
//! ```
//!
//! The relation itself is the constant path: it is sent to its partitions once, and every
//! superstep only joins the new pairs with it.
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]

use quince::prelude::*;

/// A pair of the relation.
type Pair = (u64, u64);

/// All pairs `(a, c)` with a way from `a` to `c` along one or more pairs.
fn closure(relation: &DataSet<Pair>) -> DataSet<Pair> {
    let relation = relation.distinct();
    relation.iterate_delta(&relation, (0, 1), 1_000_000, |step| {
        step.name("transitive closure");
        let longer = step.workset().join(&relation).on(1, 0).with(|known, next| (known.0, next.1));
        let new = step
            .join_solution(&longer.distinct(), (0, 1))
            .with(|pair, known| known.is_none().then_some(pair));
        (new.clone(), new)
    })
}

fn main() -> quince::Result<()> {
    let env = Environment::builder().build()?;
    // Each number and what it becomes by the rule of Collatz, below 3000.
    let next = |n: u64| if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 };
    let relation = DataSet::sequence(&env, 2..3000).map(move |n| (n, next(n)));
    let (pairs, report) = closure(&relation).collect_with_report()?;
    let reach = pairs.iter().filter(|pair| pair.1 == 1).count();
    println!("{} pairs, {reach} of them to 1", pairs.len());
    println!("{} supersteps", report.iterations[0].num_supersteps());
    Ok(())
}

#[test]
fn agrees_with_a_search_from_every_number() -> quince::Result<()> {
    use std::collections::{BTreeMap, BTreeSet};

    // A relation with cycles: a permutation of few long orbits and some shortcuts.
    let pairs: Vec<Pair> = (0..120u64).flat_map(|n| [(n, (7 * n + 3) % 120), (n, n / 2)]).collect();
    let mut next: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    pairs.iter().for_each(|&(a, b)| next.entry(a).or_default().push(b));
    let mut expected = BTreeSet::new();
    for &start in next.keys() {
        let mut waiting = next[&start].clone();
        while let Some(at) = waiting.pop() {
            if expected.insert((start, at)) {
                waiting.extend(next.get(&at).into_iter().flatten());
            }
        }
    }
    for threads in [1, 2, 8] {
        let env = Environment::builder().threads(threads).build()?;
        let found = closure(&DataSet::from_collection(&env, pairs.clone())).collect()?;
        assert_eq!(found.len(), expected.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }
    Ok(())
}
