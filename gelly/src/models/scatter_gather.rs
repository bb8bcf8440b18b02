//! Scatter-gather iterations (Spargel): vertices that changed send, those that got messages change.
//!
//! In the first superstep every vertex scatters; after that those whose value changed in the one
//! before. Messages are received in the superstep in which they are sent. The iteration ends when
//! no value changed, or after the maximum number of supersteps. Follows Gelly's
//! `ScatterGatherIteration`.
//!
//! ```
//! use quince_core::Environment;
//! use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
//! use quince_gelly::{Id, IndexedGraph, edges};
//!
//! let env = Environment::builder().threads(2).build()?;
//! let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (2, 3), (3, 1), (4, 4)]))?;
//! let scatter = |vertex: &mut ScatterContext<'_, '_, u32, (), u32>| {
//!     vertex.send_message_to_all_neighbors(*vertex.value());
//! };
//! let gather = |vertex: &mut GatherContext<'_, '_, u32, ()>, messages: &[u32]| {
//!     let most = messages.iter().max().expect("a vertex gathers when it got a message");
//!     if most > vertex.value() {
//!         vertex.set_new_vertex_value(*most);
//!     }
//! };
//! let result = ScatterGather::new(scatter, gather, 10).run(&graph, |id| id.to_string().parse().unwrap())?;
//! assert_eq!(result.by_dense(), [3, 3, 3, 4]);
//! # Ok::<(), quince_gelly::Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use quince_core::columnar::Record;
use quince_core::index::{EntryValue, Key, StaticIndex};
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

/// What an active vertex sends: Gelly's `ScatterFunction`.
pub trait ScatterFunction<VV, E: EntryValue, M>: Send + Sync {
    /// Whether [`pre_superstep`](Self::pre_superstep) or [`post_superstep`](Self::post_superstep) does
    /// anything. If it is so for neither function of an iteration, and there are no aggregators, a
    /// vertex scatters as soon as it has changed, and not when the next superstep begins.
    const HAS_HOOKS: bool = true;

    /// Sends the messages of a vertex.
    fn send_messages(&self, vertex: &mut ScatterContext<'_, '_, VV, E, M>);

    /// Called before every superstep, once.
    fn pre_superstep(&mut self, _superstep: &SuperstepContext) {}

    /// Called after every superstep, once.
    fn post_superstep(&mut self, _superstep: &SuperstepContext) {}
}

impl<VV, E: EntryValue, M, F> ScatterFunction<VV, E, M> for F
where
    F: Fn(&mut ScatterContext<'_, '_, VV, E, M>) + Send + Sync,
{
    const HAS_HOOKS: bool = false;

    #[inline(always)]
    fn send_messages(&self, vertex: &mut ScatterContext<'_, '_, VV, E, M>) {
        self(vertex);
    }
}

/// What becomes of a vertex that got messages: Gelly's `GatherFunction` of this model.
pub trait GatherFunction<VV, E: EntryValue, M>: Send + Sync {
    /// As [`ScatterFunction::HAS_HOOKS`].
    const HAS_HOOKS: bool = true;

    /// Changes a vertex by the messages that it got: one if there is a combiner, else all.
    fn update_vertex(&self, vertex: &mut GatherContext<'_, '_, VV, E>, messages: &[M]);

    /// Called before every superstep, once.
    fn pre_superstep(&mut self, _superstep: &SuperstepContext) {}

    /// Called after every superstep, once.
    fn post_superstep(&mut self, _superstep: &SuperstepContext) {}
}

impl<VV, E: EntryValue, M, F> GatherFunction<VV, E, M> for F
where
    F: Fn(&mut GatherContext<'_, '_, VV, E>, &[M]) + Send + Sync,
{
    const HAS_HOOKS: bool = false;

    #[inline(always)]
    fn update_vertex(&self, vertex: &mut GatherContext<'_, '_, VV, E>, messages: &[M]) {
        self(vertex, messages);
    }
}

/// A vertex that scatters. Beside its own methods it has those of [`SuperstepContext`].
pub struct ScatterContext<'a, 'g, VV, E: EntryValue, M> {
    value: &'a VV,
    post: Post<'a, 'g, E, M>,
    along: &'a dyn AlongEdges<M, E>,
    aggregates: &'a mut Aggregates,
    superstep: &'a SuperstepContext,
    with_degrees: bool,
}

