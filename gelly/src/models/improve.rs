//! Gather-sum-apply where a value only ever improves: the smallest, or the largest, of what came.
//!
//! If `sum` is the minimum and a vertex takes it whenever it is smaller, nobody can tell when a
//! message arrived, or how often. What the engine may do then: merge messages in place
//! (core's delta iteration), or let the best ones go first ([`ordered_by`](Improvement::ordered_by),
//! delta-stepping).
//!
//! ```
//! use quince_core::Environment;
//! use quince_core::iteration::Combiner;
//! use quince_gelly::models::gather_sum_apply::GatherSumApply;
//! use quince_gelly::{IndexedGraph, weighted_edges};
//!
//! let env = Environment::builder().threads(2).build()?;
//! let edges = weighted_edges([(1, 2, 12.0), (1, 3, 13.0), (2, 3, 0.5), (3, 4, 1.0)]);
//! let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&edges)?;
//!
//! let gather = |distance: f64, weight: f64| distance + weight;
//! let result = GatherSumApply::improving(gather, Combiner::min())
//!     .ordered_by(2.0)
//!     .settling()
//!     .run(&graph, |id| if id == 1.into() { 0.0 } else { f64::INFINITY })?;
//! assert_eq!(result.by_dense(), [0.0, 12.0, 12.5, 13.5]);
//! # Ok::<(), quince_gelly::Error>(())
//! ```

use std::marker::PhantomData;

use quince_core::algebra::{Max, Min, Monoid, Semilattice};
use quince_core::columnar::Native;
use quince_core::environment::Environment;
use quince_core::index::{EntryValue, Key, StaticIndex};
use quince_core::iteration::{
    Combiner, DeltaIteration, DeltaProgram, IterationReport, OrderedIteration, OrderedProgram,
};
use quince_core::memory::{Segment, SharedWord};

use super::gather_sum_apply::GatherSumApply;
use super::ways::{Indexes, Way};
use crate::error::{Error, Result};
use crate::graph::Neighborhood;
use crate::indexed_graph::IndexedGraph;
use crate::vertex_values::VertexValues;

/// A combiner of values of type `V` that only improve.
pub trait Improves<V: SharedWord> {
    /// The order in which they do.
    type Lattice: Semilattice<Value = V>;
}

impl<T: SharedWord> Improves<T> for Combiner<Min<T>>
where
    Min<T>: Semilattice<Value = T>,
{
    type Lattice = Min<T>;
}

impl<T: SharedWord> Improves<T> for Combiner<Max<T>>
where
    Max<T>: Semilattice<Value = T>,
{
    type Lattice = Max<T>;
}

/// A gather-sum-apply iteration whose vertices take the sum whenever it is better.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct Improvement<G, C> {
    gather: G,
    name: String,
    direction: Neighborhood,
    maximum_supersteps: Option<u64>,
    width: Option<f64>,
    settles: bool,
    combiner: PhantomData<C>,
}

/// What an improvement ended with, and how it went.
#[derive(Debug)]
#[must_use]
pub struct ImprovementResult<V: Native> {
    values: VertexValues<V>,
    report: IterationReport,
}

impl<V: Native> ImprovementResult<V> {
    /// The values of all vertices.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let result = GatherSumApply::improving(gather, Combiner::min()).run(&graph, start)?;
    /// assert_eq!(result.values().top(1), [(3.into(), 3.5)]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn values(&self) -> &VertexValues<V> {
        &self.values
    }

    /// The value of a vertex.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let result = GatherSumApply::improving(gather, Combiner::min()).run(&graph, start)?;
    /// assert_eq!((result.value(3), result.value(4)), (Some(3.5), None));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn value<'k>(&self, id: impl Into<Key<'k>>) -> Option<V> {
        self.values.get(id)
    }

    /// The values by dense number.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let result = GatherSumApply::improving(gather, Combiner::min()).run(&graph, start)?;
    /// assert_eq!(result.by_dense(), [0.0, 1.5, 3.5]);
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn by_dense(&self) -> &[V] {
        self.values.by_dense()
    }

    /// The supersteps and why they ended.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let iteration = GatherSumApply::improving(gather, Combiner::min()).name("distances");
    /// assert_eq!(iteration.run(&graph, start)?.report().name, "distances");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn report(&self) -> &IterationReport {
        &self.report
    }
}

