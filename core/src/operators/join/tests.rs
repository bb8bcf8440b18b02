//! Joins against nested loops, every kind in every way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::dataset::Run;
use crate::environment::Environment;
use crate::executor;
use crate::operators::test_support::everywhere;

const HINTS: [JoinHint; 6] = [
    JoinHint::OptimizerChooses,
    JoinHint::BroadcastHashFirst,
    JoinHint::BroadcastHashSecond,
    JoinHint::RepartitionHashFirst,
    JoinHint::RepartitionHashSecond,
    JoinHint::RepartitionSortMerge,
];

/// The ways that send both sides to partitions.
const REPARTITIONED: [JoinHint; 3] = [HINTS[3], HINTS[4], HINTS[5]];

type Both<L, R> = Vec<(Option<L>, Option<R>)>;

/// All pairs of all kinds of joins, by nested loops.
fn nested_loops<L: Clone, R: Clone>(
    left: &[L],
    right: &[R],
    matches: impl Fn(&L, &R) -> bool,
) -> Both<L, R> {
    let mut pairs = Vec::new();
    for l in left {
        let partners: Vec<_> = right.iter().filter(|r| matches(l, r)).collect();
        if partners.is_empty() {
            pairs.push((Some(l.clone()), None));
        }
        pairs.extend(partners.into_iter().map(|r| (Some(l.clone()), Some(r.clone()))));
    }
    let alone = right.iter().filter(|r| !left.iter().any(|l| matches(l, r)));
    pairs.extend(alone.map(|r| (None, Some(r.clone()))));
    pairs
}

fn sorted<T: std::fmt::Debug>(rows: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut texts: Vec<_> = rows.into_iter().map(|row| format!("{row:?}")).collect();
    texts.sort();
    texts
}

type Row = (u16, u32);

/// Runs every kind of join in every way and compares with nested loops.
fn check_all(left: &[Row], right: &[Row]) {
    let expected = nested_loops(left, right, |l, r| l.0 == r.0);
    let kept = |keep_left: bool, keep_right: bool| {
        let keep = |(l, r): &&(Option<Row>, Option<Row>)| {
            (l.is_some() || keep_right) && (r.is_some() || keep_left)
        };
        sorted(expected.iter().filter(keep))
    };
    let mut orders = Vec::new();
    for hint in HINTS {
        let env = Environment::builder().threads(2).build().unwrap();
        let l = DataSet::from_collection(&env, left.to_vec());
        let r = DataSet::from_collection(&env, right.to_vec());
        let inner = l.join(&r).hint(hint).on(0, 0);
        let pairs = inner.with(|l, r| (Some(l), Some(r))).collect().unwrap();
        assert_eq!(inner.map(|(l, r)| (Some(l), Some(r))).collect().unwrap(), pairs);
        assert_eq!(sorted(&pairs), kept(false, false), "{hint:?}");

        let outer = l.left_outer_join(&r).hint(hint).on(0, 0);
        let lefts = outer.with(|l, r| (Some(l), r)).collect().unwrap();
        assert_eq!(outer.map(|(l, r)| (Some(l), r)).collect().unwrap(), lefts);
        assert_eq!(sorted(&lefts), kept(true, false), "{hint:?}");

        let outer = l.right_outer_join(&r).hint(hint).on(0, 0);
        let rights = outer.with(|l, r| (l, Some(r))).collect().unwrap();
        assert_eq!(outer.map(|(l, r)| (l, Some(r))).collect().unwrap(), rights);
        assert_eq!(sorted(&rights), kept(false, true), "{hint:?}");

        let outer = l.full_outer_join(&r).hint(hint).on(0, 0);
        let full = outer.with(|l, r| (l, r)).collect().unwrap();
        assert_eq!(outer.collect().unwrap(), full);
        assert_eq!(sorted(&full), kept(true, true), "{hint:?}");

        let with = l.semi_join(&r).hint(hint).on(0, 0).collect().unwrap();
        let without = l.anti_join(&r).hint(hint).on(0, 0).collect().unwrap();
        let (mut has, mut has_not) = (left.to_vec(), left.to_vec());
        has.retain(|l| right.iter().any(|r| l.0 == r.0));
        has_not.retain(|l| right.iter().all(|r| l.0 != r.0));
        assert_eq!(sorted(&with), sorted(&has));
        assert_eq!(sorted(&without), sorted(&has_not));

        if hint == JoinHint::BroadcastHashSecond {
            assert!(lefts.iter().eq(expected.iter().filter(|pair| pair.0.is_some())));
            assert_eq!((with, without), (has, has_not));
        } else if REPARTITIONED.contains(&hint) {
            orders.push((pairs, lefts, rights, full, with, without));
        }
    }
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]), "one order, whatever the way");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn agrees_with_nested_loops(
        left in prop::collection::vec(0u16..300, 0..250),
        right in prop::collection::vec(0u16..300, 0..250),
        few in 1u16..300,
    ) {
        let rows = |keys: &[u16]| -> Vec<Row> { keys.iter().map(|key| key % few).zip(0..).collect() };
        check_all(&rows(&left), &rows(&right));
    }

    #[test]
    fn texts_and_wide_keys_agree_with_nested_loops(
        left in prop::collection::vec(("[ab]{0,3}", 0u64..4, 0i64..9), 0..200),
        right in prop::collection::vec((0u64..4, "[ab]{0,3}", 0u8..9), 0..200),
    ) {
        let (l, r) = (left.clone(), right.clone());
        let texts = everywhere(|env| {
            let (l, r) = (l.clone(), r.clone());
            let (l, r) = (DataSet::from_collection(env, l), DataSet::from_collection(env, r));
            l.full_outer_join(&r).hint(HINTS[5]).on((0, 1), (1, 0)).with(|l, r| (l, r))
        });
        let expected = nested_loops(&left, &right, |l, r| l.0 == r.1 && l.1 == r.0);
        prop_assert_eq!(sorted(texts), sorted(expected));
        let wide = everywhere(|env| {
            let (l, r) = (l.clone(), r.clone());
            let (l, r) = (DataSet::from_collection(env, l), DataSet::from_collection(env, r));
            let join = l.left_outer_join(&r).hint(HINTS[3]);
            join.on(
                |l: &(String, u64, i64)| (l.1, l.2 as u64),
                |r: &(u64, String, u8)| (r.0, u64::from(r.2)),
            ).pairs()
        });
        let expected = nested_loops(&left, &right, |l, r| l.1 == r.0 && l.2 == i64::from(r.2));
        let expected = expected.into_iter().filter_map(|(l, r)| Some((l?, r)));
        prop_assert_eq!(sorted(wide), sorted(expected));
    }
}

