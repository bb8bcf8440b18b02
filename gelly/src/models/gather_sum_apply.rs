//! Gather-sum-apply iterations (GSA): a vertex gathers over its edges, sums, and applies the sum.
//!
//! `gather` makes a message of a neighbour's value and the value of the edge between, `sum` combines
//! two messages, and `apply` makes a vertex's new value of all of them. Only neighbours whose value
//! changed in the superstep before are gathered; in the first one it is all. The iteration ends when
//! no value changed, or after the maximum number of supersteps. Follows Gelly's
//! `GatherSumApplyIteration`.
//!
//! ```
//! use quince_core::Environment;
//! use quince_core::iteration::Combiner;
//! use quince_gelly::models::gather_sum_apply::{ApplyContext, GatherSumApply, Neighbor};
//! use quince_gelly::{IndexedGraph, weighted_edges};
//!
//! let env = Environment::builder().threads(2).build()?;
//! let edges = weighted_edges([(1, 2, 12.0), (1, 3, 13.0), (2, 3, 0.5), (3, 4, 1.0)]);
//! let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&edges)?;
//!
//! let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
//! let apply = |distance: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
//!     if distance < *vertex.value() {
//!         vertex.set_result(distance);
//!     }
//! };
//! let result = GatherSumApply::new(gather, Combiner::min(), apply, 100)
//!     .run(&graph, |id| if id == 1.into() { 0.0 } else { f64::INFINITY })?;
//! assert_eq!(result.by_dense(), [0.0, 12.0, 12.5, 13.5]);
//! # Ok::<(), quince_gelly::Error>(())
//! ```

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use quince_core::columnar::Record;
use quince_core::index::{Dictionary, EntryValue, Key};
use quince_core::iteration::{Combine, MessageProgram, Outbox};
use quince_core::report::AggregateValue;

use super::aggregators::{Aggregable, Aggregates};
use super::along::KeepsIdle;
use super::configuration::{IterationConfiguration, SuperstepContext};
use super::result::ModelResult;
use super::run::Job;
use super::ways::Ends;
use crate::error::Result;
use crate::indexed_graph::IndexedGraph;

/// What a vertex gathers from a neighbour: Gelly's `GatherFunction` of this model. `P` is the
/// neighbour's value, or what is [read](GatherSumApply::reading) of it.
pub trait GatherFunction<P, E, M>: Send + Sync {
    /// The message of a neighbour.
    fn gather(&self, neighbor: Neighbor<'_, P, E>) -> M;

    /// Whether it makes of what changes nothing that it is summed with the same again, whatever the
    /// edge: see [`KeepsIdle`].
    fn keeps_idle(&self) -> bool {
        false
    }

    /// Called before every superstep, once.
    fn pre_superstep(&mut self, _superstep: &SuperstepContext) {}

    /// Called after every superstep, once.
    fn post_superstep(&mut self, _superstep: &SuperstepContext) {}
}

impl<P, E, M, F: Fn(Neighbor<'_, P, E>) -> M + Send + Sync> GatherFunction<P, E, M> for F {
    #[inline(always)]
    fn gather(&self, neighbor: Neighbor<'_, P, E>) -> M {
        self(neighbor)
    }
}

impl<P, E, M, G: GatherFunction<P, E, M>> GatherFunction<P, E, M> for KeepsIdle<G> {
    #[inline(always)]
    fn gather(&self, neighbor: Neighbor<'_, P, E>) -> M {
        self.0.gather(neighbor)
    }

    fn keeps_idle(&self) -> bool {
        true
    }

    fn pre_superstep(&mut self, superstep: &SuperstepContext) {
        self.0.pre_superstep(superstep);
    }

    fn post_superstep(&mut self, superstep: &SuperstepContext) {
        self.0.post_superstep(superstep);
    }
}

/// What a vertex makes of the sum of its messages: Gelly's `ApplyFunction`.
pub trait ApplyFunction<VV, M>: Send + Sync {
    /// Applies the sum of all messages to a vertex.
    fn apply(&self, sum: M, vertex: &mut ApplyContext<'_, '_, VV>);

    /// Called before every superstep, once.
    fn pre_superstep(&mut self, _superstep: &SuperstepContext) {}

