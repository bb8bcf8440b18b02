//! Messages that are stored on their way.
//!
//! Each sender's messages go to the bucket of their target; a bucket is then read in the order of
//! the senders. So whoever works on a bucket sees the messages of its keys in a fixed order.

use rayon::prelude::*;

use super::outbox::Letter;
use super::units::Units;
use crate::error::Result;
use crate::memory::{MemoryManager, PaidVec, Reservation};

/// Up to this many messages are delivered at once, by one worker.
const SEQUENTIAL: u64 = 1 << 11;

/// Messages by bucket, in the order in which they were sent; one bucket if they are few.
pub(super) struct Mail<M> {
    /// By bucket, then by sender.
    pub(super) buckets: Vec<Vec<Vec<Letter<M>>>>,
    /// Whether there is a bucket for each of the units' buckets.
    pub(super) is_spread: bool,
    _paid: Reservation,
}

/// The messages of some senders, by bucket.
pub(super) type Bag<M> = Vec<Vec<Letter<M>>>;

/// Sorts messages into buckets.
pub(super) struct Sorting<'u> {
    units: &'u Units,
    pub(super) is_spread: bool,
    paid: Reservation,
}

impl<'u> Sorting<'u> {
    /// Pays for `count` messages of type `M` in vectors that grow.
    pub(super) fn new<M>(memory: &MemoryManager, units: &'u Units, count: u64) -> Result<Self> {
        let is_spread = count > SEQUENTIAL && units.num_buckets() > 1;
        let bytes = count.saturating_mul(2 * size_of::<Letter<M>>() as u64);
        Ok(Self { units, is_spread, paid: memory.reserve("messages", bytes)? })
    }

    /// An empty bag for so many messages.
    pub(super) fn bag<M>(&self, count: usize) -> Bag<M> {
        let buckets = if self.is_spread { self.units.num_buckets() } else { 1 };
        (0..buckets).map(|_| Vec::with_capacity(count / buckets)).collect()
    }

    /// Puts a message into a bag.
    #[inline(always)]
    pub(super) fn put<M>(&self, bag: &mut Bag<M>, key: u32, message: M) {
        let bucket = if self.is_spread { self.units.bucket(key) } else { 0 };
        bag[bucket].push((key, message));
    }

    /// The bags of letters.
    pub(super) fn letters<M: Send>(&self, letters: Vec<PaidVec<Letter<M>>>) -> Vec<Bag<M>> {
        let sort = |letters: PaidVec<Letter<M>>| {
            let mut bag = self.bag(letters.len());
            letters.into_iter().for_each(|(key, message)| self.put(&mut bag, key, message));
            bag
        };
        if self.is_spread {
            letters.into_par_iter().map(sort).collect()
        } else {
            letters.into_iter().map(sort).collect()
        }
    }

    /// All bags together, in their order.
    pub(super) fn finish<M>(self, bags: Vec<Bag<M>>) -> Mail<M> {
        let num_buckets = if self.is_spread { self.units.num_buckets() } else { 1 };
        let mut buckets: Vec<Vec<Vec<Letter<M>>>> = (0..num_buckets).map(|_| Vec::new()).collect();
        for bag in bags {
            for (bucket, letters) in buckets.iter_mut().zip(bag) {
                if !letters.is_empty() {
                    bucket.push(letters);
                }
            }
        }
        Mail { buckets, is_spread: self.is_spread, _paid: self.paid }
    }
}

impl<M: Send> Mail<M> {
    /// Brings the messages of each bucket into the order of their targets.
    pub(super) fn sort(&mut self) {
        let sort =
            |bucket: &mut Vec<Vec<Letter<M>>>| *bucket = vec![sorted(std::mem::take(bucket))];
        self.buckets.par_iter_mut().for_each(sort);
    }
}

/// The messages of a bucket in the order of their targets; those to one key stay in order.
pub(super) fn sorted<M>(bucket: Vec<Vec<Letter<M>>>) -> Vec<Letter<M>> {
    let mut letters = bucket.into_iter().reduce(|mut all, mut some| {
        all.append(&mut some);
        all
    });
    if let Some(letters) = &mut letters {
        letters.sort_by_key(|(key, _)| *key);
    }
    letters.unwrap_or_default()
}
