//! Modularity: how much more weight lies inside the communities of a partition than would by chance.
//!
//! With `A` the weights, `k` the sums of a vertex's weights and resolution `r`, over communities `c`,
//! in an undirected and in a directed graph:
//!
//! ```text
//! Q = sum of  inside(c) / 2m  -  r * (K(c) / 2m)^2                inside(c) = sum of A(u, v) in c
//! Q = sum of  inside(c) / m   -  r * K_out(c) * K_in(c) / m^2     K(c) = sum of k(v) in c
//! ```
//!
//! `m` is the weight of all edges. An undirected edge inside counts both ways, so a self-loop counts
//! twice, to `inside` and to `k`; in a directed graph every edge counts once. Parallel edges count
//! each; an edge without a weight weighs 1. Without edges, or if they weigh nothing, modularity is
//! not a number. Negative weights are refused: the definition then needs a second null model.
//!
//! - **Iteration**: none; one pass over the edges, in a directed graph two.
//! - **Cost**: O(edges) time; 12 bytes a vertex, and 8 a community, in a directed graph 16.
//! - **Deterministic**: sums run in the order of the index, the same bits at any number of threads.
//! - **Source**: Newman, Girvan: *Finding and Evaluating Community Structure in Networks*, 2004;
//!   Reichardt, Bornholdt, 2006, for the resolution; Leicht, Newman, 2008, for directed graphs.

#[cfg(feature = "cli")]
mod file;

use std::io::{self, Write};
#[cfg(feature = "cli")]
use std::path::PathBuf;

use quince_core::Environment;
use quince_core::index::{EntryValue, StaticIndex};
use quince_core::memory::Segment;
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{EdgeDirection, Error, GraphAlgorithm, GraphSize, IndexedGraph, Result};
use rayon::prelude::*;
use serde_json::json;

#[cfg(feature = "cli")]
use crate::command::{Command, zero_or_more};
use crate::outcome::Outcome;
use crate::vertex_labels::VertexLabels;
use crate::weights::wrong_weight;

const NAME: &str = "Modularity";

/// The modularity of a partition, and its settings.
///
/// ```
/// use quince_algorithms::{ConnectedComponents, LabelPropagation, Modularity};
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, edges};
///
/// // Two triangles: the communities that label propagation finds are they.
/// let env = Environment::builder().threads(1).build()?;
/// let source = edges([(1, 2), (2, 3), (3, 1), (4, 5), (5, 6), (6, 4)]);
/// let graph = IndexedGraph::builder(&env).directed(false).build(&source)?;
/// let communities = graph.run(LabelPropagation::default())?;
/// let found = graph.run(Modularity::new(communities.labels().clone()))?;
/// assert_eq!((found.modularity, found.communities), (0.5, 2));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct Modularity {
    #[cfg_attr(feature = "cli", arg(skip))]
    communities: Option<VertexLabels>,

    /// The partition: a file with a line for each vertex, its id and the id of its community
    #[cfg(feature = "cli")]
    #[arg(long = "communities", value_name = "FILE", required = true)]
    file: Option<PathBuf>,

    /// How many communities are wanted: above 1 more, below 1 fewer
    #[cfg_attr(feature = "cli", arg(long, value_name = "R",
        default_value_t = Self::DEFAULT_RESOLUTION, value_parser = zero_or_more,
        allow_hyphen_values = true))]
    resolution: f64,
}

#[cfg(feature = "cli")]
impl Command for Modularity {
    type Result = ModularityResult;

    const NAME: &'static str = "modularity";

    const ABOUT: &'static str = "\
Measure how well a partition divides a graph into communities

Modularity compares the weight of edges inside communities with what it would be by chance. \
Directions count if the graph is directed.

Prints the modularity and the number of communities.";

    const EXAMPLES: &'static str = "\
  Of communities that were found before:
    quince leiden datasets/graphs/karate.tsv --undirected --output found.csv
    quince modularity datasets/graphs/karate.tsv --undirected --communities found.csv";
}

impl Modularity {
    /// The resolution unless another is set.
    pub const DEFAULT_RESOLUTION: f64 = 1.0;

    /// Of the partition of vertices with the same label, for the graph that they were made of.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// let found = graph.run(Louvain::default())?;
    /// let modularity = graph.run(Modularity::new(found.labels().clone()))?.modularity;
    /// assert!((modularity - found.modularity()).abs() < 1e-12);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(communities: VertexLabels) -> Self {
        Self {
            communities: Some(communities),
            #[cfg(feature = "cli")]
            file: None,
            resolution: Self::DEFAULT_RESOLUTION,
        }
    }

    /// What is expected by chance is multiplied with this.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::{Environment, executor};
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let triangles = edges([(1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6), (3, 4)]);
    /// # let graph = IndexedGraph::builder(&env).directed(false).build(&triangles)?;
    /// let found = graph.run(Louvain::default())?;
    /// let algorithm = Modularity::new(found.labels().clone()).resolution(0.0);
    /// assert!((graph.run(algorithm)?.modularity - 6.0 / 7.0).abs() < 1e-12);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn resolution(mut self, resolution: f64) -> Self {
        self.resolution = resolution;
        self
    }

    /// The community of each vertex as a number below the number of communities, which is given
    /// too.
    fn numbers<E: EntryValue>(&self, graph: &IndexedGraph<E>) -> Result<(Segment<u32>, usize)> {
        #[cfg(feature = "cli")]
        if let Some(path) = &self.file {
            return file::read(graph, path);
        }
        let labels = self.communities.as_ref().expect("every constructor gives communities");
        labels.numbers(graph)
    }
}

