//! Incremental single-source shortest paths: distances that are known, after edges were removed.
//!
//! An edge from u to v is tight if the distance of u and its weight are the distance of v. Every
//! shortest path is made of tight edges, so a vertex whose tight edges are all there keeps its
//! distance. In plain form, on the graph without the edges:
//!
//! ```text
//! look at the targets of removed edges, then at vertices that were told:
//!     a vertex is invalid if no tight edge leads to it from a valid vertex that is nearer
//!     a vertex that became invalid tells those that its tight edges lead to
//! until nobody is told
//! the invalid vertices take the least distance by an edge from a valid one, and pass it on
//! ```
//!
//! The result is that of [`SingleSourceShortestPaths`](crate::SingleSourceShortestPaths) on the graph
//! without the edges, bit for bit. A tight edge of weight 0 holds nobody: vertices on a cycle of
//! such edges could otherwise hold each other. A vertex that hangs on one may be computed again
//! without need.
//!
//! - **Iterations**: steps, in each of which those that were told look at their in-edges in
//!   parallel; then an ordered delta from the invalid vertices, as the shortest paths themselves.
//! - **Cost**: O(edges of invalid vertices and of those that they tell) time beside one pass over
//!   the vertices. 41 bytes a vertex: distances, a mark, and what the ordered delta takes.
//! - **Deterministic**: a vertex is looked at with what the superstep before left, and the least
//!   sum is unique.
//! - **Source**: Ramalingam, Reps: *An Incremental Algorithm for a Generalization of the
//!   Shortest-Path Problem*, 1996. Follows Gelly's example `IncrementalSSSP`, which leads to a
//!   sink instead of from a source, looks at each vertex once (it is invalid if it had a single
//!   tight edge), and stops with invalid vertices at infinity;
//!   [`invalidate_only`](IncrementalSingleSourceShortestPaths::invalidate_only) stops there too.

use std::io::{self, Write};
#[cfg(feature = "cli")]
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use quince_core::Environment;
use quince_core::algebra::Min;
use quince_core::index::{Csr, EntryValue, StaticIndex};
use quince_core::iteration::{
    IterationReport, OrderedIteration, OrderedProgram, StepIteration, StepOutcome, bucket_width,
};
use quince_core::memory::{PaidVec, Segment, SharedSlice, SharedWord};
use quince_core::pipeline::Source;
use quince_core::plan::PlanNode;
use quince_gelly::{
    EdgeDirection, Error, GraphAlgorithm, GraphSize, Id, IndexedGraph, Result, VertexId,
    VertexValues,
};
use rayon::prelude::*;

#[cfg(feature = "cli")]
use crate::command::Command;
use crate::outcome::Outcome;
use crate::single_source_shortest_paths::SingleSourceShortestPathsResult;
use crate::sources;
use crate::weights::wrong_weight;

#[cfg(feature = "cli")]
mod file;

const NAME: &str = "IncrementalSingleSourceShortestPaths";

/// Shortest paths after edges were removed, and their settings.
///
/// It runs on the graph without the edges.
///
/// ```
/// use quince_algorithms::{IncrementalSingleSourceShortestPaths, SingleSourceShortestPaths};
/// use quince_core::Environment;
/// use quince_gelly::{IndexedGraph, weighted_edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let mut roads = vec![(1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (1, 3, 5.0), (1, 5, 1.0)];
/// let build = |roads: &[(i64, i64, f64)]| {
///     IndexedGraph::builder(&env).build_weighted(&weighted_edges(roads.iter().copied()))
/// };
/// let known = build(&roads)?.run(SingleSourceShortestPaths::new(1))?;
/// assert_eq!(known.distance(4), Some(3.0));
///
/// roads.remove(1);
/// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known.distances().clone());
/// let now = build(&roads)?.run(algorithm.removed(2, 3))?;
/// assert_eq!((now.distance(3), now.distance(4)), (Some(5.0), Some(6.0)));
/// assert_eq!(now.num_invalidated(), 2);
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[must_use = "an algorithm does nothing until a graph runs it"]
pub struct IncrementalSingleSourceShortestPaths {
    /// The vertex that distances are from
    #[cfg_attr(feature = "cli", arg(long, value_name = "ID"))]
    source: Id,

