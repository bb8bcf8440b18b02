//! Weights that an algorithm cannot work with.

use quince_core::index::{EntryValue, StaticIndex};
use quince_gelly::{EdgeDirection, Error, Id, IndexedGraph, Result};

/// The error that names the first edge, by the id of its source, whose weight is not allowed; there
/// must be one.
pub(crate) fn wrong_weight<E: EntryValue>(
    graph: &IndexedGraph<E>,
    algorithm: &'static str,
    expected: &'static str,
    is_allowed: impl Fn(f64) -> bool,
) -> Result<Error> {
    let (index, dictionary) = (graph.index(EdgeDirection::Out)?, graph.dictionary());
    let ordinals = 0..dictionary.num_ordinals() as u32;
    let mut found = None;
    for vertex in ordinals.filter_map(|ordinal| dictionary.dense_of_ordinal(ordinal)) {
        index.for_some(vertex, 0..usize::MAX, |other, value| {
            let weight = value.to_weight();
            if !is_allowed(weight) {
                found = Some((vertex, other, weight));
            }
            found.is_none()
        });
        if found.is_some() {
            break;
        }
    }
    let (vertex, other, weight) = found.expect("such a weight was come across");
    Ok(Error::Weight {
        algorithm,
        source_id: Id::from(dictionary.key(vertex)).to_string(),
        target_id: Id::from(dictionary.key(other)).to_string(),
        weight,
        expected,
    })
}