impl<G> GatherSumApply<G, (), ()> {
    /// A gather-sum-apply iteration whose sum is a minimum or a maximum and whose vertices take it
    /// whenever it is better than what they have.
    ///
    /// `gather(value, edge value)` is asked for a better value: given a worse one, what it gives must
    /// not be better. A neighbour whose value is the worst there is (infinity, the largest integer)
    /// is not gathered.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let result = GatherSumApply::improving(gather, Combiner::min()).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn improving<C>(gather: G, _sum: C) -> Improvement<G, C> {
        Improvement {
            gather,
            name: "gather-sum-apply iteration".to_owned(),
            direction: Neighborhood::Out,
            maximum_supersteps: None,
            width: None,
            settles: false,
            combiner: PhantomData,
        }
    }
}

impl<G, C> Improvement<G, C> {
    /// The name in reports and errors.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let iteration = GatherSumApply::improving(gather, Combiner::min()).name("distances");
    /// assert_eq!(iteration.run(&graph, start)?.report().name, "distances");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// Along which edges values travel; by default from source to target.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let iteration = GatherSumApply::improving(gather, Combiner::min()).direction(Neighborhood::In);
    /// let to_three = |id: Key<'_>| if id == 3.into() { 0.0 } else { f64::INFINITY };
    /// assert_eq!(iteration.run(&graph, to_three)?.value(1), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn direction(mut self, direction: Neighborhood) -> Self {
        self.direction = direction;
        self
    }

    /// Ends also after so many supersteps, with what they reached.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let iteration = GatherSumApply::improving(gather, Combiner::min()).maximum_supersteps(1);
    /// assert_eq!(iteration.run(&graph, start)?.value(3), Some(4.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn maximum_supersteps(mut self, supersteps: u64) -> Self {
        self.maximum_supersteps = Some(supersteps);
        self
    }
}

impl<G, V> Improvement<G, Combiner<Min<V>>> {
    /// Lets the smallest values go first: those between 0 and `width`, until nothing changes there,
    /// then those up to twice that, and so on. A superstep is one such bucket. Pays where edges add
    /// to what is gathered, as in shortest paths.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let iteration = GatherSumApply::improving(gather, Combiner::min()).ordered_by(1.0);
    /// assert_eq!(iteration.run(&graph, start)?.value(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn ordered_by(mut self, width: f64) -> Self {
        self.width = Some(width);
        self
    }

    /// Promises that what is gathered is never smaller than the value that it is gathered from, as no
    /// way becomes shorter by going on. Then vertices [whose turn](Self::ordered_by) is over are
    /// settled, and edges that lead back to them need not be looked at. If the promise is broken,
    /// vertices may be left with values that are too large.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// let gather = |distance: f64, weight: f64| distance + weight;
    /// let iteration = GatherSumApply::improving(gather, Combiner::min());
    /// let result = iteration.ordered_by(1.0).settling().run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn settling(mut self) -> Self {
        self.settles = true;
        self
    }
}

impl<G, C> Improvement<G, C> {
    /// Runs it on a graph whose vertices have the values that `initial` gives their ids.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let result = GatherSumApply::improving(gather, Combiner::min()).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the width of the order is not above 0, the budget does not suffice, a function panics, or
    /// the environment is cancelled.
    pub fn run<E, V>(
        self,
        graph: &IndexedGraph<E>,
        initial: impl Fn(Key<'_>) -> V + Send + Sync,
    ) -> Result<ImprovementResult<V>>
    where
        E: EntryValue,
        V: SharedWord + EntryValue + Native,
        C: Improves<V>,
        G: Fn(V, E) -> V + Send + Sync,
    {
        let dictionary = graph.dictionary();
        self.run_from(graph, |vertex| initial(dictionary.key(vertex)))
    }

    /// As [`run`](Self::run), with the values of vertices by their dense numbers.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |distance: f64, weight: f64| distance + weight;
    /// let one = graph.dictionary().get(1);
    /// let start = |vertex: u32| if Some(vertex) == one { 0.0 } else { f64::INFINITY };
    /// let result = GatherSumApply::improving(gather, Combiner::min()).run_from(&graph, start)?;
    /// assert_eq!(result.value(3), Some(3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_from<E, V>(
        self,
        graph: &IndexedGraph<E>,
        initial: impl Fn(u32) -> V + Send + Sync,
    ) -> Result<ImprovementResult<V>>
    where
        E: EntryValue,
        V: SharedWord + EntryValue + Native,
        C: Improves<V>,
        G: Fn(V, E) -> V + Send + Sync,
    {
        if let Some(width) = self.width.filter(|width| !(*width > 0.0 && width.is_finite())) {
            return Err(Error::Parameter {
                algorithm: "gather-sum-apply iteration",
                parameter: "the width of the order",
                value: width.to_string(),
                expected: "above 0",
            });
        }
        let indexes = Indexes::of(graph, self.direction)?;
        let ends = indexes.ends();
        let env = graph.environment();
        let program = Program::<_, _, C::Lattice> {
            gather: &self.gather,
            initial,
            per_width: 1.0 / self.width.unwrap_or(1.0),
            settles: self.settles,
            lattice: PhantomData,
        };
        let (solution, report) = match (self.width, &ends.from) {
            // Told apart here once, and not at every row.
            (Some(_), Way::One(from)) => self.in_order(env, *from, &program)?,
            (Some(_), Way::Both(from)) => self.in_order(env, from, &program)?,
            (None, _) => self.in_supersteps(env, &ends.to, &ends.from, &program)?,
        };
        let values = VertexValues::new(graph.dictionary().clone(), solution);
        Ok(ImprovementResult { values, report })
    }