    #[cfg_attr(feature = "cli", arg(skip))]
    known: Option<VertexValues<f64>>,

    /// The distances before: a file with a line for each vertex, its id and its distance
    #[cfg(feature = "cli")]
    #[arg(long = "distances", value_name = "FILE", required = true)]
    file: Option<PathBuf>,

    /// An edge that was removed, by its ends; may be given several times
    #[cfg_attr(feature = "cli", arg(long, num_args = 2, value_names = ["FROM", "TO"],
        required = true))]
    removed: Vec<Id>,

    /// Leave the vertices that lost their paths at infinity, as Gelly's example does
    #[cfg_attr(feature = "cli", arg(long))]
    invalidate_only: bool,
}

#[cfg(feature = "cli")]
impl Command for IncrementalSingleSourceShortestPaths {
    type Result = IncrementalSingleSourceShortestPathsResult;

    const NAME: &'static str = "incremental-single-source-shortest-paths";

    const ABOUT: &'static str = "\
Bring distances from a source up to date after edges were removed

The input is the graph without the edges. Only vertices that lost all of their shortest paths are \
computed again; the result is that of single-source-shortest-paths.

Prints the farthest vertices that a path leads to, one `vertex<TAB>distance` line each; --output \
writes the distance of every vertex, which is infinite where no path leads.";

    const EXAMPLES: &'static str = "\
  Distances, and what they are without the road from 17 to 42:
    quince single-source-shortest-paths roads.csv --weighted --source 1 --output before.csv
    grep -v '^17,42,' roads.csv > fewer.csv
    quince incremental-single-source-shortest-paths fewer.csv --weighted --source 1 \\
      --distances before.csv --removed 17 42 --output after.csv";
}

impl IncrementalSingleSourceShortestPaths {
    /// The distances from `source`, of which those before are `known`.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known);
    /// assert_eq!(graph.run(algorithm.removed(2, 3))?.distance(3), Some(4.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(source: impl Into<Id>, known: VertexValues<f64>) -> Self {
        Self {
            source: source.into(),
            known: Some(known),
            #[cfg(feature = "cli")]
            file: None,
            removed: Vec::new(),
            invalidate_only: false,
        }
    }

    /// An edge from one vertex to another was removed; in an undirected graph, between them. If
    /// there are others between the two, they stay.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(2, 3);
    /// assert_eq!(graph.run(algorithm)?.distance(3), Some(4.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn removed(mut self, from: impl Into<Id>, to: impl Into<Id>) -> Self {
        self.removed.extend([from.into(), to.into()]);
        self
    }

    /// Leaves the vertices that lost their paths at infinity, as Gelly's example does.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(2, 3);
    /// assert_eq!(graph.run(algorithm.invalidate_only())?.distance(3), Some(f64::INFINITY));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn invalidate_only(mut self) -> Self {
        self.invalidate_only = true;
        self
    }

    /// The distances before, by dense id.
    fn known<E: EntryValue>(&self, graph: &IndexedGraph<E>) -> Result<Segment<f64>> {
        let num_keys = graph.dictionary().len();
        let mut distances = graph.environment().memory().allocate("distances", num_keys)?;
        #[cfg(feature = "cli")]
        if let Some(path) = &self.file {
            file::read(graph, path, &mut distances)?;
            return Ok(distances);
        }
        let known = self.known.as_ref().expect("every constructor gives distances");
        for (vertex, distance) in distances.iter_mut().enumerate() {
            let id = graph.dictionary().key(vertex as u32);
            *distance = known.get(id).ok_or_else(|| wrong(format!("unknown for vertex {id}")))?;
        }
        Ok(distances)
    }

    /// The vertices that an edge to them was removed of, as far as there are any left.
    fn targets<E: EntryValue>(&self, graph: &IndexedGraph<E>) -> Result<PaidVec<u32>> {
        let mut targets = PaidVec::new(graph.environment().memory(), "workset");
        for edge in self.removed.chunks(2) {
            let ends = if graph.is_directed() { &edge[1..] } else { edge };
            for vertex in ends.iter().filter_map(|id| graph.find(id).ok()) {
                targets.push(vertex)?;
            }
        }
        keep_distinct(&mut targets);
        Ok(targets)
    }
}

