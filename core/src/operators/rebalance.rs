//! `rebalance`: records in partitions of one size.
//!
//! A partition has [`MORSEL_ROWS`] records, the last one fewer, in the order of the input. It is a
//! morsel of what comes next: the remedy for a source or filter that leaves much in few morsels,
//! or little in many. O(n) time; the rows are kept once, in memory or spilled, and not moved.

use crate::columnar::Record;
use crate::dataset::{DataSet, Node, NodeRef, Run};
use crate::error::Result;
use crate::exchange::{BlockStore, Gather, Gathering, PartitionSource, Piece};
use crate::executor;
use crate::pipeline::{MORSEL_ROWS, Pipeline};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// Spreads the records evenly over partitions, without a change to their order.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let few = DataSet::sequence(&env, 0..1_000_000).filter(|x| x % 5 == 0).rebalance();
    /// let sizes = few.map_partition(|rows| [rows.count() as u64]);
    /// assert_eq!(sizes.collect()?, [131_072, 68_928]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn rebalance(&self) -> Self {
        DataSet::from_node(self.environment(), Rebalance { input: self.node().clone() })
    }
}

/// The node.
struct Rebalance {
    input: NodeRef,
}

const NAME: &str = "rebalance";

impl Node for Rebalance {
    fn plan(&self) -> PlanNode {
        PlanNode::new(NAME)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.input.clone()]
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let pipeline = run.open(&self.input)?;
        let store = BlockStore::new(run.env(), NAME);
        let gather = Gather(&store);
        let parts = executor::execute(run.env(), pipeline.source(), &pipeline.chain(), &gather)?;
        let partitions = even(parts.into_iter().flat_map(Gathering::into_pieces));
        Ok(Pipeline::new(PartitionSource::new(NAME, (store, partitions))))
    }
}

/// Cuts the rows of `pieces` into partitions of one size.
fn even(pieces: impl Iterator<Item = Piece>) -> Vec<Vec<Piece>> {
    let (mut partitions, mut room) = (Vec::new(), 0);
    for mut piece in pieces {
        while piece.num_rows() > 0 {
            if room == 0 {
                partitions.push(Vec::new());
                room = MORSEL_ROWS;
            }
            let taken = piece.first(room);
            room -= taken.num_rows();
            piece = piece.skip(taken.num_rows());
            partitions.last_mut().expect("one was made").push(taken);
        }
    }
    partitions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::test_support::everywhere;

    #[test]
    fn rows_stay_in_order_and_partitions_are_even() {
        let rows = |env: &crate::Environment| {
            let data = DataSet::sequence(env, 0..500_000).filter(|x| x % 131_072 > 60_000);
            data.map(|x| (x, x.to_string())).rebalance()
        };
        let all = everywhere(rows);
        assert!(all.iter().map(|row| row.0).eq((0..500_000).filter(|x| x % 131_072 > 60_000)));
        let sizes = everywhere(|env| rows(env).map_partition(|rows| [rows.count() as u64]));
        assert_eq!(sizes.iter().sum::<u64>(), all.len() as u64);
        assert!(sizes[..sizes.len() - 1].iter().all(|&size| size == MORSEL_ROWS as u64));
        assert!(everywhere(|env| DataSet::sequence(env, 0..0).rebalance()).is_empty());
    }
}