    /// Called after every superstep, once.
    fn post_superstep(&mut self, _superstep: &SuperstepContext) {}
}

impl<VV, M, F: Fn(M, &mut ApplyContext<'_, '_, VV>) + Send + Sync> ApplyFunction<VV, M> for F {
    #[inline(always)]
    fn apply(&self, sum: M, vertex: &mut ApplyContext<'_, '_, VV>) {
        self(sum, vertex);
    }
}

/// What is gathered of a neighbour: all of its value, or a narrower thing, so that the rest of it is
/// not read for every edge.
pub trait Reading<VV>: Send + Sync {
    /// What is read.
    type Read: Clone + Send + Sync + 'static;

    /// What is read of a value.
    fn read(&self, value: &VV) -> Self::Read;
}

/// All of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Whole;

impl<VV: Clone + Send + Sync + 'static> Reading<VV> for Whole {
    type Read = VV;

    #[inline(always)]
    fn read(&self, value: &VV) -> VV {
        value.clone()
    }
}

impl<VV, P, F> Reading<VV> for F
where
    P: Clone + Send + Sync + 'static,
    F: Fn(&VV) -> P + Send + Sync,
{
    type Read = P;

    #[inline(always)]
    fn read(&self, value: &VV) -> P {
        self(value)
    }
}

/// A neighbour and the edge to it. Beside its own methods it has those of [`SuperstepContext`].
#[derive(Clone, Copy, Debug)]
pub struct Neighbor<'a, P, E> {
    value: &'a P,
    edge_value: E,
    superstep: &'a SuperstepContext,
}

impl<P, E: Copy> Neighbor<'_, P, E> {
    /// The neighbour's value as it was when the superstep began.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// let gather = |neighbor: Neighbor<'_, f64, f64>| *neighbor.value();
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&0.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn value(&self) -> &P {
        self.value
    }

    /// The value of the edge.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn edge_value(&self) -> E {
        self.edge_value
    }
}

impl<P, E> Deref for Neighbor<'_, P, E> {
    type Target = SuperstepContext;

    fn deref(&self) -> &SuperstepContext {
        self.superstep
    }
}

/// A vertex to which a sum is applied. Beside its own methods it has those of [`SuperstepContext`].
pub struct ApplyContext<'a, 'g, VV> {
    vertex: u32,
    value: &'a mut VV,
    has_changed: bool,
    dictionary: &'g Dictionary,
    aggregates: &'a mut Aggregates,
    superstep: &'a SuperstepContext,
}

impl<VV> fmt::Debug for ApplyContext<'_, '_, VV> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyContext").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl<VV> Deref for ApplyContext<'_, '_, VV> {
    type Target = SuperstepContext;

    fn deref(&self) -> &SuperstepContext {
        self.superstep
    }
}

impl<'g, VV> ApplyContext<'_, 'g, VV> {
    /// The vertex's id.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    ///     // Nothing gets through 2.
    ///     if vertex.id() != 2.into() && least < *vertex.value() {
    ///         vertex.set_result(least);
    ///     }
    /// };
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&4.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn id(&self) -> Key<'g> {
        self.dictionary.key(self.vertex)
    }

    /// The vertex by its dense number.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// let two = graph.dictionary().get(2);
    /// let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    ///     // Nothing gets through 2.
    ///     if Some(vertex.vertex()) != two && least < *vertex.value() {
    ///         vertex.set_result(least);
    ///     }
    /// };
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&4.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn vertex(&self) -> u32 {
        self.vertex
    }

    /// Its value.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    ///     if least < *vertex.value() {
    ///         vertex.set_result(least);
    ///     }
    /// };
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn value(&self) -> &VV {
        self.value
    }

    /// Gives it a new value; its neighbours gather it in the next superstep.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| vertex.set_result(least);
    /// let result = GatherSumApply::new(gather, f64::min, apply, 1).run(&graph, start)?;
    /// assert_eq!((result.value(2), result.value(3)), (Some(&1.5), Some(&4.0)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn set_result(&mut self, value: VV) {
        *self.value = value;
        self.has_changed = true;
    }

    /// Adds a value to an aggregator; what they all add is seen in the next superstep.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// let apply = |_: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    ///     let before = vertex.previous_aggregate::<i64>("told").unwrap_or(0);
    ///     vertex.aggregate("told", 1i64);
    ///     vertex.set_result(before as f64);
    /// };
    /// let configuration = IterationConfiguration::new().aggregator("told", LONG_SUM);
    /// let iteration = GatherSumApply::new(gather, f64::min, apply, 2).configuration(configuration);
    /// assert_eq!(iteration.run(&graph, start)?.value(3), Some(&2.0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such aggregator, or it takes values of another type.
    pub fn aggregate<V: Aggregable>(&mut self, name: &str, value: V) {
        self.aggregates.add(name, value);
    }
}

