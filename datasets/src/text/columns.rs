//! Which columns are read.

use std::fmt;
use std::str::FromStr;

use crate::error::DatasetError;

/// Which columns of a text file are read: source, target and perhaps weight, by position counted
/// from 1 or by name. A vertex list has one, the vertex.
///
/// Names need a header. In DIMACS files positions count from the field after the tag.
///
/// ```
/// use quince_datasets::Columns;
/// let by_position: Columns = "2,3,4".parse()?;
/// assert_eq!(by_position, Columns::from([2, 3, 4]));
/// let by_name: Columns = "from,to".parse()?;
/// assert_eq!(by_name, Columns::from(["from", "to"]));
/// # Ok::<(), quince_datasets::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<ColumnChoice>);

/// One column, by position or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ColumnChoice {
    /// Counted from 1.
    Position(usize),
    /// As in the header.
    Name(String),
}

impl Columns {
    pub(crate) fn choices(&self) -> &[ColumnChoice] {
        &self.0
    }

    /// The first column that is chosen by name.
    pub(crate) fn first_name(&self) -> Option<&str> {
        self.0.iter().find_map(|choice| match choice {
            ColumnChoice::Name(name) => Some(name.as_str()),
            ColumnChoice::Position(_) => None,
        })
    }

    /// What is wrong with the list, if anything is.
    pub(crate) fn check(&self, at_least: usize) -> Result<(), DatasetError> {
        let fail = |reason| Err(DatasetError::BadColumns { found: self.to_string(), reason });
        if self.0.len() < at_least {
            return fail("too few columns");
        }
        if self.0.len() > 3 {
            return fail("more than three columns");
        }
        if self.0.contains(&ColumnChoice::Position(0)) {
            return fail("positions count from 1");
        }
        if self.0.iter().any(|choice| matches!(choice, ColumnChoice::Name(name) if name.is_empty()))
        {
            return fail("an empty name");
        }
        Ok(())
    }
}

impl<const N: usize> From<[usize; N]> for Columns {
    fn from(positions: [usize; N]) -> Self {
        Self(positions.into_iter().map(ColumnChoice::Position).collect())
    }
}

impl From<Vec<usize>> for Columns {
    fn from(positions: Vec<usize>) -> Self {
        Self(positions.into_iter().map(ColumnChoice::Position).collect())
    }
}

impl<const N: usize> From<[&str; N]> for Columns {
    fn from(names: [&str; N]) -> Self {
        Self(names.into_iter().map(|name| ColumnChoice::Name(name.to_owned())).collect())
    }
}

impl From<usize> for Columns {
    fn from(position: usize) -> Self {
        [position].into()
    }
}

impl From<&str> for Columns {
    fn from(name: &str) -> Self {
        [name].into()
    }
}

/// Fields between commas; all digits are a position, everything else is a name.
impl FromStr for Columns {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let choice = |field: &str| match field.trim().parse() {
            Ok(position) => ColumnChoice::Position(position),
            Err(_) => ColumnChoice::Name(field.trim().to_owned()),
        };
        let columns = Self(text.split(',').map(choice).collect());
        columns.check(1)?;
        Ok(columns)
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, choice) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match choice {
                ColumnChoice::Position(position) => write!(f, "{comma}{position}")?,
                ColumnChoice::Name(name) => write!(f, "{comma}{name}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_parse_and_print() {
        for text in ["1,2", "3,5", "source,target,weight", "7"] {
            assert_eq!(text.parse::<Columns>().unwrap().to_string(), text);
        }
        assert_eq!(" a , 2".parse::<Columns>().unwrap().to_string(), "a,2");
    }

    #[test]
    fn bad_lists_say_why() {
        for (text, reason) in [
            ("0,1", "positions count from 1"),
            ("1,2,3,4", "more than three"),
            ("1,", "an empty name"),
            ("", "an empty name"),
        ] {
            let error = text.parse::<Columns>().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
