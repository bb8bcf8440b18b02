//! A relation without cycles: each pair of a symmetric one once, at the key that comes later.
//!
//! ```text
//! row r = { c : {c, r} is a pair, c comes before r }
//! ```
//!
//! Three keys that are all paired stand in one row together: that of the last of them. If keys
//! come in the order of falling degree, no row is long (at most the square root of twice the
//! pairs), however long the rows of the relation are, and that bounds the work on triples.
//!
//! Where keys are numbered like that already (hub-first), or where degrees hardly differ, the
//! order of the keys serves as it is. Otherwise keys are numbered anew inside, by degree:
//! [`Oriented::key`] leads back.

use std::ops::Range;

use rayon::prelude::*;

use super::csr::cut;
use super::distinct::{DistinctRows, Sides};
use super::pairs::EntryValue;
use crate::environment::Environment;
use crate::error::Result;
use crate::memory::{Segment, SharedSlice};

mod in_place;
mod row_set;
mod triples;

pub use in_place::{count_triples, for_each_triple_in_place, triples_in_place};
pub use row_set::RowSet;
pub use triples::Triple;

/// Each pair of a relation once, in the row of the key that comes later.
///
/// Keys are spoken of by their position in the order: 0 comes first.
#[derive(Debug)]
pub struct Oriented {
    /// Where each row begins, and the end of the last.
    offsets: Segment<u64>,
    /// The entries of all rows.
    columns: Segment<u32>,
    /// The sides of each entry; empty if all are both.
    sides: Segment<u8>,
    /// The number of pairs of each key, by key.
    degrees: Segment<u32>,
    /// The key at each position; `None` if each is its own.
    keys: Option<Segment<u32>>,
    chunks: Vec<Range<u32>>,
}

/// Mean degree at the end of an entry, over mean degree, up to which any order will do.
const EVEN_DEGREES: f64 = 2.0;

/// The share of sampled entries that the order of keys must turn as degrees would.
const AGREEMENT: f64 = 0.9;

/// Rows that are sampled for it.
const SAMPLED_ROWS: usize = 4096;

impl Oriented {
    /// Orients a relation. O(entries) time. Takes 4 bytes a pair and 12 bytes a key, 20 if keys
    /// are numbered anew; a byte a pair more if sides differ.
    pub fn new<W: EntryValue>(env: &Environment, rows: &DistinctRows<W>) -> Result<Self> {
        let degrees = rows.degrees(env)?;
        let by_degree = !any_order_will_do(&degrees) && agreement(rows, &degrees) < AGREEMENT;
        Self::of(env, rows, degrees, by_degree)
    }

    fn of<W: EntryValue>(
        env: &Environment,
        rows: &DistinctRows<W>,
        degrees: Segment<u32>,
        by_degree: bool,
    ) -> Result<Self> {
        let order = if by_degree { Some(Order::falling(env, &degrees)?) } else { None };
        let copy = Copy { env, rows, order: order.as_ref() };
        let (offsets, columns, sides) = env.run("orientation", || copy.run())?;
        let chunks = cut(&offsets);
        let keys = order.map(|order| order.keys);
        Ok(Self { offsets, columns, sides, degrees, keys, chunks })
    }

