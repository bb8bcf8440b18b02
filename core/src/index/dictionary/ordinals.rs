//! From keys to ordinals: find the key space, and where each key stands in it.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::key_batch::{KeyBatch, Keys};
use crate::columnar::{Batch, Buffer, Native, Strings};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::index::key_space::{KeySpace, search};
use crate::index::pairs::{EntryValue, PairChunk};
use crate::memory::Segment;

/// A relation over ordinals.
#[derive(Debug)]
pub(super) struct OrdinalPairs<W: EntryValue> {
    pub(super) space: KeySpace,
    /// An ordinal is the key in a chunk less `base`, modulo 2^32: small integers stay as read.
    pub(super) base: u32,
    pub(super) chunks: Vec<PairChunk<W>>,
    /// The ordinals of declared keys, in any order.
    pub(super) declared: Segment<u32>,
}

impl<W: EntryValue> OrdinalPairs<W> {
    /// The mean distance of the two sides of a pair, over a sample, as a share of `num_ordinals`.
    pub(super) fn mean_distance(&self, num_ordinals: usize) -> f64 {
        const SAMPLES_PER_CHUNK: usize = 1024;
        let (mut total, mut samples) = (0u64, 0u64);
        for chunk in &self.chunks {
            let step = (chunk.left.len() / SAMPLES_PER_CHUNK).max(1);
            for (&left, &right) in chunk.left.iter().zip(chunk.right.iter()).step_by(step) {
                total += u64::from(left.abs_diff(right));
                samples += 1;
            }
        }
        total as f64 / samples.max(1) as f64 / num_ordinals.max(1) as f64
    }
}

/// Integer ranges up to this many times the keys read are dense enough for arrays by offset.
const RANGE_PER_KEY: u64 = 4;

/// Ranges up to here are always dense enough.
const SMALL_RANGE: u64 = 1 << 16;

/// Turns the keys of `batches` and `declared` into ordinals.
pub(super) fn find<W: EntryValue>(
    env: &Environment,
    batches: Vec<Batch>,
    declared: Vec<Batch>,
) -> Result<OrdinalPairs<W>> {
    let batches = batches.into_iter().map(KeyBatch::<W>::from_pairs).collect::<Result<Vec<_>>>()?;
    let declared = declared.into_iter().map(KeyBatch::from_keys).collect::<Result<Vec<_>>>()?;
    let mut types = batches.iter().map(|b| &b.keys).chain(declared.iter().map(|b| &b.keys));
    if types.clone().all(|keys| matches!(keys, Keys::Texts { .. })) && types.next().is_some() {
        return texts(env, batches, declared);
    }
    if types.any(|keys| matches!(keys, Keys::Texts { .. })) {
        return Err(Error::Shape {
            operator: "dictionary",
            expected: "keys of one type in all batches".to_owned(),
            got: "integers and texts".to_owned(),
        });
    }
    let (min, max, count) = bounds(&batches, &declared);
    let len = max.abs_diff(min).saturating_add(1);
    if count == 0 {
        let space = KeySpace::Range { min: 0, len: 0 };
        let declared = env.memory().allocate("dictionary", 0)?;
        return Ok(OrdinalPairs { space, base: 0, chunks: Vec::new(), declared });
    }
    if len <= SMALL_RANGE.max(RANGE_PER_KEY.saturating_mul(count)) && len < u64::from(u32::MAX) {
        range(env, batches, declared, min, len as usize)
    } else {
        integers(env, batches, declared)
    }
}

/// The least and greatest integer key, and how many keys there are.
fn bounds<W: EntryValue>(batches: &[KeyBatch<W>], declared: &[KeyBatch<W>]) -> (i64, i64, u64) {
    let of = |batch: &KeyBatch<W>| match &batch.keys {
        Keys::Small { left, right } => {
            let (low, high) = both(&min_max(left), &min_max(right));
            (i64::from(low), i64::from(high), (left.len() + right.len()) as u64)
        }
        Keys::Wide { left, right } => {
            let (low, high) = both(&min_max(left), &min_max(right));
            (low, high, (left.len() + right.len()) as u64)
        }
        Keys::Texts { .. } => (0, 0, 0),
    };
    batches
        .par_iter()
        .chain(declared.par_iter())
        .map(of)
        .filter(|&(_, _, count)| count > 0)
        .reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1), a.2 + b.2))
        .unwrap_or((0, 0, 0))
}

