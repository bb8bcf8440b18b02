//! `zip_with_index`, `zip_with_unique_id` and `count_elements_per_partition`: rows numbered, and
//! counted where they are.
//!
//! A number goes in front of each record; the columns of the record are passed on as they are.
//! Rows keep their order and their morsels.

use std::sync::Arc;

use super::by_morsel::ByMorsel;
use crate::columnar::{Batch, Column, Record, Schema, batch_of, schema_of};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::exchange::{Block, BlockStore, Keep};
use crate::executor;
use crate::pipeline::{
    BATCH_ROWS, BatchSource, Morsel, Morsels, Output, Pipeline, Source, Task, TaskEvent,
};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// Puts its number in front of each record: 0, 1, 2 .. in the order of the rows.
    ///
    /// The rows are kept until all are counted, and spill like those of an exchange. Where the
    /// numbers only need to be different, [`zip_with_unique_id`](Self::zip_with_unique_id) needs
    /// no second pass.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let letters = DataSet::from_collection(&env, ['a', 'b'].map(String::from));
    /// let numbered = letters.zip_with_index().collect()?;
    /// assert_eq!(numbered, [(0, "a".to_owned()), (1, "b".to_owned())]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn zip_with_index(&self) -> DataSet<(u64, T)> {
        let node = ZipWithIndex { input: self.node().clone(), schema: schema_of::<(u64, T)>() };
        DataSet::from_node(self.environment(), node)
    }

    /// Puts a number in front of each record that no other record has: made of the number of its
    /// morsel and its place there. The same rows in the same morsels get the same numbers.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let letters = DataSet::from_collection(&env, ['a', 'b'].map(String::from));
    /// let numbered = letters.zip_with_unique_id().collect()?;
    /// assert_eq!(numbered, [(0, "a".to_owned()), (1, "b".to_owned())]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn zip_with_unique_id(&self) -> DataSet<(u64, T)> {
        let schema = schema_of::<(u64, T)>();
        let node = ByMorsel::new(self.node(), "zip with unique id", move |morsel, _env| {
            check_limit("morsels to number", morsel, 1 << (u64::BITS - ROW_BITS))?;
            Ok(Box::new(IdTask {
                next: morsel << ROW_BITS,
                begin: morsel << ROW_BITS,
                schema: schema.clone(),
            }))
        });
        DataSet::from_node(self.environment(), node)
    }

    /// The number of records in each partition of the rows, which is a morsel: (partition,
    /// records), empty ones too.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..200_000);
    /// assert_eq!(numbers.count_elements_per_partition().collect()?, [(0, 131_072), (1, 68_928)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn count_elements_per_partition(&self) -> DataSet<(u64, u64)> {
        DataSet::from_node(self.environment(), CountPerMorsel { input: self.node().clone() })
    }
}

/// Bits of a unique id that number the row in its morsel.
const ROW_BITS: u32 = 40;

fn check_limit(what: &'static str, count: u64, limit: u64) -> Result<()> {
    if count < limit { Ok(()) } else { Err(Error::TooLarge { what, count, limit }) }
}

/// `rows` with the numbers from `begin` on in front.
fn number(schema: &Schema, begin: u64, rows: Batch) -> Batch {
    let num_rows = rows.num_rows();
    let numbers: Vec<u64> = (begin..begin + num_rows as u64).collect();
    let mut columns = vec![Column::UInt64(numbers.into())];
    columns.extend(rows.into_columns());
    Batch::with_rows(schema.clone(), columns, num_rows)
}

struct IdTask {
    begin: u64,
    next: u64,
    schema: Schema,
}

impl Task for IdTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return Ok(()) };
        let begin = self.next;
        self.next += batch.num_rows() as u64;
        check_limit("rows of a morsel to number", self.next - self.begin, 1 << ROW_BITS)?;
        output.emit(number(&self.schema, begin, batch))
    }
}

/// The node of `zip_with_index`.
struct ZipWithIndex {
    input: NodeRef,
    schema: Schema,
}

