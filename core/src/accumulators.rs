//! Accumulators: what the functions of a program count on the side.
//!
//! An accumulator is made by name from an [`Environment`](crate::Environment) and captured by the
//! functions that add to it. Only what comes out the same in any order can be accumulated: counts,
//! least and greatest values, histograms.
//!
//! An accumulator counts from when it was made, over all runs: a data set that is computed twice
//! adds twice. [`take`](Accumulator::take) reads it and begins anew.
//!
//! Each worker adds to a part of its own; a read puts the parts together. What is read while
//! something runs is what has been added so far.

use std::any::{Any, type_name};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::error::{Error, Result};

/// Something that functions add to.
pub trait Accumulator: Clone + fmt::Debug + Send + Sync + 'static {
    /// What it is read as.
    type Value;

    /// A new one that `workers` workers, and others outside the pool, add to.
    fn new(workers: usize) -> Self;

    /// What has been added so far.
    fn value(&self) -> Self::Value;

    /// What has been added so far; it begins anew.
    fn take(&self) -> Self::Value;

    /// What has been added so far, for a report.
    fn report(&self) -> AccumulatorValue;
}

/// The value of an accumulator of any type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AccumulatorValue {
    /// Of a counter.
    Count(i64),
    /// Of a maximum or minimum; nothing if nothing was added.
    Extreme(Option<i64>),
    /// Of a histogram.
    Histogram(BTreeMap<i64, u64>),
}

/// One part for each worker, and one for all others, each in a cache line of its own.
#[derive(Debug)]
struct Parts<P>(Arc<[Padded<P>]>);

#[derive(Debug)]
#[repr(align(128))]
struct Padded<P>(P);

impl<P> Clone for Parts<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P> Parts<P> {
    fn new(workers: usize, part: impl Fn() -> P) -> Self {
        Self((0..=workers).map(|_| Padded(part())).collect())
    }

    /// The part of this worker.
    #[inline]
    fn own(&self) -> &P {
        let others = self.0.len() - 1;
        let worker = rayon::current_thread_index().map_or(others, |worker| worker.min(others));
        &self.0[worker].0
    }

    fn iter(&self) -> impl Iterator<Item = &P> {
        self.0.iter().map(|part| &part.0)
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $counter:ident: $number:ty, $cell:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $counter(Parts<$cell>);

        impl $counter {
            /// Adds `number`, which may be negative; the count wraps around where it does not fit.
            #[inline]
            pub fn add(&self, number: $number) {
                self.0.own().fetch_add(number, Ordering::Relaxed);
            }
        }

        impl Accumulator for $counter {
            type Value = $number;

            fn new(workers: usize) -> Self {
                Self(Parts::new(workers, Default::default))
            }

            fn value(&self) -> $number {
                let parts = self.0.iter().map(|part| part.load(Ordering::Relaxed));
                parts.fold(0, <$number>::wrapping_add)
            }

            fn take(&self) -> $number {
                let parts = self.0.iter().map(|part| part.swap(0, Ordering::Relaxed));
                parts.fold(0, <$number>::wrapping_add)
            }

            fn report(&self) -> AccumulatorValue {
                AccumulatorValue::Count(self.value().into())
            }
        }
    )*};
}

counters! {
    /// A count of 32 bits.
    IntCounter: i32, AtomicI32;
    /// A count.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::accumulators::{Accumulator, LongCounter};
    /// # let env = Environment::builder().threads(2).build()?;
    /// let loops = env.accumulator::<LongCounter>("self-loops")?;
    /// let seen = loops.clone();
    /// let edges = DataSet::from_collection(&env, [(1u64, 1u64), (1, 2)]).filter(move |edge| {
    ///     seen.add((edge.0 == edge.1).into());
    ///     edge.0 != edge.1
    /// });
    /// assert_eq!(edges.count()?, 1);
    /// assert_eq!(loops.take(), 1);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    LongCounter: i64, AtomicI64;
}

