//! Reading a partition from a file.

use std::path::Path;

use quince_core::executor;
use quince_core::index::{
    Csr, Dictionary, Duplicates, Encoded, EntryValue, IndexOptions, Key, KeyOrder, Rows, SelfPairs,
};
use quince_core::memory::Segment;
use quince_datasets::EdgeList;
use quince_gelly::{Error, GraphSize, IndexedGraph, Result};

use super::NAME;

/// What is read of the file at a time takes this, both columns.
const MORSEL_BYTES: u64 = 4 << 20;

/// The bytes that reading takes at its peak, if vertices are integers in a dense range: the
/// lines, what numbers the ids, and the index of communities.
pub(super) fn estimate(size: &GraphSize) -> u64 {
    MORSEL_BYTES.max(8 * size.num_vertices) + 20 * size.num_vertices
}

/// The community of each vertex as a number, and how many numbers there are. The file has a line
/// for each vertex: its id, and the id of its community.
pub(super) fn read<E: EntryValue>(
    graph: &IndexedGraph<E>,
    path: &Path,
) -> Result<(Segment<u32>, usize)> {
    let env = graph.environment();
    // Two columns of ids are what an edge list is.
    let file = EdgeList::open(path).map_err(|error| wrong(error.to_string()))?;
    let batches = executor::collect(env, &file, &[])?;
    let Encoded { dictionary: names, pairs } =
        Dictionary::encode::<()>(env, batches, Vec::new(), KeyOrder::Ascending)?;
    let (rows, self_pairs) = (Rows::Left, SelfPairs::Keep);
    let options = IndexOptions { rows, self_pairs, duplicates: Duplicates::Drop };
    let index = Csr::build(env, pairs, options)?;
    let mut numbers = env.memory().allocate::<u32>("communities", names.len())?;
    numbers.fill(u32::MAX);
    let mut communities = env.memory().allocate::<u32>("communities", graph.dictionary().len())?;
    let mut count = 0;
    for (vertex, community) in communities.iter_mut().enumerate() {
        let id = graph.dictionary().key(vertex as u32);
        let found = find(&names, id).map_or(&[][..], |vertex| index.row(vertex));
        let &[name] = found else {
            return Err(wrong(format!("a file with {} for vertex {id}", lines(found.len()))));
        };
        let number = &mut numbers[name as usize];
        if *number == u32::MAX {
            (*number, count) = (count, count + 1);
        }
        *community = *number;
    }
    Ok((communities, count as usize))
}

/// A vertex may be an integer in the graph and a text in the file, whose communities are texts.
fn find(names: &Dictionary, id: Key<'_>) -> Option<u32> {
    match id {
        Key::Integer(id) if names.has_text_keys() => names.get(id.to_string().as_str()),
        id => names.get(id),
    }
}

fn lines(count: usize) -> String {
    if count == 0 { "no line".to_owned() } else { format!("{count} communities") }
}

fn wrong(value: String) -> Error {
    let expected = "a file with one line for each vertex, its id and the id of its community";
    Error::Parameter { algorithm: NAME, parameter: "the partition", value, expected }
}
