//! Edges on their way into the graph of a run: ids of the type that is asked for, perhaps without
//! self-loops, perhaps in both directions.

use std::fmt::Write as _;
use std::sync::Arc;

use quince_core::columnar::{Batch, Buffer, Column, Native, Strings};
use quince_core::memory::MemoryManager;
use quince_core::pipeline::{Morsel, Morsels, Output, Source};
use quince_core::{Environment, Error, Result};

use super::ids::IdType;
use crate::cli::runner_error::RunnerError;

/// A source of edges, or of vertices, with what happens to them.
#[derive(Clone)]
pub(super) struct Mapped {
    pub(super) source: Arc<dyn Source>,
    pub(super) map: EdgeMap,
}

/// What happens to edges; of vertices, to their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EdgeMap {
    pub(super) ids: IdForm,
    pub(super) drop_loops: bool,
    pub(super) both_ways: bool,
}

/// What happens to ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdForm {
    /// They stay.
    Same,
    /// Generated numbers become those of a type.
    Generated(IdType),
    /// Numbers become texts.
    Text,
    /// They stay, and must be numbers of a type with 32 bits.
    Checked32,
}

impl EdgeMap {
    fn apply(&self, env: &Environment, batch: Batch, output: &mut dyn Output) -> Result<()> {
        env.check_cancelled()?;
        let memory = env.memory();
        let schema = batch.schema().clone();
        let mut columns = batch.into_columns();
        if self.drop_loops {
            columns = without_loops(memory, &columns)?;
        }
        if self.ids != IdForm::Same {
            let ids = columns.iter().map(|column| self.ids.apply(memory, column));
            columns = ids.collect::<Result<_>>()?;
        }
        if self.both_ways {
            let swapped = columns.iter().rev().cloned().collect();
            output.emit(Batch::new(schema.clone(), swapped))?;
        }
        output.emit(Batch::new(schema, columns))
    }
}

impl Source for Mapped {
    fn name(&self) -> String {
        let EdgeMap { drop_loops, both_ways, .. } = self.map;
        let loops = if drop_loops { ", no self-loops" } else { "" };
        let ways = if both_ways { ", both ways" } else { "" };
        format!("{}{loops}{ways}", self.source.name())
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(MappedMorsels { morsels: self.source.open(env)?, map: self.map }))
    }
}

struct MappedMorsels {
    morsels: Box<dyn Morsels>,
    map: EdgeMap,
}

impl Morsels for MappedMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let map = self.map;
        let morsel = self.morsels.next()?;
        Ok(morsel.map(|morsel| Box::new(MappedMorsel { morsel, map }) as Box<dyn Morsel>))
    }

    fn is_costly(&self) -> bool {
        self.morsels.is_costly()
    }

    fn at_once(&self) -> usize {
        self.morsels.at_once()
    }
}

struct MappedMorsel {
    morsel: Box<dyn Morsel>,
    map: EdgeMap,
}

impl Morsel for MappedMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        self.morsel.read(env, &mut MappedOutput { map: self.map, env, output })
    }
}

struct MappedOutput<'a> {
    map: EdgeMap,
    env: &'a Environment,
    output: &'a mut dyn Output,
}

impl Output for MappedOutput<'_> {
    fn emit(&mut self, batch: Batch) -> Result<()> {
        self.map.apply(self.env, batch, self.output)
    }
}

impl IdForm {
    /// Vertices, or one side of edges.
    fn apply(self, memory: &MemoryManager, column: &Column) -> Result<Column> {
        match self {
            Self::Same => Ok(column.clone()),
            Self::Generated(ids) => changed(memory, column, |id| Ok(ids.of_generated(id))),
            Self::Text => texts(memory, column),
            Self::Checked32 => {
                let check = |id: i64| {
                    let name = IdType::Integer.name();
                    let out_of_range = |_| Error::source(RunnerError::IdOutOfRange { name, id });
                    i32::try_from(id).map(i64::from).map_err(out_of_range)
                };
                changed(memory, column, check)
            }
        }
    }
}

/// The whole numbers of a column; none if it has texts.
fn integers(column: &Column) -> Box<dyn ExactSizeIterator<Item = i64> + '_> {
    match column {
        Column::UInt32(ids) => Box::new(ids.iter().map(|&id| i64::from(id))),
        Column::Int64(ids) => Box::new(ids.iter().copied()),
        _ => Box::new(std::iter::empty()),
    }
}

fn changed(
    memory: &MemoryManager,
    column: &Column,
    change: impl Fn(i64) -> Result<i64>,
) -> Result<Column> {
    let ids = integers(column);
    let mut changed = memory.allocate::<i64>("ids", ids.len())?;
    for (id, slot) in ids.zip(changed.iter_mut()) {
        *slot = change(id)?;
    }
    Ok(Column::Int64(changed.into()))
}

fn texts(memory: &MemoryManager, column: &Column) -> Result<Column> {
    let ids = integers(column);
    let mut offsets = memory.allocate::<i32>("ids", ids.len() + 1)?;
    // Bounded by the batch.
    let mut digits = String::new();
    for (id, offset) in ids.zip(offsets[1..].iter_mut()) {
        let _ = write!(digits, "{id}");
        *offset = digits.len() as i32;
    }
    let mut bytes = memory.allocate::<u8>("ids", digits.len())?;
    bytes.copy_from_slice(digits.as_bytes());
    let strings = Strings::new(offsets.into(), bytes.into());
    Ok(Column::Utf8(strings.expect("digits cut between numbers")))
}

/// The edges between two different vertices.
fn without_loops(memory: &MemoryManager, columns: &[Column]) -> Result<Vec<Column>> {
    match columns {
        [Column::UInt32(sources), Column::UInt32(targets)] => {
            let kept = different(memory, sources, targets)?;
            Ok(kept.map(Column::UInt32).into())
        }
        [Column::Int64(sources), Column::Int64(targets)] => {
            let kept = different(memory, sources, targets)?;
            Ok(kept.map(Column::Int64).into())
        }
        [
            Column::CodedUtf8 { codes: sources, values },
            Column::CodedUtf8 { codes: targets, .. },
        ] => {
            let kept = different(memory, sources, targets)?;
            Ok(kept.map(|codes| Column::CodedUtf8 { codes, values: values.clone() }).into())
        }
        _ => unreachable!("both ends of an edge are of one type that sources of edges have"),
    }
}

fn different<T: Native + PartialEq>(
    memory: &MemoryManager,
    sources: &[T],
    targets: &[T],
) -> Result<[Buffer<T>; 2]> {
    let pairs = || sources.iter().zip(targets).filter(|(source, target)| source != target);
    let kept = pairs().count();
    let mut sides = [memory.allocate::<T>("ids", kept)?, memory.allocate::<T>("ids", kept)?];
    for (at, (source, target)) in pairs().enumerate() {
        (sides[0][at], sides[1][at]) = (*source, *target);
    }
    Ok(sides.map(Buffer::from))
}
