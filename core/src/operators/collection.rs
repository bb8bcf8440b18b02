//! Collections and sequences: data sets of what the program has already.

use std::ops::Range;
use std::sync::Arc;

use crate::columnar::{Record, RowBuilder, row_bytes};
use crate::dataset::{DataSet, Facts, Kind, Node, NodeRef, Rows, Run};
use crate::environment::Environment;
use crate::error::Result;
use crate::pipeline::{BATCH_ROWS, MORSEL_ROWS, Morsel, Morsels, Output, Pipeline, Source};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// The records of a collection, in its order.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ages = DataSet::from_collection(&env, [("Ada".to_owned(), 36u8)]);
    /// assert_eq!(ages.count()?, 1);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn from_collection(env: &Environment, records: impl IntoIterator<Item = T>) -> Self {
        let records: Arc<[T]> = records.into_iter().collect();
        let len = records.len() as u64;
        Self::from_rows(env, "collection", 0..len, move |at| records[at as usize].clone())
    }

    /// A record for each number in `numbers`, made by `row` when it is needed.
    fn from_rows(
        env: &Environment,
        name: &'static str,
        numbers: Range<u64>,
        row: impl Fn(u64) -> T + Send + Sync + 'static,
    ) -> Self {
        let source = Numbers { name, numbers, row: Arc::new(row) };
        Self::from_node(env, StoredRows(Arc::new(source)))
    }
}

impl DataSet<u64> {
    /// The numbers in `range`, rising.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// assert_eq!(DataSet::sequence(&env, 7..10).collect()?, [7, 8, 9]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn sequence(env: &Environment, range: Range<u64>) -> Self {
        Self::from_rows(env, "sequence", range, |number| number)
    }
}

/// A node over rows that cost nothing to make again.
struct StoredRows<T>(Arc<Numbers<T>>);

impl<T: Record> Node for StoredRows<T> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.0.name).property("rows", self.0.len())
    }

    fn inputs(&self) -> Vec<NodeRef> {
        Vec::new()
    }

    fn facts(&self) -> Facts {
        let rows = Rows::Exactly(self.0.len());
        let row_bytes = Some(row_bytes::<T>());
        Facts { kind: Kind::Source, rows, row_bytes, ..Facts::default() }
    }

    fn open(&self, _run: &Run<'_>) -> Result<Pipeline> {
        Ok(Pipeline::from_shared(self.0.clone()))
    }

    fn is_stored(&self) -> bool {
        true
    }
}

/// Makes a record from each of a range of numbers.
struct Numbers<T> {
    name: &'static str,
    numbers: Range<u64>,
    row: Arc<RowFunction<T>>,
}

type RowFunction<T> = dyn Fn(u64) -> T + Send + Sync;

impl<T> Numbers<T> {
    fn len(&self) -> u64 {
        self.numbers.end.saturating_sub(self.numbers.start)
    }
}

impl<T> Clone for Numbers<T> {
    fn clone(&self) -> Self {
        Self { name: self.name, numbers: self.numbers.clone(), row: self.row.clone() }
    }
}

impl<T: Record> Source for Numbers<T> {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(self.clone()))
    }
}

/// What is left of the range.
impl<T: Record> Morsels for Numbers<T> {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        if self.numbers.is_empty() {
            return Ok(None);
        }
        let end = self.numbers.end.min(self.numbers.start + MORSEL_ROWS as u64);
        let numbers = std::mem::replace(&mut self.numbers.start, end)..end;
        Ok(Some(Box::new(Self { numbers, ..self.clone() })))
    }
}

impl<T: Record> Morsel for Numbers<T> {
    fn read(self: Box<Self>, _env: &Environment, output: &mut dyn Output) -> Result<()> {
        let mut rows = RowBuilder::with_capacity(BATCH_ROWS.min(self.len() as usize));
        for number in self.numbers {
            rows.push((self.row)(number));
            if rows.len() == BATCH_ROWS {
                output.emit(rows.finish())?;
            }
        }
        if !rows.is_empty() {
            output.emit(rows.finish())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_over_many_morsels() {
        let env = Environment::builder().threads(8).build().unwrap();
        let len = 3 * MORSEL_ROWS as u64 + 7;
        let all = DataSet::sequence(&env, 5..5 + len).collect().unwrap();
        assert!(all.iter().copied().eq(5..5 + len));
        let empty = DataSet::<(u8, String)>::from_collection(&env, []);
        assert_eq!((empty.count().unwrap(), empty.collect().unwrap()), (0, vec![]));
    }
}
