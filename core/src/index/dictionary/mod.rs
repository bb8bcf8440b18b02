//! The dictionary: keys of any type to dense numbers and back.
//!
//! Encoding is a breaker. It takes the batches of a two-column relation and gives back the same
//! relation over dense keys, changed in place where the memory is its own:
//!
//! 1. **Ordinals** ([`ordinals`]). Find the key space: a range of integers, or the sorted distinct
//!    keys (each morsel finds its own distinct keys by hashing, then they are merged), and turn
//!    every key into its ordinal, a number that rises with the key.
//! 2. **Count** in how many pairs each ordinal stands.
//! 3. **Order** ([`KeyOrder`]): number the keys that appear, ascending or hub-first.
//! 4. **Relabel** every pair.

mod key_batch;
mod ordinals;

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::key_space::{Key, KeySpace};
use super::lanes::{self, Counters};
use super::order::{self, KeyOrder, OrderChoice, Statistics};
use super::pairs::{EntryValue, PairChunk, Pairs};
use crate::columnar::Batch;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::memory::Segment;
use ordinals::OrdinalPairs;

/// The dense number of a key that does not appear.
const ABSENT: u32 = u32::MAX;

/// Keys of the user's type and their dense numbers 0..n, which never leave the engine.
#[derive(Debug)]
pub struct Dictionary {
    space: KeySpace,
    /// The ordinal of each dense key; `None` if they are the same.
    by_dense: Option<Segment<u32>>,
    /// The dense key of each ordinal, or [`ABSENT`]; `None` if they are the same.
    to_dense: Option<Segment<u32>>,
    len: usize,
    order: OrderChoice,
}

/// A relation over dense keys, and the dictionary that made them.
#[derive(Debug)]
pub struct Encoded<W: EntryValue> {
    /// The dictionary.
    pub dictionary: Dictionary,
    /// The relation.
    pub pairs: Pairs<W>,
}

impl Dictionary {
    /// Numbers the keys in the first two columns of `batches`, and those in the first column of
    /// `declared`, which need not stand in a pair. A third column holds the values of the pairs
    /// if `W` stores one.
    ///
    /// Takes O(pairs + keys) time for integers in a dense range, plus O(d log d) otherwise, where
    /// d is the sum of the distinct keys of each batch. Takes 8 bytes a pair for the result (and
    /// the values), 12 a key; the memory of `batches` is reused or given back on the way.
    ///
    /// # Errors
    /// If the budget does not suffice, if the columns are of other types, or if there are more
    /// than 2^32 - 2 keys.
    pub fn encode<W: EntryValue>(
        env: &Environment,
        batches: Vec<Batch>,
        declared: Vec<Batch>,
        order: KeyOrder,
    ) -> Result<Encoded<W>> {
        env.run("dictionary", || {
            let mut relation = ordinals::find(env, batches, declared)?;
            let (appearances, num_self_pairs) = count(env, &relation)?;
            env.check_cancelled()?;
            let dictionary = Self::number(env, &mut relation, &appearances, order)?;
            dictionary.relabel(&mut relation);
            let appearances = dictionary.in_dense_order(env, appearances)?;
            let num_pairs = relation.chunks.iter().map(|chunk| chunk.left.len() as u64).sum();
            let pairs = Pairs { chunks: relation.chunks, appearances, num_pairs, num_self_pairs };
            Ok(Encoded { dictionary, pairs })
        })
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The key of a dense number; panics if it is not below [`len`](Self::len).
    pub fn key(&self, dense: u32) -> Key<'_> {
        self.space.key(self.ordinal(dense))
    }

