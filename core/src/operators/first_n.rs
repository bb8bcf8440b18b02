//! `first_n`: the first records, of all or of each group.
//!
//! Of all: in the order of the input. A morsel is read no further than to its `n`th record, and
//! morsels are no longer read once those before them have `n` records. Of each group: in the order
//! of the group, by [`group_reduce`](Grouped::group_reduce).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::group_by::Grouped;
use super::sort_group::SortedGroups;
use crate::columnar::Record;
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{BlockStore, Gather, Gathering, PartitionSource, Piece};
use crate::executor;
use crate::pipeline::{Morsel, Morsels, Output, Pipeline, Source};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// The first `n` records, or all if there are fewer.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let many = DataSet::sequence(&env, 0..1 << 40);
    /// assert_eq!(many.filter(|x| x % 7 == 3).first_n(3).collect()?, [3, 10, 17]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn first_n(&self, n: usize) -> Self {
        DataSet::from_node(self.environment(), FirstN { input: self.node().clone(), n })
    }
}

impl<T: Record> Grouped<T> {
    /// The first `n` records of each group in the order in which they came, or all if there are
    /// fewer.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let visits = DataSet::from_collection(&env, [(7u64, 3u8), (7, 2), (7, 1)]);
    /// assert_eq!(visits.group_by(0).first_n(2).collect()?, [(7, 3), (7, 2)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn first_n(self, n: usize) -> DataSet<T> {
        self.in_input_order().first_n(n)
    }
}

impl<T: Record> SortedGroups<T> {
    /// The first `n` records of each group in its order, or all if there are fewer.
    pub fn first_n(self, n: usize) -> DataSet<T> {
        self.group_reduce(move |rows| rows.take(n))
    }
}

/// The node.
struct FirstN {
    input: NodeRef,
    n: usize,
}

const NAME: &str = "first n";

impl Node for FirstN {
    fn plan(&self) -> PlanNode {
        PlanNode::new(NAME).property("n", self.n)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let store = BlockStore::new(run.env(), NAME);
        let source = FirstOfMorsels { pipeline, n: self.n };
        let parts = executor::execute(run.env(), &source, &[], &Gather(&store))?;
        let first = cut(parts.into_iter().map(Gathering::into_pieces), self.n);
        Ok(Pipeline::new(PartitionSource::new(NAME, (store, first))))
    }
}

/// The first `n` rows of `morsels`.
fn cut(morsels: impl Iterator<Item = Vec<Piece>>, n: usize) -> Vec<Vec<Piece>> {
    let (mut first, mut left) = (Vec::new(), n);
    for pieces in morsels {
        let mut taken = Vec::new();
        for piece in pieces {
            let piece = piece.first(left);
            left -= piece.num_rows();
            taken.push(piece);
        }
        first.push(taken);
        if left == 0 {
            break;
        }
    }
    first
}

/// A source of the first rows of each morsel of a pipeline, as far as they are needed.
struct FirstOfMorsels {
    pipeline: Pipeline,
    n: usize,
}

/// Morsels that are begun before it is known whether they are needed.
const AHEAD: usize = 64;

impl Source for FirstOfMorsels {
    fn name(&self) -> String {
        self.pipeline.source().name()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        let progress =
            Progress { n: self.n, is_over: AtomicBool::new(self.n == 0), read: Mutex::default() };
        Ok(Box::new(FirstMorsels {
            morsels: self.pipeline.source().open(env)?,
            pipeline: self.pipeline.clone(),
            progress: Arc::new(progress),
            next: 0,
        }))
    }
}

struct FirstMorsels {
    morsels: Box<dyn Morsels>,
    pipeline: Pipeline,
    progress: Arc<Progress>,
    next: usize,
}

