//! Leiden: communities of high modularity that are guaranteed to be connected.
//!
//! As [`Louvain`](crate::Louvain), with a refinement on each level: before communities are put
//! together, each is split into parts that are well connected inside, and those become the vertices
//! of the smaller graph, which start in the communities that they are parts of. What was put into a
//! community too early can so leave it as a whole, and no community falls apart. All levels are
//! gone through again from the result, as often as that is asked for or gains anything. Small
//! graphs are begun anew with other orders, and the best communities are kept. Should the last
//! moves have cut a community in two, its connected parts become communities.
//!
//! The graph must be undirected: read as such, an edge of a directed graph and its reverse are two
//! parallel edges, whose weights add up. Weights must not be negative; an edge without one weighs
//! as much as 1. A self-loop counts twice to the strength of its vertex. A vertex without edges is a community
//! of its own.
//!
//! - **Iteration**: a step for each level, each of two iterations by rounds: the vertices of a round
//!   decide in parallel, their changes are taken over in a drawn order. Up to 65,536 vertices there
//!   is one in each round, which is the sequential algorithm; above, there are 256 rounds. A vertex
//!   is looked at again only when a neighbour went to another community.
//! - **Cost**: O(edges) time a superstep at most, usually some ten supersteps on the first level and
//!   little on later ones; 49 bytes a vertex and 24 an entry of the index.
//! - **Deterministic**: by the seed, which draws the order of vertices and the parts that they join;
//!   the same bits at any number of threads.
//! - **Source**: Traag, Waltman, van Eck: *From Louvain to Leiden: guaranteeing well-connected
//!   communities*, 2019.

use quince_core::index::EntryValue;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, Error, GraphAlgorithm, GraphSize, IndexedGraph, Result};

#[cfg(feature = "cli")]
use crate::command::{Command, zero_or_more};
use crate::communities::CommunitiesResult;
use crate::modularity::check_resolution;
use crate::multilevel::{Multilevel, check_repetitions};

const NAME: &str = "Leiden";

/// Leiden and its settings.
///
/// ```
/// use quince_algorithms::Leiden;
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // Two triangles and an edge between them.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 6), (6, 4)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let found = graph.run(Leiden::default())?;
/// assert_eq!(found.num_communities(), 2);
/// assert_eq!((found.community(3), found.community(4)), (Some(0), Some(1)));
/// assert!((found.modularity() - 5.0 / 14.0).abs() < 1e-12);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct Leiden {
    /// How many communities are wanted: above 1 more, below 1 fewer
    #[cfg_attr(feature = "cli", arg(long, value_name = "R",
        default_value_t = Self::DEFAULT_RESOLUTION, value_parser = zero_or_more,
        allow_hyphen_values = true))]
    resolution: f64,

    /// How freely a refinement chooses: at 0.01 a part that is worth 1 % of an average edge more is
    /// e times as likely
    #[cfg_attr(feature = "cli", arg(long, value_name = "T",
        default_value_t = Self::DEFAULT_RANDOMNESS, value_parser = zero_or_more,
        allow_hyphen_values = true))]
    randomness: f64,

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

    /// Draws the order in which vertices move, and the parts that they join
    #[cfg_attr(feature = "cli", arg(long, value_name = "S", default_value_t = Self::DEFAULT_SEED))]
    seed: u64,
}

#[cfg(feature = "cli")]
impl Command for Leiden {
    type Result = CommunitiesResult;

    const NAME: &'static str = "leiden";

    const ABOUT: &'static str = "\
Find connected communities of high modularity by the Leiden method

The graph must be undirected; weights count, and must not be negative. Every community is connected.

Prints the largest communities, one `community<TAB>size` line each; --output writes the community \
of every vertex, --report the modularity of every level.";

    const EXAMPLES: &'static str = "\
  The ten largest communities and their sizes:
    quince leiden datasets/graphs/karate.tsv --undirected --weighted

  Smaller communities, of every vertex into a file, with their modularity:
    quince leiden web.el.gz --undirected --resolution 2 --output found.csv --report run.json";
}

impl Default for Leiden {
    fn default() -> Self {
        Self {
            resolution: Self::DEFAULT_RESOLUTION,
            randomness: Self::DEFAULT_RANDOMNESS,
            iterations: Self::DEFAULT_ITERATIONS,
            trials: None,
            seed: Self::DEFAULT_SEED,
        }
    }
}

impl Leiden {
    /// The resolution unless another is set.
    pub const DEFAULT_RESOLUTION: f64 = 1.0;

    /// The randomness unless another is set.
    pub const DEFAULT_RANDOMNESS: f64 = 0.01;

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
    /// assert_eq!(graph.run(Leiden::default().resolution(0.1))?.num_communities(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn resolution(mut self, resolution: f64) -> Self {
        self.resolution = resolution;
        self
    }

    /// How freely a refinement chooses, in weights of an average edge: a part that is worth this
    /// much more is e times as likely.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Leiden::default().randomness(0.001))?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn randomness(mut self, randomness: f64) -> Self {
        self.randomness = randomness;
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
    /// assert_eq!(graph.run(Leiden::default().iterations(1))?.num_communities(), 2);
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
    /// assert_eq!(graph.run(Leiden::default().trials(3))?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn trials(mut self, trials: u64) -> Self {
        self.trials = Some(trials);
        self
    }

    /// Draws the order in which vertices move, and the parts that they join.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// assert_eq!(graph.run(Leiden::default().seed(7))?.num_communities(), 2);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn multilevel(&self) -> Multilevel {
        let &Self { resolution, randomness, iterations: passes, trials, seed } = self;
        let randomness = Some(randomness);
        Multilevel { name: NAME, resolution, seed, randomness, passes, trials }
    }

    fn check(&self) -> Result<()> {
        check_resolution(NAME, self.resolution)?;
        check_repetitions(NAME, self.iterations, self.trials)?;
        if self.randomness.is_finite() && self.randomness > 0.0 {
            return Ok(());
        }
        let (parameter, value) = ("randomness", self.randomness.to_string());
        Err(Error::Parameter { algorithm: NAME, parameter, value, expected: "above 0" })
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for Leiden {
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
        Ok(PlanNode::new("step iteration Leiden")
            .property("until", format!("nothing is put together, {} times", self.iterations))
            .property("step", "move by rounds, refine by rounds, aggregate")
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
        check(true, |seed, resolution| Leiden::default().seed(seed).resolution(resolution));
    }

    #[test]
    fn finds_the_best_of_the_karate_club() {
        let found = karate().run(Leiden::default()).unwrap();
        assert!((0.4188..0.4199).contains(&found.modularity()), "{}", found.modularity());
        for wrong in [Leiden::default().randomness(0.0), Leiden::default().iterations(0)] {
            assert!(matches!(karate().run(wrong), Err(Error::Parameter { .. })));
        }
    }
}
