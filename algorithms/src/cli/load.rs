//! From files to a graph.

use quince_core::Environment;
use quince_core::pipeline::Source;
use quince_datasets::{EdgeList, VertexList};
use quince_gelly::{EdgeValue, GraphBuilder, IndexedGraph};

use super::args::{GraphArgs, InputArgs};
use super::error::Result;
use super::progress::phase;

/// The files of a graph, opened and understood, and how it is made of them.
pub(super) struct Sources<'a> {
    edges: EdgeList,
    vertices: Option<VertexList>,
    graph: &'a GraphArgs,
}

/// What an edge carries: nothing or a weight.
pub(super) trait EdgeKind: EdgeValue {
    /// The graph of the edges of `source`.
    fn build(
        builder: GraphBuilder<'_>,
        source: &dyn Source,
    ) -> quince_gelly::Result<IndexedGraph<Self>>;
}

impl EdgeKind for () {
    fn build(builder: GraphBuilder<'_>, source: &dyn Source) -> quince_gelly::Result<IndexedGraph> {
        builder.build(source)
    }
}

impl EdgeKind for f64 {
    fn build(
        builder: GraphBuilder<'_>,
        source: &dyn Source,
    ) -> quince_gelly::Result<IndexedGraph<f64>> {
        builder.build_weighted(source)
    }
}

impl<'a> Sources<'a> {
    /// Opens the files; what their first lines show to be wrong is said here.
    pub(super) fn open(input: &InputArgs, graph: &'a GraphArgs) -> Result<Self> {
        let edges = input.edge_list(graph.weighted)?;
        graph.check(edges.is_weighted())?;
        let vertices = input.vertex_list(edges.id_type()?)?;
        Ok(Self { edges, vertices, graph })
    }

    /// Whether weights are read.
    pub(super) fn is_weighted(&self) -> bool {
        self.edges.is_weighted()
    }

    /// The size of the files.
    pub(super) fn bytes(&self) -> u64 {
        self.edges.bytes() + self.vertices.as_ref().map_or(0, VertexList::bytes)
    }

    /// Reads the files into a graph.
    pub(super) fn build<E: EdgeKind>(&self, env: &Environment) -> Result<IndexedGraph<E>> {
        let mut builder = self.graph.builder(env);
        if let Some(vertices) = &self.vertices {
            builder = builder.vertices(vertices);
        }
        let name = self.edges.path().file_name().unwrap_or_default().to_string_lossy();
        let name = format!("loading {name}");
        Ok(phase(env, &name, Some(self.bytes()), || E::build(builder, &self.edges))?)
    }
}
