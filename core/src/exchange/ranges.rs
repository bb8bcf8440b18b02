//! Ranges of keys, cut so that each has about as many rows.
//!
//! The cuts are keys of a sample of the rows: one out of every so many, in the order of the input.
//! Where a key is in the sample so often that it would be two cuts, it gets a range of its own,
//! whose rows need no sorting. So the cuts depend on the rows alone, and no range grows with the
//! number of rows that share a key, except one that holds nothing else.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::scatter::BLOCK_ROWS;
use super::{Assign, BlockStore, Partitions, Piece, Scattering};
use crate::columnar::{Batch, Keys, SortKey};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::MORSEL_ROWS;

/// Rows of the sample for each range: ranges then differ by an eighth, as a rule.
const SAMPLES_PER_RANGE: usize = 64;

/// Most ranges of a whole input, not counting those of a single key.
const MAX_RANGES: usize = 1 << 8;

/// Keys classified side by side, so that the processor works on several searches at once.
const SIDE_BY_SIDE: usize = 16;

/// Ranges of keys.
#[derive(Clone, Debug)]
pub struct Ranges {
    key: SortKey,
    /// Where each range but the first begins; rising. `None` if there is one range.
    cuts: Option<Keys>,
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
        let mut ranges = Self { key: key.clone(), cuts: None, single: vec![false] };
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
        ranges.cuts = Some(cuts);
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
        let Some(cuts) = &self.cuts else {
            ranges.resize(ranges.len() + batch.num_rows(), 0);
            return Ok(());
        };
        let keys = self.key.keys(batch)?;
        match (cuts, &keys) {
            (Keys::Words(cuts), Keys::Words(words)) => count_cuts(cuts, words, ranges),
            (Keys::Wide(cuts), Keys::Wide(words)) => count_cuts(cuts, words, ranges),
            _ => ranges.extend((0..keys.len()).map(|row| {
                let (mut low, mut high) = (0, cuts.len());
                while low < high {
                    let middle = low.midpoint(high);
                    match cuts.compare(middle, &keys, row).is_le() {
                        true => low = middle + 1,
                        false => high = middle,
                    }
                }
                low as u32
            })),
        }
        Ok(())
    }
}

/// Adds to `ranges` how many of `cuts`, of which there is at least one, are not above each word.
fn count_cuts<W: Ord + Copy>(cuts: &[W], words: &[W], ranges: &mut Vec<u32>) {
    for words in words.chunks(SIDE_BY_SIDE) {
        let mut begins = [0u32; SIDE_BY_SIDE];
        let mut size = cuts.len();
        while size > 1 {
            let half = size / 2;
            for (begin, word) in begins.iter_mut().zip(words) {
                let is_right = cuts[*begin as usize + half - 1] <= *word;
                *begin += if is_right { half as u32 } else { 0 };
            }
            size -= half;
        }
        ranges.extend(
            begins
                .iter()
                .zip(words)
                .map(|(&begin, word)| begin + u32::from(cuts[begin as usize] <= *word)),
        );
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

    use super::super::Pieces;
    use super::*;
    use crate::columnar::{IntoKey, Order, Record, batch_of};

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
