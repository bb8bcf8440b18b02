//! The options of an iteration, and what its functions see of a superstep.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use quince_core::columnar::Record;
use quince_core::dataset::DataSet;
use quince_core::environment::Environment;
use quince_core::iteration::{Combine, Travel};
use quince_core::memory::Reservation;

use super::aggregators::{Aggregable, Aggregates};
use crate::error::Result;
use crate::graph::Neighborhood;

/// The options that the three models share: Gelly's `IterationConfiguration` and its subclasses.
///
/// ```
/// use quince_gelly::Neighborhood;
/// use quince_gelly::models::{IterationConfiguration, LONG_SUM};
///
/// let configuration = IterationConfiguration::new()
///     .name("spread")
///     .direction(Neighborhood::All)
///     .num_vertices(true)
///     .aggregator("moved", LONG_SUM)
///     .broadcast_set("seeds", vec![3u64, 14]);
/// # let _ = configuration;
/// ```
#[derive(Default)]
#[must_use = "options do nothing until an iteration has them"]
pub struct IterationConfiguration {
    pub(super) name: Option<String>,
    pub(super) parallelism: Option<usize>,
    pub(super) direction: Option<Neighborhood>,
    pub(super) travel: Travel,
    pub(super) with_degrees: bool,
    with_num_vertices: bool,
    aggregates: Aggregates,
    broadcasts: Vec<(String, Collect)>,
}

/// Collects a broadcast set when the iteration begins.
type Collect = Box<dyn FnOnce(&Environment) -> Result<Collected> + Send>;

/// A broadcast set.
struct Collected {
    values: Arc<dyn Any + Send + Sync>,
    _paid: Reservation,
}

impl fmt::Debug for IterationConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let broadcasts: Vec<_> = self.broadcasts.iter().map(|(name, _)| name).collect();
        f.debug_struct("IterationConfiguration")
            .field("name", &self.name)
            .field("parallelism", &self.parallelism)
            .field("direction", &self.direction)
            .field("travel", &self.travel)
            .field("degrees", &self.with_degrees)
            .field("num_vertices", &self.with_num_vertices)
            .field("aggregators", &self.aggregates)
            .field("broadcast_sets", &broadcasts)
            .finish()
    }
}

