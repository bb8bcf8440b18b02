//! `PageRank`: how often a random surfer is at each vertex.

use quince_gelly::java_hash::{Murmur, seed};

use super::{Answer, CONVERGENCE_THRESHOLD, Driver, ITERATIONS, iteration_limits};
use crate::PageRank;
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::java_text::write_double;
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Row, RowForm, Rows};

const DAMPING_FACTOR: Parameter =
    Parameter::default("damping_factor", "D", "0.85", "the share of rank that follows edges");
const ZERO_DEGREE: Parameter =
    Parameter::flag("__include_zero_degree_vertices", "rank vertices without edges too");

pub(super) struct Ranks;

impl Driver for Ranks {
    fn name(&self) -> &'static str {
        "PageRank"
    }

    fn about(&self) -> &'static str {
        "Rank vertices by how often a random surfer visits them"
    }

    fn description(&self) -> &'static str {
        "The surfer follows a random edge with the probability of the damping factor, and else \
         jumps to a random vertex, as it does from a vertex without out-edges. Ranks sum to 1."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[DAMPING_FACTOR, ITERATIONS, CONVERGENCE_THRESHOLD, ZERO_DEGREE]
    }

    fn run(&self, parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let damping = parameters.get(self.name(), &DAMPING_FACTOR, "give a number from 0 to 1")?;
        let limits = iteration_limits(parameters)?;
        let mut algorithm = PageRank::default().damping(damping);
        if let Some(iterations) = limits.iterations {
            algorithm = algorithm.iterations(iterations);
        }
        if let Some(threshold) = limits.threshold {
            algorithm = algorithm.tolerance(threshold);
        }
        let graph = if parameters.has(&ZERO_DEGREE) {
            input.graph(View::Directed)?
        } else {
            input.graph_without_isolated(View::Directed)?
        };
        let ranks = graph.run(algorithm)?;
        let answer = Answer::of(Rows::new(ranks.table(), Score, input.ids, 1));
        Ok(answer.figure("supersteps", ranks.report().num_supersteps()))
    }
}

/// An id and a score.
struct Score;

impl RowForm for Score {
    fn hash(&self, row: &Row<'_>) -> i32 {
        Murmur::new(seed::PAGE_RANK).int(row.id_hash(0)).double(row.float(1)).finish()
    }

    fn print(&self, row: &Row<'_>, out: &mut String) {
        out.push_str("Vertex ID: ");
        row.write_id(0, out);
        out.push_str(", PageRank score: ");
        write_double(row.float(1), out);
    }
}
