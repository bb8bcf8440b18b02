//! `cross`: every record of one input with every record of another.
//!
//! ```text
//! cross, with tiny: right ─► blocks ─┐
//!                   left ────────────┴─► every row by every block ─► pairs
//! with huge:        left, right ─► blocks ─► some left rows by some blocks a morsel ─► pairs
//! ```
//!
//! Pairs come in the order of the left rows, and for each left row in the order of the right ones.
//! The blocks that are kept spill; they are read once for each left row, which is as often as there
//! are pairs to make of them. O(left · right).

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use super::pairs::{PairColumns, PairFunction, PairRows, Pairs, Side};
use crate::columnar::{Batch, Record, RowBuilder, concatenate, row_bytes};
use crate::dataset::{DataSet, Facts, Node, NodeRef, Rows, Run, keep};
use crate::environment::Environment;
use crate::error::Result;
use crate::exchange::{Block, BlockSource};
use crate::memory::MemoryManager;
use crate::pipeline::{
    BATCH_ROWS, MORSEL_ROWS, Morsel, Morsels, Operator, Output, Pipeline, Source, Task, TaskEvent,
};
use crate::plan::PlanNode;

impl<L: Record> DataSet<L> {
    /// All pairs of a record of this data set and one of `right`, which is kept while this one
    /// streams by.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let rows = DataSet::sequence(&env, 1..3);
    /// let columns = DataSet::from_collection(&env, ['a' as u32, 'b' as u32]);
    /// let cells = rows.cross(&columns);
    /// assert_eq!(cells.collect()?, [(1, 97), (1, 98), (2, 97), (2, 98)]);
    /// assert_eq!(rows.cross(&rows).with(|a, b| a * b).collect()?, [1, 2, 2, 4]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn cross<R: Record>(&self, right: &DataSet<R>) -> Cross<L, R> {
        Cross::new(self, right, false)
    }

    /// As [`cross`](Self::cross), where `right` is tiny: which is how `cross` does it anyway.
    pub fn cross_with_tiny<R: Record>(&self, right: &DataSet<R>) -> Cross<L, R> {
        self.cross(right)
    }

    /// As [`cross`](Self::cross), where `right` has many more records than this data set, which
    /// may be too few to keep all workers busy: the work is cut along both.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(2).build()?;
    /// let two = DataSet::sequence(&env, 1..3);
    /// let many = DataSet::sequence(&env, 0..100_000);
    /// assert_eq!(two.cross_with_huge(&many).count()?, 200_000);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn cross_with_huge<R: Record>(&self, right: &DataSet<R>) -> Cross<L, R> {
        Cross::new(self, right, true)
    }
}

/// A cross product: the data set of its pairs, or what [`with`](Self::with) makes of them.
#[derive(Clone)]
#[must_use = "a cross product does nothing until a result is asked for"]
pub struct Cross<L, R> {
    left: DataSet<L>,
    right: DataSet<R>,
    right_is_huge: bool,
    pairs: OnceLock<DataSet<(L, R)>>,
}

impl<L, R> std::fmt::Debug for Cross<L, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cross").field("right_is_huge", &self.right_is_huge).finish_non_exhaustive()
    }
}

impl<L: Record, R: Record> Cross<L, R> {
    fn new(left: &DataSet<L>, right: &DataSet<R>, right_is_huge: bool) -> Self {
        let (left, right) = (left.clone(), right.clone());
        Self { left, right, right_is_huge, pairs: OnceLock::new() }
    }

    /// One record for each pair.
    pub fn with<U: Record>(
        &self,
        function: impl Fn(L, R) -> U + Send + Sync + 'static,
    ) -> DataSet<U> {
        const THERE: &str = "a cross product has both rows of every pair";
        let function = move |left: Option<L>, right: Option<R>, rows: &mut RowBuilder<U>| {
            rows.push(function(left.expect(THERE), right.expect(THERE)));
        };
        self.node(Arc::new(PairRows::<L, R, U, _>::new(function)))
    }

    /// The pairs as a data set of their own; the product itself can be used like one, too.
    pub fn pairs(&self) -> DataSet<(L, R)> {
        self.deref().clone()
    }

    fn node<U: Record>(&self, function: Arc<dyn PairFunction>) -> DataSet<U> {
        let (left, right) = (self.left.node().clone(), self.right.node().clone());
        let node = CrossNode {
            left,
            right,
            right_is_huge: self.right_is_huge,
            function,
            row_bytes: row_bytes::<U>(),
        };
        DataSet::from_node(self.left.environment(), node)
    }
}

/// The pairs.
impl<L: Record, R: Record> Deref for Cross<L, R> {
    type Target = DataSet<(L, R)>;