    fn in_order<L: Semilattice, I: StaticIndex, P: OrderedProgram<I::Value, Lattice = L>>(
        &self,
        env: &Environment,
        from: &I,
        program: &P,
    ) -> Result<(Segment<L::Value>, IterationReport)> {
        let mut iteration = OrderedIteration::new(&self.name, from, program);
        if let Some(most) = self.maximum_supersteps {
            iteration = iteration.maximum_supersteps(most);
        }
        let result = iteration.run(env)?;
        Ok((result.solution, result.report))
    }

    fn in_supersteps<L: Semilattice, I: StaticIndex, P: DeltaProgram<I::Value, Lattice = L>>(
        &self,
        env: &Environment,
        to: &I,
        from: &I,
        program: &P,
    ) -> Result<(Segment<L::Value>, IterationReport)> {
        let mut iteration = DeltaIteration::new(&self.name, to, program).senders(from);
        if let Some(most) = self.maximum_supersteps {
            iteration = iteration.maximum_supersteps(most);
        }
        let result = iteration.run(env)?;
        Ok((result.solution, result.report))
    }
}

struct Program<'a, G, F, L> {
    gather: &'a G,
    initial: F,
    per_width: f64,
    settles: bool,
    lattice: PhantomData<L>,
}

impl<G, F, L: Semilattice> Program<'_, G, F, L> {
    #[inline(always)]
    fn gathered<E>(&self, value: L::Value, edge_value: E) -> L::Value
    where
        G: Fn(L::Value, E) -> L::Value,
    {
        if value == L::IDENTITY { L::IDENTITY } else { (self.gather)(value, edge_value) }
    }
}

impl<G, F, L, E> DeltaProgram<E> for Program<'_, G, F, L>
where
    L: Semilattice,
    E: EntryValue,
    F: Fn(u32) -> L::Value + Sync,
    G: Fn(L::Value, E) -> L::Value + Sync,
{
    type Lattice = L;

    fn initial(&self, vertex: u32) -> L::Value {
        (self.initial)(vertex)
    }

    fn is_active(&self, vertex: u32) -> bool {
        (self.initial)(vertex) != <L as Monoid>::IDENTITY
    }

    #[inline(always)]
    fn message(&self, value: L::Value, edge_value: E) -> L::Value {
        self.gathered(value, edge_value)
    }
}

impl<G, F, L, E> OrderedProgram<E> for Program<'_, G, F, L>
where
    L: Semilattice<Value: EntryValue>,
    E: EntryValue,
    F: Fn(u32) -> L::Value + Sync,
    G: Fn(L::Value, E) -> L::Value + Sync,
{
    type Lattice = L;

    fn initial(&self, vertex: u32) -> L::Value {
        (self.initial)(vertex)
    }

    #[inline(always)]
    fn message(&self, value: L::Value, edge_value: E) -> L::Value {
        self.gathered(value, edge_value)
    }

    fn settles(&self) -> bool {
        self.settles
    }

    /// Rises with the value: negative ones are all in the first bucket.
    #[inline(always)]
    fn bucket(&self, value: L::Value) -> u64 {
        (value.to_weight() * self.per_width) as u64
    }
}
