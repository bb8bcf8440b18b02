//! `AdamicAdar`: how telling the neighbours are that two vertices share.

use quince_gelly::java_hash::{Murmur, seed};

use super::{Answer, Driver, MIRROR_RESULTS, write_pair};
use crate::AdamicAdar;
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::java_text::write_float;
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Row, RowForm, Rows};

pub(super) struct Telling;

impl Driver for Telling {
    fn name(&self) -> &'static str {
        "AdamicAdar"
    }

    fn about(&self) -> &'static str {
        "Measure how telling the neighbours are that two vertices share"
    }

    fn description(&self) -> &'static str {
        "Gives all pairs of vertices that share a neighbour, with the sum of 1 / ln(degree) of \
         those that they share, in 32-bit floats. Directions make no difference."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[MIRROR_RESULTS]
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let graph = input.graph_without_isolated(View::Undirected)?;
        let algorithm = AdamicAdar::default().mirror_results(parameters.has(&MIRROR_RESULTS));
        let pairs = graph.run(algorithm)?;
        Ok(Answer::of(Rows::new(pairs.table(), Score, input.ids, 2)))
    }
}

/// Two ids and a score of 32 bits.
struct Score;

impl RowForm for Score {
    fn hash(&self, row: &Row<'_>) -> i32 {
        let hash = Murmur::new(seed::ADAMIC_ADAR).int(row.id_hash(0)).int(row.id_hash(1));
        hash.float(row.float(2) as f32).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        write_pair(row, out);
        out.push_str(", adamic-adar score: ");
        write_float(row.float(2) as f32, out);
    }
}
