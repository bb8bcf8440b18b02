//! Facts about a graph: sizes, degrees, self-loops, duplicates, weights.
//!
//! One pass over the index by source and one over that by target: O(edges) time. In an undirected
//! graph an edge adds 1 to the degree of both its ends, a self-loop 1 to its vertex.

use std::io::{self, Write};

use quince_core::index::{Csr, EntryValue, StaticIndex};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, GraphAlgorithm, GraphMemory, GraphSize, IndexedGraph, Result};
use serde::Serialize;

use crate::outcome::Outcome;

/// Collects facts about a graph.
///
/// ```
/// use quince_algorithms::GraphStatistics;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (1, 3), (2, 2)]))?;
/// let facts = graph.run(GraphStatistics)?;
/// assert_eq!((facts.vertices, facts.edges), (3, 4));
/// assert_eq!((facts.self_loops, facts.duplicate_edges), (1, 1));
/// assert_eq!((facts.out_degree.maximum, facts.out_degree.vertex.as_deref()), (3, Some("1")));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GraphStatistics;

/// Facts about a graph.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use]
pub struct GraphStatisticsResult {
    /// Vertices.
    pub vertices: u64,
    /// Edges; an undirected one counts once.
    pub edges: u64,
    /// Whether edges go one way.
    pub directed: bool,
    /// Edges from a vertex to itself.
    pub self_loops: u64,
    /// Edges that repeat the source and target of another (the first of each is none).
    pub duplicate_edges: u64,
    /// Vertices without any edge.
    pub isolated_vertices: u64,
    /// Vertices without out-edges.
    pub dangling_vertices: u64,
    /// Edges per vertex.
    pub mean_degree: f64,
    /// Out-degrees.
    pub out_degree: DegreeStatistics,
    /// In-degrees.
    pub in_degree: DegreeStatistics,
    /// Edge weights, if the graph has them and any edge.
    pub weight: Option<WeightStatistics>,
    /// The memory of the graph, indexed in every direction.
    pub memory: GraphMemory,
    /// That memory by edge; none without edges.
    pub bytes_per_edge: Option<f64>,
}

/// Facts about the degrees on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DegreeStatistics {
    /// The least.
    pub minimum: u64,
    /// The greatest.
    pub maximum: u64,
    /// The smallest id of a vertex that has the greatest.
    pub vertex: Option<String>,
}

/// Facts about edge weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WeightStatistics {
    /// The least.
    pub minimum: f64,
    /// The greatest.
    pub maximum: f64,
    /// The sum over all edges, in a fixed order.
    pub sum: f64,
}

impl<E: EntryValue> GraphAlgorithm<E> for GraphStatistics {
    type Output = GraphStatisticsResult;

    fn name(&self) -> &'static str {
        "GraphStatistics"
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        let plan = PlanNode::new("graph statistics").property("execution", "one pass per index");
        let plan = plan.input(graph.index_plan(EdgeDirection::Out));
        Ok(if graph.is_directed() { plan.input(graph.index_plan(EdgeDirection::In)) } else { plan })
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        4 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<GraphStatisticsResult> {
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        let (memory, edges) = (graph.memory(), graph.num_edges());
        let vertices = || 0..out.num_keys() as u32;
        let count = |holds: &dyn Fn(u32) -> bool| vertices().filter(|&v| holds(v)).count() as u64;
        let repeated: u64 =
            vertices().map(|vertex| repeats(&out, vertex, graph.is_directed())).sum();
        Ok(GraphStatisticsResult {
            vertices: graph.num_vertices(),
            edges: graph.num_edges(),
            directed: graph.is_directed(),
            self_loops: graph.num_self_loops(),
            duplicate_edges: repeated,
            isolated_vertices: count(&|v| out.degree(v) + into.degree(v) == 0),
            dangling_vertices: count(&|v| out.degree(v) == 0),
            mean_degree: graph.num_edges() as f64 / graph.num_vertices().max(1) as f64,
            out_degree: degrees(graph, &out),
            in_degree: degrees(graph, &into),
            weight: weights(&out, graph.is_directed()),
            memory,
            bytes_per_edge: (edges > 0).then(|| memory.num_bytes() as f64 / edges as f64),
        })
    }
}

/// Edges of a row that repeat the one before; in an undirected graph seen from one end only.
fn repeats<E: EntryValue>(out: &Csr<E>, vertex: u32, directed: bool) -> u64 {
    let row = out.row(vertex);
    row.windows(2).filter(|two| two[0] == two[1] && (directed || two[0] >= vertex)).count() as u64
}

