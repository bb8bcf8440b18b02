//! What the tests of the generators share.

use quince_core::Environment;
use quince_core::columnar::{Batch, Column};
use quince_core::executor::collect;
use quince_core::pipeline::Source;

pub(super) fn batches(source: &dyn Source, threads: usize) -> Vec<Batch> {
    let env = Environment::builder().threads(threads).memory("1 GiB").build().unwrap();
    collect(&env, source, &[]).unwrap()
}

pub(super) fn edges(source: &dyn Source) -> Vec<(u64, u64)> {
    edges_of(&batches(source, 2))
}

pub(super) fn same_at_any_number_of_threads(source: &dyn Source) -> Vec<(u64, u64)> {
    let one = edges_of(&batches(source, 1));
    for threads in [2, 8] {
        assert!(edges_of(&batches(source, threads)) == one, "{threads} threads differ");
    }
    one
}

fn edges_of(batches: &[Batch]) -> Vec<(u64, u64)> {
    let ends = |batch: &Batch, at: usize| -> Vec<u64> {
        match &batch.columns()[at] {
            Column::UInt32(ids) => ids.iter().copied().map(u64::from).collect(),
            Column::Int64(ids) => ids.iter().map(|&id| id as u64).collect(),
            other => panic!("{:?} is no type of an id", other.column_type()),
        }
    };
    batches.iter().flat_map(|batch| ends(batch, 0).into_iter().zip(ends(batch, 1))).collect()
}
