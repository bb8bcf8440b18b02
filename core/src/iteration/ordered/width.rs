//! How wide buckets are, by statistics of the weights.

use crate::index::StaticIndex;

/// Entries that the choice looks at, at most about.
const SAMPLED_ENTRIES: usize = 1 << 16;

/// Rows that the sample is taken from, spread over all.
const SAMPLED_ROWS: usize = 1 << 12;

/// Entries of one row in the sample, so that no row is all of it.
const ENTRIES_OF_A_ROW: usize = SAMPLED_ENTRIES / SAMPLED_ROWS;

/// The width in means of a weight is this over the square of the mean degree. Where rows are short a
/// key is seldom improved twice, and a bucket may hold the values of many steps; where they are long,
/// what is offered early is often beaten.
pub(super) const MEANS: f64 = 32.0;

/// A width and why.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketWidth {
    /// The width.
    pub width: f64,
    /// The reason, for plans.
    pub reason: String,
}

/// The width of buckets for values that grow by the weights of the entries that they cross.
///
/// Wide buckets are few and do work twice; narrow ones do it once, in many supersteps. No bucket
/// need be narrower than the smallest weight above 0: values in it cannot improve each other.
/// Looks at a sample of fixed rows, so that the same index always gives the same width.
pub fn bucket_width<I: StaticIndex>(index: &I, weight: impl Fn(I::Value) -> f64) -> BucketWidth {
    let (mut count, mut sum, mut least) = (0u64, 0.0, f64::INFINITY);
    let step = index.num_keys().div_ceil(SAMPLED_ROWS).max(1);
    for row in (0..index.num_keys() as u32).step_by(step) {
        index.for_some(row, 0..ENTRIES_OF_A_ROW, |_, value| {
            let weight = weight(value);
            if weight > 0.0 && weight.is_finite() {
                (count, sum, least) = (count + 1, sum + weight, least.min(weight));
            }
            true
        });
    }
    if count == 0 {
        return BucketWidth { width: 1.0, reason: "no weight above 0 in a sample".to_owned() };
    }
    let mean = sum / count as f64;
    let degree = (index.num_entries() as f64 / index.num_keys().max(1) as f64).max(1.0);
    let width = (mean * MEANS / (degree * degree)).max(least);
    let reason =
        format!("weights have a mean of {mean:.3} and at least {least}, rows {degree:.1} entries");
    BucketWidth { width, reason }
}
