//! Communities with their modularity: what Louvain and Leiden give.

use std::io::{self, Write};

use quince_core::iteration::IterationReport;
use quince_core::pipeline::Source;
use quince_gelly::{EdgeValue, IndexedGraph, Result, VertexId, VertexTable};
use serde_json::json;

use crate::multilevel::{CommunityLevel, Found};
use crate::outcome::Outcome;
use crate::vertex_labels::VertexLabels;

/// The community of every vertex, their modularity, and how they came about.
#[derive(Clone, Debug)]
#[must_use]
pub struct CommunitiesResult {
    communities: VertexLabels,
    num_communities: u64,
    modularity: f64,
    levels: Vec<CommunityLevel>,
    report: IterationReport,
}

impl CommunitiesResult {
    pub(crate) fn new<E: EdgeValue>(graph: &IndexedGraph<E>, found: Found) -> Self {
        let Found { communities, num_communities, modularity, levels, report } = found;
        let communities = VertexLabels::counted(graph, communities);
        Self { communities, num_communities, modularity, levels, report }
    }

    /// The number of communities.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default())?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_communities(&self) -> u64 {
        self.num_communities
    }

    /// The modularity of the communities; not a number if the graph has no weight.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert!((graph.run(Louvain::default())?.modularity() - 5.0 / 14.0).abs() < 1e-12);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn modularity(&self) -> f64 {
        self.modularity
    }

    /// The community of a vertex: a number below the number of communities. They are numbered in
    /// the order of the smallest ids in them.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// let found = graph.run(Louvain::default())?;
    /// assert!(found.community(1) == found.community(2) && found.community(3) != found.community(4));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn community<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<u64> {
        match self.communities.get(id)? {
            VertexId::Integer(number) => u64::try_from(number).ok(),
            VertexId::Text(_) => None,
        }
    }

    /// The communities of all vertices.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default())?.labels().num_labels()?, 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn labels(&self) -> &VertexLabels {
        &self.communities
    }

    /// The levels that were gone through, with the modularity that each reached.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert!(!graph.run(Louvain::default())?.levels().is_empty());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn levels(&self) -> &[CommunityLevel] {
        &self.levels
    }

    /// The iteration: a superstep for each level.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default())?.report().name, "Louvain");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }

    /// The table of `vertex` and `community`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// let table = graph.run(Louvain::default())?.table();
    /// assert_eq!(executor::collect(&env, &table, &[])?[0].num_rows(), 6);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn table(&self) -> VertexTable {
        self.communities.table("community")
    }
}

impl Outcome for CommunitiesResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(&self.report)
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self::table(self)))
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(json!({
            "communities": self.num_communities,
            "largest": self.communities.largest(1)?.first().map_or(0, |&(_, size)| size),
            "modularity": self.modularity,
            "levels": self.levels,
        }))
    }

    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        self.communities.print(top, out)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Modularity;
    use crate::test_graphs::{Case, cases};
    use crate::test_support::random_graphs;
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;
    use quince_core::Environment;
    use quince_gelly::{Error, GraphAlgorithm, edges};

    /// Zachary's karate club, without weights.
    pub(crate) fn karate() -> IndexedGraph {
        let text = include_str!("../../datasets/graphs/karate.tsv");
        let number = |field: Option<&str>| field.and_then(|f| f.parse::<i64>().ok());
        let edge = |line: &str| {
            let mut fields = line.split_whitespace();
            Some((number(fields.next())?, number(fields.next())?))
        };
        let env = Environment::builder().threads(2).build().unwrap();
        let builder = IndexedGraph::builder(&env).directed(false);
        builder.build(&edges(text.lines().filter_map(edge))).unwrap()
    }

    /// What holds for every community detection by modularity, on random graphs.
    pub(crate) fn check<A: GraphAlgorithm<f64, Output = CommunitiesResult>>(
        connected: bool,
        algorithm: impl Fn(u64, f64) -> A,
    ) {
        let mut runner = TestRunner::new(random_graphs());
        let inputs = (cases(), 0u64..1000, 0.2f64..3.0);
        let result = runner.run(&inputs, |(case, seed, resolution)| {
            let run = |threads| {
                let graph = case.weighted_graph(threads);
                let found = graph.run(algorithm(seed, resolution));
                (graph, found)
            };
            let (graph, found) = run(1);
            if case.is_directed() {
                let is_refused = matches!(found, Err(Error::NeedsUndirected { .. }));
                prop_assert!(is_refused);
                return Ok(());
            }
            let found = found.unwrap();
            let communities = integers(&found);
            check_quality(&graph, &case, &found, resolution)?;
            if connected {
                check_connected(&case, &communities)?;
            }
            for threads in case.threads().into_iter().skip(1) {
                let (_, again) = run(threads);
                let again = again.unwrap();
                prop_assert_eq!(&communities, &integers(&again));
                prop_assert_eq!(found.modularity().to_bits(), again.modularity().to_bits());
                prop_assert_eq!(found.levels().len(), again.levels().len());
            }
            Ok(())
        });
        result.unwrap();
    }

    /// The community of each vertex 0..n.
    fn integers(found: &CommunitiesResult) -> Vec<u64> {
        (0..Case::NUM_VERTICES as i64).map(|id| found.community(id).unwrap()).collect()
    }

    fn check_quality(
        graph: &IndexedGraph<f64>,
        case: &Case,
        found: &CommunitiesResult,
        resolution: f64,
    ) -> Result<(), TestCaseError> {
        let measure = |labels: &VertexLabels| {
            let algorithm = Modularity::new(labels.clone()).resolution(resolution);
            graph.run(algorithm).unwrap()
        };
        let measured = measure(found.labels());
        prop_assert_eq!(measured.communities, found.num_communities());
        if case.is_empty() {
            prop_assert!(found.modularity().is_nan());
            return Ok(());
        }
        prop_assert!((measured.modularity - found.modularity()).abs() < 1e-12);
        let mut alone =
            graph.environment().memory().allocate("labels", Case::NUM_VERTICES).unwrap();
        alone.iter_mut().zip(0..).for_each(|(label, vertex)| *label = vertex);
        let alone = measure(&VertexLabels::counted(graph, alone)).modularity;
        prop_assert!(found.modularity() >= alone - 1e-12, "never worse than all alone");
        let last = found.levels().iter().map(|level| level.modularity).fold(alone, f64::max);
        // Where a community was not connected, its parts are worth more.
        prop_assert!(found.modularity() >= last - 1e-12);
        let numbers = integers(found);
        let firsts = (0..).take(numbers.len()).filter(|&v| !numbers[..v].contains(&numbers[v]));
        prop_assert!(firsts.map(|v| numbers[v]).eq(0..found.num_communities()), "in order of ids");
        Ok(())
    }

    /// Each community is connected by the edges inside it.
    fn check_connected(case: &Case, communities: &[u64]) -> Result<(), TestCaseError> {
        let mut sets = petgraph::unionfind::UnionFind::<usize>::new(communities.len());
        for (u, v, weight) in case.weighted_arcs() {
            if weight > 0.0 && communities[u] == communities[v] {
                sets.union(u, v);
            }
        }
        for u in 0..communities.len() {
            for v in 0..u {
                let same = communities[u] == communities[v];
                prop_assert!(!same || sets.equiv(u, v), "{u} and {v} are not connected");
            }
        }
        Ok(())
    }
}
