//! The rows of a partition in the order of their keys' hashes.

use std::cmp::Ordering;
use std::ops::Range;

use crate::columnar::{Batch, Key, Keys, concatenate, gather};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{HashOrder, Hashed, Partition};
use crate::memory::{MemoryError, MemoryManager, Reservation};

/// What stands behind the rows of one side.
#[derive(Clone, Debug)]
pub(in crate::operators) struct Padding {
    /// No row, of the side's columns.
    pub(in crate::operators) empty: Batch,
    /// A row that stands for one that is missing, where the output has columns for it.
    pub(in crate::operators) missing: Option<Batch>,
}

impl Padding {
    /// The row that stands for a missing one, or none if the output has no columns for it.
    pub(in crate::operators) fn batch(&self) -> &Batch {
        self.missing.as_ref().unwrap_or(&self.empty)
    }
}

/// All rows of a partition, what they are ordered by, and what pays for them.
#[derive(Debug)]
pub(in crate::operators) struct OrderedRows {
    /// The rows in their own order; behind them the one of the padding.
    pub(in crate::operators) rows: Batch,
    order: HashOrder,
    /// The keys by row, where they are more than their hash.
    keys: Option<Keys>,
    paid: Option<Reservation>,
}

/// Bytes of a batch that are at most in one column of text.
const MAX_BYTES: u64 = 1 << 30;

/// Bytes of a row's hash where it is gathered, and once more, with its number, where it is filtered.
const HASH_BYTES: u64 = 24;

/// Reads partitions into [`OrderedRows`].
pub(super) struct RowReader<'a> {
    pub(super) env: &'a Environment,
    pub(super) name: &'a str,
    pub(super) key: &'a Key,
    pub(super) padding: &'a Padding,
    /// Pays for nothing: what is built here is paid for as a whole.
    pub(super) scratch: &'a MemoryManager,
    /// Whether the rows are so few that nobody has to pay for them.
    pub(super) is_free: bool,
}

impl RowReader<'_> {
    /// The rows of `partitions`, whose hashes differ in their low `free_bits` bits at most; only
    /// those whose hash `filter` has, if there is one.
    pub(super) fn read<'p>(
        &self,
        partitions: impl IntoIterator<Item = Partition<'p>>,
        free_bits: u32,
        filter: Option<&OrderedRows>,
    ) -> Result<OrderedRows> {
        let partitions: Vec<_> = partitions.into_iter().collect();
        let num_rows: usize = partitions.iter().map(Partition::num_rows).sum();
        let mut paid = Payment::new(self, num_rows)?;
        let mut hashes: Vec<u64> = Vec::with_capacity(num_rows);
        let mut pieces = Vec::new();
        for partition in partitions {
            for piece in partition.read(self.env, self.name) {
                let Hashed { hashes: some, rows } = piece?;
                paid.add(rows.num_bytes() as u64)?;
                hashes.extend_from_slice(&some);
                pieces.push(rows);
            }
        }
        let rows = self.padded(pieces)?;
        let numbered = hashes.iter().copied().zip(0u32..);
        let order = match filter {
            None => HashOrder::new(numbered, free_bits),
            Some(table) => {
                let kept: Vec<_> = numbered.filter(|&(hash, _)| table.has_hash(hash)).collect();
                HashOrder::new(kept.iter().copied(), free_bits)
            }
        };
        // The padding has no key: a function of the user never sees it.
        let keys = || self.key.keys(&rows.slice(0..num_rows));
        let keys = (!self.key.hash_is_key()).then(keys).transpose()?;
        paid.add(keys.as_ref().map_or(0, |keys| keys.num_bytes() as u64))?;
        let mut ordered = OrderedRows { rows, order, keys, paid: None };
        ordered.part_collisions();
        ordered.paid = paid.into_share(&ordered)?;
        Ok(ordered)
    }

    /// All rows as one batch, and the padding.
    fn padded(&self, mut pieces: Vec<Batch>) -> Result<Batch> {
        pieces.extend(self.padding.missing.clone());
        if pieces.is_empty() {
            return Ok(self.padding.empty.clone());
        }
        Ok(concatenate(self.scratch, self.name, &pieces)?)
    }
}

/// Pays for rows while they are gathered.
struct Payment {
    share: Option<Reservation>,
    sorting: u64,
    used: u64,
}

impl Payment {
    fn new(reader: &RowReader<'_>, num_rows: usize) -> Result<Self> {
        let sorting = num_rows as u64 * (HashOrder::SORT_BYTES + HASH_BYTES);
        let pay = || reader.env.memory().reserve(reader.name, sorting);
        let share = (!reader.is_free).then(pay).transpose()?;
        Ok(Self { share, sorting, used: 0 })
    }

    /// Asks for more in steps: a reservation is not free.
    fn add(&mut self, bytes: u64) -> Result<()> {
        self.used += bytes;
        let Some(share) = &mut self.share else { return Ok(()) };
        if self.used > MAX_BYTES {
            let manager = share.manager();
            return Err(Error::Memory(MemoryError::OutOfBudget {
                name: share.name().to_owned(),
                wanted: self.used,
                granted: manager.counters().granted_bytes,
                budget: manager.budget(),
                holders: Vec::new(),
            }));
        }
        if self.sorting + self.used > share.bytes() {
            share
                .resize(self.sorting + 2 * self.used)
                .or_else(|_| share.resize(self.sorting + self.used))?;
        }
        Ok(())
    }

