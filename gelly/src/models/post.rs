//! What the contexts of sending functions share.

use quince_core::index::EntryValue;
use quince_core::iteration::Outbox;

use super::along::AlongEdges;
use super::ways::{Edges, Ends};
use crate::id::Id;

/// Where a vertex hands in what it sends.
#[derive(Debug)]
pub(super) struct Post<'a, 'g, E: EntryValue, M> {
    pub(super) vertex: u32,
    pub(super) ends: &'a Ends<'g, E>,
    pub(super) out: &'a mut Outbox<M, M>,
}

impl<'g, E: EntryValue, M> Post<'_, 'g, E, M> {
    #[inline(always)]
    pub(super) fn edges(&self) -> Edges<'g, E> {
        self.ends.from.edges(self.vertex)
    }

    /// The first message of a superstep to all neighbours is kept once; others are sent one by one.
    #[inline(always)]
    pub(super) fn send_all(&mut self, message: M, along: &dyn AlongEdges<M, E>) {
        if let Err(message) = self.out.send_all(message) {
            send_one_by_one(self.vertex, self.ends, self.out, &message, along);
        }
    }

    pub(super) fn send_to_id(&mut self, id: &Id, message: M) {
        match self.ends.find(id) {
            Some(vertex) => self.out.send_to(vertex, message),
            None => self.out.lose(|| format!("vertex {id}")),
        }
    }
}

/// Not a method, so that nothing else has to be in memory for it.
#[cold]
#[inline(never)]
fn send_one_by_one<E: EntryValue, M>(
    vertex: u32,
    ends: &Ends<'_, E>,
    out: &mut Outbox<M, M>,
    message: &M,
    along: &dyn AlongEdges<M, E>,
) {
    for edge in ends.from.edges(vertex) {
        out.send_to(edge.neighbor, along.along(message, edge.value));
    }
}
