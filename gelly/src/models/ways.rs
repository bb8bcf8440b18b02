//! The edges that messages travel along, seen from either end.

use std::ops::Range;
use std::sync::Arc;

use quince_core::algebra::Monoid;
use quince_core::index::{
    Csr, Dictionary, Entries, EntryValue, Key, KeyColumns, MergedEntries, MergedWays, StaticIndex,
};

use crate::error::Result;
use crate::graph::Neighborhood;
use crate::id::Id;
use crate::indexed_graph::{EdgeDirection, IndexedGraph};

/// The indexes that an iteration needs, kept for as long as it runs.
pub(super) struct Indexes<E: EntryValue> {
    dictionary: Arc<Dictionary>,
    direction: Neighborhood,
    out: Arc<Csr<E>>,
    into: Arc<Csr<E>>,
}

impl<E: EntryValue> Indexes<E> {
    pub(super) fn of(graph: &IndexedGraph<E>, direction: Neighborhood) -> Result<Self> {
        Ok(Self {
            dictionary: graph.dictionary().clone(),
            // In an undirected graph every edge goes both ways already.
            direction: if graph.is_directed() { direction } else { Neighborhood::Out },
            out: graph.index(EdgeDirection::Out)?,
            into: graph.index(EdgeDirection::In)?,
        })
    }

    pub(super) fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    pub(super) fn ends(&self) -> Ends<'_, E> {
        let (out, into) = (&*self.out, &*self.into);
        let (from, to) = match self.direction {
            Neighborhood::Out => (Way::One(out), Way::One(into)),
            Neighborhood::In => (Way::One(into), Way::One(out)),
            Neighborhood::All => {
                (Way::Both(MergedWays::new(out, into)), Way::Both(MergedWays::new(into, out)))
            }
        };
        Ends { dictionary: &self.dictionary, from, to, out, into }
    }
}

/// The two ends of the edges that messages travel along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends<'g, E: EntryValue> {
    pub(super) dictionary: &'g Dictionary,
    /// Rows are the vertices that messages come from.
    pub(super) from: Way<'g, E>,
    /// Rows are the vertices that messages go to.
    pub(super) to: Way<'g, E>,
    pub(super) out: &'g Csr<E>,
    pub(super) into: &'g Csr<E>,
}

impl<'g, E: EntryValue> Ends<'g, E> {
    pub(super) fn id(&self, vertex: u32) -> Key<'g> {
        self.dictionary.key(vertex)
    }

    pub(super) fn find(&self, id: &Id) -> Option<u32> {
        id.dense_as_found(self.dictionary)
    }
}

/// One side of the edges.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'g, E: EntryValue> {
    One(&'g Csr<E>),
    Both(MergedWays<'g, E>),
}

impl<'g, E: EntryValue> Way<'g, E> {
    #[inline(always)]
    pub(super) fn edges(&self, vertex: u32) -> Edges<'g, E> {
        Edges(match self {
            Self::One(index) => Row::One(index.entries_of(vertex)),
            Self::Both(index) => Row::Both(index.entries_of(vertex)),
        })
    }
}

/// An edge as one of its ends sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentEdge<E> {
    /// The vertex at the other end, by its dense number.
    pub neighbor: u32,
    /// The edge's value.
    pub value: E,
}

/// The edges of a vertex that its messages travel along, by neighbour ascending.
#[derive(Clone, Debug)]
pub struct Edges<'g, E: EntryValue>(Row<'g, E>);

#[derive(Clone, Debug)]
enum Row<'g, E: EntryValue> {
    One(Entries<'g, E>),
    Both(MergedEntries<'g, E>),
}

impl<E: EntryValue> Iterator for Edges<'_, E> {
    type Item = IncidentEdge<E>;

    #[inline(always)]
    fn next(&mut self) -> Option<IncidentEdge<E>> {
        let (neighbor, value) = match &mut self.0 {
            Row::One(entries) => entries.next(),
            Row::Both(entries) => entries.next(),
        }?;
        Some(IncidentEdge { neighbor, value })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Row::One(entries) => entries.size_hint(),
            Row::Both(entries) => entries.size_hint(),
        }
    }
}

impl<E: EntryValue> ExactSizeIterator for Edges<'_, E> {}