impl Morsels for FirstMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        if self.progress.is_over.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let Some(morsel) = self.morsels.next()? else { return Ok(None) };
        let (pipeline, progress) = (self.pipeline.clone(), self.progress.clone());
        self.next += 1;
        Ok(Some(Box::new(FirstMorsel { morsel, pipeline, progress, at: self.next - 1 })))
    }

    fn is_costly(&self) -> bool {
        self.morsels.is_costly()
    }

    fn at_once(&self) -> usize {
        self.morsels.at_once().min(AHEAD)
    }
}

struct FirstMorsel {
    morsel: Box<dyn Morsel>,
    pipeline: Pipeline,
    progress: Arc<Progress>,
    at: usize,
}

impl Morsel for FirstMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let n = self.progress.n;
        if self.progress.is_over.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut num_rows = 0;
        let read = executor::push_through(env, self.morsel, &self.pipeline.chain(), &mut |batch| {
            let taken = batch.num_rows().min(n - num_rows);
            output.emit(batch.slice(0..taken))?;
            num_rows += taken;
            // An error is what stops a morsel; this one goes no further than the next line.
            if num_rows < n { Ok(()) } else { Err(Error::Cancelled) }
        });
        if num_rows < n {
            read?;
        }
        self.progress.add(self.at, num_rows);
        Ok(())
    }
}

/// How many rows the morsels have that were read.
struct Progress {
    n: usize,
    /// Whether the morsels read so far hold all rows that are needed.
    is_over: AtomicBool,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    /// Morsels before this one were read, and have so many rows.
    next: usize,
    num_rows: usize,
    /// Rows of morsels behind it.
    behind: BTreeMap<usize, usize>,
}

impl Progress {
    fn add(&self, at: usize, num_rows: usize) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.behind.insert(at, num_rows);
        loop {
            let next = read.next;
            let Some(num_rows) = read.behind.remove(&next) else { break };
            read.num_rows += num_rows;
            read.next += 1;
        }
        if read.num_rows >= self.n {
            self.is_over.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use proptest::prelude::*;

    use super::*;
    use crate::columnar::Order::Descending;
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn agrees_with_a_prefix(len in 0u64..400_000, n in 0usize..300_000, every in 1u64..5) {
            let first = everywhere(|env| {
                let data = DataSet::sequence(env, 0..len).filter(move |x| x % every == 0);
                data.map(|x| (x, x.to_string())).first_n(n)
            });
            let expected = (0..len).filter(|x| x % every == 0).take(n);
            prop_assert!(first.into_iter().map(|row| row.0).eq(expected));
        }
    }

    #[test]
    fn what_is_not_needed_is_not_read() {
        let env = Environment::builder().threads(2).build().unwrap();
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = seen.clone();
        let data = DataSet::sequence(&env, 0..1 << 40).filter(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            true
        });
        assert_eq!(data.first_n(10).count().unwrap(), 10);
        assert!(seen.load(Ordering::Relaxed) <= AHEAD * crate::pipeline::BATCH_ROWS);
        seen.store(0, Ordering::Relaxed);
        assert_eq!(data.first_n(0).count().unwrap(), 0);
        assert_eq!(seen.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn groups_have_their_first_in_their_order() {
        let first = |sorted: bool| {
            let mut rows = everywhere(move |env| {
                let rows = DataSet::sequence(env, 0..200_000).map(|x| (x % 1000, x * 7 % 200_000));
                match sorted {
                    true => rows.group_by(0).sort_group(1, Descending).first_n(2),
                    false => rows.group_by(0).first_n(2),
                }
            });
            rows.sort_by_key(|row| row.0);
            rows
        };
        for (key, two) in (0..1000).zip(first(false).chunks(2)) {
            assert_eq!(two, [(key, key * 7 % 200_000), (key, (key + 1000) * 7 % 200_000)]);
        }
        for (key, two) in (0..1000).zip(first(true).chunks(2)) {
            let mut all: Vec<u64> = (0..200).map(|x| (x * 1000 + key) * 7 % 200_000).collect();
            all.sort_unstable_by_key(|&x| std::cmp::Reverse(x));
            assert_eq!(two, [(key, all[0]), (key, all[1])]);
        }
    }
}
