//! `ClusteringCoefficient`: how many of the edges that could be among neighbours are there.

use quince_gelly::java_hash::{Murmur, seed};

use super::{Answer, Driver, ORDER, order};
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::java_text::write_double;
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Row, RowForm, Rows};
use crate::{GlobalClusteringCoefficient, LocalClusteringCoefficient};

pub(super) struct ClusteringCoefficient;

impl Driver for ClusteringCoefficient {
    fn name(&self) -> &'static str {
        "ClusteringCoefficient"
    }

    fn about(&self) -> &'static str {
        "Measure how many of the edges that could be among neighbours are there"
    }

    fn description(&self) -> &'static str {
        "Gives the degree and the number of (directed) edges among the neighbours of each vertex, \
         and the global and average clustering coefficient. The triangle count of the global one \
         is that of Gelly: closed triplets, three for each triangle."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[ORDER]
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let view = order(parameters, self.name())?;
        let graph = input.graph(view)?;
        let local = graph.run(LocalClusteringCoefficient::default())?;
        let global = graph.run(GlobalClusteringCoefficient::default())?;
        let form = Local { directed: view == View::Directed };
        let mut answer = Answer::of(Rows::new(local.table(), form, input.ids, 1));
        let (triplets, closed) = (global.num_triplets, global.num_closed_triplets());
        let number = |value: f64| {
            let mut text = String::new();
            write_double(value, &mut text);
            text
        };
        answer.analytics = vec![
            format!(
                "triplet count: {triplets}, triangle count: {closed}, global clustering \
                 coefficient: {}",
                number(global.score())
            ),
            format!(
                "vertex count: {}, average clustering coefficient: {}",
                graph.num_vertices(),
                number(local.average())
            ),
        ];
        Ok(answer.figure("triplets", triplets).figure("triangles", global.num_triangles))
    }
}

/// Id, degree, triangles, and the score.
struct Local {
    directed: bool,
}

impl RowForm for Local {
    fn hash(&self, row: &Row<'_>) -> i32 {
        let seed =
            if self.directed { seed::DIRECTED_CLUSTERING } else { seed::UNDIRECTED_CLUSTERING };
        let hash = Murmur::new(seed).int(row.id_hash(0));
        hash.long(row.integer(1)).long(row.integer(2)).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        out.push_str("Vertex ID: ");
        row.write_id(0, out);
        let (degree, triangles) = (row.integer(1), row.integer(2));
        out.push_str(&format!(
            ", vertex degree: {degree}, triangle count: {triangles}, local clustering \
             coefficient: "
        ));
        write_double(row.float(3), out);
    }
}
