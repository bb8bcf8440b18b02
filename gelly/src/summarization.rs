//! Summarization: vertices of one value become one vertex, edges between them become one edge.
//!
//! Vertices are grouped by value; the smallest id of a group stands for it. Edges are grouped by
//! the groups of their ends and by value. Both count what they stand for.
//!
//! Two grouped reductions and two joins over data sets: O(vertices + edges) time; what does not fit
//! into the budget is spilled. Follows Gelly's `library.Summarization`, which lets any vertex stand
//! for its group.

use quince_core::columnar::Record;

use crate::error::Result;
use crate::graph::{Edge, Graph, RunOn, Vertex};
use crate::vertex_key::VertexKey;

/// A value that several vertices or edges have, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Record)]
pub struct Summarized<V> {
    /// The value.
    pub value: V,
    /// How many have it.
    pub count: u64,
}

/// The graph of the groups of vertices of one value.
///
/// ```
/// # use quince_core::Environment;
/// use quince_gelly::{Edge, Graph, Summarization, Summarized, Vertex};
/// # let env = Environment::builder().threads(1).build()?;
/// let vertices = [(1u64, 'a' as u32), (2, 'b' as u32), (3, 'b' as u32)].map(Vertex::from);
/// let edges = [(1, 2, 'x' as u32), (1, 3, 'x' as u32), (3, 1, 'x' as u32)].map(Edge::from);
/// let graph = Graph::from_collection(&env, vertices, edges).run(Summarization)?;
/// let mut groups = graph.vertices_as_tuples().collect()?;
/// groups.sort();
/// assert_eq!(groups[1], (2, Summarized { value: 'b' as u32, count: 2 }));
/// let mut between = graph.edges_as_tuples().collect()?;
/// between.sort();
/// assert_eq!((between[0].0, between[0].1, between[0].2.count), (1, 2, 2));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summarization;

impl<K: VertexKey, VV: Record, EV: Record> RunOn<K, VV, EV> for Summarization {
    type Output = Graph<K, Summarized<VV>, Summarized<EV>>;

    fn run_on(self, graph: &Graph<K, VV, EV>) -> Result<Self::Output> {
        let ones = graph.vertices().map(|vertex| (vertex.value, vertex.id, 1u64));
        let groups = ones.group_by(0).reduce(|a, b| (a.0, a.1.min(b.1), a.2 + b.2));
        let vertices =
            groups.map(|(value, id, count)| Vertex { id, value: Summarized { value, count } });
        // Each vertex with the one that stands for it.
        let members = graph.vertices().join(&groups).on("value", 0);
        let members = members.with(|vertex, group| (vertex.id, group.1));
        let edges = graph.edges().join(&members).on("source", 0);
        let edges = edges.with(|edge, source| (source.1, edge.target, edge.value));
        let edges = edges.join(&members).on(1, 0);
        let edges = edges.with(|edge, target| (edge.0, target.1, edge.2, 1u64));
        let edges = edges.group_by([0, 1, 2]).reduce(|a, b| (a.0, a.1, a.2, a.3 + b.3));
        let edges = edges.map(|(source, target, value, count)| Edge {
            source,
            target,
            value: Summarized { value, count },
        });
        Ok(Graph::from_data_set(&vertices, &edges))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quince_core::environment::Environment;

    /// Row X7 of gelly.tsv, with and without edge values.
    #[test]
    fn groups_are_those_of_gelly() {
        let vertices = [(0, 1), (1, 1), (2, 2), (3, 2), (4, 2), (5, 3)];
        let edges = [
            (0, 1, 1),
            (1, 0, 1),
            (1, 2, 1),
            (2, 1, 1),
            (2, 3, 2),
            (3, 2, 2),
            (4, 0, 3),
            (4, 1, 3),
            (5, 2, 4),
            (5, 3, 4),
        ];
        for threads in [1, 2, 8] {
            let env = Environment::builder().threads(threads).build().unwrap();
            let vertices = vertices.map(|(id, value)| Vertex::new(id, value.to_string()));
            let values =
                edges.map(|(a, b, value): (u64, u64, u8)| Edge::new(a, b, value.to_string()));
            let graph = Graph::from_collection(&env, vertices, values);
            let summary = graph.run(Summarization).unwrap();
            let mut groups = summary.vertices_as_tuples().collect().unwrap();
            groups.sort();
            let groups = groups.into_iter().map(|(id, v)| (id, v.value, v.count));
            let of = |id, value: &str, count| (id, value.to_owned(), count);
            assert_eq!(groups.collect::<Vec<_>>(), [of(0, "1", 2), of(2, "2", 3), of(5, "3", 1)]);
            let mut between = summary.edges_as_tuples().collect().unwrap();
            between.sort();
            let between = between.into_iter().map(|(a, b, v)| (a, b, v.value, v.count));
            let of = |a, b, value: &str, count| (a, b, value.to_owned(), count);
            let (a, b, c) = (0, 2, 5);
            let expected = [
                of(a, a, "1", 2),
                of(a, b, "1", 1),
                of(b, a, "1", 1),
                of(b, a, "3", 2),
                of(b, b, "2", 2),
                of(c, b, "4", 2),
            ];
            assert_eq!(between.collect::<Vec<_>>(), expected);
            let plain = graph.map_edges(|_| ()).run(Summarization).unwrap();
            let mut plain: Vec<_> = plain.edges_as_tuples().collect().unwrap();
            plain.sort();
            assert_eq!(plain.iter().map(|e| e.2.count).collect::<Vec<_>>(), [2, 1, 3, 2, 2]);
        }
    }
}
