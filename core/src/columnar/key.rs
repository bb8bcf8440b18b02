//! How a key is taken from rows: fields by position or name, or a function of the record.

use std::fmt;
use std::sync::Arc;

use super::ReadRecord;
use super::{
    Batch, Column, ColumnType, Keys, Record, RecordMismatch, RowBuilder, batch_of, reader_of,
    types_of,
};

/// What an operator groups, joins, sorts or partitions by.
///
/// A key of fields says which columns it is made of, so that the optimizer can see that two keys
/// are the same; a function is opaque.
#[derive(Clone)]
pub struct Key {
    name: String,
    columns: Extract,
    /// The types of its columns; none where the field is unknown.
    types: Vec<ColumnType>,
}

#[derive(Clone)]
enum Extract {
    /// Columns of the batch, by position.
    Fields(Vec<usize>),
    /// The columns of what a function makes of each record.
    Function(Arc<KeyFunction>),
    /// A field that the record does not have; found out when the plan runs.
    Unknown(UnknownField),
}

type KeyFunction = dyn Fn(&Batch) -> Result<Vec<Column>, RecordMismatch> + Send + Sync;

/// A key names a field that the record does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key names {field}, and {record} has {known}")]
pub struct UnknownField {
    field: String,
    record: &'static str,
    known: String,
}

/// Two keys that should tell the same rows apart, and are of other types.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the keys do not match: {left} of the first input has columns of the types {left_types:?}, \
     {right} of the second {right_types:?}"
)]
pub struct KeyMismatch {
    /// The key of the first input.
    pub left: String,
    /// The types of its columns.
    pub left_types: Vec<ColumnType>,
    /// The key of the second input.
    pub right: String,
    /// The types of its columns.
    pub right_types: Vec<ColumnType>,
}

