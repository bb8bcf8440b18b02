//! Single parts of the engine, each beside a plain loop on one thread.
//!
//! ```text
//! cargo bench -p quince-benches --bench core
//! ```
//!
//! | group | holds |
//! |---|---|
//! | `core/memory` | segments from the memory manager, written once, beside a `Vec` |
//! | `core/batch` | batches through a record-wise operator that keeps half of the rows, beside a loop over columns |
//! | `core/operators` | grouped sum, join and sort over data sets, beside `HashMap` and `sort_unstable` |

mod setting;

use std::collections::HashMap;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quince_core::columnar::{Batch, Column, Order, Schema};
use quince_core::dataset::DataSet;
use quince_core::executor;
use quince_core::operators::Filter;
use quince_core::pipeline::BatchSource;
use quince_datasets::generators::Uniform;

/// Rows of each input.
const ROWS: u64 = 1 << 20;

/// Different keys among them.
const KEYS: u64 = 1 << 16;

/// Rows of a batch.
const BATCH: usize = 1 << 16;

criterion_group!(benches, memory, batch, operators);
criterion_main!(benches);

fn memory(criterion: &mut Criterion) {
    let env = setting::environment();
    let mut group = criterion.benchmark_group("core/memory");
    for bytes in [1usize << 12, 1 << 20, 64 << 20] {
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(format!("segment/{bytes}"), |bencher| {
            bencher.iter(|| {
                let mut words = env.memory().allocate::<u64>("words", bytes / 8).expect("memory");
                words.fill(1);
                words
            });
        });
        group.bench_function(format!("vec/{bytes}"), |bencher| {
            bencher.iter(|| vec![1u64; bytes / 8]);
        });
    }
    group.finish();
}

fn batch(criterion: &mut Criterion) {
    let env = setting::environment();
    let values: Vec<i64> = records().iter().map(|&(_, value)| value as i64).collect();
    let batches = values.chunks(BATCH).map(|values| {
        Batch::new(Schema::new(["value"]), vec![Column::Int64(values.to_vec().into())])
    });
    let source = BatchSource::new("values", batches.collect());
    let even = Filter::new("even", |batch, keep| {
        let Column::Int64(values) = &batch.columns()[0] else { unreachable!("made above") };
        keep.iter_mut().zip(&values[..]).for_each(|(keep, value)| *keep = value % 2 == 0);
    });
    let filtered = || executor::count(&env, &source, &[&even]).expect("rows");
    let by_hand = || values.iter().filter(|&value| value % 2 == 0).copied().collect::<Vec<i64>>();
    assert_eq!(filtered(), by_hand().len() as u64, "the same rows");
    let mut group = criterion.benchmark_group("core/batch");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("filter", |bencher| bencher.iter(filtered));
    group.bench_function("one-thread", |bencher| bencher.iter(by_hand));
    group.finish();
}

/// Keys and values, drawn evenly.
fn records() -> Vec<(u64, u64)> {
    let env = setting::environment();
    let edges = Uniform::new(KEYS, ROWS).seed(quince_benches::graphs::SEED);
    let batches = executor::collect(&env, &edges, &[]).expect("records");
    let ids = |column: &Column| match column {
        Column::UInt32(ids) => ids.iter().map(|&id| u64::from(id)).collect::<Vec<u64>>(),
        other => unreachable!("small ids, not {:?}", other.column_type()),
    };
    let pairs = |batch: &Batch| ids(&batch.columns()[0]).into_iter().zip(ids(&batch.columns()[1]));
    batches.iter().flat_map(pairs).collect()
}

fn operators(criterion: &mut Criterion) {
    let env = setting::environment();
    let records = records();
    let facts: Vec<(u64, u64)> = (0..KEYS).map(|key| (key, key / 7)).collect();
    let left = DataSet::from_collection(&env, records.iter().copied());
    let right = DataSet::from_collection(&env, facts.iter().copied());

    let grouped = || left.group_by(0).sum(1).into_data_set().count().expect("groups");
    let joined = || {
        let pairs = left.join(&right).on(0, 0).with(|left, right| left.1 + right.1);
        pairs.count().expect("pairs")
    };
    let sorted = || left.sort_by(1, Order::Ascending).count().expect("rows");
    let grouped_by_hand = || {
        let mut sums = HashMap::<u64, u64>::new();
        records.iter().for_each(|&(key, value)| *sums.entry(key).or_default() += value);
        sums.len() as u64
    };
    let joined_by_hand = || {
        let facts: HashMap<u64, u64> = facts.iter().copied().collect();
        let pairs = records.iter().filter_map(|(key, value)| Some(facts.get(key)? + value));
        pairs.collect::<Vec<u64>>().len() as u64
    };
    let sorted_by_hand = || {
        let mut rows = records.clone();
        rows.sort_unstable_by_key(|&(_, value)| value);
        rows.len() as u64
    };
    assert!(grouped() == grouped_by_hand() && joined() == joined_by_hand(), "the same rows");
    let mut group = criterion.benchmark_group("core/operators");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    group.bench_function("grouped-sum", |bencher| bencher.iter(grouped));
    group.bench_function("grouped-sum/one-thread", |bencher| bencher.iter(grouped_by_hand));
    group.bench_function("join", |bencher| bencher.iter(joined));
    group.bench_function("join/one-thread", |bencher| bencher.iter(joined_by_hand));
    group.bench_function("sort", |bencher| bencher.iter(sorted));
    group.bench_function("sort/one-thread", |bencher| bencher.iter(sorted_by_hand));
    group.finish();
}
