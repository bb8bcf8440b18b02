//! `project`: some fields of each record, in any order.
//!
//! Columns are passed on as they are: no record is read. O(1) a batch; rows keep their order.

use crate::columnar::{Batch, ColumnType, IntoFields, Key, Record, Schema, schema_of, types_of};
use crate::dataset::DataSet;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::pipeline::{Operator, Output, Task, TaskEvent};

impl<T: Record> DataSet<T> {
    /// Makes records of type `U` from some fields of each record, by position or by name. A field
    /// may be named any number of times.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// # let env = Environment::builder().threads(1).build()?;
    /// let rows = DataSet::from_collection(&env, [(7u64, "a".to_owned(), 0.5)]);
    /// assert_eq!(rows.project::<(f64, u64)>([2, 0]).collect()?, [(0.5, 7)]);
    /// assert_eq!(rows.project::<String>("f1").collect()?, ["a"]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it runs: if the record has no such field, or the fields do not make a `U`.
    pub fn project<U: Record>(&self, fields: impl IntoFields<T>) -> DataSet<U> {
        let fields = fields.into_fields();
        self.then(Project { fields, columns: columns::<T, U>, schema: schema_of::<U>() })
    }
}

/// The columns that `fields` of `T` take, if they are those of a `U`.
fn columns<T: Record, U: Record>(fields: &Key) -> Result<Vec<usize>> {
    let got: Vec<ColumnType> = fields.check::<T>()?;
    match fields.fields() {
        Some(columns) if got == types_of::<U>() => Ok(columns.to_vec()),
        _ => Err(Error::Shape {
            operator: "project",
            expected: format!(
                "fields that make {}: columns of the types {:?}",
                std::any::type_name::<U>(),
                types_of::<U>()
            ),
            got: format!("{fields} of {}: {got:?}", std::any::type_name::<T>()),
        }),
    }
}

/// The operator.
struct Project {
    fields: Key,
    /// Tells the columns of the fields, or why they are not those of the result.
    columns: fn(&Key) -> Result<Vec<usize>>,
    schema: Schema,
}

impl Operator for Project {
    fn name(&self) -> String {
        format!("project ({})", self.fields)
    }

    fn open(&self, _env: &Environment) -> Result<Box<dyn Task>> {
        let columns = (self.columns)(&self.fields)?;
        Ok(Box::new(ProjectTask { columns, schema: self.schema.clone() }))
    }
}

struct ProjectTask {
    columns: Vec<usize>,
    schema: Schema,
}

impl Task for ProjectTask {
    fn on_event(&mut self, event: TaskEvent, output: &mut dyn Output) -> Result<()> {
        let TaskEvent::Batch(batch) = event else { return Ok(()) };
        let columns = self.columns.iter().map(|&at| batch.columns()[at].clone()).collect();
        output.emit(Batch::with_rows(self.schema.clone(), columns, batch.num_rows()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::test_support::everywhere;

    type Row = (u64, (i8, String), Option<f64>);

    fn rows(env: &Environment) -> DataSet<Row> {
        DataSet::sequence(env, 0..20_000)
            .map(|x| (x, (x as i8, x.to_string()), (x % 2 == 0).then_some(0.5)))
    }

    #[test]
    fn fields_of_many_columns_move_whole() {
        let got = everywhere(|env| rows(env).project::<(Option<f64>, (i8, String))>([2, 1]));
        assert_eq!(got.len(), 20_000);
        assert_eq!(got[3], (None, (3, "3".to_owned())));
        let twice = everywhere(|env| rows(env).project::<(u64, u64)>(["f0", "f0"]));
        assert!(twice.iter().all(|row| row.0 == row.1));
        let empty = everywhere(|env| rows(env).filter(|_| false).project::<u64>(0));
        assert!(empty.is_empty());
    }

    #[test]
    fn another_type_is_refused_with_both_named() {
        let env = Environment::builder().threads(1).build().unwrap();
        let error = rows(&env).project::<(u32, i8)>([0, 2]).collect().unwrap_err().to_string();
        assert!(error.contains("make (u32, i8)") && error.contains("f0, f2 of (u64"), "{error}");
        let error = rows(&env).project::<u64>("id").collect().unwrap_err().to_string();
        assert!(error.contains("\"id\""), "{error}");
    }
}
