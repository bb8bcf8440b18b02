//! Ranges of keys, cut so that each has about as many rows.
//!
//! The cuts are keys of a sample of the rows: one out of every so many, in the order of the input.
//! Where a key is in the sample so often that it would be two cuts, it gets a range of its own,
//! whose rows need no sorting. So the cuts depend on the rows alone, and no range grows with the
//! number of rows that share a key, except one that holds nothing else.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::gather::BLOCK_ROWS;
use super::radix::Word;
use super::{Assign, BlockStore, Partitions, Piece, Scattering};
use crate::columnar::{Batch, Keys, SortKey};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::MORSEL_ROWS;

/// Rows of the sample for each range: ranges then differ by an eighth, as a rule.
const SAMPLES_PER_RANGE: usize = 64;

/// Most ranges of a whole input, not counting those of a single key.
const MAX_RANGES: usize = 1 << 8;

/// Where each range but the first begins; rising.
#[derive(Clone, Debug)]
enum Cuts {
    /// There is one range.
    None,
    Words(Guide<u64>),
    Wide(Guide<u128>),
    Bytes(Keys),
}

/// Ranges of keys.
#[derive(Clone, Debug)]
pub struct Ranges {
    key: SortKey,
    cuts: Cuts,
    /// Which ranges hold a single key.
    single: Vec<bool>,
}

impl Ranges {
    /// About `wanted` ranges of the keys of the rows in `pieces`.
    pub(super) fn of(
        store: &BlockStore,
        key: &SortKey,
        pieces: &[Piece],
        wanted: usize,
    ) -> Result<Self> {
        let mut ranges = Self { key: key.clone(), cuts: Cuts::None, single: vec![false] };
        if wanted < 2 {
            return Ok(ranges);
        }
        let Some(sample) = sample(store, key, pieces, wanted * SAMPLES_PER_RANGE)? else {
            return Ok(ranges);
        };
        let mut order: Vec<usize> = (0..sample.len()).collect();
        order.sort_unstable_by(|&a, &b| sample.compare(a, &sample, b));
        let mut cuts = sample.empty_like();
        for at in (1..wanted).map(|range| order[range * order.len() / wanted]) {
            let last = cuts.len().checked_sub(1);
            match last.map(|last| cuts.compare(last, &sample, at)) {
                None | Some(Ordering::Less) => {
                    cuts.extend_from(&sample, [at]);
                    ranges.single.push(false);
                }
                // The range that begins at this key is to hold nothing else.
                Some(Ordering::Equal) => {
                    *ranges.single.last_mut().expect("one at least") = true;
                    if let Some(next) = sample.successor(at) {
                        cuts.extend_from(&next, [0]);
                        ranges.single.push(false);
                    }
                }
                // That range was closed before.
                Some(Ordering::Greater) => {}
            }
        }
        ranges.cuts = match cuts {
            Keys::Words(cuts) => Cuts::Words(Guide::new(cuts)),
            Keys::Wide(cuts) => Cuts::Wide(Guide::new(cuts)),
            Keys::Bytes { .. } => Cuts::Bytes(cuts),
        };
        Ok(ranges)
    }

    /// Whether all rows of the range `at` have the same key.
    pub fn is_single(&self, at: usize) -> bool {
        self.single[at]
    }
}

impl Assign for Ranges {
    fn num_partitions(&self) -> usize {
        self.single.len()
    }

    fn assign(&self, batch: &Batch, ranges: &mut Vec<u32>) -> Result<()> {
        if let Cuts::None = self.cuts {
            ranges.resize(ranges.len() + batch.num_rows(), 0);
            return Ok(());
        }
        match (&self.cuts, &self.key.keys(batch)?) {
            (Cuts::Words(guide), Keys::Words(words)) => guide.count_all(words, ranges),
            (Cuts::Wide(guide), Keys::Wide(words)) => guide.count_all(words, ranges),
            (Cuts::Bytes(cuts), keys) => ranges.extend((0..keys.len()).map(|row| {
                let is_below = |cut: usize| cuts.compare(cut, keys, row).is_le();
                partition_point(cuts.len(), is_below) as u32
            })),
            _ => panic!("keys of one form"),
        }
        Ok(())
    }
}

