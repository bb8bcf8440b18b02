//! What an iteration leaves.

use std::sync::Arc;

use quince_core::index::{Dictionary, Key};
use quince_core::iteration::{IterationReport, MessageResult};
use quince_core::memory::{PaidVec, Reservation};

/// A value for every vertex, and how it came about.
#[derive(Debug)]
#[must_use]
pub struct ModelResult<VV> {
    dictionary: Arc<Dictionary>,
    values: PaidVec<VV>,
    /// What values own outside of themselves.
    _owned: Option<Reservation>,
    report: IterationReport,
}

impl<VV> ModelResult<VV> {
    pub(super) fn new(dictionary: Arc<Dictionary>, result: MessageResult<VV>) -> Self {
        let MessageResult { states, owned, report } = result;
        Self { dictionary, values: states, _owned: owned, report }
    }

    /// The value of a vertex.
    pub fn value<'k>(&self, id: impl Into<Key<'k>>) -> Option<&VV> {
        self.dictionary.get(id).map(|vertex| &self.values[vertex as usize])
    }

    /// Ids and values, ascending by id.
    pub fn iter(&self) -> impl Iterator<Item = (Key<'_>, &VV)> {
        (0..self.dictionary.num_ordinals() as u32)
            .filter_map(|ordinal| self.dictionary.dense_of_ordinal(ordinal))
            .map(|vertex| (self.dictionary.key(vertex), &self.values[vertex as usize]))
    }

    /// The values by dense number.
    pub fn by_dense(&self) -> &[VV] {
        &self.values
    }

    pub(super) fn into_report(self) -> IterationReport {
        self.report
    }

    /// The supersteps and why they ended.
    pub fn report(&self) -> &IterationReport {
        &self.report
    }
}
