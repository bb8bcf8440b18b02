//! The alternating iteration: two columns, each made from the other along an index of its own.
//!
//! In plain form, with `x` and `y` the columns and `A` and `B` the indexes:
//!
//! ```text
//! repeat
//!     x = A.join(y on column).map(message).group_by(row).reduce(Combiner)
//!     x = x.map(finish with the aggregate of x)
//!     y = B.join(x on column).map(message).group_by(row).reduce(Combiner)
//!     y = y.map(finish with the aggregate of y)
//! until the criterion is met
//! ```
//!
//! The second half of a superstep sees what the first half made. With `B` the transpose of `A`, a
//! sum as combiner and a finish that divides by the norm this is the power iteration for the
//! leading singular vectors of `A`.

use std::fmt::Display;

use bytemuck::Pod;
use rayon::prelude::*;

use super::bulk::in_chunks;
use super::criterion::Criterion;
use super::identity::{Parameters, fingerprint};
use super::resume::Stateful;
use super::superstep::{self, Body, Step};
use super::values::fill;
use crate::algebra::Monoid;
use crate::environment::Environment;
use crate::error::Result;
use crate::index::{EntryValue, StaticIndex};
use crate::memory::Segment;
use crate::report::{Direction, IterationReport};
use crate::snapshot::{Identity, SnapshotReader, SnapshotWriter};

/// One of the two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that a superstep makes first.
    First,
    /// The one that it makes of the first.
    Second,
}

/// What an alternating iteration does along an entry and to a column.
pub trait Alternating<W: EntryValue>: Sync {
    /// The values of both columns, and of messages.
    type Value: Pod + Send + Sync;

    /// How messages to a key are combined.
    type Combiner: Monoid<Value = Self::Value>;

    /// A key's value before the first superstep.
    fn initial(&self, side: Side, key: u32) -> Self::Value;

    /// The message along an entry.
    fn message(&self, value: Self::Value, entry: W) -> Self::Value;

    /// A combined value's part in the aggregate of its column; summed in a fixed order.
    fn aggregate(&self, combined: Self::Value) -> f64;

    /// The value that a key ends the half superstep with, given the aggregate of the column.
    fn finish(&self, combined: Self::Value, aggregate: f64) -> Self::Value;

    /// A key's part in the convergence value: the sum over both columns, in a fixed order.
    fn change(&self, old: Self::Value, new: Self::Value) -> f64;
}

/// An alternating iteration to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct AlternatingIteration<'a, I, P> {
    name: &'a str,
    indexes: [&'a I; 2],
    program: &'a P,
    criterion: Criterion,
    parameters: Parameters,
}

/// The columns that an alternating iteration ended with, by dense key, and how it went.
#[derive(Debug)]
pub struct AlternatingResult<V> {
    /// The first column.
    pub first: Segment<V>,
    /// The second column.
    pub second: Segment<V>,
    /// How it went.
    pub report: IterationReport,
}

impl<'a, I: StaticIndex, P: Alternating<I::Value>> AlternatingIteration<'a, I, P> {
    /// An iteration of `program`: the first column along the rows of `first`, the second along
    /// those of `second`, until `criterion` is met.
    pub fn new(
        name: &'a str,
        first: &'a I,
        second: &'a I,
        program: &'a P,
        criterion: Criterion,
    ) -> Self {
        Self {
            name,
            indexes: [first, second],
            program,
            criterion,
            parameters: Parameters::default(),
        }
    }

    /// Says that `program` was made with this parameter: a snapshot that was taken with another
    /// value is refused.
    pub fn parameter(mut self, name: &str, value: impl Display) -> Self {
        self.parameters.add(name, value);
        self
    }

    /// Runs it. Takes three values a key from the budget.
    ///
    /// # Panics
    /// If the indexes differ in the number of keys.
    pub fn run(self, env: &Environment) -> Result<AlternatingResult<P::Value>> {
        let [first, second] = self.indexes;
        assert_eq!(first.num_keys(), second.num_keys(), "both indexes have the same keys");
        env.install(|| self.run_in_pool(env))
    }

    fn run_in_pool(self, env: &Environment) -> Result<AlternatingResult<P::Value>> {
        let Self { name, indexes, program, criterion, parameters } = self;
        let num_keys = indexes[0].num_keys();
        let column = || env.memory().allocate::<P::Value>("solution", num_keys);
        let (columns, next) = ([column()?, column()?], column()?);
        let mut body = AlternatingBody { env, indexes, program, parameters, columns, next };
        env.run(name, || {
            fill(&mut body.columns[0], |key| program.initial(Side::First, key));
            fill(&mut body.columns[1], |key| program.initial(Side::Second, key));
            Ok(())
        })?;
        let report = superstep::run_resumable(env, name, &criterion, &mut body)?;
        let [first, second] = body.columns;
        Ok(AlternatingResult { first, second, report })
    }
}

