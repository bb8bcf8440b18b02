//! `sample`: a fraction of the rows, drawn at random from a seed.
//!
//! Each morsel draws from a generator of its own, made from the seed and the number of the morsel:
//! the sample is the same at any number of threads and within any budget. Sampled rows keep their
//! order. O(1) a row, and no memory.

use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

use super::by_morsel::ByMorsel;
use crate::columnar::{Record, gather};
use crate::dataset::DataSet;
use crate::error::{Error, Result};
use crate::memory::MemoryManager;
use crate::pipeline::{BATCH_ROWS, Output, Task, TaskEvent};

impl<T: Record> DataSet<T> {
    /// Draws each record with the probability `fraction`; with replacement, as often as a Poisson
    /// distribution with that mean says.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..1000);
    /// let some = numbers.sample(0.1, false, 42);
    /// assert_eq!(some.collect()?, some.collect()?);
    /// assert!((50..200).contains(&some.count()?));
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it runs: if `fraction` is negative or not a number, or, without replacement, above 1.
    pub fn sample(&self, fraction: f64, with_replacement: bool, seed: u64) -> Self {
        let name = describe(format!("sample ({fraction}"), with_replacement, seed);
        let node = ByMorsel::new(self.node(), name, move |morsel, env| {
            let draws = Draws::new(fraction, with_replacement)?;
            let (memory, random) = (env.memory().clone(), generator(seed, morsel));
            Ok(Box::new(SampleTask { draws, random, memory, rows: Vec::new() }))
        });
        DataSet::from_node(self.environment(), node)
    }
}

pub(super) fn describe(begin: String, with_replacement: bool, seed: u64) -> String {
    let how = if with_replacement { "with" } else { "without" };
    format!("{begin}, {how} replacement, seed {seed})")
}

/// The generator of a morsel.
pub(super) fn generator(seed: u64, morsel: u64) -> Xoshiro256PlusPlus {
    let first = SplitMix64::seed_from_u64(seed).next_u64();
    Xoshiro256PlusPlus::seed_from_u64(first.wrapping_add(morsel))
}

/// A number from 0 up to, but not, 1: the high 53 bits of a word.
fn unit(random: &mut impl Rng) -> f64 {
    (random.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// How often a row is drawn.
#[derive(Clone, Copy)]
enum Draws {
    /// Once with a probability.
    Once(f64),
    /// By a Poisson distribution; this is e to the power of its negative mean.
    Often(f64),
}

/// The greatest mean of a Poisson distribution whose exponential is far from underflow.
const MOST_OFTEN: f64 = 500.0;

impl Draws {
    fn new(fraction: f64, with_replacement: bool) -> Result<Self> {
        let most = if with_replacement { MOST_OFTEN } else { 1.0 };
        if !(0.0..=most).contains(&fraction) {
            return Err(Error::Shape {
                operator: "sample",
                expected: format!("a fraction from 0 to {most}"),
                got: fraction.to_string(),
            });
        }
        Ok(if with_replacement { Self::Often((-fraction).exp()) } else { Self::Once(fraction) })
    }

    fn draw(self, random: &mut impl Rng) -> usize {
        match self {
            Self::Once(probability) => usize::from(unit(random) < probability),
            Self::Often(limit) => {
                // Knuth: as many factors as keep the product of uniform numbers above the limit.
                let mut product = unit(random);
                let mut times = 0;
                while product > limit {
                    times += 1;
                    product *= unit(random);
                }
                times
            }
        }
    }
}

struct SampleTask {
    draws: Draws,
    random: Xoshiro256PlusPlus,
    memory: MemoryManager,
    /// The drawn rows of a batch.
    rows: Vec<u32>,
}

impl Task for SampleTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return Ok(()) };
        self.rows.clear();
        for row in 0..batch.num_rows() as u32 {
            let times = self.draws.draw(&mut self.random);
            self.rows.extend(std::iter::repeat_n(row, times));
        }
        for rows in self.rows.chunks(BATCH_ROWS) {
            output.emit(gather(&self.memory, "sample", &batch, rows)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    pub(in super::super) const ROWS: u64 = 300_000;

    pub(in super::super) fn rows(env: &Environment) -> DataSet<(u64, String)> {
        DataSet::sequence(env, 0..ROWS).map(|x| (x, x.to_string()))
    }

    /// Asserts that `count` is within five standard deviations of a binomial mean.
    pub(in super::super) fn near(count: usize, of: u64, probability: f64) {
        let mean = of as f64 * probability;
        assert!((count as f64 - mean).abs() < 5.0 * mean.sqrt() + 1.0, "{count}, not {mean}");
    }

    #[test]
    fn a_fraction_of_the_rows_is_drawn_in_order() {
        let some = everywhere(|env| rows(env).sample(0.01, false, 1));
        near(some.len(), ROWS, 0.01);
        assert!(some.windows(2).all(|pair| pair[0].0 < pair[1].0));
        near(some.iter().filter(|row| row.0 < ROWS / 3).count(), ROWS / 3, 0.01);
        assert_ne!(some, everywhere(|env| rows(env).sample(0.01, false, 2)));
        let some = everywhere(|env| DataSet::sequence(env, 0..ROWS).sample(1.5, true, 1));
        near(some.len(), ROWS, 1.5);
        assert!(some.is_sorted() && some.windows(2).any(|pair| pair[0] == pair[1]));
        let all = everywhere(|env| DataSet::sequence(env, 0..9).sample(1.0, false, 5));
        assert_eq!(all.len(), 9);
        assert!(everywhere(|env| DataSet::sequence(env, 0..9).sample(0.0, true, 5)).is_empty());
    }

    #[test]
    fn a_fraction_that_is_none_is_refused() {
        let env = Environment::builder().threads(1).build().unwrap();
        for fraction in [-0.1, 1.5, f64::NAN] {
            let error = rows(&env).sample(fraction, false, 0).count().unwrap_err().to_string();
            assert!(error.contains("a fraction from 0 to 1"), "{error}");
        }
    }
}