/// A gather-sum-apply iteration to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct GatherSumApply<G, S, A, R = Whole> {
    gather: G,
    sum: S,
    apply: A,
    reading: R,
    configuration: IterationConfiguration,
    maximum_supersteps: u64,
}

impl<G, S, A> GatherSumApply<G, S, A> {
    /// An iteration of `gather` and `apply`, functions or [`GatherFunction`] and [`ApplyFunction`],
    /// for at most so many supersteps. `sum` is an associative function, or a
    /// [`Combiner`](quince_core::iteration::Combiner) that says what it does.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(gather: G, sum: S, apply: A, maximum_supersteps: u64) -> Self {
        let configuration = IterationConfiguration::default();
        Self { gather, sum, apply, reading: Whole, configuration, maximum_supersteps }
    }
}

impl<G, S, A, R> GatherSumApply<G, S, A, R> {
    /// What is gathered of a neighbour's value; by default all of it.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// // What crosses the edges is half of each value.
    /// let half = |value: &f64| value / 2.0;
    /// let iteration = GatherSumApply::new(gather, f64::min, apply, 9).reading(half);
    /// assert_eq!(iteration.run(&graph, start)?.value(3), Some(&2.75));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn reading<T>(self, reading: T) -> GatherSumApply<G, S, A, T> {
        let Self { gather, sum, apply, configuration, maximum_supersteps, .. } = self;
        GatherSumApply { gather, sum, apply, reading, configuration, maximum_supersteps }
    }

    /// Every other option.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// let configuration = IterationConfiguration::new().direction(Neighborhood::In);
    /// let iteration = GatherSumApply::new(gather, f64::min, apply, 9).configuration(configuration);
    /// let to_three = |id: Key<'_>| if id == 3.into() { 0.0 } else { f64::INFINITY };
    /// assert_eq!(iteration.run(&graph, to_three)?.value(1), Some(&3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn configuration(self, configuration: IterationConfiguration) -> Self {
        Self { configuration, ..self }
    }

    /// Runs it on a graph whose vertices have the values that `initial` gives their ids.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{gather_sum_apply::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
    /// # let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
    /// # let start = |id: Key<'_>| if id == 1.into() { 0.0 } else { f64::INFINITY };
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice, a function panics, or the environment is cancelled.
    pub fn run<VV, E, M>(
        self,
        graph: &IndexedGraph<E>,
        initial: impl Fn(Key<'_>) -> VV + Send + Sync,
    ) -> Result<ModelResult<VV>>
    where
        VV: Record,
        E: EntryValue,
        M: Clone + Send + Sync + 'static,
        R: Reading<VV>,
        G: GatherFunction<R::Read, E, M>,
        S: Combine<M>,
        A: ApplyFunction<VV, M>,
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
    /// # let gather = |neighbor: Neighbor<'_, f64, f64>| neighbor.value() + neighbor.edge_value();
    /// # let apply = |least: f64, vertex: &mut ApplyContext<'_, '_, f64>| {
    /// #     if least < *vertex.value() {
    /// #         vertex.set_result(least);
    /// #     }
    /// # };
    /// let one = graph.dictionary().get(1);
    /// let start = |vertex: u32| if Some(vertex) == one { 0.0 } else { f64::INFINITY };
    /// let result = GatherSumApply::new(gather, f64::min, apply, 9).run_from(&graph, start)?;
    /// assert_eq!(result.value(3), Some(&3.5));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the budget does not suffice, a function panics, or the environment is cancelled.
    pub fn run_from<VV, E, M>(
        self,
        graph: &IndexedGraph<E>,
        initial: impl Fn(u32) -> VV + Send + Sync,
    ) -> Result<ModelResult<VV>>
    where
        VV: Record,
        E: EntryValue,
        M: Clone + Send + Sync + 'static,
        R: Reading<VV>,
        G: GatherFunction<R::Read, E, M>,
        S: Combine<M>,
        A: ApplyFunction<VV, M>,
    {
        let Self { gather, sum, apply, reading, configuration, maximum_supersteps } = self;
        let (job, superstep) =
            Job::new("gather-sum-apply iteration", graph, configuration, maximum_supersteps)?;
        let (ends, types) = (job.indexes.ends(), PhantomData);
        let program = Program { gather, sum, apply, reading, superstep, ends, types };
        job.run(ends, initial, program)
    }
}