impl<E: EntryValue> GraphAlgorithm<E> for Modularity {
    type Output = ModularityResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        if graph.is_directed() {
            vec![EdgeDirection::Out, EdgeDirection::In]
        } else {
            vec![EdgeDirection::Any]
        }
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        check_resolution(NAME, self.resolution)?;
        let plan = PlanNode::new("modularity").property("execution", "one pass per index");
        let directions = GraphAlgorithm::<E>::directions(self, graph);
        Ok(directions.into_iter().fold(plan, |plan, side| plan.input(graph.index_plan(side))))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        #[cfg(feature = "cli")]
        if self.file.is_some() {
            return file::estimate(size);
        }
        // Communities and strengths; sums by community, of which there are few, are left out.
        12 * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<ModularityResult> {
        check_resolution(NAME, self.resolution)?;
        let (communities, num_communities) = self.numbers(graph)?;
        let env = graph.environment();
        let loops = if graph.is_directed() { 1.0 } else { 2.0 };
        let mut sums = Vec::with_capacity(2);
        let mut inside = 0.0;
        for direction in GraphAlgorithm::<E>::directions(self, graph) {
            let index = graph.index(direction)?;
            let strengths = strengths(graph, NAME, &*index, loops)?;
            sums.push(sums_by_community(env, &strengths, &communities, num_communities)?);
            if sums.len() == 1 {
                inside = weight_inside(env, &*index, &communities, loops)?;
            }
        }
        let total: f64 = sums[0].iter().sum();
        let pairs = sums[0].iter().zip(&sums[sums.len() - 1][..]);
        let expected: f64 = pairs.map(|(a, b)| (a / total) * (b / total)).sum();
        let modularity = inside / total - self.resolution * expected;
        Ok(ModularityResult { modularity, communities: num_communities as u64 })
    }
}

/// Refuses a resolution that makes no sense.
pub(crate) fn check_resolution(algorithm: &'static str, resolution: f64) -> Result<()> {
    if resolution.is_finite() && resolution >= 0.0 {
        return Ok(());
    }
    let (value, expected) = (resolution.to_string(), "0 or more");
    Err(Error::Parameter { algorithm, parameter: "resolution", value, expected })
}

/// The sum of the weights of each key's row, self-loops times `loops`.
///
/// # Errors
/// If a weight is negative or not finite.
pub(crate) fn strengths<E: EntryValue, I: StaticIndex>(
    graph: &IndexedGraph<E>,
    algorithm: &'static str,
    index: &I,
    loops: f64,
) -> Result<Segment<f64>> {
    let env = graph.environment();
    let mut strengths = env.memory().allocate::<f64>("strengths", index.num_keys())?;
    let slots = quince_core::memory::SharedSlice::new(&mut strengths);
    let are_allowed = env.run(algorithm, || {
        let of_chunk = |keys: &std::ops::Range<u32>| {
            env.check_cancelled()?;
            let mut is_allowed = true;
            for key in keys.clone() {
                let mut sum = 0.0;
                index.for_each(key, |column, value| {
                    let weight = value.to_weight();
                    is_allowed &= weight_is_allowed(weight);
                    sum += if column == key { loops * weight } else { weight };
                });
                slots.store(key as usize, sum);
            }
            Ok::<_, quince_core::Error>(is_allowed)
        };
        let allowed = index.par_chunks().map(of_chunk).collect::<Result<Vec<_>, _>>()?;
        Ok(allowed.into_iter().all(|is_allowed| is_allowed))
    })?;
    if are_allowed {
        return Ok(strengths);
    }
    Err(wrong_weight(graph, algorithm, "0 or more, and finite", weight_is_allowed)?)
}

fn weight_is_allowed(weight: f64) -> bool {
    weight >= 0.0 && weight.is_finite()
}

/// The sums of `strengths` by community, in the order of keys.
pub(crate) fn sums_by_community(
    env: &Environment,
    strengths: &[f64],
    communities: &[u32],
    num_communities: usize,
) -> quince_core::Result<Segment<f64>> {
    let mut sums = env.memory().allocate::<f64>("communities", num_communities)?;
    let pairs = strengths.iter().zip(communities);
    pairs.for_each(|(strength, &community)| sums[community as usize] += strength);
    Ok(sums)
}