    fn deref(&self) -> &Self::Target {
        self.pairs.get_or_init(|| {
            self.node(Arc::new(PairColumns::new::<(L, R)>(Side::Always, Side::Always)))
        })
    }
}

struct CrossNode {
    left: NodeRef,
    right: NodeRef,
    right_is_huge: bool,
    function: Arc<dyn PairFunction>,
    /// Bytes of a row that comes out.
    row_bytes: usize,
}

impl Node for CrossNode {
    fn plan(&self) -> PlanNode {
        let kept = if self.right_is_huge { "both sides" } else { "the right side" };
        PlanNode::new("cross").property("keeps", kept)
    }

    fn inputs(&self) -> Vec<NodeRef> {
        vec![self.left.clone(), self.right.clone()]
    }

    fn facts(&self) -> Facts {
        Facts { rows: Rows::Product, row_bytes: Some(self.row_bytes), ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let rights = Arc::new(Rights::new(&*kept(run, &self.right)?, run.env())?);
        let function = self.function.clone();
        if self.right_is_huge {
            let left = kept(run, &self.left)?.blocks();
            return Ok(Pipeline::new(CrossSource { left, rights, function }));
        }
        Ok(run.open(&self.left)?.then(Arc::new(CrossStream { rights, function })))
    }
}

/// The rows of `node` in blocks, once for all supersteps in which they are the same.
fn kept(run: &Run<'_>, node: &NodeRef) -> Result<Arc<BlockSource>> {
    run.built(node, "blocks", |home| keep(run.env(), &home.open(node)?))
}

/// The right side.
enum Rights {
    /// As one batch.
    Few(Batch),
    /// As blocks.
    Many(Arc<[Block]>),
}

impl Rights {
    fn new(kept: &BlockSource, env: &Environment) -> Result<Self> {
        if kept.num_rows() == 0 || kept.num_rows() > BATCH_ROWS as u64 {
            return Ok(Self::Many(kept.blocks()));
        }
        let batches: Vec<Batch> = kept
            .blocks()
            .iter()
            .map(|block| block.read(env.memory(), NAME, 0..block.num_rows()))
            .collect::<Result<_>>()?;
        // At most a batch: nobody has to pay for it.
        Ok(Self::Few(concatenate(&MemoryManager::new(u64::MAX), NAME, &batches)?))
    }

    fn num_blocks(&self) -> usize {
        match self {
            Self::Few(_) => 1,
            Self::Many(blocks) => blocks.len(),
        }
    }

    /// Every row of `left` with every row of some blocks, in order.
    fn cross(
        &self,
        left: &Batch,
        blocks: Range<usize>,
        function: &dyn PairFunction,
        env: &Environment,
        output: &mut dyn Output,
    ) -> Result<()> {
        let lefts: Vec<u32> = (0..left.num_rows() as u32).collect();
        let blocks = match self {
            Self::Many(all) => &all[blocks],
            Self::Few(right) => {
                let mut pairs = Pairs::new(function, left, right, output);
                pairs.cross(&lefts, &(0..right.num_rows() as u32).collect::<Vec<_>>())?;
                return pairs.flush();
            }
        };
        for row in &lefts {
            env.check_cancelled()?;
            for block in blocks {
                for begin in (0..block.num_rows()).step_by(BATCH_ROWS) {
                    let end = block.num_rows().min(begin + BATCH_ROWS);
                    let right = block.read(env.memory(), NAME, begin..end)?;
                    let rights: Vec<u32> = (0..right.num_rows() as u32).collect();
                    let mut pairs = Pairs::new(function, left, &right, output);
                    pairs.cross(std::slice::from_ref(row), &rights)?;
                    pairs.flush()?;
                }
            }
        }
        Ok(())
    }
}

const NAME: &str = "cross";

/// The left side streams by.
#[derive(Clone)]
struct CrossStream {
    rights: Arc<Rights>,
    function: Arc<dyn PairFunction>,
}

impl Operator for CrossStream {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Task>> {
        Ok(Box::new(CrossTask { stream: self.clone(), env: env.clone() }))
    }
}

struct CrossTask {
    stream: CrossStream,
    env: Environment,
}

impl Task for CrossTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(left) = event else { return Ok(()) };
        let CrossStream { rights, function } = &self.stream;
        rights.cross(&left, 0..rights.num_blocks(), &**function, &self.env, output)
    }
}

/// Both sides are kept, and cut into morsels of about [`MORSEL_ROWS`] pairs or more.
#[derive(Clone)]
struct CrossSource {
    left: Arc<[Block]>,
    rights: Arc<Rights>,
    function: Arc<dyn PairFunction>,
}

