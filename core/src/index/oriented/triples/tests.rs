use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Order, in_place};
use super::*;
use crate::columnar::{Batch, Column, Schema};
use crate::index::{
    Csr, Dictionary, DistinctRows, Duplicates, IndexOptions, KeyOrder, Rows, SelfPairs,
};

fn relation(
    env: &Environment,
    num_keys: u32,
    pairs: &[(u32, u32)],
    order: KeyOrder,
    rows: Rows,
) -> (Dictionary, Csr<()>) {
    let batch = |pairs: &[(u32, u32)]| {
        let (left, right): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
        let columns = vec![Column::UInt32(left.into()), Column::UInt32(right.into())];
        Batch::new(Schema::new(["l", "r"]), columns)
    };
    let all: Vec<_> = (0..num_keys).map(|key| (key, key)).collect();
    let encoded =
        Dictionary::encode::<()>(env, vec![batch(pairs)], vec![batch(&all)], order).unwrap();
    let options = IndexOptions { rows, self_pairs: SelfPairs::Keep, duplicates: Duplicates::Keep };
    (encoded.dictionary, Csr::build(env, encoded.pairs, options).unwrap())
}

/// All triples of keys that are paired whichever way, by trying every three.
fn reference(num_keys: u32, pairs: &[(u32, u32)]) -> Vec<[u32; 3]> {
    let paired = |a, b| pairs.contains(&(a, b)) || pairs.contains(&(b, a));
    let mut triples = Vec::new();
    for a in 0..num_keys {
        for b in (a + 1..num_keys).filter(|&b| paired(a, b)) {
            triples.extend(
                (b + 1..num_keys).filter(|&c| paired(a, c) && paired(b, c)).map(|c| [a, b, c]),
            );
        }
    }
    triples
}

fn sides(oriented: &Oriented, triple: Triple) -> [u8; 3] {
    [
        oriented.sides(triple.row, triple.second_at).bits(),
        oriented.sides(triple.row, triple.first_at).bits(),
        oriented.sides(triple.second, triple.first_at_second).bits(),
    ]
}

fn check(num_keys: u32, pairs: &[(u32, u32)], threads: usize, order: KeyOrder, directed: bool) {
    let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
    let rows = if directed { Rows::Left } else { Rows::Both };
    let (dictionary, index) = relation(&env, num_keys, pairs, order, rows);
    let index = Arc::new(index);
    let distinct = if directed {
        let transpose = Arc::new(index.transpose(&env).unwrap());
        DistinctRows::both_ways(index, transpose)
    } else {
        DistinctRows::symmetric(&env, index).unwrap()
    };
    let id = |key: u32| dictionary.ordinal(key);
    let bits = |from: u32, to: u32| {
        u8::from(pairs.contains(&(from, to))) << 1 | u8::from(pairs.contains(&(to, from)))
    };
    let degrees = distinct.degrees(&env).unwrap();
    let sorted = Order::falling(&env, &degrees).unwrap();
    assert!(sorted.keys.is_sorted_by_key(|&key| std::cmp::Reverse(degrees[key as usize])));
    let expected = reference(num_keys, pairs);
    for by_degree in [None, Some(false), Some(true)] {
        let oriented = match by_degree {
            None => Oriented::new(&env, &distinct).unwrap(),
            Some(by_degree) => {
                let degrees = distinct.degrees(&env).unwrap();
                Oriented::of(&env, &distinct, degrees, by_degree).unwrap()
            }
        };
        let mut set = oriented.row_set(env.memory()).unwrap();
        let mut found = Vec::new();
        for row in 0..num_keys {
            oriented.for_each_triple(&mut set, row, |triple| {
                let at = |position| oriented.row(triple.row)[position];
                assert_eq!(
                    (at(triple.second_at), at(triple.first_at)),
                    (triple.second, triple.first)
                );
                let [last, second, first] =
                    [triple.row, triple.second, triple.first].map(|key| id(oriented.key(key)));
                if directed {
                    let expected = [bits(last, second), bits(last, first), bits(second, first)];
                    assert_eq!(sides(&oriented, triple), expected);
                } else {
                    assert_eq!(sides(&oriented, triple), [3, 3, 3]);
                }
                let mut triple = [first, second, last];
                triple.sort_unstable();
                found.push(triple);
            });
        }
        found.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(oriented.count_triples(&env).unwrap(), expected.len() as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn triples_are_those_of_all_keys_tried(
        num_keys in 1u32..24,
        raw in prop::collection::vec((0u32..24, 0u32..24), 0..160),
        threads in prop::sample::select(vec![1usize, 2, 8]),
        hub_first: bool, directed: bool,
    ) {
        let pairs: Vec<_> = raw.into_iter().map(|(l, r)| (l % num_keys, r % num_keys)).collect();
        let order = if hub_first { KeyOrder::HubFirst } else { KeyOrder::Ascending };
        check(num_keys, &pairs, threads, order, directed);
    }
}

#[test]
fn a_hub_with_many_spokes_is_searched() {
    // Key 0 is paired with all, 1 with the even ones: rows of very different lengths.
    let mut pairs: Vec<_> = (1..200).map(|key| (0, key)).collect();
    pairs.extend((1..100).map(|half| (1, 2 * half)));
    for order in [KeyOrder::Ascending, KeyOrder::HubFirst] {
        check(200, &pairs, 2, order, false);
    }
}

#[test]
fn no_keys_have_no_triples() {
    check(0, &[], 2, KeyOrder::Ascending, false);
    check(0, &[], 2, KeyOrder::Ascending, true);
}

proptest! {
    #[test]
    fn short_rows_have_the_triples_of_the_oriented_relation(
        num_keys in 1u32..300,
        raw in prop::collection::vec((0u32..300, 0u32..300), 0..600),
        hubs in prop::collection::vec(0u32..300, 0..3),
    ) {
        // A hub is paired with all: its row is long beside others.
        let spokes = hubs.iter().flat_map(|&hub| (0..num_keys).map(move |key| (hub, key)));
        let pairs = raw.iter().copied().chain(spokes);
        let pairs: Vec<_> = pairs.map(|(l, r)| (l % num_keys, r % num_keys)).collect();
        let env = Environment::builder().threads(2).memory("64 MiB").build().unwrap();
        let (_, index) = relation(&env, num_keys, &pairs, KeyOrder::Ascending, Rows::Both);
        let expected = reference(num_keys, &pairs).len() as u64;
        let index = Arc::new(index);
        let count: u64 = (0..num_keys).map(|row| in_place::count_row(&index, row)).sum();
        prop_assert_eq!(count, expected);
        prop_assert_eq!(in_place::count_triples(&env, &index).unwrap(), expected);
    }
}
