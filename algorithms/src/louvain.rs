//! Louvain: communities of high modularity, by moving vertices and putting communities together.
//!
//! Every vertex starts as a community. Vertices move to the neighbouring community where
//! [modularity](crate::Modularity) gains most, until none gains; the communities become the
//! vertices of a smaller graph, where the same goes on, until nothing is put together any more. Then
//! all levels are gone through again, from that result, as often as that is asked for or gains
//! anything; the paper does so once. Small graphs are begun anew with other orders, and the best
//! communities are kept.
//!
//! The result is never worse than every vertex alone. It may contain communities that are not
//! connected: [`Leiden`](crate::Leiden) guarantees that they are.
//!
//! The graph must be undirected: read as such, an edge of a directed graph and its reverse are two
//! parallel edges, whose weights add up. Weights must not be negative; an edge without one weighs
//! as much as 1. A self-loop counts twice to the strength of its vertex. A vertex without edges is a community
//! of its own.
//!
//! - **Iteration**: a step for each level, each an iteration by rounds: the vertices of a round
//!   decide in parallel, their moves are taken over in a drawn order. Up to 65,536 vertices there
//!   is one in each round, which is the sequential algorithm; above, there are 256 rounds. A vertex
//!   is looked at again only when a neighbour went to another community.
//! - **Cost**: O(edges) time a superstep at most, usually some ten supersteps on the first level and
//!   little on later ones; 33 bytes a vertex and 12 an entry of the index.
//! - **Deterministic**: by the seed, which draws the order of vertices; the same bits at any number
//!   of threads.
//! - **Source**: Blondel, Guillaume, Lambiotte, Lefebvre: *Fast Unfolding of Communities in Large
//!   Networks*, 2008.

use quince_core::index::EntryValue;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, Error, GraphAlgorithm, GraphSize, IndexedGraph, Result};

#[cfg(feature = "cli")]
use crate::command::{Command, zero_or_more};
use crate::communities::CommunitiesResult;
use crate::modularity::check_resolution;
use crate::multilevel::{Multilevel, check_repetitions};

const NAME: &str = "Louvain";

/// Louvain and its settings.
///
/// ```
/// use quince_algorithms::Louvain;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // Two triangles and an edge between them.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 6), (6, 4)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let found = graph.run(Louvain::default())?;
/// assert_eq!(found.num_communities(), 2);
/// assert_eq!((found.community(3), found.community(4)), (Some(0), Some(1)));
/// assert!((found.modularity() - 5.0 / 14.0).abs() < 1e-12);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct Louvain {
    /// How many communities are wanted: above 1 more, below 1 fewer
    #[cfg_attr(feature = "cli", arg(long, value_name = "R",
        default_value_t = Self::DEFAULT_RESOLUTION, value_parser = zero_or_more,
        allow_hyphen_values = true))]
    resolution: f64,

    /// Go through all levels N times, or until nothing is gained
    #[cfg_attr(feature = "cli", arg(long, value_name = "N",
        default_value_t = Self::DEFAULT_ITERATIONS))]
    iterations: u64,

    /// Begin anew N times with other orders, and keep the best
    ///
    /// By default as often as is cheap: 8 times in graphs of up to 262,144 edges, once in those
    /// of more than 1,048,576.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    trials: Option<u64>,

    /// Draws the order in which vertices move
    #[cfg_attr(feature = "cli", arg(long, value_name = "S", default_value_t = Self::DEFAULT_SEED))]
    seed: u64,
}

#[cfg(feature = "cli")]
impl Command for Louvain {
    type Result = CommunitiesResult;

    const NAME: &'static str = "louvain";

    const ABOUT: &'static str = "\
Find communities of high modularity by the Louvain method

The graph must be undirected; weights count, and must not be negative. For communities that are \
guaranteed to be connected see leiden.

Prints the largest communities, one `community<TAB>size` line each; --output writes the community \
of every vertex, --report the modularity of every level.";

    const EXAMPLES: &'static str = "\
  The ten largest communities and their sizes:
    quince louvain datasets/graphs/karate.tsv --undirected --weighted

  Smaller communities, of every vertex into a file, with their modularity:
    quince louvain web.el.gz --undirected --resolution 2 --output found.csv --report run.json";
}

impl Default for Louvain {
    fn default() -> Self {
        Self {
            resolution: Self::DEFAULT_RESOLUTION,
            iterations: Self::DEFAULT_ITERATIONS,
            trials: None,
            seed: Self::DEFAULT_SEED,
        }
    }
}

impl Louvain {
    /// The resolution unless another is set.
    pub const DEFAULT_RESOLUTION: f64 = 1.0;

    /// The most iterations over all levels unless another number is set.
    pub const DEFAULT_ITERATIONS: u64 = 2;

    /// The seed unless another is set.
    pub const DEFAULT_SEED: u64 = 1;

    /// How many communities are wanted: above 1 more, below 1 fewer.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// // Two triangles are one community if few are wanted.
    /// assert_eq!(graph.run(Louvain::default().resolution(0.1))?.num_communities(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn resolution(mut self, resolution: f64) -> Self {
        self.resolution = resolution;
        self
    }

    /// Go through all levels this many times, or until nothing is gained.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default().iterations(1))?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = iterations;
        self
    }

    /// Begin anew this many times with other orders, and keep the best; by default as often as is
    /// cheap.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default().trials(3))?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn trials(mut self, trials: u64) -> Self {
        self.trials = Some(trials);
        self
    }

    /// Draws the order in which vertices move.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Louvain::default().seed(7))?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn multilevel(&self) -> Multilevel {
        let &Self { resolution, iterations: passes, trials, seed } = self;
        Multilevel { name: NAME, resolution, seed, randomness: None, passes, trials }
    }

    fn check(&self) -> Result<()> {
        check_resolution(NAME, self.resolution)?;
        check_repetitions(NAME, self.iterations, self.trials)
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for Louvain {
    type Output = CommunitiesResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Any]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        self.check()?;
        if graph.is_directed() {
            return Err(Error::NeedsUndirected { algorithm: NAME });
        }
        Ok(PlanNode::new("step iteration Louvain")
            .property("until", format!("nothing is put together, {} times", self.iterations))
            .property("step", "move by rounds, aggregate")
            .property("seed", self.seed)
            .input(graph.index_plan(EdgeDirection::Any)))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        self.multilevel().estimate(size)
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<CommunitiesResult> {
        self.check()?;
        Ok(CommunitiesResult::new(graph, self.multilevel().run(graph)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::communities::tests::{check, karate};

    #[test]
    fn holds_on_random_graphs() {
        check(false, |seed, resolution| Louvain::default().seed(seed).resolution(resolution));
    }

    #[test]
    fn finds_the_best_of_the_karate_club() {
        let best =
            (1..6).map(|seed| karate().run(Louvain::default().seed(seed)).unwrap().modularity());
        let best = best.fold(0.0, f64::max);
        assert!((0.4188..0.4199).contains(&best), "{best}");
    }
}
