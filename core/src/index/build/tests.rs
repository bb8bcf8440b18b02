use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::columnar::{Batch, Column, Schema};
use crate::index::{Dictionary, KeyOrder, StaticIndex};

type Triple = (u32, u32, f64);

fn pairs<W: EntryValue>(env: &Environment, chunks: &[Vec<Triple>]) -> Pairs<W> {
    let batch = |chunk: &Vec<Triple>| {
        let columns = vec![
            Column::UInt32(chunk.iter().map(|t| t.0).collect::<Vec<_>>().into()),
            Column::UInt32(chunk.iter().map(|t| t.1).collect::<Vec<_>>().into()),
            Column::Float64(chunk.iter().map(|t| t.2).collect::<Vec<_>>().into()),
        ];
        Batch::new(Schema::new(["l", "r", "value"]), columns)
    };
    // All keys of 0..50 are declared, so that dense keys are the keys themselves.
    let keys = Column::UInt32((0..50).collect::<Vec<_>>().into());
    let declared = Batch::new(Schema::new(["key"]), vec![keys]);
    let batches = chunks.iter().map(batch).collect();
    Dictionary::encode(env, batches, vec![declared], KeyOrder::Ascending).unwrap().pairs
}

fn rows<W: EntryValue>(index: &Csr<W>) -> Vec<Vec<(u32, u64)>> {
    (0..index.num_keys() as u32)
        .map(|row| {
            let mut entries = Vec::new();
            index
                .for_each(row, |column, value| entries.push((column, value.to_weight().to_bits())));
            entries
        })
        .collect()
}

/// The plain form: a map from row and column to the values in the order of the input.
fn model(triples: &[Triple], options: IndexOptions, stored: bool) -> Vec<Vec<(u32, u64)>> {
    let mut entries: BTreeMap<(u32, u32), Vec<f64>> = BTreeMap::new();
    for &(left, right, value) in triples {
        let ways = match options.rows {
            _ if left == right && options.self_pairs == SelfPairs::Drop => vec![],
            Rows::Left => vec![(left, right)],
            Rows::Right => vec![(right, left)],
            Rows::Both if left == right => vec![(left, right)],
            Rows::Both => vec![(left, right), (right, left)],
        };
        for at in ways {
            entries.entry(at).or_default().push(if stored { value } else { 1.0 });
        }
    }
    let mut rows = vec![Vec::new(); 50];
    for ((row, column), values) in entries {
        let one = |value: f64| vec![if stored { value } else { 1.0 }];
        let kept = match options.duplicates {
            Duplicates::Keep => values,
            Duplicates::Drop => one(values[0]),
            Duplicates::Sum => one(values.iter().sum()),
            Duplicates::Min => one(values.iter().copied().fold(f64::INFINITY, f64::min)),
            Duplicates::Max => one(values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        };
        rows[row as usize].extend(kept.into_iter().map(|value| (column, value.to_bits())));
    }
    rows
}

fn check<W: EntryValue>(chunks: &[Vec<Triple>], options: IndexOptions, threads: usize) {
    let env = Environment::builder().threads(threads).memory("64 MiB").build().unwrap();
    let index = Csr::<W>::build(&env, pairs::<W>(&env, chunks), options).unwrap();
    let triples = chunks.concat();
    assert_eq!(rows(&index), model(&triples, options, W::STORED));
    let rows_of = |rows| IndexOptions { rows, ..options };
    let transposed = match options.rows {
        Rows::Left => rows_of(Rows::Right),
        Rows::Right => rows_of(Rows::Left),
        Rows::Both => options,
    };
    assert_eq!(rows(&index.transpose(&env).unwrap()), model(&triples, transposed, W::STORED));
    drop(index);
    assert_eq!(env.memory().counters().granted_bytes, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn an_index_is_the_sorted_relation(
        chunks in prop::collection::vec(
            prop::collection::vec((0u32..50, 0u32..50, 0u8..9), 1..200), 1..5),
        rows in prop::sample::select(vec![Rows::Left, Rows::Right, Rows::Both]),
        drop_self: bool,
        duplicates in prop::sample::select(vec![
            Duplicates::Keep, Duplicates::Drop, Duplicates::Sum, Duplicates::Min, Duplicates::Max]),
        threads in prop::sample::select(vec![1usize, 2, 8]),
    ) {
        let chunks: Vec<Vec<Triple>> = chunks.into_iter()
            .map(|chunk| chunk.into_iter().map(|(l, r, v)| (l, r, f64::from(v))).collect()).collect();
        let self_pairs = if drop_self { SelfPairs::Drop } else { SelfPairs::Keep };
        let options = IndexOptions { rows, self_pairs, duplicates };
        check::<f64>(&chunks, options, threads);
        check::<()>(&chunks, options, threads);
    }
}

#[test]
fn many_partitions_and_long_rows_sort_alike_at_any_number_of_threads() {
    // A key with 300,000 entries, and 700,000 entries spread over 250,000 keys.
    let mut state = 7u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 33) % below) as u32
    };
    let chunk = |random: &mut dyn FnMut(u64) -> u32| {
        let left: Vec<u32> =
            (0..100_000).map(|at| if at % 10 < 3 { 0 } else { random(250_000) }).collect();
        let right: Vec<u32> = (0..100_000).map(|_| random(250_000)).collect();
        Batch::new(
            Schema::new(["l", "r"]),
            vec![Column::UInt32(left.into()), Column::UInt32(right.into())],
        )
    };
    let batches: Vec<Batch> = (0..10).map(|_| chunk(&mut random)).collect();
    let build = |threads| {
        let env = Environment::builder().threads(threads).memory("256 MiB").build().unwrap();
        let encoded =
            Dictionary::encode::<()>(&env, batches.clone(), vec![], KeyOrder::HubFirst).unwrap();
        let options = IndexOptions {
            rows: Rows::Both,
            self_pairs: SelfPairs::Keep,
            duplicates: Duplicates::Keep,
        };
        let index = Csr::build(&env, encoded.pairs, options).unwrap();
        (
            index.offsets().iter().collect::<Vec<_>>(),
            index.columns().to_vec(),
            index.chunks().to_vec(),
        )
    };
    let (offsets, columns, chunks) = build(1);
    assert!(offsets.windows(2).all(|o| columns[o[0] as usize..o[1] as usize].is_sorted()));
    assert!(chunks.len() > 10);
    for threads in [2, 8] {
        assert!(build(threads) == (offsets.clone(), columns.clone(), chunks.clone()));
    }
}