fn wrong(value: String) -> Error {
    let expected = "0 for the source, and 0 or more, or infinity, for every vertex";
    Error::Parameter { algorithm: NAME, parameter: "a distance before", value, expected }
}

fn keep_distinct(vertices: &mut PaidVec<u32>) {
    vertices.sort_unstable();
    let mut kept = 0;
    for at in 0..vertices.len() {
        if kept == 0 || vertices[at] != vertices[kept - 1] {
            vertices[kept] = vertices[at];
            kept += 1;
        }
    }
    vertices.truncate(kept);
}

impl<E: EntryValue> GraphAlgorithm<E> for IncrementalSingleSourceShortestPaths {
    type Output = IncrementalSingleSourceShortestPathsResult;

    fn name(&self) -> &'static str {
        NAME
    }

    fn directions(&self, _graph: &IndexedGraph<E>) -> Vec<EdgeDirection> {
        vec![EdgeDirection::Out, EdgeDirection::In]
    }

    fn plan(&self, graph: &IndexedGraph<E>) -> Result<PlanNode> {
        graph.find(&self.source)?;
        let indexes = |plan: PlanNode| {
            plan.input(graph.index_plan(EdgeDirection::In))
                .input(graph.index_plan(EdgeDirection::Out))
        };
        let invalid = PlanNode::new("iteration, invalid vertices")
            .property("superstep", "vertices whose tight edges may be gone look at their in-edges")
            .property("until", "nobody is told to look");
        if self.invalidate_only {
            return Ok(indexes(invalid));
        }
        Ok(indexes(
            PlanNode::new(format!("ordered delta iteration {NAME}"))
                .property("begins with", "the invalid vertices, by edges from valid ones")
                .property("solution", "dense, f64 per vertex")
                .property("merge", "min, a semilattice")
                .input(invalid),
        ))
    }

    fn estimate(&self, size: &GraphSize) -> u64 {
        // Distances and marks; those of the ordered delta, and three pending entries a vertex.
        let ordered = if self.invalidate_only { 0 } else { 8 + 3 * 8 };
        (8 + 1 + ordered) * size.num_vertices
    }

    fn run(&self, graph: &IndexedGraph<E>) -> Result<IncrementalSingleSourceShortestPathsResult> {
        let source = sources::find(graph, NAME, std::slice::from_ref(&self.source))?[0];
        let (out, into) = (graph.index(EdgeDirection::Out)?, graph.index(EdgeDirection::In)?);
        let known = self.known(graph)?;
        check(&known, source)?;
        let (env, told) = (graph.environment(), self.targets(graph)?);
        let mut losses = Losses::new(env, &out, &into, source, known, told)?;
        let num_told = losses.told.len() as u64;
        let invalidation = StepIteration::new(NAME, num_told).run(env, |_| losses.step())?;
        let num_invalidated = losses.invalid.len() as u64;
        losses.replace(!self.invalidate_only)?;
        let (mut distances, mut report) = (None, invalidation.clone());
        let wrong = losses.is_negative.load(Ordering::Relaxed);
        if !self.invalidate_only && !wrong {
            let per_bucket = 1.0 / bucket_width(&*out, E::to_weight).width;
            let program = Again { losses: &losses, per_bucket };
            let again = OrderedIteration::new(NAME, &*out, &program).nested().run(env)?;
            (distances, report) = (Some(again.solution), again.report);
        }
        if losses.is_negative.load(Ordering::Relaxed) {
            return Err(wrong_weight(graph, NAME, "0 or more", is_allowed)?);
        }
        let distances = distances.unwrap_or(losses.distances);
        let distances = VertexValues::new(graph.dictionary().clone(), distances);
        let paths = SingleSourceShortestPathsResult { distances, report };
        Ok(IncrementalSingleSourceShortestPathsResult { paths, num_invalidated, invalidation })
    }
}

fn check(known: &[f64], source: u32) -> Result<()> {
    if known[source as usize] != 0.0 {
        return Err(wrong(format!("{} for the source", known[source as usize])));
    }
    let impossible = known.iter().find(|&&distance| distance.is_nan() || distance < 0.0);
    impossible.map_or(Ok(()), |distance| Err(wrong(distance.to_string())))
}

