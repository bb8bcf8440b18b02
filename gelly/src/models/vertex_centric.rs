//! Vertex-centric iterations (Pregel): a vertex receives messages, computes, and sends.
//!
//! Messages are received in the superstep after that in which they were sent. In the first superstep
//! every vertex computes, without messages; after that those that got one. The iteration ends when
//! no message is under way, or after the maximum number of supersteps. Follows Gelly's
//! `VertexCentricIteration`.
//!
//! ```
//! use quince_core::Environment;
//! use quince_core::iteration::Combiner;
//! use quince_gelly::models::vertex_centric::{ComputeContext, VertexCentric};
//! use quince_gelly::{Id, IndexedGraph, weighted_edges};
//!
//! let env = Environment::builder().threads(2).build()?;
//! let edges = weighted_edges([(1, 2, 12.0), (1, 3, 13.0), (2, 3, 0.5), (3, 4, 1.0)]);
//! let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&edges)?;
//! let source = graph.find(&Id::from(1))?;
//!
//! let shortest = |vertex: &mut ComputeContext<'_, '_, f64, f64, f64>, messages: &[f64]| {
//!     let start = if vertex.vertex() == source { 0.0 } else { f64::INFINITY };
//!     let distance = messages.iter().fold(start, |least, &message| least.min(message));
//!     if distance < *vertex.value() {
//!         vertex.set_new_vertex_value(distance);
//!         vertex.send_message_to_all_neighbors(distance);
//!     }
//! };
//! let result = VertexCentric::new(shortest, 100)
//!     .combiner(Combiner::min())
//!     .along_edges(|distance: &f64, weight: f64| distance + weight)
//!     .run(&graph, |_| f64::INFINITY)?;
//! assert_eq!(result.by_dense(), [0.0, 12.0, 12.5, 13.5]);
//! # Ok::<(), quince_gelly::Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use quince_core::columnar::Record;
use quince_core::index::{EntryValue, Key};
use quince_core::iteration::{Combine, MessageProgram, Outbox, Uncombined};
use quince_core::report::AggregateValue;

use super::aggregators::{Aggregable, Aggregates};
use super::along::{AlongEdges, Unchanged};
use super::configuration::{IterationConfiguration, SuperstepContext};
use super::post::Post;
use super::result::ModelResult;
use super::run::Job;
use super::ways::{Edges, Ends};
use crate::error::Result;
use crate::id::Id;
use crate::indexed_graph::IndexedGraph;

/// What a vertex does: Gelly's `ComputeFunction`.
///
/// A closure is one; a type of your own can have hooks, and state that it changes in them.
pub trait ComputeFunction<VV, E: EntryValue, M>: Send + Sync {
    /// Computes a vertex from the messages that it got: in the first superstep none, later one if
    /// there is a combiner, and all that were sent to it if there is none.
    fn compute(&self, vertex: &mut ComputeContext<'_, '_, VV, E, M>, messages: &[M]);

    /// Called before every superstep, once.
    fn pre_superstep(&mut self, _superstep: &SuperstepContext) {}

    /// Called after every superstep, once.
    fn post_superstep(&mut self, _superstep: &SuperstepContext) {}
}

impl<VV, E: EntryValue, M, F> ComputeFunction<VV, E, M> for F
where
    F: Fn(&mut ComputeContext<'_, '_, VV, E, M>, &[M]) + Send + Sync,
{
    #[inline(always)]
    fn compute(&self, vertex: &mut ComputeContext<'_, '_, VV, E, M>, messages: &[M]) {
        self(vertex, messages);
    }
}

/// A vertex that computes. Beside its own methods it has those of [`SuperstepContext`].
pub struct ComputeContext<'a, 'g, VV, E: EntryValue, M> {
    value: &'a mut VV,
    post: Post<'a, 'g, E, M>,
    along: &'a dyn AlongEdges<M, E>,
    aggregates: &'a mut Aggregates,
    superstep: &'a SuperstepContext,
}

impl<VV, E: EntryValue, M> fmt::Debug for ComputeContext<'_, '_, VV, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputeContext").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl<VV, E: EntryValue, M> Deref for ComputeContext<'_, '_, VV, E, M> {
    type Target = SuperstepContext;

    fn deref(&self) -> &SuperstepContext {
        self.superstep
    }
}

