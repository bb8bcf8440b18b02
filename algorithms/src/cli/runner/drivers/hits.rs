//! `HITS`: how well vertices point, and how well they are pointed at.

use super::{Answer, CONVERGENCE_THRESHOLD, Driver, ITERATIONS, iteration_limits};
use crate::Hits;
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::java_text::write_double;
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Row, RowForm, Rows};
use quince_gelly::java_hash::{Murmur, seed};

pub(super) struct HubsAndAuthorities;

impl Driver for HubsAndAuthorities {
    fn name(&self) -> &'static str {
        "HITS"
    }

    fn about(&self) -> &'static str {
        "Score vertices as hubs and as authorities"
    }

    fn description(&self) -> &'static str {
        "A good hub points at good authorities, a good authority is pointed at by good hubs. The \
         squares of the scores of either kind sum to 1."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[ITERATIONS, CONVERGENCE_THRESHOLD]
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let limits = iteration_limits(parameters)?;
        let mut algorithm = Hits::default();
        if let Some(iterations) = limits.iterations {
            algorithm = algorithm.iterations(iterations);
        }
        if let Some(threshold) = limits.threshold {
            algorithm = algorithm.tolerance(threshold);
        }
        let scores = input.graph_without_isolated(View::Directed)?.run(algorithm)?;
        let answer = Answer::of(Rows::new(scores.table(), Scores, input.ids, 1));
        Ok(answer.figure("supersteps", scores.report().num_supersteps()))
    }
}

/// An id and two scores.
struct Scores;

impl RowForm for Scores {
    fn hash(&self, row: &Row<'_>) -> i32 {
        let hash = Murmur::new(seed::HITS).int(row.id_hash(0));
        hash.double(row.float(1)).double(row.float(2)).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        out.push_str("Vertex ID: ");
        row.write_id(0, out);
        out.push_str(", hub score: ");
        write_double(row.float(1), out);
        out.push_str(", authority score: ");
        write_double(row.float(2), out);
    }
}
