//! Rows moved between batches: selected, gathered, scattered, concatenated.

use std::ops::Range;

use super::buffer::Slab;
use super::{Batch, Buffer, BufferMut, Column, Native, Strings, match_column};
use crate::memory::{MemoryError, MemoryManager};

type Result<T> = std::result::Result<T, MemoryError>;

/// The `kept` rows of `batch` whose flag is set.
pub fn select(memory: &MemoryManager, batch: &Batch, keep: &[bool], kept: usize) -> Result<Batch> {
    let mut rows = Vec::with_capacity(kept);
    rows.extend((0u32..).zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| row));
    gather(memory, "filter", batch, &rows)
}

/// The rows of `batch` in the order of `rows`; a row may come any number of times.
pub fn gather(memory: &MemoryManager, name: &str, batch: &Batch, rows: &[u32]) -> Result<Batch> {
    let columns = batch
        .columns()
        .iter()
        .map(|column| gather_column(memory, name, column, rows))
        .collect::<Result<_>>()?;
    Ok(Batch::with_rows(batch.schema().clone(), columns, rows.len()))
}

fn gather_column(
    memory: &MemoryManager,
    name: &str,
    column: &Column,
    rows: &[u32],
) -> Result<Column> {
    Ok(match_column!(column,
        Native(values, same) => same(gather_values(memory, name, values, rows)?),
        Column::Utf8(texts) => Column::Utf8(gather_texts(memory, name, texts, rows)?),
        Column::CodedUtf8 { codes, values } => Column::CodedUtf8 {
            codes: gather_values(memory, name, codes, rows)?,
            values: values.clone(),
        },
    ))
}

fn gather_values<T: Native>(
    memory: &MemoryManager,
    name: &str,
    values: &[T],
    rows: &[u32],
) -> Result<Buffer<T>> {
    let mut gathered = BufferMut::zeroed(memory, name, rows.len())?;
    gathered.iter_mut().zip(rows).for_each(|(slot, &row)| *slot = values[row as usize]);
    Ok(gathered.freeze())
}

fn gather_texts(
    memory: &MemoryManager,
    name: &str,
    texts: &Strings,
    rows: &[u32],
) -> Result<Strings> {
    let length = |row: u32| texts.range(row as usize).len();
    let mut offsets = BufferMut::<i32>::zeroed(memory, name, rows.len() + 1)?;
    let mut bytes =
        BufferMut::<u8>::zeroed(memory, name, rows.iter().map(|&row| length(row)).sum())?;
    let mut end = 0;
    for (at, &row) in rows.iter().enumerate() {
        let text = &texts.bytes()[texts.range(row as usize)];
        bytes[end..end + text.len()].copy_from_slice(text);
        end += text.len();
        offsets[at + 1] = i32::try_from(end).expect("a batch holds less than 2 GiB of text");
    }
    Ok(Strings::of_valid(offsets.freeze(), bytes.freeze()))
}

/// All rows of `batches`, in order, as one batch.
///
/// # Panics
/// If there is no batch, or their columns differ in type.
pub fn concatenate(memory: &MemoryManager, name: &str, batches: &[Batch]) -> Result<Batch> {
    match batches {
        [only] => Ok(only.clone()),
        batches => place(memory, name, batches, &InOrder),
    }
}

/// Some rows of each of `parts`, in order, as one batch that nobody pays for: they are few.
///
/// # Panics
/// If there is no part, their columns differ in type, or a range is out of bounds.
pub fn concatenate_parts(parts: &[(&Batch, Range<usize>)]) -> Batch {
    let (first, _) = parts.first().expect("at least one part");
    let num_rows = parts.iter().map(|(_, rows)| rows.len()).sum();
    let columns = (0..first.columns().len()).map(|at| {
        match_column!(&first.columns()[at],
            Native(_first, same) => {
                let mut values = Vec::with_capacity(num_rows);
                for (batch, rows) in parts {
                    values.extend_from_slice(&typed(&batch.columns()[at], &same)[rows.clone()]);
                }
                same(values.into())
            },
            Column::Utf8(_) | Column::CodedUtf8 { .. } => {
                let texts: Vec<Column> = parts
                    .iter()
                    .map(|(batch, rows)| batch.columns()[at].slice(rows.clone()))
                    .collect();
                let texts: Vec<&Column> = texts.iter().collect();
                let scratch = MemoryManager::new(u64::MAX);
                let placed = place_texts(&scratch, "parts", &texts, num_rows, &|row| row);
                Column::Utf8(placed.expect("no budget refuses"))
            }
        )
    });
    Batch::with_rows(first.schema().clone(), columns.collect(), num_rows)
}