/// The weight of all entries inside communities, self-loops times `loops`.
pub(crate) fn weight_inside<I: StaticIndex>(
    env: &Environment,
    index: &I,
    communities: &[u32],
    loops: f64,
) -> quince_core::Result<f64> {
    env.run(NAME, || {
        let of_chunk = |keys: &std::ops::Range<u32>| {
            env.check_cancelled()?;
            let mut sum = 0.0;
            for key in keys.clone() {
                let own = communities[key as usize];
                index.for_each(key, |column, value| {
                    if communities[column as usize] == own {
                        let weight = value.to_weight();
                        sum += if column == key { loops * weight } else { weight };
                    }
                });
            }
            Ok::<_, quince_core::Error>(sum)
        };
        let sums = index.par_chunks().map(of_chunk).collect::<Result<Vec<f64>, _>>()?;
        Ok(sums.into_iter().sum())
    })
}

/// The modularity of a partition.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct ModularityResult {
    /// At most 1; not a number if there is no weight.
    pub modularity: f64,
    /// How many communities the partition has.
    pub communities: u64,
}

impl Outcome for ModularityResult {
    fn table(&self) -> Option<Box<dyn Source>> {
        None
    }

    fn summary(&self) -> Result<serde_json::Value> {
        Ok(json!({ "modularity": self.modularity, "communities": self.communities }))
    }

    fn print(&self, _top: usize, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "modularity\t{:?}", self.modularity)?;
        writeln!(out, "communities\t{}", self.communities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_graphs::{Case, cases};
    use crate::test_support::{check_estimate_of, random_graphs};
    use proptest::prelude::*;
    use quince_gelly::{VertexId, edges, weighted_edges};

    /// The definition, over all pairs of vertices.
    pub(crate) fn reference(case: &Case, communities: &[u32], resolution: f64) -> f64 {
        let n = Case::NUM_VERTICES;
        let mut weights = vec![0.0; n * n];
        for (u, v, w) in case.weighted_arcs() {
            weights[u * n + v] += if u == v && !case.is_directed() { 2.0 * w } else { w };
        }
        let out = |u: usize| weights[u * n..][..n].iter().sum::<f64>();
        let into = |v: usize| (0..n).map(|u| weights[u * n + v]).sum::<f64>();
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        for u in 0..n {
            for v in 0..n {
                if communities[u] == communities[v] {
                    sum += weights[u * n + v] - resolution * out(u) * into(v) / total;
                }
            }
        }
        sum / total
    }

    /// Labels of a graph whose ids are 0 to n.
    fn labels<E: EntryValue>(graph: &IndexedGraph<E>, by_id: &[u32]) -> VertexLabels {
        let memory = graph.environment().memory();
        let mut labels = memory.allocate::<u32>("labels", graph.dictionary().len()).unwrap();
        for (vertex, label) in labels.iter_mut().enumerate() {
            let VertexId::Integer(id) = graph.dictionary().key(vertex as u32) else { panic!() };
            *label = by_id[id as usize];
        }
        VertexLabels::counted(graph, labels)
    }

    proptest! {
        #![proptest_config(random_graphs())]
        #[test]
        fn agrees_with_the_definition(
            case in cases(), resolution in 0.0f64..3.0,
            communities in prop::collection::vec(0u32..5, Case::NUM_VERTICES),
        ) {
            let expected = reference(&case, &communities, resolution);
            let run = |threads| {
                let graph = case.weighted_graph(threads);
                let algorithm = Modularity::new(labels(&graph, &communities));
                graph.run(algorithm.resolution(resolution)).unwrap()
            };
            let found = run(1);
            prop_assert!((found.modularity - expected).abs() < 1e-12
                || found.modularity.is_nan() && case.is_empty());
            prop_assert_eq!(found.modularity.to_bits(), run(8).modularity.to_bits());
        }
    }

    #[test]
    fn negative_weights_and_resolutions_are_refused() {
        let env = Environment::builder().threads(1).build().unwrap();
        let source = weighted_edges([(0, 1, 1.0), (1, 2, -2.0)]);
        let graph = IndexedGraph::builder(&env).build_weighted(&source).unwrap();
        let error = graph.run(Modularity::new(labels(&graph, &[0, 0, 1]))).unwrap_err();
        assert!(error.to_string().contains("-2"), "{error}");
        let graph = IndexedGraph::from_source(&env, &edges([(0, 1)])).unwrap();
        let algorithm = Modularity::new(labels(&graph, &[0, 0])).resolution(-1.0);
        assert!(matches!(graph.run(algorithm), Err(Error::Parameter { .. })));
    }

    #[test]
    fn the_estimate_is_near_the_measured_peak() {
        let groups: Vec<u32> = (0..40_000).map(|at| at / 100).collect();
        check_estimate_of(|graph| Modularity::new(labels(graph, &groups)));
    }
}
