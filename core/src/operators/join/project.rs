//! `project` of a join: some fields of both records of a pair, in any order.

use std::any::type_name;
use std::sync::Arc;

use super::{Inner, Join};
use crate::columnar::{Batch, ColumnType, Record, Schema, gather, schema_of, types_of};
use crate::dataset::DataSet;
use crate::error::{Error, Result};
use crate::memory::MemoryManager;
use crate::operators::pairs::PairFunction;
use crate::pipeline::Output;

/// A field of one of the two records of a pair, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinField {
    /// Of the first record.
    First(usize),
    /// Of the second record.
    Second(usize),
}

impl<L: Record, R: Record> Join<L, R, Inner> {
    /// Makes records of type `U` from fields of both records of each pair. Columns are gathered,
    /// no record is put together, and the optimizer sees what becomes of them.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::operators::JoinField::{First, Second};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let labels = DataSet::from_collection(&env, [(1u64, 0.5), (2, 0.25)]);
    /// let edges = DataSet::from_collection(&env, [(1u64, 2u64), (2, 3)]);
    /// let sent = labels.join(&edges).on(0, 0).project::<(u64, f64)>([Second(1), First(1)]);
    /// assert_eq!(sent.collect()?, [(2, 0.5), (3, 0.25)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it runs: if a record has no such field, or the fields do not make a `U`.
    pub fn project<U: Record>(&self, fields: impl IntoIterator<Item = JoinField>) -> DataSet<U> {
        let fields: Vec<JoinField> = fields.into_iter().collect();
        let columns = columns::<L, R>(&fields);
        let types = columns.as_ref().map(|columns| columns.iter().map(|c| c.2).collect());
        let makes = types == Some(types_of::<U>());
        let projection = Projection {
            schema: schema_of::<U>(),
            columns: columns.filter(|_| makes).unwrap_or_default(),
            refused: (!makes).then(|| (refused::<L, R, U>(), format!("{fields:?}"))),
            scratch: MemoryManager::new(u64::MAX),
        };
        self.node(Arc::new(projection), [None, None])
    }
}

/// The input, column and type of each column of `fields`.
fn columns<L: Record, R: Record>(fields: &[JoinField]) -> Option<Vec<(usize, usize, ColumnType)>> {
    let mut columns = Vec::new();
    for field in fields {
        let (input, at, fields, types) = match *field {
            JoinField::First(at) => (0, at, L::fields(), types_of::<L>()),
            JoinField::Second(at) => (1, at, R::fields(), types_of::<R>()),
        };
        let begin: usize = fields.iter().take(at).map(|field| field.num_columns).sum();
        let end = begin + fields.get(at)?.num_columns;
        columns.extend((begin..end).map(|column| (input, column, types[column])));
    }
    Some(columns)
}

fn refused<L: Record, R: Record, U: Record>() -> String {
    format!(
        "fields of {} and {} that make {}: columns of the types {:?}",
        type_name::<L>(),
        type_name::<R>(),
        type_name::<U>(),
        types_of::<U>()
    )
}

/// Gathers columns of both sides.
struct Projection {
    schema: Schema,
    columns: Vec<(usize, usize, ColumnType)>,
    /// What was expected and what was named, if they do not fit.
    refused: Option<(String, String)>,
    /// Pays for nothing: one batch is made at a time.
    scratch: MemoryManager,
}

impl PairFunction for Projection {
    fn check(&self) -> Result<()> {
        match &self.refused {
            None => Ok(()),
            Some((expected, got)) => {
                Err(Error::Shape { operator: "join", expected: expected.clone(), got: got.clone() })
            }
        }
    }

    fn columns(&self) -> Option<Vec<(usize, usize)>> {
        let columns = self.columns.iter().map(|&(input, column, _)| (input, column)).collect();
        self.refused.is_none().then_some(columns)
    }

    fn emit(
        &self,
        (left, lefts): (&Batch, &[u32]),
        (right, rights): (&Batch, &[u32]),
        output: &mut dyn Output,
    ) -> Result<()> {
        let column = |&(input, at, _): &(usize, usize, ColumnType)| {
            let (batch, rows) = if input == 0 { (left, lefts) } else { (right, rights) };
            let one = Batch::new(Schema::new([""]), vec![batch.columns()[at].clone()]);
            Ok(gather(&self.scratch, "pairs", &one, rows)?.into_columns().remove(0))
        };
        let columns = self.columns.iter().map(column).collect::<Result<_>>()?;
        output.emit(Batch::with_rows(self.schema.clone(), columns, lefts.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::JoinField::{First, Second};
    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    #[test]
    fn agrees_with_a_function() {
        let join = |env: &Environment| {
            let left = DataSet::sequence(env, 0..5000).map(|x| (x % 300, (x.to_string(), x)));
            let right = DataSet::sequence(env, 0..400).map(|x| (x, x as f64));
            left.join(&right).on(0, 0)
        };
        let projected = everywhere(|env| {
            join(env).project::<(f64, (String, u64), u64)>([Second(1), First(1), First(0)])
        });
        let made = everywhere(|env| join(env).with(|l, r| (r.1, l.1, l.0)));
        assert_eq!(projected, made);
        assert_eq!(made.len(), 5000);
    }

    #[test]
    fn fields_that_do_not_make_the_record_are_refused() {
        let env = Environment::builder().threads(1).build().unwrap();
        let rows = DataSet::from_collection(&env, [(1u64, 2u64)]);
        let join = rows.join(&rows).on(0, 0);
        for fields in [[First(0), Second(2)], [First(0), First(0)]] {
            let error = join.project::<(u64, f64)>(fields).count().unwrap_err().to_string();
            assert!(error.contains("make (u64, f64)") && error.contains("First(0)"), "{error}");
        }
    }
}