    /// The number of keys.
    pub fn num_keys(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of pairs.
    pub fn num_pairs(&self) -> u64 {
        self.columns.len() as u64
    }

    /// The key at a position of the order.
    #[inline(always)]
    pub fn key(&self, position: u32) -> u32 {
        self.keys.as_ref().map_or(position, |keys| keys[position as usize])
    }

    /// The number of pairs that each key stands in, by key.
    pub fn degrees(&self) -> &[u32] {
        &self.degrees
    }

    /// As [`degrees`](Self::degrees), when nothing else is needed any more.
    pub fn into_degrees(self) -> Segment<u32> {
        self.degrees
    }

    /// Rows in pieces of about equally many entries; together all rows, in order.
    pub fn chunks(&self) -> &[Range<u32>] {
        &self.chunks
    }

    /// The entries of a row, ascending.
    #[inline(always)]
    pub fn row(&self, row: u32) -> &[u32] {
        let (start, end) = (self.offsets[row as usize], self.offsets[row as usize + 1]);
        &self.columns[start as usize..end as usize]
    }

    /// Whether entries know their sides; otherwise all are both.
    pub fn has_sides(&self) -> bool {
        !self.sides.is_empty()
    }

    /// The sides of an entry by its position in its row; forward is from the row to the column.
    #[inline(always)]
    pub fn sides(&self, row: u32, position: usize) -> Sides {
        if self.sides.is_empty() {
            return Sides::BOTH;
        }
        Sides::from_bits(self.sides[self.offsets[row as usize] as usize + position])
    }
}

/// Whether degrees are so even that it does not matter which of two keys comes first.
fn any_order_will_do(degrees: &[u32]) -> bool {
    let (mut sum, mut squares) = (0.0, 0.0);
    for &degree in degrees {
        let degree = f64::from(degree);
        sum += degree;
        squares += degree * degree;
    }
    squares * degrees.len() as f64 <= EVEN_DEGREES * sum * sum
}

/// The share of entries in sampled rows whose smaller key has no smaller degree.
fn agreement<W: EntryValue>(rows: &DistinctRows<W>, degrees: &[u32]) -> f64 {
    let (mut agreeing, mut total) = (0u64, 0u64);
    for row in (0..degrees.len()).step_by((degrees.len() / SAMPLED_ROWS).max(1)) {
        rows.for_each(row as u32, |column, _| {
            let (low, high) = (row.min(column as usize), row.max(column as usize));
            agreeing += u64::from(degrees[low] >= degrees[high]);
            total += 1;
        });
    }
    agreeing as f64 / total.max(1) as f64
}

/// Keys in an order of their own.
struct Order {
    /// The key at each position.
    keys: Segment<u32>,
    /// The position of each key.
    positions: Segment<u32>,
}

impl Order {
    /// By falling degree, then by key: a counting sort.
    fn falling(env: &Environment, degrees: &[u32]) -> Result<Self> {
        let memory = env.memory();
        let most = degrees.iter().copied().max().unwrap_or(0) as usize;
        let mut places = memory.allocate::<u32>("orientation", most + 1)?;
        degrees.iter().for_each(|&degree| places[most - degree as usize] += 1);
        let mut end = 0;
        for place in places.iter_mut() {
            (*place, end) = (end, end + *place);
        }
        let mut keys = memory.allocate::<u32>("orientation", degrees.len())?;
        let mut positions = memory.allocate::<u32>("orientation", degrees.len())?;
        for (key, &degree) in degrees.iter().enumerate() {
            let place = &mut places[most - degree as usize];
            keys[*place as usize] = key as u32;
            positions[key] = *place;
            *place += 1;
        }
        Ok(Self { keys, positions })
    }
}

/// The copying of rows into their own memory: once to count, once to write.
struct Copy<'a, W: EntryValue> {
    env: &'a Environment,
    rows: &'a DistinctRows<W>,
    order: Option<&'a Order>,
}

type Copied = (Segment<u64>, Segment<u32>, Segment<u8>);

impl<W: EntryValue> Copy<'_, W> {
    fn run(&self) -> Result<Copied> {
        let memory = self.env.memory();
        let num_keys = self.rows.num_keys();
        let mut offsets = memory.allocate::<u64>("orientation", num_keys + 1)?;
        let shared = SharedSlice::new(&mut offsets);
        self.for_each_row(|row, before| shared.store(row as usize, before.len() as u64), false)?;
        let mut end = 0;
        for offset in offsets.iter_mut() {
            (*offset, end) = (end, end + *offset);
        }
        let mut columns = memory.allocate::<u32>("orientation", end as usize)?;
        let num_sides = if self.rows.is_symmetric() { 0 } else { end as usize };
        let mut sides = memory.allocate::<u8>("orientation", num_sides)?;
        let (to_columns, to_sides) = (SharedSlice::new(&mut columns), SharedSlice::new(&mut sides));
        let offsets_ref = &offsets;
        self.for_each_row(
            |row, before| {
                let start = offsets_ref[row as usize] as usize;
                for (at, &(position, bits)) in before.iter().enumerate() {
                    to_columns.store(start + at, position);
                    if num_sides > 0 {
                        to_sides.store(start + at, bits);
                    }
                }
            },
            true,
        )?;
        Ok((offsets, columns, sides))
    }

    /// Calls `visit` with the position of each row and what stands before it, ascending if
    /// `sorted`.
    fn for_each_row(&self, visit: impl Fn(u32, &[(u32, u8)]) + Sync, sorted: bool) -> Result<()> {
        self.rows.chunks().par_iter().with_max_len(1).try_for_each(|rows| {
            self.env.check_cancelled()?;
            let mut before = Vec::new();
            for row in rows.clone() {
                before.clear();
                let own = self.position(row);
                self.rows.for_each(row, |column, sides| {
                    let position = self.position(column);
                    if position < own {
                        before.push((position, sides.bits()));
                    }
                });
                if sorted && self.order.is_some() {
                    before.sort_unstable();
                }
                visit(own, &before);
            }
            Ok(())
        })
    }

    #[inline(always)]
    fn position(&self, key: u32) -> u32 {
        self.order.map_or(key, |order| order.positions[key as usize])
    }
}