fn min_max<T: Copy + Ord>(values: &[T]) -> Option<(T, T)> {
    let first = *values.first()?;
    Some(values.iter().fold((first, first), |(low, high), &x| (low.min(x), high.max(x))))
}

fn both<T: Copy + Ord + Default>(a: &Option<(T, T)>, b: &Option<(T, T)>) -> (T, T) {
    match (*a, *b) {
        (Some(a), Some(b)) => (a.0.min(b.0), a.1.max(b.1)),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => (T::default(), T::default()),
    }
}

/// Integers in a dense range: the ordinal is the offset.
fn range<W: EntryValue>(
    env: &Environment,
    batches: Vec<KeyBatch<W>>,
    declared: Vec<KeyBatch<W>>,
    min: i64,
    len: usize,
) -> Result<OrdinalPairs<W>> {
    // What `Small` chunks must be lowered by; `Wide` ones are made to fit.
    let base = min as u32;
    let lower = |key: i64| (key.wrapping_sub(min) as u32).wrapping_add(base);
    let chunks = batches
        .into_par_iter()
        .map(|KeyBatch { keys, values, .. }| {
            let (left, right) = match keys {
                Keys::Small { left, right } => (own(env, left)?, own(env, right)?),
                Keys::Wide { left, right } => {
                    (convert(env, &left, lower)?, convert(env, &right, lower)?)
                }
                Keys::Texts { .. } => unreachable!("texts have a key space of their own"),
            };
            chunk(env, left, right, values)
        })
        .collect::<Result<Vec<_>>>()?;
    let offset = |key: i64| key.wrapping_sub(min) as u32;
    let declared = declared_ordinals(env, declared.iter().map(|batch| &batch.keys), |keys, to| {
        let slots = to.iter_mut();
        match keys {
            Keys::Small { left, .. } => {
                slots.zip(&left[..]).for_each(|(slot, &key)| *slot = offset(key.into()));
            }
            Keys::Wide { left, .. } => {
                slots.zip(&left[..]).for_each(|(slot, &key)| *slot = offset(key));
            }
            Keys::Texts { .. } => unreachable!("texts have a key space of their own"),
        }
    })?;
    Ok(OrdinalPairs { space: KeySpace::Range { min, len }, base, chunks, declared })
}

/// The ordinals of declared keys: `fill` writes those of one part.
fn declared_ordinals<P: Declared>(
    env: &Environment,
    parts: impl Iterator<Item = P> + Clone,
    fill: impl Fn(P, &mut [u32]),
) -> Result<Segment<u32>> {
    let total = parts.clone().map(|part| part.num_declared()).sum();
    let mut ordinals = env.memory().allocate("dictionary", total)?;
    let mut rest = &mut ordinals[..];
    for part in parts {
        let (to, others) = rest.split_at_mut(part.num_declared());
        fill(part, to);
        rest = others;
    }
    Ok(ordinals)
}

/// A part of the declared keys.
trait Declared {
    fn num_declared(&self) -> usize;
}

impl Declared for &Keys {
    fn num_declared(&self) -> usize {
        match self {
            Keys::Small { left, .. } | Keys::Texts { left, .. } => left.len(),
            Keys::Wide { left, .. } => left.len(),
        }
    }
}

impl<W: EntryValue, L> Declared for &(PairChunk<W>, L) {
    fn num_declared(&self) -> usize {
        self.0.left.len()
    }
}

