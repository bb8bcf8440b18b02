//! The result of measures of centrality: a score for every vertex.

use std::io::{self, Write};

use quince_core::columnar::Column;
use quince_core::iteration::IterationReport;
use quince_core::pipeline::Source;
use quince_gelly::{Result, VertexId, VertexTable, VertexValues};
use serde_json::json;

use crate::outcome::{Outcome, print_values};

/// The score of every vertex, and how it came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct CentralityResult {
    /// What the scores are called.
    pub(crate) column: &'static str,
    pub(crate) num_sources: u64,
    pub(crate) scores: VertexValues<f64>,
    pub(crate) report: IterationReport,
}

impl CentralityResult {
    /// The score of a vertex.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Betweenness::default())?.score(1), Some(0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn score<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.scores.get(id)
    }

    /// The `count` vertices of the highest scores, falling; equal scores ascend by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Betweenness::default())?.top(1)[0].0, 3.into());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn top(&self, count: usize) -> Vec<(VertexId<'_>, f64)> {
        self.scores.top(count)
    }

    /// Ids and scores, ascending by id.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Betweenness::default())?.iter().count(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (VertexId<'_>, f64)> {
        self.scores.iter()
    }

    /// The number of vertices that were sources.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Betweenness::default())?.num_sources(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_sources(&self) -> u64 {
        self.num_sources
    }

    /// The supersteps and what each did.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// assert_eq!(graph.run(Betweenness::default())?.report().num_supersteps(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and the score, under the name of the measure.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor, iteration::Rewrites};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let builder = IndexedGraph::builder(&env).directed(false);
    /// # let graph = builder.build(&edges([(1, 2), (1, 3), (2, 3), (3, 4)]))?;
    /// let table = graph.run(Betweenness::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 4);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        let dictionary = self.scores.dictionary().clone();
        VertexTable::new(dictionary).values(self.column, &self.scores, Column::Float64)
    }
}

impl Outcome for CentralityResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.table()))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let highest = self.scores.by_dense().iter().copied().fold(0.0, f64::max);
        Ok(json!({ "sources": self.num_sources, "maximum": highest }))
    }

    /// The vertices of the highest scores.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        print_values(self.top(top), out)
    }
}