#[test]
fn sides_without_rows_and_of_one_key() {
    let one: Vec<Row> = (0..60).map(|row| (7, row)).collect();
    for (left, right) in
        [(&[][..], &[][..]), (&one, &[]), (&[], &one), (&one[..1], &one), (&one, &[(8, 0)])]
    {
        check_all(left, right);
    }
}

#[test]
fn zeros_and_nans_join_as_they_compare() {
    let env = Environment::builder().threads(1).build().unwrap();
    let left = DataSet::from_collection(&env, [0.0f64, f64::NAN, 1.0]);
    let right = DataSet::from_collection(&env, [-0.0f64, -f64::NAN]);
    assert_eq!(left.join(&right).on(0, 0).count().unwrap(), 2);
}

/// Large enough that partitions do not fit into three segments.
#[test]
fn partitions_that_do_not_fit_are_split_and_come_in_the_same_order() {
    let mut orders = Vec::new();
    for hint in [HINTS[0], HINTS[3], HINTS[4], HINTS[5]] {
        let pairs = everywhere(|env| {
            let left = DataSet::sequence(env, 0..400_000).map(|x| (x * 7 % 100_003, x.to_string()));
            let right = DataSet::sequence(env, 0..60_000).map(|x| (x * 5 % 130_001, x));
            let join = left.full_outer_join(&right).hint(hint).on(0, 0);
            join.with(|l, r| (l.map(|l| l.0), r.map(|r| r.0), r.map(|r| r.1)))
        });
        let matched = pairs.iter().filter(|pair| pair.0.is_some() && pair.1.is_some());
        assert!(matched.clone().all(|pair| pair.0 == pair.1));
        assert!(matched.count() > 100_000);
        orders.push(pairs);
    }
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn one_key_that_does_not_fit_streams_by() {
    for (lefts, rights) in [(60_000u64, 3u64), (3, 60_000), (9000, 9)] {
        let pairs = everywhere(|env| {
            let rows = |len| DataSet::sequence(env, 0..len).map(|x| (5u8, x, x.to_string()));
            let join = rows(lefts).join(&rows(rights)).hint(JoinHint::RepartitionHashSecond);
            join.on(0, 0).with(|l, r| (l.1, r.1))
        });
        let expected = (0..lefts).flat_map(|l| (0..rights).map(move |r| (l, r)));
        assert!(pairs.into_iter().eq(expected));
        for which in [true, false] {
            let left = everywhere(|env| {
                let rows = |len| DataSet::sequence(env, 0..len).map(|x| (5u8, x, x.to_string()));
                let (l, r) = (rows(lefts), rows(rights));
                let join = if which { l.semi_join(&r) } else { l.anti_join(&r) };
                join.hint(JoinHint::RepartitionSortMerge).on(0, 0)
            });
            assert!(left.iter().map(|l| l.1).eq(0..if which { lefts } else { 0 }));
        }
    }
    let alone = everywhere(|env| {
        let rows = |key| DataSet::sequence(env, 0..30_000).map(move |x| (key, x.to_string()));
        let join = rows(1u64).full_outer_join(&rows(2)).on(0, 0);
        join.with(|l, r| (l.map(|l| l.0), r.map(|r| r.1)))
    });
    assert_eq!(alone.len(), 60_000);
    assert_eq!(alone.iter().filter(|pair| pair.0.is_some()).count(), 30_000);
}

#[test]
fn keys_of_two_types_are_an_error_that_names_both() {
    let env = Environment::builder().threads(1).build().unwrap();
    let left = DataSet::from_collection(&env, [(1u64, 1u32)]);
    let error = left.join(&left).on(0, "f1").count().unwrap_err().to_string();
    assert!(error.contains("f0 of the first") && error.contains("[UInt64]"), "{error}");
    assert!(error.contains("f1 of the second") && error.contains("[UInt32]"), "{error}");
    let error = left.join(&left).on(0, 5).count().unwrap_err().to_string();
    assert!(error.contains("field 5"), "{error}");
}

#[test]
fn a_panic_in_the_function_names_the_join() {
    let env = Environment::builder().threads(2).build().unwrap();
    let rows = DataSet::sequence(&env, 0..10);
    for hint in HINTS {
        let join = rows.join(&rows).hint(hint).on(0, 0).with(|l, _| {
            if l == 7 {
                panic!("no")
            }
        });
        assert_eq!(join.count().unwrap_err().to_string(), "join panicked: no");
    }
}

#[test]
fn a_broadcast_that_does_not_fit_says_what_it_needs() {
    let env = Environment::builder().threads(1).memory("256 KiB").build().unwrap();
    let rows = DataSet::sequence(&env, 0..100_000);
    let error = rows.join_with_tiny(&rows).on(0, 0).count().unwrap_err().to_string();
    assert!(error.contains("join wanted"), "{error}");
}

#[test]
fn plans_say_how_and_what_was_refused() {
    let env = Environment::builder().threads(1).build().unwrap();
    let rows = DataSet::sequence(&env, 0..10);
    let plan = rows.full_outer_join(&rows).hint(HINTS[1]).on(0, 0).explain().to_string();
    assert!(plan.contains("no rewrite broadcast of the first side"), "{plan}");
    let plan = rows.join(&rows).hint(HINTS[5]).on(0, 0).explain().to_string();
    assert!(plan.starts_with("join [hint: RepartitionSortMerge"), "{plan}");
    assert!(plan.contains("partition by hash [key: value"), "{plan}");
}

/// The side that does not change in an iteration is computed and sent once.
#[test]
fn a_constant_side_is_built_once() {
    for (budget, constant_is_left) in
        [("1 GiB", true), ("1 GiB", false), ("192 KiB", true), ("192 KiB", false)]
    {
        let env = Environment::builder().threads(2).memory(budget).build().unwrap();
        let computed = Arc::new(AtomicUsize::new(0));
        let counter = computed.clone();
        let edges = DataSet::sequence(&env, 0..30_000).map(move |x| {
            counter.fetch_add(1, Ordering::Relaxed);
            (x % 1000, x)
        });
        let ranks = DataSet::from_collection(&env, [(0u64, 0u64)]);
        let hint = JoinHint::RepartitionHashFirst;
        let pairs = if constant_is_left {
            edges.join(&ranks).hint(hint).on(0, 0).with(|edge, rank| (edge.1, rank.1))
        } else {
            ranks.join(&edges).hint(hint).on(0, 0).with(|rank, edge| (edge.1, rank.1))
        };
        // A second join reads the same edges by another key.
        let others = edges.join(&ranks).on(1, 0).with(|edge, rank| (edge.0, rank.1));
        let outer = Run::new(&env, &[]);
        for superstep in 1..4u64 {
            let rows = DataSet::sequence(&env, 0..500).map(move |x| (2 * x, x * superstep));
            let rows = Run::new(&env, &[rows.node()]).open(rows.node()).unwrap();
            let rows = Arc::new(crate::dataset::keep(&env, &rows).unwrap());
            let roots = [pairs.node(), others.node()];
            let run = Run::body(&outer, &roots, [(ranks.node(), rows as _)]);
            for (root, expected) in [(roots[0], 15_000), (roots[1], 500)] {
                let pipeline = run.open(root).unwrap();
                let count = executor::count(&env, pipeline.source(), &pipeline.chain()).unwrap();
                assert_eq!(count, expected, "superstep {superstep}, {budget}");
            }
        }
        assert_eq!(computed.load(Ordering::Relaxed), 2 * 30_000, "once for each join");
        drop(outer);
        assert_eq!(env.memory().counters().granted_bytes, 0);
    }
}
