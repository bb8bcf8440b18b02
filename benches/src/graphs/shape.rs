//! Generators whose edges are changed one by one: by a hash of the edge, so that the result does
//! not depend on who makes it.

use std::fmt;

use quince_core::columnar::{Batch, Column, Schema};
use quince_core::pipeline::{BatchSource, Source};
use quince_core::{Environment, Result, executor};

use super::{SEED, mix};

/// How far a link of the web goes that stays near.
const SITE: u64 = 64;

/// A source and what becomes of its edges.
pub(super) struct Shaped {
    edges: Box<dyn Source>,
    rule: Rule,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    /// Every fifth edge is missing.
    Gaps,
    /// Every other edge ends near to where it begins; ids are below the number.
    Near(u64),
}

impl Shaped {
    pub(super) fn road(grid: impl Source + 'static) -> Self {
        Self { edges: Box::new(grid), rule: Rule::Gaps }
    }

    pub(super) fn web(r_mat: impl Source + 'static, vertices: u64) -> Self {
        Self { edges: Box::new(r_mat), rule: Rule::Near(vertices) }
    }

    /// Its edges, all in memory.
    pub(super) fn source(&self, env: &Environment) -> Result<BatchSource> {
        let batches = executor::collect(env, &*self.edges, &[])?;
        let batches = batches.into_iter().enumerate().map(|(at, batch)| {
            let [from, to] = [0, 1].map(|column| numbers(&batch.columns()[column]));
            let pairs = from.into_iter().zip(to).zip(0u64..);
            let kept = pairs.filter_map(|(pair, row)| {
                // R-MAT repeats its hubs' edges: the place in the stream tells them apart.
                self.rule.apply(pair, mix(SEED ^ ((at as u64) << 32 | row)))
            });
            let (from, to): (Vec<i64>, Vec<i64>) = kept.unzip();
            let columns = vec![Column::Int64(from.into()), Column::Int64(to.into())];
            Batch::new(Schema::new(["source", "target"]), columns)
        });
        Ok(BatchSource::new(self.to_string(), batches.collect()))
    }
}

impl Rule {
    fn apply(self, (source, target): (i64, i64), hash: u64) -> Option<(i64, i64)> {
        match self {
            Self::Gaps => (!hash.is_multiple_of(5)).then_some((source, target)),
            Self::Near(_) if hash.is_multiple_of(2) => Some((source, target)),
            Self::Near(vertices) => {
                let near = source as u64 + 1 + (hash >> 32) % SITE;
                Some((source, (near % vertices) as i64))
            }
        }
    }
}

impl fmt::Display for Shaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.rule {
            Rule::Gaps => "without every fifth edge".to_owned(),
            Rule::Near(_) => format!("every other edge ends within {SITE} ids of where it begins"),
        };
        write!(f, "{}, {change}", self.edges.name())
    }
}

impl fmt::Debug for Shaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shaped").field(&self.to_string()).finish()
    }
}

/// Ids of any integer type.
pub(super) fn numbers(column: &Column) -> Vec<i64> {
    match column {
        Column::Int64(ids) => ids.to_vec(),
        Column::UInt32(ids) => ids.iter().map(|&id| id.into()).collect(),
        Column::UInt64(ids) => ids.iter().map(|&id| id as i64).collect(),
        other => unreachable!("generators give integers, not {:?}", other.column_type()),
    }
}
