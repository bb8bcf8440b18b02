//! `join` and its outer, semi and anti forms: rows of two inputs that share a key.
//!
//! ```text
//! repartition: left ─► exchange ─┐   pair of       hash order, table
//!              right ─► exchange ┴─► partitions ─► of one side, merge ─► pairs
//! broadcast:   small side ─► one table ─┐
//!              other side ──────────────┴─► look up, row by row ─► pairs
//! ```
//!
//! Which way a join goes is said by a [`JoinHint`] or found by the number of rows; see there. The
//! pairs of a repartitioned join are in the order of the hash of their key, then of the left row,
//! then of the right row; those of a broadcast join in the order of the side that streams by, then
//! of the other. Rows that have no partner stand where their key does.
//!
//! Time is O(left + right + pairs) for keys that are spread. Partitions that do not fit into the
//! budget are split; rows of one key that do not fit stream by each other. The table of a broadcast
//! by hint must fit, or the run ends with the error that says how much it needed. In an iteration,
//! an input that does not change is exchanged once, and its tables are kept while they leave half
//! of the budget free.
//!
//! A key that is a float follows the order of keys: NaN joins NaN, and -0.0 joins 0.0.

mod broadcast;
mod hint;
mod kind;
mod matches;
mod node;
mod project;
mod semi;
#[cfg(test)]
mod tests;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::co_partition::{Input, Padding};
use super::pairs::{PairColumns, PairFunction, PairRows, Side};
use crate::columnar::{Batch, IntoKey, Key, Record, RowBuilder, batch_of, row_bytes, schema_of};
use crate::dataset::DataSet;

pub use hint::JoinHint;
pub use kind::{FullOuter, Inner, JoinKind, LeftOuter, RightOuter};
use matches::{Matches, Which};
use node::JoinNode;
pub use project::JoinField;
pub use semi::SemiJoin;

impl<L: Record> DataSet<L> {
    /// Joins with `right`: all pairs of records with the same key.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3), (2, 9)]);
    /// let ranks = DataSet::from_collection(&env, [(1u64, 0.5), (2, 0.25)]);
    /// let pairs = edges.join(&ranks).on(0, 0);
    /// assert_eq!(
    ///     pairs.collect()?,
    ///     [((1, 2), (1, 0.5)), ((2, 3), (2, 0.25)), ((2, 9), (2, 0.25))]
    /// );
    /// let sent = edges.join(&ranks).on(0, 0).with(|edge, vertex| (edge.1, vertex.1));
    /// assert_eq!(sent.collect()?, [(2, 0.5), (3, 0.25), (9, 0.25)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn join<R: Record>(&self, right: &DataSet<R>) -> JoinInputs<L, R, Inner> {
        JoinInputs::new(self, right)
    }

    /// As [`join`](Self::join), where `right` is so small that every worker can look into one
    /// table of it ([`JoinHint::BroadcastHashSecond`]).
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let days = DataSet::from_collection(&env, [3u8, 1, 3]);
    /// let names = DataSet::from_collection(&env, [(1u8, 'M' as u32), (3, 'W' as u32)]);
    /// let named = days.join_with_tiny(&names).on(0, 0).with(|_, name| name.1);
    /// assert_eq!(named.collect()?, ['W' as u32, 'M' as u32, 'W' as u32]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn join_with_tiny<R: Record>(&self, right: &DataSet<R>) -> JoinInputs<L, R, Inner> {
        self.join(right).hint(JoinHint::BroadcastHashSecond)
    }

    /// As [`join`](Self::join), where this data set is so small that every worker can look into
    /// one table of it ([`JoinHint::BroadcastHashFirst`]).
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let names = DataSet::from_collection(&env, [(1u8, 10u64), (3, 30)]);
    /// let days = DataSet::from_collection(&env, [3u8, 1, 3]);
    /// let named = names.join_with_huge(&days).on(0, 0).with(|name, _| name.1);
    /// assert_eq!(named.collect()?, [30, 10, 30]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn join_with_huge<R: Record>(&self, right: &DataSet<R>) -> JoinInputs<L, R, Inner> {
        self.join(right).hint(JoinHint::BroadcastHashFirst)
    }

    /// As [`join`](Self::join); a record whose key `right` does not have comes out once, with
    /// `None`.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let vertices = DataSet::from_collection(&env, [1u64, 2]);
    /// let labels = DataSet::from_collection(&env, [(2u64, 7u32)]);
    /// let labelled = vertices.left_outer_join(&labels).on(0, 0);
    /// assert_eq!(labelled.collect()?, [(1, None), (2, Some((2, 7)))]);
    /// let or_zero = labelled.with(|id, label| (id, label.map_or(0, |label| label.1)));
    /// assert_eq!(or_zero.collect()?, [(1, 0), (2, 7)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn left_outer_join<R: Record>(&self, right: &DataSet<R>) -> JoinInputs<L, R, LeftOuter> {
        JoinInputs::new(self, right)
    }

    /// As [`join`](Self::join); a record of `right` whose key this data set does not have comes
    /// out once, with `None`.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let labels = DataSet::from_collection(&env, [(2u64, 7u32)]);
    /// let vertices = DataSet::from_collection(&env, [1u64, 2]);
    /// let mut labelled = labels.right_outer_join(&vertices).on(0, 0).collect()?;
    /// labelled.sort();
    /// assert_eq!(labelled, [(None, 1), (Some((2, 7)), 2)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn right_outer_join<R: Record>(&self, right: &DataSet<R>) -> JoinInputs<L, R, RightOuter> {
        JoinInputs::new(self, right)
    }

    /// As [`join`](Self::join); a record of either side whose key the other does not have comes
    /// out once, with `None`.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let before = DataSet::from_collection(&env, [1u64, 2]);
    /// let after = DataSet::from_collection(&env, [2u64, 3]);
    /// let mut changes = before.full_outer_join(&after).on(0, 0).collect()?;
    /// changes.sort();
    /// assert_eq!(changes, [(None, Some(3)), (Some(1), None), (Some(2), Some(2))]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn full_outer_join<R: Record>(&self, right: &DataSet<R>) -> JoinInputs<L, R, FullOuter> {
        JoinInputs::new(self, right)
    }
}

