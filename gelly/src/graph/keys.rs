//! From records to the key columns that a dictionary reads.
//!
//! Keys are integers as long as every key of the graph has one. Each batch decides for itself; if
//! not all decided alike, those of integers become texts at the end.

use std::collections::HashMap;
use std::marker::PhantomData;

use quince_core::columnar::{Batch, Column, ReadRecord, Record, Schema, Strings, concatenate};
use quince_core::environment::Environment;
use quince_core::error::Result;
use quince_core::index::Key;
use quince_core::memory::MemoryManager;
use quince_core::pipeline::Breaker;

use crate::vertex_key::VertexKey;

/// Gathers edges as two columns of keys, and a column of weights if there is a function for it.
pub(super) struct EdgeKeys<'a, K, EV> {
    pub(super) env: &'a Environment,
    pub(super) weigh: Option<fn(&EV) -> f64>,
    pub(super) key: PhantomData<fn() -> K>,
}

/// Gathers keys as one column.
pub(super) struct VertexKeys<'a, K> {
    pub(super) env: &'a Environment,
    pub(super) key: PhantomData<fn() -> K>,
}

impl<K: VertexKey, EV: Record> Breaker for EdgeKeys<'_, K, EV> {
    type Part = Vec<Batch>;

    fn part(&self) -> Vec<Batch> {
        Vec::new()
    }

    fn take(&self, part: &mut Vec<Batch>, batch: Batch) -> Result<()> {
        let rows = batch.num_rows();
        if rows == 0 {
            return Ok(());
        }
        let mut columns = batch.columns();
        let sides = [read::<K>(&mut columns, rows), read::<K>(&mut columns, rows)];
        let mut made = key_columns(self.env.memory(), &sides)?;
        if let Some(weigh) = self.weigh {
            let values = EV::reader(&mut columns).expect(COLUMNS);
            let mut weights = self.env.memory().allocate("edges", rows)?;
            weights.iter_mut().enumerate().for_each(|(row, slot)| *slot = weigh(&values.get(row)));
            made.push(Column::Float64(weights.into()));
        }
        let names = ["source", "target", "weight"].into_iter().take(made.len());
        part.push(Batch::new(Schema::new(names), made));
        Ok(())
    }

    fn finish(&self, part: &mut Vec<Batch>) -> Result<()> {
        join_pieces(self.env.memory(), part)
    }
}

impl<K: VertexKey> Breaker for VertexKeys<'_, K> {
    type Part = Vec<Batch>;

    fn part(&self) -> Vec<Batch> {
        Vec::new()
    }

    fn take(&self, part: &mut Vec<Batch>, batch: Batch) -> Result<()> {
        let rows = batch.num_rows();
        if rows > 0 {
            let keys = read::<K>(&mut batch.columns(), rows);
            part.push(vertex_batch(key_columns(self.env.memory(), &[keys])?));
        }
        Ok(())
    }

    fn finish(&self, part: &mut Vec<Batch>) -> Result<()> {
        join_pieces(self.env.memory(), part)
    }
}

const COLUMNS: &str = "a data set has the columns of its records";

fn vertex_batch(columns: Vec<Column>) -> Batch {
    Batch::new(Schema::new(["vertex"]), columns)
}

/// The keys in the first columns, which are taken off. Bounded by the batch.
fn read<K: VertexKey>(columns: &mut &[Column], rows: usize) -> Vec<K> {
    let reader = K::reader(columns).expect(COLUMNS);
    (0..rows).map(|row| reader.get(row)).collect()
}

/// Makes one batch of those of a morsel, if they have the same types and no lists of their own.
fn join_pieces(memory: &MemoryManager, part: &mut Vec<Batch>) -> Result<()> {
    let types = |batch: &Batch| batch.columns().iter().map(Column::column_type).collect::<Vec<_>>();
    let alike = part.windows(2).all(|pair| types(&pair[0]) == types(&pair[1]));
    if part.len() > 1 && alike && !part.iter().any(is_text) {
        *part = vec![concatenate(memory, "edges", part)?];
    }
    Ok(())
}

/// Whether the keys of a batch are texts.
fn is_text(batch: &Batch) -> bool {
    matches!(batch.columns().first(), Some(Column::CodedUtf8 { .. }))
}

/// Makes the keys of all batches texts, if some are.
pub(super) fn agree<K: VertexKey>(
    memory: &MemoryManager,
    lists: [&mut Vec<Batch>; 2],
) -> Result<()> {
    if !lists.iter().any(|list| list.iter().any(is_text)) {
        return Ok(());
    }
    for batch in lists.into_iter().flatten().filter(|batch| !is_text(batch)) {
        let schema = batch.schema().clone();
        let (mut keys, mut others) = (Vec::new(), Vec::new());
        for column in batch.columns() {
            match column {
                Column::UInt32(ids) => {
                    keys.push(ids.iter().map(|&id| back::<K>(id.into())).collect());
                }
                Column::Int64(ids) => keys.push(ids.iter().map(|&id| back::<K>(id)).collect()),
                other => others.push(other.clone()),
            }
        }
        let mut columns = text_columns(memory, &keys)?;
        columns.append(&mut others);
        *batch = Batch::new(schema, columns);
    }
    Ok(())
}

fn back<K: VertexKey>(integer: i64) -> K {
    K::from_key(Key::Integer(integer)).expect("an integer that a key stood as")
}

/// A column for each side, all of one type.
fn key_columns<K: VertexKey>(memory: &MemoryManager, sides: &[Vec<K>]) -> Result<Vec<Column>> {
    let integers: Option<Vec<Vec<i64>>> =
        sides.iter().map(|side| side.iter().map(K::to_integer).collect()).collect();
    match integers {
        Some(sides) => integer_columns(memory, &sides),
        None => text_columns(memory, sides),
    }
}

/// Integers that fit take 32 bits.
fn integer_columns(memory: &MemoryManager, sides: &[Vec<i64>]) -> Result<Vec<Column>> {
    let small = sides.iter().flatten().all(|&id| u32::try_from(id).is_ok());
    let column = |side: &Vec<i64>| {
        Ok(if small {
            let mut ids = memory.allocate::<u32>("edges", side.len())?;
            ids.iter_mut().zip(side).for_each(|(slot, &id)| *slot = id as u32);
            Column::UInt32(ids.into())
        } else {
            let mut ids = memory.allocate::<i64>("edges", side.len())?;
            ids.copy_from_slice(side);
            Column::Int64(ids.into())
        })
    };
    sides.iter().map(column).collect()
}

/// Texts as codes into one list of the distinct ones.
fn text_columns<K: VertexKey>(memory: &MemoryManager, sides: &[Vec<K>]) -> Result<Vec<Column>> {
    let mut known: HashMap<&K, u32> = HashMap::new();
    let mut texts: Vec<String> = Vec::new();
    let mut codes = Vec::with_capacity(sides.len());
    for side in sides {
        let mut coded = memory.allocate::<u32>("edges", side.len())?;
        for (slot, key) in coded.iter_mut().zip(side) {
            *slot = *known.entry(key).or_insert_with(|| {
                let mut text = String::new();
                key.push_text(&mut text);
                texts.push(text);
                texts.len() as u32 - 1
            });
        }
        codes.push(coded);
    }
    let values = Strings::from_iter(texts);
    let column = |codes: quince_core::memory::Segment<u32>| Column::CodedUtf8 {
        codes: codes.into(),
        values: values.clone(),
    };
    Ok(codes.into_iter().map(column).collect())
}