/// Integers with gaps: distinct ones per morsel, merged by sorting.
fn integers<W: EntryValue>(
    env: &Environment,
    batches: Vec<KeyBatch<W>>,
    declared: Vec<KeyBatch<W>>,
) -> Result<OrdinalPairs<W>> {
    let code = |KeyBatch { keys, values, .. }: KeyBatch<W>| {
        let (left, right, distinct) = match keys {
            Keys::Small { left, right } => code_integers(env, &left, &right)?,
            Keys::Wide { left, right } => code_integers(env, &left, &right)?,
            Keys::Texts { .. } => unreachable!("texts have a key space of their own"),
        };
        Ok((chunk::<W>(env, left, right, values)?, distinct))
    };
    let coded = batches.into_par_iter().map(code).collect::<Result<Vec<_>>>()?;
    let declared = declared.into_par_iter().map(code).collect::<Result<Vec<_>>>()?;
    let lists = || coded.iter().chain(&declared).map(|(_, distinct)| distinct);
    let mut keys = env.memory().allocate::<i64>("dictionary", lists().map(|l| l.len()).sum())?;
    let mut end = 0;
    for list in lists() {
        keys[end..end + list.len()].copy_from_slice(list);
        end += list.len();
    }
    keys.par_sort_unstable();
    let distinct = dedup(&mut keys);
    keys.resize(distinct)?;
    let find = |key: &i64| keys.binary_search(key).expect("every list was merged") as u32;
    let declared = declared_ordinals(env, declared.iter(), |(chunk, list), to| {
        to.iter_mut()
            .zip(&chunk.left[..])
            .for_each(|(slot, &code)| *slot = find(&list[code as usize]));
    })?;
    let chunks = coded
        .into_par_iter()
        .map(|(mut chunk, list)| {
            let ordinals: Vec<u32> = list.iter().map(find).collect();
            recode(&mut chunk.left, &ordinals);
            recode(&mut chunk.right, &ordinals);
            chunk
        })
        .collect();
    Ok(OrdinalPairs { space: KeySpace::Integers(keys), base: 0, chunks, declared })
}

/// Codes of both sides into the distinct keys of this batch, and those keys.
fn code_integers<T: Native + Into<i64>>(
    env: &Environment,
    left: &[T],
    right: &[T],
) -> Result<(Segment<u32>, Segment<u32>, Segment<i64>)> {
    let mut codes: HashMap<i64, u32> = HashMap::new();
    let mut distinct: Vec<i64> = Vec::new();
    let mut code = |key: &T| {
        let key = (*key).into();
        *codes.entry(key).or_insert_with(|| {
            distinct.push(key);
            distinct.len() as u32 - 1
        })
    };
    let mut sides = [left, right].into_iter().map(|side| {
        let mut coded = env.memory().allocate::<u32>("pairs", side.len())?;
        coded.iter_mut().zip(side).for_each(|(slot, key)| *slot = code(key));
        Ok::<_, Error>(coded)
    });
    let (left, right) = (sides.next(), sides.next());
    drop(sides);
    let mut kept = env.memory().allocate("distinct keys", distinct.len())?;
    kept.copy_from_slice(&distinct);
    Ok((left.expect("two sides")?, right.expect("two sides")?, kept))
}

fn dedup(sorted: &mut [i64]) -> usize {
    let mut kept = 0;
    for at in 0..sorted.len() {
        if at == 0 || sorted[at] != sorted[kept - 1] {
            sorted[kept] = sorted[at];
            kept += 1;
        }
    }
    kept
}