/// Why rows have no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A field that is not there.
    #[error(transparent)]
    UnknownField(#[from] UnknownField),
    /// The rows are not of the type that the key is for.
    #[error(transparent)]
    Record(#[from] RecordMismatch),
    /// The keys of two inputs are of different types.
    #[error(transparent)]
    Mismatch(#[from] Box<KeyMismatch>),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.name).finish()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Key {
    /// The columns that make the key, if it is made of columns.
    pub fn fields(&self) -> Option<&[usize]> {
        match &self.columns {
            Extract::Fields(columns) => Some(columns),
            Extract::Function(_) | Extract::Unknown(_) => None,
        }
    }

    /// Whether rows with equal hashes have equal keys (see [`Keys::hash_is_key`]).
    pub fn hash_is_key(&self) -> bool {
        let width: Option<usize> = self.types.iter().map(|column| column.width()).sum();
        width.is_some_and(|width| width <= 8)
    }

    /// Whether the keys of two inputs can be compared: their columns have the same types.
    pub fn check_matches(&self, right: &Self) -> Result<(), KeyError> {
        for key in [self, right] {
            if let Extract::Unknown(unknown) = &key.columns {
                return Err(unknown.clone().into());
            }
        }
        if self.types == right.types {
            return Ok(());
        }
        Err(Box::new(KeyMismatch {
            left: self.name.clone(),
            left_types: self.types.clone(),
            right: right.name.clone(),
            right_types: right.types.clone(),
        })
        .into())
    }

    /// The columns of the key of every row.
    pub fn columns(&self, batch: &Batch) -> Result<Vec<Column>, KeyError> {
        match &self.columns {
            Extract::Fields(columns) => {
                Ok(columns.iter().map(|&at| batch.columns()[at].clone()).collect())
            }
            Extract::Function(function) => Ok(function(batch)?),
            Extract::Unknown(unknown) => Err(unknown.clone().into()),
        }
    }

    /// The key of every row.
    pub fn keys(&self, batch: &Batch) -> Result<Keys, KeyError> {
        Ok(Keys::of(&self.columns(batch)?, batch.num_rows()))
    }

    /// The hash of the key of every row.
    pub fn hashes(&self, batch: &Batch) -> Result<Vec<u64>, KeyError> {
        Ok(Keys::hashes_of(&self.columns(batch)?, batch.num_rows()))
    }

    /// The types of the columns of the key of records of type `T`, or why these have no such key.
    pub fn check<T: Record>(&self) -> Result<Vec<ColumnType>, KeyError> {
        let columns = self.columns(&batch_of::<T>([]))?;
        Ok(columns.iter().map(Column::column_type).collect())
    }

    /// All fields of a record.
    pub fn whole<T: Record>() -> Self {
        let types = types_of::<T>();
        let columns = Extract::Fields((0..types.len()).collect());
        Self { name: "all fields".to_owned(), columns, types }
    }

    /// A key of the fields that `positions` tells of `T`.
    fn of_fields<T: Record>(positions: &[Result<usize, String>]) -> Self {
        let fields = T::fields();
        let mut columns = Vec::new();
        let mut names = Vec::new();
        for position in positions {
            let found = position.as_ref().ok().and_then(|&at| Some((at, fields.get(at)?)));
            let Some((at, field)) = found else {
                let asked = match position {
                    Ok(at) => format!("field {at}"),
                    Err(name) => format!("a field {name:?}"),
                };
                return Self::unknown::<T>(asked);
            };
            let first: usize = fields[..at].iter().map(|field| field.num_columns).sum();
            columns.extend(first..first + field.num_columns);
            names.push(field.name.clone());
        }
        let all = types_of::<T>();
        let types = columns.iter().map(|&at: &usize| all[at]).collect();
        Self { name: names.join(", "), columns: Extract::Fields(columns), types }
    }

    fn unknown<T: Record>(field: String) -> Self {
        let names: Vec<String> = T::fields().into_iter().map(|field| field.name).collect();
        let known = match &names[..] {
            [] => "no fields".to_owned(),
            names => format!("{} ({})", names.len(), names.join(", ")),
        };
        let record = std::any::type_name::<T>();
        Self {
            name: field.clone(),
            columns: Extract::Unknown(UnknownField { field, record, known }),
            types: Vec::new(),
        }
    }
}

/// What can be given as the key of records of type `T`.
///
/// - A position or several: `0`, `(0, 2)`, `[1, 0]`.
/// - A name or several: `"source"`, `["source", "target"]`.
/// - A function of the record: `|edge: &Edge| edge.target % 10`.
///
/// `Marker` only keeps these apart.
pub trait IntoKey<T, Marker> {
    /// The key.
    fn into_key(self) -> Key;
}

/// Marks keys of positions.
#[derive(Debug)]
pub struct ByPosition;

/// Marks keys of names.
#[derive(Debug)]
pub struct ByName;

/// Marks keys that a function makes.
#[derive(Debug)]
pub struct ByFunction<K>(std::marker::PhantomData<K>);

impl<T: Record> IntoKey<T, ByPosition> for usize {
    fn into_key(self) -> Key {
        Key::of_fields::<T>(&[Ok(self)])
    }
}

impl<T: Record> IntoKey<T, ByPosition> for (usize, usize) {
    fn into_key(self) -> Key {
        Key::of_fields::<T>(&[Ok(self.0), Ok(self.1)])
    }
}

impl<T: Record, const N: usize> IntoKey<T, ByPosition> for [usize; N] {
    fn into_key(self) -> Key {
        Key::of_fields::<T>(&self.map(Ok))
    }
}

/// The position of the field called `name`.
fn position<T: Record>(name: &str) -> Result<usize, String> {
    T::fields().iter().position(|field| field.name == name).ok_or_else(|| name.to_owned())
}

impl<T: Record> IntoKey<T, ByName> for &str {
    fn into_key(self) -> Key {
        Key::of_fields::<T>(&[position::<T>(self)])
    }
}

impl<T: Record, const N: usize> IntoKey<T, ByName> for [&str; N] {
    fn into_key(self) -> Key {
        Key::of_fields::<T>(&self.map(position::<T>))
    }
}

impl<T, K, F> IntoKey<T, ByFunction<K>> for F
where
    T: Record,
    K: Record,
    F: Fn(&T) -> K + Send + Sync + 'static,
{
    fn into_key(self) -> Key {
        let columns = move |batch: &Batch| {
            let reader = reader_of::<T>(batch)?;
            let mut keys = RowBuilder::<K>::with_capacity(batch.num_rows());
            (0..batch.num_rows()).for_each(|row| keys.push(self(&reader.get(row))));
            Ok(keys.finish().into_columns())
        };
        Key {
            name: format!("a function to {}", std::any::type_name::<K>()),
            columns: Extract::Function(Arc::new(columns)),
            types: types_of::<K>(),
        }
    }
}

/// The key itself, made before.
impl<T: Record> IntoKey<T, Key> for Key {
    fn into_key(self) -> Key {
        self
    }
}

/// Fields of records of type `T`, for what needs fields and no function: a position or name, or
/// several.
pub trait IntoFields<T> {
    /// The fields, as a key.
    fn into_fields(self) -> Key;
}

macro_rules! into_fields {
    ($($fields:ty $(, $len:ident)?;)*) => {$(
        impl<T: Record $(, const $len: usize)?> IntoFields<T> for $fields {
            fn into_fields(self) -> Key {
                IntoKey::<T, _>::into_key(self)
            }
        }
    )*};
}

into_fields! {
    usize;
    (usize, usize);
    [usize; N], N;
    &str;
    [&str; N], N;
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (u32, (i8, i8), String);

    fn keys<M>(key: impl IntoKey<Row, M>) -> Result<Keys, KeyError> {
        key.into_key().keys(&batch_of([(7u32, (1i8, -1i8), "x".to_owned())]))
    }

    #[test]
    fn the_same_key_in_four_spellings() {
        let key = IntoKey::<Row, _>::into_key(1);
        assert_eq!(key.fields(), Some(&[1, 2][..]));
        let expected = keys(1).unwrap();
        assert_eq!(keys("f1").unwrap(), expected);
        assert_eq!(keys(["f1"]).unwrap(), expected);
        assert_eq!(keys(|row: &Row| row.1).unwrap(), expected);
        assert_ne!(keys((1, 0)).unwrap(), expected);
    }

    #[test]
    fn unknown_fields_are_named_with_those_that_exist() {
        let error = keys(3).unwrap_err().to_string();
        assert!(error.contains("field 3") && error.contains("3 (f0, f1, f2)"), "{error}");
        let key = |at: usize| IntoKey::<Row, _>::into_key(at);
        let error = key(0).check_matches(&key(3)).unwrap_err();
        assert!(matches!(error, KeyError::UnknownField(_)), "{error}");
        let error = keys("weight").unwrap_err().to_string();
        assert!(error.contains("\"weight\""), "{error}");
    }

    #[test]
    fn keys_match_by_their_types() {
        let key = |at: usize| IntoKey::<Row, _>::into_key(at);
        let function = IntoKey::<Row, _>::into_key(|row: &Row| row.0 / 2);
        assert!(key(0).check_matches(&function).is_ok());
        assert!((0..3).all(|at| key(at).hash_is_key() == keys(at).unwrap().hash_is_key()));
        let error = key(0).check_matches(&key(2)).unwrap_err().to_string();
        assert!(error.contains("f0") && error.contains("[UInt32]"), "{error}");
        assert!(error.contains("f2") && error.contains("[Utf8]"), "{error}");
    }
}