/// All rows of `batches` as one batch in another order: the `i`th row of them all goes to
/// `positions[i]`, and every position up to their number occurs once.
///
/// # Panics
/// If there is no batch, their columns differ in type, or a position is out of bounds.
pub fn scatter(
    memory: &MemoryManager,
    name: &str,
    batches: &[Batch],
    positions: &[u32],
) -> Result<Batch> {
    place(memory, name, batches, &positions)
}

/// Where the rows of several batches go in one.
trait Places {
    /// Where row `row` of them all goes.
    fn position(&self, row: usize) -> usize;

    /// Writes `values`, those of the rows from `begin` on, to their places.
    fn write<T: Native>(&self, begin: usize, values: &[T], to: &mut [T]);
}

/// Rows stay in their order.
struct InOrder;

impl Places for InOrder {
    fn position(&self, row: usize) -> usize {
        row
    }

    fn write<T: Native>(&self, begin: usize, values: &[T], to: &mut [T]) {
        to[begin..begin + values.len()].copy_from_slice(values);
    }
}

impl Places for &[u32] {
    fn position(&self, row: usize) -> usize {
        self[row] as usize
    }

    fn write<T: Native>(&self, begin: usize, values: &[T], to: &mut [T]) {
        let places = &self[begin..begin + values.len()];
        places.iter().zip(values).for_each(|(&place, &value)| to[place as usize] = value);
    }
}

/// All rows of `batches` as one batch, each where `places` says. The columns of plain values share
/// one segment.
fn place(
    memory: &MemoryManager,
    name: &str,
    batches: &[Batch],
    places: &impl Places,
) -> Result<Batch> {
    let num_rows = batches.iter().map(Batch::num_rows).sum();
    let first = batches.first().expect("at least one batch");
    let bytes = first.columns().iter().map(|column| slab_bytes(column, num_rows)).sum();
    let mut slab = Slab::new(memory, name, bytes)?;
    for (at, column) in first.columns().iter().enumerate() {
        match_column!(column,
            Native(_first, same) => {
                let placed = slab.fill(num_rows);
                let mut begin = 0;
                for batch in batches {
                    let values = typed(&batch.columns()[at], &same);
                    places.write(begin, values, placed);
                    begin += values.len();
                }
            },
            Column::Utf8(_) | Column::CodedUtf8 { .. } => {}
        );
    }
    let mut slab = slab.freeze();
    let columns = (0..first.columns().len())
        .map(|at| {
            Ok(match_column!(&first.columns()[at],
                Native(_first, same) => same(slab.next(num_rows)),
                Column::Utf8(_) | Column::CodedUtf8 { .. } => {
                    let parts: Vec<_> = batches.iter().map(|batch| &batch.columns()[at]).collect();
                    let position = |row| places.position(row);
                    Column::Utf8(place_texts(memory, name, &parts, num_rows, &position)?)
                }
            ))
        })
        .collect::<Result<_>>()?;
    Ok(Batch::with_rows(first.schema().clone(), columns, num_rows))
}

/// Bytes of plain values of a column like `column`, with `num_rows` rows.
fn slab_bytes(column: &Column, num_rows: usize) -> usize {
    fn of<T: Native>(_values: &[T], num_rows: usize) -> usize {
        Slab::bytes_of::<T>(num_rows)
    }
    match_column!(column,
        Native(values, _same) => of(values, num_rows),
        Column::Utf8(_) | Column::CodedUtf8 { .. } => 0,
    )
}

/// The values of a column that has the type which `_same` makes.
fn typed<'a, T: Native>(column: &'a Column, _same: &impl Fn(Buffer<T>) -> Column) -> &'a [T] {
    fn of<T: Native, U: Native>(values: &[U]) -> &[T] {
        assert_eq!(size_of::<T>(), size_of::<U>(), "columns of one type");
        bytemuck::cast_slice(values)
    }
    match_column!(column,
        Native(values, _made) => of(values),
        Column::Utf8(_) | Column::CodedUtf8 { .. } => panic!("columns of one type"),
    )
}