impl IterationConfiguration {
    /// Every option at its default.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let configuration = IterationConfiguration::new();
    /// let result = VertexCentric::new(count, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The name in reports and errors; by default that of the model.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let configuration = IterationConfiguration::new().name("in-degrees");
    /// let result = VertexCentric::new(count, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.report().name, "in-degrees");
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// The number of threads that work on it; by default those of the environment.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let configuration = IterationConfiguration::new().parallelism(2);
    /// let result = VertexCentric::new(count, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn parallelism(mut self, threads: usize) -> Self {
        self.parallelism = Some(threads);
        self
    }

    /// Along which edges messages travel: `Out` from source to target (the default), `In` from
    /// target to source, `All` both ways.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// // Against the edges, in-degrees become out-degrees.
    /// let configuration = IterationConfiguration::new().direction(Neighborhood::In);
    /// let result = VertexCentric::new(count, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn direction(mut self, direction: Neighborhood) -> Self {
        self.direction = Some(direction);
        self
    }

    /// How messages cross the index; by default as the engine finds best, superstep by superstep.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let count = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    /// #     match vertex.superstep_number() {
    /// #         1 => vertex.send_message_to_all_neighbors(1),
    /// #         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    /// #     }
    /// # };
    /// let configuration = IterationConfiguration::new().travel(Travel::Push);
    /// let result = VertexCentric::new(count, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn travel(mut self, travel: Travel) -> Self {
        self.travel = travel;
        self
    }

    /// Whether functions see degrees; by default they do not.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     let degree = vertex.out_degree().expect("the option is on");
    ///     vertex.send_message_to_all_neighbors(degree);
    /// };
    /// let configuration = IterationConfiguration::new().degrees(true);
    /// let result = ScatterGather::new(send, sum, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn degrees(mut self, with_degrees: bool) -> Self {
        self.with_degrees = with_degrees;
        self
    }

    /// Whether functions see the number of vertices; by default they do not.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     let vertices = vertex.num_vertices().expect("the option is on");
    ///     vertex.send_message_to_all_neighbors(vertices);
    /// };
    /// let configuration = IterationConfiguration::new().num_vertices(true);
    /// let result = ScatterGather::new(send, sum, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(2), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn num_vertices(mut self, with_num_vertices: bool) -> Self {
        self.with_num_vertices = with_num_vertices;
        self
    }

    /// Registers an aggregator: an associative function, or one with a name such as
    /// [`LONG_SUM`](super::LONG_SUM) or `Combiner::<Min<f64>>::min()`. What functions add to it is
    /// combined in a fixed order.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, i64, (), ()>, _: &[()]| {
    ///     let before = vertex.previous_aggregate::<i64>("vertices").unwrap_or(0);
    ///     vertex.aggregate("vertices", 1i64);
    ///     vertex.set_new_vertex_value(before);
    ///     vertex.send_message_to_all_neighbors(());
    /// };
    /// let configuration = IterationConfiguration::new().aggregator("vertices", LONG_SUM);
    /// let result = VertexCentric::new(compute, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(2), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn aggregator<V: Aggregable>(
        mut self,
        name: &str,
        combine: impl Combine<V> + 'static,
    ) -> Self {
        self.aggregates.register(name, combine);
        self
    }

    /// Values that all functions see whole, by name.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let all: u64 = vertex.broadcast_set::<u64>("numbers").iter().sum();
    ///     vertex.set_new_vertex_value(all);
    /// };
    /// let configuration = IterationConfiguration::new().broadcast_set("numbers", vec![3u64, 4]);
    /// let result = VertexCentric::new(compute, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(2), Some(&7));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn broadcast_set<T: Record>(self, name: &str, values: Vec<T>) -> Self {
        self.broadcast(name, move |_| Ok(values))
    }

    /// The records of a data set, which all functions see whole, by name. Collected when the
    /// iteration begins.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// use quince_core::dataset::DataSet;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let all: u64 = vertex.broadcast_set::<u64>("numbers").iter().sum();
    ///     vertex.set_new_vertex_value(all);
    /// };
    /// let numbers = DataSet::from_collection(&env, [3u64, 4]);
    /// let configuration = IterationConfiguration::new().broadcast_data_set("numbers", &numbers);
    /// let result = VertexCentric::new(compute, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(2), Some(&7));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn broadcast_data_set<T: Record>(self, name: &str, values: &DataSet<T>) -> Self {
        let values = values.clone();
        self.broadcast(name, move |_| Ok(values.collect()?))
    }

    fn broadcast<T: Record>(
        mut self,
        name: &str,
        collect: impl FnOnce(&Environment) -> Result<Vec<T>> + Send + 'static,
    ) -> Self {
        let collect = |env: &Environment| {
            let values = collect(env)?;
            let owned: usize = values.iter().map(Record::heap_bytes).sum();
            let bytes = values.capacity() * size_of::<T>() + owned;
            let paid = env.memory().reserve("broadcast set", bytes as u64)?;
            Ok(Collected { values: Arc::new(values), _paid: paid })
        };
        self.broadcasts.retain(|(other, _)| other != name);
        self.broadcasts.push((name.to_owned(), Box::new(collect)));
        self
    }

    /// What functions see before the first superstep.
    pub(super) fn into_context(
        self,
        env: &Environment,
        num_vertices: u64,
    ) -> Result<SuperstepContext> {
        let collect = |(name, collect): (String, Collect)| Ok((name, collect(env)?));
        Ok(SuperstepContext {
            number: 0,
            num_vertices: self.with_num_vertices.then_some(num_vertices),
            direction: self.direction.unwrap_or(Neighborhood::Out),
            previous: self.aggregates.fresh(),
            broadcasts: Arc::new(self.broadcasts.into_iter().map(collect).collect::<Result<_>>()?),
        })
    }
}

/// What every function sees of a superstep.
pub struct SuperstepContext {
    number: u64,
    num_vertices: Option<u64>,
    direction: Neighborhood,
    previous: Aggregates,
    broadcasts: Arc<Vec<(String, Collected)>>,
}

