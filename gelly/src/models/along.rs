//! What becomes of a message on its way.

/// What an edge makes of a message that is sent to all neighbours.
///
/// A closure `Fn(&M, E) -> M` is one. With it a distance is sent once and grows along each edge;
/// without it every edge would need a message of its own.
pub trait AlongEdges<M, E>: Send + Sync {
    /// The message as it arrives.
    fn along(&self, message: &M, value: E) -> M;

    /// Whether a message that changes no other it is combined with stays so along every edge.
    fn keeps_idle(&self) -> bool {
        false
    }
}

impl<M, E, F: Fn(&M, E) -> M + Send + Sync> AlongEdges<M, E> for F {
    #[inline(always)]
    fn along(&self, message: &M, value: E) -> M {
        self(message, value)
    }
}

/// Messages arrive as they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unchanged;

impl<M: Clone, E> AlongEdges<M, E> for Unchanged {
    #[inline(always)]
    fn along(&self, message: &M, _value: E) -> M {
        message.clone()
    }

    fn keeps_idle(&self) -> bool {
        true
    }
}

/// A function of messages and edges, or of neighbours, that keeps idle what is idle: of what changes
/// nothing that it is combined with, such as infinity under [`Combiner::min`], it makes the same
/// again, whatever the edge.
///
/// With that the engine may let vertices that send nothing send what is idle, and need not look, for
/// every edge, whether anything was sent along it. If it is not so, results are wrong; a build with
/// debug assertions says so.
///
/// [`Combiner::min`]: quince_core::iteration::Combiner::min
///
/// ```
/// use quince_core::Environment;
/// use quince_core::iteration::Combiner;
/// use quince_gelly::models::KeepsIdle;
/// use quince_gelly::models::scatter_gather::{GatherContext, ScatterContext, ScatterGather};
/// use quince_gelly::{IndexedGraph, weighted_edges};
///
/// let env = Environment::builder().threads(1).build()?;
/// let roads = weighted_edges([(1, 2, 1.5), (1, 3, 4.0), (2, 3, 2.0)]);
/// let graph: IndexedGraph<f64> = IndexedGraph::builder(&env).build_weighted(&roads)?;
/// let scatter = |vertex: &mut ScatterContext<'_, '_, f64, f64, f64>| {
///     if vertex.value().is_finite() {
///         vertex.send_message_to_all_neighbors(*vertex.value());
///     }
/// };
/// let gather = |vertex: &mut GatherContext<'_, '_, f64, f64>, messages: &[f64]| {
///     if messages[0] < *vertex.value() {
///         vertex.set_new_vertex_value(messages[0]);
///     }
/// };
/// let result = ScatterGather::new(scatter, gather, 9)
///     .combiner(Combiner::min())
///     .along_edges(KeepsIdle(|distance: &f64, length: f64| distance + length))
///     .run(&graph, |id| if id == 1.into() { 0.0 } else { f64::INFINITY })?;
/// assert_eq!(result.value(3), Some(&3.5));
/// # Ok::<(), quince_gelly::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct KeepsIdle<F>(pub F);

impl<M, E, F: AlongEdges<M, E>> AlongEdges<M, E> for KeepsIdle<F> {
    #[inline(always)]
    fn along(&self, message: &M, value: E) -> M {
        self.0.along(message, value)
    }

    fn keeps_idle(&self) -> bool {
        true
    }
}