/// How many of the numbers below `len` are at the beginning for which `is_below` is true.
fn partition_point(len: usize, is_below: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        match is_below(middle) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}

/// Where to look for a word among cuts: the span of the cuts in slots of one width.
#[derive(Clone, Debug)]
struct Guide<W> {
    cuts: Vec<W>,
    least: W,
    most: W,
    /// Bits of the width of a slot.
    shift: u32,
    /// How many cuts are in the slots before each slot, and in all.
    before: Vec<u32>,
}

/// Bits of the number of slots: few of them then hold a cut, unless cuts are very uneven.
const SLOT_BITS: u32 = 12;

impl<W: Word> Guide<W> {
    /// A guide to `cuts`, which rise, and of which there is at least one.
    fn new(cuts: Vec<W>) -> Self {
        let (least, most) = (cuts[0], cuts[cuts.len() - 1]);
        let shift = (most - least).bit_len().saturating_sub(SLOT_BITS);
        let before = vec![0; (1 << SLOT_BITS) + 1];
        let mut guide = Self { cuts, least, most, shift, before };
        for at in 0..guide.cuts.len() {
            let slot = guide.slot(guide.cuts[at]);
            guide.before[slot + 1] += 1;
        }
        for at in 1..guide.before.len() {
            guide.before[at] += guide.before[at - 1];
        }
        guide
    }

    #[inline(always)]
    fn slot(&self, word: W) -> usize {
        (word.clamp(self.least, self.most) - self.least).low(self.shift) as usize
    }

    /// How many cuts are not above `word`.
    #[inline(always)]
    fn count(&self, word: W) -> u32 {
        let slot = self.slot(word);
        let (begin, end) = (self.before[slot], self.before[slot + 1]);
        let inside = &self.cuts[begin as usize..end as usize];
        begin + inside.partition_point(|&cut| cut <= word) as u32
    }

    /// Adds to `ranges` how many cuts are not above each of `words`.
    fn count_all(&self, words: &[W], ranges: &mut Vec<u32>) {
        ranges.extend(words.iter().map(|&word| self.count(word)));
    }
}

/// The keys of up to `wanted` rows, one out of every so many; `None` if there is no row.
fn sample(
    store: &BlockStore,
    key: &SortKey,
    pieces: &[Piece],
    wanted: usize,
) -> Result<Option<Keys>> {
    let num_rows: usize = pieces.iter().map(Piece::num_rows).sum();
    let stride = (num_rows / wanted).max(1);
    let mut sample: Option<Keys> = None;
    let (mut pieces, mut begin) = (pieces.iter().peekable(), 0);
    for number in 0..num_rows / stride {
        // Anywhere in its stride, so that a period of the rows does not become that of the sample.
        let at = number * stride + jitter(number as u64, stride);
        while let Some(piece) = pieces.next_if(|piece| begin + piece.num_rows() <= at) {
            begin += piece.num_rows();
        }
        let Some(piece) = pieces.peek() else { break };
        let keys = key.keys(&piece.read(store, at - begin..at - begin + 1)?)?;
        sample.get_or_insert_with(|| keys.empty_like()).extend_from(&keys, [0]);
    }
    Ok(sample)
}

fn jitter(number: u64, stride: usize) -> usize {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (spread as usize) % stride
}

/// Sends the rows of `pieces` to ranges of `key`, of about [`MORSEL_ROWS`] rows or more.
///
/// The number of ranges depends on the number of rows alone.
pub fn range_partitions(
    env: &Environment,
    store: &BlockStore,
    key: &SortKey,
    pieces: Vec<Piece>,
) -> Result<(Ranges, Partitions)> {
    let num_rows: usize = pieces.iter().map(Piece::num_rows).sum();
    let wanted = num_rows.div_ceil(MORSEL_ROWS).min(MAX_RANGES);
    let name = store.name();
    let ranges = env.run(name, || Ranges::of(store, key, &pieces, wanted))?;
    let scatter = |pieces: Vec<Piece>| {
        env.check_cancelled()?;
        scatter(store, &ranges, pieces)
    };
    let tasks = tasks(pieces);
    let parts = env.run(name, || tasks.into_par_iter().map(scatter).collect::<Result<Vec<_>>>())?;
    let partitions = Partitions::new(parts, ranges.num_partitions());
    Ok((ranges, partitions))
}

