//! `sample_with_size`: a number of rows, drawn at random from a seed.
//!
//! Every row draws a word from the generator of its morsel (see [`sample`](super::sample)). The
//! rows with the least words are a sample without replacement, in random order. A morsel finds its
//! own least, and then adds them to those of all. A sample with replacement is made of that: each
//! draw hits a row that was drawn before, with the probability that follows from how many there
//! are of how many rows in all, or is the next of the random order.
//!
//! O(1) a row that is not taken, O(log size) a row that is. Memory for `size` records; where there
//! is room, for as many a worker. Sampled rows keep their order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::marker::PhantomData;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::Rng;

use super::by_morsel::ByMorsel;
use super::sample::{describe, generator};
use crate::columnar::{Batch, ReadRecord, Record, RowBuilder, reader_of};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{BlockSource, BlockStore};
use crate::executor;
use crate::memory::Reservation;
use crate::pipeline::{BATCH_ROWS, Output, Pipeline, Task, TaskEvent};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
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
            record: PhantomData,
        };
        DataSet::from_node(self.environment(), node)
    }
}

/// The node.
struct SampleWithSize<T> {
    name: String,
    input: NodeRef,
    size: usize,
    with_replacement: bool,
    seed: u64,
    record: PhantomData<fn() -> T>,
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
    use super::super::sample::tests::{ROWS, near, rows};
    use super::*;
    use crate::operators::test_support::everywhere;

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
}
