//! Batches as bytes and back: the rows of a block are a section.
//!
//! ```text
//! rows | number of columns | (name, type) of each | values of each
//! ```
//!
//! Values of plain columns are as they stand in memory; texts are offsets that begin at 0, then the
//! bytes. Coded texts are written out.

use super::codec::{Decoder, Encoder};
use crate::columnar::{Batch, BufferMut, Column, ColumnParts, ColumnType, Native, Schema, Strings};
use crate::memory::{MemoryError, MemoryManager};

/// The types of columns by their number in a file. Only ever added to.
const TYPES: [ColumnType; 12] = [
    ColumnType::Bool,
    ColumnType::UInt8,
    ColumnType::UInt16,
    ColumnType::UInt32,
    ColumnType::UInt64,
    ColumnType::Int8,
    ColumnType::Int16,
    ColumnType::Int32,
    ColumnType::Int64,
    ColumnType::Float32,
    ColumnType::Float64,
    ColumnType::Utf8,
];

/// The parts of a batch, to be written one behind the other.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    head: Vec<u8>,
    columns: Vec<ColumnParts<'a>>,
}

/// A batch without coded texts.
pub(super) fn plain(batch: &Batch) -> Batch {
    let columns = batch
        .columns()
        .iter()
        .map(|column| column.to_plain().expect("a block holds less than 2 GiB of text"));
    Batch::with_rows(batch.schema().clone(), columns.collect(), batch.num_rows())
}

impl<'a> Parts<'a> {
    /// The parts of a [`plain`] batch.
    pub(super) fn of(batch: &'a Batch) -> Self {
        let mut head = Encoder::default();
        head.number(batch.num_rows() as u64);
        head.number(batch.columns().len() as u64);
        for (name, column) in batch.schema().names().iter().zip(batch.columns()) {
            head.text(name);
            let number = TYPES.iter().position(|&known| known == column.column_type());
            head.byte(number.expect("every plain type is listed") as u8);
        }
        Self { head: head.0, columns: batch.columns().iter().map(Column::parts).collect() }
    }

    /// Their bytes in order.
    pub(super) fn slices(&self) -> Vec<&[u8]> {
        let columns = self.columns.iter().flat_map(|column| match column {
            ColumnParts::Values(values) => [*values, &[]],
            ColumnParts::Texts { offsets, bytes } => [bytemuck::cast_slice(offsets), bytes],
        });
        [&self.head[..]].into_iter().chain(columns).collect()
    }
}

/// The batch of these bytes, in memory paid for under `name`; `None` where they are no batch.
pub(super) fn decode(
    bytes: &[u8],
    memory: &MemoryManager,
    name: &str,
) -> Result<Option<Batch>, MemoryError> {
    let mut bytes = Decoder(bytes);
    let Some((num_rows, columns)) = decode_head(&mut bytes) else { return Ok(None) };
    let mut names = Vec::new();
    let mut decoded = Vec::new();
    for (column_name, column_type) in columns {
        let Some(column) = decode_column(&mut bytes, column_type, num_rows, memory, name)? else {
            return Ok(None);
        };
        names.push(column_name);
        decoded.push(column);
    }
    let is_whole = bytes.0.is_empty();
    Ok(is_whole.then(|| Batch::with_rows(Schema::new(names), decoded, num_rows)))
}

fn decode_head(bytes: &mut Decoder<'_>) -> Option<(usize, Vec<(String, ColumnType)>)> {
    let num_rows = usize::try_from(bytes.number()?).ok()?;
    let column = |bytes: &mut Decoder<'_>| {
        let name = bytes.text()?.to_owned();
        Some((name, *TYPES.get(usize::from(bytes.byte()?))?))
    };
    Some((num_rows, bytes.list(column)?))
}

fn decode_column(
    bytes: &mut Decoder<'_>,
    column_type: ColumnType,
    rows: usize,
    memory: &MemoryManager,
    name: &str,
) -> Result<Option<Column>, MemoryError> {
    macro_rules! natives {
        ($($variant:ident)*) => {
            match column_type {
                $(ColumnType::$variant => {
                    Ok(decode_values(bytes, rows, memory, name)?
                        .map(|values| Column::$variant(values.freeze())))
                })*
                ColumnType::Utf8 | ColumnType::CodedUtf8 => {
                    Ok(decode_texts(bytes, rows, memory, name)?.map(Column::Utf8))
                }
            }
        };
    }
    natives! { Bool UInt8 UInt16 UInt32 UInt64 Int8 Int16 Int32 Int64 Float32 Float64 }
}

fn decode_values<T: Native>(
    bytes: &mut Decoder<'_>,
    count: usize,
    memory: &MemoryManager,
    name: &str,
) -> Result<Option<BufferMut<T>>, MemoryError> {
    let taken = count.checked_mul(size_of::<T>()).and_then(|len| bytes.bytes(len));
    let Some(taken) = taken else { return Ok(None) };
    let mut values = BufferMut::zeroed(memory, name, count)?;
    bytemuck::cast_slice_mut::<T, u8>(&mut values).copy_from_slice(taken);
    Ok(Some(values))
}

fn decode_texts(
    bytes: &mut Decoder<'_>,
    rows: usize,
    memory: &MemoryManager,
    name: &str,
) -> Result<Option<Strings>, MemoryError> {
    let Some(count) = rows.checked_add(1) else { return Ok(None) };
    let Some(offsets) = decode_values::<i32>(bytes, count, memory, name)? else { return Ok(None) };
    let Ok(len) = usize::try_from(offsets[rows]) else { return Ok(None) };
    let Some(texts) = decode_values::<u8>(bytes, len, memory, name)? else { return Ok(None) };
    Ok(Strings::new(offsets.freeze(), texts.freeze()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::{batch_of, records};

    type Row = (u32, String, Option<f64>, (bool, i8));

    #[test]
    fn batches_come_back_and_what_is_cut_is_none() {
        let memory = MemoryManager::new(1 << 20);
        let rows: Vec<Row> = (0..20)
            .map(|at| (at, "ü".repeat(at as usize % 4), (at % 3 == 0).then_some(0.5), (true, -1)))
            .collect();
        let batch = plain(&batch_of(rows.clone()).slice(3..17));
        let bytes = Parts::of(&batch).slices().concat();
        let back = decode(&bytes, &memory, "rows").unwrap().unwrap();
        assert_eq!(records::<Row>(&back).unwrap(), rows[3..17]);
        assert_eq!(back.schema(), batch.schema());
        for len in 0..bytes.len() {
            assert!(decode(&bytes[..len], &memory, "rows").unwrap().is_none(), "{len}");
        }
    }

    #[test]
    fn coded_texts_are_written_out() {
        let memory = MemoryManager::new(1 << 20);
        let values = Strings::from_iter(["a", "bc"]);
        let coded = Column::CodedUtf8 { codes: vec![1, 0, 1].into(), values };
        let batch = plain(&Batch::new(Schema::new(["id"]), vec![coded]));
        let bytes = Parts::of(&batch).slices().concat();
        let back = decode(&bytes, &memory, "rows").unwrap().unwrap();
        assert_eq!(records::<String>(&back).unwrap(), ["bc", "a", "bc"]);
    }
}
