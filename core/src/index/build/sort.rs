//! Sorts each partition by row, then column, into the final arrays.

use super::Layout;
use super::partition::{EntryChunk, Partitions};
use crate::environment::Environment;
use crate::error::Result;
use crate::index::lanes;
use crate::index::pairs::EntryValue;
use crate::memory::Segment;

/// From this mean length of its rows on a partition is sorted by counting digits of the columns;
/// below, row by row.
const LONG_ROWS: usize = 48;

/// Columns of a huge page: scratch takes at least one, as a core translates the addresses of few
/// small pages at a time and sorting by digits writes to hundreds.
const HUGE_PAGE: usize = (2 << 20) / size_of::<u32>();

/// Sorts the columns (and values) of every row; equal columns keep their order.
pub(super) fn sort<W: EntryValue>(
    env: &Environment,
    chunks: &[EntryChunk<W>],
    layout: Layout,
    partitions: &Partitions,
    offsets: &[u64],
) -> Result<(Segment<u32>, Segment<W::Word>)> {
    let num_entries = offsets[offsets.len() - 1] as usize;
    let mut columns = env.memory().allocate("index", num_entries)?;
    let mut values = env.memory().allocate("index", if W::STORED { num_entries } else { 0 })?;
    let parts = split::<W>(&mut columns, &mut values, partitions, offsets);
    let longest = parts.iter().map(|part| part.columns.len()).max().unwrap_or(0);
    let scratch = || Scratch::new(env, longest, layout, W::STORED);
    lanes::map(env, parts, scratch, |scratch, mut part| {
        scratch.gather(chunks, &part, layout);
        if W::STORED {
            scratch.sort_with_values(&mut part, layout);
        } else if layout.packs() && part.columns.len() >= LONG_ROWS * part.num_rows() {
            scratch.sort_by_digits(&mut part, layout);
        } else {
            scratch.sort_rows(&mut part, layout);
        }
        Ok(())
    })?;
    Ok((columns, values))
}

/// One partition and its part of the final arrays.
struct Part<'a, V> {
    partition: usize,
    columns: &'a mut [u32],
    values: &'a mut [V],
    first_row: u32,
    /// The offsets of the partition's rows.
    offsets: &'a [u64],
}

/// Lends each partition its part of the final arrays.
fn split<'a, W: EntryValue>(
    mut columns: &'a mut [u32],
    mut values: &'a mut [W::Word],
    partitions: &Partitions,
    offsets: &'a [u64],
) -> Vec<Part<'a, W::Word>> {
    (0..partitions.len())
        .map(|partition| {
            let range = partitions.rows(partition);
            let offsets = &offsets[range.start..=range.end];
            let len = (offsets[range.len()] - offsets[0]) as usize;
            Part {
                partition,
                columns: columns.split_off_mut(..len).expect("offsets add up"),
                values: values.split_off_mut(..len.min(values.len())).expect("as many or none"),
                first_row: range.start as u32,
                offsets,
            }
        })
        .collect()
}

impl<V> Part<'_, V> {
    fn num_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The range of each row in the partition.
    fn row_ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<'_, V> {
        let start = self.offsets[0];
        self.offsets.windows(2).map(move |two| (two[0] - start) as usize..(two[1] - start) as usize)
    }
}

/// What a worker sorts in: as large as the largest partition, used for one after the other.
struct Scratch<V> {
    /// The columns of a partition as gathered, with rows above them if the layout packs.
    columns: Segment<u32>,
    other: Segment<u32>,
    /// Empty if the layout packs.
    rows: Segment<u16>,
    /// As gathered; empty if there are none.
    values: Segment<V>,
    /// Column and place of origin of each entry, for entries with values.
    keyed: Segment<u64>,
    /// Where the next entry of each row goes; bounded by the rows of a partition.
    next: Vec<u32>,
}

impl<V: bytemuck::Pod> Scratch<V> {
    fn new(env: &Environment, longest: usize, layout: Layout, valued: bool) -> Result<Self> {
        let memory = env.memory();
        let num_values = if valued { longest } else { 0 };
        let size = longest.max(HUGE_PAGE);
        Ok(Self {
            columns: memory.allocate("index build", size)?,
            other: memory.allocate("index build", size)?,
            rows: memory.allocate("index build", if layout.packs() { 0 } else { longest })?,
            values: memory.allocate("index build", num_values)?,
            keyed: memory.allocate("index build", num_values)?,
            next: Vec::new(),
        })
    }

