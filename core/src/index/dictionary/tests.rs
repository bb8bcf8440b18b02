use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::columnar::{Column, Schema, Strings};

fn environment(threads: usize) -> Environment {
    Environment::builder().threads(threads).memory("64 MiB").build().unwrap()
}

fn integer_batch(pairs: &[(i64, i64)]) -> Batch {
    let small = pairs.iter().all(|&(l, r)| u32::try_from(l).is_ok() && u32::try_from(r).is_ok());
    let column = |side: fn(&(i64, i64)) -> i64| {
        let keys = pairs.iter().map(side);
        if small {
            Column::UInt32(keys.map(|key| key as u32).collect::<Vec<_>>().into())
        } else {
            Column::Int64(keys.collect::<Vec<_>>().into())
        }
    };
    Batch::new(Schema::new(["l", "r"]), vec![column(|pair| pair.0), column(|pair| pair.1)])
}

fn text_batch(pairs: &[(i64, i64)]) -> Batch {
    let values = Strings::from_iter(pairs.iter().flat_map(|&(l, r)| [text(l), text(r)]));
    let codes = |odd: u32| (0..pairs.len() as u32).map(|at| 2 * at + odd).collect::<Vec<_>>();
    let column = |odd| Column::CodedUtf8 { codes: codes(odd).into(), values: values.clone() };
    Batch::new(Schema::new(["l", "r"]), vec![column(0), column(1)])
}

fn text(key: i64) -> String {
    format!("vertex {key}")
}

/// The encoded pairs turned back into keys are the pairs that went in; dense numbers are in the
/// order asked for.
fn check(
    batches: Vec<Batch>,
    declared: Vec<Batch>,
    pairs: &[(i64, i64)],
    all: &BTreeSet<i64>,
    order: KeyOrder,
    texts: bool,
    threads: usize,
) {
    let env = environment(threads);
    let Encoded { dictionary, pairs: encoded } =
        Dictionary::encode::<()>(&env, batches, declared, order).unwrap();
    let name = |key: Key<'_>| key.to_string();
    let expected = |key: i64| if texts { text(key) } else { key.to_string() };
    let back: Vec<_> = encoded
        .chunks
        .iter()
        .flat_map(|chunk| chunk.iter())
        .map(|(l, r, ())| (name(dictionary.key(l)), name(dictionary.key(r))))
        .collect();
    let went_in: Vec<_> = pairs.iter().map(|&(l, r)| (expected(l), expected(r))).collect();
    assert_eq!(back, went_in);
    assert_eq!(dictionary.len(), all.len());
    assert_eq!(encoded.num_self_pairs, pairs.iter().filter(|(l, r)| l == r).count() as u64);

    let count = |key: &str| {
        went_in.iter().map(|(l, r)| u32::from(l == key) + u32::from(r == key)).sum::<u32>()
    };
    let dense: Vec<_> = (0..dictionary.len() as u32).collect();
    for &at in &dense {
        let key = dictionary.key(at);
        assert_eq!(dictionary.get(key), Some(at));
        assert_eq!(dictionary.dense_of_ordinal(dictionary.ordinal(at)), Some(at));
        assert_eq!(encoded.appearances[at as usize], count(&name(key)));
    }
    let rank = |at: u32| match order {
        KeyOrder::HubFirst => {
            (std::cmp::Reverse(encoded.appearances[at as usize]), dictionary.ordinal(at))
        }
        _ => (std::cmp::Reverse(0), dictionary.ordinal(at)),
    };
    assert!(dense.windows(2).all(|two| rank(two[0]) < rank(two[1])));
    assert!(dense.windows(2).all(|two| {
        (dictionary.ordinal(two[0]) < dictionary.ordinal(two[1]))
            == (dictionary.key(two[0]) < dictionary.key(two[1]))
    }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn encoding_is_the_inverse_of_decoding(
        chunks in prop::collection::vec(prop::collection::vec((0i64..40, 0i64..40), 1..40), 1..5),
        declared in prop::collection::vec(0i64..60, 0..5),
        spread in prop::sample::select(vec![1i64, 3, 1 << 40]),
        shift in prop::sample::select(vec![0i64, -17, 1 << 33]),
        texts: bool, hub_first: bool, threads in prop::sample::select(vec![1usize, 2, 8]),
    ) {
        let place = |key: i64| key * spread + shift;
        let chunks: Vec<Vec<_>> = chunks.into_iter()
            .map(|chunk| chunk.into_iter().map(|(l, r)| (place(l), place(r))).collect()).collect();
        let declared: Vec<i64> = declared.into_iter().map(place).collect();
        let batch = |pairs: &[(i64, i64)]| if texts { text_batch(pairs) } else { integer_batch(pairs) };
        let pairs: Vec<_> = chunks.concat();
        let all = pairs.iter().flat_map(|&(l, r)| [l, r]).chain(declared.iter().copied()).collect();
        let declared_pairs: Vec<_> = declared.iter().map(|&key| (key, key)).collect();
        let declared_batches = if declared.is_empty() { vec![] } else { vec![batch(&declared_pairs)] };
        let order = if hub_first { KeyOrder::HubFirst } else { KeyOrder::Ascending };
        check(chunks.iter().map(|c| batch(c)).collect(), declared_batches, &pairs, &all, order, texts, threads);
    }
}

#[test]
fn no_pairs_are_no_keys() {
    let encoded =
        Dictionary::encode::<()>(&environment(1), vec![], vec![], KeyOrder::Auto).unwrap();
    assert!(encoded.dictionary.is_empty());
    assert_eq!(encoded.dictionary.get(7), None);
}

#[test]
fn mixed_types_and_missing_values_are_refused() {
    let env = environment(1);
    let mixed = vec![integer_batch(&[(1, 2)]), text_batch(&[(1, 2)])];
    let error = Dictionary::encode::<()>(&env, mixed, vec![], KeyOrder::Auto).unwrap_err();
    assert!(error.to_string().contains("integers and texts"), "{error}");
    let bare = vec![integer_batch(&[(1, 2)])];
    let error = Dictionary::encode::<f64>(&env, bare, vec![], KeyOrder::Auto).unwrap_err();
    assert!(error.to_string().contains("float64"), "{error}");
}

#[test]
fn a_budget_too_small_says_so_and_gives_everything_back() {
    let env = Environment::builder().threads(1).memory(100).build().unwrap();
    let error =
        Dictionary::encode::<()>(&env, vec![integer_batch(&[(1, 2); 64])], vec![], KeyOrder::Auto);
    assert!(matches!(error, Err(Error::Memory(_))));
    assert_eq!(env.memory().counters().granted_bytes, 0);
}
