//! The vertices that traversals begin at.

use quince_core::index::EntryValue;
use quince_gelly::{Error, Id, IndexedGraph, Result};

/// The vertices of these ids, by dense id, in their order; one that is named twice counts once.
///
/// # Errors
/// If there is none, or the graph does not have one.
pub(crate) fn find<E: EntryValue>(
    graph: &IndexedGraph<E>,
    algorithm: &'static str,
    ids: &[Id],
) -> Result<Vec<u32>> {
    if ids.is_empty() {
        let (value, expected) = ("not given".to_owned(), "the id of a vertex");
        return Err(Error::Parameter { algorithm, parameter: "source", value, expected });
    }
    let mut sources = Vec::with_capacity(ids.len());
    for id in ids {
        let source = graph.find(id)?;
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    Ok(sources)
}