    /// What is left to be paid for the rows when they are in order.
    fn into_share(mut self, rows: &OrderedRows) -> Result<Option<Reservation>> {
        if let Some(share) = &mut self.share {
            share.resize(
                (rows.order.len() as u64 * HashOrder::ROW_BYTES + self.used).min(share.bytes()),
            )?;
        }
        Ok(self.share)
    }
}

impl OrderedRows {
    /// Adds what [`find`](Self::find) needs to be fast.
    pub(super) fn with_directory(mut self, free_bits: u32) -> Self {
        self.order = std::mem::take(&mut self.order).with_directory(free_bits);
        self
    }

    /// Puts the rows themselves into the order, all of which are in it, as they are read again and
    /// again; unless there is no room for both while that is done.
    pub(super) fn in_place(mut self, env: &Environment, name: &str) -> Result<Self> {
        let Ok(_both) = env.memory().reserve(name, self.rows.num_bytes() as u64) else {
            return Ok(self);
        };
        let num_rows = self.order.len() as u32;
        let padding = num_rows..self.rows.num_rows() as u32;
        let rows: Vec<u32> = self.order.rows().iter().copied().chain(padding).collect();
        self.rows = gather(&MemoryManager::new(u64::MAX), name, &self.rows, &rows)?;
        if let Some(keys) = &mut self.keys {
            let mut ordered = keys.empty_like();
            ordered.extend_from(keys, rows[..num_rows as usize].iter().map(|&row| row as usize));
            *keys = ordered;
        }
        self.order.rows_mut().iter_mut().zip(0..).for_each(|(row, at)| *row = at);
        Ok(self)
    }

    /// The number of rows, without padding.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The row numbers at some places of the order.
    pub(super) fn rows_at(&self, places: Range<usize>) -> &[u32] {
        &self.order.rows()[places]
    }

    /// Rows that share a hash and not the key are put into the order of their keys.
    fn part_collisions(&mut self) {
        let Some(keys) = &self.keys else { return };
        let compare = |a: u32, b: u32| keys.compare(a as usize, keys, b as usize);
        let mut begin = 0;
        while begin < self.order.len() {
            let end = self.order.end_of(begin, self.order.hashes()[begin]);
            let rows = &mut self.order.rows_mut()[begin..end];
            if rows.iter().any(|&row| compare(rows[0], row).is_ne()) {
                rows.sort_by(|&a, &b| compare(a, b));
            }
            begin = end;
        }
    }

    /// How the key at a place of this order stands to one of another.
    #[inline(always)]
    pub(super) fn compare(&self, at: usize, other: &Self, other_at: usize) -> Ordering {
        let by_hash = self.order.hashes()[at].cmp(&other.order.hashes()[other_at]);
        match (&self.keys, &other.keys) {
            (Some(keys), Some(others)) => by_hash.then_with(|| {
                let row = self.order.rows()[at] as usize;
                keys.compare(row, others, other.order.rows()[other_at] as usize)
            }),
            _ => by_hash,
        }
    }

    /// Where the group ends that begins at a place.
    #[inline(always)]
    pub(super) fn group_end(&self, begin: usize) -> usize {
        let end = self.order.end_of(begin, self.order.hashes()[begin]);
        match &self.keys {
            None => end,
            Some(_) => {
                (begin..end).find(|&at| self.compare(begin, self, at).is_ne()).unwrap_or(end)
            }
        }
    }

    /// The first place from `from` on whose hash is not below that at `at` of `other`.
    #[inline(always)]
    pub(super) fn seek(&self, from: usize, other: &Self, at: usize) -> usize {
        self.order.seek(from, other.order.hashes()[at])
    }

    /// The rows with the key that has `hash` and stands in `row` of `keys`.
    #[inline]
    pub(in crate::operators) fn find(&self, hash: u64, keys: &Keys, row: usize) -> &[u32] {
        let found = &self.order.rows()[self.order.find(hash)];
        let Some(own) = &self.keys else { return found };
        let begin = found.partition_point(|&at| own.compare(at as usize, keys, row).is_lt());
        let len = found[begin..].partition_point(|&at| own.compare(at as usize, keys, row).is_eq());
        &found[begin..begin + len]
    }

    /// Whether a row has `hash`.
    #[inline]
    pub(super) fn has_hash(&self, hash: u64) -> bool {
        !self.order.find(hash).is_empty()
    }
}

/// The distinct keys of partitions in which all rows share a hash, in order: one, but for keys
/// that collide.
pub(in crate::operators) fn distinct_keys(
    env: &Environment,
    sides: [(Partition<'_>, &Key); 2],
) -> Result<Vec<Keys>> {
    let mut distinct: Vec<Keys> = Vec::new();
    for (partition, key) in sides {
        for piece in partition.read(env, "join") {
            let keys = key.keys(&piece?.rows)?;
            for row in 0..keys.len() {
                if !distinct.iter().any(|known| known.compare(0, &keys, row).is_eq()) {
                    let mut new = keys.empty_like();
                    new.extend_from(&keys, [row]);
                    distinct.push(new);
                }
            }
        }
    }
    distinct.sort_by(|a, b| a.compare(0, b, 0));
    Ok(distinct)
}
