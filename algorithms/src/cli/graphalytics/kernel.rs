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
use crate::{
    BreadthFirstSearch, CommunityDetectionLabelPropagation, ConnectedComponents,
    LocalClusteringCoefficient, PageRank, SingleSourceShortestPaths,
};

/// An algorithm of Graphalytics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kernel {
    Bfs,
    Cdlp,
    Lcc,
    Pr,
    Sssp,
    Wcc,
}

/// By which rule a result is compared.
#[derive(Clone, Copy)]
enum Rule {
    Exact,
    Epsilon,
    Equivalence,
}

impl Kernel {
    const ALL: &[Self] = &[Self::Bfs, Self::Cdlp, Self::Lcc, Self::Pr, Self::Sssp, Self::Wcc];

    /// The algorithms that a graph is for.
    pub(super) fn of(properties: &Properties) -> Result<Vec<Self>> {
        let find = |name: &str| Self::ALL.iter().copied().find(|kernel| kernel.name() == name);
        properties.get("algorithms", "some of bfs, cdlp, lcc, pr, sssp, wcc", |list| {
            list.split(',').map(|name| find(name.trim())).collect()
        })
    }

    /// Its name in properties.
    pub(super) fn name(self) -> &'static str {
        self.facts().0
    }

    /// Its name, the column of the result that is compared, and the rule.
    fn facts(self) -> (&'static str, &'static str, Rule) {
        match self {
            Self::Bfs => ("bfs", "level", Rule::Exact),
            Self::Cdlp => ("cdlp", "label", Rule::Exact),
            Self::Lcc => ("lcc", "clustering_coefficient", Rule::Epsilon),
            Self::Pr => ("pr", "rank", Rule::Epsilon),
            Self::Sssp => ("sssp", "distance", Rule::Epsilon),
            Self::Wcc => ("wcc", "component", Rule::Equivalence),
        }
    }

    /// Does with the algorithm, with the parameters of `properties`, what `work` does.
    fn with<E: EdgeValue, W: Work<E>>(self, properties: &Properties, work: W) -> Result<W::Done> {
        let source = |key| properties.get(key, "the number of a vertex", |s| s.parse::<i64>().ok());
        let count = |key| properties.get(key, "a whole number", |n| n.parse::<u64>().ok());
        match self {
            Self::Bfs => work.on(&BreadthFirstSearch::new(source("bfs.source-vertex")?)),
            Self::Cdlp => {
                let iterations = count("cdlp.max-iterations")?;
                work.on(&CommunityDetectionLabelPropagation::default().iterations(iterations))
            }
            Self::Lcc => work.on(&LocalClusteringCoefficient::default().undefined_as_zero(true)),
            Self::Pr => {
                let damping =
                    properties.get("pr.damping-factor", "a number", |d| d.parse().ok())?;
                let iterations = count("pr.num-iterations")?;
                work.on(&PageRank::default().damping(damping).iterations(iterations))
            }
            Self::Sssp => work.on(&SingleSourceShortestPaths::new(source("sssp.source-vertex")?)),
            Self::Wcc => work.on(&ConnectedComponents::default()),
        }
    }

    /// Builds the indexes that it reads.
    pub(super) fn prepare<E: EdgeValue>(
        self,
        graph: &IndexedGraph<E>,
        properties: &Properties,
    ) -> Result<()> {
        self.with(properties, Prepare(graph))
    }

    /// Runs it.
    pub(super) fn run<E: EdgeValue>(
        self,
        graph: &IndexedGraph<E>,
        properties: &Properties,
    ) -> Result<Box<dyn Outcome>> {
        self.with(properties, Run(graph))
    }

    /// Compares what it computed with the reference output in `file`.
    pub(super) fn validate(
        self,
        env: &Environment,
        outcome: &dyn Outcome,
        file: &Path,
    ) -> Result<Verdict> {
        let table = outcome.table().expect("each of the six has a value for every vertex");
        let (_, column, rule) = self.facts();
        match rule {
            Rule::Exact => {
                validate::exact(&computed(env, &*table, column)?, &reference(env, file)?)
            }
            Rule::Epsilon => {
                validate::epsilon(&computed(env, &*table, column)?, &reference(env, file)?)
            }
            Rule::Equivalence => {
                validate::equivalence(&computed(env, &*table, column)?, &reference(env, file)?)
            }
        }
    }
}

/// What is done with an algorithm, whichever it is.
trait Work<E: EdgeValue> {
    type Done;

    fn on(
        self,
        algorithm: &impl GraphAlgorithm<E, Output: Outcome + 'static>,
    ) -> Result<Self::Done>;
}

struct Prepare<'a, E: EdgeValue>(&'a IndexedGraph<E>);

impl<E: EdgeValue> Work<E> for Prepare<'_, E> {
    type Done = ();

    fn on(self, algorithm: &impl GraphAlgorithm<E, Output: Outcome + 'static>) -> Result<()> {
        Ok(self.0.prepare(algorithm)?)
    }
}

struct Run<'a, E: EdgeValue>(&'a IndexedGraph<E>);

impl<E: EdgeValue> Work<E> for Run<'_, E> {
    type Done = Box<dyn Outcome>;

    fn on(
        self,
        algorithm: &impl GraphAlgorithm<E, Output: Outcome + 'static>,
    ) -> Result<Box<dyn Outcome>> {
        Ok(Box::new(algorithm.run(self.0)?))
    }
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
