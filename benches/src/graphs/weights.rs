//! Weights by a hash of the edge's ends: the same both ways, and for whoever asks.

use quince_core::columnar::{Batch, Column, Schema};
use quince_core::pipeline::{BatchSource, Source};
use quince_core::{Environment, Result, executor};

use super::shape::numbers;
use super::{SEED, mix};

/// How weights are spread over 1 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lengths {
    /// Evenly, as the GAP protocol says.
    Even,
    /// Most are short: the fourth power of an even spread.
    LongTailed,
}

impl Lengths {
    /// The weight of the edge between two vertices: a whole number from 1 to 255.
    pub fn weight(self, a: u64, b: u64) -> i64 {
        let hash = mix(SEED ^ mix(a.min(b)) ^ a.max(b));
        match self {
            Self::Even => (hash % 255 + 1) as i64,
            Self::LongTailed => {
                let share = (hash >> 11) as f64 / (1u64 << 53) as f64;
                1 + (share.powi(4) * 255.0) as i64
            }
        }
    }
}

/// The batches of a source of edges with an even weight in a third column.
///
/// # Errors
/// If the source fails.
pub fn weighted(env: &Environment, source: &dyn Source) -> Result<BatchSource> {
    let weigh = |batch: Batch| {
        let (from, to) = (numbers(&batch.columns()[0]), numbers(&batch.columns()[1]));
        let weight = |(&a, &b): (&i64, &i64)| Lengths::Even.weight(a as u64, b as u64) as f64;
        let weights: Vec<f64> = from.iter().zip(&to).map(weight).collect();
        let columns = vec![
            Column::Int64(from.into()),
            Column::Int64(to.into()),
            Column::Float64(weights.into()),
        ];
        Batch::new(Schema::new(["source", "target", "weight"]), columns)
    };
    let batches = executor::collect(env, source, &[])?;
    Ok(BatchSource::new("weighted edges", batches.into_iter().map(weigh).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_the_same_both_ways_and_within_their_range() {
        for lengths in [Lengths::Even, Lengths::LongTailed] {
            let mut seen = std::collections::BTreeSet::new();
            for edge in 0..4000u64 {
                let weight = lengths.weight(edge, edge * edge);
                assert_eq!(weight, lengths.weight(edge * edge, edge));
                seen.insert(weight);
            }
            assert!(*seen.first().unwrap() >= 1 && *seen.last().unwrap() <= 255, "{seen:?}");
            assert!(seen.len() > 100, "{lengths:?} has {} values", seen.len());
        }
    }
}
