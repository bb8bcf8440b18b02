//! `EdgeList`: the edges of the input.

use std::sync::Arc;

use quince_core::columnar::{Batch, Schema};
use quince_core::index::StaticIndex;
use quince_core::memory::MemoryManager;
use quince_core::pipeline::{Numbered, Source};
use quince_gelly::{Csr, EdgeDirection, IndexedGraph, id_column};

use super::{Answer, Driver};
use crate::cli::error::Result;
use crate::cli::runner::inputs::{InputGraph, Simplify, View};
use crate::cli::runner::parameters::{Parameter, Parameters};
use crate::cli::runner::rows::{Pair, Rows};

pub(super) struct Edges;

impl Driver for Edges {
    fn name(&self) -> &'static str {
        "EdgeList"
    }

    fn about(&self) -> &'static str {
        "Copy the edges of the input"
    }

    fn description(&self) -> &'static str {
        "Gives the edges of the input as they come, or those of the simple graph that --simplify \
         makes of them: to convert files, and to look at generated graphs."
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    fn run(&self, _parameters: &Parameters, input: &InputGraph) -> Result<Answer> {
        if input.simplify == Simplify::No {
            return Ok(Answer::of(Rows::new(input.edges(), Pair, input.ids, 2)));
        }
        let view = match input.simplify {
            Simplify::Undirected => View::Undirected,
            _ => View::Directed,
        };
        let edges = edges_of(&input.graph(view)?)?;
        Ok(Answer::of(Rows::new(edges, Pair, input.ids, 2)))
    }
}

/// The entries of the index of a graph: of an undirected one, each edge in both directions.
fn edges_of(graph: &IndexedGraph) -> Result<impl Source + use<>> {
    let index = graph.index(EdgeDirection::Out)?;
    let graph = graph.clone();
    let chunks = index.chunks().len();
    Ok(Numbered::new("edges", chunks, move |at, env, output| {
        env.check_cancelled()?;
        output.emit(edges_of_chunk(&graph, &index, at, env.memory())?)
    }))
}

fn edges_of_chunk(
    graph: &IndexedGraph,
    index: &Arc<Csr<()>>,
    chunk: usize,
    memory: &MemoryManager,
) -> quince_core::Result<Batch> {
    let dictionary = graph.dictionary();
    let rows = index.chunks()[chunk].clone();
    let len = rows.clone().map(|row| index.degree(row)).sum();
    let mut ordinals =
        [memory.allocate::<u32>("edges", len)?, memory.allocate::<u32>("edges", len)?];
    let mut at = 0;
    for row in rows {
        index.for_each(row, |column, ()| {
            ordinals[0][at] = dictionary.ordinal(row);
            ordinals[1][at] = dictionary.ordinal(column);
            at += 1;
        });
    }
    let columns =
        ordinals.iter().map(|ordinals| id_column(memory, dictionary, ordinals.iter().copied()));
    Ok(Batch::new(Schema::new(["source", "target"]), columns.collect::<Result<_, _>>()?))
}