/// Consecutive pieces put together to make blocks of their own.
fn tasks(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let (mut tasks, mut num_rows) = (vec![Vec::new()], 0);
    for piece in pieces {
        if num_rows > 0 && num_rows + piece.num_rows() > BLOCK_ROWS {
            tasks.push(Vec::new());
            num_rows = 0;
        }
        num_rows += piece.num_rows();
        tasks.last_mut().expect("one at least").push(piece);
    }
    tasks
}

/// Scatters the rows of `pieces`, letting go of each piece as it is read.
pub(super) fn scatter(
    store: &BlockStore,
    ranges: &Ranges,
    pieces: Vec<Piece>,
) -> Result<Scattering> {
    let mut scattering = Scattering::default();
    for piece in pieces {
        for batch in piece.batches(store) {
            scattering.take(store, ranges, batch?)?;
        }
    }
    scattering.flush(store, ranges)?;
    Ok(scattering)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columnar::{IntoKey, Order, Record, batch_of};
    use crate::exchange::Pieces;

    fn check<T: Record>(rows: &[T], wanted: usize) {
        let env = Environment::builder().threads(1).build().unwrap();
        let store = BlockStore::new(&env, "rows");
        let key = SortKey::default().then(IntoKey::<T, _>::into_key(0), Order::Ascending);
        let pieces: Vec<Piece> =
            rows.chunks(37).map(|rows| Piece::of(batch_of(rows.to_vec()))).collect();
        let ranges = Ranges::of(&store, &key, &pieces, wanted).unwrap();
        let len = ranges.num_partitions();
        let parts = [scatter(&store, &ranges, pieces).unwrap()];
        let partitions = Partitions::new(parts, len);
        let mut last: Option<Keys> = None;
        let mut num_rows = 0;
        for at in 0..len {
            let mut keys: Option<Keys> = None;
            for piece in partitions.pieces(at) {
                let own = key.keys(&piece.read(&store, 0..piece.num_rows()).unwrap()).unwrap();
                keys.get_or_insert_with(|| own.empty_like()).extend_from(&own, 0..own.len());
            }
            let Some(keys) = keys else { continue };
            num_rows += keys.len();
            let mut order: Vec<usize> = (0..keys.len()).collect();
            order.sort_by(|&a, &b| keys.compare(a, &keys, b));
            let (first, end) = (order[0], order[order.len() - 1]);
            assert!(last.is_none_or(|last| last.compare(last.len() - 1, &keys, first).is_lt()));
            assert!(!ranges.is_single(at) || keys.compare(first, &keys, end).is_eq());
            let mut most = keys.empty_like();
            most.extend_from(&keys, [end]);
            last = Some(most);
        }
        assert_eq!(num_rows, rows.len());
    }

    proptest! {
        #[test]
        fn ranges_rise_and_single_ones_hold_one_key(
            words in prop::collection::vec(prop_oneof![Just(7u64), Just(u64::MAX), 0u64..50], 0..500),
            texts in prop::collection::vec("[ab]{0,3}", 0..300),
            wanted in 1usize..30,
        ) {
            check(&words, wanted);
            let wide: Vec<(u64, u8)> = words.iter().map(|&word| (word, word as u8)).collect();
            check(&wide, wanted);
            check(&texts, wanted);
        }
    }

    #[test]
    fn a_heavy_key_has_a_range_of_its_own() {
        let env = Environment::builder().threads(1).build().unwrap();
        let store = BlockStore::new(&env, "rows");
        let key = SortKey::default().then(IntoKey::<u64, _>::into_key(0), Order::Ascending);
        let rows = batch_of((0..10_000u64).map(|x| if x % 2 == 0 { u64::MAX } else { x }));
        let ranges = Ranges::of(&store, &key, &[Piece::of(rows)], 8).unwrap();
        assert!(ranges.is_single(ranges.num_partitions() - 1));
        let same = batch_of(std::iter::repeat_n(3u64, 1000));
        let ranges = Ranges::of(&store, &key, &[Piece::of(same)], 4).unwrap();
        assert_eq!(ranges.single, [false, true, false]);
    }
}