macro_rules! extremes {
    ($($(#[$doc:meta])* $extreme:ident: $none:expr, $fetch:ident, $best:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $extreme(Parts<(AtomicI64, AtomicI64)>);

        impl $extreme {
            /// Takes `number` into account.
            #[inline]
            pub fn add(&self, number: i64) {
                let (extreme, added) = self.0.own();
                extreme.$fetch(number, Ordering::Relaxed);
                added.store(1, Ordering::Relaxed);
            }

            fn read(&self, read: impl Fn(&AtomicI64, i64) -> i64) -> Option<i64> {
                let parts = self.0.iter().filter_map(|(extreme, added)| {
                    let was_added = read(added, 0) == 1;
                    was_added.then(|| read(extreme, $none))
                });
                parts.$best()
            }
        }

        impl Accumulator for $extreme {
            /// Nothing if nothing was added.
            type Value = Option<i64>;

            fn new(workers: usize) -> Self {
                Self(Parts::new(workers, || (AtomicI64::new($none), AtomicI64::new(0))))
            }

            fn value(&self) -> Option<i64> {
                self.read(|cell, _| cell.load(Ordering::Relaxed))
            }

            fn take(&self) -> Option<i64> {
                self.read(|cell, none| cell.swap(none, Ordering::Relaxed))
            }

            fn report(&self) -> AccumulatorValue {
                AccumulatorValue::Extreme(self.value())
            }
        }
    )*};
}

extremes! {
    /// The greatest number added.
    LongMaximum: i64::MIN, fetch_max, max;
    /// The least number added.
    LongMinimum: i64::MAX, fetch_min, min;
}

/// How often each number was added.
///
/// ```
/// # use quince_core::{Environment, dataset::DataSet};
/// use quince_core::accumulators::{Accumulator, Histogram};
/// # let env = Environment::builder().threads(2).build()?;
/// let lengths = env.accumulator::<Histogram>("lengths")?;
/// let words = DataSet::from_collection(&env, ["to", "be", "or", "not"].map(String::from));
/// let measured = lengths.clone();
/// words.map(move |word| measured.add(word.len() as i64)).count()?;
/// assert_eq!(lengths.value().into_iter().collect::<Vec<_>>(), [(2, 3), (3, 1)]);
/// # Ok::<(), quince_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Histogram(Parts<Mutex<BTreeMap<i64, u64>>>);

impl Histogram {
    /// Adds `number` once. Meant for few different numbers: what is counted is not paid for.
    pub fn add(&self, number: i64) {
        // Nobody but a reader ever asks for the part of another.
        *lock(self.0.own()).entry(number).or_default() += 1;
    }

    fn read(
        &self,
        read: impl Fn(&mut BTreeMap<i64, u64>) -> BTreeMap<i64, u64>,
    ) -> BTreeMap<i64, u64> {
        let mut all = BTreeMap::new();
        for (number, times) in self.0.iter().flat_map(|part| read(&mut lock(part))) {
            *all.entry(number).or_default() += times;
        }
        all
    }
}

impl Accumulator for Histogram {
    type Value = BTreeMap<i64, u64>;

    fn new(workers: usize) -> Self {
        Self(Parts::new(workers, Mutex::default))
    }

    fn value(&self) -> BTreeMap<i64, u64> {
        self.read(|part| part.clone())
    }

    fn take(&self) -> BTreeMap<i64, u64> {
        self.read(std::mem::take)
    }

    fn report(&self) -> AccumulatorValue {
        AccumulatorValue::Histogram(self.value())
    }
}

/// The accumulators of an environment, by name.
#[derive(Debug, Default)]
pub struct Accumulators(Mutex<BTreeMap<String, Arc<dyn Named>>>);

/// An accumulator of any type.
trait Named: fmt::Debug + Send + Sync {
    fn report(&self) -> AccumulatorValue;
    fn type_name(&self) -> &'static str;
    fn as_any(&self) -> &dyn Any;
}

impl<A: Accumulator> Named for A {
    fn report(&self) -> AccumulatorValue {
        Accumulator::report(self)
    }

    fn type_name(&self) -> &'static str {
        type_name::<A>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Accumulators {
    /// The accumulator called `name`, a new one for `workers` workers if there is none.
    ///
    /// # Errors
    /// If the one called so is of another type.
    pub fn get<A: Accumulator>(&self, name: &str, workers: usize) -> Result<A> {
        let mut all = lock(&self.0);
        let Some(found) = all.get(name) else {
            let made = A::new(workers);
            all.insert(name.to_owned(), Arc::new(made.clone()));
            return Ok(made);
        };
        found.as_any().downcast_ref::<A>().cloned().ok_or_else(|| Error::AccumulatorType {
            name: name.to_owned(),
            asked: type_name::<A>(),
            is: found.type_name(),
        })
    }

    /// The values of all, by name.
    pub fn report(&self) -> BTreeMap<String, AccumulatorValue> {
        lock(&self.0).iter().map(|(name, one)| (name.clone(), one.report())).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;
    use crate::environment::Environment;

    #[test]
    fn many_workers_lose_nothing() {
        for threads in [1, 2, 8] {
            let env = Environment::builder().threads(threads).build().unwrap();
            let count = env.accumulator::<LongCounter>("count").unwrap();
            let small = env.accumulator::<IntCounter>("small").unwrap();
            let most = env.accumulator::<LongMaximum>("most").unwrap();
            let least = env.accumulator::<LongMinimum>("least").unwrap();
            let ends = env.accumulator::<Histogram>("last digits").unwrap();
            assert_eq!((most.value(), least.value()), (None, None));
            let add = |x: i64| {
                count.add(x);
                small.add(-1);
                most.add(x);
                least.add(x);
                ends.add(x % 10);
            };
            env.install(|| (3..10_000i64).into_par_iter().for_each(add));
            add(10_000);
            assert_eq!(count.value(), (3..=10_000).sum::<i64>());
            assert_eq!((small.value(), most.take(), least.take()), (-9998, Some(10_000), Some(3)));
            assert_eq!((most.value(), least.value()), (None, None), "taken");
            let ends = ends.take();
            assert_eq!((ends.len(), ends[&0], ends[&1]), (10, 1000, 999));
        }
    }

    #[test]
    fn a_name_is_one_accumulator_of_one_type() {
        let env = Environment::builder().threads(1).build().unwrap();
        env.accumulator::<LongCounter>("edges").unwrap().add(3);
        assert_eq!(env.accumulator::<LongCounter>("edges").unwrap().value(), 3);
        let error = env.accumulator::<Histogram>("edges").unwrap_err().to_string();
        assert!(error.contains("\"edges\"") && error.contains("LongCounter"), "{error}");
        env.accumulator::<LongMaximum>("most").unwrap();
        env.accumulator::<Histogram>("degrees").unwrap().add(2);
        let json = serde_json::to_string(&env.accumulators()).unwrap();
        assert_eq!(json, r#"{"degrees":{"2":1},"edges":3,"most":null}"#);
    }
}