    /// The dense number of a key.
    pub fn get<'k>(&self, key: impl Into<Key<'k>>) -> Option<u32> {
        let ordinal = self.space.ordinal(key.into())?;
        match &self.to_dense {
            None => Some(ordinal),
            Some(to_dense) => Some(to_dense[ordinal as usize]).filter(|&dense| dense != ABSENT),
        }
    }

    /// A number that rises with the key; unlike the dense number it does not depend on the order.
    pub fn ordinal(&self, dense: u32) -> u32 {
        assert!((dense as usize) < self.len, "dense keys are below the number of keys");
        self.by_dense.as_ref().map_or(dense, |by_dense| by_dense[dense as usize])
    }

    /// The key that has this [`ordinal`](Self::ordinal); panics if none can.
    pub fn key_of_ordinal(&self, ordinal: u32) -> Key<'_> {
        self.space.key(ordinal)
    }

    /// The number of ordinals: every ordinal is below it, but one need not stand for a key.
    pub fn num_ordinals(&self) -> usize {
        self.space.len()
    }

    /// The dense key of an ordinal, if it stands for one.
    pub fn dense_of_ordinal(&self, ordinal: u32) -> Option<u32> {
        match &self.to_dense {
            None => ((ordinal as usize) < self.len).then_some(ordinal),
            Some(to_dense) => {
                to_dense.get(ordinal as usize).copied().filter(|&dense| dense != ABSENT)
            }
        }
    }

    /// Whether the keys are texts.
    pub fn has_text_keys(&self) -> bool {
        matches!(self.space, KeySpace::Texts(_))
    }

    /// The order taken and why.
    pub fn order(&self) -> &OrderChoice {
        &self.order
    }

    /// For plans: how keys are told apart.
    pub fn describe(&self) -> String {
        self.space.describe()
    }

    /// Bytes of the budget that it holds: none where the keys are 0..n as they are.
    pub fn num_bytes(&self) -> u64 {
        let columns = [&self.by_dense, &self.to_dense].into_iter().flatten();
        (columns.map(Segment::num_bytes).sum::<usize>() + self.space.num_bytes()) as u64
    }

    fn number<W: EntryValue>(
        env: &Environment,
        relation: &mut OrdinalPairs<W>,
        appearances: &[u32],
        order: KeyOrder,
    ) -> Result<Self> {
        let space = std::mem::replace(&mut relation.space, KeySpace::Range { min: 0, len: 0 });
        let histogram = order::histogram(appearances);
        let none = env.memory().allocate("dictionary", 0)?;
        let mut declared = std::mem::replace(&mut relation.declared, none);
        let silent = silent(&mut declared, appearances);
        let num_absent = histogram.first().map_or(0, |&zeros| zeros as usize) - silent.len();
        let len = appearances.len() - num_absent;
        let order = order.choose(|| Statistics {
            hub_share: order::hub_share(&histogram, appearances, len as u64),
            mean_distance: relation.mean_distance(appearances.len()),
        });
        let is_present = |ordinal: u32| silent.binary_search(&ordinal).is_ok();
        let by_dense = match order.order {
            KeyOrder::HubFirst => {
                Some(order::hub_first(env, &histogram, appearances, len, is_present)?)
            }
            _ if num_absent == 0 => None,
            _ => {
                let mut by_dense = env.memory().allocate("dictionary", len)?;
                let present = (0..appearances.len() as u32)
                    .filter(|&ordinal| appearances[ordinal as usize] > 0 || is_present(ordinal));
                by_dense.iter_mut().zip(present).for_each(|(slot, ordinal)| *slot = ordinal);
                Some(by_dense)
            }
        };
        let to_dense = by_dense.as_ref().map(|by_dense| invert(env, by_dense, appearances.len()));
        Ok(Self { space, by_dense, to_dense: to_dense.transpose()?, len, order })
    }

    /// Turns ordinals into dense keys, in place.
    fn relabel<W: EntryValue>(&self, relation: &mut OrdinalPairs<W>) {
        let base = relation.base;
        if self.to_dense.is_none() && base == 0 {
            return;
        }
        relation.chunks.par_iter_mut().for_each(|PairChunk { left, right, .. }| {
            for side in [left, right] {
                match &self.to_dense {
                    None => side.iter_mut().for_each(|key| *key = key.wrapping_sub(base)),
                    Some(to_dense) => {
                        let to_dense = &to_dense[..];
                        side.iter_mut()
                            .for_each(|key| *key = to_dense[key.wrapping_sub(base) as usize]);
                    }
                }
            }
        });
    }

    fn in_dense_order(&self, env: &Environment, by_ordinal: Segment<u32>) -> Result<Segment<u32>> {
        let Some(by_dense) = &self.by_dense else { return Ok(by_ordinal) };
        let mut ordered = env.memory().allocate("appearances", self.len)?;
        ordered
            .par_iter_mut()
            .with_min_len(1 << 14)
            .zip(&by_dense[..])
            .for_each(|(slot, &ordinal)| *slot = by_ordinal[ordinal as usize]);
        Ok(ordered)
    }
}

/// The declared keys that stand in no pair, ascending.
fn silent<'a>(declared: &'a mut [u32], appearances: &[u32]) -> &'a [u32] {
    declared.sort_unstable();
    let mut kept = 0;
    for at in 0..declared.len() {
        let key = declared[at];
        if appearances[key as usize] == 0 && (kept == 0 || declared[kept - 1] != key) {
            declared[kept] = key;
            kept += 1;
        }
    }
    &declared[..kept]
}

fn invert(env: &Environment, by_dense: &[u32], num_ordinals: usize) -> Result<Segment<u32>> {
    let mut to_dense = env.memory().allocate("dictionary", num_ordinals)?;
    to_dense.fill(ABSENT);
    for (dense, &ordinal) in by_dense.iter().enumerate() {
        to_dense[ordinal as usize] = dense as u32;
    }
    Ok(to_dense)
}

/// In how many pairs each ordinal stands, and the number of pairs of an ordinal with itself.
fn count<W: EntryValue>(
    env: &Environment,
    relation: &OrdinalPairs<W>,
) -> Result<(Segment<u32>, u64)> {
    let num_ordinals = relation.space.len();
    if num_ordinals as u64 > u64::from(ABSENT) - 1 {
        let count = num_ordinals as u64;
        return Err(Error::TooLarge { what: "distinct keys", count, limit: u64::from(ABSENT) - 1 });
    }
    let num_keys = relation.chunks.iter().map(|chunk| 2 * chunk.left.len()).sum();
    let self_pairs = AtomicU64::new(0);
    let num_chunks = relation.chunks.len();
    let counts =
        lanes::count(env, "appearances", num_ordinals, num_keys, num_chunks, |counts, at| {
            let chunk = &relation.chunks[at];
            let found = count_chunk(counts, &chunk.left, &chunk.right, relation.base);
            self_pairs.fetch_add(found, Ordering::Relaxed);
        })?;
    Ok((counts, self_pairs.into_inner()))
}

fn count_chunk(counts: &mut Counters, left: &[u32], right: &[u32], base: u32) -> u64 {
    let mut self_pairs = 0;
    for (&left, &right) in left.iter().zip(right) {
        counts.add(left.wrapping_sub(base));
        counts.add(right.wrapping_sub(base));
        self_pairs += u64::from(left == right);
    }
    self_pairs
}

#[cfg(test)]
mod tests;
