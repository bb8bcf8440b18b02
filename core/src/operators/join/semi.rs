//! `semi_join` and `anti_join`: the rows whose key another input has, or has not.

use std::sync::Arc;

use super::joined;
use super::matches::{Matches, Which};
use super::{JoinHint, PairColumns, Side};
use crate::columnar::{IntoKey, Record, batch_of};
use crate::dataset::DataSet;
use crate::operators::co_partition::{Padding, Unmatched};

impl<L: Record> DataSet<L> {
    /// Keeps the records whose key `right` has, each once.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3), (1, 4)]);
    /// let sources = DataSet::from_collection(&env, [1u64, 1]);
    /// assert_eq!(edges.semi_join(&sources).on(0, 0).collect()?, [(1, 2), (1, 4)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn semi_join<R: Record>(&self, right: &DataSet<R>) -> SemiJoin<L, R> {
        SemiJoin::new(self, right, "semi join", Which::LeftWithMatch)
    }

    /// Keeps the records whose key `right` does not have.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3), (1, 4)]);
    /// let done = DataSet::from_collection(&env, [1u64]);
    /// assert_eq!(edges.anti_join(&done).on("f0", "value").collect()?, [(2, 3)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn anti_join<R: Record>(&self, right: &DataSet<R>) -> SemiJoin<L, R> {
        SemiJoin::new(self, right, "anti join", Which::LeftWithout)
    }
}

/// Two data sets on their way into a semi or anti join: it needs to know their keys.
#[derive(Clone, Debug)]
#[must_use = "a join needs its keys: call `on`"]
pub struct SemiJoin<L, R> {
    left: DataSet<L>,
    right: DataSet<R>,
    hint: JoinHint,
    name: &'static str,
    which: Which,
}

impl<L: Record, R: Record> SemiJoin<L, R> {
    fn new(left: &DataSet<L>, right: &DataSet<R>, name: &'static str, which: Which) -> Self {
        let (left, right) = (left.clone(), right.clone());
        Self { left, right, hint: JoinHint::default(), name, which }
    }

    /// How the join should be executed; the first side is never broadcast.
    pub fn hint(mut self, hint: JoinHint) -> Self {
        self.hint = hint;
        self
    }

    /// The records whose `left_key` is, or is not, a `right_key` of the other side.
    pub fn on<A, B>(
        self,
        left_key: impl IntoKey<L, A>,
        right_key: impl IntoKey<R, B>,
    ) -> DataSet<L> {
        let function = Arc::new(PairColumns::new::<L>(Side::Always, Side::Dropped));
        let unmatched = Unmatched { left: self.which == Which::LeftWithout, right: false };
        let matches = Matches { name: self.name, which: self.which, unmatched, function };
        let keys = (left_key.into_key(), right_key.into_key());
        joined(
            &self.left,
            &self.right,
            &keys,
            self.hint,
            matches,
            [
                Padding { empty: batch_of::<L>([]), missing: None },
                Padding { empty: batch_of::<R>([]), missing: None },
            ],
        )
    }
}
