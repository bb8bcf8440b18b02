//! `sample` and `sample_with_size`: some rows, drawn at random from a seed.
//!
//! Each morsel draws from a generator of its own, made from the seed and the number of the morsel:
//! the sample is the same at any number of threads and within any budget. Sampled rows keep their
//! order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

use super::by_morsel::ByMorsel;
use crate::columnar::{Batch, ReadRecord, Record, RowBuilder, gather, reader_of};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockSource, BlockStore};
use crate::executor;
use crate::memory::{MemoryManager, Reservation};
use crate::pipeline::{BATCH_ROWS, Output, Pipeline, Task, TaskEvent};
use crate::plan::PlanNode;

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

    /// Draws `size` records, each equally likely: all of them if there are no more; with
    /// replacement, a record may be drawn several times, and `size` come out of one.
    ///
    /// Memory for `size` records; where there is room, for as many a worker.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..1000);
    /// assert_eq!(numbers.sample_with_size(10, false, 7).count()?, 10);
    /// let few = DataSet::sequence(&env, 0..3);
    /// assert_eq!(few.sample_with_size(10, false, 7).collect()?, [0, 1, 2]);
    /// assert_eq!(few.sample_with_size(10, true, 7).count()?, 10);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn sample_with_size(&self, size: usize, with_replacement: bool, seed: u64) -> Self {
        let name = describe(format!("sample ({size} rows"), with_replacement, seed);
        let node = SampleWithSize::<T> {
            name,
            input: self.node().clone(),
            size,
            with_replacement,
            seed,
            record: std::marker::PhantomData,
        };
        DataSet::from_node(self.environment(), node)
    }
}

fn describe(begin: String, with_replacement: bool, seed: u64) -> String {
    let how = if with_replacement { "with" } else { "without" };
    format!("{begin}, {how} replacement, seed {seed})")
}

/// The generator of a morsel.
fn generator(seed: u64, morsel: u64) -> Xoshiro256PlusPlus {
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

/// The node of `sample_with_size`.
///
/// Every row draws a word; the rows with the least words are a sample without replacement, in
/// random order. A morsel finds its own least, and then adds them to those of all.
struct SampleWithSize<T> {
    name: String,
    input: NodeRef,
    size: usize,
    with_replacement: bool,
    seed: u64,
    record: std::marker::PhantomData<fn() -> T>,
}

impl<T: Record> Node for SampleWithSize<T> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(&self.name)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let all = Arc::new(Mutex::new(Least::<T>::new(run.env(), self.size)?));
        let (shared, size, seed) = (all.clone(), self.size, self.seed);
        let draw = ByMorsel::new(&self.input, &self.name, move |morsel, env| {
            let (random, least) = (generator(seed, morsel), Least::new(env, size)?);
            Ok(Box::new(LeastTask { morsel, row: 0, random, least, all: shared.clone() }))
        });
        let pipeline = draw.open(run)?;
        executor::count(run.env(), pipeline.source(), &pipeline.chain())?;
        drop(pipeline);
        let mut all = lock(&all);
        let batches = all.sample(self.with_replacement, self.seed);
        drop(all);
        let store = BlockStore::new(run.env(), &self.name);
        let blocks = batches.into_iter().map(|batch| store.keep(batch));
        Ok(Pipeline::new(BlockSource::new(&self.name, blocks.collect::<Result<Vec<_>>>()?)))
    }
}

/// A row, and what it drew.
struct Drawn<T> {
    word: u64,
    /// Its morsel, and its place there.
    place: (u64, u64),
    record: T,
}

impl<T> Drawn<T> {
    fn order(&self) -> (u64, (u64, u64)) {
        (self.word, self.place)
    }
}

impl<T> PartialEq for Drawn<T> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl<T> Eq for Drawn<T> {}

impl<T> PartialOrd for Drawn<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Drawn<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

/// The rows that drew the least words.
struct Least<T> {
    size: usize,
    /// How many rows there were.
    num_rows: u64,
    rows: BinaryHeap<Drawn<T>>,
    paid: Reservation,
    heap_bytes: usize,
}

impl<T: Record> Least<T> {
    fn new(env: &Environment, size: usize) -> Result<Self> {
        let paid = env.memory().reserve("sample", 0)?;
        Ok(Self { size, num_rows: 0, rows: BinaryHeap::new(), paid, heap_bytes: 0 })
    }

    /// Whether a row with this word and place is among the least so far.
    fn takes(&self, word: u64, place: (u64, u64)) -> bool {
        self.rows.len() < self.size
            || self.rows.peek().is_some_and(|greatest| (word, place) < greatest.order())
    }

    fn push(&mut self, row: Drawn<T>) {
        self.heap_bytes += row.record.heap_bytes();
        self.rows.push(row);
        if self.rows.len() > self.size
            && let Some(greatest) = self.rows.pop()
        {
            self.heap_bytes -= greatest.record.heap_bytes();
        }
    }

    fn num_bytes(&self) -> u64 {
        (self.rows.len() * size_of::<Drawn<T>>() + self.heap_bytes) as u64
    }

