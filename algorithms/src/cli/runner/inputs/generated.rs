//! The graphs that Gelly generates.

use std::sync::Arc;

use quince_datasets::generators::{
    CirculantGraph, CompleteGraph, CycleGraph, EchoGraph, EmptyGraph, GraphGenerator, GridGraph,
    HypercubeGraph, PathGraph, RMatGraph, SingletonEdgeGraph, StarGraph,
};

use super::{Input, Opened, id_type};
use crate::cli::error::Result;
use crate::cli::runner::edges::IdForm;
use crate::cli::runner::ids::IdType;
use crate::cli::runner::parameters::{Parameter, Parameters, bad};
use crate::cli::runner_error::RunnerError;

const VERTEX_COUNT: Parameter = Parameter::required("vertex_count", "N", "the number of vertices");

/// An input of a graph that is described by its number of vertices alone.
macro_rules! sized {
    ($graph:ident, $about:literal) => {
        Input {
            name: stringify!($graph),
            about: $about,
            parameters: &[VERTEX_COUNT],
            open: |parameters| {
                opened(parameters, $graph::new(vertex_count(parameters, stringify!($graph))?))
            },
        }
    };
}

pub(super) const COMPLETE: Input = sized!(CompleteGraph, "every vertex joined to every other");
pub(super) const CYCLE: Input = sized!(CycleGraph, "every vertex joined to the next, in a ring");
pub(super) const EMPTY: Input = sized!(EmptyGraph, "vertices without edges");
pub(super) const PATH: Input = sized!(PathGraph, "every vertex joined to the next");
pub(super) const STAR: Input = sized!(StarGraph, "one vertex joined to all others");

const WHOLE: &str = "give a whole number";

fn vertex_count(parameters: &Parameters, who: &str) -> Result<u64, RunnerError> {
    parameters.get(who, &VERTEX_COUNT, WHOLE)
}

/// The input for a graph all of whose vertices count.
fn opened(parameters: &Parameters, graph: impl GraphGenerator + 'static) -> Result<Opened> {
    let vertices = Some(graph.vertices());
    Ok(Opened { vertices, ..opened_edges(parameters, graph)? })
}

/// The input for a graph whose vertices are the ends of edges.
fn opened_edges(parameters: &Parameters, graph: impl GraphGenerator + 'static) -> Result<Opened> {
    graph.validate()?;
    let ids = id_type(parameters)?;
    let (vertices, limit) = (graph.num_vertices(), ids.limit());
    if vertices > limit {
        return Err(RunnerError::TooManyVertices { name: ids.name(), vertices, limit }.into());
    }
    let form = match ids {
        IdType::String => IdForm::Text,
        ids if ids.changes_below(vertices) => IdForm::Generated(ids),
        _ => IdForm::Same,
    };
    Ok(Opened { edges: Arc::new(graph), vertices: None, form })
}