#[inline(always)]
fn is_allowed(weight: f64) -> bool {
    weight >= 0.0
}

/// Who lost all of their shortest paths.
struct Losses<'a, E: EntryValue> {
    env: &'a Environment,
    out: &'a Csr<E>,
    into: &'a Csr<E>,
    source: u32,
    distances: Segment<f64>,
    /// 1 for an invalid vertex.
    marks: Segment<u8>,
    /// The invalid vertices.
    invalid: PaidVec<u32>,
    /// Those that are to look, ascending.
    told: PaidVec<u32>,
    /// Whether a weight below 0, or none at all, was come across.
    is_negative: AtomicBool,
}

impl<'a, E: EntryValue> Losses<'a, E> {
    fn new(
        env: &'a Environment,
        out: &'a Csr<E>,
        into: &'a Csr<E>,
        source: u32,
        distances: Segment<f64>,
        told: PaidVec<u32>,
    ) -> Result<Self> {
        let marks = env.memory().allocate("invalid", distances.len())?;
        let invalid = PaidVec::new(env.memory(), "invalid");
        let is_negative = false.into();
        Ok(Self { env, out, into, source, distances, marks, invalid, told, is_negative })
    }

    /// Those that were told look; those that lost their paths tell others.
    fn step(&mut self) -> quince_core::Result<StepOutcome> {
        self.env.check_cancelled()?;
        let lost = self.for_all("workset", &self.told, |vertex| u8::from(!self.is_held(vertex)))?;
        let before = self.invalid.len();
        for (&vertex, _) in self.told.iter().zip(&lost[..]).filter(|(_, lost)| **lost == 1) {
            self.marks[vertex as usize] = 1;
            self.invalid.push(vertex)?;
        }
        self.tell(before)?;
        let (changes, workset) = ((self.invalid.len() - before) as u64, self.told.len() as u64);
        Ok(StepOutcome { changes, convergence: None, workset })
    }

    /// Tells those that tight edges of the invalid vertices from the one at `first` on lead to.
    fn tell(&mut self, first: usize) -> quince_core::Result<()> {
        let Self { out, invalid, told, marks, distances, .. } = self;
        told.clear();
        for &vertex in &invalid[first..] {
            let (mut status, distance) = (Ok(()), distances[vertex as usize]);
            out.for_each(vertex, |other, value| {
                let is_tight = distance + value.to_weight() == distances[other as usize];
                if is_tight && marks[other as usize] == 0 && status.is_ok() {
                    status = told.push(other);
                }
            });
            status?;
        }
        keep_distinct(told);
        Ok(())
    }

    /// What `of` gives for each of `vertices`, in their order.
    fn for_all<T: SharedWord>(
        &self,
        name: &'static str,
        vertices: &[u32],
        of: impl Fn(u32) -> T + Sync,
    ) -> quince_core::Result<Segment<T>> {
        let mut values = self.env.memory().allocate(name, vertices.len())?;
        let slots = SharedSlice::new(&mut values);
        vertices.par_iter().enumerate().for_each(|(at, &vertex)| slots.store(at, of(vertex)));
        Ok(values)
    }

    fn is_valid(&self, vertex: u32) -> bool {
        self.marks[vertex as usize] == 0
    }

    /// Whether a shortest path still leads to a vertex, as far as is known.
    fn is_held(&self, vertex: u32) -> bool {
        let own = self.distances[vertex as usize];
        let mut is_held = vertex == self.source || own.is_infinite();
        self.into.for_some(vertex, 0..usize::MAX, |other, value| {
            let (weight, distance) = (value.to_weight(), self.distances[other as usize]);
            self.look_at(weight);
            is_held |= self.is_valid(other) && distance < own && distance + weight == own;
            !is_held
        });
        is_held
    }

    fn look_at(&self, weight: f64) {
        if !is_allowed(weight) {
            self.is_negative.store(true, Ordering::Relaxed);
        }
    }

    /// Gives the invalid vertices the distances by an edge from a valid one, or infinity.
    fn replace(&mut self, by_edge: bool) -> Result<()> {
        let this = &*self;
        let of = |vertex| if by_edge { this.by_edge(vertex) } else { f64::INFINITY };
        let all = this.env.run(NAME, || this.for_all("distances", &this.invalid, of))?;
        for (&vertex, &distance) in self.invalid.iter().zip(&all[..]) {
            self.distances[vertex as usize] = distance;
        }
        Ok(())
    }