    /// Pays for the rows.
    fn pay(&mut self) -> Result<()> {
        let held = self.num_bytes();
        if held > self.paid.bytes() {
            self.paid.resize(2 * held).or_else(|_| self.paid.resize(held))?;
        }
        Ok(())
    }

    /// As [`pay`](Self::pay) for rows that can go elsewhere: says whether there was room.
    fn pay_if_room(&mut self) -> bool {
        let held = self.num_bytes();
        if held > self.paid.bytes() {
            let Some(paid) = self.paid.manager().reserve_spillable("sample", 2 * held) else {
                return false;
            };
            self.paid = paid;
        }
        true
    }

    /// Moves the rows of `other` here.
    fn take_from(&mut self, other: &mut Self) -> Result<()> {
        for row in other.rows.drain() {
            if self.takes(row.word, row.place) {
                self.push(row);
                self.pay()?;
            }
        }
        other.heap_bytes = 0;
        Ok(other.paid.resize(0)?)
    }

    /// The sample, in the order of the rows.
    fn sample(&mut self, with_replacement: bool, seed: u64) -> Vec<Batch> {
        let mut rows = mem::take(&mut self.rows).into_sorted_vec();
        let mut times = vec![1usize; rows.len()];
        if with_replacement {
            times = draw_again(rows.len(), self.num_rows, self.size, seed);
        }
        let mut drawn: Vec<_> = rows.drain(..).zip(times).collect();
        drawn.sort_unstable_by_key(|(row, _)| row.place);
        let mut batches = Vec::new();
        let mut builder = RowBuilder::new();
        for (row, times) in drawn {
            for _ in 0..times {
                builder.push(row.record.clone());
                if builder.len() == BATCH_ROWS {
                    batches.push(builder.finish());
                }
            }
        }
        if !builder.is_empty() {
            batches.push(builder.finish());
        }
        batches
    }
}

/// How often each of `distinct` rows in random order is drawn when `size` rows are drawn with
/// replacement from `num_rows`: every draw hits one that was drawn before, or is the next new one.
fn draw_again(distinct: usize, num_rows: u64, size: usize, seed: u64) -> Vec<usize> {
    let mut times = vec![0; distinct];
    if distinct == 0 {
        return times;
    }
    let mut random = generator(seed, u64::MAX);
    let mut next = 0;
    for _ in 0..size {
        // The high half of the product is below the number of rows.
        let at = ((u128::from(random.next_u64()) * u128::from(num_rows)) >> 64) as usize;
        times[at.min(next)] += 1;
        next = next.max(at.min(next) + 1);
    }
    times
}

struct LeastTask<T> {
    morsel: u64,
    /// Rows of the morsel so far.
    row: u64,
    random: Xoshiro256PlusPlus,
    least: Least<T>,
    all: Arc<Mutex<Least<T>>>,
}

impl<T: Record> Task for LeastTask<T> {
    fn on_event(&mut self, event: TaskEvent, _output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else {
            let mut all = lock(&self.all);
            all.num_rows += self.row;
            return all.take_from(&mut self.least);
        };
        let reader = reader_of::<T>(&batch)?;
        for row in 0..batch.num_rows() {
            let (word, place) = (self.random.next_u64(), (self.morsel, self.row));
            self.row += 1;
            if self.least.takes(word, place) {
                self.least.push(Drawn { word, place, record: reader.get(row) });
                if !self.least.pay_if_room() {
                    lock(&self.all).take_from(&mut self.least)?;
                }
            }
        }
        Ok(())
    }
}

fn lock<T>(least: &Mutex<Least<T>>) -> MutexGuard<'_, Least<T>> {
    least.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::test_support::everywhere;

    const ROWS: u64 = 300_000;

    fn rows(env: &Environment) -> DataSet<(u64, String)> {
        DataSet::sequence(env, 0..ROWS).map(|x| (x, x.to_string()))
    }

    /// Asserts that `count` is within five standard deviations of a binomial mean.
    fn near(count: usize, of: u64, probability: f64) {
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
    fn a_size_is_met_exactly() {
        let some = everywhere(|env| rows(env).sample_with_size(900, false, 3));
        assert_eq!(some.len(), 900);
        assert!(some.windows(2).all(|pair| pair[0].0 < pair[1].0));
        near(some.iter().filter(|row| row.0 < ROWS / 3).count(), 900, 1.0 / 3.0);
        let few = everywhere(|env| DataSet::sequence(env, 0..5).sample_with_size(9, false, 3));
        assert_eq!(few, [0, 1, 2, 3, 4]);
        assert!(everywhere(|env| rows(env).sample_with_size(0, true, 3)).is_empty());
        let none = everywhere(|env| rows(env).filter(|_| false).sample_with_size(9, true, 3));
        assert!(none.is_empty());
    }

    #[test]
    fn with_replacement_every_row_is_as_likely_each_time() {
        let some = everywhere(|env| DataSet::sequence(env, 0..10).sample_with_size(9000, true, 4));
        assert_eq!(some.len(), 9000);
        (0..10).for_each(|x| near(some.iter().filter(|&&y| y == x).count(), 9000, 0.1));
        let some = everywhere(|env| rows(env).sample_with_size(900, true, 4));
        assert_eq!(some.len(), 900);
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