/// Two data sets on their way into a join: it needs to know their keys.
#[derive(Clone, Debug)]
#[must_use = "a join needs its keys: call `on`"]
pub struct JoinInputs<L, R, K> {
    left: DataSet<L>,
    right: DataSet<R>,
    hint: JoinHint,
    kind: PhantomData<K>,
}

impl<L: Record, R: Record, K: JoinKind> JoinInputs<L, R, K> {
    fn new(left: &DataSet<L>, right: &DataSet<R>) -> Self {
        let (left, right) = (left.clone(), right.clone());
        Self { left, right, hint: JoinHint::default(), kind: PhantomData }
    }

    /// How the join should be executed. A broadcast that this kind of join does not allow is not
    /// done, and the plan says so.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet, operators::JoinHint};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let numbers = DataSet::sequence(&env, 0..9);
    /// let odd = numbers.filter(|n| n % 2 == 1);
    /// let sorted = numbers.join(&odd).hint(JoinHint::RepartitionSortMerge).on(0, 0);
    /// assert_eq!(sorted.count()?, 4);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn hint(mut self, hint: JoinHint) -> Self {
        self.hint = hint;
        self
    }

    /// Joins records whose `left_key` is the `right_key` of the other side: positions or names of
    /// fields, or functions (see [`IntoKey`]). Both must have columns of the same types.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3)]);
    /// let paths = edges.join(&edges).on(1, 0).with(|first, second| (first.0, second.1));
    /// assert_eq!(paths.collect()?, [(1, 3)]);
    ///
    /// let texts = DataSet::from_collection(&env, [("2".to_owned(), 0u8)]);
    /// let error = edges.join(&texts).on(1, "f0").count().unwrap_err().to_string();
    /// assert!(error.contains("f1 of the first input has columns of the types [UInt64]"));
    /// assert!(error.contains("f0 of the second [Utf8]"));
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn on<A, B>(
        self,
        left_key: impl IntoKey<L, A>,
        right_key: impl IntoKey<R, B>,
    ) -> Join<L, R, K> {
        let keys = (left_key.into_key(), right_key.into_key());
        Join { inputs: self, keys, pairs: OnceLock::new() }
    }
}

/// A join of two data sets: the data set of its pairs, or what [`with`](Self::with) makes of them.
#[must_use = "a join does nothing until a result is asked for"]
pub struct Join<L, R, K: JoinKind> {
    inputs: JoinInputs<L, R, K>,
    keys: (Key, Key),
    pairs: OnceLock<DataSet<Pair<L, R, K>>>,
}

/// What a kind of join makes of two records.
type Pair<L, R, K> = (<K as JoinKind>::Left<L>, <K as JoinKind>::Right<R>);

impl<L, R, K: JoinKind> fmt::Debug for Join<L, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(K::NAME)
            .field("keys", &self.keys)
            .field("hint", &self.inputs.hint)
            .finish_non_exhaustive()
    }
}

