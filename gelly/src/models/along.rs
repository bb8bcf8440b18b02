//! What becomes of a message on its way.

/// What an edge makes of a message that is sent to all neighbours.
///
/// A closure `Fn(&M, E) -> M` is one. With it a distance is sent once and grows along each edge;
/// without it every edge would need a message of its own.
pub trait AlongEdges<M, E>: Send + Sync {
    /// The message as it arrives.
    fn along(&self, message: &M, value: E) -> M;
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
}