impl<'g, VV, E: EntryValue, M> ComputeContext<'_, 'g, VV, E, M> {
    /// The vertex's id.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, String, (), ()>, _: &[()]| {
    ///     let id = vertex.id().to_string();
    ///     vertex.set_new_vertex_value(id);
    /// };
    /// let result = VertexCentric::new(compute, 1).run(&graph, |_| String::new())?;
    /// assert_eq!(result.value(3), Some(&"3".to_owned()));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn id(&self) -> Key<'g> {
        self.post.ends.id(self.post.vertex)
    }

    /// The vertex by its dense number.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u32, (), ()>, _: &[()]| {
    ///     let number = vertex.vertex();
    ///     vertex.set_new_vertex_value(number);
    /// };
    /// let result = VertexCentric::new(compute, 1).run(&graph, |_| 9)?;
    /// assert_eq!(result.value(3), graph.dictionary().get(3).as_ref());
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn vertex(&self) -> u32 {
        self.post.vertex
    }

    /// Its value.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let twice = 2 * vertex.value();
    ///     vertex.set_new_vertex_value(twice);
    /// };
    /// let result = VertexCentric::new(compute, 1).run(&graph, |_| 21)?;
    /// assert_eq!(result.value(1), Some(&42));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn value(&self) -> &VV {
        self.value
    }

    /// Gives it a new value.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     vertex.set_new_vertex_value(7);
    /// };
    /// let result = VertexCentric::new(compute, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&7));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn set_new_vertex_value(&mut self, value: VV) {
        *self.value = value;
        self.post.out.change();
    }

    /// The edges along which its messages travel; by default those out of it.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), ()>, _: &[()]| {
    ///     let degree = vertex.edges().len() as u64;
    ///     vertex.set_new_vertex_value(degree);
    /// };
    /// let result = VertexCentric::new(compute, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn edges(&self) -> Edges<'g, E> {
        self.post.edges()
    }

    /// The dense number of the vertex of this id; `None` if the graph does not have it.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, bool, (), ()>, _: &[()]| {
    ///     let has_seven = vertex.find(&Id::from(7)).is_some();
    ///     vertex.set_new_vertex_value(has_seven);
    /// };
    /// let result = VertexCentric::new(compute, 1).run(&graph, |_| true)?;
    /// assert_eq!(result.value(1), Some(&false));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn find(&self, id: &Id) -> Option<u32> {
        self.post.ends.find(id)
    }

    /// Sends a message to the vertex of this dense number, a neighbour or not.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    ///     if vertex.superstep_number() == 1 {
    ///         for edge in vertex.edges() {
    ///             vertex.send_message_to(edge.neighbor, 1);
    ///         }
    ///     } else {
    ///         vertex.set_new_vertex_value(messages.iter().sum());
    ///     }
    /// };
    /// let result = VertexCentric::new(compute, 2).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline]
    pub fn send_message_to(&mut self, vertex: u32, message: M) {
        self.post.out.send_to(vertex, message);
    }

    /// Sends a message to the vertex of this id, a neighbour or not. If the graph does not have
    /// it, the iteration ends with [`Error::UnknownRecipient`](crate::Error::UnknownRecipient).
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    ///     if vertex.superstep_number() == 1 {
    ///         vertex.send_message_to_id(&Id::from(1), 1);
    ///     } else {
    ///         vertex.set_new_vertex_value(messages.iter().sum());
    ///     }
    /// };
    /// let result = VertexCentric::new(compute, 2).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn send_message_to_id(&mut self, id: &Id, message: M) {
        self.post.send_to_id(id, message);
    }

    /// Sends a message along each of its [`edges`](Self::edges).
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{vertex_centric::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let compute = |vertex: &mut ComputeContext<'_, '_, u64, (), u64>, messages: &[u64]| {
    ///     match vertex.superstep_number() {
    ///         1 => vertex.send_message_to_all_neighbors(1),
    ///         _ => vertex.set_new_vertex_value(messages.iter().sum()),
    ///     }
    /// };
    /// let result = VertexCentric::new(compute, 2).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn send_message_to_all_neighbors(&mut self, message: M) {
        self.post.send_all(message, self.along);
    }

    /// Adds a value to an aggregator; what they all add is seen in the next superstep.
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
    ///
    /// # Panics
    /// If there is no such aggregator, or it takes values of another type.
    pub fn aggregate<V: Aggregable>(&mut self, name: &str, value: V) {
        self.aggregates.add(name, value);
    }
}

/// A vertex-centric iteration to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct VertexCentric<F, C = Uncombined, A = Unchanged> {
    compute: F,
    combiner: C,
    along: A,
    configuration: IterationConfiguration,
    maximum_supersteps: u64,
}

impl<F> VertexCentric<F> {
    /// An iteration of `compute`, a function or a [`ComputeFunction`], for at most so many
    /// supersteps.
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
    /// let result = VertexCentric::new(count, 2).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(compute: F, maximum_supersteps: u64) -> Self {
        let configuration = IterationConfiguration::default();
        Self { compute, combiner: Uncombined, along: Unchanged, configuration, maximum_supersteps }
    }
}

