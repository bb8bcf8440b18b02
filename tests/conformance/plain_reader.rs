//! A second opinion that shares no code with Quince: a plain reader, and petgraph's components.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use petgraph::graph::{NodeIndex, UnGraph};

use crate::case::Case;
use crate::data;

/// The edges of a file, line by line.
pub(crate) fn edges(case: &Case) -> Vec<(String, String)> {
    let text = text(case.file);
    let (source, target) = columns(case);
    let is_dimacs = case.file.contains(".gr");
    let rows = text.lines().skip(case.skip_lines).filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let line = if is_dimacs { line.strip_prefix("a ").expect("an arc") } else { line };
        let fields: Vec<&str> = match case.separator {
            Some(separator) => line.trim_end().split(separator).collect(),
            None => line.split_whitespace().collect(),
        };
        (fields[source].to_owned(), fields[target].to_owned())
    })
    .collect()
}

/// How many different vertices and edges there are.
pub(crate) fn distinct(edges: &[(String, String)]) -> (usize, usize) {
    let vertices: BTreeSet<&String> = edges.iter().flat_map(|(s, t)| [s, t]).collect();
    (vertices.len(), edges.iter().collect::<BTreeSet<_>>().len())
}

/// The number of components by petgraph.
pub(crate) fn num_components(edges: &[(String, String)]) -> usize {
    let mut graph = UnGraph::<(), ()>::default();
    let mut ids: HashMap<&str, NodeIndex> = HashMap::new();
    for (source, target) in edges {
        let [source, target] =
            [source, target].map(|id| *ids.entry(id).or_insert_with(|| graph.add_node(())));
        graph.add_edge(source, target, ());
    }
    petgraph::algo::connected_components(&graph)
}

/// The whole text of a file, unpacked.
pub(crate) fn text(file: &str) -> String {
    let bytes = std::fs::read(data(file)).unwrap();
    let mut text = String::new();
    if file.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// Where source and target stand, from 0.
fn columns(case: &Case) -> (usize, usize) {
    let positions = case.columns.unwrap_or("1,2").split(',').map(|at| at.parse::<usize>().unwrap());
    let positions: Vec<usize> = positions.collect();
    (positions[0] - 1, positions[1] - 1)
}