struct Program<'g, VV, E: EntryValue, M, G, S, A, R> {
    gather: G,
    sum: S,
    apply: A,
    reading: R,
    superstep: SuperstepContext,
    ends: Ends<'g, E>,
    types: PhantomData<fn(VV, M)>,
}

impl<VV, E, M, G, S, A, R> MessageProgram<E> for Program<'_, VV, E, M, G, S, A, R>
where
    VV: Record,
    E: EntryValue,
    M: Clone + Send + Sync + 'static,
    R: Reading<VV>,
    G: GatherFunction<R::Read, E, M>,
    S: Combine<M>,
    A: ApplyFunction<VV, M>,
{
    type State = VV;
    type Sent = R::Read;
    type Message = M;
    type Combiner = S;
    type Partial = Aggregates;
    const SCATTERS: bool = true;
    // What is gathered of a vertex depends on its value alone.

    fn sends_on_receipt(&self) -> bool {
        true
    }

    fn combiner(&self) -> &S {
        &self.sum
    }

    fn idle(&self) -> Option<R::Read> {
        let idle = self.sum.idle().filter(|_| self.gather.keeps_idle())?;
        (&idle as &dyn Any).downcast_ref().cloned()
    }

    #[inline(always)]
    fn is_idle(&self, read: &R::Read) -> bool {
        let read: &dyn Any = read;
        read.downcast_ref().is_some_and(|message| self.sum.is_idle(message))
    }

    fn partial(&self) -> Aggregates {
        self.superstep.fresh_aggregates()
    }

    fn begin_superstep(&mut self, superstep: u64) {
        self.superstep.begin(superstep);
        self.gather.pre_superstep(&self.superstep);
        self.apply.pre_superstep(&self.superstep);
    }

    fn end_superstep(
        &mut self,
        _superstep: u64,
        partials: Vec<Aggregates>,
    ) -> Vec<(String, AggregateValue)> {
        self.gather.post_superstep(&self.superstep);
        self.apply.post_superstep(&self.superstep);
        self.superstep.end(partials)
    }

    #[inline(always)]
    fn scatter(
        &self,
        _vertex: u32,
        value: &VV,
        out: &mut Outbox<R::Read, M>,
        _aggregates: &mut Aggregates,
    ) {
        // Nothing else is put out.
        let _ = out.send_all(self.reading.read(value));
    }

    #[inline(always)]
    fn along(&self, read: &R::Read, edge_value: E) -> M {
        self.gather.gather(Neighbor { value: read, edge_value, superstep: &self.superstep })
    }

    #[inline(always)]
    fn receive(
        &self,
        vertex: u32,
        value: &mut VV,
        messages: &[M],
        out: &mut Outbox<R::Read, M>,
        aggregates: &mut Aggregates,
    ) {
        let mut context = ApplyContext {
            vertex,
            value,
            has_changed: false,
            dictionary: self.ends.dictionary,
            aggregates,
            superstep: &self.superstep,
        };
        for sum in messages {
            self.apply.apply(sum.clone(), &mut context);
        }
        if context.has_changed {
            out.change();
            // Nothing else is put out.
            let _ = out.send_all(self.reading.read(value));
        }
    }

    fn owned_bytes(&self, value: &VV) -> usize {
        value.heap_bytes()
    }

    fn describe(&self, vertex: u32) -> String {
        format!("vertex {}", self.ends.id(vertex))
    }
}
