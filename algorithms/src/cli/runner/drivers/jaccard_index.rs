//! `JaccardIndex`: how much of their neighbours two vertices share.

use quince_gelly::java_hash::{Murmur, seed};

use super::{Answer, Driver, MIRROR_RESULTS, write_pair};
use crate::JaccardIndex;
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::java_text::write_double;
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Row, RowForm, Rows};

pub(super) struct Jaccard;

impl Driver for Jaccard {
    fn name(&self) -> &'static str {
        "JaccardIndex"
    }

    fn about(&self) -> &'static str {
        "Measure how much of their neighbours two vertices share"
    }

    fn description(&self) -> &'static str {
        "Gives all pairs of vertices that share a neighbour, with the numbers of neighbours that \
         both have and that either has. Directions make no difference."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[MIRROR_RESULTS]
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let graph = input.graph_without_isolated(View::Undirected)?;
        let algorithm = JaccardIndex::default().mirror_results(parameters.has(&MIRROR_RESULTS));
        let pairs = graph.run(algorithm)?;
        Ok(Answer::of(Rows::new(pairs.table(), Counts, input.ids, 2)))
    }
}

/// Two ids, shared and distinct neighbours.
struct Counts;

impl RowForm for Counts {
    fn hash(&self, row: &Row<'_>) -> i32 {
        let hash = Murmur::new(seed::JACCARD_INDEX).int(row.id_hash(0)).int(row.id_hash(1));
        hash.int(row.integer(2) as i32).int(row.integer(3) as i32).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        write_pair(row, out);
        let (shared, distinct) = (row.integer(2), row.integer(3));
        out.push_str(&format!(
            ", number of shared neighbors: {shared}, number of distinct neighbors: {distinct}, \
             jaccard index score: "
        ));
        write_double(shared as f64 / distinct as f64, out);
    }
}