impl Source for CrossSource {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Morsels>> {
        let (rights, rows_at_once) = match &*self.rights {
            Rights::Few(right) => (std::iter::once(0..1).collect(), MORSEL_ROWS / right.num_rows()),
            Rights::Many(blocks) => (runs(blocks), 1),
        };
        Ok(Box::new(CrossMorsels {
            cross: self.clone(),
            rights,
            rows_at_once,
            block: 0,
            row: 0,
            run: 0,
        }))
    }
}

/// Runs of blocks of [`MORSEL_ROWS`] or a little more.
fn runs(blocks: &[Block]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let (mut begin, mut rows) = (0, 0);
    for (at, block) in blocks.iter().enumerate() {
        rows += block.num_rows();
        if rows >= MORSEL_ROWS || at + 1 == blocks.len() {
            runs.push(begin..at + 1);
            (begin, rows) = (at + 1, 0);
        }
    }
    runs
}

/// Goes through the left rows, and for each through the runs of blocks of the right side.
struct CrossMorsels {
    cross: CrossSource,
    rights: Vec<Range<usize>>,
    rows_at_once: usize,
    /// The block of the left side, the row in it, and the run: what is next.
    block: usize,
    row: usize,
    run: usize,
}

impl Morsels for CrossMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        if self.run == self.rights.len() {
            self.run = 0;
            self.row += self.rows_at_once;
        }
        let blocks = &self.cross.left;
        while blocks.get(self.block).is_some_and(|block| self.row >= block.num_rows()) {
            self.block += 1;
            self.row = 0;
        }
        let (Some(block), Some(rights)) = (blocks.get(self.block), self.rights.get(self.run))
        else {
            return Ok(None);
        };
        self.run += 1;
        let rows = self.row..block.num_rows().min(self.row + self.rows_at_once);
        let (left, rights) = (block.clone(), rights.clone());
        Ok(Some(Box::new(CrossMorsel { cross: self.cross.clone(), left, rows, rights })))
    }

    /// Bounded, as there may be very many of them.
    fn at_once(&self) -> usize {
        MORSELS_AT_ONCE
    }
}

/// Morsels that are listed before they are worked on.
const MORSELS_AT_ONCE: usize = 1 << 10;

struct CrossMorsel {
    cross: CrossSource,
    left: Block,
    rows: Range<usize>,
    rights: Range<usize>,
}

impl Morsel for CrossMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let left = self.left.read(env.memory(), NAME, self.rows)?;
        self.cross.rights.cross(&left, self.rights, &*self.cross.function, env, output)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::operators::test_support::everywhere;

    fn nested_loops<L: Clone, R: Clone>(left: &[L], right: &[R]) -> Vec<(L, R)> {
        let pairs = |l: &L| right.iter().map(|r| (l.clone(), r.clone())).collect::<Vec<_>>();
        left.iter().flat_map(pairs).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn agrees_with_nested_loops(
            left in prop::collection::vec((0u64..9, "[a-z]{0,3}"), 0..60),
            right in prop::collection::vec(0u8..9, 0..60),
            right_is_huge: bool,
        ) {
            let pairs = everywhere(|env| {
                let left = DataSet::from_collection(env, left.clone());
                let right = DataSet::from_collection(env, right.clone());
                Cross::new(&left, &right, right_is_huge).pairs()
            });
            prop_assert_eq!(pairs, nested_loops(&left, &right));
        }
    }

    #[test]
    fn a_right_side_of_many_blocks_is_read_for_every_left_row() {
        let left: Vec<u64> = (0..5).collect();
        let right: Vec<u64> = (0..40_000).collect();
        let expected: Vec<u64> = nested_loops(&left, &right).iter().map(|(l, r)| l * r).collect();
        for huge in [true, false] {
            let products = everywhere(|env| {
                let left = DataSet::sequence(env, 0..5);
                let right = DataSet::sequence(env, 0..40_000).filter(|_| true);
                Cross::new(&left, &right, huge).with(|l, r| l * r)
            });
            assert_eq!(products, expected);
        }
        let many_left = everywhere(|env| {
            let few = DataSet::sequence(env, 0..3);
            DataSet::sequence(env, 0..100_000).cross_with_huge(&few).with(|l, r| 3 * l + r)
        });
        assert!(many_left.into_iter().eq(0..300_000));
    }

    #[test]
    fn a_panic_names_the_operator() {
        let env = Environment::builder().threads(2).build().unwrap();
        let rows = DataSet::sequence(&env, 0..3);
        for cross in [rows.cross_with_tiny(&rows), rows.cross_with_huge(&rows)] {
            let bad = cross.with(|l, _| -> u64 { panic!("{l}") });
            assert_eq!(bad.collect().unwrap_err().to_string(), "cross panicked: 0");
        }
    }
}