impl Node for ZipWithIndex {
    fn plan(&self) -> PlanNode {
        PlanNode::new("zip with index")
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let store = BlockStore::new(run.env(), "zip with index");
        let keep = Keep(&store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &keep)?;
        let mut next = 0;
        let morsels = parts.into_iter().map(|blocks| {
            let begin = next;
            next += blocks.iter().map(|block| block.num_rows() as u64).sum::<u64>();
            Counted { begin, blocks, schema: self.schema.clone() }
        });
        Ok(Pipeline::new(IndexedSource(morsels.collect())))
    }
}

/// The rows of a morsel, and how many there are before it.
#[derive(Clone)]
struct Counted {
    begin: u64,
    blocks: Vec<Block>,
    schema: Schema,
}

struct IndexedSource(Arc<[Counted]>);

impl Source for IndexedSource {
    fn name(&self) -> String {
        "zip with index".to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        Ok(Box::new(IndexedMorsels { morsels: self.0.clone(), next: 0 }))
    }
}

struct IndexedMorsels {
    morsels: Arc<[Counted]>,
    next: usize,
}

impl Morsels for IndexedMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        let morsel = self.morsels.get(self.next).cloned();
        self.next += 1;
        Ok(morsel.map(|morsel| Box::new(morsel) as Box<dyn Morsel>))
    }
}

impl Morsel for Counted {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let mut next = self.begin;
        for block in &self.blocks {
            for begin in (0..block.num_rows()).step_by(BATCH_ROWS) {
                let end = (begin + BATCH_ROWS).min(block.num_rows());
                let rows = block.read(env.memory(), "zip with index", begin..end)?;
                output.emit(number(&self.schema, next, rows))?;
                next += (end - begin) as u64;
            }
        }
        Ok(())
    }
}

/// The node of `count_elements_per_partition`.
struct CountPerMorsel {
    input: NodeRef,
}

impl Node for CountPerMorsel {
    fn plan(&self) -> PlanNode {
        PlanNode::new("count elements per partition")
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let counts = executor::counts(run.env(), pipeline.source(), &pipeline.chain())?;
        let batch = batch_of((0u64..).zip(counts));
        Ok(Pipeline::new(BatchSource::new("count elements per partition", vec![batch])))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::operators::test_support::everywhere;

    fn rows(env: &Environment) -> DataSet<(u64, String)> {
        DataSet::sequence(env, 0..300_000).filter(|x| x % 3 == 0).map(|x| (x, x.to_string()))
    }

    #[test]
    fn indexes_follow_the_order_of_the_rows() {
        let numbered = everywhere(|env| rows(env).zip_with_index());
        assert_eq!(numbered.len(), 100_000);
        let right = |(at, row): (u64, &(u64, (u64, String)))| row.0 == at && row.1.0 == 3 * at;
        assert!((0..).zip(&numbered).all(right));
        assert!(everywhere(|env| rows(env).filter(|_| false).zip_with_index()).is_empty());
        let units = everywhere(|env| DataSet::from_collection(env, [(), ()]).zip_with_index());
        assert_eq!(units, [(0, ()), (1, ())]);
    }

    #[test]
    fn unique_ids_are_unique_and_rise_with_the_rows() {
        let numbered = everywhere(|env| rows(env).zip_with_unique_id());
        let ids: HashSet<u64> = numbered.iter().map(|row| row.0).collect();
        assert_eq!(ids.len(), 100_000);
        assert!(numbered.is_sorted_by_key(|row| row.0));
        assert!(numbered.is_sorted_by_key(|row| row.1.0));
    }

    #[test]
    fn empty_partitions_are_counted_too() {
        let counts = everywhere(|env| {
            let late = DataSet::sequence(env, 0..300_000).filter(|&x| x >= 200_000);
            late.count_elements_per_partition()
        });
        assert_eq!(counts, [(0, 0), (1, 62_144), (2, 37_856)]);
        let none = everywhere(|env| DataSet::sequence(env, 0..0).count_elements_per_partition());
        assert!(none.is_empty());
    }

    #[test]
    fn what_comes_before_is_named_when_it_panics() {
        let env = Environment::builder().threads(1).build().unwrap();
        let bad = DataSet::sequence(&env, 0..3).map(|x| -> u64 { panic!("no {x}") });
        let error = bad.zip_with_unique_id().collect().unwrap_err();
        assert_eq!(error.to_string(), "map panicked: no 0");
    }
}
