//! `partition_custom`: records in the partitions that a function names.
//!
//! The records of a partition are in the order of the input. A partition is a morsel of what
//! comes next, and may be empty. O(n) time; the rows are kept once, in memory or spilled.

use std::marker::PhantomData;

use crate::columnar::{Batch, ReadRecord, Record, reader_of};
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::error::{Error, Result};
use crate::exchange::{Assign, BlockStore, PartitionSource, Partitions, ScatterExchange};
use crate::executor;
use crate::pipeline::Pipeline;
use crate::plan::PlanNode;

const NAME: &str = "partition custom";

impl<T: Record> DataSet<T> {
    /// Sends each record to the partition that `partition` names, one of `num_partitions`,
    /// numbered from 0.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..7);
    /// let thirds = numbers.partition_custom(3, |x| (x % 3) as usize);
    /// assert_eq!(thirds.collect()?, [0, 3, 6, 1, 4, 2, 5]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it runs, if the function names a partition that does not exist.
    pub fn partition_custom(
        &self,
        num_partitions: usize,
        partition: impl Fn(&T) -> usize + Send + Sync + 'static,
    ) -> Self {
        let by = PartitionBy {
            input: self.node().clone(),
            name: NAME,
            property: ("partitions", num_partitions.to_string()),
            by: ByFunction { num_partitions, function: partition, record: PhantomData::<fn(&T)> },
        };
        DataSet::from_node(self.environment(), by)
    }
}

/// The node of a partitioning whose rule is known before the rows.
pub(super) struct PartitionBy<B> {
    pub(super) input: NodeRef,
    pub(super) name: &'static str,
    pub(super) property: (&'static str, String),
    pub(super) by: B,
}

impl<B: Assign + Send> Node for PartitionBy<B> {
    fn plan(&self) -> PlanNode {
        PlanNode::new(self.name).property(self.property.0, &self.property.1)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let store = BlockStore::new(run.env(), self.name);
        let exchange = ScatterExchange::new(&store, &self.by);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &exchange)?;
        let partitions = Partitions::new(parts, self.by.num_partitions());
        Ok(Pipeline::new(PartitionSource::new(self.name, (store, partitions))))
    }
}

/// By a function of the record.
struct ByFunction<T, F> {
    num_partitions: usize,
    function: F,
    record: PhantomData<T>,
}

impl<T: Record, F: Fn(&T) -> usize + Sync> Assign for ByFunction<fn(&T), F> {
    fn num_partitions(&self) -> usize {
        self.num_partitions
    }

    fn assign(&self, batch: &Batch, partitions: &mut Vec<u32>) -> Result<()> {
        let reader = reader_of::<T>(batch)?;
        for row in 0..batch.num_rows() {
            let partition = (self.function)(&reader.get(row));
            if partition >= self.num_partitions {
                let num_partitions = self.num_partitions;
                return Err(Error::Partition { operator: NAME, partition, num_partitions });
            }
            partitions.push(partition as u32);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    #[test]
    fn partitions_are_whole_and_in_order() {
        let parts = everywhere(|env| {
            let data = DataSet::sequence(env, 0..300_000).map(|x| (x, x.to_string()));
            let parts = data.partition_custom(5, |row| (row.0 % 7).min(4) as usize);
            parts.map_partition(|rows| {
                let rows: Vec<u64> = rows.map(|row| row.0).collect();
                [(rows.len() as u64, rows.is_sorted(), rows.iter().sum::<u64>())]
            })
        });
        let expected = (0..5).map(|part| {
            let rows: Vec<u64> = (0..300_000).filter(|x| (x % 7).min(4) == part).collect();
            (rows.len() as u64, true, rows.iter().sum())
        });
        assert!(parts.into_iter().eq(expected));
    }

    #[test]
    fn partitions_survive_being_read_twice() {
        let env = Environment::builder().threads(2).build().unwrap();
        let parts = DataSet::sequence(&env, 0..1000).partition_custom(4, |x| (x % 2) as usize);
        let counts = parts.map_partition(|rows| [rows.count() as u64]);
        let run = Run::new(&env, &[parts.node(), parts.node(), counts.node()]);
        let pipeline = run.open(counts.node()).unwrap();
        let all = executor::collect(&env, pipeline.source(), &pipeline.chain()).unwrap();
        let counts: Vec<u64> =
            all.iter().flat_map(|batch| crate::columnar::records::<u64>(batch).unwrap()).collect();
        assert_eq!(counts, [500, 500, 0, 0]);
    }

    #[test]
    fn a_partition_that_does_not_exist_is_an_error() {
        let env = Environment::builder().threads(2).build().unwrap();
        let data = DataSet::sequence(&env, 0..9).partition_custom(3, |x| *x as usize);
        let error = data.collect().unwrap_err().to_string();
        assert_eq!(error, "partition custom: there is no partition 3; 3 were asked for");
    }
}