/// A vertex that gathers. Beside its own methods it has those of [`SuperstepContext`].
pub struct GatherContext<'a, 'g, VV, E: EntryValue> {
    vertex: u32,
    value: &'a mut VV,
    has_changed: bool,
    ends: &'a Ends<'g, E>,
    aggregates: &'a mut Aggregates,
    superstep: &'a SuperstepContext,
    with_degrees: bool,
}

impl<VV, E: EntryValue, M> fmt::Debug for ScatterContext<'_, '_, VV, E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScatterContext").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl<VV, E: EntryValue> fmt::Debug for GatherContext<'_, '_, VV, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatherContext").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl<VV, E: EntryValue, M> Deref for ScatterContext<'_, '_, VV, E, M> {
    type Target = SuperstepContext;

    fn deref(&self) -> &SuperstepContext {
        self.superstep
    }
}

impl<VV, E: EntryValue> Deref for GatherContext<'_, '_, VV, E> {
    type Target = SuperstepContext;

    fn deref(&self) -> &SuperstepContext {
        self.superstep
    }
}

impl<'g, VV, E: EntryValue, M> ScatterContext<'_, 'g, VV, E, M> {
    /// The vertex's id.
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
    ///     let length = vertex.id().to_string().len() as u64;
    ///     vertex.send_message_to_all_neighbors(length);
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn id(&self) -> Key<'g> {
        self.post.ends.id(self.post.vertex)
    }

    /// The vertex by its dense number.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let first = graph.find(&Id::from(1))?;
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     if vertex.vertex() == first {
    ///         vertex.send_message_to_all_neighbors(1);
    ///     }
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&1));
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     vertex.send_message_to_all_neighbors(*vertex.value());
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 5)?;
    /// assert_eq!(result.value(3), Some(&10));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn value(&self) -> &VV {
        self.value
    }

    /// The edges along which its messages travel; by default those out of it.
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
    ///     for edge in vertex.edges() {
    ///         vertex.send_message_to(edge.neighbor, 1);
    ///     }
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     assert!(vertex.find(&Id::from(7)).is_none());
    ///     let one = vertex.find(&Id::from(1)).expect("there are edges from it");
    ///     vertex.send_message_to(one, 1);
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn find(&self, id: &Id) -> Option<u32> {
        self.post.ends.find(id)
    }

    /// Sends a message to the vertex of this dense number, a neighbour or not.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let one = graph.find(&Id::from(1))?;
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| vertex.send_message_to(one, 1);
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(1), Some(&3));
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     vertex.send_message_to_id(&Id::from(1), 1);
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     vertex.send_message_to_all_neighbors(1);
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn send_message_to_all_neighbors(&mut self, message: M) {
        self.post.send_all(message, self.along);
    }

    /// The number of edges into the vertex; `None` unless the option is on.
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
    ///     let degree = vertex.in_degree().expect("the option is on");
    ///     vertex.send_message_to_all_neighbors(degree);
    /// };
    /// let configuration = IterationConfiguration::new().degrees(true);
    /// let result = ScatterGather::new(send, sum, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!((result.value(2), result.value(3)), (Some(&0), Some(&2)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn in_degree(&self) -> Option<u64> {
        self.with_degrees.then(|| self.post.ends.into.degree(self.post.vertex) as u64)
    }

    /// The number of edges out of the vertex; `None` unless the option is on.
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
    /// assert_eq!((result.value(2), result.value(3)), (Some(&2), Some(&3)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn out_degree(&self) -> Option<u64> {
        self.with_degrees.then(|| self.post.ends.out.degree(self.post.vertex) as u64)
    }

    /// Adds a value to an aggregator; what they all add is seen in the next superstep.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// let send = |vertex: &mut ScatterContext<'_, '_, i64, (), ()>| {
    ///     vertex.aggregate("senders", 1i64);
    ///     vertex.send_message_to_all_neighbors(());
    /// };
    /// let update = |vertex: &mut GatherContext<'_, '_, i64, ()>, _: &[()]| {
    ///     let before = vertex.previous_aggregate::<i64>("senders").unwrap_or(0);
    ///     vertex.set_new_vertex_value(before);
    /// };
    /// let configuration = IterationConfiguration::new().aggregator("senders", LONG_SUM);
    /// let iteration = ScatterGather::new(send, update, 2).configuration(configuration);
    /// assert_eq!(iteration.run(&graph, |_| 0)?.value(3), Some(&3));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such aggregator, or it takes values of another type.
    pub fn aggregate<V: Aggregable>(&mut self, name: &str, value: V) {
        self.aggregates.add(name, value);
    }
}

