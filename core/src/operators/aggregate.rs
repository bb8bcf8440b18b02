//! `aggregate`: sums, least and greatest values of fields, for each group or for all records.
//!
//! A field that is not aggregated keeps the value of the first record of the group. Fields keep
//! their types: integers wrap around where a sum does not fit. Of floats, NaN is greater than all
//! others, as in keys. Folded as [`fold_groups`](super::fold_groups) tells; each aggregated field
//! has a column of states of its own.

use std::fmt;
use std::ops::Deref;

use super::fold_groups::fold_groups_by;
use super::group_by::Grouped;
use super::group_states::{First, GroupStates, Reducing};
use crate::columnar::{Batch, ColumnType, IntoFields, Key, Record, Schema, types_of};
use crate::dataset::{Algebra, DataSet, Extreme};
use crate::error::{Error, Result};

/// What becomes of the values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregation {
    /// Their sum.
    Sum,
    /// The least of them.
    Min,
    /// The greatest of them.
    Max,
}

impl fmt::Display for Aggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
        })
    }
}

macro_rules! aggregate_methods {
    () => {
        /// Aggregates a field of the records; [`and`](Aggregate::and) adds others. The fields that
        /// are not aggregated keep the values of the first record.
        ///
        /// ```
        /// # use quince_core::{Environment, dataset::DataSet};
        /// use quince_core::operators::Aggregation::{Min, Sum};
        /// # let env = Environment::builder().threads(1).build()?;
        /// let rows = DataSet::from_collection(&env, [(7u8, 2i64, 0.5), (7, 3, 0.25)]);
        /// assert_eq!(rows.group_by(0).aggregate(Sum, 1).and(Min, 2).collect()?, [(7, 5, 0.25)]);
        /// assert_eq!(rows.aggregate(Sum, 1).collect()?, [(7, 5, 0.5)]);
        /// # Ok::<(), quince_core::Error>(())
        /// ```
        pub fn aggregate(
            &self,
            aggregation: Aggregation,
            field: impl IntoFields<T>,
        ) -> Aggregate<T> {
            Aggregate::new(self.groups(), vec![(aggregation, field.into_fields())])
        }

        /// The sum of a field: [`aggregate`](Self::aggregate) with [`Aggregation::Sum`].
        ///
        /// ```
        /// # use quince_core::{Environment, dataset::DataSet};
        /// # let env = Environment::builder().threads(1).build()?;
        /// let rows = DataSet::from_collection(&env, [(7u8, 2i64), (7, 3)]);
        /// assert_eq!(rows.group_by(0).sum(1).collect()?, [(7, 5)]);
        /// assert_eq!(rows.sum("f1").collect()?, [(7, 5)]);
        /// # Ok::<(), quince_core::Error>(())
        /// ```
        pub fn sum(&self, field: impl IntoFields<T>) -> Aggregate<T> {
            self.aggregate(Aggregation::Sum, field)
        }

        /// The least value of a field: [`aggregate`](Self::aggregate) with [`Aggregation::Min`].
        ///
        /// ```
        /// # use quince_core::{Environment, dataset::DataSet};
        /// # let env = Environment::builder().threads(1).build()?;
        /// let rows = DataSet::from_collection(&env, [(7u8, 3i64), (7, 2)]);
        /// assert_eq!(rows.group_by(0).min(1).collect()?, [(7, 2)]);
        /// # Ok::<(), quince_core::Error>(())
        /// ```
        pub fn min(&self, field: impl IntoFields<T>) -> Aggregate<T> {
            self.aggregate(Aggregation::Min, field)
        }

        /// The greatest value of a field: [`aggregate`](Self::aggregate) with
        /// [`Aggregation::Max`].
        ///
        /// ```
        /// # use quince_core::{Environment, dataset::DataSet};
        /// # let env = Environment::builder().threads(1).build()?;
        /// let rows = DataSet::from_collection(&env, [(7u8, "a".to_owned()), (7, "b".to_owned())]);
        /// assert_eq!(rows.group_by(0).max(1).collect()?, [(7, "b".to_owned())]);
        /// # Ok::<(), quince_core::Error>(())
        /// ```
        pub fn max(&self, field: impl IntoFields<T>) -> Aggregate<T> {
            self.aggregate(Aggregation::Max, field)
        }
    };
}

impl<T: Record> Grouped<T> {
    aggregate_methods!();

    fn groups(&self) -> Self {
        self.clone()
    }
}

impl<T: Record> DataSet<T> {
    aggregate_methods!();

    fn groups(&self) -> Grouped<T> {
        self.as_one_group()
    }
}

/// A data set of aggregated records, to which more aggregated fields can be added.
#[derive(Debug)]
#[must_use = "an aggregate does nothing until a result is asked for"]
pub struct Aggregate<T> {
    grouped: Grouped<T>,
    fields: Vec<(Aggregation, Key)>,
    data: DataSet<T>,
}