impl fmt::Debug for SuperstepContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuperstepContext")
            .field("number", &self.number)
            .field("num_vertices", &self.num_vertices)
            .field("aggregators", &self.previous)
            .finish_non_exhaustive()
    }
}

impl SuperstepContext {
    /// The superstep, from 1.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let superstep = vertex.superstep_number();
    ///     vertex.set_new_vertex_value(superstep);
    ///     vertex.send_message_to_all_neighbors(());
    /// };
    /// // Nobody sends to 1 after the first superstep.
    /// let result = VertexCentric::new(compute, 2).run(&graph, |_| 0)?;
    /// assert_eq!((result.value(1), result.value(2)), (Some(&1), Some(&2)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline]
    pub fn superstep_number(&self) -> u64 {
        self.number
    }

    /// The number of vertices; `None` unless the option is on.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let vertices = vertex.num_vertices().expect("the option is on");
    ///     vertex.set_new_vertex_value(vertices);
    /// };
    /// let configuration = IterationConfiguration::new().num_vertices(true);
    /// let result = VertexCentric::new(compute, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline]
    pub fn num_vertices(&self) -> Option<u64> {
        self.num_vertices
    }

    /// Along which edges messages travel.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     assert_eq!(vertex.direction(), Neighborhood::Out);
    /// };
    /// VertexCentric::new(compute, 1).run(&graph, |_| 0)?;
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn direction(&self) -> Neighborhood {
        self.direction
    }

    /// What an aggregator reached in the superstep before; `None` in the first one, and if nothing
    /// was added to it.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, i64, (), ()>, _: &[()]| {
    ///     let before = vertex.previous_aggregate::<i64>("vertices").unwrap_or(0);
    ///     vertex.aggregate("vertices", 1i64);
    ///     vertex.set_new_vertex_value(before);
    ///     vertex.send_message_to_all_neighbors(());
    /// };
    /// let configuration = IterationConfiguration::new().aggregator("vertices", LONG_SUM);
    /// let result = VertexCentric::new(compute, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!((result.value(1), result.value(2)), (Some(&0), Some(&3)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such aggregator, or its values are of another type.
    pub fn previous_aggregate<V: Aggregable>(&self, name: &str) -> Option<V> {
        self.previous.get(name)
    }

    /// A broadcast set.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let all: u64 = vertex.broadcast_set::<u64>("numbers").iter().sum();
    ///     vertex.set_new_vertex_value(all);
    /// };
    /// let configuration = IterationConfiguration::new().broadcast_set("numbers", vec![3u64, 4]);
    /// let result = VertexCentric::new(compute, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(2), Some(&7));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such set, or its values are of another type.
    pub fn broadcast_set<T: Record>(&self, name: &str) -> &[T] {
        let Some((_, set)) = self.broadcasts.iter().find(|(other, _)| other == name) else {
            panic!("there is no broadcast set {name:?}; add it before the iteration runs");
        };
        let values: Option<&Vec<T>> = set.values.downcast_ref();
        let Some(values) = values else {
            panic!("the broadcast set {name:?} does not hold {}", std::any::type_name::<T>());
        };
        values
    }

    /// Another that sees the same.
    pub(super) fn fresh(&self) -> Self {
        let Self { number, num_vertices, direction, .. } = *self;
        let (previous, broadcasts) = (self.previous.fresh(), self.broadcasts.clone());
        Self { number, num_vertices, direction, previous, broadcasts }
    }

    /// Whether there are aggregators.
    pub(super) fn aggregates(&self) -> bool {
        !self.previous.is_empty()
    }

    pub(super) fn begin(&mut self, superstep: u64) {
        self.number = superstep;
    }

    /// What a piece of the work begins to add to.
    pub(super) fn fresh_aggregates(&self) -> Aggregates {
        self.previous.fresh()
    }

    /// The superstep is over: what its pieces reached is the previous aggregate from now on.
    pub(super) fn end(
        &mut self,
        partials: Vec<Aggregates>,
    ) -> Vec<(String, quince_core::report::AggregateValue)> {
        self.previous = self.previous.fresh();
        self.previous.merge(partials);
        self.previous.to_report()
    }
}