impl<'g, VV, E: EntryValue> GatherContext<'_, 'g, VV, E> {
    /// The vertex's id.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, _: &[u64]| {
    ///     let length = vertex.id().to_string().len() as u64;
    ///     vertex.set_new_vertex_value(length);
    /// };
    /// let result = ScatterGather::new(send, update, 1).run(&graph, |_| 0)?;
    /// assert_eq!((result.value(1), result.value(3)), (Some(&0), Some(&1)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn id(&self) -> Key<'g> {
        self.ends.id(self.vertex)
    }

    /// The vertex by its dense number.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, _: &[u64]| {
    ///     let number = vertex.vertex().into();
    ///     vertex.set_new_vertex_value(number);
    /// };
    /// let result = ScatterGather::new(send, update, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&graph.find(&Id::from(3))?.into()));
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    ///     let sum = vertex.value() + messages.iter().sum::<u64>();
    ///     vertex.set_new_vertex_value(sum);
    /// };
    /// let result = ScatterGather::new(send, update, 1).run(&graph, |_| 10)?;
    /// assert_eq!((result.value(1), result.value(3)), (Some(&10), Some(&12)));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn value(&self) -> &VV {
        self.value
    }

    /// Gives it a new value; it scatters in the next superstep.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    ///     vertex.set_new_vertex_value(messages.iter().sum());
    /// };
    /// let result = ScatterGather::new(send, update, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    #[inline(always)]
    pub fn set_new_vertex_value(&mut self, value: VV) {
        *self.value = value;
        self.has_changed = true;
    }

    /// The number of edges into the vertex; `None` unless the option is on.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, _: &[u64]| {
    ///     let degree = vertex.in_degree().expect("the option is on");
    ///     vertex.set_new_vertex_value(degree);
    /// };
    /// let configuration = IterationConfiguration::new().degrees(true);
    /// let result = ScatterGather::new(send, update, 1).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn in_degree(&self) -> Option<u64> {
        self.with_degrees.then(|| self.ends.into.degree(self.vertex) as u64)
    }

    /// The number of edges out of the vertex; `None` unless the option is on.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, _: &[u64]| {
    ///     let degree = vertex.out_degree().expect("the option is on");
    ///     vertex.set_new_vertex_value(degree);
    /// };
    /// let configuration = IterationConfiguration::new().degrees(true);
    /// let result = ScatterGather::new(send, update, 1).configuration(configuration).run(&graph, |_| 7)?;
    /// assert_eq!(result.value(2), Some(&0));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn out_degree(&self) -> Option<u64> {
        self.with_degrees.then(|| self.ends.out.degree(self.vertex) as u64)
    }

    /// Adds a value to an aggregator; what they all add is seen in the next superstep.
    ///
    /// ```
    /// # use quince_core::{Environment, index::Key, iteration::*};
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    /// #     vertex.send_message_to_all_neighbors(1);
    /// # };
    /// let update = |vertex: &mut GatherContext<'_, '_, u64, ()>, _: &[u64]| {
    ///     let before = vertex.previous_aggregate::<i64>("told").unwrap_or(0);
    ///     vertex.aggregate("told", 1i64);
    ///     vertex.set_new_vertex_value(before as u64);
    /// };
    /// let configuration = IterationConfiguration::new().aggregator("told", LONG_SUM);
    /// let result = ScatterGather::new(send, update, 2).configuration(configuration).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such aggregator, or it takes values of another type.
    pub fn aggregate<V: Aggregable>(&mut self, name: &str, value: V) {
        self.aggregates.add(name, value);
    }
}

