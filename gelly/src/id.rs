//! Vertex ids that own their text.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use quince_core::columnar::{
    BuildRecord, Column, Leaf, ReadRecord, Record, TextBuilder, TextReader,
};
use quince_core::index::{Dictionary, Key};

/// The id of a vertex as the user writes it, for settings of algorithms.
///
/// Which vertex it names is found out in a graph: the text `17` is the integer 17 where ids are
/// integers, and the integer 17 is the text `17` where they are texts.
///
/// ```
/// use quince_core::Environment;
/// use quince_gelly::{Id, IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(17, 42)]))?;
/// assert_eq!(graph.find(&Id::from(17))?, graph.find(&Id::from("17"))?);
/// let error = graph.find(&Id::from("x")).unwrap_err();
/// assert_eq!(error.to_string(), "the graph has no vertex x; ids are as they stand in the input");
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
}

impl Id {
    /// An integer, if it is written as integers are: without leading zeros or a plus.
    pub(crate) fn read(id: &str) -> Self {
        let digits = id.strip_prefix('-').unwrap_or(id).as_bytes();
        let is_integer = match digits {
            [] | [b'0', _, ..] => false,
            [b'0'] => id.len() == 1,
            digits => digits.len() < 20 && digits.iter().all(u8::is_ascii_digit),
        };
        let integer = if is_integer { id.parse().ok() } else { None };
        integer.map_or_else(|| Self::Text(id.to_owned()), Self::Integer)
    }

    /// The dense number of the vertex that it names.
    pub(crate) fn dense_as_found(&self, dictionary: &Dictionary) -> Option<u32> {
        match (self, dictionary.has_text_keys()) {
            (Self::Integer(id), false) => dictionary.get(*id),
            (Self::Integer(id), true) => dictionary.get(id.to_string().as_str()),
            (Self::Text(id), true) => dictionary.get(id.as_str()),
            (Self::Text(id), false) => dictionary.get(id.parse::<i64>().ok()?),
        }
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::Integer(0)
    }
}

/// In columns an id is text, so that it can come from any file; what is written as an integer is
/// one when it is read back.
impl Record for Id {
    type Reader<'a> = IdReader<'a>;
    type Builder = IdBuilder;

    fn leaves(name: &str, leaves: &mut Vec<Leaf>) {
        String::leaves(name, leaves);
    }

    fn reader<'a>(columns: &mut &'a [Column]) -> Option<IdReader<'a>> {
        String::reader(columns).map(IdReader)
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Self::Integer(_) => 0,
            Self::Text(id) => id.capacity(),
        }
    }
}

/// Reads a column of ids.
#[derive(Debug)]
pub struct IdReader<'a>(TextReader<'a>);

impl ReadRecord<Id> for IdReader<'_> {
    #[inline]
    fn get(&self, row: usize) -> Id {
        Id::read(&self.0.get(row))
    }
}

/// Collects a column of ids.
#[derive(Debug)]
pub struct IdBuilder(TextBuilder);

impl BuildRecord<Id> for IdBuilder {
    fn with_capacity(rows: usize) -> Self {
        Self(TextBuilder::with_capacity(rows))
    }

    #[inline]
    fn push(&mut self, record: Id) {
        match record {
            Id::Integer(id) => self.0.push(id.to_string()),
            Id::Text(id) => self.0.push(id),
        }
    }

    fn finish(&mut self, columns: &mut Vec<Column>) {
        self.0.finish(columns);
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(id) => id.fmt(f),
            Self::Text(id) => id.fmt(f),
        }
    }
}

impl From<i64> for Id {
    fn from(id: i64) -> Self {
        Self::Integer(id)
    }
}

impl From<&str> for Id {
    fn from(id: &str) -> Self {
        Self::Text(id.to_owned())
    }
}

impl From<Key<'_>> for Id {
    fn from(id: Key<'_>) -> Self {
        match id {
            Key::Integer(id) => Self::Integer(id),
            Key::Text(id) => id.into(),
        }
    }
}

impl FromStr for Id {
    type Err = Infallible;

    fn from_str(id: &str) -> Result<Self, Infallible> {
        Ok(id.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quince_core::columnar::{batch_of, records};

    #[test]
    fn ids_are_integers_where_they_are_written_so() {
        let integer = |id: &str| matches!(Id::read(id), Id::Integer(_));
        let integers = ["0", "7", "-1", "9223372036854775807", "-9223372036854775808"];
        let texts = ["", "-", "-0", "007", "+7", "7a", "9223372036854775808", "00", "1e3"];
        assert!(integers.into_iter().all(integer));
        assert!(!texts.into_iter().any(integer));
        let ids: Vec<Id> = integers.into_iter().chain(texts).map(Id::read).collect();
        assert_eq!(records::<Id>(&batch_of(ids.clone())).unwrap(), ids);
    }
}
