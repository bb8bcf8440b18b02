//! The six algorithms of Graphalytics: how each is run, and how its result is compared.

use std::path::Path;

use quince_core::columnar::{Batch, Column, Record, Schema};
use quince_core::dataset::DataSet;
use quince_core::pipeline::Source;
use quince_core::{Environment, executor};
use quince_datasets::CsvFile;
use quince_gelly::{EdgeValue, GraphAlgorithm, IndexedGraph};

use super::properties::Properties;
use super::validate::{self, Rows, Verdict};
use crate::cli::error::Result;
use crate::outcome::Outcome;
use crate::{BreadthFirstSearch, ConnectedComponents, PageRank, SingleSourceShortestPaths};

/// An algorithm of Graphalytics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kernel {
    Bfs,
    Pr,
    Sssp,
    Wcc,
}

/// A result and the name of the column that is compared.
pub(super) type Computed = (Box<dyn Outcome>, &'static str);

impl Kernel {
    pub(super) const ALL: &[Self] = &[Self::Bfs, Self::Pr, Self::Sssp, Self::Wcc];

    /// The algorithms that a graph is for.
    pub(super) fn of(properties: &Properties) -> Result<Vec<Self>> {
        let find = |name: &str| Self::ALL.iter().copied().find(|kernel| kernel.name() == name);
        properties.get("algorithms", "some of bfs, cdlp, lcc, pr, sssp, wcc", |list| {
            list.split(',').map(|name| find(name.trim())).collect()
        })
    }

    /// Its name in properties.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bfs => "bfs",
            Self::Pr => "pr",
            Self::Sssp => "sssp",
            Self::Wcc => "wcc",
        }
    }

    /// Builds the indexes that it reads.
    pub(super) fn prepare<E: EdgeValue>(
        self,
        graph: &IndexedGraph<E>,
        properties: &Properties,
    ) -> Result<()> {
        match self {
            Self::Bfs => graph.prepare(&breadth_first_search(properties)?)?,
            Self::Pr => graph.prepare(&page_rank(properties)?)?,
            Self::Sssp => graph.prepare(&shortest_paths(properties)?)?,
            Self::Wcc => graph.prepare(&ConnectedComponents::default())?,
        }
        Ok(())
    }

    /// Runs it with the parameters of `properties`.
    pub(super) fn run<E: EdgeValue>(
        self,
        graph: &IndexedGraph<E>,
        properties: &Properties,
    ) -> Result<Computed> {
        Ok(match self {
            Self::Bfs => (boxed(graph, breadth_first_search(properties)?)?, "level"),
            Self::Pr => (boxed(graph, page_rank(properties)?)?, "rank"),
            Self::Sssp => (boxed(graph, shortest_paths(properties)?)?, "distance"),
            Self::Wcc => (boxed(graph, ConnectedComponents::default())?, "component"),
        })
    }

    /// Compares what it computed with the reference output in `file`.
    pub(super) fn validate(
        self,
        env: &Environment,
        (outcome, column): &Computed,
        file: &Path,
    ) -> Result<Verdict> {
        let table = outcome.table().expect("each of the six has a value for every vertex");
        match self {
            Self::Bfs => validate::exact(&computed(env, &*table, column)?, &reference(env, file)?),
            Self::Pr | Self::Sssp => {
                validate::epsilon(&computed(env, &*table, column)?, &reference(env, file)?)
            }
            Self::Wcc => {
                validate::equivalence(&computed(env, &*table, column)?, &reference(env, file)?)
            }
        }
    }
}

fn page_rank(properties: &Properties) -> Result<PageRank> {
    let damping = properties.get("pr.damping-factor", "a number", |text| text.parse().ok())?;
    let iterations =
        properties.get("pr.num-iterations", "a whole number", |text| text.parse().ok())?;
    Ok(PageRank::default().damping(damping).iterations(iterations))
}

fn breadth_first_search(properties: &Properties) -> Result<BreadthFirstSearch> {
    Ok(BreadthFirstSearch::new(source(properties, "bfs.source-vertex")?))
}

fn shortest_paths(properties: &Properties) -> Result<SingleSourceShortestPaths> {
    Ok(SingleSourceShortestPaths::new(source(properties, "sssp.source-vertex")?))
}

fn source(properties: &Properties, name: &str) -> Result<i64> {
    properties.get(name, "the number of a vertex", |text| text.parse().ok())
}

fn boxed<E: EdgeValue, A>(graph: &IndexedGraph<E>, algorithm: A) -> Result<Box<dyn Outcome>>
where
    A: GraphAlgorithm<E, Output: Outcome + 'static>,
{
    Ok(Box::new(algorithm.run(graph)?))
}

/// The vertices of a result and the values in `column`.
fn computed<V: Record>(env: &Environment, table: &dyn Source, column: &str) -> Result<Rows<V>> {
    let pick = |batch: Batch| {
        let at = batch.schema().names().iter().position(|name| name == column);
        let at = at.expect("the column is one of the result");
        let columns: Vec<Column> = [0, at].map(|at| batch.columns()[at].clone()).into();
        Batch::new(Schema::new(["f0", "f1"]), columns)
    };
    let batches = executor::collect(env, table, &[])?;
    Ok(DataSet::from_batches(env, batches.into_iter().map(pick).collect()))
}

/// The vertices and values of a reference output.
fn reference<V: Record>(env: &Environment, file: &Path) -> Result<Rows<V>> {
    Ok(CsvFile::<(i64, V)>::open(file)?.delimiter(" ").quote(None).read(env))
}
