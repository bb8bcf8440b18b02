//! Columns as files and Arrow see them: a value that may be missing is one column there.
//!
//! | Quince | outside |
//! |---|---|
//! | a column `x` | a column `x` without nulls |
//! | a column `x?` of `bool`, then one column `x` | one column `x` with nulls |
//! | a column `x?` of `bool`, then several columns | a column `x?`, then a column for each |
//!
//! The second line is an `Option` of one column, the third an `Option` of a record with several.

use std::collections::HashSet;

use super::record::leaves_of;
use super::{Batch, Column, ColumnType, Record};

/// One column outside, and the columns that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OuterColumn {
    /// What it is called outside.
    pub name: String,
    /// The type of its values.
    pub column_type: ColumnType,
    /// Where the column is that says which rows have a value, if some may have none.
    pub presence: Option<usize>,
    /// Where the column of values is.
    pub values: usize,
}

impl OuterColumn {
    /// Whether rows may be without a value.
    pub fn is_optional(&self) -> bool {
        self.presence.is_some()
    }
}

/// The columns of a record type as they are outside.
///
/// ```
/// use quince_core::columnar::outer_columns_of;
/// let columns = outer_columns_of::<(u64, Option<f64>)>();
/// assert_eq!((columns[0].name.as_str(), columns[0].is_optional()), ("f0", false));
/// assert_eq!((columns[1].name.as_str(), columns[1].is_optional()), ("f1", true));
/// ```
pub fn outer_columns_of<T: Record>() -> Vec<OuterColumn> {
    outer_columns(leaves_of::<T>().iter().map(|leaf| (&*leaf.name, leaf.column_type)))
}

impl Batch {
    /// Its columns as they are outside.
    pub fn outer_columns(&self) -> Vec<OuterColumn> {
        let names = self.schema().names().iter().map(String::as_str);
        outer_columns(names.zip(self.columns().iter().map(Column::column_type)))
    }
}

/// A column `x?` of `bool` goes together with a column `x` right after it.
fn outer_columns<'a>(columns: impl Iterator<Item = (&'a str, ColumnType)>) -> Vec<OuterColumn> {
    let mut columns = columns.enumerate().peekable();
    let mut found = Vec::new();
    while let Some((at, (name, column_type))) = columns.next() {
        let asked = name.strip_suffix('?').filter(|_| column_type == ColumnType::Bool);
        let paired = columns.next_if(|(_, (next, _))| asked == Some(*next));
        let (values, (name, column_type)) = paired.unwrap_or((at, (name, column_type)));
        let presence = (values != at).then_some(at);
        found.push(OuterColumn { name: name.to_owned(), column_type, presence, values });
    }
    found
}

/// Where the wanted columns are among columns called `names`: by name, in any order and among
/// others, if each name is there once; otherwise by position, if there are as many.
pub fn places<S: AsRef<str>>(wanted: &[OuterColumn], names: &[S]) -> Option<Vec<usize>> {
    let by_position = || (wanted.len() == names.len()).then(|| (0..wanted.len()).collect());
    places_by_name(wanted, names).or_else(by_position)
}

/// Where the wanted names are, if each stands for one column on both sides.
pub fn places_by_name<S: AsRef<str>>(wanted: &[OuterColumn], names: &[S]) -> Option<Vec<usize>> {
    let mut taken = HashSet::new();
    let place = |column: &OuterColumn| {
        let mut found = (0..names.len()).filter(|&at| names[at].as_ref() == column.name);
        found.next().filter(|&at| found.next().is_none() && taken.insert(at))
    };
    wanted.iter().map(place).collect()
}
