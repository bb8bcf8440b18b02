//! The inputs of `quince run`: generated graphs and files.

mod file;
mod generated;

use std::sync::Arc;

use quince_core::Environment;
use quince_core::pipeline::Source;
use quince_datasets::generators::VertexRange;
use quince_gelly::{Duplicates, IndexedGraph, SelfLoops};

use super::edges::{EdgeMap, IdForm, Mapped};
use super::ids::IdType;
use super::parameters::{Parameter, Parameters, unknown};
use crate::cli::error::Result;
use crate::cli::runner_error::RunnerError;

/// An input that can be named.
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// Reads its parameters.
    open: fn(&Parameters) -> Result<Opened>,
}

/// An input whose parameters are understood.
struct Opened {
    edges: Arc<dyn Source>,
    /// Where vertices may have no edge.
    vertices: Option<VertexRange>,
    form: IdForm,
}

/// The inputs, in the order in which they are listed.
pub(super) const INPUTS: &[Input] = &[
    file::CSV,
    generated::CIRCULANT,
    generated::COMPLETE,
    generated::CYCLE,
    generated::ECHO,
    generated::EMPTY,
    generated::GRID,
    generated::HYPERCUBE,
    generated::PATH,
    generated::R_MAT,
    generated::SINGLETON_EDGE,
    generated::STAR,
];

/// The input of this name.
pub(super) fn find(name: &str) -> Result<&'static Input, RunnerError> {
    let names: Vec<&str> = INPUTS.iter().map(|input| input.name).collect();
    let found = INPUTS.iter().find(|input| input.name == name);
    found.ok_or_else(|| unknown("input", name, &names))
}

const TYPE: Parameter =
    Parameter::default("type", "integer|long|string", "integer", "type of vertex ids");
const SIMPLIFY: Parameter = Parameter::optional(
    "simplify",
    "directed|undirected",
    "without self-loops and duplicates; undirected also adds the reverse of each edge",
);

/// What every input has.
pub(super) const COMMON: &[Parameter] = &[TYPE, SIMPLIFY];

/// The type of ids that is asked for.
fn id_type(parameters: &Parameters) -> Result<IdType, RunnerError> {
    let name = parameters.choice(&TYPE, &IdType::names(), IdType::SHOWN)?;
    Ok(IdType::named(name.unwrap_or_default()))
}

/// Whether a graph is made simple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Simplify {
    No,
    Directed,
    Undirected,
}

/// The edges of a run, and how they become a graph.
pub(super) struct InputGraph {
    env: Environment,
    opened: Opened,
    pub(super) ids: IdType,
    pub(super) simplify: Simplify,
}

/// How an algorithm looks at edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// They go one way.
    Directed,
    /// They go both ways, and the graph is simple.
    Undirected,
}

impl InputGraph {
    /// Reads the parameters of `input`.
    pub(super) fn open(input: &Input, parameters: &Parameters, env: &Environment) -> Result<Self> {
        let ids = id_type(parameters)?;
        let simplify = match parameters.choice(&SIMPLIFY, &["directed", "undirected"], 2)? {
            None => Simplify::No,
            Some("directed") => Simplify::Directed,
            Some(_) => Simplify::Undirected,
        };
        Ok(Self { env: env.clone(), opened: (input.open)(parameters)?, ids, simplify })
    }

    /// The edges as they are, with ids of the type that is asked for.
    pub(super) fn edges(&self) -> Mapped {
        self.mapped(false, false)
    }

    fn mapped(&self, drop_loops: bool, both_ways: bool) -> Mapped {
        let map = EdgeMap { ids: self.opened.form, drop_loops, both_ways };
        Mapped { source: self.opened.edges.clone(), map }
    }

    /// The graph, with the vertices that have no edge.
    pub(super) fn graph(&self, view: View) -> Result<IndexedGraph> {
        self.build(view, true)
    }

    /// The graph without the vertices that have no edge to another one.
    pub(super) fn graph_without_isolated(&self, view: View) -> Result<IndexedGraph> {
        self.build(view, false)
    }

    fn build(&self, view: View, isolated: bool) -> Result<IndexedGraph> {
        let simple = view == View::Undirected || self.simplify != Simplify::No;
        let both_ways = view == View::Directed && self.simplify == Simplify::Undirected;
        let edges = self.mapped(simple && !isolated, both_ways);
        let vertices = self.opened.vertices.filter(|_| isolated).map(|range| {
            let map = EdgeMap { ids: self.opened.form, drop_loops: false, both_ways: false };
            Mapped { source: Arc::new(range), map }
        });
        let mut builder = IndexedGraph::builder(&self.env).directed(view == View::Directed);
        if simple {
            builder = builder.self_loops(SelfLoops::Drop).duplicates(Duplicates::Drop);
        }
        if let Some(vertices) = &vertices {
            builder = builder.vertices(vertices);
        }
        Ok(builder.build(&edges)?)
    }
}