    /// The least distance by an edge from a valid vertex.
    fn by_edge(&self, vertex: u32) -> f64 {
        let mut least = f64::INFINITY;
        self.into.for_each(vertex, |other, value| {
            let weight = value.to_weight();
            self.look_at(weight);
            if self.is_valid(other) {
                least = least.min(self.distances[other as usize] + weight);
            }
        });
        least
    }
}

/// Distances of invalid vertices, from those that edges from valid ones give them.
struct Again<'a, 'g, E: EntryValue> {
    losses: &'a Losses<'g, E>,
    /// 1 / width of a bucket.
    per_bucket: f64,
}

impl<E: EntryValue> OrderedProgram<E> for Again<'_, '_, E> {
    type Lattice = Min<f64>;

    #[inline(always)]
    fn initial(&self, vertex: u32) -> f64 {
        self.losses.distances[vertex as usize]
    }

    #[inline(always)]
    fn is_active(&self, vertex: u32) -> bool {
        !self.losses.is_valid(vertex) && self.losses.distances[vertex as usize].is_finite()
    }

    #[inline(always)]
    fn message(&self, distance: f64, value: E) -> f64 {
        let weight = value.to_weight();
        if !is_allowed(weight) {
            // Sends nothing, so that the iteration ends, and then with an error.
            self.losses.look_at(weight);
            return f64::INFINITY;
        }
        distance + weight
    }

    #[inline(always)]
    fn bucket(&self, distance: f64) -> u64 {
        (distance * self.per_bucket) as u64
    }
}

/// The distance of every vertex, and what had to be done for it.
#[derive(Clone, Debug)]
#[must_use]
pub struct IncrementalSingleSourceShortestPathsResult {
    paths: SingleSourceShortestPathsResult,
    num_invalidated: u64,
    invalidation: IterationReport,
}

impl IncrementalSingleSourceShortestPathsResult {
    /// The distance of a vertex; infinity if no path leads to it.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(2, 3);
    /// assert_eq!(graph.run(algorithm)?.distance(2), Some(1.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn distance<'k>(&self, id: impl Into<VertexId<'k>>) -> Option<f64> {
        self.paths.distance(id)
    }

    /// The distances as shortest paths give them. Their report is that of the second iteration, or
    /// of the first if that was all.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(2, 3);
    /// assert_eq!(graph.run(algorithm)?.paths().farthest(1), [(3.into(), 4.0)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn paths(&self) -> &SingleSourceShortestPathsResult {
        &self.paths
    }

    /// The vertices that lost all of their shortest paths.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(2, 3);
    /// assert_eq!(graph.run(algorithm)?.num_invalidated(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_invalidated(&self) -> u64 {
        self.num_invalidated
    }

    /// The supersteps that found them.
    ///
    /// ```
    /// # use quince_algorithms::*;
    /// # use quince_core::Environment;
    /// # use quince_gelly::*;
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let known = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let known = known.run(SingleSourceShortestPaths::new(1))?.distances().clone();
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0)]);
    /// # let graph = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// let algorithm = IncrementalSingleSourceShortestPaths::new(1, known).removed(2, 3);
    /// assert_eq!(graph.run(algorithm)?.invalidation().num_supersteps(), 1);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn invalidation(&self) -> &IterationReport {
        &self.invalidation
    }
}

impl Outcome for IncrementalSingleSourceShortestPathsResult {
    fn iteration(&self) -> Option<&IterationReport> {
        Some(self.paths.report())
    }

    fn table(&self) -> Option<Box<dyn Source>> {
        Outcome::table(&self.paths)
    }

    fn summary(&self) -> Result<serde_json::Value> {
        let mut summary = self.paths.summary()?;
        summary["invalidated"] = self.num_invalidated.into();
        Ok(summary)
    }

    /// The farthest vertices that a path leads to.
    fn print(&self, top: usize, out: &mut dyn Write) -> io::Result<()> {
        self.paths.print(top, out)
    }
}

#[cfg(test)]
mod tests;