impl<T: Record> Aggregate<T> {
    fn new(grouped: Grouped<T>, fields: Vec<(Aggregation, Key)>) -> Self {
        let names: Vec<_> = fields.iter().map(|(how, field)| format!("{how} {field}")).collect();
        let name = format!("aggregate ({})", names.join(", "));
        let folded = fields.clone();
        let (key, algebra) = (grouped.key.clone(), algebra::<T>(&grouped.key, &fields));
        let data = fold_groups_by(name, &grouped.data, key, algebra, move || {
            let columns = folded.iter().map(|(how, field)| Aggregated::new::<T>(*how, field));
            let columns = columns.collect::<Result<_>>()?;
            Ok(Box::new(Aggregating { first: First::<T>::new(), columns }))
        });
        Self { grouped, fields, data }
    }

    /// Aggregates one more field.
    ///
    /// ```
    /// # use quince_core::{Environment, dataset::DataSet};
    /// use quince_core::operators::Aggregation::Max;
    /// # let env = Environment::builder().threads(1).build()?;
    /// let rows = DataSet::from_collection(&env, [(7u8, 2i64, 1u8), (7, 3, 5)]);
    /// assert_eq!(rows.group_by(0).sum(1).and(Max, 2).collect()?, [(7, 5, 5)]);
    /// # Ok::<(), quince_core::Error>(())
    /// ```
    pub fn and(mut self, aggregation: Aggregation, field: impl IntoFields<T>) -> Self {
        self.fields.push((aggregation, field.into_fields()));
        Self::new(self.grouped, self.fields)
    }

    /// The data set.
    pub fn into_data_set(self) -> DataSet<T> {
        self.data
    }
}

impl<T> Deref for Aggregate<T> {
    type Target = DataSet<T>;

    fn deref(&self) -> &DataSet<T> {
        &self.data
    }
}

impl<T> From<Aggregate<T>> for DataSet<T> {
    fn from(aggregate: Aggregate<T>) -> Self {
        aggregate.data
    }
}

/// What the aggregate does, if it is the extreme of one column for each value of another.
fn algebra<T: Record>(key: &Key, fields: &[(Aggregation, Key)]) -> Option<Algebra> {
    let [(aggregation, field)] = fields else { return None };
    let extreme = match aggregation {
        Aggregation::Min => Extreme::Min,
        Aggregation::Max => Extreme::Max,
        Aggregation::Sum => return None,
    };
    match (key.fields()?, field.fields()?, types_of::<T>().len()) {
        (&[key], &[value], 2) if key != value => Some(Algebra::Extreme { extreme, key, value }),
        _ => None,
    }
}

/// The first record of each group, and its aggregated fields.
struct Aggregating<T> {
    first: First<T>,
    columns: Vec<Aggregated>,
}

impl<T: Record> GroupStates for Aggregating<T> {
    fn fold(&mut self, rows: &Batch, begin: usize, groups: &[u32]) -> Result<()> {
        self.first.fold(rows, begin, groups)?;
        self.columns.iter_mut().try_for_each(|column| column.fold(rows, begin, groups))
    }

    fn num_bytes(&self) -> usize {
        let columns = self.columns.iter().map(|column| column.states.num_bytes());
        self.first.num_bytes() + columns.sum::<usize>()
    }

    fn take(&mut self, groups: &[u32]) -> Result<Batch> {
        let first = self.first.take(groups)?;
        let (schema, num_rows) = (first.schema().clone(), first.num_rows());
        let mut columns = first.into_columns();
        for column in &mut self.columns {
            columns[column.at] = column.states.take(groups)?.into_columns().remove(0);
        }
        Ok(Batch::with_rows(schema, columns, num_rows))
    }

    fn clear(&mut self) {
        self.first.clear();
        self.columns.iter_mut().for_each(|column| column.states.clear());
    }
}

/// The states of one field: those of a `reduce` over its column alone.
struct Aggregated {
    at: usize,
    schema: Schema,
    states: Box<dyn GroupStates>,
}

impl Aggregated {
    fn new<T: Record>(aggregation: Aggregation, field: &Key) -> Result<Self> {
        let types = field.check::<T>()?;
        let at = field.fields().and_then(|columns| columns.first().copied());
        let states = match (&types[..], aggregation) {
            ([only], Aggregation::Sum) => sums(*only),
            ([only], Aggregation::Min) => picked(*only, true),
            ([only], Aggregation::Max) => picked(*only, false),
            _ => None,
        };
        match (at, states) {
            (Some(at), Some(states)) => Ok(Self { at, schema: Schema::new(["value"]), states }),
            _ => Err(Error::Shape {
                operator: "aggregate",
                expected: match aggregation {
                    Aggregation::Sum => "one number to sum".to_owned(),
                    other => format!("one number or text to take the {other} of"),
                },
                got: format!("{field} of {}: {types:?}", std::any::type_name::<T>()),
            }),
        }
    }

    fn fold(&mut self, rows: &Batch, begin: usize, groups: &[u32]) -> Result<()> {
        let column = rows.columns()[self.at].clone();
        self.states.fold(&Batch::new(self.schema.clone(), vec![column]), begin, groups)
    }
}

