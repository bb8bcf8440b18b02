//! What the degree annotations of directed and undirected graphs share.

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;

use crate::graph::{Edge, Graph, Vertex};
use crate::vertex_key::VertexKey;

/// The vertices of `graph` with what was found of them; with the default where nothing was.
pub(super) fn with_zeros<K: VertexKey, VV: Record, EV: Record, D: Record + Default>(
    graph: &Graph<K, VV, EV>,
    found: &DataSet<Vertex<K, D>>,
) -> DataSet<Vertex<K, D>> {
    let all = graph.vertices().left_outer_join(found).on("id", "id");
    all.with(|vertex, found| Vertex {
        id: vertex.id,
        value: found.map_or_else(D::default, |found| found.value),
    })
}

/// How often each id stands in `ids`.
pub(super) fn counts<K: VertexKey>(ids: &DataSet<K>) -> DataSet<Vertex<K, u64>> {
    let ones = ids.map(|id| Vertex { id, value: 1u64 });
    ones.group_by("id").reduce(|a, b| Vertex { id: a.id, value: a.value + b.value })
}

/// Edges with what is known of the vertex at the end called `end`: `function` puts both together.
pub(super) fn annotate<K: VertexKey, A: Record, D: Record, B: Record>(
    edges: &DataSet<Edge<K, A>>,
    end: &str,
    vertices: &DataSet<Vertex<K, D>>,
    function: impl Fn(A, D) -> B + Send + Sync + 'static,
) -> DataSet<Edge<K, B>> {
    edges.join(vertices).on(end, "id").with(move |edge, vertex| Edge {
        source: edge.source,
        target: edge.target,
        value: function(edge.value, vertex.value),
    })
}
