//! `GraphMetrics`: how many vertices, edges and triplets there are.

use super::{Answer, Driver, ORDER, order};
use crate::cli::error::Result;
use crate::cli::runner::inputs::InputGraph;
use crate::cli::runner::java_text::{grouped, rounded};
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::{EdgeMetrics, EdgeMetricsResult, VertexMetrics, VertexMetricsResult};

pub(super) struct GraphMetrics;

impl Driver for GraphMetrics {
    fn name(&self) -> &'static str {
        "GraphMetrics"
    }

    fn about(&self) -> &'static str {
        "Count vertices, edges, degrees and triplets"
    }

    fn description(&self) -> &'static str {
        "Gives figures and no rows. Vertices without neighbours do not count; self-loops and \
         parallel edges make no difference."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[ORDER]
    }

    fn has_rows(&self) -> bool {
        false
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let graph = input.graph(order(parameters, self.name())?)?;
        let vertices = graph.run(VertexMetrics::default())?;
        let edges = graph.run(EdgeMetrics::default())?;
        let mut analytics = vec!["Vertex metrics:".to_owned()];
        analytics.extend(vertex_lines(&vertices));
        analytics.extend([String::new(), "Edge metrics:".to_owned()]);
        analytics.extend(edge_lines(&edges));
        let answer = Answer { analytics, ..Answer::default() };
        Ok(answer.figure("vertices", vertices.vertices).figure("edges", vertices.edges))
    }
}

fn vertex_lines(metrics: &VertexMetricsResult) -> impl Iterator<Item = String> + use<> {
    let count = |value: u64| Some(grouped(value));
    let figures = [
        ("vertex count", count(metrics.vertices)),
        ("edge count", count(metrics.edges)),
        ("unidirectional edge count", metrics.unidirectional_edges.map(grouped)),
        ("bidirectional edge count", metrics.bidirectional_edges.map(grouped)),
        ("average degree", Some(rounded(metrics.average_degree, 3))),
        ("density", Some(rounded(metrics.density, 8))),
        ("triplet count", count(metrics.triplets)),
        ("maximum degree", count(metrics.maximum_degree)),
        ("maximum out degree", metrics.maximum_out_degree.map(grouped)),
        ("maximum in degree", metrics.maximum_in_degree.map(grouped)),
        ("maximum triplets", count(metrics.maximum_triplets)),
    ];
    let line = |(name, value): (&str, Option<String>)| Some(format!("  {name}: {}", value?));
    figures.into_iter().filter_map(line)
}

fn edge_lines(metrics: &EdgeMetricsResult) -> [String; 4] {
    [
        ("triangle triplet count", metrics.triangle_triplets),
        ("rectangle triplet count", metrics.rectangle_triplets),
        ("maximum triangle triplets", metrics.maximum_triangle_triplets),
        ("maximum rectangle triplets", metrics.maximum_rectangle_triplets),
    ]
    .map(|(name, value)| format!("  {name}: {}", grouped(value)))
}
