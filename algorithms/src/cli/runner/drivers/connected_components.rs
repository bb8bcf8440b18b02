//! `ConnectedComponents`: vertices with the smallest id that they are connected to.

use super::{Answer, Driver};
use crate::ConnectedComponents;
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, View};
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Pair, Rows};

pub(super) struct Components;

impl Driver for Components {
    fn name(&self) -> &'static str {
        "ConnectedComponents"
    }

    fn about(&self) -> &'static str {
        "Find the groups of vertices that reach each other when edges go both ways"
    }

    fn description(&self) -> &'static str {
        "Gives each vertex with the smallest id of its component. Directions make no difference; \
         Gelly's driver wants a graph that is simplified to an undirected one and gives the same \
         on it."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    fn run(&self, _parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        let graph = input.graph(View::Directed)?;
        let components = graph.run(ConnectedComponents::default())?;
        let answer = Answer::of(Rows::new(components.table(), Pair, input.ids, 2));
        Ok(answer.figure("supersteps", components.report().num_supersteps()))
    }
}