/// Texts: distinct ones per morsel (they come coded), merged by sorting.
fn texts<W: EntryValue>(
    env: &Environment,
    batches: Vec<KeyBatch<W>>,
    declared: Vec<KeyBatch<W>>,
) -> Result<OrdinalPairs<W>> {
    let open = |KeyBatch { keys, values, .. }: KeyBatch<W>| {
        let Keys::Texts { left, right, values: list, right_values } = keys else {
            unreachable!("all batches hold texts")
        };
        let lists = vec![list.clone(), right_values.unwrap_or(list)];
        Ok((chunk::<W>(env, own(env, left)?, own(env, right)?, values)?, lists))
    };
    let coded = batches.into_iter().map(open).collect::<Result<Vec<_>>>()?;
    let declared = declared.into_iter().map(open).collect::<Result<Vec<_>>>()?;
    let lists: Vec<&Strings> =
        coded.iter().chain(&declared).flat_map(|(_, lists)| lists.iter()).collect();
    let keys = merge_texts(env, &lists)?;
    let find = |key: &str| search(&keys, key).expect("every list was merged");
    let chunks = coded
        .into_par_iter()
        .map(|(mut chunk, lists)| {
            for (side, list) in [&mut chunk.left, &mut chunk.right].into_iter().zip(&lists) {
                recode(side, &list.iter().map(find).collect::<Vec<_>>());
            }
            chunk
        })
        .collect();
    let declared = declared_ordinals(env, declared.iter(), |(chunk, lists), to| {
        let find = |&code: &u32| find(lists[0].get(code as usize));
        to.iter_mut().zip(&chunk.left[..]).for_each(|(slot, code)| *slot = find(code));
    })?;
    Ok(OrdinalPairs { space: KeySpace::Texts(keys), base: 0, chunks, declared })
}

/// The distinct texts of all lists, ascending.
fn merge_texts(env: &Environment, lists: &[&Strings]) -> Result<Strings> {
    let total = lists.iter().map(|list| list.len()).sum();
    let mut places = env.memory().allocate::<u64>("distinct keys", total)?;
    let all = lists.iter().enumerate().flat_map(|(list, texts)| {
        (0..texts.len()).map(move |at| ((list as u64) << 32) | at as u64)
    });
    places.iter_mut().zip(all).for_each(|(slot, place)| *slot = place);
    let text = |place: u64| lists[(place >> 32) as usize].get(place as u32 as usize);
    places.par_sort_unstable_by(|&a, &b| text(a).cmp(text(b)));
    let is_first = |at: usize| at == 0 || text(places[at]) != text(places[at - 1]);
    let firsts = || (0..places.len()).filter(|&at| is_first(at)).map(|at| text(places[at]));
    let num_bytes: usize = firsts().map(str::len).sum();
    if num_bytes > i32::MAX as usize {
        let (count, limit) = (num_bytes as u64, i32::MAX as u64);
        return Err(Error::TooLarge { what: "bytes of distinct texts", count, limit });
    }
    let mut offsets = env.memory().allocate::<i32>("dictionary", firsts().count() + 1)?;
    let mut bytes = env.memory().allocate::<u8>("dictionary", num_bytes)?;
    let mut end = 0;
    for (at, text) in firsts().enumerate() {
        bytes[end..end + text.len()].copy_from_slice(text.as_bytes());
        end += text.len();
        offsets[at + 1] = end as i32;
    }
    Ok(Strings::new(offsets.into(), bytes.into()).expect("whole texts of valid columns"))
}

/// Turns codes into what they stand for. A list is bounded by its morsel.
fn recode(codes: &mut [u32], ordinals: &[u32]) {
    codes.iter_mut().for_each(|code| *code = ordinals[*code as usize]);
}

fn chunk<W: EntryValue>(
    env: &Environment,
    left: Segment<u32>,
    right: Segment<u32>,
    values: Option<Buffer<f64>>,
) -> Result<PairChunk<W>> {
    let len = values.as_ref().map_or(0, |values| values.len());
    let mut words = env.memory().allocate::<W::Word>("pairs", len)?;
    if let Some(values) = values {
        words
            .iter_mut()
            .zip(&values[..])
            .for_each(|(slot, &value)| *slot = W::from_weight(value).to_word());
    }
    Ok(PairChunk { left, right, values: words })
}

/// The memory of a buffer, or a copy if it is shared.
fn own(env: &Environment, buffer: Buffer<u32>) -> Result<Segment<u32>> {
    buffer.into_segment().or_else(|shared| convert(env, &shared, |key| key))
}

fn convert<T: Copy>(env: &Environment, keys: &[T], to: impl Fn(T) -> u32) -> Result<Segment<u32>> {
    let mut converted = env.memory().allocate("pairs", keys.len())?;
    converted.iter_mut().zip(keys).for_each(|(slot, &key)| *slot = to(key));
    Ok(converted)
}