/// Two values with a colon between them.
fn pair<A: std::str::FromStr, B: std::str::FromStr>(text: &str) -> Option<(A, B)> {
    let (first, second) = text.split_once(':')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

const RANGE: Parameter = Parameter::numbered(
    "range",
    "OFFSET:LENGTH",
    "edges from each vertex to those from OFFSET on behind it: range0, range1, ...",
);

pub(super) const CIRCULANT: Input = Input {
    name: "CirculantGraph",
    about: "every vertex has edges to those at some distances behind it",
    parameters: &[VERTEX_COUNT, RANGE],
    open: |parameters| {
        let mut graph = CirculantGraph::new(vertex_count(parameters, CIRCULANT.name)?);
        for (name, text) in parameters.numbered(&RANGE)? {
            let expected = "give an offset and a length, like 1:3";
            let (offset, length) = pair(text).ok_or_else(|| bad(name, text, expected))?;
            graph = graph.add_range(offset, length);
        }
        opened(parameters, graph)
    },
};

const VERTEX_DEGREE: Parameter =
    Parameter::required("vertex_degree", "N", "how many neighbours each vertex has");

pub(super) const ECHO: Input = Input {
    name: "EchoGraph",
    about: "a circulant graph of those farthest away",
    parameters: &[VERTEX_COUNT, VERTEX_DEGREE],
    open: |parameters| {
        let degree = parameters.get(ECHO.name, &VERTEX_DEGREE, WHOLE)?;
        opened(parameters, EchoGraph::new(vertex_count(parameters, ECHO.name)?, degree))
    },
};

const DIMENSION: Parameter = Parameter::numbered(
    "dim",
    "SIZE:WRAP",
    "the size of a dimension, and whether its ends are joined (true or false): dim0, dim1, ...",
);

pub(super) const GRID: Input = Input {
    name: "GridGraph",
    about: "a grid of any number of dimensions",
    parameters: &[DIMENSION],
    open: |parameters| {
        let mut graph = GridGraph::new();
        for (name, text) in parameters.numbered(&DIMENSION)? {
            let expected = "give a size and whether it wraps, like 5:true";
            let (size, wrap) = pair(text).ok_or_else(|| bad(name, text, expected))?;
            graph = graph.add_dimension(size, wrap);
        }
        opened(parameters, graph)
    },
};

const DIMENSIONS: Parameter = Parameter::required("dimensions", "N", "the number of dimensions");

pub(super) const HYPERCUBE: Input = Input {
    name: "HypercubeGraph",
    about: "vertices joined where their ids differ in one bit",
    parameters: &[DIMENSIONS],
    open: |parameters| {
        let dimensions = parameters.get(HYPERCUBE.name, &DIMENSIONS, WHOLE)?;
        opened(parameters, HypercubeGraph::new(dimensions))
    },
};

const PAIR_COUNT: Parameter =
    Parameter::required("vertex_pair_count", "N", "the number of pairs of vertices");

pub(super) const SINGLETON_EDGE: Input = Input {
    name: "SingletonEdgeGraph",
    about: "pairs of vertices, each joined by an edge and to nothing else",
    parameters: &[PAIR_COUNT],
    open: |parameters| {
        let pairs = parameters.get(SINGLETON_EDGE.name, &PAIR_COUNT, WHOLE)?;
        opened(parameters, SingletonEdgeGraph::new(pairs))
    },
};

const SCALE: Parameter =
    Parameter::default("scale", "N", "10", "the logarithm of the number of vertices, to base 2");
const EDGE_FACTOR: Parameter =
    Parameter::default("edge_factor", "N", "16", "edges for each vertex");
const A: Parameter =
    Parameter::default("a", "P", "0.57", "the probability of the quadrant of low and low ids");
const B: Parameter = Parameter::default("b", "P", "0.19", "that of low and high ids");
const C: Parameter =
    Parameter::default("c", "P", "0.19", "that of high and low ids; the rest is the fourth's");
const NOISE_ENABLED: Parameter =
    Parameter::flag("noise_enabled", "let the probabilities waver from bit to bit");
const NOISE: Parameter =
    Parameter::default("noise", "X", "0.1", "by how much, with --noise_enabled");
const SEED: Parameter = Parameter::optional("seed", "N", "the seed, if not that of Gelly");

pub(super) const R_MAT: Input = Input {
    name: "RMatGraph",
    about: "a graph with the skewed degrees of social networks",
    parameters: &[SCALE, EDGE_FACTOR, A, B, C, NOISE_ENABLED, NOISE, SEED],
    open: |parameters| {
        let name = R_MAT.name;
        let probability = |parameter| parameters.get(name, parameter, "give a number from 0 to 1");
        let scale = parameters.get(name, &SCALE, WHOLE)?;
        let mut graph = RMatGraph::new(scale)
            .edge_factor(parameters.get(name, &EDGE_FACTOR, WHOLE)?)
            .constants(probability(&A)?, probability(&B)?, probability(&C)?);
        let noise: f32 = parameters.get(name, &NOISE, "give a number from 0 to 2")?;
        if parameters.has(&NOISE_ENABLED) {
            graph = graph.noise(noise);
        }
        // Seeds of Java are signed.
        if let Some(seed) = parameters.optional::<i64>(&SEED, "give a whole number of 64 bits")? {
            graph = graph.seed(seed as u64);
        }
        opened_edges(parameters, graph)
    },
};