struct AlternatingBody<'a, I: StaticIndex, P: Alternating<I::Value>> {
    env: &'a Environment,
    indexes: [&'a I; 2],
    program: &'a P,
    parameters: Parameters,
    columns: [Segment<P::Value>; 2],
    next: Segment<P::Value>,
}

impl<I: StaticIndex, P: Alternating<I::Value>> AlternatingBody<'_, I, P> {
    /// Makes a column anew from the other; its change.
    fn half(&mut self, side: usize) -> Result<f64> {
        let (env, index, program) = (self.env, self.indexes[side], self.program);
        let [first, second] = &mut self.columns;
        let (column, other) = if side == 0 { (first, second) } else { (second, first) };
        let other = &other[..];
        let message = |&value: &_, entry| program.message(value, entry);
        let aggregates = in_chunks(index.chunks(), &mut self.next, column)
            .map(|(keys, next, _)| {
                env.check_cancelled()?;
                let mut aggregate = 0.0;
                for (key, next) in keys.zip(next) {
                    *next = index.fold::<P::Combiner, _>(key, other, message);
                    aggregate += program.aggregate(*next);
                }
                Ok(aggregate)
            })
            .collect::<Result<Vec<f64>>>()?;
        let aggregate = aggregates.into_iter().sum();
        let changes: Vec<f64> = in_chunks(index.chunks(), &mut self.next, column)
            .map(|(_, next, old)| {
                let finished = next.iter_mut().zip(old).map(|(next, old)| {
                    *next = program.finish(*next, aggregate);
                    program.change(*old, *next)
                });
                finished.sum()
            })
            .collect();
        std::mem::swap(column, &mut self.next);
        Ok(changes.into_iter().sum())
    }
}

impl<I: StaticIndex, P: Alternating<I::Value>> Body for AlternatingBody<'_, I, P> {
    fn workset(&self) -> u64 {
        self.indexes[0].num_keys() as u64
    }

    fn superstep(&mut self, _superstep: u64) -> Result<Step> {
        let change = self.half(0)? + self.half(1)?;
        let changes = self.workset();
        Ok(Step { changes, convergence: Some(change), direction: Direction::Pull })
    }
}

impl<I: StaticIndex, P: Alternating<I::Value>> Stateful for AlternatingBody<'_, I, P> {
    fn identity(&self) -> Result<Identity> {
        let [first, second] = &self.columns;
        let input = fingerprint(self.indexes[0])?.column(first).column(second);
        Ok(Identity { program: self.parameters.of::<P, P::Value>(), input: input.digest() })
    }

    fn save(&self, snapshot: &mut SnapshotWriter) -> Result<()> {
        snapshot.column(&self.columns[0])?;
        Ok(snapshot.column(&self.columns[1])?)
    }

    fn restore(&mut self, snapshot: &mut SnapshotReader) -> Result<()> {
        snapshot.column_into(&mut self.columns[0])?;
        Ok(snapshot.column_into(&mut self.columns[1])?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::Sum;
    use crate::iteration::delta::tests::ring;

    /// Sums, scaled to sum 1.
    struct Shares;

    impl Alternating<()> for Shares {
        type Value = f64;
        type Combiner = Sum<f64>;
        fn initial(&self, side: Side, key: u32) -> f64 {
            if side == Side::First { 0.0 } else { f64::from(key) }
        }
        fn message(&self, value: f64, (): ()) -> f64 {
            value
        }
        fn aggregate(&self, combined: f64) -> f64 {
            combined
        }
        fn finish(&self, combined: f64, aggregate: f64) -> f64 {
            combined / aggregate
        }
        fn change(&self, old: f64, new: f64) -> f64 {
            (new - old).abs()
        }
    }

    #[test]
    fn the_second_half_sees_the_first() {
        let env = Environment::builder().threads(2).build().unwrap();
        let ring = ring(&env, 4);
        let run = |steps: u64| {
            AlternatingIteration::new("shares", &ring, &ring, &Shares, steps.into()).run(&env)
        };
        let one = run(1).unwrap();
        // [0 1 2 3] gives neighbours' sums [4 2 4 2], of which the second half gives [4 8 4 8].
        assert_eq!(one.first[..], [4.0 / 12.0, 2.0 / 12.0, 4.0 / 12.0, 2.0 / 12.0]);
        assert!(
            one.second.iter().zip([1.0, 2.0, 1.0, 2.0]).all(|(x, y)| (x * 6.0 - y).abs() < 1e-15)
        );
        let change = one.report.supersteps[0].convergence.unwrap();
        assert!((change - (1.0 + 32.0 / 6.0)).abs() < 1e-14, "of both columns");
        assert_eq!(run(0).unwrap().second[..], [0.0, 1.0, 2.0, 3.0]);
    }
}