/// A scatter-gather iteration to be run.
#[derive(Debug)]
#[must_use = "an iteration does nothing until it is run"]
pub struct ScatterGather<S, G, C = Uncombined, A = Unchanged> {
    scatter: S,
    gather: G,
    combiner: C,
    along: A,
    configuration: IterationConfiguration,
    maximum_supersteps: u64,
}

impl<S, G> ScatterGather<S, G> {
    /// An iteration of `scatter` and `gather`, functions or [`ScatterFunction`] and
    /// [`GatherFunction`], for at most so many supersteps.
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
    ///     vertex.send_message_to_all_neighbors(1);
    /// };
    /// let result = ScatterGather::new(send, sum, 1).run(&graph, |_| 0)?;
    /// assert_eq!(result.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn new(scatter: S, gather: G, maximum_supersteps: u64) -> Self {
        let configuration = IterationConfiguration::default();
        let (combiner, along) = (Uncombined, Unchanged);
        Self { scatter, gather, combiner, along, configuration, maximum_supersteps }
    }
}

impl<S, G, C, A> ScatterGather<S, G, C, A> {
    /// Combines the messages to a vertex before it gathers: by an associative function, or by a
    /// [`Combiner`](quince_core::iteration::Combiner) that says what it does.
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
    ///     vertex.send_message_to_all_neighbors(1);
    /// };
    /// let iteration = ScatterGather::new(send, sum, 1).combiner(|a: u64, b: u64| a + b);
    /// assert_eq!(iteration.run(&graph, |_| 0)?.value(3), Some(&2));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn combiner<D>(self, combiner: D) -> ScatterGather<S, G, D, A> {
        let Self { scatter, gather, along, configuration, maximum_supersteps, .. } = self;
        ScatterGather { scatter, gather, combiner, along, configuration, maximum_supersteps }
    }

    /// What an edge makes of a message to all neighbours; by default it arrives as it was sent.
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
    ///     vertex.send_message_to_all_neighbors(1);
    /// };
    /// let iteration = ScatterGather::new(send, sum, 1).along_edges(|message: &u64, _: ()| 10 * message);
    /// assert_eq!(iteration.run(&graph, |_| 0)?.value(3), Some(&20));
    /// # Ok::<(), quince_gelly::Error>(())
    /// ```
    pub fn along_edges<B>(self, along: B) -> ScatterGather<S, G, C, B> {
        let Self { scatter, gather, combiner, configuration, maximum_supersteps, .. } = self;
        ScatterGather { scatter, gather, combiner, along, configuration, maximum_supersteps }
    }

    /// Every other option.
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
    ///     vertex.send_message_to_all_neighbors(1);
    /// };
    /// let configuration = IterationConfiguration::new().name("in-degrees");
    /// let result = ScatterGather::new(send, sum, 1).configuration(configuration).run(&graph, |_| 0)?;
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     vertex.send_message_to_all_neighbors(*vertex.value());
    /// };
    /// let iteration = ScatterGather::new(send, sum, 1);
    /// let result = iteration.run(&graph, |id: Key<'_>| if id == 1.into() { 5 } else { 0 })?;
    /// assert_eq!(result.value(3), Some(&5));
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
        S: ScatterFunction<VV, E, M>,
        G: GatherFunction<VV, E, M>,
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
    /// # use quince_gelly::{models::{scatter_gather::*, *}, *};
    /// # let env = Environment::builder().threads(1).build()?;
    /// # let graph = IndexedGraph::from_source(&env, &edges([(1, 2), (1, 3), (3, 3)]))?;
    /// # let sum = |vertex: &mut GatherContext<'_, '_, u64, ()>, messages: &[u64]| {
    /// #     vertex.set_new_vertex_value(messages.iter().sum());
    /// # };
    /// let send = |vertex: &mut ScatterContext<'_, '_, u64, (), u64>| {
    ///     vertex.send_message_to_all_neighbors(*vertex.value());
    /// };
    /// let one = graph.find(&Id::from(1))?;
    /// let iteration = ScatterGather::new(send, sum, 1);
    /// let result = iteration.run_from(&graph, |vertex| if vertex == one { 5 } else { 0 })?;
    /// assert_eq!(result.value(3), Some(&5));
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
        S: ScatterFunction<VV, E, M>,
        G: GatherFunction<VV, E, M>,
        C: Combine<M>,
        A: AlongEdges<M, E>,
    {
        let Self { scatter, gather, combiner, along, configuration, maximum_supersteps } = self;
        let (job, superstep) =
            Job::new("scatter-gather iteration", graph, configuration, maximum_supersteps)?;
        let (ends, with_degrees, types) = (job.indexes.ends(), job.with_degrees, PhantomData);
        let is_watched = S::HAS_HOOKS || G::HAS_HOOKS || superstep.aggregates();
        let program = Program {
            scatter,
            gather,
            combiner,
            along,
            next: superstep.fresh(),
            superstep,
            scatters_until: if is_watched { 0 } else { maximum_supersteps },
            ends,
            with_degrees,
            types,
        };
        job.run(ends, initial, program)
    }
}