    /// Brings the entries of a partition together, in the order of the chunks.
    fn gather<W: EntryValue<Word = V>>(
        &mut self,
        chunks: &[EntryChunk<W>],
        part: &Part<'_, V>,
        layout: Layout,
    ) {
        let (mut end, mut valued) = (0, 0);
        for chunk in chunks {
            if !layout.packs() {
                let rows = chunk.rows(part.partition);
                self.rows[end..end + rows.len()].copy_from_slice(rows);
            }
            for run in chunk.columns(part.partition) {
                self.columns[end..end + run.len()].copy_from_slice(run);
                end += run.len();
            }
            let values = chunk.values(part.partition);
            self.values[valued..valued + values.len()].copy_from_slice(values);
            valued += values.len();
        }
        let start = part.offsets[0];
        self.next.clear();
        self.next.extend(part.offsets.iter().map(|&offset| (offset - start) as u32));
    }

    /// Calls `visit(place of origin, column, place in row order)` for every gathered entry.
    #[inline(always)]
    fn for_each_in_rows(
        columns: &[u32],
        rows: &[u16],
        next: &mut [u32],
        first_row: u32,
        layout: Layout,
        mut visit: impl FnMut(usize, u32, usize),
    ) {
        let mut put = |at: usize, column: u32, row: usize| {
            let place = &mut next[row];
            visit(at, column, *place as usize);
            *place += 1;
        };
        if layout.packs() {
            let (_, first) = layout.unpack(layout.pack(first_row, 0));
            let mask = layout.row_mask();
            for (at, &packed) in columns.iter().enumerate() {
                let (column, row) = layout.unpack(packed);
                put(at, column, (row.wrapping_sub(first) & mask) as usize);
            }
        } else {
            for (at, (&column, &row)) in columns.iter().zip(rows).enumerate() {
                put(at, column, row.wrapping_sub(first_row as u16) as usize);
            }
        }
    }

    /// Each entry to its row, then each row by itself.
    fn sort_rows(&mut self, part: &mut Part<'_, V>, layout: Layout) {
        let len = part.columns.len();
        let (columns, other) = (&self.columns[..len], &mut self.other[..len]);
        let (rows, first) = (&self.rows, part.first_row);
        Self::for_each_in_rows(columns, rows, &mut self.next, first, layout, |_, column, place| {
            other[place] = column;
        });
        part.row_ranges().for_each(|row| other[row].sort_unstable());
        part.columns.copy_from_slice(other);
    }

    /// By the low half of the column's bits, then by the high half, then by row.
    fn sort_by_digits(&mut self, part: &mut Part<'_, V>, layout: Layout) {
        let len = part.columns.len();
        let (columns, other) = (&mut self.columns[..len], &mut self.other[..len]);
        let bits = layout.column_bits.div_ceil(2);
        by_digit(columns, other, 0, bits);
        by_digit(other, columns, bits, layout.column_bits - bits);
        let (sorted, first) = (&mut part.columns, part.first_row);
        Self::for_each_in_rows(columns, &[], &mut self.next, first, layout, |_, column, place| {
            sorted[place] = column;
        });
    }

    fn sort_with_values(&mut self, part: &mut Part<'_, V>, layout: Layout) {
        let len = part.columns.len();
        let (columns, rows) = (&self.columns[..len], &self.rows);
        let keyed = &mut self.keyed[..len];
        let first = part.first_row;
        Self::for_each_in_rows(
            columns,
            rows,
            &mut self.next,
            first,
            layout,
            |at, column, place| {
                keyed[place] = u64::from(column) << 32 | at as u64;
            },
        );
        part.row_ranges().for_each(|row| keyed[row].sort_unstable());
        let sorted = part.columns.iter_mut().zip(part.values.iter_mut()).zip(&*keyed);
        for ((column, value), &key) in sorted {
            *column = (key >> 32) as u32;
            *value = self.values[key as u32 as usize];
        }
    }
}

/// The most bits of a digit: half of a packed column.
const MAX_DIGIT_BITS: u32 = Layout::MAX_PACKED_BITS.div_ceil(2);

/// Writes `from` to `to`, ordered by the `bits` bits above `shift`; ties keep their order.
fn by_digit(from: &[u32], to: &mut [u32], shift: u32, bits: u32) {
    let mask = (1 << bits.min(MAX_DIGIT_BITS)) - 1;
    let digit = |packed: u32| (packed >> shift) as usize & mask;
    let mut next = [0u32; 1 << MAX_DIGIT_BITS];
    from.iter().for_each(|&packed| next[digit(packed)] += 1);
    let mut sum = 0;
    for slot in &mut next {
        (*slot, sum) = (sum, sum + *slot);
    }
    for &packed in from {
        let place = &mut next[digit(packed)];
        to[*place as usize] = packed;
        *place += 1;
    }
}