fn degrees<E: EntryValue>(graph: &IndexedGraph<E>, index: &Csr<E>) -> DegreeStatistics {
    let dictionary = graph.dictionary();
    let degrees = || (0..index.num_keys() as u32).map(|vertex| (index.degree(vertex), vertex));
    let smallest_id = |vertex: u32| std::cmp::Reverse(dictionary.ordinal(vertex));
    let top = degrees().max_by_key(|&(degree, vertex)| (degree, smallest_id(vertex)));
    DegreeStatistics {
        minimum: degrees().map(|(degree, _)| degree as u64).min().unwrap_or(0),
        maximum: top.map_or(0, |(degree, _)| degree as u64),
        vertex: top.map(|(_, vertex)| dictionary.key(vertex).to_string()),
    }
}

fn weights<E: EntryValue>(out: &Csr<E>, directed: bool) -> Option<WeightStatistics> {
    if !E::STORED || out.num_entries() == 0 {
        return None;
    }
    let mut facts =
        WeightStatistics { minimum: f64::INFINITY, maximum: f64::NEG_INFINITY, sum: 0.0 };
    for vertex in 0..out.num_keys() as u32 {
        out.for_each(vertex, |other, weight| {
            let weight = weight.to_weight();
            if directed || other >= vertex {
                facts.minimum = facts.minimum.min(weight);
                facts.maximum = facts.maximum.max(weight);
                facts.sum += weight;
            }
        });
    }
    Some(facts)
}

impl Outcome for GraphStatisticsResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(self).expect("facts are numbers and texts"))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut facts = list(self).into_iter().take(top);
        facts.try_for_each(|(fact, value)| writeln!(out, "{fact}\t{value}"))
    }
}

/// The facts with their names.
fn list(facts: &GraphStatisticsResult) -> Vec<(&'static str, String)> {
    let mut list = vec![
        ("vertices", facts.vertices.to_string()),
        ("edges", facts.edges.to_string()),
        ("directed", if facts.directed { "yes" } else { "no" }.to_owned()),
        ("self-loops", facts.self_loops.to_string()),
        ("duplicate edges", facts.duplicate_edges.to_string()),
        ("isolated vertices", facts.isolated_vertices.to_string()),
        ("dangling vertices", facts.dangling_vertices.to_string()),
        ("mean degree", facts.mean_degree.to_string()),
    ];
    if facts.directed {
        list.push(("out-degree", range(&facts.out_degree)));
        list.push(("in-degree", range(&facts.in_degree)));
    } else {
        list.push(("degree", range(&facts.out_degree)));
    }
    if let Some(weight) = &facts.weight {
        list.push(("weight", format!("{} to {}", weight.minimum, weight.maximum)));
        list.push(("sum of weights", weight.sum.to_string()));
    }
    list.push(("index bytes", facts.memory.index_bytes.to_string()));
    list.push(("dictionary bytes", facts.memory.dictionary_bytes.to_string()));
    if let Some(bytes) = facts.bytes_per_edge {
        list.push(("bytes per edge", format!("{bytes:.2}")));
    }
    list
}

fn range(degree: &DegreeStatistics) -> String {
    let DegreeStatistics { minimum, maximum, vertex } = degree;
    let whose = vertex.as_ref().map_or_else(String::new, |vertex| format!(" (vertex {vertex})"));
    format!("{minimum} to {maximum}{whose}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use quince_core::Environment;
    use quince_gelly::{edges, weighted_edges};

    fn environment() -> Environment {
        Environment::builder().threads(2).build().unwrap()
    }

    #[test]
    fn an_undirected_edge_counts_once() {
        let builder = IndexedGraph::builder(&environment()).directed(false);
        let source = weighted_edges([(1, 2, 2.0), (2, 1, 3.0), (2, 2, -1.0), (3, 1, 0.5)]);
        let facts = builder.build_weighted(&source).unwrap().run(GraphStatistics).unwrap();
        assert_eq!((facts.edges, facts.self_loops, facts.duplicate_edges), (4, 1, 1));
        assert_eq!((facts.out_degree.maximum, facts.in_degree.minimum), (3, 1));
        assert_eq!(facts.out_degree.vertex.as_deref(), Some("1"));
        let weight = facts.weight.unwrap();
        assert_eq!((weight.minimum, weight.maximum, weight.sum), (-1.0, 3.0, 4.5));
    }

    #[test]
    fn lonely_and_dangling_vertices_are_counted() {
        let lonely = edges([(9, 9)]);
        let builder = IndexedGraph::builder(&environment()).vertices(&lonely);
        let facts = builder.build(&edges([(1, 2)])).unwrap().run(GraphStatistics).unwrap();
        assert_eq!((facts.isolated_vertices, facts.dangling_vertices), (1, 2));
        assert_eq!((facts.vertices, facts.weight), (3, None));
    }
}
