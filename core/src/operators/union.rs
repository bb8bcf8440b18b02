//! `union`: all rows of one input, then all rows of another.
//!
//! Nothing is gathered: the morsels of both inputs follow each other, each through the operators
//! of its own pipeline, and go on into what follows. Rows come in the order of the inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::columnar::{Record, row_bytes};
use crate::dataset::{DataSet, Facts, Node, NodeRef, Rows, Run};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::executor;
use crate::pipeline::{Morsel, Morsels, Output, Pipeline, Source};
use crate::plan::PlanNode;

impl<T: Record> DataSet<T> {
    /// All records of this data set, then those of `other`; what is in both comes twice.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3)]);
    /// let back = edges.map(|(source, target)| (target, source));
    /// assert_eq!(edges.union(&back).collect()?, [(1, 2), (2, 3), (2, 1), (3, 2)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn union(&self, other: &Self) -> Self {
        let inputs = [self.node().clone(), other.node().clone()];
        Self::from_node(self.environment(), Union { inputs, row_bytes: row_bytes::<T>() })
    }
}

struct Union {
    inputs: [NodeRef; 2],
    /// Bytes of a row.
    row_bytes: usize,
}

impl Node for Union {
    fn plan(&self) -> PlanNode {
        PlanNode::new("union")
    }

    fn inputs(&self) -> Vec<NodeRef> {
        self.inputs.to_vec()
    }

    fn facts(&self) -> Facts {
        Facts { rows: Rows::Sum, row_bytes: Some(self.row_bytes), ..Facts::default() }
    }

    fn open(&self, run: &Run<'_>) -> Result<Pipeline> {
        let open = |input| Ok(Arc::new(run.open(input)?));
        let parts = self.inputs.iter().map(open).collect::<Result<_>>()?;
        Ok(Pipeline::new(UnionSource { parts }))
    }

    fn is_stored(&self) -> bool {
        self.inputs.iter().all(|input| input.is_stored())
    }
}

/// The pipelines of the inputs, one after another.
struct UnionSource {
    parts: Vec<Arc<Pipeline>>,
}

impl Source for UnionSource {
    fn name(&self) -> String {
        "union".to_owned()
    }

    fn open(&self, env: &Environment) -> Result<Box<dyn Morsels>> {
        let parts = self
            .parts
            .iter()
            .rev()
            .map(|part| Ok((part.clone(), part.source().open(env)?)))
            .collect::<Result<_>>()?;
        Ok(Box::new(UnionMorsels { parts }))
    }
}

struct UnionMorsels {
    /// What is left, the next one last.
    parts: Vec<(Arc<Pipeline>, Box<dyn Morsels>)>,
}

impl Morsels for UnionMorsels {
    fn next(&mut self) -> Result<Option<Box<dyn Morsel>>> {
        while let Some((part, morsels)) = self.parts.last_mut() {
            if let Some(morsel) = morsels.next()? {
                return Ok(Some(Box::new(UnionMorsel { part: part.clone(), morsel })));
            }
            self.parts.pop();
        }
        Ok(None)
    }

    fn is_costly(&self) -> bool {
        self.parts.iter().any(|(_, morsels)| morsels.is_costly())
    }

    fn at_once(&self) -> usize {
        self.parts.iter().map(|(_, morsels)| morsels.at_once()).min().unwrap_or(usize::MAX)
    }
}

/// A morsel of an input, and the operators that it passes before it is one of the union.
struct UnionMorsel {
    part: Arc<Pipeline>,
    morsel: Box<dyn Morsel>,
}

impl Morsel for UnionMorsel {
    fn read(self: Box<Self>, env: &Environment, output: &mut dyn Output) -> Result<()> {
        let Self { part, morsel } = *self;
        let mut emit = |batch| output.emit(batch);
        let read = || executor::push_through(env, morsel, &part.chain(), &mut emit);
        // A panic is the source's: operators catch theirs.
        catch_unwind(AssertUnwindSafe(read))
            .unwrap_or_else(|payload| Err(Error::panic(part.source().name(), &*payload)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::operators::test_support::everywhere;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn is_one_input_after_the_other(
            first in prop::collection::vec((0u64..9, "[a-z]{0,3}"), 0..100),
            second in prop::collection::vec((0u64..9, "[a-z]{0,3}"), 0..100),
        ) {
            let all = everywhere(|env| {
                let first = DataSet::from_collection(env, first.clone()).filter(|row| row.0 > 2);
                let second = DataSet::from_collection(env, second.clone());
                first.union(&second.map(|row| (row.0 + 1, row.1)))
            });
            let expected = first.into_iter().filter(|row| row.0 > 2);
            let expected: Vec<_> =
                expected.chain(second.into_iter().map(|row| (row.0 + 1, row.1))).collect();
            prop_assert_eq!(all, expected);
        }
    }

    #[test]
    fn unions_of_unions_and_of_breakers_keep_their_order() {
        let all = everywhere(|env| {
            let numbers = DataSet::sequence(env, 0..200_000);
            let sums = numbers.map(|x| x % 7).group_by(0).reduce(|a, _| a);
            let twice = numbers.union(&numbers.filter(|x| x % 2 == 0));
            twice.union(&sums).union(&twice)
        });
        assert_eq!(all.len(), 2 * 300_000 + 7);
        assert!(all[..200_000].iter().copied().eq(0..200_000));
        assert_eq!(all[..300_000], all[300_007..]);
    }

    #[test]
    fn panics_name_the_operator_or_source_inside() {
        let env = Environment::builder().threads(2).build().unwrap();
        let rows = DataSet::sequence(&env, 0..3);
        let bad = rows.map(|x| if x == 2 { panic!("no") } else { x });
        assert_eq!(rows.union(&bad).collect().unwrap_err().to_string(), "map panicked: no");
        let bad = rows.join(&rows).hint(crate::operators::JoinHint::RepartitionSortMerge);
        let bad = bad.on(0, 0).with(|x, _| if x == 2 { panic!("no") } else { x });
        assert_eq!(bad.union(&rows).collect().unwrap_err().to_string(), "join panicked: no");
        let after = rows.union(&rows).map(|_| -> u64 { panic!("no") });
        assert_eq!(after.collect().unwrap_err().to_string(), "map panicked: no");
        let none = DataSet::<u64>::from_collection(&env, []);
        assert!(none.union(&none).collect().unwrap().is_empty());
    }
}
