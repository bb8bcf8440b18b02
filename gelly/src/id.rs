//! Vertex ids that own their text.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

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
    /// The dense number of the vertex that it names.
    pub(crate) fn dense(&self, dictionary: &Dictionary) -> Option<u32> {
        match (self, dictionary.has_text_keys()) {
            (Self::Integer(id), false) => dictionary.get(*id),
            (Self::Integer(id), true) => dictionary.get(id.to_string().as_str()),
            (Self::Text(id), true) => dictionary.get(id.as_str()),
            (Self::Text(id), false) => dictionary.get(id.parse::<i64>().ok()?),
        }
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