impl<F, C, A> VertexCentric<F, C, A> {
    /// Combines the messages to a vertex before it computes: by an associative function, or by a
    /// [`Combiner`](quince_core::iteration::Combiner) that says what it does.
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
    /// let result = VertexCentric::new(count, 2).combiner(|a: u64, b: u64| a + b).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn combiner<D>(self, combiner: D) -> VertexCentric<F, D, A> {
        let Self { compute, along, configuration, maximum_supersteps, .. } = self;
        VertexCentric { compute, combiner, along, configuration, maximum_supersteps }
    }

    /// What an edge makes of a message to all neighbours; by default it arrives as it was sent.
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
    /// let tenfold = |message: &u64, _: ()| 10 * message;
    /// let result = VertexCentric::new(count, 2).along_edges(tenfold).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&20));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn along_edges<B>(self, along: B) -> VertexCentric<F, C, B> {
        let Self { compute, combiner, configuration, maximum_supersteps, .. } = self;
        VertexCentric { compute, combiner, along, configuration, maximum_supersteps }
    }

    /// Every other option.
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
    pub fn configuration(self, configuration: IterationConfiguration) -> Self {
        Self { configuration, ..self }
    }

    /// Runs it on a graph whose vertices have the values that `initial` gives their ids.
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
    /// let result = VertexCentric::new(count, 1).run(&graph, |id| id.to_string().len() as u64)?;
    /// assert_eq!(result.value(3), Some(&1));
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
        M: Clone + Send + Sync,
        F: ComputeFunction<VV, E, M>,
        C: Combine<M>,
        A: AlongEdges<M, E>,
    {
        let dictionary = graph.dictionary();
        self.run_from(graph, |vertex| initial(dictionary.key(vertex)))
    }

    /// As [`run`](Self::run), with the values of vertices by their dense numbers.
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
    /// let result = VertexCentric::new(count, 1).run_from(&graph, |vertex| 10 * u64::from(vertex))?;
    /// assert_eq!(result.by_dense(), [0, 10, 20]);
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
        M: Clone + Send + Sync,
        F: ComputeFunction<VV, E, M>,
        C: Combine<M>,
        A: AlongEdges<M, E>,
    {
        let Self { compute, combiner, along, configuration, maximum_supersteps } = self;
        let (job, superstep) =
            Job::new("vertex-centric iteration", graph, configuration, maximum_supersteps)?;
        let ends = job.indexes.ends();
        let types = PhantomData;
        job.run(ends, initial, Program { compute, combiner, along, superstep, ends, types })
    }
}

struct Program<'g, VV, E: EntryValue, M, F, C, A> {
    compute: F,
    combiner: C,
    along: A,
    superstep: SuperstepContext,
    ends: Ends<'g, E>,
    types: PhantomData<fn(VV, M)>,
}

impl<VV, E, M, F, C, A> MessageProgram<E> for Program<'_, VV, E, M, F, C, A>
where
    VV: Record,
    E: EntryValue,
    M: Clone + Send + Sync,
    F: ComputeFunction<VV, E, M>,
    C: Combine<M>,
    A: AlongEdges<M, E>,
{
    type State = VV;
    type Sent = M;
    type Message = M;
    type Combiner = C;
    type Partial = Aggregates;
    const SCATTERS: bool = false;

    fn combiner(&self) -> &C {
        &self.combiner
    }

    fn idle(&self) -> Option<M> {
        self.combiner.idle().filter(|_| self.along.keeps_idle())
    }

    #[inline(always)]
    fn is_idle(&self, sent: &M) -> bool {
        self.combiner.is_idle(sent)
    }

    fn partial(&self) -> Aggregates {
        self.superstep.fresh_aggregates()
    }

    fn begin_superstep(&mut self, superstep: u64) {
        self.superstep.begin(superstep);
        self.compute.pre_superstep(&self.superstep);
    }

    fn end_superstep(
        &mut self,
        _superstep: u64,
        partials: Vec<Aggregates>,
    ) -> Vec<(String, AggregateValue)> {
        self.compute.post_superstep(&self.superstep);
        self.superstep.end(partials)
    }

    #[inline(always)]
    fn along(&self, sent: &M, value: E) -> M {
        self.along.along(sent, value)
    }

    #[inline(always)]
    fn receive(
        &self,
        vertex: u32,
        value: &mut VV,
        messages: &[M],
        out: &mut Outbox<M, M>,
        aggregates: &mut Aggregates,
    ) {
        let post = Post { vertex, ends: &self.ends, out };
        let (along, superstep) = (&self.along, &self.superstep);
        let mut context = ComputeContext { value, post, along, aggregates, superstep };
        self.compute.compute(&mut context, messages);
    }

    fn owned_bytes(&self, value: &VV) -> usize {
        value.heap_bytes()
    }

    fn describe(&self, vertex: u32) -> String {
        format!("vertex {}", self.ends.id(vertex))
    }
}
