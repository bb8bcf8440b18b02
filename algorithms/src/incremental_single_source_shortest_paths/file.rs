//! Reading distances from a file.

use std::path::Path;

use quince_core::index::EntryValue;
use quince_datasets::CsvFile;
use quince_gelly::{Id, IndexedGraph, Result};

use super::wrong;

/// No vertex of the graph.
const UNKNOWN: u32 = u32::MAX;

/// Fills in the distance of each vertex. The file has a line for each: its id and its distance;
/// vertices that the graph does not have any more are passed over.
pub(super) fn read<E: EntryValue>(
    graph: &IndexedGraph<E>,
    path: &Path,
    distances: &mut [f64],
) -> Result<()> {
    let env = graph.environment();
    let file = CsvFile::<(Id, f64)>::open(path).map_err(|error| wrong(error.to_string()))?;
    // What is collected below: a number and a distance for each line.
    let _lines = env.memory().reserve("distances", 16 * distances.len() as u64)?;
    let of_graph = graph.clone();
    let numbered =
        move |(id, distance): (Id, f64)| (of_graph.find(&id).unwrap_or(UNKNOWN), distance);
    distances.fill(f64::NAN);
    for (vertex, distance) in file.read(env).map(numbered).collect()? {
        if vertex != UNKNOWN {
            distances[vertex as usize] = distance;
        }
    }
    let missing = distances.iter().position(|distance| distance.is_nan());
    missing.map_or(Ok(()), |vertex| {
        let id = graph.dictionary().key(vertex as u32);
        Err(wrong(format!("not in {} for vertex {id}", path.display())))
    })
}