/// States that add values up, where there is a sum.
fn sums(column_type: ColumnType) -> Option<Box<dyn GroupStates>> {
    macro_rules! adding {
        ($($integer:ident: $native:ty),*) => {
            Some(match column_type {
                $(ColumnType::$integer => Reducing::boxed(<$native>::wrapping_add),)*
                ColumnType::Float32 => Reducing::boxed(|a: f32, b| a + b),
                ColumnType::Float64 => Reducing::boxed(|a: f64, b| a + b),
                _ => return None,
            })
        };
    }
    adding!(UInt8: u8, UInt16: u16, UInt32: u32, UInt64: u64, Int8: i8, Int16: i16, Int32: i32, Int64: i64)
}

/// States that keep the least or greatest value; the first of equal ones.
fn picked(column_type: ColumnType, least: bool) -> Option<Box<dyn GroupStates>> {
    fn of<T: Record + PartialOrd>(least: bool) -> Box<dyn GroupStates> {
        if least {
            Reducing::boxed(|a: T, b: T| if is_less(&b, &a) { b } else { a })
        } else {
            Reducing::boxed(|a: T, b: T| if is_less(&a, &b) { b } else { a })
        }
    }
    macro_rules! picking {
        ($($column:ident: $record:ty),*) => {
            Some(match column_type {
                $(ColumnType::$column => of::<$record>(least),)*
                _ => return None,
            })
        };
    }
    picking!(
        Bool: bool, UInt8: u8, UInt16: u16, UInt32: u32, UInt64: u64, Int8: i8, Int16: i16,
        Int32: i32, Int64: i64, Float32: f32, Float64: f64, Utf8: String
    )
}

/// Whether `a` is less than `b`; NaN, which compares with nothing, is greater than all others.
fn is_less<T: PartialOrd>(a: &T, b: &T) -> bool {
    let is_nan = |value: &T| value.partial_cmp(value).is_none();
    a < b || (is_nan(b) && !is_nan(a))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Aggregation::{Max, Min, Sum};
    use super::*;
    use crate::environment::Environment;
    use crate::operators::test_support::everywhere;

    type Row = (u16, i32, String, u8, bool);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn agrees_with_a_map(
            rows in prop::collection::vec((0u16..50, any::<i32>(), "[a-c]{0,3}", any::<u8>(), any::<bool>()), 0..3000)
        ) {
            let found = everywhere(|env| {
                let rows = DataSet::from_collection(env, rows.clone());
                rows.group_by(0).aggregate(Sum, 1).and(Min, 2).and(Sum, "f3").into_data_set()
            });
            let mut expected = BTreeMap::<u16, Row>::new();
            for row in &rows {
                expected.entry(row.0).and_modify(|so_far| {
                    so_far.1 = so_far.1.wrapping_add(row.1);
                    so_far.2 = so_far.2.clone().min(row.2.clone());
                    so_far.3 = so_far.3.wrapping_add(row.3);
                }).or_insert_with(|| row.clone());
            }
            prop_assert_eq!(found.len(), expected.len());
            prop_assert!(found.iter().all(|row| expected[&row.0] == *row));
            let greatest = everywhere(|env| {
                DataSet::from_collection(env, rows.clone()).aggregate(Max, 2).and(Max, 4).into()
            });
            prop_assert_eq!(greatest.first().map(|row| row.2.clone()), rows.iter().map(|row| row.2.clone()).max());
            prop_assert_eq!(greatest.first().map(|row| row.4), rows.iter().map(|row| row.4).max());
            prop_assert_eq!(greatest.first().map(|row| row.1), rows.first().map(|row| row.1));
        }
    }

    #[test]
    fn sums_of_floats_have_the_same_bits_spilled_and_split() {
        let rows = everywhere(|env| {
            let rows = DataSet::sequence(env, 0..300_000);
            let rows = rows.map(|x| (x * 2_654_435_761 % 40_000, 1.0 / (x + 1) as f64, x));
            rows.group_by(0).sum(1).and(Max, 2).into()
        });
        assert_eq!(rows.len(), 40_000);
    }

    #[test]
    fn nan_is_greater_than_all_others() {
        let floats = [1.0f32, f32::NAN, -2.0];
        let of =
            |how| everywhere(|env| DataSet::from_collection(env, floats).aggregate(how, 0).into());
        assert_eq!(of(Min), [-2.0]);
        assert!(of(Max)[0].is_nan() && of(Sum)[0].is_nan());
    }

    #[test]
    fn fields_without_a_sum_are_refused_before_anything_runs() {
        let env = Environment::builder().threads(1).build().unwrap();
        let rows = DataSet::<(u8, String, Option<u8>)>::from_collection(&env, []);
        let error = rows.sum(1).collect().unwrap_err().to_string();
        assert!(error.contains("one number to sum") && error.contains("f1 of"), "{error}");
        assert!(rows.min(2).collect().unwrap_err().to_string().contains("[Bool, UInt8]"));
        assert!(rows.min("x").collect().unwrap_err().to_string().contains("\"x\""));
        assert!(rows.max(1).collect().unwrap().is_empty());
        assert_eq!(rows.max(1).explain().operator, "aggregate (max f1)");
    }
}