impl<E: EntryValue> StaticIndex for Way<'_, E> {
    type Value = E;

    fn num_keys(&self) -> usize {
        match self {
            Self::One(index) => index.num_keys(),
            Self::Both(index) => index.num_keys(),
        }
    }

    fn num_entries(&self) -> u64 {
        match self {
            Self::One(index) => index.num_entries(),
            Self::Both(index) => index.num_entries(),
        }
    }

    fn is_symmetric(&self) -> bool {
        match self {
            Self::One(index) => index.is_symmetric(),
            Self::Both(index) => index.is_symmetric(),
        }
    }

    #[inline(always)]
    fn degree(&self, row: u32) -> usize {
        match self {
            Self::One(index) => index.degree(row),
            Self::Both(index) => index.degree(row),
        }
    }

    #[inline(always)]
    fn num_flagged_entries(&self, rows: Range<u32>, flags: &[u8]) -> u64 {
        match self {
            Self::One(index) => index.num_flagged_entries(rows, flags),
            Self::Both(index) => index.num_flagged_entries(rows, flags),
        }
    }

    fn chunks(&self) -> &[Range<u32>] {
        match self {
            Self::One(index) => index.chunks(),
            Self::Both(index) => index.chunks(),
        }
    }

    #[inline(always)]
    fn prefetch_bounds(&self, row: u32) {
        match self {
            Self::One(index) => index.prefetch_bounds(row),
            Self::Both(index) => index.prefetch_bounds(row),
        }
    }

    #[inline(always)]
    fn prefetch_row(&self, row: u32) {
        match self {
            Self::One(index) => index.prefetch_row(row),
            Self::Both(index) => index.prefetch_row(row),
        }
    }

    #[inline(always)]
    fn prefetch_whole_row(&self, row: u32) {
        match self {
            Self::One(index) => index.prefetch_whole_row(row),
            Self::Both(index) => index.prefetch_whole_row(row),
        }
    }

    #[inline(always)]
    fn for_each(&self, row: u32, visit: impl FnMut(u32, E)) {
        match self {
            Self::One(index) => index.for_each(row, visit),
            Self::Both(index) => index.for_each(row, visit),
        }
    }

    #[inline(always)]
    fn for_each_from(&self, row: u32, first: u32, ahead: impl Fn(u32), visit: impl FnMut(u32, E)) {
        match self {
            Self::One(index) => index.for_each_from(row, first, ahead, visit),
            Self::Both(index) => index.for_each_from(row, first, ahead, visit),
        }
    }

    #[inline(always)]
    fn for_some(&self, row: u32, positions: Range<usize>, visit: impl FnMut(u32, E) -> bool) {
        match self {
            Self::One(index) => index.for_some(row, positions, visit),
            Self::Both(index) => index.for_some(row, positions, visit),
        }
    }

    #[inline(always)]
    fn fold_with<M: Monoid>(&self, row: u32, message: impl Fn(u32, E) -> M::Value) -> M::Value {
        match self {
            Self::One(index) => index.fold_with::<M>(row, message),
            Self::Both(index) => index.fold_with::<M>(row, message),
        }
    }

    #[inline(always)]
    fn look_up<C: KeyColumns>(&self, row: u32, columns: C, visit: impl FnMut(C::Item, E)) {
        match self {
            Self::One(index) => index.look_up(row, columns, visit),
            Self::Both(index) => index.look_up(row, columns, visit),
        }
    }

    #[inline(always)]
    fn fold<M: Monoid, C: KeyColumns>(
        &self,
        row: u32,
        columns: C,
        message: impl Fn(C::Item, E) -> M::Value,
    ) -> M::Value {
        match self {
            Self::One(index) => index.fold::<M, C>(row, columns, message),
            Self::Both(index) => index.fold::<M, C>(row, columns, message),
        }
    }

    #[inline(always)]
    fn fold_rows<M: Monoid, C: KeyColumns>(
        &self,
        rows: Range<u32>,
        columns: C,
        message: impl Fn(C::Item, E) -> M::Value,
        visit: impl FnMut(u32, usize, M::Value),
    ) {
        match self {
            Self::One(index) => index.fold_rows::<M, C>(rows, columns, message, visit),
            Self::Both(index) => index.fold_rows::<M, C>(rows, columns, message, visit),
        }
    }
}