impl<L: Record, R: Record, K: JoinKind> Join<L, R, K> {
    /// One record for each pair. A half that may be missing comes as an `Option`.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let prices = DataSet::from_collection(&env, [("tea".to_owned(), 3.0)]);
    /// let sold = DataSet::from_collection(&env, [("tea".to_owned(), 2.0)]);
    /// let paid = prices.join(&sold).on(0, 0).with(|price, sold| (price.0, price.1 * sold.1));
    /// assert_eq!(paid.collect()?, [("tea".to_owned(), 6.0)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn with<U, F>(&self, function: F) -> DataSet<U>
    where
        U: Record,
        F: Fn(K::Left<L>, K::Right<R>) -> U + Send + Sync + 'static,
    {
        self.of_rows(move |left, right, rows| rows.push(function(left, right)))
    }

    /// Any number of records for each pair.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let ends = DataSet::from_collection(&env, [(1u64, 3u64), (2, 5)]);
    /// let starts = DataSet::from_collection(&env, [(1u64, 1u64), (2, 4)]);
    /// let all = starts.join(&ends).on(0, 0).flat_with(|start, end| start.1..end.1);
    /// assert_eq!(all.collect()?, [1, 2, 4]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn flat_with<U, I, F>(&self, function: F) -> DataSet<U>
    where
        U: Record,
        I: IntoIterator<Item = U>,
        F: Fn(K::Left<L>, K::Right<R>) -> I + Send + Sync + 'static,
    {
        self.of_rows(move |left, right, rows| {
            function(left, right).into_iter().for_each(|made| rows.push(made));
        })
    }

    fn of_rows<U: Record>(
        &self,
        function: impl Fn(K::Left<L>, K::Right<R>, &mut RowBuilder<U>) + Send + Sync + 'static,
    ) -> DataSet<U> {
        let function = move |left: Option<L>, right: Option<R>, rows: &mut RowBuilder<U>| {
            function(K::left(left), K::right(right), rows);
        };
        let function = Arc::new(PairRows::<L, R, U, _>::new(function));
        self.node(function, [None, None])
    }

    fn node<U: Record>(
        &self,
        function: Arc<dyn PairFunction>,
        [left, right]: [Option<Batch>; 2],
    ) -> DataSet<U> {
        let unmatched = kind::unmatched::<K>();
        let matches = Matches { name: K::NAME, which: Which::Pairs, unmatched, function };
        joined(
            &self.inputs.left,
            &self.inputs.right,
            &self.keys,
            self.inputs.hint,
            matches,
            [
                Padding { empty: batch_of::<L>([]), missing: left },
                Padding { empty: batch_of::<R>([]), missing: right },
            ],
        )
    }
}

/// The data set that a join node computes.
fn joined<L: Record, R: Record, U: Record>(
    left: &DataSet<L>,
    right: &DataSet<R>,
    (left_key, right_key): &(Key, Key),
    hint: JoinHint,
    matches: Matches,
    [left_padding, right_padding]: [Padding; 2],
) -> DataSet<U> {
    let [ship_left, ship_right] = hint.ships();
    let node = JoinNode {
        left: Input::new(left.node(), left_key.clone(), left_padding, ship_left),
        right: Input::new(right.node(), right_key.clone(), right_padding, ship_right),
        hint,
        matches,
        row_bytes: row_bytes::<U>(),
    };
    DataSet::from_node(left.environment(), node)
}

impl<L, R, K> Join<L, R, K>
where
    L: Record,
    R: Record,
    K: JoinKind,
    K::Left<L>: Record,
    K::Right<R>: Record,
{
    /// The pairs as a data set of their own; the join itself can be used like one, too.
    pub fn pairs(&self) -> DataSet<Pair<L, R, K>> {
        self.deref().clone()
    }

    fn of_columns(&self) -> DataSet<Pair<L, R, K>> {
        let side = |is_optional| if is_optional { Side::Optional } else { Side::Always };
        let (left, right) = (side(K::LEFT_IS_OPTIONAL), side(K::RIGHT_IS_OPTIONAL));
        let function = PairColumns::new::<Pair<L, R, K>>(left, right);
        let missing = [
            K::LEFT_IS_OPTIONAL.then(|| missing_row::<L, _>(K::left(None))),
            K::RIGHT_IS_OPTIONAL.then(|| missing_row::<R, _>(K::right(None))),
        ];
        self.node(Arc::new(function), missing)
    }
}

/// The row of `T` that stands in the columns of `none`, the `Option<T>` without a value.
fn missing_row<T: Record, O: Record>(none: O) -> Batch {
    let mut columns = batch_of([none]).into_columns();
    columns.remove(0);
    Batch::with_rows(schema_of::<T>(), columns, 1)
}

/// The pairs.
impl<L, R, K> Deref for Join<L, R, K>
where
    L: Record,
    R: Record,
    K: JoinKind,
    K::Left<L>: Record,
    K::Right<R>: Record,
{
    type Target = DataSet<Pair<L, R, K>>;

    fn deref(&self) -> &Self::Target {
        self.pairs.get_or_init(|| self.of_columns())
    }
}
