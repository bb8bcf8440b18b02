//! Which columns are one column in Arrow.

use crate::columnar::ColumnType;

/// One Arrow column, and the columns it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ArrowColumn<'a> {
    /// What it is called in Arrow.
    pub(super) name: &'a str,
    /// The type of its values.
    pub(super) column_type: ColumnType,
    /// Where the column is that says which rows have a value, if some may have none.
    pub(super) presence: Option<usize>,
    /// Where the column of values is.
    pub(super) values: usize,
}

/// The Arrow columns of a schema: a column `x?` of `bool` goes together with a column `x` right
/// after it.
pub(super) fn arrow_columns<'a>(
    columns: impl Iterator<Item = (&'a str, ColumnType)>,
) -> Vec<ArrowColumn<'a>> {
    let mut columns = columns.enumerate().peekable();
    let mut found = Vec::new();
    while let Some((at, (name, column_type))) = columns.next() {
        let asked = name.strip_suffix('?').filter(|_| column_type == ColumnType::Bool);
        found.push(match columns.next_if(|(_, (next, _))| asked == Some(*next)) {
            Some((values, (name, column_type))) => {
                ArrowColumn { name, column_type, presence: Some(at), values }
            }
            None => ArrowColumn { name, column_type, presence: None, values: at },
        });
    }
    found
}