struct Program<'g, VV, E: EntryValue, M, S, G, C, A> {
    scatter: S,
    gather: G,
    combiner: C,
    along: A,
    superstep: SuperstepContext,
    next: SuperstepContext,
    /// Before this superstep vertices that change scatter at once for the next; 0 if they never do.
    scatters_until: u64,
    ends: Ends<'g, E>,
    with_degrees: bool,
    types: PhantomData<fn(VV, M)>,
}

impl<VV, E, M, S, G, C, A> Program<'_, VV, E, M, S, G, C, A>
where
    E: EntryValue,
    S: ScatterFunction<VV, E, M>,
    A: AlongEdges<M, E>,
{
    #[inline(always)]
    fn scatter_in(
        &self,
        superstep: &SuperstepContext,
        vertex: u32,
        value: &VV,
        out: &mut Outbox<M, M>,
        aggregates: &mut Aggregates,
    ) {
        let post = Post { vertex, ends: &self.ends, out };
        let (along, with_degrees) = (&self.along, self.with_degrees);
        let mut context =
            ScatterContext { value, post, along, aggregates, superstep, with_degrees };
        self.scatter.send_messages(&mut context);
    }
}

impl<VV, E, M, S, G, C, A> MessageProgram<E> for Program<'_, VV, E, M, S, G, C, A>
where
    VV: Record,
    E: EntryValue,
    M: Clone + Send + Sync,
    S: ScatterFunction<VV, E, M>,
    G: GatherFunction<VV, E, M>,
    C: Combine<M>,
    A: AlongEdges<M, E>,
{
    type State = VV;
    type Sent = M;
    type Message = M;
    type Combiner = C;
    type Partial = Aggregates;
    const SCATTERS: bool = true;

    fn sends_on_receipt(&self) -> bool {
        self.scatters_until > 0
    }

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
        self.next.begin(superstep + 1);
        self.scatter.pre_superstep(&self.superstep);
        self.gather.pre_superstep(&self.superstep);
    }

    fn end_superstep(
        &mut self,
        _superstep: u64,
        partials: Vec<Aggregates>,
    ) -> Vec<(String, AggregateValue)> {
        self.scatter.post_superstep(&self.superstep);
        self.gather.post_superstep(&self.superstep);
        self.superstep.end(partials)
    }

    #[inline(always)]
    fn scatter(
        &self,
        vertex: u32,
        value: &VV,
        out: &mut Outbox<M, M>,
        aggregates: &mut Aggregates,
    ) {
        self.scatter_in(&self.superstep, vertex, value, out, aggregates);
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
        let mut context = GatherContext {
            vertex,
            value,
            has_changed: false,
            ends: &self.ends,
            aggregates,
            superstep: &self.superstep,
            with_degrees: self.with_degrees,
        };
        self.gather.update_vertex(&mut context, messages);
        if context.has_changed {
            out.change();
            if self.superstep.superstep_number() < self.scatters_until {
                out.look_ahead();
                self.scatter_in(&self.next, vertex, value, out, aggregates);
            }
        }
    }

    fn owned_bytes(&self, value: &VV) -> usize {
        value.heap_bytes()
    }

    fn describe(&self, vertex: u32) -> String {
        format!("vertex {}", self.ends.id(vertex))
    }
}
