//! The columns of a morsel in the making.

use quince_core::columnar::{Batch, Buffer, Column, Native, Schema};
use quince_core::memory::{MemoryError, MemoryManager, Segment};

use super::fault::{Fault, Flaw, shorten};
use super::interner::{Interned, Interner};
use super::layout::Layout;
use super::row::{Field, Row, integer_id, weight};

/// The rows of one morsel, as columns that grow.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) num_rows: usize,
    capacity: usize,
    pub(super) ids: IdColumns,
    pub(super) weights: Option<Segment<f64>>,
}

/// One or two id columns; all of one type.
#[derive(Debug)]
pub(super) enum IdColumns {
    /// Every id so far is in `0..=u32::MAX`.
    Narrow(Vec<Segment<u32>>),
    /// Any integers.
    Wide(Vec<Segment<i64>>),
    /// Codes of texts.
    Text(Vec<Segment<u32>>, Interner),
}

impl Rows {
    /// Columns for `layout`, with room for about `capacity` rows.
    pub(super) fn new(
        memory: &MemoryManager,
        layout: &Layout,
        capacity: usize,
    ) -> Result<Self, MemoryError> {
        let codes = columns(memory, layout.num_ids(), capacity)?;
        let ids = if layout.integers {
            IdColumns::Narrow(codes)
        } else {
            IdColumns::Text(codes, Interner::new(memory)?)
        };
        let weights = layout.weight.as_ref().map(|_| memory.allocate("weights", capacity));
        Ok(Self { num_rows: 0, capacity, ids, weights: weights.transpose()? })
    }

    /// Makes room for `more` rows.
    #[inline]
    pub(super) fn reserve(&mut self, more: usize) -> Result<(), MemoryError> {
        if self.num_rows + more <= self.capacity {
            return Ok(());
        }
        let grown = self.capacity + self.capacity / 4;
        self.resize(grown.max(self.num_rows + more).max(64))
    }

    fn resize(&mut self, len: usize) -> Result<(), MemoryError> {
        self.capacity = len;
        if let Some(weights) = &mut self.weights {
            weights.resize(len)?;
        }
        match &mut self.ids {
            IdColumns::Narrow(codes) | IdColumns::Text(codes, _) => {
                codes.iter_mut().try_for_each(|ids| ids.resize(len))
            }
            IdColumns::Wide(columns) => columns.iter_mut().try_for_each(|ids| ids.resize(len)),
        }
    }

    /// Appends one row.
    pub(super) fn push(&mut self, row: Row<'_>, layout: &Layout) -> Result<(), RowFault> {
        self.reserve(1)?;
        let at = self.num_rows;
        let num_ids = layout.num_ids();
        if let Some(weights) = &mut self.weights {
            weights[at] = weight(row[num_ids], num_ids)?;
        }
        if let IdColumns::Text(codes, interner) = &mut self.ids {
            for (column, (codes, field)) in codes.iter_mut().zip(row).enumerate() {
                codes[at] = intern(interner, field, column)?;
            }
        } else {
            self.push_integers(row, num_ids)?;
        }
        self.num_rows += 1;
        Ok(())
    }

    fn push_integers(&mut self, row: Row<'_>, num_ids: usize) -> Result<(), RowFault> {
        let mut ids = [0; 2];
        for (column, id) in ids.iter_mut().enumerate().take(num_ids) {
            *id = integer_id(row[column], column)?;
        }
        let at = self.num_rows;
        if let IdColumns::Narrow(columns) = &mut self.ids {
            if let [Ok(first), Ok(second)] = ids.map(u32::try_from) {
                for (column, id) in columns.iter_mut().zip([first, second]) {
                    column[at] = id;
                }
                return Ok(());
            }
            self.widen()?;
        }
        if let IdColumns::Wide(columns) = &mut self.ids {
            for (column, id) in columns.iter_mut().zip(ids) {
                column[at] = id;
            }
        }
        Ok(())
    }

    /// Goes over to 64 bits.
    pub(super) fn widen(&mut self) -> Result<(), MemoryError> {
        let IdColumns::Narrow(narrow) = &self.ids else { return Ok(()) };
        let Some(memory) = narrow.first().map(|ids| ids.manager().clone()) else { return Ok(()) };
        let mut wide = columns::<i64>(&memory, narrow.len(), self.capacity)?;
        for (wide, narrow) in wide.iter_mut().zip(narrow) {
            for (wide, &id) in wide[..self.num_rows].iter_mut().zip(&narrow[..self.num_rows]) {
                *wide = i64::from(id);
            }
        }
        self.ids = IdColumns::Wide(wide);
        Ok(())
    }

    /// The batch, with memory for exactly its rows.
    pub(super) fn finish(mut self, schema: Schema) -> Result<Batch, MemoryError> {
        self.resize(self.num_rows)?;
        let mut columns: Vec<Column> = match self.ids {
            IdColumns::Narrow(ids) => {
                ids.into_iter().map(|ids| Column::UInt32(ids.into())).collect()
            }
            IdColumns::Wide(ids) => ids.into_iter().map(|ids| Column::Int64(ids.into())).collect(),
            IdColumns::Text(codes, interner) => {
                let values = interner.finish()?;
                let coded = |codes: Segment<u32>| Column::CodedUtf8 {
                    codes: Buffer::from(codes),
                    values: values.clone(),
                };
                codes.into_iter().map(coded).collect()
            }
        };
        columns.extend(self.weights.map(|weights| Column::Float64(weights.into())));
        Ok(Batch::new(schema, columns))
    }
}

/// Why a row was not appended.
#[derive(Debug)]
pub(super) enum RowFault {
    Flaw(Flaw),
    Memory(MemoryError),
}

impl RowFault {
    /// The fault of the row whose line begins at `at`.
    pub(super) fn at(self, at: usize) -> Fault {
        match self {
            Self::Flaw(flaw) => Fault::Row { at, flaw },
            Self::Memory(error) => error.into(),
        }
    }
}

impl From<Flaw> for RowFault {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

impl From<MemoryError> for RowFault {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

fn columns<T: Native>(
    memory: &MemoryManager,
    num_columns: usize,
    capacity: usize,
) -> Result<Vec<Segment<T>>, MemoryError> {
    (0..num_columns).map(|_| memory.allocate("ids", capacity)).collect()
}

fn intern(interner: &mut Interner, field: Field<'_>, column: usize) -> Result<u32, RowFault> {
    field.with_text(|text| {
        if text.is_empty() {
            return Err(Flaw::EmptyId { column }.into());
        }
        if text.contains(&0) {
            return Err(Flaw::Binary.into());
        }
        match interner.intern(text)? {
            Interned::Code(code) => Ok(code),
            Interned::InvalidUtf8 => Err(Flaw::InvalidUtf8 { column, found: shorten(text) }.into()),
        }
    })
}