fn place_texts(
    memory: &MemoryManager,
    name: &str,
    parts: &[&Column],
    num_rows: usize,
    position: &impl Fn(usize) -> usize,
) -> Result<Strings> {
    let each = |action: &mut dyn FnMut(usize, &[u8])| {
        let mut row = 0;
        for part in parts {
            for at in 0..part.len() {
                action(position(row), text_bytes(part, at));
                row += 1;
            }
        }
    };
    let mut offsets = BufferMut::<i32>::zeroed(memory, name, num_rows + 1)?;
    each(&mut |to, text| offsets[to + 1] = text.len() as i32);
    let mut end = 0i32;
    for offset in offsets.iter_mut() {
        end = end.checked_add(*offset).expect("a batch holds less than 2 GiB of text");
        *offset = end;
    }
    let mut bytes = BufferMut::<u8>::zeroed(memory, name, end as usize)?;
    each(&mut |to, text| {
        let begin = offsets[to] as usize;
        bytes[begin..begin + text.len()].copy_from_slice(text);
    });
    Ok(Strings::of_valid(offsets.freeze(), bytes.freeze()))
}

/// The bytes of the text in row `row` of a column of text.
pub(super) fn text_bytes(column: &Column, row: usize) -> &[u8] {
    let (texts, row) = match column {
        Column::Utf8(texts) => (texts, row),
        Column::CodedUtf8 { codes, values } => (values, codes[row] as usize),
        other => panic!("columns of one type: text and {:?}", other.column_type()),
    };
    &texts.bytes()[texts.range(row)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{batch_of, records};

    type Row = (u8, String, f64, bool);

    fn rows(texts: &[&str]) -> Vec<Row> {
        let row = |(at, text): (usize, &&str)| {
            (at as u8, (*text).to_owned(), at as f64 / 2.0, at % 2 == 0)
        };
        texts.iter().enumerate().map(row).collect()
    }

    #[test]
    fn every_type_of_column_moves_alike() {
        let memory = MemoryManager::new(1 << 20);
        let (first, second) = (rows(&["a", "bb", ""]), rows(&["dddd", "ü"]));
        let batches = [batch_of(first.clone()), batch_of(second.clone())];
        let all: Vec<Row> = first.iter().chain(&second).cloned().collect();

        let whole = concatenate(&memory, "all", &batches).unwrap();
        assert_eq!(records::<Row>(&whole).unwrap(), all);
        let some =
            concatenate_parts(&[(&batches[0], 1..3), (&batches[1], 0..0), (&batches[1], 1..2)]);
        assert_eq!(records::<Row>(&some).unwrap(), [&all[1..3], &all[4..]].concat());
        let turned = scatter(&memory, "all", &batches, &[4, 3, 2, 1, 0]).unwrap();
        assert_eq!(records::<Row>(&turned).unwrap(), all.iter().rev().cloned().collect::<Vec<_>>());
        let some = gather(&memory, "some", &whole, &[3, 0, 3]).unwrap();
        let expected = [&all[3], &all[0], &all[3]].map(Clone::clone);
        assert_eq!(records::<Row>(&some).unwrap(), expected);
        let kept = select(&memory, &whole, &[true, false, false, true, false], 2).unwrap();
        assert_eq!(records::<Row>(&kept).unwrap(), [all[0].clone(), all[3].clone()]);
    }

    #[test]
    fn coded_texts_are_written_out_where_lists_differ() {
        let memory = MemoryManager::new(1 << 20);
        let coded = |codes: &[u32], values: [&str; 2]| {
            let values = Strings::from_iter(values);
            let column = Column::CodedUtf8 { codes: codes.to_vec().into(), values };
            Batch::new(crate::columnar::Schema::new(["value"]), vec![column])
        };
        let batches = [coded(&[1, 0], ["a", "b"]), coded(&[0, 0], ["c", "d"])];
        let whole = concatenate(&memory, "all", &batches).unwrap();
        assert_eq!(records::<String>(&whole).unwrap(), ["b", "a", "c", "c"]);
    }

    #[test]
    #[should_panic(expected = "columns of one type")]
    fn columns_of_two_types_do_not_mix() {
        let memory = MemoryManager::new(1 << 20);
        let _ = concatenate(&memory, "all", &[batch_of([1u64]), batch_of([1u32])]);
    }
}
